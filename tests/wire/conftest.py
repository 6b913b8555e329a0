"""A real MIDI wire: a JACK server without sound card."""

import os
import shutil
import socket

import pytest
from support.surroundings import JackServer, Receiver, need


@pytest.fixture(scope="session")
def jack(tmp_path_factory):
    """The environment in which clients find a JACK server of their own."""
    need(shutil.which("jackd") and shutil.which("jack_lsp"), "JACK (jackd2)")
    log = tmp_path_factory.mktemp("jack") / "jackd.log"
    server = JackServer(f"livedshl-test-{os.getpid()}", log)
    yield server.environment
    server.stop()


@pytest.fixture
def receiver(jack, request):
    return Receiver(f"rx{abs(hash(request.node.nodeid)) % 10**8}", jack)


@pytest.fixture
def free_port():
    """A TCP port of this machine that nobody uses."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]

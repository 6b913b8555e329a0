"""A real MIDI wire: a JACK server without sound card."""

import os
import shutil
import socket

import psutil
import pytest
from support.processes import on_server
from support.surroundings import JackServer, Receiver, need


@pytest.fixture(scope="module")
def jack(tmp_path_factory):
    """The environment in which the clients of a file of tests find a JACK server of their own.

    The next file gets another: clients that were killed can spoil it, above all its transport.
    """
    need(shutil.which("jackd") and shutil.which("jack_lsp"), "JACK (jackd2)")
    log = tmp_path_factory.mktemp("jack") / "jackd.log"
    name = f"livedshl-test-{os.getpid()}"
    server = JackServer(name, log)
    yield server.environment
    _, left = psutil.wait_procs(on_server(name), timeout=10)
    told = [process.cmdline() for process in left]
    for process in left:
        process.kill()
    server.stop()
    assert not told


@pytest.fixture
def receiver(jack, request):
    return Receiver(f"rx{abs(hash(request.node.nodeid)) % 10**8}", jack)


@pytest.fixture
def free_port():
    """A TCP port of this machine that nobody uses."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]

"""A real MIDI wire: a JACK server without sound card."""

import os
import shutil
import subprocess
import time

import pytest
from surroundings import Receiver, need


@pytest.fixture(scope="session")
def jack(tmp_path_factory):
    """The environment in which clients find a JACK server of their own."""
    need(shutil.which("jackd") and shutil.which("jack_lsp"), "JACK (jackd2)")
    name = f"livedshl-test-{os.getpid()}"
    environment = os.environ | {"JACK_DEFAULT_SERVER": name, "JACK_NO_START_SERVER": "1"}
    log = tmp_path_factory.mktemp("jack") / "jackd.log"
    for realtime in ([], ["-r"]):  # -r: where real-time scheduling is not allowed
        command = ["jackd", *realtime, "-S", "-n", name, "-d", "dummy", "-r", "48000", "-p", "64"]
        with log.open("ab") as output:
            server = subprocess.Popen(command, stdout=output, stderr=output)
        for _ in range(50):
            if server.poll() is not None:
                break
            if subprocess.run(["jack_lsp"], env=environment, capture_output=True).returncode == 0:
                yield environment
                server.terminate()
                server.wait()
                return
            time.sleep(0.1)
        server.kill()
        server.wait()
    pytest.fail(f"jackd does not start: {log.read_text()}")


@pytest.fixture
def receiver(jack, request):
    return Receiver(f"rx{abs(hash(request.node.nodeid)) % 10**8}", jack)

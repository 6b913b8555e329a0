"""The main process's side of the watch over MIDI ports."""

import os
import time

import psutil
import pytest
from support.processes import WATCH, all_helpers
from support.surroundings import NO_MIDI

from livedshl.live.port_watcher import PortWatcher
from livedshl.outputs.port_news import PortKind, PortNews


@pytest.fixture
def without_midi(monkeypatch):
    for name, value in NO_MIDI.items():
        monkeypatch.setenv(name, value)


def wait_for(what, timeout_s=20):
    deadline = time.monotonic() + timeout_s
    while not (found := what()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found


def watch_processes():
    return [process for module, process in all_helpers() if module == WATCH]


def test_one_process_watches_all_ports_and_leaves_when_told(without_midi):
    with PortWatcher() as watcher:
        assert not watch_processes()
        for number in range(4):
            watcher.watch(PortKind.INPUT, f"port {number}", lambda *news: None)
        (process,) = wait_for(watch_processes)
        time.sleep(0.3)
        assert watch_processes() == [process]
        stopped_s = time.monotonic()
    assert time.monotonic() - stopped_s < 2
    assert not psutil.pid_exists(process.pid)


def test_a_watch_process_that_dies_is_replaced_and_every_port_taken_for_dead(without_midi):
    heard = []
    with PortWatcher() as watcher:
        for number in range(2):
            watcher.watch(
                PortKind.OUTPUT, "port", lambda news, _, number=number: heard.append((number, news))
            )
        (process,) = wait_for(watch_processes)
        process.kill()
        wait_for(lambda: len(heard) == 2)
        assert sorted(number for number, _ in heard) == [0, 1]
        assert {news for _, news in heard} == {PortNews.DIED}
        (another,) = wait_for(lambda: [p for p in watch_processes() if p.pid != process.pid])
        os.kill(another.pid, 0)


def test_a_watcher_that_was_stopped_starts_nothing(without_midi):
    watcher = PortWatcher()
    watcher.stop()
    watcher.watch(PortKind.OUTPUT, "port", lambda *news: None)
    time.sleep(0.2)
    watcher.wait()
    assert not watch_processes()

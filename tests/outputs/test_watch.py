"""The watch over all MIDI ports, on MIDI systems of our own."""

import time
from queue import SimpleQueue

import pytest

from livedshl.errors import OutputError
from livedshl.outputs import watch
from livedshl.outputs.port_news import (
    PortKind,
    PortNews,
    PortRequest,
    news_line,
    parse_news,
    parse_request,
)
from livedshl.outputs.watch import Made, Renamed, Signal, Watch

OUT = PortRequest(0, PortKind.OUTPUT, "synth")
IN = PortRequest(1, PortKind.INPUT, "keys")
OWN = PortRequest(2, PortKind.VIRTUAL, "")


class Client:
    """Lists ports, or fails."""

    def __init__(self, ports):
        self.ports = ports

    def get_ports(self):
        if isinstance(self.ports, Exception):
            raise self.ports
        return list(self.ports)

    def delete(self):
        pass


class System:
    """A MIDI system: what it lists, by whether inputs are asked for."""

    def __init__(self, outputs, inputs):
        self.ports = {False: outputs, True: inputs}
        self.is_jack = False

    def open(self, inputs):
        if self.ports[inputs] is None:
            raise OutputError("no MIDI system answers")
        return Client(self.ports[inputs])


@pytest.fixture
def names():
    """What each port was called in the news."""
    return []


@pytest.fixture
def news_after(monkeypatch, names):
    """Runs the watch through happenings, or actions between them; what it then tells."""

    def run(system, *happenings):
        monkeypatch.setattr(watch, "open_lister", system.open)
        monkeypatch.setattr(watch, "is_jack", lambda client: system.is_jack)
        monkeypatch.setattr(watch.JackListener, "open", lambda listener: None)

        class Happenings(SimpleQueue):
            def get(self, timeout):
                happening = super().get(timeout=timeout)
                if callable(happening):
                    happening()
                    return Signal.OTHER
                return happening

        queue = Happenings()
        for happening in (*happenings, Signal.LEAVE):
            queue.put(happening)
        told = []
        Watch(queue, lambda line: told.append(parse_news(line))).run()
        names.extend(name for _, _, name in told)
        return [(number, news) for number, news, _ in told]

    return run


def test_requests_and_news_are_read_as_they_were_written():
    odd = PortRequest(3, PortKind.INPUT, 'Über\t"Keys"\n\\2 \udce9 鍵')
    assert parse_request(odd.line()) == odd
    assert odd.line().count(b"\n") == 1
    told = (3, PortNews.GONE, odd.name)
    assert parse_news(news_line(*told)) == told


def test_each_port_has_its_own_news(news_after):
    system = System(["synth"], ["keys"])
    told = news_after(
        system,
        OUT,
        IN,
        OWN,
        lambda: system.ports[True].clear(),
        lambda: system.ports[True].append("keys"),
        lambda: system.ports[False].clear(),
    )
    there = [(0, PortNews.THERE), (1, PortNews.THERE), (2, PortNews.THERE)]
    assert told == [*there, (1, PortNews.GONE), (1, PortNews.THERE), (0, PortNews.GONE)]


@pytest.mark.parametrize("fault", [None, RuntimeError("ALSA is out of clients"), OSError("gone")])
def test_inputs_that_fail_do_not_silence_outputs(news_after, fault):
    system = System(["synth"], fault)
    told = news_after(system, OUT, IN, OWN, lambda: system.ports[False].clear())
    assert told == [(0, PortNews.THERE), (2, PortNews.THERE), (0, PortNews.GONE)]


def test_a_system_that_fails_and_recovers_takes_its_ports_along(news_after):
    system = System(["synth"], ["keys"])
    clients = []
    opened = system.open

    def open_and_keep(inputs):
        clients.append(opened(inputs))
        return clients[-1]

    system.open = open_and_keep

    def fail():
        for client in clients:
            client.ports = OSError("the server has gone")
        system.ports[False] = None

    def recover():
        system.ports[False] = ["synth"]

    told = news_after(system, OUT, fail, recover)
    assert told == [(0, PortNews.THERE), (0, PortNews.DIED), (0, PortNews.THERE)]


def test_when_jack_dies_every_port_dies_even_one_that_was_away(news_after):
    system = System(["synth"], [])
    system.is_jack = True
    told = news_after(system, OUT, IN, Signal.DIED)
    died = [(0, PortNews.DIED), (1, PortNews.DIED)]
    assert told[:3] == [(0, PortNews.THERE), *died]


def test_a_port_that_went_and_came_between_two_looks_is_told_of(news_after):
    told = news_after(
        System(["synth"], ["keys"]), OUT, IN, lambda: time.sleep(0.15), Made("synth"), Made("other")
    )
    assert told[2:] == [(0, PortNews.GONE), (0, PortNews.THERE)]


def test_a_renamed_port_is_followed_and_one_that_takes_its_old_name_is_not(news_after, names):
    system = System(["synth"], [])
    ports = system.ports[False]
    told = news_after(
        system,
        OUT,
        lambda: ports.append("bass"),
        Renamed(7, "synth", "bass"),
        lambda: ports.remove("bass"),
    )
    assert told == [(0, PortNews.THERE), (0, PortNews.RENAMED), (0, PortNews.GONE)]
    assert names == ["synth", "bass", "bass"]


def test_of_two_ports_of_one_name_the_chosen_one_is_followed(news_after, names):
    system = System(["keys 20:0", "keys 24:0"], [])
    ports = system.ports[False]
    told = news_after(
        system,
        PortRequest(0, PortKind.OUTPUT, "keys 24:0"),
        lambda: ports.remove("keys 24:0"),
        Made("keys 20:0"),
        lambda: ports.append("keys 28:0"),
    )
    assert told == [(0, PortNews.THERE), (0, PortNews.GONE), (0, PortNews.THERE)]
    assert names == ["keys 24:0", "keys 24:0", "keys 28:0"]


def test_a_watch_without_room_says_that_it_cannot_look_not_that_a_port_is_gone(
    news_after, monkeypatch
):
    room = [False]
    monkeypatch.setattr(watch, "has_room", lambda: room[0])
    told = news_after(System(["synth"], []), OUT, lambda: room.insert(0, True))
    assert told == [(0, PortNews.UNSEEN), (0, PortNews.THERE)]

"""The page's server, as browsers and strangers meet it: a real process, real connections."""

import http.client
import io
import json
import socket
import time
import wave
from contextlib import ExitStack, suppress
from types import SimpleNamespace
from urllib.parse import quote

import psutil
import pytest
from support.still import StillSession
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from livedshl.errors import CommandError, MissingDependencyError, OutputError
from livedshl.midi.events import events_of
from livedshl.midi.file import write_midi
from livedshl.music import COMMON_TIME
from livedshl.performance.command_text import text_of
from livedshl.surfaces.web.opening import address_of, open_page, qr_lines
from livedshl.surfaces.web.page import WebPage
from livedshl.surfaces.web.server import MOST_PAGES
from livedshl.surfaces.web.serving import Serving

HOST = "127.0.0.1"
TOKEN = "a-secret"


class Playing(StillSession):
    """A moment that writes down what it is asked for."""

    def __init__(self):
        super().__init__()
        self.asked = []
        self.saved = None

    def send(self, command, from_tick=0):
        super().send(command)
        self.asked.append(text_of(command))
        return command

    def save(self):
        if self.saved is None:
            raise CommandError("nothing has been played yet")
        return self.saved


def free_port():
    with socket.create_server((HOST, 0)) as free:
        return free.getsockname()[1]


def serve(token=""):
    """A page that is served, with what it steers and what the user is told."""
    served = SimpleNamespace(port=free_port(), music=Playing(), lines=[])
    served.page = WebPage(Serving(HOST, served.port, token), served.music, served.lines.append)
    return served


@pytest.fixture(scope="module")
def guarded():
    served = serve(TOKEN)
    with served.page:
        wait_for(lambda: answers(served.port))
        yield served


@pytest.fixture
def open_to_this_machine():
    served = serve()
    with served.page:
        wait_for(lambda: answers(served.port))
        yield served


def wait_for(condition, timeout_s=30):
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "it does not happen"
        time.sleep(0.02)


def answers(port):
    with suppress(OSError):
        return fetch(port, "/")[0] == 200
    return False


def fetch(port, path, host=None):
    """Status, headers and body."""
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    connection.request("GET", path, headers={"Host": host or f"{HOST}:{port}"})
    answer = connection.getresponse()
    return answer.status, answer.headers, answer.read()


def join(served, token=TOKEN, origin=None, **options):
    """Connects as the page does."""
    return connect(
        f"ws://{HOST}:{served.port}/live?token={token}",
        origin=origin or f"http://{HOST}:{served.port}",
        compression=None,
        close_timeout=0.2,  # what has not been read holds up a goodbye
        **options,
    )


def news_of(page, kind, meets=lambda news: True):
    """The next news of a kind that meets a condition."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        news = json.loads(page.recv(timeout=20))
        if news["kind"] == kind and meets(news):
            return news
    pytest.fail(f"no such {kind}")


def lines_of(page, *, until):
    """The lines that a page is told, up to one that contains a text."""
    lines = []
    news_of(page, "told", lambda news: lines.append(news["line"]) or until in news["line"])
    return lines


def test_the_page_and_its_files_load_nothing_from_elsewhere(guarded):
    for path in ("/", "/page.js", "/page.css", "/controls.js"):
        status, headers, body = fetch(guarded.port, path)
        assert status == 200
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert b"//" not in body.replace(b"// ", b"").replace(b"ws://", b"") or path == "/"
        assert b"innerHTML" not in body and b"style=" not in body


@pytest.mark.parametrize("path", ["/../server.py", "/page.py", "/live/x", "//", "/%2e%2e/guard.py"])
def test_nothing_else_of_this_machine_can_be_fetched(guarded, path):
    assert fetch(guarded.port, path)[0] == 404


def test_a_page_that_connects_is_told_everything_and_every_later_one_too(guarded):
    for _ in range(2):
        with join(guarded) as page:
            kinds = {json.loads(page.recv(timeout=20))["kind"] for _ in range(4)}
            assert kinds == {"hello", "music", "settings", "clock"}


def test_what_a_page_asks_for_is_done_and_every_page_hears_of_it(guarded):
    with join(guarded) as one, join(guarded) as other:
        one.send("mute bass on")
        assert lines_of(one, until="muted") == ["Bass muted"]
        assert lines_of(other, until="muted") == ["Bass muted"]
    with join(guarded) as later:
        news_of(
            later,
            "settings",
            lambda news: [p["name"] for p in news["parts"] if p["silent"]] == ["Bass"],
        )
    assert guarded.music.asked[-1] == "mute Bass on"


def test_what_cannot_be_done_is_told_on_the_page_and_the_next_thing_is_done(guarded):
    with join(guarded) as page:
        for wrong in ("louder", "tempo fast", "mute zither on", "\u200b", "key H", "x" * 150):
            page.send(wrong)
        page.send(b"panic")
        page.send("panic")
        assert any("unknown control" in line for line in lines_of(page, until="Panic"))
        page.send("save")
        lines_of(page, until="nothing has been played")
    assert guarded.music.asked[-1] == "panic"
    assert not guarded.lines


def fetch_when_ready(port, path):
    """Status and body; asks again while the server says that it takes a while."""
    while (answer := fetch(port, path))[0] == 202:
        time.sleep(0.2)
    return answer[0], answer[2]


def test_what_was_saved_can_be_fetched_as_midi_score_and_sound_by_those_who_were_told(
    open_to_this_machine, tmp_path
):
    served = open_to_this_machine
    served.music.saved = tmp_path / "evening.mid"
    write_midi(
        served.music.saved, events_of([(0, 0x90, 60, 90), (480, 0x80, 60, 0)]), 240.0,
        COMMON_TIME, {0: "Melody"},
    )  # fmt: skip
    (tmp_path / "evening.musicxml").write_text("<score/>")
    with join(served, token="") as page:
        page.send("save")
        news = news_of(page, "saved")
    assert str(tmp_path) not in json.dumps(news)
    assert news["name"] == "evening"
    with join(served, token="") as later:
        assert news_of(later, "saved") == news
    files = news["files"]
    assert fetch_when_ready(served.port, files["mid"]) == (200, served.music.saved.read_bytes())
    assert fetch_when_ready(served.port, files["musicxml"]) == (200, b"<score/>")
    status, sound = fetch_when_ready(served.port, files["wav"])
    assert status == 200 and sound[:4] == b"RIFF"
    with wave.open(io.BytesIO(sound)) as audio:
        assert audio.getnframes() / audio.getframerate() == pytest.approx(0.25 + 2, abs=0.1)
    for unknown in ("/saved/evening.mid", "/saved/.mid", f"{files['mid']}x", "/saved/é.wav"):
        assert fetch(served.port, quote(unknown))[0] == 404


def test_a_sound_that_cannot_be_rendered_is_said_and_the_next_save_can_be(
    open_to_this_machine, tmp_path
):
    served = open_to_this_machine
    served.music.saved = tmp_path / "broken.mid"
    served.music.saved.write_bytes(b"no music")
    with join(served, token="") as page:
        page.send("save")
        first = news_of(page, "saved")["files"]
        status, why = fetch_when_ready(served.port, first["wav"])
        assert status == 501 and why.strip()
        assert fetch_when_ready(served.port, first["musicxml"])[0] == 410
        served.music.saved = tmp_path / "other.mid"
        page.send("save")
        second = news_of(page, "saved", lambda news: news["name"] == "other")["files"]
    assert fetch(served.port, first["mid"])[0] == 404 != second["mid"]


def test_a_slider_that_is_swept_ends_at_its_last_value(guarded):
    with join(guarded) as page:
        for value in range(30):
            page.send(f"adventure {value / 100}")
        wait_for(lambda: guarded.music.asked[-1:] == ["adventure 0.29"])
        assert sum(asked.startswith("adventure") for asked in guarded.music.asked) < 25


def test_a_page_that_sends_too_much_is_closed(guarded):
    with join(guarded) as page, pytest.raises(ConnectionClosed):
        page.send("tempo " + "1" * 10_000)
        for _ in range(1000):
            page.recv(timeout=20)


def test_who_does_not_know_the_token_sees_and_steers_nothing(guarded):
    for token in ("", "another", TOKEN[:-1], "%00"):
        with pytest.raises(InvalidStatus) as refused, join(guarded, token):
            pass
        assert refused.value.response.status_code == 403


def test_other_sites_and_other_names_are_refused(guarded):
    with pytest.raises(InvalidStatus), join(guarded, origin="http://evil.example"):
        pass
    for host in ("evil.example", f"evil.example:{guarded.port}"):
        assert fetch(guarded.port, "/", host)[0] == 403
        headers = {"Host": host}
        with pytest.raises(InvalidStatus), join(guarded, additional_headers=headers):
            pass


def test_there_is_no_room_for_very_many_pages_and_room_again_when_they_leave(guarded):
    with ExitStack() as pages:
        for _ in range(MOST_PAGES):
            pages.enter_context(join(guarded))
        with pytest.raises(InvalidStatus) as refused, join(guarded):
            pass
        assert refused.value.response.status_code == 503

    def has_room():
        with suppress(InvalidStatus), join(guarded):
            return True

    wait_for(has_room)


def test_ten_thousand_connections_leave_the_page_as_it_was(guarded):
    with join(guarded) as page, ExitStack() as opened:
        for number in range(10_000):
            stranger = socket.socket()
            stranger.setblocking(False)
            with suppress(BlockingIOError):
                stranger.connect((HOST, guarded.port))
            if number % 50:
                stranger.close()
            else:
                opened.enter_context(stranger)  # says nothing, and stays
        first = news_of(page, "clock")
        page.send("tempo 123")
        wait_for(lambda: guarded.music.asked[-1:] == ["tempo 123"])
        assert news_of(page, "clock")["kind"] == first["kind"]
    wait_for(lambda: answers(guarded.port))


@pytest.mark.parametrize("sent", [b"\0" * 4000, b"GET / HTTP/1.1\r\n" * 3, b"x" * 70_000, b"\r\n"])
def test_what_is_no_request_is_no_harm(guarded, sent):
    with socket.create_connection((HOST, guarded.port)) as stranger, suppress(OSError):
        stranger.sendall(sent)
    assert answers(guarded.port)
    assert not guarded.lines


def test_on_this_machine_alone_no_token_is_needed(open_to_this_machine):
    with join(open_to_this_machine, token="") as page:
        page.send("hold on")
        assert news_of(page, "told")["line"].startswith("Hold")


def test_a_server_that_dies_is_replaced_and_the_user_told(open_to_this_machine):
    served = open_to_this_machine
    children = [
        child for child in psutil.Process().children() if "web.server" in " ".join(child.cmdline())
    ]
    with join(served) as page:
        children[-1].kill()
        with pytest.raises(ConnectionClosed):
            for _ in range(1000):
                page.recv(timeout=20)
    wait_for(lambda: answers(served.port))
    assert "The music goes on" in served.lines[0]
    with join(served) as page:
        assert news_of(page, "music")["notes"]


def test_leaving_ends_the_server():
    served = serve()
    with served.page:
        wait_for(lambda: answers(served.port))
    with pytest.raises(OSError, match="refused"):
        fetch(served.port, "/")


def test_a_port_that_is_taken_is_said_before_the_music():
    with socket.create_server((HOST, 0)) as taken, pytest.raises(OutputError, match="port"):
        open_page(taken.getsockname()[1], None, Playing(), print, print)


def test_the_address_for_other_devices_holds_a_secret_and_is_drawn_as_a_qr_code():
    shown = []
    open_page(free_port(), HOST, Playing(), print, shown.append)
    address = shown[-1].split()[-1]
    assert len(address.partition("#")[2]) >= 20
    assert len(shown) > 10 and set("".join(shown[:-1])) <= set("█▀▄ ")
    shown.clear()
    open_page(free_port(), None, Playing(), print, shown.append)
    assert shown[0].startswith("The page: http://127.0.0.1:") and "#" not in shown[0]


def test_a_qr_code_is_square():
    lines = list(qr_lines("http://192.168.1.7:5299/#secret"))
    assert len(set(map(len, lines))) == 1
    assert len(lines) == (len(lines[0]) + 1) // 2


def test_an_address_of_every_network_is_shown_as_one_that_can_be_opened():
    assert "0.0.0.0" not in address_of(Serving("0.0.0.0", 5299, "s"))
    assert address_of(Serving("::1", 5299)) == "http://[::1]:5299/"


def test_without_the_extra_the_command_that_installs_it_is_named(monkeypatch):
    monkeypatch.setattr("livedshl.surfaces.web.opening.find_spec", lambda name: None)
    with pytest.raises(MissingDependencyError, match=r"livedshl\[web\]"):
        open_page(free_port(), None, Playing(), print, print)

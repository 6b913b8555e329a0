"""Text from outside is shown, whatever is in it; no terminal obeys it."""

import asyncio
import json
import logging
import sys
from dataclasses import replace

import mido
import pytest
from support.bundles import write_kind
from support.provenances import place, provenance
from support.rows import shown_rows
from support.still import StillSession
from support.surroundings import need

from livedshl.cli.log_lines import LogLines
from livedshl.cli.status import StatusLine
from livedshl.errors import CommandError
from livedshl.improviser.trace_file import trace_line
from livedshl.outputs.choice import Output, OutputKind
from livedshl.surfaces.osc import gesture_of
from livedshl.surfaces.screen import Cockpit
from livedshl.text import LONGEST, shown

# A title for the window, colours, a bell, the end of a string, the direction of writing, a line.
NASTY = "x\x1b]0;owned\x07\x1b[31m\x9b7m\x9c\x7f\u202e\u2028Error: faked [red]:bell: y"
KEPT = "[red]:bell: y"  # no markup either


def obeyed(text):
    """The letters of a text that a terminal may obey, line ends and tabs aside."""
    return [letter for letter in text if not letter.isprintable() and letter not in "\n\t"]


@pytest.fixture
def shows_plainly(run_here):
    """Runs a command; it shows the rest of the nasty text, and nothing is obeyed."""

    def run(*arguments, kept=KEPT, **options):
        result = run_here(*arguments, **options)
        told = result.stdout + result.stderr
        assert kept in " ".join(told.split()), told
        assert not obeyed(told), told
        assert not any(line.startswith("Error: faked") for line in told.splitlines())

    return run


def test_what_is_long_is_cut_and_what_is_written_stays():
    assert shown("x" * 9999) == "x" * (LONGEST - 1) + "…"
    for text in ("Ünïcode reel", "日本", "\u0645\u06cc\u200c\u062e", "a b"):
        assert shown(text) == text
    assert shown("a\r\nb\u2028c\ud800") == "a  b c?"


def test_titles_and_names_of_tune_files(shows_plainly, tmp_path):
    need(sys.platform != "win32", "file names of any bytes")
    folder = tmp_path / NASTY.replace("/", "")
    folder.mkdir()
    (folder / "a.abc").write_text(f"X:1\nT:{NASTY}\nM:4/4\nL:1/4\nCDEF|GABc|\n")
    xml = f"<score-partwise><work><work-title>{KEPT}&#x9b;7m&#10;</work-title></work>"
    (folder / "b.musicxml").write_text(xml)
    file = mido.MidiFile(tracks=[mido.MidiTrack([mido.MetaMessage("track_name", name=KEPT)])])
    file.save(folder / "\x1b[31mc.mid")
    shows_plainly("corpus", folder, "--all")
    shows_plainly("corpus", folder, "--json")
    shows_plainly("models", "add", folder)


def test_titles_of_a_model(shows_plainly, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "250")
    folder = tmp_path / "livedshl" / "models" / "mine"
    write_kind(folder, title=NASTY, book=NASTY)
    shows_plainly("library", "--model", folder)
    shows_plainly("models")


def test_a_trace(shows_plainly, tmp_path):
    found = provenance(song=NASTY, wish=NASTY, place=place(section=NASTY))
    (tmp_path / "t.jsonl").write_text(trace_line(found))
    shows_plainly("explain", tmp_path / "t.jsonl")


def test_a_take(shows_plainly, tmp_path):
    take = tmp_path / "t.mid.take"
    take.write_text(json.dumps({"format": 2, "version": "1", "bundle": NASTY, NASTY: 1}) + "\n")
    shows_plainly("replay", take, kept="Error: ")
    shows_plainly("replay", take, "--debug", kept="Error: ")


def test_names_that_are_typed(shows_plainly, tmp_path):
    shows_plainly("generate", "t.mid", "--preset", NASTY, cwd=tmp_path)
    shows_plainly("generate", "t.mid", "--model", NASTY, cwd=tmp_path)
    shows_plainly("generate", f"{NASTY}.xyz", cwd=tmp_path)
    shows_plainly(NASTY)


def test_names_of_ports(shows_plainly, monkeypatch):
    for module in ("cli.ports", "outputs.choice"):
        monkeypatch.setattr(f"livedshl.{module}.output_names", lambda: [NASTY])
    monkeypatch.setattr("livedshl.cli.ports.input_names", lambda: [NASTY])
    shows_plainly("ports")
    shows_plainly("play", "--port", "nowhere")


@pytest.mark.parametrize(
    "address", [f"/livedshl/{NASTY}", f"/livedshl/level/{NASTY}/{NASTY}", "/livedshl/hold"]
)
def test_what_osc_brings(capsys, address):
    with pytest.raises(CommandError) as refused:
        gesture_of(address, [NASTY])
    StatusLine().tell(str(refused.value))
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert not obeyed(told)


def test_the_log():
    try:
        raise OSError(NASTY)
    except OSError:
        record = logging.makeLogRecord({"msg": "%s has gone", "args": (NASTY,)})
        record.exc_info = sys.exc_info()
    line, *traceback = LogLines().format(record).split("\n")
    assert line.endswith(f"{KEPT} has gone")
    assert KEPT in traceback[-1]
    assert not obeyed("\n".join([line, *traceback]))


class NastySession(StillSession):
    """Every name that the screen shows comes from outside."""

    def __init__(self):
        super().__init__()
        self.chunks = tuple(
            replace(chunk, provenance=replace(
                chunk.provenance, song=NASTY + "\nfaked line",
                candidates=tuple(replace(c, song=NASTY) for c in chunk.provenance.candidates),
            ))
            for chunk in self.chunks
        )  # fmt: skip

    def snapshot(self):
        still = super().snapshot()
        output = Output(OutputKind.PORT, NASTY, "")
        return replace(still, hearing=replace(still.hearing, output=output))


@pytest.mark.parametrize(("keys", "count"), [((), 4), (("c",), 8)])
def test_the_screen(keys, count):
    async def shown_lines():
        session = NastySession()
        cockpit = Cockpit(session, session)
        async with cockpit.run_test(size=(120, 40)) as pilot:
            await pilot.press(*keys)
            cockpit.tell(f"{NASTY}\n\nthe end")
            until = session.times_seen + 3
            while session.times_seen < until:
                await pilot.pause(0.02)
            await pilot.pause()
            return shown_rows(cockpit)

    lines = asyncio.run(shown_lines())
    assert not obeyed("".join(lines))
    told = [number for number, line in enumerate(lines) if KEPT in line]
    assert len(told) == count  # the port, two songs, with codes four candidates, the message
    assert told[0] == 0 and told[-1] == 38
    assert "the end" in lines[38]

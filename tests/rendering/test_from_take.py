"""The files of a take are those of what was played: the same notes, score, sound and stems."""

import json
import subprocess
import wave
from xml.etree import ElementTree as ET

import mido
import pytest
from support.surroundings import livedshl

from livedshl.bundle.catalogue import find_bundle
from livedshl.bundle.model import open_model
from livedshl.errors import SettingsError, TakeError
from livedshl.improviser.trace_file import read_trace
from livedshl.live.take import Take
from livedshl.music.leadsheet import Key
from livedshl.performance.commands import ChoosePreset, Hold, Mute, SetKey, SetTempo
from livedshl.performance.composer import Change, Composer
from livedshl.performance.options import make_settings
from livedshl.performance.preset import load_preset
from livedshl.performance.steering import Band
from livedshl.performance.succession import Succession
from livedshl.performance.take_log import log_path
from livedshl.rendering import render_take

BAR = 1920
MUTED = "Melody"
COMMANDS = [
    Change(2 * BAR, Mute(MUTED, True)),
    Change(3 * BAR, SetKey(Key.parse("E"))),
    Change(4 * BAR, Mute(MUTED, False)),
    Change(5 * BAR, Hold(True)),
    Change(7 * BAR, Hold(False)),
    Change(8 * BAR, ChoosePreset("solo-piano"), Band.of(load_preset("solo-piano"))),
]


@pytest.fixture(scope="module")
def take(tmp_path_factory):
    """A take of ten bars and a half with commands, and its last bars, saved while it played."""
    folder = tmp_path_factory.mktemp("take")
    settings = make_settings(seed=3, tempo_bpm=120, key="G")
    model = open_model(find_bundle("session"))
    composer = Composer(Succession(model.bundle, model.index, settings), BAR)
    commands = list(COMMANDS)
    with Take(settings, model.bundle.folder, folder / "take.mid", folder / "take.jsonl") as taken:
        while composer.tick < 11 * BAR:
            while commands and commands[0].tick <= composer.tick:
                composer.change(commands.pop(0))
            chunk = composer.compose()
            taken.append(chunk, composer.keep_before(chunk.start_tick + 1))
            if chunk.start_tick == 6 * BAR:
                taken.change(Change(6 * BAR, SetTempo(90)))
        taken.save(folder / "saved.mid", composer.tick, composer.chords)
        taken.cut(10 * BAR + BAR // 2)
    return folder / "take.mid"


def test_every_file_of_a_take_holds_what_was_played(take, tmp_path):
    midi, score, sound, trace = (tmp_path / f"t.{e}" for e in ("mid", "musicxml", "wav", "jsonl"))
    bars = render_take(take, midi, score, sound, stems=tmp_path / "stems", trace=trace)
    assert bars == 10.5
    assert midi.read_bytes() == take.read_bytes()
    played = mido.MidiFile(take)
    with wave.open(str(sound)) as audio:
        seconds = audio.getnframes() / audio.getframerate()
    assert seconds == pytest.approx(played.length + 2, abs=0.1)
    measures = ET.parse(score).findall("part/measure")
    assert len(measures) == 11
    keys = [int(measure.findtext("attributes/key/fifths", "9")) for measure in measures]
    assert keys[0] == 1 and keys[3] == 4
    tempi = [float(each.get("tempo")) for each in ET.parse(score).iter("sound")]
    assert tempi == [120, 90]
    assert not list(ET.parse(score).iter("words"))  # a change of tempo is no ritardando
    stems = sorted((tmp_path / "stems").glob("*.mid"))
    assert len(stems) == len(played.tracks) - 2  # of tempo and chord names
    for stem in stems:
        assert mido.MidiFile(stem).length == pytest.approx(played.length)
    (told, _), (played_from, _) = read_trace(trace), read_trace(take.with_suffix(".jsonl"))
    assert told == [each for each in played_from if each.beat < 42]


def test_the_last_bars_that_were_saved_are_written_from_their_own_beginning(take, tmp_path):
    saved = take.with_name("saved.mid")
    render_take(saved, tmp_path / "t.mid", tmp_path / "t.musicxml")
    assert (tmp_path / "t.mid").read_bytes() == saved.read_bytes()
    assert len(ET.parse(tmp_path / "t.musicxml").findall("part/measure")) >= 11


def test_a_take_of_format_1_is_written_as_well(take, tmp_path):
    lines = []
    for line in log_path(take).read_text().splitlines():
        record = json.loads(line)
        if "settings" in record:
            record["format"] = 1
        elif "command" in record:
            control, *rest = record.pop("command").split()
            *part, value = rest or [None]
            record |= {"control": control, "part": " ".join(part) or None, "value": value}
        lines.append(json.dumps(record))
    (tmp_path / "old.take").write_text("\n".join(lines))
    render_take(tmp_path / "old.take", tmp_path / "t.mid")
    assert (tmp_path / "t.mid").read_bytes() == take.read_bytes()


def test_a_take_is_never_written_over_itself(take, tmp_path):
    before = take.read_bytes(), log_path(take).read_bytes()
    with pytest.raises(SettingsError, match="the recording itself"):
        render_take(take, take, overwrite=True)
    with pytest.raises(SettingsError):
        render_take(take, tmp_path / "t.mid", trace=log_path(take), overwrite=True)
    assert (take.read_bytes(), log_path(take).read_bytes()) == before


def test_a_take_of_nothing_and_a_take_without_its_model_are_refused(take, tmp_path):
    head, *_ = log_path(take).read_text().splitlines()
    (tmp_path / "empty.mid.take").write_text(head)
    with pytest.raises(TakeError, match="holds no music"):
        render_take(tmp_path / "empty.mid", tmp_path / "t.mid", stems=tmp_path / "stems")
    assert [path.name for path in tmp_path.iterdir()] == ["empty.mid.take"]
    with pytest.raises(TakeError, match="not there"):
        render_take(take, tmp_path / "t.mid", model=tmp_path / "moved")


def test_the_command_writes_a_take_and_refuses_what_the_take_has_decided(take, tmp_path):
    def run(*options):
        command = livedshl("generate", "--from-take", take, tmp_path / "t.mid", *options)
        return subprocess.run(command, capture_output=True, text=True)

    refused = run("--bars", 4)
    assert refused.returncode == 2
    assert "leave out --bars: the take decides it" in refused.stderr
    assert not list(tmp_path.iterdir())
    made = run()
    assert made.returncode == 0, made.stderr
    assert f"10.5 bars of {take}" in made.stderr
    assert (tmp_path / "t.mid").read_bytes() == take.read_bytes()

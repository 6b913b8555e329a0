"""The library as a program uses it: `import livedshl`, and a few lines."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import livedshl
from livedshl.midi.file import read_events
from livedshl.outputs.choice import OutputKind

NOWHERE = {"output": livedshl.Output(OutputKind.NOWHERE, "", "")}


def test_a_few_lines_render_eight_bars(tmp_path):
    settings = livedshl.make_settings("jig", key="Em", bars=8, seed=7)
    livedshl.render(settings, tmp_path / "tune.mid", tmp_path / "tune.musicxml")
    assert read_events(tmp_path / "tune.mid")[-1, 0] == 8 * settings.grid.bar_ticks
    assert "<score-partwise" in (tmp_path / "tune.musicxml").read_text()


def test_the_command_line_and_the_library_write_the_same(tmp_path, run_here):
    livedshl.render(livedshl.make_settings(bars=4, seed=1), tmp_path / "a.mid")
    run_here("generate", "b.mid", "--bars", 4, "--seed", 1, cwd=tmp_path)
    assert (tmp_path / "a.mid").read_bytes() == (tmp_path / "b.mid").read_bytes()


def test_hops_have_the_notes_and_chords_that_sound_and_where_they_came_from():
    settings = livedshl.make_settings(bars=4, seed=1, key="C", chords="F | G7 | C | Am")
    hops = list(livedshl.compose(settings, livedshl.load_model()))
    assert hops[0].start_tick == 0
    assert [hop.start_tick for hop in hops[1:]] == [hop.end_tick for hop in hops[:-1]]
    chords = dict(change for hop in hops for change in hop.chords)
    assert [chords[bar * 1920].name for bar in range(3)] == ["F", "G7", "C"]
    assert all(hop.provenance.song for hop in hops)
    events = np.concatenate([hop.events for hop in hops])
    struck = np.concatenate([hop.notes for hop in hops])
    assert len(livedshl.notes_of(events)) == len(struck)
    assert (struck[:, 1] < 16).all() and (struck[:, 3] > 0).all()


@pytest.mark.parametrize(
    ("options", "where", "told"),
    [
        ({"tempo_bpm": 10}, "tempo_bpm", "must be between 20 and 400 BPM, not 10"),
        ({"key": "H"}, "key", "not a key"),
        ({"metre": "5/4"}, "metre", "unknown value '5/4'"),
        ({"bars": 0}, "bars", "must be at least 1"),
        ({"chords": "C | X"}, "chords", "bar 2"),
        ({"chords": Path("missing.txt")}, "missing.txt", "no such file"),
    ],
)
def test_a_wrong_setting_is_named_and_says_what_is_wrong(options, where, told):
    with pytest.raises(livedshl.SettingsError) as raised:
        livedshl.make_settings(**options)
    assert raised.value.where == where
    assert told in raised.value.what


def test_a_name_that_is_nearly_right_is_suggested():
    with pytest.raises(livedshl.PresetError) as raised:
        livedshl.make_settings("waltz")
    assert raised.value.remedy == "Did you mean 'jazz-waltz' or 'waltz-evening'?"
    with pytest.raises(livedshl.BundleError) as raised:
        livedshl.load_model("sesion")
    assert raised.value.remedy == "Did you mean 'session'?"


def test_a_key_may_be_written_out():
    for written, short in (("D major", "D"), ("E minor", "Em"), ("Bb major", "Bb")):
        assert livedshl.Key.parse(written) == livedshl.Key.parse(short)


def test_a_file_needs_an_end(tmp_path):
    with pytest.raises(livedshl.SettingsError, match="bars"):
        livedshl.render(livedshl.make_settings(), tmp_path / "t.mid")


def test_models_presets_and_tunes_are_there():
    assert "session" in livedshl.list_models()
    assert {"session", "jig"} <= set(livedshl.list_presets())
    model = livedshl.load_model("session", metre="6/8")
    assert model.metre == "6/8" and len(model.tunes) > 100
    tunes = livedshl.read_tunes(Path(__file__).parent / "tunes", metre="4/4", mode="major")
    assert tunes.sheets and tunes.skipped


def test_a_session_plays_on_while_it_is_steered_and_replays_to_the_same_file(tmp_path):
    settings = livedshl.make_settings(tempo_bpm=240, seed=1)
    record = str(tmp_path / "take.mid")
    with livedshl.Session(settings, record=record, **NOWHERE) as session:
        assert session.is_playing
        session.send(livedshl.SetTempo(300))
        with pytest.raises(livedshl.CommandError):
            session.send(livedshl.Mute("Nobody", True))
        session.end()
        session.wait(timeout_s=60)
    assert not session.is_playing
    replayed = livedshl.replay(record)
    assert replayed.same and replayed.path == tmp_path / "take-replay.mid"


def test_an_error_in_the_block_stops_the_session_and_is_not_hidden():
    session = livedshl.Session(livedshl.make_settings(seed=1), **NOWHERE)
    with pytest.raises(ZeroDivisionError), session:
        raise ZeroDivisionError
    assert not session.is_playing


def test_what_keeps_a_session_from_playing_is_raised_where_it_starts(tmp_path):
    settings = livedshl.make_settings(seed=1)
    session = livedshl.Session(settings, record=tmp_path / "no" / "t.mid", **NOWHERE)
    with pytest.raises(livedshl.OutputError, match="there is no such folder"):
        session.start()


def test_every_public_name_is_there_and_explains_itself():
    for name in set(livedshl.__all__) - {"__version__"}:
        assert getattr(livedshl, name).__doc__ or name == "Command", name
    assert set(livedshl.__all__) <= set(dir(livedshl))
    with pytest.raises(AttributeError):
        livedshl.no_such_name  # noqa: B018


def test_importing_the_library_loads_none_of_its_parts():
    command = "import sys, livedshl; print(sorted(m for m in sys.modules if 'livedshl' in m))"
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True)
    assert done.stdout.strip() == "['livedshl', 'livedshl.version']"

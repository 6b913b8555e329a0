"""The log of a take tells all that it was told, whatever that was."""

from dataclasses import replace

import pytest
from support.charts import chart_of

from livedshl.errors import TakeError
from livedshl.improviser import Chart, Form, Retrieve
from livedshl.music import COMMON_TIME, Chord
from livedshl.music.leadsheet import Key, Mode
from livedshl.performance.command_text import text_of
from livedshl.performance.commands import (
    Answer,
    ChoosePreset,
    FollowChord,
    Hold,
    Mute,
    Panic,
    SetTempo,
)
from livedshl.performance.composer import Change
from livedshl.performance.phrase import Phrase
from livedshl.performance.preset import load_preset, presets_for
from livedshl.performance.settings import Settings
from livedshl.performance.steering import Band
from livedshl.performance.take_log import LogWriter, read_log


def settings_of(name, **changed):
    chosen = Settings.of_preset(
        load_preset(name), COMMON_TIME, tempo_bpm=97.5, key=Key(3, Mode.MAJOR), form=Form.AABA,
        retrieve=Retrieve.MAX, seed=12, bars=None,
    )  # fmt: skip
    return replace(chosen, **changed)


@pytest.fixture
def bundle(tmp_path):
    (tmp_path / "manifest.json").write_text("{}")
    return tmp_path


def written(path, bundle, settings, *told):
    with path.open("w", encoding="utf-8") as file:
        writer = LogWriter(file, settings, bundle)
        for name, value in told:
            getattr(writer, name)(value)
    return read_log(path)


@pytest.mark.parametrize("name", presets_for(COMMON_TIME))
def test_the_settings_come_back_whole(name, bundle, tmp_path):
    chart = chart_of("C | F#m7 | G7 G | C")
    chosen = settings_of(name, chart=chart, bars=40)
    assert written(tmp_path / "a.take", bundle, chosen).settings == chosen
    plain = settings_of(name, rules=chosen.rules.plain())
    assert written(tmp_path / "b.take", bundle, plain).settings == plain


def test_the_controls_come_back_in_order_and_may_name_parts_of_a_band_to_come(bundle, tmp_path):
    piano = Band.of(load_preset("solo-piano"))
    changes = (
        Change(0, SetTempo(120.5)),
        Change(960, Mute("Right hand", True)),
        Change(1920, ChoosePreset("solo-piano"), piano),
        Change(1920, Hold(False)),
        Change(3000, Panic()),
        Change(3840, Answer(Phrase.parse("8: 60.1.0 60.0.0"))),
    )
    told = [("changed", change) for change in changes]
    log = written(
        tmp_path / "a.take", bundle, settings_of("session"),
        ("heard", 960), *told, ("heard", 4800), ("end", 4321),
    )  # fmt: skip
    assert [text_of(change.command) for change in log.changes] == [
        text_of(change.command) for change in changes
    ]
    assert [(change.tick, change.band) for change in log.changes] == [
        (change.tick, change.band) for change in changes
    ]
    assert (log.heard, log.end, log.bundle) == (4800, 4321, bundle)


def test_a_last_line_that_was_cut_short_is_left_out_and_another_is_told(bundle, tmp_path):
    path = tmp_path / "a.take"
    written(path, bundle, settings_of("session"), ("heard", 960), ("heard", 1920))
    whole = path.read_text()
    path.write_text(whole[:-6])
    assert read_log(path).heard == 960
    lines = whole.splitlines()
    path.write_text("\n".join([lines[0], lines[1][:-4], lines[2]]))
    with pytest.raises(TakeError, match=r"a\.take, line 2: not a valid log entry"):
        read_log(path)
    for damaged, named in (
        ('{"tick": 1, "command": "bang 1"}', "bang"),
        ('{"tick": 1, "x": 1}', r"\(unknown key 'x'\). The file may be damaged"),
        ('{"tick": 1, "command": "tempo 5000"}', "tempo: 5000 is out of range"),
        ('{"tick": 1, "command": "mute Zither on"}', "Zither"),
        ('{"tick": 1}', "line 2"),
        ("[]", "line 2"),
        ('{"heard": "later"}', "heard: expected int"),
    ):
        path.write_text("\n".join([lines[0], damaged, lines[2]]))
        with pytest.raises(TakeError, match=named):
            read_log(path)


def test_an_empty_log_and_one_of_a_later_version_are_refused(bundle, tmp_path):
    path = tmp_path / "a.take"
    path.write_text("")
    with pytest.raises(TakeError, match="empty"):
        read_log(path)
    written(path, bundle, settings_of("session"))
    changed = path.read_text().replace('"format": 2, ', '"format": 3, "new": true, ')
    path.write_text(changed)
    with pytest.raises(TakeError, match="format 3"):
        read_log(path)


OLD_HEAD = """{"format": 1, "livedshl": "0.1.0", "bundle": "/models/session", "manifest": "ab", \
"settings": {"parts": [{"name": "Right hand", "role": "melody", "channel": 0, "program": 0, \
"volume": 127, "velocity": 90, "lowest": 55, "highest": 93, "pattern": "written", "density": 1.0, \
"ornaments": 0.0, "pan": 64, "reverb": 50}], "groove": {"swing": 0.0, "timing": 6, "dynamics": 6}, \
"grid": "4/4", "tempo_bpm": 97.5, "key": "Eb", "rules": {"song_cap": 3, "window": 16, \
"recency": 1000, "adventure": 0.25, "max_quote": 8, "terms": []}, "retrieve": "max", \
"seed": 12, "bars": null, "form": "AABA", "chart": [[0, 0], [5, 2]], \
"preset": "solo-piano", "opening": null}}"""
OLD_ENTRIES = """{"heard": 960}
{"tick": 0, "control": "tempo", "value": 120.5, "part": null}
{"tick": 960, "control": "level", "value": 90.0, "part": "Right hand"}
{"tick": 960, "control": "mute", "value": true, "part": "Right hand"}
{"tick": 960, "control": "harmony", "value": "", "part": null}
{"tick": 960, "control": "answer", "value": "8: 60.1.0 60.0.0", "part": null}
{"tick": 1920, "control": "next-tune", "value": null, "part": null}
{"end": 4321}"""


def test_a_log_of_format_1_is_read_as_it_always_was(tmp_path):
    path = tmp_path / "old.take"
    path.write_text("\n".join([OLD_HEAD, *OLD_ENTRIES.splitlines()]))
    log = read_log(path)
    assert log.settings.chart == Chart((Chord.parse("C"), Chord.parse("F7")))
    assert (str(log.settings.key), log.settings.form) == ("Eb", Form.AABA)
    assert [text_of(change.command) for change in log.changes] == [
        "tempo 120.5", "level Right hand 90", "mute Right hand on", "harmony",
        "answer 8: 60.1.0 60.0.0", "next-tune",
    ]  # fmt: skip
    assert log.changes[3].command == FollowChord(None)
    assert (log.heard, log.end) == (960, 4321)
    path.write_text(OLD_HEAD + '\n{"tick": 0, "control": "tempo"}\n{"heard": 1}')
    with pytest.raises(TakeError, match=r"line 2: not a valid log entry .missing key 'part'"):
        read_log(path)

"""Chords that a performance is told to follow, from the command line to the notes."""

import json
from dataclasses import replace

import mido
import numpy as np
import pytest
from click.testing import CliRunner
from support.bundles import index_of, random_bundle
from support.charts import chart_of

from livedshl.arranger import Role
from livedshl.cli import livedshl
from livedshl.errors import SettingsError
from livedshl.improviser import Form, Retrieve
from livedshl.music import COMMON_TIME
from livedshl.music.leadsheet import Key
from livedshl.performance.composition import Composition
from livedshl.performance.options import make_settings
from livedshl.performance.preset import load_preset
from livedshl.performance.settings import Settings, chords_of

CHART = "C | Am | Dm7 Ebm7 | G7sus4"


@pytest.fixture
def settings():
    return Settings.of_preset(
        load_preset("solo-piano"),
        COMMON_TIME,
        tempo_bpm=None,
        key=Key.parse("F"),
        form=Form.AABA,
        retrieve=Retrieve.MIN,
        seed=1,
        bars=8,
        chart=chart_of(CHART),
    )


def test_the_chords_of_the_chart_are_what_is_played_whatever_the_key(settings):
    bundle = random_bundle()
    chart = settings.chart
    chunks = list(Composition(bundle, index_of(bundle), settings))
    names = [
        chord.transposed(settings.key.shift).name
        for chunk in chunks
        for chord in (chords_of(bundle, settings).classes[n] for n in chunk.steps[::4, 2])
    ]
    assert names[:-1] == [chord.name for chord in chart.at(0, 31)]
    assert names[-1] == "F"  # the tonic, on which it ends, and not the chart's G7sus4
    assert {chunk.key for chunk in chunks} == {settings.key}
    channel = next(p.channel for p in settings.parts if p.role.value == "chords")
    for chunk in chunks[:-1]:
        for tick, status, pitch, _ in chunk.events.tolist():
            if status == 0x90 | channel:
                (chord,) = chart.at(tick // 480, 1)
                assert pitch % 12 in chord.pitch_classes


def test_the_note_after_a_slash_is_in_the_bass_and_no_chord_rests_it(settings):
    bundle = random_bundle()
    band = load_preset("country")
    bass = next(part for part in band.parts if part.role is Role.BASS)
    chart = chart_of("F/A | F/C | N.C. | Bb/D")
    changed = replace(settings, parts=band.parts, chart=chart, bars=16)
    struck = {}
    for chunk in Composition(bundle, index_of(bundle), changed):
        for tick, status, pitch, _ in chunk.events.tolist():
            if status == 0x90 | bass.channel:
                struck.setdefault(tick // 1920 % 4, {}).setdefault(tick % 1920, set()).add(
                    pitch % 12
                )
    assert [struck[bar][0] for bar in (0, 1, 3)] == [{9}, {0}, {2}]
    assert 0 not in struck.get(2, {})


def test_without_a_chart_the_chords_are_those_of_the_model_and_the_harmoniser(settings):
    bundle = random_bundle()
    free = Settings.of_preset(
        load_preset("solo-piano"), COMMON_TIME, tempo_bpm=None, key=None, form=Form.NONE,
        retrieve=Retrieve.MIN, seed=1, bars=4,
    )  # fmt: skip
    known = chords_of(bundle, free)
    assert known.classes[: len(bundle.vocabulary)] == bundle.vocabulary.classes
    assert {"E7", "G7"} <= set(known.names)  # what the harmoniser knows


def test_a_chart_may_be_given_in_a_file_and_written_to_a_score(tmp_path):
    chart = tmp_path / "blues.txt"
    chart.write_text("C7 | F7 | C7 | %\nF7 | % | C7 | %\nG7 | F7 | C7 | G7\n")
    arguments = ["--bars", "12", "--seed", "1", "--key", "C", "--chords", str(chart)]
    for name in ("out.mid", "out.musicxml"):
        result = CliRunner().invoke(livedshl, ["generate", str(tmp_path / name), *arguments])
        assert result.exit_code == 0, result.output
    assert (tmp_path / "out.musicxml").read_text().count(">dominant</kind>") >= 8
    assert mido.MidiFile(tmp_path / "out.mid").length > 0


def test_a_chart_that_cannot_be_read_names_bar_and_chord():
    with pytest.raises(SettingsError, match="chords: bar 3: not a chord name: 'Xm'"):
        make_settings(chords="C | Am | Xm")


def test_the_sections_of_a_chart_are_the_form_of_the_tunes(tmp_path):
    chart = "[A] |: C | F | G7 | C | Am | F | G7 | C :| [B] F | C | D7 | G7 [C] C | F | G7 | C"
    trace = tmp_path / "out.jsonl"
    arguments = ["--bars", "24", "--seed", "1", "--chords", chart, "--trace", str(trace)]
    command = ["generate", str(tmp_path / "out.mid"), *arguments]
    assert CliRunner().invoke(livedshl, command).exit_code == 0
    records = [json.loads(line) for line in trace.read_text().splitlines()]
    assert {record["plan"] for record in records} == {"AABC"}
    places = [f"{record['section']}{record['time']}" for record in records]
    assert list(dict.fromkeys(places)) == ["A1", "A2", "B1", "C1"]


def test_the_trace_tells_how_long_one_song_is_quoted(tmp_path):
    trace = tmp_path / "out.jsonl"
    arguments = ["--force", "--bars", "16", "--seed", "1", "--form", "none", "--trace", str(trace)]
    for most in ("6", "8"):
        command = ["generate", str(tmp_path / "out.mid"), *arguments, "--max-quote", most]
        assert CliRunner().invoke(livedshl, command).exit_code == 0
        records = [json.loads(line) for line in trace.read_text().splitlines()]
        assert all(record["rules_kept"] for record in records)
        assert 2 <= np.max([record["quote_beats"] for record in records]) <= int(most)

"""Codes of accompaniment, learned from songs that each keep a figure of their own."""

from dataclasses import replace

import numpy as np
import pytest
from support.made_songs import made_songs
from support.written_songs import write_songs

from livedshl.errors import CorpusError, PresetError
from livedshl.evaluation.accompaniment.band import compare_by_code
from livedshl.evaluation.accompaniment.contest import BarContest
from livedshl.evaluation.accompaniment.evaluate import evaluate_songs
from livedshl.evaluation.accompaniment.figures import SoundingBar, figures_of, ground_of
from livedshl.learning.accompaniment.reading import accompanied_songs
from livedshl.learning.accompaniment.training import AccompanimentSettings
from livedshl.music import Chord
from livedshl.music.accompaniment import accompaniment_of
from livedshl.music.accompaniment_features import AccompanimentBars
from livedshl.progress import unseen

SETTINGS = AccompanimentSettings(epochs=5, batch_size=64)
SMALL = replace(SETTINGS, shape=replace(SETTINGS.shape, length=16, symbols=8, hidden=32))


@pytest.fixture(scope="module")
def evaluation():
    return evaluate_songs(accompanied_songs(made_songs(24)), 0.25, 0, unseen, SMALL)


def test_codes_find_what_accompanies_next_in_songs_they_did_not_learn_from(evaluation):
    recall = {name: figures["recall@10"].value for name, figures in evaluation.methods.items()}
    assert recall["codes"] > max(recall["keep the last bar"], 2 * recall["chance"])
    assert evaluation.held_out == 6
    assert evaluation.queries == 6 * 23


def test_chance_finds_as_much_as_chance_must(evaluation):
    figures = evaluation.methods["chance"]
    assert figures["recall@10"].value == pytest.approx(10 / evaluation.candidates)


def test_what_is_found_in_other_songs_accompanies_a_song_with_its_own_chords(evaluation):
    own, found = evaluation.laid["the songs"], evaluation.laid["codes"]
    assert found.chord_tones >= own.chord_tones - 0.01
    assert found.clashes <= own.clashes + 0.05
    assert 1 <= found.notes <= 2 * own.notes


def test_the_same_seed_gives_the_same_figures(evaluation):
    again = evaluate_songs(accompanied_songs(made_songs(24)), 0.25, 0, unseen, SMALL)
    assert again.as_json() == evaluation.as_json()


def test_no_bar_of_a_held_out_song_is_learned_from():
    cut = [accompaniment_of(sheet) for (sheet,) in made_songs(8)]
    bars = AccompanimentBars.of(cut, range(len(cut)))
    contest = BarContest.of(bars, 0.25, np.random.default_rng(1))
    apart = set(bars.songs[contest.queries].tolist())
    assert len(apart) == contest.held_out == 2
    assert not apart & set(bars.songs[contest.training].tolist())
    for candidates in contest.candidates.values():
        assert set(bars.contents[contest.queries + 1]) <= set(bars.contents[candidates])


def test_songs_without_accompaniment_are_refused():
    bare = [tuple(replace(sheet, accompaniment=np.zeros((0, 4), np.int32)) for sheet in song)
            for song in made_songs(2)]  # fmt: skip
    with pytest.raises(CorpusError, match="no song has an accompaniment"):
        evaluate_songs(accompanied_songs(bare), 0.5, 0, unseen)


def test_too_few_songs_to_hold_one_out_are_refused():
    with pytest.raises(CorpusError, match="leaves one side empty"):
        evaluate_songs(accompanied_songs(made_songs(1)), 0.1, 0, unseen)


def bar_of(*notes, chord="C", melody=76, before=None):
    """A bar of notes, each a step and a pitch, over a chord and below a melody."""
    rows = np.array([(step, 2, pitch, 0) for step, pitch in notes], np.int16)
    ground = ground_of([Chord.parse(chord)] * 16, [melody] * 16)
    return SoundingBar(rows, ground, before)


def test_the_figures_of_bars_tell_rhythm_chord_clashes_and_register():
    first = bar_of((0, 48), (4, 60), (8, 64), (12, 67))
    same = bar_of((0, 50), (4, 62), (8, 65), (12, 63), chord="Dm", before=first.notes)
    other = bar_of((0, 48), (8, 60), before=first.notes)
    figures = figures_of([first, same, other])
    assert figures.notes == pytest.approx(10 / 3)
    assert figures.same_rhythm == 0.5
    assert figures.rhythm == pytest.approx((1 + 2 / 8**0.5) / 2)
    assert figures.chord_tones == pytest.approx(0.9)
    assert figures.clashes == pytest.approx(0.2)  # F and Eb, of ten notes, below an E
    assert figures.pitch == pytest.approx(58.7)


def test_what_a_preset_plays_by_code_stands_beside_songs(tmp_path):
    write_songs(tmp_path, 4)
    compared = compare_by_code("session", ["lied"], [str(tmp_path)], 1, 3, unseen).presets["lied"]
    assert (compared.metre, compared.songs) == ("4/4", 4)
    assert compared.of_songs["same_rhythm"].mean == 1
    for spreads in (compared.pieces, compared.of_songs):
        for spread in spreads.values():
            assert spread.low <= spread.mean <= spread.high
    assert 0.8 < compared.pieces["chord_tones"].mean <= 1
    assert 5 < compared.pieces["notes"].mean < 30


def test_a_preset_in_which_nobody_plays_by_code_is_refused():
    with pytest.raises(PresetError, match="no part of the preset plays by code") as refused:
        compare_by_code("session", ["session"], [], 1, 0, unseen)
    assert "lied" in refused.value.remedy

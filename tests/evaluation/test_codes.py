from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.own_tunes import own_tunes
from support.strategies import every_hop, tune_lists

from livedshl.bundle import SegmentLibrary
from livedshl.bundle.library import stored_tunes
from livedshl.errors import CorpusError
from livedshl.evaluation.codes.contest import Contest
from livedshl.evaluation.codes.holdout import choose_songs, hold_out
from livedshl.evaluation.codes.intervals import (
    Figure,
    counted_over_songs,
    mean_over_songs,
    median_over_songs,
)
from livedshl.learning.melodies import melody_ids
from livedshl.learning.pairs import positive_pairs
from livedshl.music import GRIDS
from livedshl.music.segments import Tune

TUNES = own_tunes(n_tunes=12)


def contest(follow_beats: int = 2) -> Contest:
    holdout = hold_out(TUNES, np.array([2, 7]), follow_beats)
    return Contest.of(holdout, np.random.default_rng(0))


def judged(asked: Contest, scores: np.ndarray) -> dict[str, Figure]:
    """The figures of a ranker that gives `scores`, float[queries, candidates]."""
    blocks = iter(np.split(scores, range(256, len(scores), 256)))
    return asked.judge(lambda contexts: next(blocks), np.random.default_rng(0))


def with_repeats(tune: Tune) -> Tune:
    """The tune played twice."""
    steps = np.concatenate([tune.steps, tune.steps])
    starts, phases = every_hop(tune.grid, len(steps))
    return replace(tune, steps=steps, starts=starts, phases=phases)


@given(
    seed=st.integers(0, 1000), share=st.sampled_from(["0.1", "0.3"]), follow=st.sampled_from([2, 4])
)
@settings(max_examples=20)
def test_training_has_nothing_of_the_held_out_songs(seed: int, share: str, follow: int) -> None:
    tunes = [*TUNES, replace(TUNES[3], title="The same again", source="own.abc#99")]
    holdout = hold_out(tunes, choose_songs(tunes, share, seed), follow)
    library, training = holdout.library, holdout.training
    held_out = np.isin([tune.source for tune in library.tunes], holdout.songs)
    forbidden = {c.tobytes() for c in library.contents()[held_out[library.tune_of]]}
    assert not forbidden & {c.tobytes() for c in training.contents()}
    assert not set(holdout.songs) & {tune.source for tune in training.tunes}
    assert (training.contents() == library.contents(holdout.training_rows)).all()
    assert (training.phases == library.phases[holdout.training_rows]).all()
    assert {"own.abc#3", "own.abc#99"}.isdisjoint(holdout.songs) or (
        {"own.abc#3", "own.abc#99"} <= {*holdout.songs, *holdout.recurring}
    )
    every = {tuple(pair) for pair in positive_pairs(tunes, follow).tolist()}
    learned = holdout.training_rows[holdout.training_pairs]
    assert {tuple(pair) for pair in learned.tolist()} <= every


def test_more_tunes_to_learn_from_change_no_question_and_have_nothing_of_the_held_out_songs() -> (
    None
):
    of_others = [
        replace(tune, source=f"more.abc#{n}")
        for n, tune in enumerate(own_tunes(n_tunes=20, seed=9))
    ]
    in_other_chords = replace(
        TUNES[2], steps=TUNES[2].steps + np.array([12, 0, 0], np.int8), source="more.abc#20"
    )
    songs = np.array([2, 7])
    alone, more = (hold_out(TUNES, songs, 4, also) for also in ((), [*of_others, in_other_chords]))
    assert (alone.queries == more.queries).all() and len(alone.library) == len(more.library)
    assert len(more.training_pairs) > 2 * len(alone.training_pairs)
    assert "more.abc#20" in more.recurring
    held_out = melody_ids(np.concatenate([alone.library.contents(), more.training.contents()]))
    of_songs = held_out[: len(alone.library)][np.isin(alone.library.tune_of, songs)]
    learned_of_others = held_out[len(alone.library) + len(alone.training) :]
    assert not np.isin(learned_of_others, of_songs).any()
    asked, asked_more = (Contest.of(each, np.random.default_rng(0)) for each in (alone, more))
    assert (asked.candidates == asked_more.candidates).all()
    assert (asked.negatives == asked_more.negatives).all()


def test_a_tune_in_another_octave_and_with_other_chords_is_the_same_tune() -> None:
    contents = SegmentLibrary.of_tunes(TUNES).contents(slice(0, 4)).copy()
    other = contents.copy()
    other[..., 0] += 12
    other[..., 2] = 3
    ids = melody_ids(np.concatenate([contents, other]))
    assert (ids[:4] == ids[4:]).all() and len(set(ids.tolist())) == 4


def test_songs_are_held_out_by_name(tmp_path: Path) -> None:
    names = tmp_path / "names.txt"
    names.write_text(f"{TUNES[4].title}\n\n{TUNES[1].source}\n")
    assert choose_songs(TUNES, str(names), 0).tolist() == [1, 4]


@pytest.mark.parametrize(
    ("content", "told"),
    [("No such tune\n", "No such tune"), ("\n", "no name"), (None, "neither a share nor")],
)
def test_unknown_names_are_one_line(tmp_path: Path, content: str | None, told: str) -> None:
    names = tmp_path / "names.txt"
    if content is not None:
        names.write_text(content)
    with pytest.raises(CorpusError, match=told) as caught:
        choose_songs(TUNES, str(names), 0)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("share", ["0", "1", "0.0001", "-3"])
def test_a_share_must_leave_songs_on_both_sides(share: str) -> None:
    with pytest.raises(CorpusError, match="share"):
        choose_songs(TUNES, share, 0)


@pytest.mark.parametrize("metre", GRIDS)
def test_a_library_gives_its_tunes_back(metre: str) -> None:
    grid = GRIDS[metre]
    one, two, three = own_tunes(n_tunes=3, grid=grid)
    tunes = [one, with_repeats(two), three]
    again = stored_tunes(SegmentLibrary.of_tunes(tunes))
    for tune, other in zip(tunes, again, strict=True):
        assert (tune.starts == other.starts).all() and (tune.phases == other.phases).all()
    for follow in (grid.hop_beats, grid.segment_beats):
        assert (positive_pairs(tunes, follow) == positive_pairs(again, follow)).all()


@given(tune_lists(), st.lists(st.integers(0, 7), min_size=5, max_size=5))
def test_the_tunes_of_a_library_make_the_same_library_wherever_their_bars_lie(
    tunes: list[Tune], shifts: list[int]
) -> None:
    """As in real tunes after a bar of another length, segments may start off the beat."""
    shifted = [
        replace(
            tune,
            steps=np.concatenate([tune.steps[-shift:] if shift else tune.steps[:0], tune.steps]),
            starts=tune.starts + shift,
        )
        for tune, shift in zip(tunes, shifts, strict=False)
    ]
    library = SegmentLibrary.of_tunes(shifted)
    again = SegmentLibrary.of_tunes(stored_tunes(library))
    assert (again.starts == library.starts).all() and (again.phases == library.phases).all()


def test_whoever_knows_the_answer_is_always_right() -> None:
    asked = contest()
    n = len(asked.candidates)
    figures = judged(asked, (np.arange(n) == asked.truth[:, None]).astype(float))
    for name in ("auc_random", "auc_filtered", "recall@1", "mrr", "in_phase_recall@1"):
        assert figures[name].value == figures[name].low == figures[name].high == 1.0
    assert figures["median_rank_percent"].value == pytest.approx(100 / n)


def test_whoever_cannot_tell_is_right_as_often_as_by_chance() -> None:
    asked = contest()
    n = len(asked.candidates)
    figures = judged(asked, np.zeros((len(asked.queries), n)))
    assert figures["auc_random"].value == figures["auc_filtered"].value == 0.5
    assert figures["recall@10"].value == pytest.approx(10 / n)
    assert figures["median_rank_percent"].value == pytest.approx(50 * (n + 1) / n)
    assert figures["mrr"].value == pytest.approx((1 / np.arange(1, n + 1)).mean())


@given(seed=st.integers(0, 10_000), levels=st.integers(1, 4))
@settings(max_examples=10)
def test_ties_count_as_the_mean_of_their_outcomes(seed: int, levels: int) -> None:
    """Against the mean over many orders in which the ties are broken by lot."""
    asked = contest()
    shape = (len(asked.queries), len(asked.candidates))
    rng = np.random.default_rng(seed)
    tied = rng.integers(levels, size=shape).astype(float)
    found = judged(asked, tied)
    by_lot = [judged(asked, tied + rng.random(shape) / 2) for _ in range(60)]
    for name in ("auc_random", "auc_filtered", "recall@10", "recall@100", "mrr"):
        outcomes = np.array([figures[name].value for figures in by_lot])
        assert found[name].value == pytest.approx(outcomes.mean(), abs=outcomes.std() + 1e-9)


def test_an_interval_holds_its_figure_and_narrows_with_more_songs() -> None:
    rng = np.random.default_rng(5)
    widths = []
    for n_songs in (10, 1000):
        song = np.repeat(np.arange(n_songs), 5)
        values = rng.normal(3.0, 1.0, len(song)) + np.repeat(rng.normal(size=n_songs), 5)
        for figure in (mean_over_songs, median_over_songs):
            found = figure(values, song, np.random.default_rng(0))
            assert found.low <= found.value <= found.high
        widths.append(mean_over_songs(values, song, np.random.default_rng(0)))
    assert widths[1].high - widths[1].low < (widths[0].high - widths[0].low) / 4
    assert widths[1].low < 3.0 < widths[1].high


def test_a_count_over_all_songs_has_the_spread_of_their_sizes() -> None:
    """Songs of 20 to 60 segments: 400 of them have 16,000, give or take some 650."""
    rng = np.random.default_rng(2)
    song = np.repeat(np.arange(400), rng.integers(20, 61, 400))
    found = counted_over_songs(lambda chosen: float(chosen.sum()), song, rng)
    assert found.value == len(song)
    assert 200 < (found.high - found.low) / 2 < 1400

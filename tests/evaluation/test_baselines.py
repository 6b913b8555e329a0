from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from support.strategies import every_hop

from livedshl.evaluation.codes.baselines import BASELINES, next_step
from livedshl.evaluation.codes.baselines.material import Material
from livedshl.evaluation.codes.contest import Contest, Ranker
from livedshl.evaluation.codes.holdout import hold_out
from livedshl.music import COMMON_TIME, GRIDS, Grid, Tune
from livedshl.music.segments import CHORD

FITS: dict[str, Callable[[Material], Ranker]] = BASELINES | {
    "lstm": partial(next_step.fit, n_batches=60)
}
INFORMED = [name for name in FITS if name != "random"]
TONES = [(60, 64, 67), (65, 69, 72), (67, 71, 74), (69, 72, 76)]  # of the classes 0 to 3


def circling_tunes(n_tunes: int = 12, n_bars: int = 24, grid: Grid = COMMON_TIME) -> list[Tune]:
    """Tunes whose chords go round, a bar each: 0, 1, 2, 3, 0 ...; eighths on chord tones."""
    eighths = grid.bar_steps // 2
    rng = np.random.default_rng(3)
    tunes = []
    for number in range(n_tunes):
        chord = (np.arange(n_bars) + rng.integers(4)) % 4
        steps = np.zeros((n_bars * grid.bar_steps, 3), np.int8)
        steps[:, 2] = np.repeat(chord, grid.bar_steps)
        for eighth in range(n_bars * eighths):
            steps[2 * eighth : 2 * eighth + 2, 0] = rng.choice(TONES[chord[eighth // eighths]])
            steps[2 * eighth, 1] = 1
        starts, phases = every_hop(grid, len(steps))
        tunes.append(Tune(f"Round {number}", f"rounds.abc#{number}", steps, starts, phases, grid))
    return tunes


def prepared(follow_beats: int, grid: Grid = COMMON_TIME) -> tuple[Contest, Material]:
    holdout = hold_out(circling_tunes(grid=grid), np.array([0, 5, 9]), follow_beats)
    contest = Contest.of(holdout, np.random.default_rng(0))
    contents = holdout.library.contents(contest.candidates)
    pairs = holdout.training_pairs
    return contest, Material(holdout.training, pairs, contents, follow_beats, seed=0)


@pytest.fixture(scope="module", params=[2, 4], ids=["follow 2", "follow 4"])
def asked(request: pytest.FixtureRequest) -> tuple[Contest, Material]:
    return prepared(request.param)


@pytest.mark.slow
@pytest.mark.parametrize("name", INFORMED)
def test_who_has_heard_the_songs_finds_more_than_chance(asked, name: str) -> None:
    contest, material = asked
    figures = contest.judge(FITS[name](material), np.random.default_rng(0))
    assert figures["auc_random"].low > 0.6
    assert figures["recall@100"].low > 100 / len(contest.candidates)


def test_chance_finds_as_much_as_chance(asked) -> None:
    contest, material = asked
    figures = contest.judge(FITS["random"](material), np.random.default_rng(0))
    assert figures["auc_random"].low < 0.5 < figures["auc_random"].high


@pytest.mark.parametrize("name", INFORMED)
def test_what_agrees_with_what_sounds_comes_first_where_segments_overlap(name: str) -> None:
    contest, material = prepared(2)
    contexts = contest.library.contexts(contest.queries[:5])
    scores = FITS[name](material)(contexts)
    for sounding, row in zip(contexts.segments, scores, strict=True):
        agreement = (sounding[8:] == material.contents[:, :8]).all(2).sum(1)
        assert (np.diff(agreement[np.argsort(-row)]) <= 0).all()


@pytest.mark.parametrize("name", INFORMED)
def test_a_chord_that_follows_is_preferred(name: str) -> None:
    """Within a bar the chord stays, at the bar line the next one comes; the others never follow."""
    contest, material = prepared(4)
    contexts = contest.library.contexts(contest.queries[:40])
    best = FITS[name](material)(contexts).argmax(1)
    chords_on = (material.contents[best, 0, CHORD] - contexts.segments[:, -1, CHORD]) % 4
    assert np.isin(chords_on, (0, 1)).mean() > 0.9


@pytest.mark.parametrize("overlaps", [True, False], ids=["overlapping", "end to end"])
@pytest.mark.parametrize("metre", ["3/4", "6/8", "9/8"])
@pytest.mark.parametrize("name", [name for name in INFORMED if name != "lstm"])
def test_in_other_metres_too_more_is_found_than_by_chance(name: str, metre: str, overlaps) -> None:
    grid = GRIDS[metre]
    contest, material = prepared(grid.hop_beats if overlaps else grid.segment_beats, grid)
    figures = contest.judge(FITS[name](material), np.random.default_rng(0))
    assert figures["auc_random"].value > 0.6

"""The forms that tunes have: strains that come twice, counted over a library."""

import numpy as np
import pytest

from livedshl.music import COMMON_TIME, GRIDS
from livedshl.music.tune_forms import TuneForm, forms_in


def tune(rng, grid, *lengths, again=True):
    """Strains of some bars of random eighths, each twice with another ending."""
    strains = []
    for bars in lengths:
        steps = np.zeros((bars * grid.bar_steps, 3), np.int8)
        steps[:, 0] = rng.integers(60, 80, len(steps))
        other = steps.copy()
        other[-grid.bar_steps :, 0] += 1
        strains += [steps, other] if again else [steps]
    return np.concatenate(strains)


@pytest.mark.parametrize(
    ("lengths", "form"),
    [
        ((8, 8), TuneForm("AABB", 8)),
        ((8, 8, 8), TuneForm("AABBCC", 8)),
        ((12, 12), TuneForm("AABB", 12)),
        ((16, 16), TuneForm("AABB", 16)),
        ((6, 6), TuneForm("AABB", 6)),
        ((4, 4), TuneForm("AABB", 8)),  # eight bars of 2/4
        ((8,), None),  # too short to be a form
    ],
)
@pytest.mark.parametrize("metre", GRIDS)
def test_a_form_is_known_by_the_strain_that_opens_it(metre, lengths, form):
    grid = GRIDS[metre]
    steps = tune(np.random.default_rng(1), grid, *lengths)
    counted = forms_in(steps, np.array([0, len(steps)], np.int32), grid)
    assert counted == ({form: 1} if form else {})


def test_what_is_not_played_twice_has_no_form_here():
    rng = np.random.default_rng(2)
    tunes = [tune(rng, COMMON_TIME, 8, 8, again=again) for again in (False, True, True)]
    only_first = [tune(rng, COMMON_TIME, 8), tune(rng, COMMON_TIME, 8, 8, again=False)]
    tunes.append(np.concatenate(only_first))
    bounds = np.cumsum([0, *map(len, tunes)]).astype(np.int32)
    counted = forms_in(np.concatenate(tunes), bounds, COMMON_TIME)
    assert counted == {TuneForm("AABB", 8): 2}

from itertools import islice

import numpy as np
import pytest
from support.bundles import index_of, random_bundle
from support.provenances import place, provenance

from livedshl.improviser import (
    Candidate,
    ContinuationRules,
    Form,
    Groundwork,
    Improvisation,
    Repertoire,
    provenance_of,
)
from livedshl.index import unpack
from livedshl.music import GRIDS
from livedshl.music.leadsheet import Key


def passages(bundle, n, form=Form.NONE):
    rng = np.random.default_rng(1)
    repertoire = Repertoire(Groundwork(bundle), index_of(bundle), ContinuationRules())
    return list(islice(Improvisation(repertoire, form, rng), n))


def test_provenance_says_where_a_passage_came_from_and_how_it_was_found():
    bundle = random_bundle()
    passage = passages(bundle, 5)[4]
    found = provenance_of(bundle, passage, Key.parse("D"))
    tune = int(bundle.library.tune_of[passage.segment])
    assert (found.metre, found.beat, found.beats) == ("4/4", 8, 2)
    assert (found.segment, found.key) == (passage.segment, Key.parse("D"))
    assert (found.song, found.source) == (f"Tune {tune}", f"book.abc#{tune}")
    start = bundle.library.tune_steps[tune] + 4 * found.song_beat
    assert start == bundle.library.starts[passage.segment]
    for name in ("hamming", "nearest", "ties", "agreeing_steps", "rules_kept", "wish"):
        assert getattr(found, name) == getattr(passage.continuation, name)
    assert 0 <= found.splice <= 8
    assert found.takeover_step == 32 + found.splice
    codes = (bundle.forward, bundle.backward)
    forward, backward = (unpack(code[passage.segment], bundle.shape).tolist() for code in codes)
    assert (list(found.forward_code), list(found.backward_code)) == (forward, backward)
    library = bundle.library
    assert found.candidates == tuple(
        Candidate(segment, distance, f"Tune {library.tune_of[segment]}")
        for segment, distance in passage.continuation.candidates
    )
    assert found.candidates


def test_the_opening_was_found_by_no_code_and_a_free_run_has_no_place():
    bundle = random_bundle()
    found = provenance_of(bundle, passages(bundle, 1)[0])
    assert (found.hamming, found.nearest, found.ties, found.agreeing_steps) == (None,) * 4
    assert (found.candidates, found.splice, found.place, found.key) == ((), None, None, None)
    assert found.rules_kept and not found.planned and found.takeover_step == 0


def test_a_tune_gives_its_place_in_the_form():
    bundle = random_bundle()
    for passage in passages(bundle, 5, Form.AABA):
        found = provenance_of(bundle, passage)
        assert found.place == passage.place
        assert found.place.plan == "AABA"


def test_what_the_form_brings_back_is_planned():
    assert provenance(place=place(planned=True)).planned
    assert not provenance(place=place()).planned
    assert not provenance().planned


def test_a_section_is_counted_from_its_second_time():
    assert [place(section="B", time=time).name for time in (1, 2, 3)] == ["B", "B2", "B3"]


def test_in_a_slip_jig_beats_are_dotted_quarters():
    bundle = random_bundle(grid=GRIDS["9/8"])
    played = passages(bundle, 5)
    assert [provenance_of(bundle, passage).beat for passage in played] == [0, 1, 2, 3, 4]
    found = provenance_of(bundle, played[4])
    tune = bundle.library.tune_of[found.segment]
    start = bundle.library.tune_steps[tune] + 6 * found.song_beat
    assert start == bundle.library.starts[found.segment]


def test_an_unknown_metre_is_refused():
    with pytest.raises(ValueError, match="5/4"):
        provenance(metre="5/4")

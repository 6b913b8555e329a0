from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from support.strategies import VOCABULARY, lead_sheets, thorough

from livedshl.music import LeadSheet, Metre, Mode
from livedshl.music.chords import Chord
from livedshl.music.grid import grid_of
from livedshl.music.leadsheet import Key
from livedshl.music.segments import refusal
from livedshl.networks.harmoniser import Harmoniser, chords_by_hop, same_family

pytest.importorskip("torch")

from livedshl.learning.harmony_network import fit_harmoniser

_TRIADS = {"C": (60, 64, 67, 72), "F": (65, 69, 60, 65), "G": (67, 71, 62, 67)}
_PLANS = ("CCFFCCGC", "CFCGCFGC", "CCGGFFGC", "CGFCCGCC")


def sheet_of(plan: str, tonic: int = 0, order: int = 1) -> LeadSheet:
    """A tune of broken triads, one letter of `plan` every two beats, with its chords."""
    notes, chords = [], []
    for hop, name in enumerate(plan):
        chords.append((hop * 960, (Chord.parse(name).root + tonic) % 12, 0))
        for beat, pitch in enumerate(_TRIADS[name][::order]):
            notes.append((hop * 960 + beat * 240, 240, pitch + tonic))
    return LeadSheet(
        title=plan,
        source="own.abc#1",
        metre_changes=((0, Metre(4, 4)),),
        key_changes=((0, Key(tonic, Mode.MAJOR)),),
        bars=np.arange(0, len(plan) * 960, 1920, dtype=np.int32),
        notes=np.array(notes, np.int32),
        chords=np.array(chords, np.int32),
        end=len(plan) * 960,
    )


@pytest.fixture(scope="module")
def harmoniser() -> Harmoniser:
    sheets = [sheet_of(plan * 2, order=order) for plan in _PLANS for order in (1, -1)]
    return fit_harmoniser(sheets, np.random.default_rng(0))


@pytest.mark.parametrize("tonic", [0, 2, 7])
def test_obvious_chords_are_restored_in_the_tunes_own_key(
    harmoniser: Harmoniser, tonic: int
) -> None:
    sheet = sheet_of("CCFGCFGC", tonic)
    bare = sheet_of("CCFGCFGC", tonic)
    bare.chords.resize((0, 3), refcheck=False)
    found = harmoniser.harmonise(bare)
    assert (chords_by_hop(found, VOCABULARY) == chords_by_hop(sheet, VOCABULARY)).all()
    first = found.chords[0].tolist()
    assert first == [0, tonic, 0]
    assert len(found.chords) == 7  # C stays for two hops: chords are written where they change


def test_a_metre_without_a_grid_is_left_alone(harmoniser: Harmoniser) -> None:
    sheet = sheet_of("CFGC")
    five = replace(sheet, metre_changes=((0, Metre(5, 4)),), chords=sheet.chords[:0])
    assert harmoniser.harmonise(five) is five


def in_metre(metre: Metre, plan: str) -> LeadSheet:
    """A tune with one broken triad a hop, in the metre's own hops and eighths."""
    grid = grid_of(metre)
    assert grid
    hop = grid.hop_beats * grid.beat_ticks
    notes = [
        (number * hop + tick, 240, _TRIADS[name][tick // 240 % 3])
        for number, name in enumerate(plan)
        for tick in range(0, hop, 240)
    ]
    end = len(plan) * hop
    return LeadSheet(
        title=plan,
        source="own.abc#1",
        metre_changes=((0, metre),),
        key_changes=((0, Key(0, Mode.MAJOR)),),
        bars=np.arange(0, end, metre.bar_ticks, dtype=np.int32),
        notes=np.array(notes, np.int32),
        chords=np.array(
            [(n * hop, Chord.parse(name).root, 0) for n, name in enumerate(plan)], np.int32
        ),
        end=end,
    )


@pytest.mark.parametrize("metre", [Metre(3, 4), Metre(6, 8), Metre(9, 8)], ids=str)
def test_in_each_metre_chords_change_on_its_hops(harmoniser: Harmoniser, metre: Metre) -> None:
    sheet = in_metre(metre, "CCFGCFGCCFGC")
    found = harmoniser.harmonise(replace(sheet, chords=sheet.chords[:0]))
    wanted = chords_by_hop(sheet, VOCABULARY)
    assert len(wanted) == 12
    assert (chords_by_hop(found, VOCABULARY) == wanted).all()


def test_a_minor_tune_gets_its_dominant() -> None:
    plan = {"A": (69, 72, 76), "E": (71, 68, 64), "D": (74, 77, 69)}

    def in_minor(order: str) -> LeadSheet:
        sheet = sheet_of("C" * len(order))
        notes = sheet.notes.copy()
        notes[:, 2] = [plan[name][i % 3] for name in order for i in range(4)]
        chords = [(h * 960, Chord.parse(n).root, n in "AD") for h, n in enumerate(order)]
        key = ((0, Key(9, Mode.MINOR)),)
        return replace(sheet, key_changes=key, notes=notes, chords=np.array(chords, np.int32))

    model = fit_harmoniser(
        [in_minor(order) for order in ("AADEAEAA" * 2, "ADEAADEA" * 2, "AEADEEAA" * 2)] * 3,
        np.random.default_rng(0),
    )
    found = model.harmonise(replace(in_minor("ADAEADEA"), chords=np.empty((0, 3), np.int32)))
    names = [Chord(root, quality).name for _, root, quality in found.chords.tolist()]
    assert names == ["Am", "Dm", "Am", "E", "Am", "Dm", "E", "Am"]


@thorough(max_examples=40)
@given(lead_sheets())
def test_any_sheet_gets_chords_from_the_first_bar_on(
    harmoniser: Harmoniser, sheet: LeadSheet
) -> None:
    if refusal(sheet, grid=None, mode=None) is not None:
        return
    one, other = harmoniser.harmonise(sheet), harmoniser.harmonise(sheet)
    assert (one.chords == other.chords).all()
    assert one.chords[0, 0] == 0 and (np.diff(one.chords[:, 0]) > 0).all()
    assert (chords_by_hop(one, VOCABULARY) >= 0).all()
    assert one.notes is sheet.notes


@pytest.mark.parametrize("name", ["first.weight", "layers.1.bias", "last.weight"])
def test_weights_of_another_shape_are_refused(harmoniser: Harmoniser, name: str) -> None:
    with pytest.raises(ValueError, match="shape"):
        Harmoniser(
            harmoniser.vocabulary, {**harmoniser.weights, name: harmoniser.weights[name][:-1]}
        )


def test_families_are_root_and_third() -> None:
    g, g7, gm, c = (Chord.parse(name) for name in ("G", "G7", "Gm", "C"))
    assert same_family(g, g7) and not same_family(g, gm) and not same_family(g, c)

import numpy as np
import pytest
from hypothesis import given, settings
from strategies import VOCABULARY, lead_sheets

from livedshl.learning.harmony_network import fit_harmoniser
from livedshl.music import LeadSheet, Metre, Mode
from livedshl.music.chords import Chord
from livedshl.music.harmoniser import Harmoniser, chords_by_hop, same_family
from livedshl.music.leadsheet import Key
from livedshl.music.segments import refusal

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
        metres=(Metre(4, 4),),
        keys=(Key(tonic, Mode.MAJOR),),
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


def test_a_metre_outside_the_library_is_left_alone(harmoniser: Harmoniser) -> None:
    waltz = sheet_of("CFGC")
    waltz = LeadSheet(
        waltz.title, waltz.source, (Metre(3, 4),), waltz.keys, waltz.bars, waltz.notes,
        waltz.chords[:0], waltz.end,
    )  # fmt: skip
    assert harmoniser.harmonise(waltz) is waltz


@settings(max_examples=40, deadline=None)
@given(lead_sheets())
def test_any_sheet_gets_chords_from_the_first_bar_on(
    harmoniser: Harmoniser, sheet: LeadSheet
) -> None:
    if refusal(sheet) is not None:
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

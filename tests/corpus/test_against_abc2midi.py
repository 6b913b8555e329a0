"""What we read in ABC is what abc2midi reads, note for note, in thousands of tunes.

abc2midi comes with Debian's package abcmidi. Where it is absent, these tests are skipped.
"""

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from support.abc2midi import melody_of, written_out
from support.surroundings import CORPORA

from livedshl.corpus.abc import read_abc_tune, split_abc
from livedshl.errors import CorpusError

LEAST_EQUAL = 0.995
TOLERANCE = 3  # ticks; abc2midi counts triplets in whole ticks

# Why a tune differs, by its collection and title.
EXPLAINED = {
    "airdsAirs": {
        "Braes of Busbie.": "abc2midi takes what stands between two ! for a decoration",
        "Callam Brougach.": "abc2midi takes what stands between two ! for a decoration",
    },
    "ryansMammoth": {
        "LILLIBULLERO, or PROTESTANT BOYS' -- JIG": "abc2midi does not take :] for a repeat",
        "Moll Shurkie's -- Jig": "abc2midi dots a chord and a note of different lengths",
        "MY LADY'S GOON HAS GAIRS ON'T -- STRATHSPEY": "abc2midi takes ||[ for a chord",
    },
    "oneills1850": {
        "The Black Slender Boy": "(9 in 3/4: abc2midi takes 3/4 for a compound metre",
        "THE LITTLE BLACK ROSE": "(5 in 3/4: abc2midi takes 3/4 for a compound metre",
        "HAVE YOU BEEN AT CARRICK?": "(5 in 3/4: abc2midi takes 3/4 for a compound metre",
        "The Maiden": "(5 in 3/4: abc2midi takes 3/4 for a compound metre",
        "The Old Horned Sheep": "we play the pickup again, which completes the last bar",
    },
    "essenFolksong": {
        "Eleisonlied": "numbers without notes: abc2midi and we leave out different ones",
        "Eleisonlied (2-9) S. 37": "numbers without notes, as above",
    },
    "nottingham": {
        "Joy of the Dance": "a chord is not closed",
        "Dance All Night": "abc2midi loses the chord [+GB]",
        "Kelly the Boy From Kilken": "abc2midi strikes a note again that is tied to an ending",
    },
}

pytestmark = pytest.mark.skipif(
    shutil.which("abc2midi") is None, reason="abc2midi is not installed (Debian: abcmidi)"
)


def books(collection):
    """The texts of a collection."""
    if collection == "nottingham":
        folder = CORPORA / "nottingham" / "ABC_cleaned"
        if not folder.is_dir():
            pytest.skip("the corpora are not beside the checkout")
    else:
        if find_spec("music21") is None:
            pytest.skip("music21, which brings the tunes, is not installed")
        from livedshl.corpus.music21_books import music21_corpus_folder

        folder = music21_corpus_folder() / collection
    for path in sorted(folder.glob("*.abc")):
        content = path.read_bytes()
        try:
            yield content.decode("utf-8-sig")
        except UnicodeDecodeError:
            yield content.decode("latin-1")


def compared(tune):
    """Whether both read the same melody; None if one of the two cannot read it."""
    text = written_out(tune.text)
    try:
        sheet, _ = read_abc_tune(replace(tune, text=text), "tune")
    except CorpusError:
        return None
    with TemporaryDirectory() as folder:
        theirs = melody_of(text, folder)
    if theirs is None:
        return None
    first = sheet.notes[0, 0]
    ours = [(onset - first, length, pitch) for onset, length, pitch in sheet.notes.tolist()]
    return len(ours) == len(theirs) and all(
        abs(a[0] - b[0]) <= TOLERANCE and abs(a[1] - b[1]) <= TOLERANCE and a[2] == b[2]
        for a, b in zip(ours, theirs, strict=True)
    )


def differing(tunes):
    """The titles of the tunes that differ, and how many tunes both read."""
    with ThreadPoolExecutor(2) as pool:
        results = list(zip(tunes, pool.map(compared, tunes), strict=True))
    read = [equal for _, equal in results if equal is not None]
    return [tune.title for tune, equal in results if equal is False], len(read)


@pytest.mark.parametrize(
    "collection",
    [
        pytest.param("airdsAirs", marks=pytest.mark.slow),
        pytest.param("ryansMammoth", marks=pytest.mark.slow),
        pytest.param("oneills1850", marks=pytest.mark.slow),
        pytest.param("essenFolksong", marks=pytest.mark.slow),
        pytest.param("nottingham", marks=[pytest.mark.slow, pytest.mark.corpora]),
    ],
)
def test_a_collection_is_read_as_abc2midi_reads_it_but_for_what_is_explained(collection):
    tunes = [tune for text in books(collection) for tune in split_abc(text)]
    titles, both = differing(tunes)
    assert set(titles) <= set(EXPLAINED[collection])
    assert both > 0.97 * len(tunes)
    assert 1 - len(titles) / both >= LEAST_EQUAL


@pytest.mark.parametrize("collection", ["airdsAirs", "ryansMammoth", "oneills1850"])
def test_some_tunes_of_each_collection_are_read_as_abc2midi_reads_them(collection):
    tunes = [tune for text in books(collection) for tune in split_abc(text)][::20]
    titles, both = differing(tunes)
    assert set(titles) <= set(EXPLAINED[collection])
    assert both > 0.97 * len(tunes)


def test_the_comparison_sees_a_wrong_note(tmp_path: Path):
    tune = "X:1\nT:t\nM:4/4\nL:1/4\nK:C\nCDEF|^FGFG|\n"
    assert melody_of(tune, tmp_path)[4:] == [(1920, 479, 66), (2400, 479, 67), (2880, 479, 66),
                                             (3360, 479, 67)]  # fmt: skip
    assert melody_of(tune.replace("^F", "F"), tmp_path) != melody_of(tune, tmp_path)

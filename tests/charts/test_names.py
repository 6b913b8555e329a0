"""Chords by every usual name: letters, Nashville numbers, Roman numerals."""

import pytest

from livedshl.charts.names import read_name
from livedshl.music.leadsheet import Key

# How people write chords, and what the band plays: a star where that is the nearest.
SPELLINGS = """
    Eb Eb      Ebm Ebm     Eb7 Eb7     Ebmaj7 Ebmaj7   Ebm7 Ebm7     Ebm7b5 Ebm7b5  Ebdim Ebdim
    Ebdim7 Ebdim7  Ebaug Ebaug  Eb7#5 Eb7#5  Eb6 Eb6   Ebm6 Ebm6     Eb7sus4 Eb7sus4  Ebsus4 Ebsus4
    Eb/G Eb/G  A/C# A/C#   Em/D Em/D   F#m7b5/E F#m7b5/E   D9/F# D7/F#*   Bb/A# Bb
    Eb9 Eb7*   Ebm9 Ebm7*  Ebmaj9 Ebmaj7*  Eb11 Eb7*   Eb13 Eb7*     Eb69 Eb6*      Eb6/9 Eb6*
    Ebsus2 Eb* Eb7sus Eb7sus4  Ebsus Ebsus4  Eb9sus Eb7sus4*  Ebadd9 Eb*  Eb5 Eb*   Eb2 Eb*
    Eb7b9 Eb7* Eb7#9 Eb7*  Eb7alt Eb7#5*   Eb7b5 Eb7*  Eb7#11 Eb7*   Eb7(b9) Eb7*   Eb7b9b13 Eb7*
    EbmMaj7 Ebmmaj7   Ebm(maj7) Ebmmaj7   Eb-^7 Ebmmaj7   EbM7 Ebmaj7  EbMaj7 Ebmaj7  EbMA7 Ebmaj7
    Eb-7 Ebm7  Ebmin7 Ebm7 Ebmi7 Ebm7  Eb- Ebm  Ebmin Ebm  Eb-9 Ebm7*  Eb-11 Ebm7*  Ebm11 Ebm7*
    Eb^7 Ebmaj7  Eb^ Eb  EbΔ Ebmaj7  EbΔ7 Ebmaj7  Ebø Ebm7b5  Ebø7 Ebm7b5  Eb° Ebdim  Eb°7 Ebdim7
    Ebo7 Ebdim7  Eb+ Ebaug  Eb+7 Eb7#5  E♭ Eb  F♯m7 F#m7  B♭maj7 Bbmaj7  Cb B  E#m Fm
    Dbmaj13 C#maj7*
    Ebmaj7#11 Ebmaj7*  Ebm(add9) Ebm*  Eb(no3) Eb*  Eb7b5/A Eb7/A*  Eb4 Ebsus4
"""
WORDS = SPELLINGS.split()


@pytest.mark.parametrize(("written", "played"), zip(WORDS[::2], WORDS[1::2], strict=True))
def test_a_chord_is_read_however_it_is_spelled(written, played):
    reading = read_name(written, Key.parse("C"))
    assert reading.chord.name + ("" if reading.is_whole else "*") == played


def test_there_are_more_spellings_than_a_newcomer_tried():
    assert len(set(WORDS[::2])) > 59


@pytest.mark.parametrize("written", ["N.C.", "NC", "n.c.", "No chord"])
def test_no_chord_is_no_chord(written):
    assert read_name(written, Key.parse("C")).chord is None


@pytest.mark.parametrize("text", ["H", "Hello", "Eb7/13", "8", "0", "VIII", "c", "", "Amen", "/"])
def test_what_is_no_chord_is_not_guessed(text):
    assert read_name(text, Key.parse("C")) is None


MAJOR = """
    1 A  2 Bm  3 C#m  4 D  5 E  6 F#m  7 Abdim  6- F#m  2m7 Bm7  1maj7 Amaj7  1^7 Amaj7  57 E7
    27 B7     b7 G  #4o7 Ebdim7  5/7 E/Ab  1/3 A/C#  4/5 D/E  5sus Esus4  6M F#  1- Am
    I A  ii Bm  IV D  V7 E7  vi F#m  vii° Abdim  bVII G  ii7 Bm7  iiø7 Bm7b5  IVmaj7 Dmaj7
    V/V B  V7/ii F#7  vii°7/V Ebdim7  I64 A/E  V65 E7/Ab  V42 E7/D  ii65 Bm7/D  I6 A/C#  VI F#
"""
MINOR = """
    1 Am  2 Bdim  3 C  4 Dm  5 E  6 F  7 G  5- Em  b7 G
    i Am  III C  iv Dm  V7 E7  v Em  VI F  VII G  vii°7 Abdim7  bVI F  iiø7 Bm7b5  V7/iv A7
"""


@pytest.mark.parametrize(
    ("key", "number", "played"),
    [
        (key, *pair)
        for key, table in (("A", MAJOR), ("Am", MINOR))
        for pair in zip(table.split()[::2], table.split()[1::2], strict=True)
    ],
)
def test_numbers_and_numerals_count_from_the_key(key, number, played):
    reading = read_name(number, Key.parse(key))
    assert (reading.chord.name, reading.is_number) == (played, True)

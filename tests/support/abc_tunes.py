"""Reads tunes written in ABC in a test, and names their notes."""

from livedshl.corpus.abc import read_abc_tune, split_abc
from livedshl.music.chords import NOTE_NAMES, Chord


def read(music, *, key="C", metre="4/4", length="1/4", fields="", above=""):
    """A tune as it is read, and the account of it. above: what stands above the tune's X:."""
    length = f"L:{length}\n" if length else ""
    (tune,) = split_abc(f"{above}X:1\nT:t\nM:{metre}\n{length}{fields}K:{key}\n{music}\n")
    return read_abc_tune(tune, "t.abc#1")


def heard(music, **fields):
    """The notes of a tune: "C4 F#4/2 G4*3", each with its length in quarter notes if not one."""
    sheet, _ = read(music, **fields)
    return " ".join(named(length, pitch) for _, length, pitch in sheet.notes.tolist())


def pitches(music, **fields):
    """The notes of a tune without their lengths: "C4 F#4 G4"."""
    sheet, _ = read(music, **fields)
    return " ".join(note_name(pitch) for pitch in sheet.notes[:, 2].tolist())


def ticks(music, **fields):
    """The lengths of the notes, 480 for a quarter."""
    return read(music, **fields)[0].notes[:, 1].tolist()


def letters(music, **fields):
    """The letters of the notes, whatever their octave: "CDE"."""
    sheet, _ = read(music, **fields)
    return "".join(NOTE_NAMES[pitch % 12] for pitch in sheet.notes[:, 2].tolist())


def symbols(music, **fields):
    """The chords, each with its tick."""
    sheet, _ = read(music, **fields)
    return [(tick, Chord(root, quality).name if root >= 0 else "N.C.")
            for tick, root, quality in sheet.chords.tolist()]  # fmt: skip


def warnings(music, **fields):
    """What was not understood."""
    return read(music, **fields)[1].warnings


def note_name(pitch):
    return f"{NOTE_NAMES[pitch % 12]}{pitch // 12 - 1}"


def named(length, pitch):
    name = note_name(pitch)
    if length == 480:
        return name
    return f"{name}*{length // 480}" if length % 480 == 0 else f"{name}*{length / 480:g}"

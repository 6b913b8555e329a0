"""The lead sheet of a MusicXML score."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
from numpy.typing import NDArray

from livedshl.corpus.account import Account
from livedshl.corpus.bounds import MOST_BARS, MOST_NOTES
from livedshl.corpus.musicxml import playing
from livedshl.corpus.musicxml.bars import PartBar
from livedshl.corpus.musicxml.document import open_score
from livedshl.corpus.musicxml.form import form_of
from livedshl.corpus.musicxml.keys import KeyEvidence, keys_of_bars
from livedshl.corpus.musicxml.lines import hands_of, top_voice
from livedshl.corpus.musicxml.measures import fit_to_metre, lengths_of, metres_of
from livedshl.corpus.musicxml.parts import ChosenParts, ScorePart, choice_of, parts_of
from livedshl.corpus.repeats import play_order
from livedshl.errors import CorpusError
from livedshl.music import LeadSheet
from livedshl.music.harmony import harmony_of
from livedshl.units import TICKS_PER_STEP

_MOST_NOTES_OF_ALL = 10 * MOST_NOTES  # in all parts
_MOST_UNREAD = 8  # chord symbols that a warning lists


def read_musicxml(path: Path, source: str) -> tuple[LeadSheet, Account]:
    """The lead sheet of a MusicXML file, plain or compressed, and what was made of it.

    A score without a melody gives a lead sheet without notes. Raises CorpusError if the score
    cannot be read rightly.
    """
    score = open_score(path)
    parts = parts_of(score)
    form = form_of(score.findall("part"))
    n_bars = len(form.marks)
    if not parts or not n_bars:
        raise CorpusError("no music in it")
    if n_bars > MOST_BARS:
        raise CorpusError(f"more than {MOST_BARS:,} bars")
    for part in parts:
        part.bars.extend(PartBar() for _ in range(n_bars - len(part.bars)))
    choice = choice_of(parts)
    order = play_order(form.marks)
    leading = choice.melody or choice.symbols or parts[0]
    _check_size(parts, leading, order)
    metres, unwritten = metres_of(parts, leading)
    fit_to_metre(parts, metres)
    lengths, broken = lengths_of(parts, leading, metres)
    time = playing.time_of(order, lengths, metres)
    line = top_voice(choice.melody.bars) if choice.melody else [[] for _ in range(n_bars)]
    symbols = [bar.chords for bar in choice.symbols.bars] if choice.symbols else [[]] * n_bars
    keys, key_from, guesses = keys_of_bars(
        [bar.keys for bar in _keys_part(parts, leading).bars], _evidence(parts, line, symbols)
    )
    chords = playing.chords_of(time, symbols)
    sheet = LeadSheet(
        title=_title(score) or path.stem.replace("_", " "),
        source=source,
        metre_changes=playing.metre_changes(time, metres),
        key_changes=playing.key_changes(time, keys),
        bars=playing.bar_lines(time, metres),
        notes=playing.melody_of(time, line),
        chords=chords[:, :3],
        end=time.end,
        sections=playing.section_marks(time, form.sections),
        accompaniment=playing.accompaniment_of(time, hands_of(choice, line)),
        basses=chords[:, 3],
    )
    if choice.symbols is None and len(sheet.accompaniment):
        sheet = replace(sheet, chords=_recognised_chords(sheet, choice), basses=chords[:0, 3])
    warnings = [*form.warnings, *unwritten, *broken, *_unread_chords(choice), *guesses]
    taken, left = _told(parts, choice)
    on_grid = np.mean(sheet.notes[:, 0] % TICKS_PER_STEP == 0) if len(sheet.notes) else 1.0
    return sheet, Account(key_from, taken, left, tuple(warnings), float(on_grid))


def _recognised_chords(sheet: LeadSheet, choice: ChosenParts) -> NDArray[np.int32]:
    """The chords of the accompaniment, for a score without chord symbols."""
    notes = sheet.accompaniment[:, :3]
    is_piano_alone = len(choice.accompaniment) == 1 and choice.melody not in choice.accompaniment
    if not is_piano_alone:  # the melody has notes of the chords that no other part has
        notes = np.concatenate([notes, sheet.notes])
    return harmony_of(notes, sheet.bars, sheet.metre_changes, sheet.end).chords


def _check_size(parts: Sequence[ScorePart], leading: ScorePart, order: Sequence[int]) -> None:
    """Raises CorpusError for more notes than anyone could play."""
    for counted, most in (([leading], MOST_NOTES), (parts, _MOST_NOTES_OF_ALL)):
        notes = sum(len(part.bars[number].notes) for part in counted for number in order)
        if notes > most:
            raise CorpusError(f"more than {most:,} notes")


def _keys_part(parts: Sequence[ScorePart], leading: ScorePart) -> ScorePart:
    """The part whose key signatures count."""
    having = [part for part in (leading, *parts) if any(bar.keys for bar in part.bars)]
    return having[0] if having else leading


def _evidence(
    parts: Sequence[ScorePart], line: playing.Line, symbols: Sequence[Sequence[playing.Chord]]
) -> list[KeyEvidence]:
    evidence = []
    for number, melody in enumerate(line):
        notes = [note for part in parts for note in part.bars[number].notes]
        ends = max((note.onset + note.length for note in notes), default=0)
        last = [note.pitch for note in notes if note.onset + note.length == ends]
        chords = [(root, quality) for _, root, quality, _ in symbols[number] if root >= 0]
        evidence.append(
            KeyEvidence(
                notes=notes,
                last=max(melody, key=lambda note: note.onset, default=None),
                chord=chords[-1] if chords else None,
                bass=min(last, default=None),
            )
        )
    return evidence


def _told(
    parts: Sequence[ScorePart], choice: ChosenParts
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The parts that were taken and what for, and the others."""
    taken, left = [], []
    for part in parts:
        uses = [
            use
            for use, is_used in (
                ("melody", part is choice.melody),
                ("chord symbols", part is choice.symbols),
                ("accompaniment", part in choice.accompaniment),
                ("chords", part in choice.accompaniment and choice.symbols is None),
            )
            if is_used
        ]
        if uses:
            taken.append(f"{part.name}: {', '.join(uses)}")
        else:
            left.append(part.name)
    return tuple(taken), tuple(left)


def _unread_chords(choice: ChosenParts) -> list[str]:
    unread = list(dict.fromkeys(choice.symbols.unread_chords)) if choice.symbols else []
    if not unread:
        return []
    more = " and others" if len(unread) > _MOST_UNREAD else ""
    names = ", ".join(unread[:_MOST_UNREAD])
    return [f"Chord symbols that are not understood end the harmony: {names}{more}."]


def _title(score: ET.Element) -> str:
    """The title of the piece; of a collection only if the piece has none."""
    texts = [score.findtext("movement-title"), score.findtext("work/work-title")]
    texts += [
        credit.findtext("credit-words")
        for credit in score.iterfind("credit")
        if credit.findtext("credit-type") == "title"
    ]
    return next((" ".join(text.split()) for text in texts if text and text.strip()), "")

"""The lines of notes in a score: the melody's, and those of the hands that accompany it."""

from collections.abc import Sequence

from livedshl.corpus.musicxml.bars import PartBar, ScoreNote
from livedshl.corpus.musicxml.parts import ChosenParts
from livedshl.corpus.musicxml.playing import Line


def top_voice(bars: Sequence[PartBar]) -> list[list[ScoreNote]]:
    """In each bar the notes of the first voice of the upper staff; of the next if it is silent.

    Of a chord only the highest. Where a cue stands in the first voice, the others fill its gaps:
    what is sung may be written below it.
    """
    staves = sorted({note.staff for bar in bars for note in bar.notes})
    line = []
    for bar in bars:
        voices: dict[str, list[ScoreNote]] = {}
        for note in bar.notes:
            if note.staff == staves[0]:
                voices.setdefault(note.voice, []).append(note)
        ranked = [voices[name] for name in sorted(voices, key=lambda name: (len(name), name))]
        top = _highest(ranked[0]) if ranked else []
        if bar.has_cues:
            others = [note for voice in ranked[1:] for note in voice]
            top = sorted([*top, *_in_gaps(top, _highest(others))], key=lambda note: note.onset)
        line.append(top)
    return line


def _in_gaps(line: Sequence[ScoreNote], others: Sequence[ScoreNote]) -> list[ScoreNote]:
    """Those of the other notes that begin where the line rests."""
    return [
        other
        for other in others
        if not any(note.onset <= other.onset < note.onset + note.length for note in line)
    ]


def _highest(notes: Sequence[ScoreNote]) -> list[ScoreNote]:
    """The highest note at each onset."""
    by_onset = {note.onset: note for note in sorted(notes, key=lambda note: note.pitch)}
    return [by_onset[onset] for onset in sorted(by_onset)]


def hands_of(choice: ChosenParts, line: Line) -> list[Line]:
    """The lines of the accompaniment: the staves of one part, or one line for each part."""
    if len(choice.accompaniment) != 1:
        return [[bar.notes for bar in part.bars] for part in choice.accompaniment]
    (part,) = choice.accompaniment
    own = part is choice.melody
    hands: list[Line] = []
    for staff in part.staves:
        hand = []
        for number, bar in enumerate(part.bars):
            melody = set(map(id, line[number])) if own else set()
            hand.append([n for n in bar.notes if n.staff == staff and id(n) not in melody])
        hands.append(hand)
    return hands

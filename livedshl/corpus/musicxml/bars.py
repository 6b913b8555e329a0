"""Reads the bars of a part as they are written: notes, chord symbols, keys and metres."""

from collections.abc import Collection
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from livedshl.corpus.musicxml.signatures import Signature, metre_of, signature_of
from livedshl.corpus.musicxml.symbols import NO_HARMONY, chord_of
from livedshl.errors import CorpusError
from livedshl.music import Metre
from livedshl.music.segments import HIGHEST_PITCH
from livedshl.units import TICKS_PER_BEAT

_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
# A note with such a head has no pitch of its own: it stands for a rhythm, a blow or a word.
_UNPITCHED_HEADS = {"slash", "slashed", "back slashed", "x", "cross", "circle-x", "rectangle"}
_SOUNDING_TIE, _TIED = "tie", "notations/tied"
# Note types in quarter notes; used only where a file leaves out the duration.
_TYPES = {
    "maxima": 32.0, "long": 16.0, "breve": 8.0, "whole": 4.0, "half": 2.0, "quarter": 1.0,
    "eighth": 0.5, "16th": 0.25, "32nd": 0.125, "64th": 0.0625, "128th": 0.03125,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ScoreNote:
    """A note that sounds. onset: ticks from the start of its bar. pitch: as it sounds (MIDI)."""

    onset: int
    length: int
    pitch: int
    staff: int
    voice: str
    tied_from: bool
    tied_to: bool
    is_sung: bool


@dataclass(slots=True)
class PartBar:
    """A bar of one part as it is written. Ticks count from its start. metre: the one in force."""

    length: int = 0
    notes: list[ScoreNote] = field(default_factory=list)
    chords: list[tuple[int, int, int, int]] = field(default_factory=list)
    keys: list[tuple[int, Signature]] = field(default_factory=list)
    metre: Metre | None = None
    has_cues: bool = False  # small notes, which are another's, or another way to sing
    repeats: int = 0  # how many bars before are to be played again in place of this one


@dataclass(slots=True)
class _State:
    """What holds from one bar of a part to the next.

    is_mixed: whether another part has another metre at the same time. Then the durations in files
    of MuseScore are wrong for rests, and only the note types can be trusted.
    ties: the path, below a note, of the elements that say what is tied.
    """

    ties: str
    divisions: float = 1.0
    metre: Metre | None = None
    is_mixed: bool = False
    transposition: dict[int, int] = field(default_factory=dict)  # semitones by staff; 0 is any
    slashed: bool = False
    repeats: int = 0
    hidden_staves: set[int] = field(default_factory=set)  # tablature doubles the notes
    drum_staves: set[int] = field(default_factory=set)
    unread_chords: list[str] = field(default_factory=list)

    def semitones(self, staff: int) -> int:
        """From the written to the sounding pitch."""
        return self.transposition.get(staff, self.transposition.get(0, 0))


def ties_of(score: ET.Element) -> str:
    """The path, below a note, of the elements that say what is tied in a score.

    <tie> is what sounds and <tied> what is drawn (MusicXML 4.0). So a tie that is only drawn
    sounds as two notes, but in the files of programs that never write <tie> it is all there is.
    """
    return _SOUNDING_TIE if score.find(f"part/measure/note/{_SOUNDING_TIE}") is not None else _TIED


def part_bars(
    part: ET.Element, mixed: Collection[int], ties: str
) -> tuple[list[PartBar], list[str]]:
    """The bars of a part, and the chord symbols in it that are not understood.

    mixed: the numbers of the bars in which the parts have metres of different lengths. ties: the
    path, below a note, of the elements that say what is tied.
    """
    state = _State(ties)
    bars = []
    for number, measure in enumerate(part.iterfind("measure")):
        state.is_mixed = number in mixed
        bars.append(_part_bar(measure, state))
    for number, bar in enumerate(bars):
        if bar.repeats and not bar.notes and number >= bar.repeats:
            bar.notes = list(bars[number - bar.repeats].notes)
    return bars, state.unread_chords


def _part_bar(measure: ET.Element, state: _State) -> PartBar:
    bar = PartBar()
    now = onset = furthest = 0.0
    for element in measure:
        tag = element.tag
        if tag == "note":
            if element.find("grace") is not None:
                continue
            length = _length(element, state)
            if element.find("chord") is None:
                onset = now
                now += length
            _add_note(bar, element, onset, length, state)
        elif tag == "backup":
            now = 0.0 if state.is_mixed else max(0.0, now - _length(element, state))
        elif tag == "forward":
            now += _length(element, state)
        elif tag == "attributes":
            _take_attributes(bar, element, now, state)
        elif tag == "harmony":
            _add_chord(bar, element, now, state)
        furthest = max(furthest, now)
    bar.length = round(furthest)
    bar.metre = state.metre
    bar.repeats = state.repeats
    bar.notes.sort(key=lambda note: (note.onset, -note.pitch))
    bar.chords.sort(key=lambda chord: chord[0])
    return bar


def _length(element: ET.Element, state: _State) -> float:
    """Ticks."""
    duration, kind = element.findtext("duration"), element.findtext("type")
    if state.is_mixed and kind is None and element.find("rest") is not None and state.metre:
        return float(state.metre.bar_ticks)
    if duration is not None and not (state.is_mixed and kind):
        return max(0.0, float(duration)) * TICKS_PER_BEAT / state.divisions
    quarters = _TYPES.get((kind or "").strip(), 0.0)
    quarters *= 2 - 0.5 ** len(element.findall("dot"))
    actual = float(element.findtext("time-modification/actual-notes") or 1)
    normal = float(element.findtext("time-modification/normal-notes") or 1)
    return quarters * TICKS_PER_BEAT * normal / max(actual, 1.0)


def _add_note(
    bar: PartBar, element: ET.Element, onset: float, length: float, state: _State
) -> None:
    pitch = element.find("pitch")
    staff = int(element.findtext("staff") or 1)
    if element.find("cue") is not None:
        bar.has_cues = True
        return
    if pitch is None or staff in state.hidden_staves:
        return
    head = (element.findtext("notehead") or "").strip()
    if state.slashed or head in _UNPITCHED_HEADS or length <= 0 or staff in state.drum_staves:
        return
    ties = {tie.get("type") for tie in element.iterfind(state.ties)}
    bar.notes.append(
        ScoreNote(
            onset=round(onset),
            length=max(1, round(onset + length) - round(onset)),
            pitch=_midi_pitch(pitch, state.semitones(staff)),
            staff=staff,
            voice=(element.findtext("voice") or "1").strip(),
            tied_from=bool(ties & {"stop", "continue"}),
            tied_to=bool(ties & {"start", "continue"}),
            is_sung=element.find("lyric") is not None,
        )
    )


def _midi_pitch(written: ET.Element, semitones: int) -> int:
    letter = _LETTERS[(written.findtext("step") or "").strip().upper()]
    alter = round(float(written.findtext("alter") or 0))
    pitch = letter + alter + 12 * (int(written.findtext("octave") or 4) + 1) + semitones
    if not 0 <= pitch <= HIGHEST_PITCH:
        raise CorpusError("a note too high or too low for MIDI")
    return pitch


def _add_chord(bar: PartBar, element: ET.Element, now: float, state: _State) -> None:
    chord = chord_of(element, state.semitones(int(element.findtext("staff") or 1)))
    if chord is None:
        state.unread_chords.append(_printed(element))
        chord = NO_HARMONY
    offset = float(element.findtext("offset") or 0) * TICKS_PER_BEAT / state.divisions
    bar.chords.append((max(0, round(now + offset)), *chord))


def _printed(harmony: ET.Element) -> str:
    """A chord symbol as it may look on paper."""
    kind = harmony.find("kind")
    text = kind.get("text") or (kind.text or "").strip() if kind is not None else ""
    return (harmony.findtext("root/root-step") or "").strip() + text


def _take_attributes(bar: PartBar, element: ET.Element, now: float, state: _State) -> None:
    if divisions := element.findtext("divisions"):
        state.divisions = max(float(divisions), 1e-3)
    for transpose in element.iterfind("transpose"):
        semitones = float(transpose.findtext("chromatic") or 0)
        semitones += 12 * float(transpose.findtext("octave-change") or 0)
        state.transposition[int(transpose.get("number", 0))] = round(semitones)
    key = element.find("key")
    if key is not None:
        staff = int(key.get("number", 1))
        bar.keys.append((round(now), signature_of(key, state.semitones(staff))))
    time = element.find("time")
    if time is not None:
        state.metre = metre_of(time) or state.metre
    for clef in element.iterfind("clef"):
        _take_clef(clef, state)
    for style in element.iterfind("measure-style"):
        _take_style(style, state)


def _take_clef(clef: ET.Element, state: _State) -> None:
    staff, sign = int(clef.get("number", 1)), (clef.findtext("sign") or "").strip()
    for staves, marked in (
        (state.hidden_staves, sign == "TAB" and staff > 1),
        (state.drum_staves, sign == "percussion"),
    ):
        (staves.add if marked else staves.discard)(staff)


def _take_style(style: ET.Element, state: _State) -> None:
    for name in ("slash", "measure-repeat"):
        mark = style.find(name)
        if mark is None:
            continue
        starts = mark.get("type") == "start"
        if name == "slash":
            state.slashed = starts
        else:
            state.repeats = int(mark.text or 1) if starts else 0

"""Reads the chord symbols of a MusicXML score as a chart."""

from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET

from livedshl.charts.written import WrittenBar, WrittenChart, section_name
from livedshl.corpus.musicxml.document import open_score
from livedshl.corpus.musicxml.form import form_of
from livedshl.corpus.musicxml.signatures import metre_of, signature_of
from livedshl.corpus.musicxml.symbols import NO_HARMONY, chord_of
from livedshl.music import Chord, Metre
from livedshl.music.chords import NOTE_NAMES
from livedshl.music.key_finding import key_of_chords
from livedshl.music.leadsheet import Key, Mode

_NO_CHORD = "N.C."
_BEYOND = ("ninth", "11th", "13th", "suspended-second", "power")  # kinds without a quality


@dataclass(slots=True)
class _ScoreState:
    """What holds from one bar of the part to the next.

    metre: of the chart. bar_quarters: of a bar at the time, in quarter notes. chord: the one that
    lasts, by name.
    """

    metre: Metre | None = None
    bar_quarters: float = 4.0
    divisions: float = 1.0
    transposition: int = 0
    key: Key | None = None
    chord: str = _NO_CHORD
    played: list[Chord] = field(default_factory=list)
    remarks: dict[str, None] = field(default_factory=dict)


def read_score(path: Path) -> WrittenChart:
    """The chart of a score, from the part with the most chord symbols.

    Raises CorpusError, OSError and ValueError.
    """
    parts = open_score(path).findall("part")
    part = max(parts, key=lambda part: len(list(part.iter("harmony"))), default=None)
    if part is None or part.find("measure/harmony") is None:
        raise ValueError("the score has no chord symbols; write them into it, or give them as text")
    form = form_of(parts)
    state = _ScoreState(remarks=dict.fromkeys(form.warnings))
    measures = part.findall("measure")
    bars = []
    for number, (measure, marks) in enumerate(zip(measures, form.marks, strict=False), 1):
        names = _chords_in(measure, state, f"bar {number}")
        bars.append(WrittenBar(names, f"bar {number}", marks, is_counted=True))
    pickup = measures[0].get("implicit") == "yes" and len(bars) > 1
    sections = {max(0, at - pickup): section_name(names[0]) for at, names in form.sections.items()}
    return WrittenChart(
        tuple(bars[pickup:]),
        {at: name for at, name in sections.items() if name},
        key=_settled(state.key, state.played),
        metre=str(state.metre) if state.metre else None,
        remarks=tuple(state.remarks),
    )


def _chords_in(measure: ET.Element, state: _ScoreState, place: str) -> tuple[tuple[str, int], ...]:
    """The chords of a bar, each with how many beats it lasts. The first may last on from before."""
    begins = [(0.0, state.chord)]  # in quarter notes
    now = 0.0
    for element in measure:
        if element.tag == "attributes":
            _take_attributes(element, state, place)
        elif element.tag == "harmony":
            offset = float(element.findtext("offset") or 0) / state.divisions
            state.chord = _name_of(element, state, place)
            begins.append((max(0.0, now + offset), state.chord))
        elif element.find("chord") is None:  # a note, or a move forwards or backwards
            length = float(element.findtext("duration") or 0) / state.divisions
            now = max(0.0, now - length if element.tag == "backup" else now + length)
    beats = state.metre.count if state.metre else 4
    begins.sort(key=lambda chord: chord[0])
    on_beat = {min(beats - 1, round(at / state.bar_quarters * beats)): name for at, name in begins}
    starts = sorted(on_beat)
    ends = [*starts[1:], beats]
    return tuple((on_beat[at], end - at) for at, end in zip(starts, ends, strict=True))


def _take_attributes(element: ET.Element, state: _ScoreState, place: str) -> None:
    if divisions := element.findtext("divisions"):
        state.divisions = max(float(divisions), 1e-3)
    if (transpose := element.find("transpose")) is not None:
        state.transposition = round(float(transpose.findtext("chromatic") or 0))
    time = element.find("time")
    if time is not None and (metre := metre_of(time)):
        state.metre = state.metre or metre
        state.bar_quarters = metre.count * 4 / metre.unit
        if metre != state.metre:
            state.remarks[f"The metre changes in {place}; it is played in {state.metre}."] = None
    key = element.find("key")
    if key is not None and state.key is None:
        signature = signature_of(key, state.transposition)
        if signature.fifths is not None:
            major = Key(signature.fifths * 7 % 12, Mode.MAJOR)
            state.key = major.relative if signature.mode == "minor" else major


def _name_of(harmony: ET.Element, state: _ScoreState, place: str) -> str:
    """The chord as it sounds, by a name that a chart can have."""
    found = chord_of(harmony, state.transposition)
    if found is None:
        state.remarks[f"A chord in {place} is not understood; the one before lasts on."] = None
        return state.chord
    if found == NO_HARMONY:
        return _NO_CHORD
    chord = Chord(*found)
    letter = (harmony.findtext("bass/bass-step") or "").strip()
    if letter in NOTE_NAMES:
        alter = round(float(harmony.findtext("bass/bass-alter") or 0))
        chord = chord.over((NOTE_NAMES.index(letter) + alter + state.transposition) % 12)
    kind = (harmony.findtext("kind") or "").strip()
    if any(word in kind for word in _BEYOND):
        state.remarks["The band plays ninths and the like as the nearest chords it knows."] = None
    state.played.append(chord)
    return chord.name


def _settled(signature: Key | None, chords: list[Chord]) -> Key | None:
    """The key: many programs call every signature major, so the chords choose of the two."""
    if signature is None or not chords:
        return None
    by_chords = key_of_chords(chords)
    return by_chords if by_chords == signature.relative else signature

"""Reads charts as people type them: "[A] |: C | Am | F G7 | C :| x2", in lines or in one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from livedshl.charts.names import read_name
from livedshl.charts.tokens import Sign, Token, field_of, tokens_of
from livedshl.charts.written import MOST_BARS, WrittenBar, WrittenChart, section_name, shown
from livedshl.corpus.repeats import Jump, RepeatMarks
from livedshl.music.leadsheet import Key

_MOST_LETTERS = 30_000
_MOST_TIMES = 64  # that a line or a section is played
_MOST_REPEATS = 8  # that `|: :|` is played
_MOST_CAPO = 11
_METRE = re.compile(r"\d{1,2}\s*/\s*\d{1,2}")
_ANY_KEY = Key.parse("C")
_BAR_SIGNS = frozenset(
    {Sign.BAR_LINE, Sign.DOUBLE_BAR, Sign.REPEAT_START, Sign.REPEAT_END, Sign.REPEAT_BOTH}
)
_STARTS = (Sign.REPEAT_START, Sign.REPEAT_BOTH)
_ENDS = (Sign.REPEAT_END, Sign.REPEAT_BOTH)
_TOO_LONG = f"the chart is longer than {MOST_BARS:,} bars with its repeats"


@dataclass(slots=True)
class _LineSection:
    """A section as it is read. times: how often it is played in a row."""

    name: str
    place: str = ""
    times: int = 1
    bars: list[WrittenBar] = field(default_factory=list)


def read_lines(lines: Sequence[tuple[int, str]]) -> WrittenChart:
    """A chart in lines, each with its number.

    Raises ValueError, which says where, what, and after "; " what to write instead.
    """
    if sum(len(line) for _, line in lines) > _MOST_LETTERS:
        raise ValueError(f"the chart is longer than {_MOST_LETTERS:,} letters")
    fields = {number: found for number, line in lines if (found := field_of(line))}
    music = [(number, line) for number, line in lines if number not in fields]
    reader = _LineReader(n_lines=len(lines))
    for number, line in music:
        reader.read(line, number)
    sections = reader.sections()
    names: dict[int, str] = {}
    bars: list[WrittenBar] = []
    for name, of_section in sections:
        if name:
            names[len(bars)] = name
        bars += of_section
    said = {name: (number, value) for number, (name, value) in fields.items()}
    metre = next((said[name] for name in ("time", "metre", "meter") if name in said), None)
    return WrittenChart(
        tuple(bars),
        names,
        key=_key(*said["key"]) if "key" in said else None,
        metre=_metre(*metre) if metre else None,
        transposition=_capo(*said["capo"]) if "capo" in said else 0,
        remarks=reader.remarks(),
    )


class _LineReader:
    """Reads the bars of a chart line by line.

    In a line without bar lines every chord is a bar, unless chords are held for beats in it: then
    the line is a bar.
    """

    def __init__(self, n_lines: int) -> None:
        self._n_lines = n_lines
        self._n_bars = 0
        self._n_lyrics = 0
        self._sections = [_LineSection("")]
        self._names: list[tuple[str, int]] = []  # of the bar that is being read
        self._is_counted = False  # whether they are held for beats
        self._marks = RepeatMarks()  # of the bar that is being read
        self._endings: frozenset[int] = frozenset()
        self._place = ""

    def read(self, line: str, number: int) -> None:
        """Reads a line."""
        tokens = list(tokens_of(line))
        if self._n_lines > 1 and _are_lyrics(tokens):
            self._n_lyrics += 1
            return
        signs = {token.sign for token in tokens}
        has_bar_lines = not _BAR_SIGNS.isdisjoint(signs)
        is_bar_each = not has_bar_lines and Sign.HOLD not in signs
        first = len(self._bars)  # of this line and section
        before: Sign | None = None
        for token in tokens:
            self._place = self._place_of(number, first)
            if token.sign is Sign.TIMES:
                self._play_again(self._times(token), before, first)
            elif token.sign is Sign.HEADING:
                self._begin_section(token)
                first = 0
            elif token.sign is Sign.DASH and has_bar_lines:  # otherwise it separates chords
                self._hold(1)
            else:
                self._take(token, before)
            if is_bar_each and token.sign is Sign.CHORD:
                self._close_bar()
            before = token.sign
        self._close_bar()

    def sections(self) -> list[tuple[str, list[WrittenBar]]]:
        """The sections in order, each as often as it is played."""
        known: dict[str, list[WrittenBar]] = {}
        played: list[tuple[str, list[WrittenBar]]] = []
        n_bars = 0
        for section in self._sections:
            key = section.name.casefold()
            bars = known[key] = section.bars or known.get(key, [])
            if section.name and not bars:
                raise ValueError(
                    f"{section.place}: section {shown(section.name)} has no bars, and none of "
                    "that name comes before it; write its bars after its name"
                )
            n_bars += section.times * len(bars)
            if n_bars > MOST_BARS:
                raise ValueError(_TOO_LONG)
            if bars:
                played += [(section.name, bars)] * section.times
        return played

    def remarks(self) -> tuple[str, ...]:
        """What to say of how it was read."""
        if not self._n_lyrics:
            return ()
        lines = "1 line" if self._n_lyrics == 1 else f"{self._n_lyrics} lines"
        return (f"Left out {lines} of words.",)

    @property
    def _bars(self) -> list[WrittenBar]:
        return self._sections[-1].bars

    def _place_of(self, line: int, first: int) -> str:
        if self._n_lines > 1:
            return f"line {line}, bar {len(self._bars) - first + 1}"
        return f"bar {self._n_bars + 1}"

    def _take(self, token: Token, before: Sign | None) -> None:
        match token.sign:
            case Sign.CHORD:
                self._names.append((token.text, 1))
            case Sign.HOLD if self._names or before not in (Sign.BARS_AGAIN, Sign.HOLD):
                self._hold(token.number)
            case Sign.BARS_AGAIN:
                self._copy_bars(token.number)
            case Sign.ENDING:
                self._close_bar()
                self._endings = _passes(token.text)
            case Sign.SEGNO:
                self._marks = replace(self._marks, segno=True)
            case Sign.CODA:
                self._marks = replace(self._marks, coda=True)
            case Sign.DA_CAPO | Sign.DAL_SEGNO | Sign.TO_CODA | Sign.FINE:
                self._mark_end(token.sign)
            case sign if sign in _BAR_SIGNS:
                self._draw_bar_line(sign, before)

    def _hold(self, beats: int) -> None:
        if not self._names:
            raise ValueError(
                f"{self._place}: a beat is held, but no chord comes before it in the bar; "
                "write the chord again"
            )
        name, share = self._names[-1]
        self._names[-1] = name, share + beats
        self._is_counted = True

    def _copy_bars(self, n_bars: int) -> None:
        if len(self._bars) < n_bars or self._names:
            raise ValueError(f"{self._place} repeats the bar before, but there is none")
        for bar in self._bars[-n_bars:]:
            self._add(replace(bar, place=self._place))

    def _close_bar(self) -> None:
        if self._names:
            names = tuple(self._names)
            self._add(WrittenBar(names, self._place, is_counted=self._is_counted))
            self._names, self._is_counted = [], False

    def _add(self, bar: WrittenBar) -> None:
        if self._n_bars >= MOST_BARS:
            raise ValueError(_TOO_LONG)
        self._n_bars += 1
        self._bars.append(replace(bar, marks=replace(self._marks, endings=self._endings)))
        self._marks = RepeatMarks()

    def _draw_bar_line(self, sign: Sign, before: Sign | None) -> None:
        if sign is before is Sign.BAR_LINE:  # an empty bar
            self._copy_bars(1)
        self._close_bar()
        if sign in _ENDS:
            self._mark_last(replace(self._last_marks(), ends_repeat=True))
        if sign is not Sign.BAR_LINE:
            self._endings = frozenset()
        if sign in _STARTS:
            self._marks = replace(self._marks, starts_repeat=True)

    def _mark_end(self, sign: Sign) -> None:
        """Marks the end of the bar that is being read, or of the last one."""
        self._close_bar()
        marks = self._last_marks()
        match sign:
            case Sign.DA_CAPO:
                self._mark_last(replace(marks, jump=Jump.DA_CAPO))
            case Sign.DAL_SEGNO:
                self._mark_last(replace(marks, jump=Jump.DAL_SEGNO))
            case Sign.TO_CODA:
                self._mark_last(replace(marks, to_coda=True))
            case _:
                self._mark_last(replace(marks, fine=True))

    def _last_marks(self) -> RepeatMarks:
        if not self._bars:
            raise ValueError(f"{self._place} ends something, but no bar comes before it")
        return self._bars[-1].marks

    def _mark_last(self, marks: RepeatMarks) -> None:
        self._bars[-1] = replace(self._bars[-1], marks=marks)

    def _begin_section(self, token: Token) -> None:
        self._close_bar()
        name = section_name(token.text)
        self._endings = frozenset()
        self._sections.append(
            _LineSection(name, self._place, self._times(token) if token.number else 1)
        )
        if name.casefold() == "coda":
            self._marks = replace(self._marks, coda=True)

    def _times(self, token: Token) -> int:
        if not 1 <= token.number <= _MOST_TIMES:
            raise ValueError(f"{self._place}: x{token.number} is not from x1 to x{_MOST_TIMES}")
        return token.number

    def _play_again(self, times: int, before: Sign | None, first: int) -> None:
        """Plays a repeat, a section or what the line has so far in all so many times."""
        self._close_bar()
        if before in _ENDS and self._bars:
            if times > _MOST_REPEATS:
                raise ValueError(
                    f"{self._place}: :| x{times} is more than x{_MOST_REPEATS}; "
                    f"without the repeat signs a line may have up to x{_MOST_TIMES}"
                )
            self._mark_last(replace(self._last_marks(), times=times))
        elif before in (Sign.HEADING, None):
            self._sections[-1].times = times
        else:
            again = self._bars[first:] * (times - 1)
            self._n_bars += len(again)
            if self._n_bars > MOST_BARS:
                raise ValueError(_TOO_LONG)
            self._bars.extend(again)


def _are_lyrics(tokens: Sequence[Token]) -> bool:
    """Whether a line has words of a song, not chords."""
    if any(token.sign in _BAR_SIGNS for token in tokens):
        return False
    names = [token.text for token in tokens if token.sign is Sign.CHORD]
    chords = sum(read_name(name, _ANY_KEY) is not None for name in names)
    return len(names) > 1 and 2 * chords < len(names)


def _passes(text: str) -> frozenset[int]:
    """The numbers of an ending: "1", "1,2" or "1-3"."""
    numbers = [int(number) for number in re.findall(r"\d", text)]
    if "-" in text:
        numbers = list(range(numbers[0], numbers[-1] + 1))
    return frozenset(number for number in numbers if number)


def _key(line: int, text: str) -> Key:
    try:
        return Key.parse(text)
    except ValueError as error:
        raise ValueError(f"line {line}: {error}; write Key: C, F# or Bb, in minor Am") from None


def _metre(line: int, text: str) -> str:
    if not _METRE.fullmatch(text):
        raise ValueError(f"line {line}: not a metre: {shown(text)}; write Time: 3/4")
    return text.replace(" ", "")


def _capo(line: int, text: str) -> int:
    if not text.isdecimal() or int(text) > _MOST_CAPO:
        raise ValueError(f"line {line}: not a capo: {shown(text)}; write Capo: 2")
    return int(text)

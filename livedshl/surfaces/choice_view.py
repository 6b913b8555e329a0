"""The right half of the screen beside the parts: what may open the next section, or the codes."""

from rich.style import Style
from rich.text import Text

from livedshl.live.snapshot import Snapshot
from livedshl.performance.chunk import Chunk
from livedshl.surfaces.look import BOLD, DIM, GOOD, YOURS_BADGE, clickable
from livedshl.surfaces.view import chunk_at, coming_after

# How far off a code is, in words, by the share of its symbols that differ. Among the phrases that
# may open a section, the median is between 0.38 in 6/8 and 0.75 in 3/4.
_DISTANCES = ((0.5, "near"), (0.7, "not far"), (1.0, "far"))
_LONGEST_WORD = max(len(word) for _, word in _DISTANCES)


def choice_lines(snapshot: Snapshot, n_lines: int) -> list[Text]:
    """What may open the next section, each with the number that chooses it.

    The one that comes is marked.
    """
    choices = snapshot.choices
    if not choices.tunes:
        return []
    chosen = snapshot.steering.opens_with
    comes = _opening_to_come(snapshot) if chosen is None else chosen
    lines = [_heading(snapshot)]
    for number, choice in enumerate(choices.tunes, 1):
        is_next = choice.segment == comes
        text = Text()
        text.append(f"{number} ", GOOD + BOLD)
        text.append("▸ " if is_next else "  ")
        distance = "" if choice.distance is None else in_words(choice.distance)
        text.append(f"{distance:<{_LONGEST_WORD}} ", DIM)
        text.append(choice.song, BOLD if is_next else Style())
        text.append(f", bar {choice.bar}", DIM)
        text.stylize(clickable(str(number)))
        lines.append(text)
    return lines[:n_lines]


def in_words(distance: float) -> str:
    """How far a code lies, as a word. distance: the share of its symbols that differ."""
    return next(word for most, word in _DISTANCES if distance <= most)


def _heading(snapshot: Snapshot) -> Text:
    choices, steering = snapshot.choices, snapshot.steering
    keys = f"1-{len(choices.tunes)}" if len(choices.tunes) > 1 else "1"
    text = Text("next ", DIM)
    if choices.section:
        text.append(f"section {choices.section} ", BOLD)
    if steering.opens_with is not None:
        text.append(" CHOSEN ", YOURS_BADGE)
        text.append("  u undoes", DIM)
    elif choices.returns:
        text.append(f"comes back; {keys} choose another", DIM)
    else:
        text.append(f"{keys} choose", DIM)
    return text


def _opening_to_come(snapshot: Snapshot) -> int | None:
    """The segment that opens the next section, if that is composed."""
    now = chunk_at(snapshot.chunks, snapshot.tick)
    if now is None or now.provenance.place is None:
        coming = now and coming_after(now, snapshot.chunks)
    else:
        later = (chunk for chunk in snapshot.chunks if chunk.start_tick >= now.end_tick)
        coming = next((chunk for chunk in later if _section(chunk) != _section(now)), None)
    return coming.provenance.segment if coming else None


def _section(chunk: Chunk) -> tuple[int, int, str] | None:
    place = chunk.provenance.place
    return (place.tune, place.number, place.name) if place else None


def candidate_lines(snapshot: Snapshot, n_lines: int) -> list[Text]:
    """The nearest candidates for what comes, with their distances; the chosen one is marked."""
    now = chunk_at(snapshot.chunks, snapshot.tick)
    coming = coming_after(now, snapshot.chunks) if now else None
    if coming is None:
        return []
    lines = [Text("candidates", DIM)]
    for candidate in coming.provenance.candidates:
        chosen = candidate.segment == coming.provenance.segment
        text = Text("▸ " if chosen else "  ")
        text.append(f"{candidate.hamming:>2}  ", DIM)
        text.append(candidate.song, BOLD if chosen else Style())
        lines.append(text)
    return lines[:n_lines]

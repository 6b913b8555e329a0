"""The endless tune: passage after passage, each with its account of where it came from."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livedshl.improviser.chart import Chart
from livedshl.improviser.continuation import (
    Continuation,
    ContinuationRules,
    Continuator,
    Retrieve,
)
from livedshl.improviser.merge import merge
from livedshl.index import Bundle, CodeIndex, unpack


@dataclass(frozen=True, slots=True, eq=False)
class Passage:
    """The stretch of music that one retrieval adds.

    beat: where it starts, and with it its segment, counted from the start of the improvisation.
    steps: int8[n, 3], one hop where segments overlap, else a whole segment.
    segment: the segment's number in the library.
    continuation: how it was chosen; None for the opening.
    splice: the step at which its melody takes over; None where nothing is merged.
    quote_beats: whole beats of the longest quote from one song that ends with it.
    """

    beat: int
    steps: NDArray[np.int8]
    segment: int
    continuation: Continuation | None
    splice: int | None
    quote_beats: int = 0


def improvise(
    bundle: Bundle,
    index: CodeIndex,
    rules: ContinuationRules,
    retrieve: Retrieve,
    rng: np.random.Generator,
    chart: Chart | None = None,
) -> Iterator[Passage]:
    """Plays on for ever: yields passages without a gap, the first at beat 0.

    chart: chords, in C major or A minor, to which what is chosen should fit.

    Each query is the forward code of the segment that plays while its continuation is retrieved
    (paper, Fig. 1). Where segments overlap, the passage of a segment is its first half merged with
    the second half of the segment before.
    """
    continuator = Continuator(bundle, index, rules, retrieve, rng, chart)
    grid = bundle.library.grid
    length = bundle.follow_beats * grid.beat_steps
    segment = continuator.open()
    content = bundle.library.contents(np.array(segment))
    yield Passage(0, content[:length], segment, None, None)
    continuator.hear(content[:length])
    beat = bundle.follow_beats
    while True:
        continuation = continuator.follow(segment)
        before, segment = content, continuation.segment
        content = steps = bundle.library.contents(np.array(segment))
        splice = None
        if bundle.overlaps:
            overlap = merge(before, content, grid.beat_steps)
            steps, splice = overlap.steps, overlap.splice
        continuator.hear(steps)
        yield Passage(beat, steps, segment, continuation, splice, continuator.quote_beats)
        beat += bundle.follow_beats


def trace_record(bundle: Bundle, passage: Passage) -> dict[str, Any]:
    """What `--trace` writes of a passage: where it came from and how it was found.

    `song_beat` counts from the first bar line of the song as played out; codes are lists of L
    symbols. The other keys are those of `Continuation`, null for the opening.
    """
    library = bundle.library
    tune = library.tunes[library.tune_of[passage.segment]]
    record: dict[str, Any] = {
        "beat": passage.beat,
        "segment": passage.segment,
        "song": tune.title,
        "source": tune.source,
        "song_beat": library.beat_in_tune(passage.segment),
        "backward_code": unpack(bundle.backward[passage.segment], bundle.shape).tolist(),
        "forward_code": unpack(bundle.forward[passage.segment], bundle.shape).tolist(),
        "hamming": None,
        "nearest": None,
        "ties": None,
        "agreeing_steps": None,
        "rules_kept": True,
        "wish": None,
        "splice": passage.splice,
        "quote_beats": passage.quote_beats,
    }
    if passage.continuation is not None:
        record |= asdict(passage.continuation)
    return record

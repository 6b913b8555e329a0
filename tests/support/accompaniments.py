"""Accompaniments written by hand, and drawn ones."""

import numpy as np
from hypothesis import strategies as st

from livedshl.music import GRIDS, Chord, LeadSheet, Metre, Mode
from livedshl.music.leadsheet import Key

SIXTEENTH = 120  # ticks


def accompanied(
    notes,
    chords,
    *,
    metre=(4, 4),
    key="C",
    bars=1,
    melody=(),
) -> LeadSheet:
    """A lead sheet of bars in one metre.

    notes: onset and length in sixteenths, pitch, hand. chords: onset in sixteenths, name. melody:
    onset and length in sixteenths, pitch.
    """
    of_metre = Metre(*metre)
    named = [(onset * SIXTEENTH, Chord.parse(name)) for onset, name in chords]
    return LeadSheet(
        title="A song",
        source="song.musicxml",
        metre_changes=((0, of_metre),),
        key_changes=((0, Key.parse(key)),),
        bars=np.arange(bars, dtype=np.int32) * of_metre.bar_ticks,
        notes=np.array(
            [(onset * SIXTEENTH, length * SIXTEENTH, pitch) for onset, length, pitch in melody],
            np.int32,
        ).reshape(-1, 3),
        chords=np.array(
            [(tick, chord.root, chord.quality) for tick, chord in named], np.int32
        ).reshape(-1, 3),
        end=bars * of_metre.bar_ticks,
        accompaniment=np.array(
            [
                (on * SIXTEENTH, length * SIXTEENTH, pitch, hand)
                for on, length, pitch, hand in notes
            ],
            np.int32,
        ).reshape(-1, 4),
    )


chords_drawn = st.builds(Chord, st.integers(0, 11), st.integers(0, 9))


@st.composite
def accompanied_bars(draw: st.DrawFn) -> LeadSheet:
    """One bar of accompaniment for two hands over a chord a beat."""
    grid = draw(st.sampled_from(list(GRIDS.values())))
    steps = grid.bar_steps
    drawn = draw(
        st.lists(
            st.tuples(
                st.integers(0, steps - 1), st.integers(1, steps), st.integers(36, 79),
                st.integers(0, 1),
            ),
            min_size=1,
            max_size=12,
        )
    )  # fmt: skip
    beats = [(beat * grid.beat_steps, draw(chords_drawn).name) for beat in range(grid.bar_beats)]
    metre = (grid.metre.count, grid.metre.unit)
    mode = draw(st.sampled_from([Mode.MAJOR, Mode.MINOR]))
    key = str(Key(draw(st.integers(0, 11)), mode))
    return accompanied(sorted(drawn), beats, metre=metre, key=key)

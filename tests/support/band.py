"""Parts for tests, and what they play."""

import numpy as np
from hypothesis import strategies as st

from livedshl.arranger import Arranger, Cue, Groove, Part, Role, patterns_of
from livedshl.music import COMMON_TIME, Mode
from support.strategies import VOCABULARY, grids, step_arrays

STRAIGHT = Groove()
_CHANNELS = {role: channel for channel, role in enumerate(Role)} | {Role.DRUMS: 9}
_RANGES = {Role.MELODY: (55, 91), Role.CHORDS: (50, 70), Role.BASS: (31, 50)}

grooves = st.builds(Groove, st.floats(0, 1), st.integers(0, 20), st.integers(0, 40))
shares = st.floats(0, 1)
bands = st.tuples(
    *(
        st.builds(
            lambda role, pattern, density, ornaments: part(
                role, pattern, density=density, ornaments=ornaments
            ),
            st.just(role),
            st.sampled_from(patterns_of(role)),
            shares,
            shares,
        )
        for role in Role
    )
)
hops = grids.flatmap(
    lambda grid: st.tuples(
        st.just(grid),
        st.lists(step_arrays(grid.hop_steps, grid.beat_steps), min_size=1, max_size=8),
    )
)


def part(role, pattern=None, velocity=70, **others):
    """A part of a role on a channel of its own, in the role's usual pattern if none is given."""
    lowest, highest = _RANGES.get(role, (45, 75))
    pattern = pattern or patterns_of(role)[0]
    channel = _CHANNELS[role]
    values = {"lowest": lowest, "highest": highest, "program": 10 + channel} | others
    return Part(
        name=role.value, role=role, channel=channel, volume=100, velocity=velocity,
        pattern=pattern, **values,
    )  # fmt: skip


def band(*roles):
    """A part of each role."""
    return [part(role) for role in roles]


def passages_of(arranger, grid, passages, key_shift=0):
    """The events of each passage, played one after the other from beat 0 on, and of the end."""
    events, beat = [], 0
    for steps in passages:
        events.append(arranger.arrange(steps, Cue(beat, key_shift)))
        beat += len(steps) // grid.beat_steps
    return [*events, arranger.end(beat * grid.beat_ticks)]


def events_of(passages, parts, key_shift=0, grid=COMMON_TIME, groove=STRAIGHT, seed=1):
    """The events of passages from beat 0 on, and of the end."""
    arranger = Arranger(parts, VOCABULARY, grid, Mode.MAJOR, groove, seed)
    return np.concatenate(passages_of(arranger, grid, passages, key_shift))


def notes_of(events, channel):
    """(onset, end, pitch) of every note of a channel; fails on a note left on or off twice."""
    sounding, notes = {}, []
    for tick, status, pitch, _ in events.tolist():
        if status == 0x90 | channel:
            assert pitch not in sounding, "struck while sounding"
            sounding[pitch] = tick
        elif status == 0x80 | channel:
            notes.append((sounding.pop(pitch), tick, pitch))
    assert not sounding
    return sorted(notes)


def notes(passages, one_part, **others):
    """(onset, end, pitch) of every note that a part plays alone."""
    return notes_of(events_of(passages, [one_part], **others), one_part.channel)


def struck(events, channel=None):
    """The note-ons, int64[n, 4], of a channel or of all."""
    on = events[(events[:, 1] & 0xF0) == 0x90]
    return on if channel is None else on[(on[:, 1] & 0x0F) == channel]


def bars(n_bars, grid=COMMON_TIME, chord="C", pitch=72, every=2):
    """Bars of a repeated note, one every so many steps, over a chord; one passage a hop."""
    steps = np.zeros((n_bars * grid.bar_steps, 3), np.int8)
    steps[:, 0] = pitch
    steps[::every, 1] = pitch > 0
    steps[:, 2] = VOCABULARY.names.index(chord)
    return np.split(steps, len(steps) // grid.hop_steps)

"""Compares what was shown ahead of the music with what a wire then played."""

import re
from collections import defaultdict
from difflib import SequenceMatcher

from livedshl.midi.events import are_note_ons, channels_of
from livedshl.midi.file import read_events
from livedshl.performance.commands import Panic, Pause, SetLatency, SetTempo
from livedshl.performance.take_log import read_log

_NEAR_TICKS = 3840  # two bars


def onsets(recording):
    """(tick, channel, pitch) of each note that a take says was struck, in order."""
    events = read_events(recording)
    events = events[are_note_ons(events)]
    ticks, pitches = events[:, 0].tolist(), events[:, 2].tolist()
    return list(zip(ticks, channels_of(events).tolist(), pitches, strict=True))


def assert_played(recording, messages, told):
    """A wire played a take note by note.

    Only what `told` says was left out may be missing, and what a pause or a panic silenced.
    """
    heard, played = defaultdict(list), defaultdict(list)
    for _, (status, *data) in messages:
        if status & 0xF0 == 0x90 and data[1]:
            heard[status & 0x0F].append(data[0])
    for tick, channel, pitch in onsets(recording):
        played[channel].append((tick, pitch))
    silenced = [
        change.tick for change in changes_of(recording) if isinstance(change.command, Panic | Pause)
    ]
    differing = 0
    for channel, notes in played.items():
        ticks = [tick for tick, _ in notes]
        pitches = [pitch for _, pitch in notes]
        matching = SequenceMatcher(None, pitches, heard[channel], autojunk=False)
        for kind, start, end, heard_start, heard_end in matching.get_opcodes():
            near = ticks[max(0, start - 1) : end + 1]
            if kind != "equal" and not any(
                abs(a - b) < _NEAR_TICKS for a in near for b in silenced
            ):
                differing += max(end - start, heard_end - heard_start)
    left_out = re.search(r"left out ([\d,]+)", told)
    assert differing <= (int(left_out[1].replace(",", "")) if left_out else 0), told


def changes_of(recording):
    """The commands of a take, each with the tick at which it acted."""
    return read_log(recording.with_name(f"{recording.name}.take")).changes


def changed_between(recording, first_tick, end_tick):
    """Whether a command that changes notes acted in (first, end]; the clock's own do not."""
    return any(
        first_tick < change.tick <= end_tick
        for change in changes_of(recording)
        if not isinstance(change.command, SetTempo | SetLatency)
    )

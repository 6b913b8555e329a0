"""Vibrato: bowed strings and winds let a long note swing once it has begun."""

from collections.abc import Iterable

from livedshl.arranger.hand import Hand
from livedshl.arranger.instruments import Family, family_of
from livedshl.arranger.role import Role
from livedshl.midi.events import Event
from livedshl.midi.message import AT_REST, MODULATION, is_note_off, is_note_on

_STRAIGHT = AT_REST[MODULATION]
_BEGINS_TICKS = 240  # after the note
_LEAST_TICKS = 480  # that a note with vibrato lasts
_LEAST_DEPTH, _DEEPER = 24, 28  # of the controller, and at full intensity


class Vibrato:
    """Moves the modulation controller of one part."""

    def __init__(self, hand: Hand) -> None:
        part = hand.part
        swings = family_of(part.program) in (Family.BOWED, Family.BLOWN)
        self._hand = hand
        self._swings = swings and part.role in (Role.MELODY, Role.COUNTER)
        self._struck: int | None = None  # the tick of the note that sounds
        self._depth = _STRAIGHT

    def play(self, events: Iterable[Event], start_tick: int, end_tick: int) -> None:
        """Follows what the part has struck and released from `start_tick` to `end_tick`."""
        if not self._swings:
            return
        for tick, status, _, velocity in sorted(events):
            if is_note_on(status, velocity):
                self._swing(start_tick, tick)
                self.end(tick)
                self._struck = tick
            elif is_note_off(status, velocity) and tick != self._struck:
                self._swing(start_tick, tick)
                self.end(tick)
        self._swing(start_tick, end_tick)

    def end(self, tick: int) -> None:
        """Ends the note that sounds, and lets the controller rest."""
        self._struck = None
        self._move(tick, _STRAIGHT)

    def _swing(self, start_tick: int, until: int) -> None:
        """Begins to swing if the note that sounds lasts long enough, as far as `until`."""
        struck = self._struck
        if struck is not None and until - struck >= _LEAST_TICKS and self._depth == _STRAIGHT:
            depth = _LEAST_DEPTH + round(_DEEPER * self._hand.guide.intensity)
            self._move(max(start_tick, struck + _BEGINS_TICKS), depth)

    def _move(self, tick: int, depth: int) -> None:
        if depth != self._depth:
            self._depth = depth
            self._hand.control(tick, MODULATION, depth)

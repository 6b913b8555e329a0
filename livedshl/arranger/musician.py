"""A musician: a hand, what it plays in its role, its swells and its vibrato."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

from livedshl.arranger.bass import Bass
from livedshl.arranger.comping import Comping
from livedshl.arranger.counter_melody import CounterMelody
from livedshl.arranger.drone import Drone
from livedshl.arranger.drums import Drums
from livedshl.arranger.guide import Guide
from livedshl.arranger.hand import Hand
from livedshl.arranger.melody import Melody
from livedshl.arranger.role import Role
from livedshl.arranger.stretch import Stretch
from livedshl.arranger.swell import Swell
from livedshl.arranger.vibrato import Vibrato
from livedshl.bundle.accompaniment import BorrowedBar
from livedshl.midi.events import Event
from livedshl.music import TICKS_PER_STEP

if TYPE_CHECKING:
    from livedshl.arranger.accompanist import Accompanist
    from livedshl.arranger.by_code import ByCode


class _InRole(Protocol):
    def play(self, stretch: Stretch) -> None: ...

    def close(self, stretch: Stretch) -> None: ...

    def end(self, tick: int) -> None: ...


_ROLES: Mapping[Role, Callable[[Hand], _InRole]] = {
    Role.MELODY: Melody,
    Role.CHORDS: Comping,
    Role.BASS: Bass,
    Role.DRUMS: Drums,
    Role.COUNTER: CounterMelody,
    Role.DRONE: Drone,
}


class Musician:
    """Plays one part. accompanist: who finds its notes, if it plays by code."""

    def __init__(self, hand: Hand, accompanist: "Accompanist | None" = None) -> None:
        self.hand = hand
        self._by_code = _by_code(hand, accompanist)
        self._in_role: _InRole = self._by_code or _ROLES[hand.part.role](hand)
        self._swell = Swell(hand)
        self._vibrato = Vibrato(hand)

    @property
    def borrowed(self) -> BorrowedBar | None:
        """Whose accompaniment it plays, if it plays by code."""
        return self._by_code.borrowed if self._by_code else None

    def play(self, stretch: Stretch, guide: Guide, swing: float) -> None:
        """Plays a stretch, unless the part waits for the end of an intro."""
        self._begin(stretch, guide, swing)
        if guide.waits:
            return
        self._swell.play(stretch.first_step, len(stretch), stretch.section_step)
        self._in_role.play(stretch)
        self._swing(stretch)

    def close(self, stretch: Stretch, guide: Guide, swing: float) -> None:
        """Strikes once and holds."""
        self._begin(stretch, guide, swing)
        self._in_role.close(stretch)
        self._swing(stretch)

    def strike_again(self) -> None:
        """Forgets what it holds: it was silenced."""
        self.hand.held = ()
        if self._by_code:
            self._by_code.strike_again()
        else:
            self._in_role = _ROLES[self.hand.part.role](self.hand)

    def end(self, tick: int) -> None:
        """Ends what sounds, and resets every controller it has moved."""
        self.hand.stop(tick)
        self._in_role.end(tick)
        self._swell.end(tick)
        self._vibrato.end(tick)

    def take(self) -> list[Event]:
        """Hands over the events since the last call."""
        return self.hand.take()

    def _swing(self, stretch: Stretch) -> None:
        start_tick = stretch.first_step * TICKS_PER_STEP
        end_tick = start_tick + len(stretch) * TICKS_PER_STEP
        self._vibrato.play(self.hand.events, start_tick, end_tick)

    def _begin(self, stretch: Stretch, guide: Guide, swing: float) -> None:
        self.hand.begin(stretch.first_step, stretch.section_step, guide, swing)


def _by_code(hand: Hand, accompanist: "Accompanist | None") -> "ByCode | None":
    if accompanist is None:
        return None
    from livedshl.arranger.by_code import ByCode  # late: it loads networks

    return ByCode(hand, accompanist)

"""Everything a player has been told, kept for one that may have to replace it."""

from collections import deque

import numpy as np

from livedshl.midi.events import DATA1, STATUS, TICK, Events, are_note_ons
from livedshl.midi.message import setting_of
from livedshl.player.protocol import RECORD, Instruction, instruction_record

_RECORD_TYPE = np.dtype(
    [("tick", "<i8"), ("kind", "u1"), ("message", "u1", (3,)), ("value", "<i4")]
)


class Handover:
    """The settings, the tempi, the events to come, and the notes that may sound; has no lock.

    finish_tick: where the player leaves of its own accord.
    """

    def __init__(self) -> None:
        self.finish_tick: int | None = None
        self._settings: dict[Instruction, bytes] = {}
        self._tempi: list[tuple[int, bytes]] = []  # by tick; the first is in force
        self._to_come: deque[tuple[int, bytes]] = deque()  # events by tick, in records
        self._horizon = 0
        self._instruments: dict[
            tuple[int, int], bytes
        ] = {}  # programs and controllers that have been sent
        self._notes: set[tuple[int, int]] = set()  # (status, pitch) of every note-on

    def set(self, command: Instruction, tick: int, value: int) -> bytes:
        """Keeps a setting; returns the record for the player."""
        record = instruction_record(command, tick, value)
        if command is Instruction.TEMPO:
            self._tempi = [*(tempo for tempo in self._tempi if tempo[0] < tick), (tick, record)]
        else:
            self._settings[command] = record
        return record

    @property
    def tempi_to_come(self) -> bytes:
        """Records of the tempi after the one in force, for a player that runs."""
        return b"".join(record for _, record in self._tempi[1:])

    def add(self, events: Events, horizon: int) -> bytes:
        """Keeps events, int64[n, 4], by tick; returns the records for the player.

        All events before `horizon` are complete with them.
        """
        records = np.zeros(len(events), _RECORD_TYPE)
        records["tick"] = events[:, TICK]
        records["kind"] = Instruction.EVENT
        records["message"] = events[:, STATUS:]
        ticks = events[:, TICK].tolist()
        self._to_come.extend(zip(ticks, map(np.void.tobytes, records), strict=True))
        self._horizon = horizon
        notes = events[are_note_ons(events), STATUS : DATA1 + 1]
        self._notes.update((status, pitch) for status, pitch in notes.tolist())
        return records.tobytes() + instruction_record(Instruction.HORIZON, horizon)

    def discard(self, tick: int) -> bytes:
        """Forgets the events from `tick` on, and the end; returns the record for the player."""
        while self._to_come and self._to_come[-1][0] >= tick:
            self._to_come.pop()
        self._horizon = min(self._horizon, tick)
        self.finish_tick = None
        return instruction_record(Instruction.DISCARD, tick)

    def forget_before(self, tick: int) -> None:
        """Forgets what has been sent, except the tempo, programs and controllers in force."""
        while len(self._tempi) > 1 and self._tempi[1][0] <= tick:
            self._tempi.pop(0)
        while self._to_come and self._to_come[0][0] < tick:
            _, record = self._to_come.popleft()
            _, _, status, data1, _, _ = RECORD.unpack(record)
            if setting := setting_of(status, data1):
                self._instruments[setting] = record

    def releasing(self) -> bytes:
        """Records that switch off whatever a dead player may have left sounding.

        Nobody knows which notes it had sent, so they name every note it was given.
        """
        records = [
            RECORD.pack(0, Instruction.SOUNDING, status, pitch, 0, 0)
            for status, pitch in sorted(self._notes)
        ]
        return b"".join([*records, instruction_record(Instruction.RELEASE)])

    def everything(self) -> bytes:
        """Records that tell a player everything another one knew."""
        events = [*self._instruments.values(), *(record for _, record in self._to_come)]
        in_force = [record for _, record in self._tempi[:1]]
        told = [self.releasing(), *self._settings.values(), *in_force, *events]
        told.append(instruction_record(Instruction.HORIZON, self._horizon))
        if self.finish_tick is not None:
            told.append(instruction_record(Instruction.FINISH, self.finish_tick))
        return b"".join(told)

"""What a player that replaces a dead one is told."""

from livedshl.live.handover import Handover
from livedshl.player.protocol import RECORD, Instruction


def tempi_in(records):
    """(tick, thousandths of a BPM) of each tempo, in order."""
    return [
        (tick, value)
        for tick, kind, _, _, _, value in RECORD.iter_unpack(records)
        if kind == Instruction.TEMPO
    ]


def test_another_player_begins_at_the_tempo_in_force_and_slows_down_where_the_first_would_have():
    handover = Handover()
    for tick, value in ((0, 108_000), (4800, 100_000), (4920, 90_000), (5040, 80_000)):
        handover.set(Instruction.TEMPO, tick, value)
    assert tempi_in(handover.everything()) == [(0, 108_000)]
    handover.forget_before(4950)
    assert tempi_in(handover.everything()) == [(4920, 90_000)]
    assert tempi_in(handover.tempi_to_come) == [(5040, 80_000)]


def test_a_new_tempo_takes_the_place_of_those_that_were_to_come():
    handover = Handover()
    for tick, value in ((0, 108_000), (4800, 100_000), (4920, 90_000), (960, 120_000)):
        handover.set(Instruction.TEMPO, tick, value)
    handover.forget_before(1000)
    assert tempi_in(handover.everything()) == [(960, 120_000)]
    assert handover.tempi_to_come == b""

"""The tour of `livedshl demo`: what is said and sent, and when."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from support.still import StillSession

from livedshl.live.session import Session
from livedshl.midi.file import read_events
from livedshl.outputs.choice import Output, OutputKind
from livedshl.performance.command_checks import checked
from livedshl.performance.commands import ChoosePreset
from livedshl.performance.preset import load_preset
from livedshl.performance.steering import Band
from livedshl.performance.take_log import read_log
from livedshl.rendering import replay
from livedshl.surfaces.tour import TOUR, lead, tour_settings


def test_every_stop_can_be_obeyed_and_comes_after_the_last():
    settings = tour_settings(3)
    bars = [stop.bar for stop in TOUR]
    assert bars == sorted(bars) and bars[0] == 1
    for command in (command for stop in TOUR for command in stop.does):
        checked(command, Band.of(load_preset("session")).names, settings.key.mode)
        if isinstance(command, ChoosePreset):
            assert load_preset(command.name).metre in (None, str(settings.grid))


def test_it_takes_about_three_minutes():
    first, second = tour_settings(3).songs
    (chart,) = [stop.bar for stop in TOUR if "chords" in stop.says]
    minutes = (chart - 1) * 4 / first.tempo_bpm + (TOUR[-1].bar - chart) * 4 / second.tempo_bpm
    assert 2.3 < minutes < 3.3


def test_who_leaves_hears_of_no_further_stop():
    told = []
    lead(StillSession(), TOUR, told.append, left=lambda: bool(told))
    assert len(told) == 1 and told[0].startswith("bar")


def toured(settings, tour, take):
    """Plays a tour into a take; gives what was said."""
    session = Session(settings, Output(OutputKind.NOWHERE, "", ""), record=take)
    left, told = threading.Event(), []
    guide = threading.Thread(target=lead, args=(session, tour, told.append, left.is_set))
    guide.start()
    try:
        session.run()
    finally:
        left.set()
        guide.join()
    return told


@pytest.mark.slow
@pytest.mark.unsteady("if the composer stalls for three seconds, a command acts later")
def test_two_tours_of_one_seed_play_the_same_and_each_stop_acts_where_its_bar_begins(tmp_path):
    settings = tour_settings(5)
    songs = tuple(replace(song, tempo_bpm=240.0) for song in settings.songs)
    settings = replace(settings, tempo_bpm=240.0, songs=songs)
    tour = [replace(stop, bar=number + 6) for number, stop in enumerate(TOUR)]
    takes = [tmp_path / "one.mid", tmp_path / "other.mid"]
    with ThreadPoolExecutor() as pool:  # at once: each keeps the other busy
        told = list(pool.map(lambda take: toured(settings, tour, take), takes))
    assert [len(lines) for lines in told] == [len(TOUR)] * 2
    one, other = (read_log(take.with_name(f"{take.name}.take")) for take in takes)
    acted = [(change.tick, str(change.command)) for change in one.changes]
    assert acted == [(change.tick, str(change.command)) for change in other.changes]
    assert np.array_equal(read_events(takes[0]), read_events(takes[1]))
    assert replay(takes[0], tmp_path / "again.mid").same
    for stop in tour:
        tick = (stop.bar - 1) * settings.grid.bar_ticks
        here = [command for at, command in acted if at == tick]
        assert {str(command) for command in stop.does} <= set(here)
        assert not stop.answers or any(command.startswith("Answer") for command in here)

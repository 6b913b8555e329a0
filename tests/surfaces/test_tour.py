"""The tour of `livedshl demo`: what is said and sent, and when."""

import threading
from dataclasses import replace

import pytest
from support.still import StillSession

from livedshl.live.session import Session
from livedshl.outputs.choice import Output, OutputKind
from livedshl.performance.command_checks import checked
from livedshl.performance.commands import ChoosePreset
from livedshl.performance.preset import load_preset
from livedshl.performance.steering import Band
from livedshl.performance.take_log import read_log
from livedshl.rendering import replay
from livedshl.surfaces.tour import TOUR, lead, shortened, tour_settings


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


@pytest.mark.slow
def test_each_stop_acts_where_its_bar_begins_and_the_take_is_played_again(tmp_path):
    settings = tour_settings(5)
    songs = tuple(replace(song, tempo_bpm=300.0) for song in settings.songs)
    settings = replace(settings, tempo_bpm=300.0, songs=songs)
    take = tmp_path / "take.mid"
    session = Session(settings, Output(OutputKind.NOWHERE, "", ""), record=take)
    left, told, tour = threading.Event(), [], shortened(TOUR, 6)
    guide = threading.Thread(target=lead, args=(session, tour, told.append, left.is_set))
    guide.start()
    try:
        session.run()
    finally:
        left.set()
        guide.join()
    assert len(told) == len(TOUR)
    assert replay(take, tmp_path / "again.mid").same
    acted = {}
    for change in read_log(tmp_path / "take.mid.take").changes:
        acted.setdefault(str(change.command), change.tick)
    bar_ticks = settings.grid.bar_ticks
    for stop in tour:
        for command in stop.does:
            assert acted[str(command)] >= (stop.bar - 1) * bar_ticks
    assert any(command.startswith("Answer") for command in acted)

"""A set list: what its file may say, and how one song follows another."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from support.bundles import index_of, random_bundle
from support.performed import performed

from livedshl.errors import SettingsError
from livedshl.midi.message import PROGRAM
from livedshl.music import COMMON_TIME, Chord
from livedshl.music.leadsheet import Key
from livedshl.performance.commands import End, Mute, PlaySong, SetIntensity
from livedshl.performance.composer import Change, Composer
from livedshl.performance.set_list import make_set
from livedshl.performance.succession import Succession
from livedshl.performance.take_log import LogWriter, read_log

BAR = COMMON_TIME.bar_ticks
SET = """
[[song]]
title = "Opener"
key = "D"
tempo = 100

[[song]]
tune = "1"
preset = "solo-piano"
key = "G"
tempo = 132
chords = "G | C | Am | D7"
form = "AABA"

[[song]]
title = "Last one"
tempo = 84
"""


@pytest.fixture
def written(tmp_path):
    """Writes a set list; gives its path."""

    def write(text):
        path = tmp_path / "set.toml"
        path.write_text(text)
        return path

    return write


def made(path, **chosen):
    return make_set(path, **({"preset": "session", "model": "session", "seed": 5} | chosen))


def test_each_song_has_what_it_says_and_the_rest_from_the_options(written):
    settings = made(written(SET), key="A")
    opener, piano, last = settings.songs
    assert [song.title for song in settings.songs] == ["Opener", "1", "Last one"]
    assert [str(song.key) for song in settings.songs] == ["D", "G", "A"]
    assert [song.tempo_bpm for song in settings.songs] == [100, 132, 84]
    assert [song.preset for song in settings.songs] == ["session", "solo-piano", "session"]
    assert piano.chart and not opener.chart and not last.chart
    assert piano.opening is not None and opener.opening is None
    assert (settings.key, settings.tempo_bpm, settings.preset) == (Key.parse("D"), 100, "session")


def test_a_chart_beside_the_set_list_is_found(written, tmp_path):
    (tmp_path / "blues.txt").write_text("D7 | G7 | D7 | D7\n")
    settings = made(written('[[song]]\nchords = "blues.txt"\nkey = "D"\n'))
    assert settings.songs[0].chart.beats[0] == Chord.parse("D7")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "needs 1 to 99 songs. Begin each song with \\[\\[song\\]\\]"),
        ("title = 'x'\n[[song]]\n", "unknown key 'title'"),
        ("song = 3\n", "needs 1 to 99 songs"),
        ("[[song]]\ntmpo = 3\n", "song 1: unknown key 'tmpo'. Did you mean 'tempo'?"),
        ("[[song]]\ntempo = 'fast'\n", "song 1: tempo must be a number"),
        ("[[song]]\nkey = 3\n", "song 1: key must be a text in quotes"),
        ("[[song]]\n[[song]]\ntempo = 4000\n", "song 2: tempo_bpm: must be between 20 and 400"),
        ("[[song]]\n[[song]]\nkey = 'Am'\n", "song 2: 4/4 minor, but the first song is 4/4 major"),
        ("[[song]]\n[[song]]\npreset = 'jig'\n", "song 2: 6/8 .*, but the first song is 4/4 major"),
        ("[[song]]\npreset = 'no-such'\n", "song 1: there is no preset 'no-such'"),
        ("[[song]]\nchords = 'H | C'\n", "song 1: chords: .*bar 1"),
        ("[[song", "cannot be read as TOML"),
        ("song = [3]\n", "song 1: must be a table"),
    ],
)
def test_what_is_wrong_in_a_set_list_is_told_with_the_song(written, text, told):
    path = written(text)
    with pytest.raises(SettingsError, match=f"{path.name}: .*{told}"):
        made(path)


def test_a_set_list_that_is_not_there_is_told(tmp_path):
    with pytest.raises(SettingsError, match="no such file"):
        made(tmp_path / "no.toml")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    bundle = random_bundle(n_tunes=30, n_bars=40)
    return replace(bundle, folder=tmp_path_factory.mktemp("bundle"))


@pytest.fixture
def settings(written):
    made_of = made(written(SET))
    songs = tuple(replace(song, opening=song.opening and 1) for song in made_of.songs)
    return replace(made_of, songs=songs)


def song(number, tick, settings):
    return Change(tick, PlaySong(number), settings.songs[number - 1].band)


def test_a_song_begins_at_the_next_bar_line_with_its_own_band_chords_and_form(bundle, settings):
    heard, changes = performed(bundle, settings, [song(2, 5 * BAR + 700, settings)], 14)
    assert [change.tick for change in changes] == [6 * BAR]
    first = next(chunk for chunk in heard if chunk.start_tick == 6 * BAR)
    programs = [row[1] & 15 for row in first.events.tolist() if row[1] & 0xF0 == PROGRAM]
    assert programs == [part.channel for part in settings.songs[1].parts]
    assert first.provenance.place.bar == 1 and first.provenance.place.tune == 1
    assert first.provenance.beat == 24
    assert {str(chunk.key) for chunk in heard if chunk.start_tick >= 6 * BAR} == {"G"}
    assert [chunk.start_tick for chunk in heard] == [0] + [c.end_tick for c in heard[:-1]]


def test_whatever_song_is_played_when_every_note_ends_and_the_take_can_be_played_again(
    bundle, settings
):
    wanted = [
        Change(BAR, SetIntensity(1.0)),
        song(2, 3 * BAR + 50, settings),
        Change(5 * BAR, Mute("Melody", True)),
        song(3, 7 * BAR, settings),
        song(1, 7 * BAR + 240, settings),
        Change(10 * BAR, Mute("Melody", False)),
        song(2, 11 * BAR, settings),
        Change(13 * BAR, End()),
    ]
    heard, changes = performed(bundle, settings, wanted, 24)
    sounding = Counter()
    for _, status, pitch, velocity in np.concatenate([c.events for c in heard]).tolist():
        if status & 0xF0 in (0x80, 0x90):
            sounding[status & 15, pitch] += 1 if status & 0xF0 == 0x90 and velocity else -1
    assert not +sounding and heard[-1].end_tick % BAR == 0
    again = Composer(Succession(bundle, index_of(bundle), settings), BAR)
    for change in changes:
        again.change(change)
    played = []
    while not again.over:
        played.append(again.compose())
    assert np.array_equal(
        np.concatenate([c.events for c in played]), np.concatenate([c.events for c in heard])
    )


def test_the_log_of_a_take_keeps_the_whole_set(settings, tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "manifest.json").write_text("{}")
    path = tmp_path / "set.mid.take"
    with path.open("w") as file:
        writer = LogWriter(file, settings, folder)
        writer.changed(song(2, 2 * BAR, settings))
        writer.heard(4 * BAR)
    log = read_log(path)
    assert log.settings == settings
    assert log.changes == (song(2, 2 * BAR, settings),)

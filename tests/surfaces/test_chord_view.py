"""The row of chords: what sounds, what comes and when, and what the player who is heard does."""

from dataclasses import replace

from support.still import BEAT, StillSession

from livedshl.music import Chord
from livedshl.surfaces.chord_view import chords_line, heard_line


def heard(**changed):
    """What is said of the player, with the steering of a performance changed so."""
    snapshot = StillSession().snapshot()
    steering = replace(snapshot.steering, **changed)
    return heard_line(replace(snapshot, steering=steering)).plain


def test_the_chord_that_sounds_comes_first_then_those_to_come_with_the_beats_until_then():
    snapshot = StillSession().snapshot()
    now, coming = chords_line(snapshot).plain.split("→")
    assert now.strip()
    later = replace(snapshot, tick=snapshot.tick + 2 * BEAT)
    first, beats = coming.split()[0], coming.split()[2]
    assert chords_line(later).plain.split()[0] == first
    assert 1 <= int(beats) <= 2


def test_it_says_what_the_player_holds_and_that_the_melody_is_the_players():
    assert not heard()
    assert "YOU HOLD Am" in heard(follows=Chord.parse("Am"))
    assert "YOU PLAY" in heard(listening=True)


def test_it_says_that_a_phrase_is_answered():
    snapshot = StillSession().snapshot()
    answering = [
        replace(
            chunk,
            provenance=replace(
                chunk.provenance, place=replace(chunk.provenance.place, wished="answer")
            ),
        )
        for chunk in snapshot.chunks
    ]
    assert "ANSWERING YOU" in heard_line(replace(snapshot, chunks=tuple(answering))).plain


def test_without_music_there_is_no_chord():
    assert chords_line(replace(StillSession().snapshot(), chunks=())).plain.strip() == "N.C."


def test_it_counts_the_bars_until_the_section_ends():
    snapshot = StillSession().snapshot()  # in the fifth of eight bars
    assert chords_line(snapshot).plain.endswith("3 more bars of section A")
    later = replace(snapshot, tick=snapshot.tick + 2 * snapshot.grid.bar_ticks)
    assert chords_line(later).plain.endswith("1 more bar of section A")


def test_it_names_the_keys_that_the_player_holds_down():
    assert "C E G" in heard_line(replace(StillSession().snapshot(), keys=(60, 64, 67))).plain

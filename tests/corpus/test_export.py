"""What `corpus --export` writes is the tune that was read."""

import io
import json
from dataclasses import replace

import mido
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.written_scores import (
    BACKWARD,
    attributes,
    backup,
    chord,
    note,
    notes,
    part,
    read,
    score,
)

from livedshl.corpus import read_corpus
from livedshl.corpus.export import export_tunes
from livedshl.corpus.midi_file.reading import read_midi
from livedshl.errors import OverwriteError
from livedshl.midi.tune_file import tune_midi
from livedshl.music import Chord, LeadSheet, Metre, Mode
from livedshl.music.chords import QUALITIES
from livedshl.music.leadsheet import Key
from livedshl.scores.tune_score import tune_score

WRITERS = {".mid": tune_midi, ".musicxml": tune_score}


def array(rows, columns=3):
    return np.array(rows, np.int32).reshape(-1, columns)


@st.composite
def sheets(draw: st.DrawFn) -> LeadSheet:
    """Tunes in one metre, with pickups, triplets, rests, chords off the beat and a short end."""
    metre = draw(st.sampled_from([Metre(4, 4), Metre(3, 4), Metre(6, 8), Metre(2, 2), Metre(5, 4)]))
    n_bars = draw(st.integers(2, 5))
    pickup = draw(st.sampled_from([0, 240, 480]))
    lengths = st.sampled_from([120, 160, 240, 320, 360, 480, 720, 960, 1920])
    tick, tune = -pickup, []
    end = n_bars * metre.bar_ticks - draw(st.sampled_from([0, pickup]))
    while tick < end:
        length = min(draw(lengths), end - tick)
        if draw(st.integers(0, 3)) or not tune:
            tune.append((tick, length, draw(st.integers(40, 90))))
        tick += length
    chords = draw(
        st.lists(
            st.tuples(
                st.integers(0, end // 120 - 1).map(lambda step: 120 * step),
                st.integers(0, 11),
                st.integers(0, len(QUALITIES) - 1),
            ),
            unique_by=lambda one: one[0],
            max_size=6,
        )
    )
    key = Key(draw(st.integers(0, 11)), draw(st.sampled_from([Mode.MAJOR, Mode.MINOR])))
    return LeadSheet(
        title="A tune & <more>",
        source="t.abc#1",
        metre_changes=((-pickup, metre),),
        key_changes=((-pickup, key),),
        bars=np.arange(0, n_bars * metre.bar_ticks, metre.bar_ticks, dtype=np.int32),
        notes=array(tune),
        chords=array(sorted(chords)),
        end=end,
        sections=((0, "A"),),
        accompaniment=draw(hands(-pickup, end)),
    )


@st.composite
def hands(draw: st.DrawFn, start: int, end: int):
    """Two hands: notes, chords and held notes that overlap, each pitch free when it is struck."""
    places = st.integers(start // 80, end // 80 - 1).map(lambda place: 80 * place)
    lengths = st.sampled_from([80, 160, 480, 1920])
    struck = st.tuples(places, lengths, st.integers(40, 46), st.sampled_from([0, 1]))
    found = [(0, 80, 50, 0), (0, 80, 50, 1)]
    free = {}
    for onset, length, pitch, hand in sorted(draw(st.lists(struck, max_size=12))):
        if free.get((pitch, hand), start) <= onset and onset + length <= end:
            found.append((onset, length, pitch, hand))
            free[pitch, hand] = onset + length
    return array(sorted(found), 4)


def by_hand(accompaniment):
    return sorted(accompaniment.tolist(), key=lambda note: (note[3], note))


@given(sheets())
def test_the_score_reads_back_as_the_same_tune(tmp_path_factory, sheet):
    folder = tmp_path_factory.mktemp("score")
    again, _ = read(folder, tune_score(sheet))
    assert again.title == sheet.title
    assert again.notes.tolist() == sheet.notes.tolist()
    if len(sheet.chords):  # else the chords are heard in the accompaniment
        assert again.chords.tolist() == sheet.chords.tolist()
    assert again.bars.tolist() == sheet.bars.tolist()
    assert (again.metre_changes, again.sections) == (sheet.metre_changes, sheet.sections)
    assert again.end == sheet.end
    assert by_hand(again.accompaniment) == by_hand(sheet.accompaniment)


def timed(track):
    tick = 0
    for message in track:
        tick += message.time
        yield tick, message


def track(file, name):
    return next(track for track in file.tracks if track.name == name)


def sounding(track):
    """Onset, length and pitch of the notes of a MIDI track."""
    began, found = {}, []
    for tick, message in timed(track):
        if message.type == "note_on" and message.velocity:
            began[message.note] = tick
        elif message.type in ("note_on", "note_off"):
            found.append([began[message.note], tick - began.pop(message.note), message.note])
    return sorted(found)


@given(sheets())
def test_the_midi_file_has_the_notes_chords_and_signatures_of_the_tune(sheet):
    file = mido.MidiFile(file=io.BytesIO(tune_midi(sheet)))
    assert file.ticks_per_beat == 480
    shift = sheet.metre.bar_ticks if sheet.notes[0, 0] < 0 else 0
    assert sounding(track(file, "Melody")) == np.add(sheet.notes, [shift, 0, 0]).tolist()
    texts = [(tick, m.text) for tick, m in timed(track(file, "Chords")) if m.type == "text"]
    assert texts == [(tick + shift, Chord(*one).name) for tick, *one in sheet.chords.tolist()]
    for hand in (0, 1):
        notes = sheet.accompaniment[sheet.accompaniment[:, 3] == hand, :3]
        written = sounding(track(file, f"Accompaniment {hand + 1}"))
        assert written == sorted(np.add(notes, [shift, 0, 0]).tolist())
    metres = [m for m in file.tracks[0] if m.type == "time_signature"]
    assert [(m.numerator, m.denominator) for m in metres] == [(sheet.metre.count, sheet.metre.unit)]
    assert [(tick, m.text) for tick, m in timed(file.tracks[0]) if m.type == "marker"] == [
        (shift, "A")
    ]


@given(sheets().filter(lambda sheet: len(sheet.notes) > 6))
def test_the_midi_file_reads_back_as_the_same_tune(tmp_path_factory, sheet):
    path = tmp_path_factory.mktemp("midi") / "t.mid"
    # Beside many other notes, a track of so few would not be taken for the melody.
    path.write_bytes(tune_midi(replace(sheet, accompaniment=sheet.accompaniment[:3])))
    again, _ = read_midi(path, "t.mid")
    # A first bar that begins with rests is read as one with a pickup.
    shift = int(sheet.notes[0, 0] - again.notes[0, 0])
    assert shift in (0, sheet.metre.bar_ticks)
    assert (again.notes + np.array([shift, 0, 0])).tolist() == sheet.notes.tolist()
    assert again.metre == sheet.metre
    if len(sheet.chords) > 2:  # fewer texts may be anything
        assert (again.chords + np.array([shift, 0, 0])).tolist() == sheet.chords.tolist()


def test_words_to_sing_are_no_chord_symbols(tmp_path):
    sheet, _ = read(tmp_path, score(part(attributes() + notes("C4 D4 E4 F4"), note("G4", 4))))
    file = mido.MidiFile(file=io.BytesIO(tune_midi(sheet)))
    words = [mido.MetaMessage("text", text=word, time=480) for word in ("A", "bird", "sings")]
    file.tracks.append(mido.MidiTrack(words))
    file.save(tmp_path / "t.mid")
    again, _ = read_midi(tmp_path / "t.mid", "t.mid")
    assert len(again.chords) == 0


def test_a_note_of_the_accompaniment_that_is_struck_again_ends_there(tmp_path):
    held = part(attributes() + note("C5", 4)), part(attributes() + note("C4", 4) + "<backup>"
        "<duration>12</duration></backup>" + note("C4", 1, "<voice>2</voice>"))  # fmt: skip
    sheet, _ = read(tmp_path, score(("Voice", held[0]), ("Piano", held[1])))
    file = mido.MidiFile(file=io.BytesIO(tune_midi(sheet)))
    assert sounding(track(file, "Accompaniment 1")) == [[0, 480, 60], [480, 480, 60]]


@pytest.mark.parametrize(
    ("key", "name"),
    [
        (Key(10, Mode.MAJOR), "Bb"),
        (Key(6, Mode.MINOR), "F#m"),
        (Key(2, Mode.DORIAN), "Dm"),
        (Key(7, Mode.MIXOLYDIAN), "G"),
        (Key(4, Mode.OTHER), None),
    ],
)
def test_a_key_is_written_as_midi_can_name_it(tmp_path, key, name):
    sheet, _ = read(tmp_path, score(part(attributes() + note("C4", 4))))
    file = mido.MidiFile(file=io.BytesIO(tune_midi(replace(sheet, key_changes=((0, key),)))))
    keys = [message.key for message in file.tracks[0] if message.type == "key_signature"]
    assert keys == ([name] if name else [])


def test_bar_lines_agree_after_a_bar_of_another_length(tmp_path):
    bars = part(attributes() + note("C4", 4), note("D4", 2), note("E4", 4), note("F4", 4))
    sheet, _ = read(tmp_path, score(bars))
    file = mido.MidiFile(file=io.BytesIO(tune_midi(sheet)))
    metres = [
        (tick, message.numerator)
        for tick, message in timed(file.tracks[0])
        if message.type == "time_signature"
    ]
    assert metres == [(0, 4), (1920, 2), (2880, 4)]


def test_music21_reads_the_score_as_the_same_notes(tmp_path):
    converter = pytest.importorskip("music21").converter
    song = score(
        part(
            attributes("3/4", fifths=-3) + note("Bb3"),
            chord("E", "minor-seventh") + note("Eb4", 1.5) + notes("F4 G4 Ab4", 0.5),
            note("Bb4", 3) + BACKWARD,
        )
    )
    sheet, _ = read(tmp_path, song)
    (tmp_path / "out.musicxml").write_bytes(tune_score(sheet))
    played = converter.parse(tmp_path / "out.musicxml").stripTies().flatten()
    pitches = [n.pitch.midi for n in played.notes if "ChordSymbol" not in n.classes]
    assert pitches == sheet.notes[:, 2].tolist()


def test_music21_reads_the_accompaniment_as_a_part_for_each_hand(tmp_path):
    converter = pytest.importorskip("music21").converter
    second = notes("E4 F4 G4 A4", more="<voice>2</voice><staff>1</staff>")
    right = note("C5", 4) + backup(4) + second
    left = backup(4) + note("C3", 2, "<staff>2</staff>") + note("G3", 2, "<staff>2</staff>")
    piano = part(attributes(more="<staves>2</staves>") + right + left)
    sheet, _ = read(
        tmp_path, score(("Voice", part(attributes() + notes("C5 D5 E5 F5"))), ("Piano", piano))
    )
    (tmp_path / "out.musicxml").write_bytes(tune_score(sheet))
    melody, *hands = list(converter.parse(tmp_path / "out.musicxml").parts)
    assert [one.partName for one in (melody, *hands)] == [
        "Melody",
        "Accompaniment 1",
        "Accompaniment 2",
    ]
    read_by_both = [
        sorted(
            (int(n.offset * 480), int(n.quarterLength * 480), pitch.midi)
            for n in hand.stripTies().flatten().notes
            for pitch in n.pitches
        )
        for hand in hands
    ]
    assert read_by_both == [
        sorted(map(tuple, sheet.accompaniment[sheet.accompaniment[:, 3] == hand, :3].tolist()))
        for hand in (0, 1)
    ]


def exported(folder, corpus, **options):
    assert [*export_tunes(corpus.tunes, folder, WRITERS, **options)] == [*corpus.tunes]
    return json.loads((folder / "index.json").read_text(encoding="utf-8"))["tunes"]


def some_tunes(folder):
    folder.mkdir()
    bars = notes("C4 D4 E4 F4"), notes("G4 A4 B4 C5"), notes("G4 E4 D4 C4")
    (folder / "song.musicxml").write_text(score(("Voice", part(attributes() + bars[0], *bars[1:]))))
    chart = chord("C") + notes("B4 B4 B4 B4", more="<notehead>slash</notehead>")
    (folder / "chart.musicxml").write_text(score(part(attributes() + chart)))
    (folder / "broken.xml").write_text("<score-partwise><part")
    (folder / "book.abc").write_text("X:7\nT:Seven\nM:4/4\nL:1/4\nK:C\nCDEF|GABc|\n")
    return read_corpus([str(folder)], cache=folder.parent / "cache")


def test_every_tune_that_can_be_read_is_written_and_told_of(tmp_path):
    corpus = some_tunes(tmp_path / "mine")
    index = exported(tmp_path / "out", corpus)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "index.json",
        "mine-book-7.mid",
        "mine-book-7.musicxml",
        "mine-chart.mid",
        "mine-chart.musicxml",
        "mine-song.mid",
        "mine-song.musicxml",
    ]
    by_source = {(tune["source"], tune["number"]): tune for tune in index}
    assert by_source["mine/book.abc", "7"]["title"] == "Seven"
    song = by_source["mine/song.musicxml", None]
    assert song["kept"] and song["taken"] == ["Voice: melody"] and song["melody_notes"] == 12
    chart = by_source["mine/chart.musicxml", None]
    assert (chart["kept"], chart["reason"]) == (False, "no melody")
    assert by_source["mine/broken.xml", None]["files"] == {}


def test_a_folder_with_files_is_left_alone_unless_they_may_be_replaced(tmp_path):
    corpus = some_tunes(tmp_path / "mine")
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine-song.mid").write_text("my own")
    (out / "other.txt").write_text("other")
    with pytest.raises(OverwriteError, match="has files already"):
        exported(out, corpus)
    assert (out / "mine-song.mid").read_text() == "my own"
    exported(out, corpus, overwrite=True)
    assert (out / "mine-song.mid").read_bytes().startswith(b"MThd")
    assert (out / "other.txt").read_text() == "other"


def test_names_that_differ_only_in_capitals_get_files_of_their_own(tmp_path):
    tunes = "".join(
        f"X:1\nT:{title}\nM:4/4\nL:1/4\nK:C\nCDEF|GABc|\n\n" for title in ("One", "Two")
    )
    (tmp_path / "mine").mkdir()
    for name in ("A b.abc", "a-b.abc"):
        (tmp_path / "mine" / name).write_text(tunes)
    corpus = read_corpus([str(tmp_path / "mine")], cache=tmp_path / "cache")
    index = exported(tmp_path / "out", corpus)
    names = [tune["files"]["mid"].casefold() for tune in index]
    assert len(set(names)) == 4 == len(list((tmp_path / "out").glob("*.mid")))


def test_the_command_writes_the_folder_and_says_so(tmp_path, run_here):
    some_tunes(tmp_path / "mine")
    done = run_here("corpus", tmp_path / "mine", "--export", tmp_path / "out")
    assert "3 tunes written" in done.stderr
    assert "1: Voice: melody" in done.stdout
    told = run_here("corpus", tmp_path / "mine", "--json")
    read_tunes = json.loads(told.stdout)["read"]
    assert [tune["taken"] for tune in read_tunes if tune["title"] == "song"] == [["Voice: melody"]]
    again = run_here("corpus", tmp_path / "mine", "--export", tmp_path / "out")
    assert again.returncode == 1 and "--force" in again.stderr

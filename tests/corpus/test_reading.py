import os
import shutil
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import mido
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.surroundings import CORPORA

from livedshl.corpus import read_corpus
from livedshl.corpus.abc import read_abc_tune, split_abc
from livedshl.corpus.library import stream_corpus
from livedshl.corpus.midi_file import read_midi
from livedshl.corpus.summary import summary_of
from livedshl.errors import CorpusError
from livedshl.music import COMMON_TIME, GRIDS, Chord, Metre, Mode
from livedshl.music.chords import COMMON_CHORDS
from livedshl.music.leadsheet import Key
from livedshl.progress import unseen
from livedshl.work import Crew

BOOK = Path(__file__).parents[1] / "tunes" / "book.abc"


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """The tunes in 2/4, 4/4 and cut time, in whichever mode."""
    return read_corpus(
        [str(BOOK)], grid=COMMON_TIME, mode=None, cache=tmp_path_factory.mktemp("cache")
    )


def tune(corpus, number):
    return next(sheet for sheet in corpus.sheets if sheet.source == f"book.abc#{number}")


def chord_names(sheet):
    return [
        (tick, "N.C." if root < 0 else Chord(root, quality).name)
        for tick, root, quality in sheet.chords.tolist()
    ]


def test_a_tune_is_read_with_its_pickup_before_the_first_bar_line(book):
    lamp = tune(book, 1)
    assert lamp.title == "The Lamp on the Sill"
    assert (lamp.metres, lamp.keys) == ((Metre(4, 4),), (Key(7, Mode.MAJOR),))
    assert lamp.notes[:3].tolist() == [[-480, 480, 62], [0, 480, 67], [480, 240, 71]]
    assert chord_names(lamp)[:3] == [(0, "G"), (1920, "C"), (2880, "D7")]


def test_repeats_are_played_out_and_bars_cut_by_them_are_whole(book):
    lamp = tune(book, 1)
    assert lamp.bars.tolist() == [1920 * bar for bar in range(16)]
    first, again = (
        [n for n in lamp.notes.tolist() if start <= n[0] < start + 3 * 1920] for start in (0, 7680)
    )
    assert [[tick + 7680, *rest] for tick, *rest in first] == again
    assert lamp.end == 16 * 1920 - 480


def test_endings_are_played_in_their_turn(book):
    doors = tune(book, 2)
    assert len(doors.bars) == 2 + 2 + 2 + 2 + 4 + 4
    downbeats = {tick: pitch for tick, _, pitch in doors.notes.tolist() if tick % 960 == 0}
    bars = [downbeats[960 * bar] for bar in range(10)]
    assert bars == [74, 79, 74, 76, 74, 79, 74, 74, 71, 78]


def test_chords_lose_their_bass_ties_and_grace_notes_go_and_silence_is_kept(book):
    air = tune(book, 6)
    assert air.metres == (Metre(2, 2),)
    assert chord_names(air) == [
        (0, "C"), (960, "F"), (1920, "G7"), (2880, "N.C."),
        (4800, "C"), (5760, "Bbdim"), (6720, "C"),
    ]  # fmt: skip
    third_bar = [note for note in air.notes.tolist() if 3840 <= note[0] < 5760]
    assert third_bar == [[3840, 960, 72], [4800, 960, 76]]
    assert [960, 160, 81] in air.notes.tolist()


def test_what_cannot_be_used_is_named_with_its_reason(book):
    reasons = {skipped.source: skipped.reason for skipped in book.skipped}
    assert reasons == {
        "book.abc#3": "no key (the K: field is missing)",
        "book.abc#5": "metre 6/8",
    }


@pytest.mark.parametrize(
    ("metre", "mode", "kept"),
    [
        ("4/4", Mode.MAJOR, ["book#1", "book#2", "book#6", "book#8 bar 1", "book#8 bar 5"]),
        ("4/4", Mode.MINOR, ["book#4", "book#7", "kinds#4"]),
        ("3/4", Mode.MAJOR, ["kinds#1"]),
        ("6/8", Mode.MAJOR, ["book#5", "kinds#2"]),
        ("6/8", Mode.MINOR, ["kinds#5"]),
        ("9/8", Mode.MAJOR, ["kinds#3"]),
        ("9/8", Mode.MINOR, []),
        (None, Mode.MINOR, ["book#4", "book#7", "kinds#4", "kinds#5"]),
    ],
)
def test_tunes_of_one_metre_and_mode_are_kept(tmp_path_factory, metre, mode, kept):
    cache = tmp_path_factory.getbasetemp() / "kinds"  # read once for all
    corpus = read_corpus([str(BOOK.parent)], grid=GRIDS.get(metre), mode=mode, cache=cache)
    sources = [s.source.removeprefix("tunes/").replace(".abc", "") for s in corpus.sheets]
    assert sources == kept
    every = [*corpus.sheets, *corpus.skipped]
    assert len({one.source.partition(" bar ")[0] for one in every}) == 13


def test_a_tune_too_short_for_a_segment_is_not_kept(tmp_path):
    (tmp_path / "t.abc").write_text("X:1\nT:t\nM:3/4\nL:1/4\nK:C\nCDE|\n")
    waltz = read_corpus([str(tmp_path)], grid=GRIDS["3/4"], cache=tmp_path / "cache")
    summary = summary_of(waltz)
    assert (summary.kept, summary.segments, summary.segments_in_tunes) == (0, 0, 0)
    assert summary.reasons == {"shorter than a segment": 1}


def test_of_a_tune_that_changes_key_each_stretch_with_a_phrase_is_kept(tmp_path):
    phrase, turn = "CDEF|GABc|cBAG|FEDC|", "GABc|dBGD|"
    music = f"{phrase}[K:G]{turn}[K:C]{phrase}[M:3/4]CDE|FGA|GFE|DEC|"
    (tmp_path / "t.abc").write_text(f"X:1\nT:t\nM:4/4\nL:1/4\nK:C\n{music}\n")
    corpus = read_corpus([str(tmp_path)], grid=None, mode=None, cache=tmp_path / "cache")
    assert [sheet.source.rpartition("#")[2] for sheet in corpus.sheets] == [
        "1 bar 1",
        "1 bar 7",
        "1 bar 11",
    ]
    assert "fewer than 4 bars" in corpus.tunes[0].reason
    (tmp_path / "t.abc").write_text(f"X:1\nT:t\nM:4/4\nL:1/4\nK:C\n{turn}\n")
    short = read_corpus([str(tmp_path)], grid=None, mode=None, cache=tmp_path / "cache")
    assert len(short.sheets) == 1  # a tune as short as that is kept: it is meant so


def test_the_cache_gives_the_same_tunes_and_a_broken_one_does_no_harm(tmp_path, book):
    def contents():
        corpus = read_corpus([str(BOOK)], grid=COMMON_TIME, mode=None, cache=tmp_path)
        return [(s.title, s.keys, s.metres, s.end, s.bars.tolist(), s.notes.tolist(),
                 s.chords.tolist()) for s in corpus.sheets]  # fmt: skip

    fresh = contents()
    (cached,) = tmp_path.rglob("*.jsonl")
    assert contents() == fresh
    cached.write_text('{"title": "half a rea')
    assert contents() == fresh


def test_folders_are_read_whole_in_order_with_names_that_are_the_same_everywhere(tmp_path):
    folder = tmp_path / "mine" / "deep"
    folder.mkdir(parents=True)
    shutil.copy(BOOK, folder / "b.abc")
    (folder / "notes.txt").write_text("no tune")
    write_midi(folder / "a.mid", [(0, 480, 60), (480, 480, 62)])
    corpus = read_corpus([str(tmp_path / "mine")], cache=tmp_path / "cache")
    assert [s.source for s in corpus.sheets][:2] == ["mine/deep/a.mid", "mine/deep/b.abc#1"]
    assert (corpus.files, corpus.ignored) == (2, 1)


def write_midi(path, melody, chords=(), key="C", ticks_per_beat=480):
    file = mido.MidiFile(ticks_per_beat=ticks_per_beat)
    scale = ticks_per_beat / 480
    for notes in (melody, [(t, n, p) for t, n, pitches in chords for p in pitches]):
        track = mido.MidiTrack([mido.MetaMessage("key_signature", key=key)])
        events = []
        for tick, length, pitch in notes:
            events += [(round(tick * scale), 90, pitch), (round((tick + length) * scale), 0, pitch)]
        now = 0
        for tick, velocity, pitch in sorted(events):
            track.append(mido.Message("note_on", note=pitch, velocity=velocity, time=tick - now))
            now = tick
        file.tracks.append(track)
    file.save(path)


def test_midi_chords_are_recognised_and_the_pickup_lies_before_the_bar(tmp_path):
    melody = [(1440, 480, 67), *((1920 + 480 * i, 480, 72 + i) for i in range(8))]
    chords = [(1920, 1920, (48, 52, 55)), (3840, 1920, (43, 47, 50, 53))]
    write_midi(tmp_path / "t.mid", melody, chords, key="C", ticks_per_beat=1024)
    (sheet,) = read_corpus([str(tmp_path / "t.mid")], cache=tmp_path / "c").sheets
    assert sheet.notes[:2].tolist() == [[-480, 480, 67], [0, 480, 72]]
    assert chord_names(sheet) == [(0, "C"), (1920, "G7")]


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(st.integers(55, 90), st.sampled_from([120, 240, 480, 720])),
        min_size=1,
        max_size=24,
    ),
    st.sampled_from(["C", "G", "Eb", "F#"]),
)
def test_any_melody_survives_a_midi_file(tmp_path, notes, key):
    melody, tick = [], 0
    for pitch, length in notes:
        melody.append((tick, length, pitch))
        tick += length
    write_midi(tmp_path / "t.mid", melody, key=key)
    (sheet,) = read_corpus([str(tmp_path / "t.mid")], cache=tmp_path / "c").sheets
    assert sheet.notes.tolist() == [list(note) for note in melody]
    assert sheet.keys == (Key({"C": 0, "G": 7, "Eb": 3, "F#": 6}[key], Mode.MAJOR),)


@settings(max_examples=8, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from("CDEFGABcdefgab"), min_size=12, max_size=24), st.booleans())
def test_any_melody_survives_an_abc_book(tmp_path, letters, repeated):
    letters = letters[: len(letters) // 4 * 4]
    bars = ["".join(letters[i : i + 4]) for i in range(0, len(letters), 4)]
    text = "|".join(bars) + (":|" if repeated else "|]")
    (tmp_path / "t.abc").write_text(f"X:1\nT:t\nM:4/4\nL:1/4\nK:C\n{text}\n")
    (sheet,) = read_corpus([str(tmp_path / "t.abc")], cache=tmp_path / "c").sheets
    scale = dict(zip("CDEFGABcdefgab", (60, 62, 64, 65, 67, 69, 71, 72, 74, 76, 77, 79, 81, 83),
                     strict=True))  # fmt: skip
    pitches = [scale[letter] for letter in letters] * (2 if repeated else 1)
    assert sheet.notes.tolist() == [[480 * i, 480, pitch] for i, pitch in enumerate(pitches)]


def test_tunes_of_one_number_in_a_book_that_was_put_together_are_told_apart(tmp_path):
    tune = "X:1\nT:{title}\nM:4/4\nL:1/4\nK:C\nCDEF|GABc|\n\n"
    (tmp_path / "book.abc").write_text("".join(tune.format(title=title) for title in ("A", "B")))
    sheets = read_corpus([str(tmp_path / "book.abc")], cache=tmp_path / "cache").sheets
    assert [(s.title, s.source) for s in sheets] == [("A", "book.abc#1"), ("B", "book.abc#1.2")]


def test_a_path_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CorpusError, match=r"nowhere: no such file or folder"):
        read_corpus([str(tmp_path / "nowhere")])


def test_a_folder_without_tunes_is_an_error_that_says_what_is_read(tmp_path):
    with pytest.raises(CorpusError, match=r"no tune files\. Tune files are \.abc, \.mid"):
        read_corpus([str(tmp_path)])


def test_one_bad_file_never_stops_the_others(tmp_path):
    shutil.copy(BOOK, tmp_path / "good.abc")
    write_midi(tmp_path / "whole.mid", [(0, 480, 60)])
    whole = (tmp_path / "whole.mid").read_bytes()
    (tmp_path / "cut.mid").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "cut2.mid").write_bytes(whole[:10])
    (tmp_path / "nozip.mxl").write_bytes(b"PK but no archive")
    (tmp_path / "empty.abc").write_bytes(b"")
    (tmp_path / "broken.xml").write_text("<score-partwise><part")
    corpus = read_corpus([str(tmp_path)], cache=tmp_path / "cache")
    assert {s.source.rpartition("/")[2] for s in corpus.sheets} >= {"whole.mid", "good.abc#1"}
    skipped = {s.source.rpartition("/")[2]: s.reason for s in corpus.skipped}
    assert skipped["cut2.mid"] == "not a MIDI file, or a damaged one"
    assert skipped["nozip.mxl"] == "not a MusicXML file, or a damaged one"
    assert skipped["broken.xml"] == "not a MusicXML file, or a damaged one"


def test_an_archive_that_would_burst_is_not_opened(tmp_path):
    with zipfile.ZipFile(tmp_path / "bomb.mxl", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("score.xml", b"\0" * (17 << 20))
    corpus = read_corpus([str(tmp_path)], cache=tmp_path / "cache")
    assert corpus.skipped[0].reason == "larger than 16 MiB"


def test_a_file_without_a_tune_is_named(tmp_path):
    (tmp_path / "empty.abc").write_bytes(b"")
    (tmp_path / "loose.abc").write_text("M:4/4\nK:C\nCDEF|\n")
    skipped = read_corpus([str(tmp_path)], cache=tmp_path / "cache").skipped
    assert [s.source.rpartition("/")[2] for s in skipped] == ["empty.abc", "loose.abc"]
    assert all("no tunes (in ABC" in s.reason for s in skipped)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_among_the_tunes_keeps_nobody_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe.abc")
    (skipped,) = read_corpus([str(tmp_path)], cache=tmp_path / "cache").skipped
    assert skipped.reason == "cannot be read (it is not a regular file)"


def test_a_file_given_twice_is_read_once(tmp_path):
    write_midi(tmp_path / "t.mid", [(0, 480, 60)])
    paths = [str(tmp_path / "t.mid"), str(tmp_path), str(tmp_path / "t.mid")]
    corpus = read_corpus(paths, cache=tmp_path / "cache")
    assert [sheet.source for sheet in corpus.sheets] == ["t.mid"]


def test_a_melody_in_two_voices_over_chords_is_read_by_its_upper_voice(tmp_path):
    melody = [(480 * i, 480, p) for i in range(8) for p in (60 + i, 64 + i)]
    chords = [(0, 1920, (48, 52, 55)), (1920, 1920, (43, 47, 50, 53))]
    write_midi(tmp_path / "t.mid", melody, chords)
    (sheet,) = read_corpus([str(tmp_path / "t.mid")], cache=tmp_path / "c").sheets
    assert sheet.notes[:, 2].tolist() == [64 + i for i in range(8)]
    assert chord_names(sheet) == [(0, "C"), (1920, "G7")]


def test_links_out_of_the_folder_are_not_followed(tmp_path):
    (tmp_path / "in").mkdir()
    write_midi(tmp_path / "outside.mid", [(0, 480, 60)])
    write_midi(tmp_path / "in" / "inside.mid", [(0, 480, 60)])
    (tmp_path / "in" / "link.mid").symlink_to(tmp_path / "outside.mid")
    assert read_corpus([str(tmp_path / "in")], cache=tmp_path / "c").files == 1


@pytest.mark.corpora
def test_nottinghams_midi_gives_the_segments_that_were_counted_before(tmp_path):
    corpus = read_corpus([str(CORPORA / "nottingham" / "MIDI")], cache=tmp_path)
    sheets = [(tune, tune.reading.sheet) for tune in corpus.tunes]
    steady = tuple(tune for tune, sheet in sheets if sheet and len(sheet.keys) == 1)
    summary = summary_of(replace(corpus, tunes=steady))
    # Anchors of an independent prototype, within 3 %: 502 songs in one key, 31,999 / 14,732 /
    # 12,162 segments.
    assert np.isclose(summary.kept, 502, rtol=0.03)
    assert np.isclose(summary.segments, 31_999, rtol=0.03)
    assert np.isclose(summary.segments_in_tunes, 14_732, rtol=0.04)
    assert np.isclose(summary.segments_overall, 12_162, rtol=0.03)
    assert set(summary.chord_classes) == set(COMMON_CHORDS)
    assert summary.chord_coverage > 0.98


@pytest.mark.corpora
def test_an_abc_tune_and_its_midi_twin_are_the_same_notes_and_chords(tmp_path):
    # Ballybunion: a pickup, basses under chords, a repeat without a start, two endings.
    folder = CORPORA / "nottingham"
    book = next(
        tune
        for tune in split_abc((folder / "ABC_cleaned" / "jigs.abc").read_text("latin-1"))
        if tune.number == "13"
    )
    abc, _ = read_abc_tune(book, "jigs.abc#13")
    midi, _ = read_midi(folder / "MIDI" / "jigs13.mid", "jigs13.mid")
    assert abc.notes.tolist() == midi.notes.tolist()
    assert abc.chords.tolist() == midi.chords.tolist()
    assert (abc.keys, abc.metres) == (midi.keys, midi.metres)


@pytest.mark.parametrize(
    ("field", "music", "reason"),
    [
        ("M:4/4", "C999999999|", "a note of impossible length"),
        ("M:4/4", "C//////////|", "a note of impossible length"),
        ("M:999999999/4", "CDEF|", "a metre of too many beats"),
        ("M:4/4\nL:1/99999", "CDEF|", "a length of notes (L:) that is too large"),
        ("M:4/4", "CDEF|" * 10_000, "more than 2,000 bars"),
        ("M:4/4", "CDEFGABc" * 3000, "more than 20,000 notes"),
        ("M:4/4", "%" + "x" * 300_000, "longer than 256 KiB"),
        ("M:4/4", "C256" * 200, "longer than 2,000 bars"),
    ],
)
def test_a_tune_beyond_all_bounds_is_skipped_with_the_reason(tmp_path, field, music, reason):
    (tmp_path / "t.abc").write_text(f"X:1\nT:t\n{field}\nK:C\n{music}\n")
    (skipped,) = read_corpus([str(tmp_path)], cache=tmp_path / "cache").skipped
    assert skipped.reason == reason


def test_a_tune_that_takes_too_long_is_skipped_and_the_next_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr("livedshl.corpus.reading.READING_S", 0.1)
    different = [f'"Cmaj7#{number}"C' + "|" * (number % 16 == 0) for number in range(16_000)]
    long, short = "".join(different), "C4D4E4F4|"
    tunes = [f"X:{n}\nM:4/4\nL:1/16\nK:C\n{music}\n\n" for n, music in ((1, long), (2, short))]
    (tmp_path / "t.abc").write_text("".join(tunes))
    with ThreadPoolExecutor(1) as here:  # where the limit above is known
        stream = stream_corpus(
            [str(tmp_path / "t.abc")], grid=None, mode=None, progress=unseen,
            cache=tmp_path / "cache", crew=Crew(here, lambda: 1),
        )  # fmt: skip
        slow, quick = stream.tunes
    assert quick.reading.source == "t.abc#2" and quick.sheets
    assert (slow.reason or "").startswith("takes longer than")
    assert not (tmp_path / "cache").exists()  # it may be quicker another time


def test_a_note_far_away_in_a_midi_file_makes_no_bars(tmp_path):
    write_midi(tmp_path / "t.mid", [(0, 480, 60), (200_000_000, 480, 62)])
    (skipped,) = read_corpus([str(tmp_path / "t.mid")], cache=tmp_path / "c").skipped
    assert skipped.reason == "longer than 2,000 bars"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
def test_a_book_is_read_in_the_encoding_of_any_editor(tmp_path, encoding):
    book = "X:1\nT:Käthe\nM:4/4\nL:1/4\nK:C\nCDEF|GABc|cBAG|FEDC|\n"
    (tmp_path / "book.abc").write_text(book, encoding=encoding)
    (sheet,) = read_corpus([str(tmp_path)], cache=tmp_path / "cache").sheets
    assert sheet.title == "Käthe"


@pytest.mark.skipif(sys.platform != "linux", reason="names of any bytes are Linux's")
def test_names_of_any_bytes_are_read_and_shown_escaped(tmp_path, run_here):
    tune = "X:1\nT:t\nM:4/4\nL:1/4\nK:C\nCDEF|GABc|\n"
    for name, text in ((b"r\xe9el.abc", tune), (b"na\xefve.abc", "X:1\nM:4/4\n")):
        (Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))).write_text(text)
    told = run_here("corpus", tmp_path)
    assert told.returncode == 0 and "Error" not in told.stderr
    assert r"na\xefve.abc#1" in told.stdout.replace("\n", "")
    kept = read_corpus([str(tmp_path)]).sheets
    assert [sheet.source.rpartition("/")[2] for sheet in kept] == [r"r\xe9el.abc#1"]
    assert "unexpected" not in run_here("models", "add", tmp_path, "--name", "mine").stderr

"""What is heard of a score: its notes, its parts, its bars."""

import zipfile
from io import BytesIO
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.written_scores import (
    attributes,
    backup,
    chord,
    melody,
    note,
    notes,
    part,
    read,
    score,
)

from livedshl.corpus import read_corpus
from livedshl.corpus.account import KeyFrom
from livedshl.corpus.reader import Task, reading_of
from livedshl.errors import CorpusError
from livedshl.midi.tune_file import tune_midi
from livedshl.music import Chord, Metre, Mode
from livedshl.music.leadsheet import Key
from livedshl.scores.tune_score import tune_score

START = attributes()
LYRIC = "<lyric><text>la</text></lyric>"
UPPER, LOWER = "<staff>1</staff>", "<staff>2</staff>"


def forward(quarters):
    return f"<forward><duration>{quarters * 4}</duration></forward>"


def test_a_bar_that_ends_with_a_gap_is_as_long_as_the_others(tmp_path):
    bars = part(START + notes("C4 D4 E4 F4"), note("G4", 2) + forward(2), notes("A4 B4 C5 D5"))
    sheet, _ = read(tmp_path, score(bars))
    assert sheet.bars.tolist() == [0, 1920, 3840]
    assert sheet.notes[5].tolist() == [3840, 480, 69]


def test_grace_notes_and_cue_notes_are_not_melody(tmp_path):
    bar = note("C4", 2) + note("D5", 0, before="<grace/>") + note("B5", 1, before="<cue/>")
    sheet, _ = read(tmp_path, score(part(START + bar + note("E4"))))
    assert sheet.notes.tolist() == [[0, 960, 60], [1440, 480, 64]]


def test_what_is_sung_below_a_cue_is_melody(tmp_path):
    cue = note("E5", 2, before="<cue/>") + note("C5", 2)
    below = note("G4", 2, "<voice>2</voice>") + note("r", 2, "<voice>2</voice>")
    sheet, _ = read(tmp_path, score(part(START + cue + backup(4) + below)))
    assert melody(sheet) == "GC"


@pytest.mark.parametrize("head", ["slash", "x"])
def test_a_chart_of_chords_has_no_melody_but_its_chords(tmp_path, head):
    slashes = notes("B4 B4 B4 B4", more=f"<notehead>{head}</notehead>")
    sheet, _ = read(tmp_path, score(part(START + chord("D", "minor") + slashes, slashes)))
    assert len(sheet.notes) == 0 and sheet.end == 2 * 1920
    assert sheet.chords.tolist() == [[0, 2, 1]]
    (skipped,) = read_corpus([str(tmp_path)], cache=tmp_path / "cache").skipped
    assert skipped.reason == "no melody"


def test_bars_that_are_marked_as_slashes_have_no_melody_until_the_mark_ends(tmp_path):
    style = "<attributes><measure-style><slash type='{}'/></measure-style></attributes>"
    bars = part(START + style.format("start") + note("B4", 4), style.format("stop") + note("G4", 4))
    assert melody(read(tmp_path, score(bars))[0]) == "G"


def test_a_transposing_instrument_is_read_as_it_sounds(tmp_path):
    down = "<transpose><chromatic>-2</chromatic></transpose>"
    bar = attributes(fifths=2, more=down) + chord("D") + notes("D4 E4 F#4 D5")
    sheet, _ = read(tmp_path, score(("Trumpet", part(bar))))
    assert melody(sheet) == "CDEC"
    assert sheet.key == Key(0, Mode.MAJOR)
    assert sheet.chords.tolist() == [[0, 0, 0]]


def test_a_tenor_that_is_written_an_octave_higher_sounds_below(tmp_path):
    down = "<transpose><chromatic>0</chromatic><octave-change>-1</octave-change></transpose>"
    sheet, _ = read(tmp_path, score(("Tenor", part(attributes(more=down) + note("C5", 4)))))
    assert sheet.notes[0, 2] == 60


def test_a_tie_joins_the_note_that_has_it_and_no_other_of_its_chord(tmp_path):
    start, stop = "<tie type='start'/>", "<tie type='stop'/>"
    first = note("G4", 4) + note("E4", 4, start, before="<chord/>")
    second = note("G4", 4) + note("E4", 4, stop, before="<chord/>")
    sheet, _ = read(tmp_path, score(part(START + first, second)))
    assert sheet.notes.tolist() == [[0, 1920, 67], [1920, 1920, 67]]


def test_a_tie_over_the_bar_line_is_one_note(tmp_path):
    bars = part(
        START + note("r", 2) + note("G4", 2, "<tie type='start'/>"),
        note("G4", 1, "<tie type='stop'/>") + notes("G4 A4 B4"),
    )
    sheet, _ = read(tmp_path, score(bars))
    assert sheet.notes[:2].tolist() == [[960, 1440, 67], [2400, 480, 67]]


def drawn(kind):
    return f"<notations><tied type='{kind}'/></notations>"


def test_a_tie_that_is_only_drawn_sounds_in_a_file_that_says_nothing_else_of_ties(tmp_path):
    bars = part(
        START + notes("C4 D4 E4") + note("G4", 1, drawn("start")),
        note("G4", 1, drawn("stop")) + notes("A4 B4 G4"),
    )
    sheet, _ = read(tmp_path, score(bars))
    assert sheet.notes[3].tolist() == [1440, 960, 67]


def test_a_tie_that_is_only_drawn_is_silent_where_other_ties_sound(tmp_path):
    start, stop = "<tie type='start'/>" + drawn("start"), "<tie type='stop'/>" + drawn("stop")
    bars = part(
        START + notes("C4 D4 E4") + note("G4", 1, drawn("start")),
        note("G4", 1, drawn("stop")) + note("A4", 2) + note("B4", 1, start),
        note("B4", 1, stop) + notes("A4 G4 G4"),
    )
    sheet, _ = read(tmp_path, score(bars))
    assert melody(sheet) == "CDEGGABAGG"
    assert sheet.notes[3:5, 1].tolist() == [480, 480]
    assert sheet.notes[6].tolist() == [3360, 960, 71]


def test_of_two_voices_the_upper_is_the_melody_and_the_lower_where_it_rests(tmp_path):
    upper, lower = "<voice>1</voice>", "<voice>2</voice>"
    both = notes("C5 D5 E5 F5", more=upper) + backup(4) + notes("C4 C4 C4 C4", more=lower)
    alone = note("r", 4, upper) + backup(4) + note("G4", 4, lower)
    assert melody(read(tmp_path, score(part(START + both, alone)))[0]) == "CDEFG"


def test_a_short_first_bar_is_a_pickup(tmp_path):
    sheet, _ = read(tmp_path, score(part(START + note("G4"), notes("C5 D5 E5 F5"))))
    assert sheet.notes[0].tolist() == [-480, 480, 67]
    assert sheet.bars.tolist() == [0]


def test_a_bar_that_only_another_part_fills_is_no_pickup(tmp_path):
    voice = part(START + note("G4"), notes("C5 D5 E5 F5"))
    piano = part(START + note("C3", 4), note("C3", 4))
    sheet, _ = read(tmp_path, score(("Voice", voice), ("Piano", piano)))
    assert sheet.bars.tolist() == [0, 1920]


@pytest.mark.parametrize(
    ("above", "below"),
    [
        (("Bass", notes("C3 C3 C3 C3")), ("Flute", notes("C5 D5 E5 F5"))),
        (("Piano", notes("E4 E4 E4 E4")), ("Singstimme", notes("C5 D5 E5 F5"))),
        (("Piano", notes("E4 E4 E4 E4")), ("Голос", notes("C5 D5 E5 F5"))),
        (("Violin", notes("G5 G5 G5 G5")), ("Mignon", notes("C5 D5 E5 F5", more=LYRIC))),
        (("Voice", notes("r r r r")), ("Oboe", notes("C5 D5 E5 F5"))),
        (("Soprano Recorder", notes("E4 E4 E4 E4")), ("Chant", notes("C5 D5 E5 F5"))),
    ],
)
def test_the_melody_is_found_wherever_it_stands(tmp_path, above, below):
    parts = [(name, part(START + bar, bar)) for name, bar in (above, below)]
    sheet, account = read(tmp_path, score(*parts))
    assert melody(sheet) == "CDEFCDEF"
    assert any(taken.startswith(f"{below[0]}: melody") for taken in account.taken)


def test_a_drum_part_is_never_the_melody(tmp_path):
    drum = "<note><unpitched/><duration>4</duration></note>" * 4
    parts = (("Voice of the drum", part(START + drum)), ("Flute", part(START + notes("C5 D5"))))
    sheet, account = read(tmp_path, score(*parts))
    assert melody(sheet) == "CD"
    assert account.left == ("Voice of the drum",)


def test_chord_symbols_of_another_part_belong_to_the_melody(tmp_path):
    tune = part(START + notes("C5 D5 E5 F5"), note("G5", 4))
    guitar = part(START + chord("C") + note("C3", 4), chord("G", "dominant") + note("G3", 4))
    sheet, account = read(tmp_path, score(("Voice", tune), ("Guitar", guitar)))
    assert sheet.chords.tolist() == [[0, 0, 0], [1920, 7, 2]]
    assert "Guitar: chord symbols, accompaniment" in account.taken  # and not its notes


def test_both_staves_of_the_piano_are_kept_as_accompaniment(tmp_path):
    right = note("E4", 4, UPPER) + note("G4", 4, UPPER, before="<chord/>")
    piano = part(START + right + backup(4) + note("C3", 4, LOWER))
    song = score(("Voice", part(START + notes("C5 D5 E5 F5"))), ("Piano", piano))
    sheet, account = read(tmp_path, song)
    assert sheet.accompaniment.tolist() == [[0, 1920, 48, 1], [0, 1920, 64, 0], [0, 1920, 67, 0]]
    assert account.taken == ("Voice: melody", "Piano: accompaniment, chords")


def test_the_chords_of_a_song_without_symbols_are_those_of_the_piano(tmp_path):
    def bar(low, high):
        right = notes(high, more=UPPER)
        return right + backup(4) + note(low, 4, LOWER)

    piano = part(
        START + bar("C3", "E4 G4 E4 G4"), bar("F3", "A4 C5 A4 C5"), bar("C3", "E4 G4 E4 G4")
    )
    voice = part(START + notes("C5 D5 E5 F5"), notes("A5 G5 F5 A5"), note("G5", 4))
    sheet, _ = read(tmp_path, score(("Voice", voice), ("Piano", piano)))
    assert sheet.chords.tolist() == [[0, 0, 0], [1920, 5, 0], [3840, 0, 0]]


def test_a_piano_solo_has_its_top_line_as_melody_and_the_rest_below_it(tmp_path):
    top = note("E5", 4, UPPER) + note("C5", 4, UPPER, before="<chord/>")
    solo = part(START + top + backup(4) + note("C3", 4, LOWER))
    sheet, _ = read(tmp_path, score(("Piano", solo)))
    assert sheet.notes.tolist() == [[0, 1920, 76]]
    assert sheet.accompaniment[:, 2].tolist() == [48, 72]


@pytest.mark.parametrize(
    ("kind", "more", "name"),
    [
        ("minor-seventh", "", "Cm7"),
        ("major-ninth", "", "Cmaj7"),
        ("half-diminished", "", "Cm7b5"),
        ("major-minor", "", "Cmmaj7"),
        ("dominant-13th", "", "C7"),
        ("suspended-fourth", "<degree><degree-value>7</degree-value><degree-alter>0"
         "</degree-alter><degree-type>add</degree-type></degree>", "C7sus4"),
        ("minor-seventh", "<degree><degree-value>5</degree-value><degree-alter>-1"
         "</degree-alter><degree-type>alter</degree-type></degree>", "Cm7b5"),
        ("dominant", "<degree><degree-value>9</degree-value><degree-alter>-1"
         "</degree-alter><degree-type>add</degree-type></degree>", "C7"),
        ("major", "<bass><bass-step>E</bass-step></bass>", "C/E"),
        ("dominant", "<bass><bass-step>B</bass-step><bass-alter>-1</bass-alter></bass>", "C7/Bb"),
    ],
)  # fmt: skip
def test_chord_symbols_are_read_with_their_degrees(tmp_path, kind, more, name):
    sheet, account = read(tmp_path, score(part(START + chord("C", kind, more) + note("C4", 4))))
    ((_, found),) = sheet.written_chords()
    assert (found and found.name, account.warnings) == (name, ())


@pytest.mark.parametrize(("text", "name"), [("7alt", "C7#5"), ("m7", "Cm7"), ("Δ", "Cmaj7")])
def test_a_chord_of_another_kind_is_what_is_printed(tmp_path, text, name):
    sheet, account = read(tmp_path, score(part(START + chord("C", text=text) + note("C4", 4))))
    ((_, root, quality),) = sheet.chords.tolist()
    assert (Chord(root, quality).name, account.warnings) == (name, ())


def test_a_chord_symbol_stands_where_its_offset_says(tmp_path):
    symbols = chord("C") + chord("A", "minor", "<offset>8</offset>")
    sheet, _ = read(tmp_path, score(part(START + symbols + note("C4", 4))))
    assert sheet.chords[:, 0].tolist() == [0, 960]


def test_a_chord_symbol_that_is_not_understood_ends_the_harmony_and_is_told(tmp_path):
    bar = chord("C") + note("C4", 2) + chord("F", "mystic") + note("E4", 2)
    sheet, account = read(tmp_path, score(part(START + bar)))
    assert sheet.chords.tolist() == [[0, 0, 0], [960, -1, 0]]
    assert account.warnings == ("Chord symbols that are not understood end the harmony: Fmystic.",)


def test_a_signature_without_a_mode_is_judged_by_the_notes_and_told_as_guessed(tmp_path):
    minor = attributes(fifths=-1, mode="") + notes("D4 F4 A4 D5"), notes("C#5 A4 E4 D4")
    sheet, account = read(tmp_path, score(part(*minor)))
    assert (sheet.key, account.key_from) == (Key(2, Mode.MINOR), KeyFrom.GUESSED)
    major = attributes(fifths=-1, mode="") + notes("F4 A4 C5 F5"), notes("E5 C5 G4 F4")
    sheet, account = read(tmp_path, score(part(*major)))
    assert (sheet.key, account.key_from) == (Key(5, Mode.MAJOR), KeyFrom.GUESSED)


@pytest.mark.parametrize(
    ("mode", "key"),
    [
        ("minor", Key(2, Mode.MINOR)),
        ("dorian", Key(7, Mode.DORIAN)),
        ("mixolydian", Key(0, Mode.MIXOLYDIAN)),
    ],
)
def test_a_written_mode_counts(tmp_path, mode, key):
    bar = attributes(fifths=-1, mode=mode) + notes("C4 D4 E4 F4")
    sheet, account = read(tmp_path, score(part(bar)))
    assert (sheet.key, account.key_from) == (key, KeyFrom.WRITTEN)


def test_major_that_ends_on_its_relative_minor_is_taken_for_minor_and_told(tmp_path):
    bars = (START + chord("A", "minor") + notes("A4 B4 C5 A4"),
            chord("E", "dominant") + notes("G#4 B4 D5 G#4"),
            chord("A", "minor") + note("A4", 4))  # fmt: skip
    sheet, account = read(tmp_path, score(part(*bars)))
    assert (sheet.key, account.key_from) == (Key(9, Mode.MINOR), KeyFrom.GUESSED)
    assert account.warnings == ("Written as C major, but it ends in A minor.",)


def test_changes_of_metre_and_key_stand_where_they_are_played(tmp_path):
    waltz = attributes("3/4", fifths=1)
    bars = part(START + note("C4", 4), waltz + note("G4", 3), note("A4", 3))
    sheet, _ = read(tmp_path, score(bars))
    assert sheet.metre_changes == ((0, Metre(4, 4)), (1920, Metre(3, 4)))
    assert sheet.key_changes == ((0, Key(0, Mode.MAJOR)), (1920, Key(7, Mode.MAJOR)))


def test_parts_in_two_metres_at_once_keep_their_bar_lines_together(tmp_path):
    # As MuseScore writes them: the length of the rest is that of the other metre, its type is not.
    wrong_rest = "<note><rest/><duration>3</duration><type>eighth</type></note>"
    voice = note("C5", 1, "<type>quarter</type>") + note("D5", 0.5, "<type>eighth</type>")
    piano = notes("C4 D4 E4 F4 G4 A4", 0.5, "<type>eighth</type>")
    parts = (
        ("Voice", part(attributes("2/4") + voice + wrong_rest, note("E5", 2))),
        ("Piano", part(attributes("6/8") + piano, note("C4", 3))),
    )
    sheet, account = read(tmp_path, score(*parts))
    assert sheet.bars.tolist() == [0, 960]
    assert sheet.notes.tolist() == [[0, 480, 72], [480, 240, 74], [960, 960, 76]]
    assert sheet.accompaniment[:6, 0].tolist() == [0, 160, 320, 480, 640, 800]
    assert account.warnings == ()


def test_a_metre_of_several_counts_is_added_up(tmp_path):
    bar = attributes("3+2/8") + note("C4", 2.5)
    assert read(tmp_path, score(part(bar)))[0].metre == Metre(5, 8)


def test_a_score_without_a_metre_gets_that_of_its_bars_or_is_refused(tmp_path):
    begin = "<attributes><divisions>4</divisions></attributes>"
    sheet, account = read(tmp_path, score(part(begin + notes("C4 D4 E4"), notes("F4 G4 A4"))))
    assert sheet.metre == Metre(3, 4)
    assert account.warnings == ("No metre is written: read as 3/4, from the length of the bars.",)
    with pytest.raises(CorpusError, match="no metre"):
        read(tmp_path, score(part(begin + notes("C4 D4 E4"), notes("F4 G4 A4 B4 C5"))))


def test_notes_without_a_duration_last_as_long_as_they_look(tmp_path):
    def looks(pitch, kind, more=""):
        step = f"<pitch><step>{pitch}</step><octave>4</octave></pitch>"
        return f"<note>{step}<type>{kind}</type>{more}</note>"

    triplet = (
        "<time-modification><actual-notes>3</actual-notes><normal-notes>2</normal-notes>"
        "</time-modification>"
    )
    bar = (
        looks("C", "quarter", "<dot/>") + looks("D", "eighth") + looks("E", "quarter", triplet) * 3
    )
    sheet, _ = read(tmp_path, score(part(START + bar)))
    assert sheet.notes[:, 1].tolist() == [720, 240, 320, 320, 320]


def archive(**entries):
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        for name, text in entries.items():
            packed.writestr(name.replace("__", "/").replace("_", "."), text)
    return content.getvalue()


@pytest.mark.parametrize("form", ["utf-8-sig", "utf-16", "timewise", "mxl", "bare mxl"])
def test_a_score_is_read_in_any_form(tmp_path, form):
    head = "<movement-title>Käthe</movement-title>"
    text = score(("Voice", part(START + notes("C4 D4 E4 F4"), note("G4", 4))), head=head)
    container = '<container><rootfiles><rootfile full-path="b.xml"/></rootfiles></container>'
    content = {
        "utf-8-sig": text.encode("utf-8-sig"),
        "utf-16": text.replace("?>", ' encoding="UTF-16"?>', 1).encode("utf-16"),
        "timewise": text.encode(),
        "mxl": archive(META_INF__container_xml=container, a_xml="<opus/>", b_xml=text),
        "bare mxl": archive(tune_xml=text),
    }[form]
    if form == "mxl":
        content = content.replace(b"META.INF", b"META-INF")
    if form == "timewise":
        body = text[text.index("<part id") : text.index("</score-partwise>")]
        turned = body.replace('<part id="P0">', "").replace("</part>", "")
        turned = turned.replace('">', '"><part id="P0">').replace("</measure>", "</part></measure>")
        content = text.replace(body, turned).replace("partwise", "timewise").encode()
    sheet, _ = read(tmp_path, content)
    assert (sheet.title, melody(sheet)) == ("Käthe", "CDEFG")


def test_a_document_that_defines_entities_is_refused(tmp_path):
    bomb = '<!DOCTYPE score-partwise [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    text = score(part(START + note("C4", 4)), head="<movement-title>&b;</movement-title>")
    with pytest.raises(CorpusError, match="XML entities"):
        read(tmp_path, text.replace("?>", f"?>{bomb}", 1))


def test_the_title_is_the_pieces_not_the_collections(tmp_path):
    head = "<work><work-title>Six Songs</work-title></work><movement-title>One</movement-title>"
    bars = part(START + note("C4", 4))
    assert read(tmp_path, score(bars, head=head))[0].title == "One"
    assert read(tmp_path, score(bars))[0].title == "a tune"


def test_other_programs_xml_counts_among_the_other_files(tmp_path):
    (tmp_path / "a.xml").write_text(score(part(START + notes("C4 D4 E4 F4"), note("C4", 4))))
    (tmp_path / "project.xml").write_text('<?xml version="1.0"?>\n<!-- made by me -->\n<project/>')
    (tmp_path / "damaged.xml").write_text("<score-partwise><part")
    corpus = read_corpus([str(tmp_path)], cache=tmp_path / "cache")
    assert (corpus.files, corpus.ignored) == (2, 1)
    assert "damaged.xml" in {skipped.source.rpartition("/")[2] for skipped in corpus.skipped}
    (alone,) = read_corpus([str(tmp_path / "project.xml")], cache=tmp_path / "c").skipped
    assert alone.reason == "not music: an XML file of another kind (<project>)"


WHOLE = score(
    (
        "Voice",
        part(
            attributes("3/4", 1) + chord("G") + notes("G4 A4 B4", more=LYRIC),
            note("D5", 2, "<tie type='start'/>") + note("D5", 1, "<tie type='stop'/>"),
        ),
    ),
    ("Piano", part(attributes("3/4", 1) + note("G3", 3), note("G3", 3) + backup(3) + forward(1))),
)
ODD = ["", "0", "-1", "-7", "1e9", "1e400", "nan", "inf", "x", "999999", "0.001", "4/4", "\u0664"]


@given(st.data())
def test_whatever_is_in_a_score_the_tune_is_whole_or_refused(tmp_path_factory, data):
    root = ET.fromstring(WHOLE)
    elements = list(root.iter())
    for _ in range(data.draw(st.integers(1, 3))):
        element = data.draw(st.sampled_from(elements))
        if data.draw(st.booleans()):
            element.text = data.draw(st.sampled_from(ODD))
        else:
            for child in list(element)[: data.draw(st.integers(0, 2))]:
                element.remove(child)
    (tmp_path := tmp_path_factory.getbasetemp() / "odd.musicxml").write_bytes(ET.tostring(root))
    reading = reading_of(Task(str(tmp_path), "odd.musicxml", "livedshl.corpus.musicxml"))
    if reading.sheet is None:
        assert reading.problem
        return
    sheet = reading.sheet
    assert sheet.bars[0] == 0 and (np.diff(sheet.bars) > 0).all()
    assert (np.diff(sheet.notes[:, 0]) > 0).all() and (sheet.notes[:, 1] > 0).all()
    assert (np.diff(sheet.chords[:, 0]) > 0).all()
    for lines in (sheet.notes, sheet.accompaniment):
        assert not len(lines) or 0 <= lines[:, 2].min() <= lines[:, 2].max() <= 127
    assert tune_midi(sheet) and tune_score(sheet)

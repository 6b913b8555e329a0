import json
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.pieces import piece
from support.provenances import place, provenance
from support.strategies import grids

from livedshl.errors import TraceError
from livedshl.improviser import Candidate
from livedshl.improviser.trace_file import read_trace, trace_line
from livedshl.music import COMMON_TIME
from livedshl.music.leadsheet import Key

PLAIN_KEYS = {
    "metre", "beat", "segment", "song", "source", "song_beat", "backward_code", "forward_code",
    "hamming", "nearest", "ties", "agreeing_steps", "rules_kept", "wish", "candidates", "splice",
    "quote_beats", "beats",
}  # fmt: skip
# The fewest keys that a trace of an earlier version can have.
OLD_LINE = {
    "metre": "6/8", "beat": 4, "segment": 17, "song": "Jig", "source": "jigs.abc#3",
    "song_beat": 2, "backward_code": [1, 0], "forward_code": [0, 1], "hamming": 5, "nearest": 5,
    "ties": 1, "agreeing_steps": 7, "rules_kept": True, "wish": None, "splice": 3, "beats": 1,
}  # fmt: skip


def read(tmp_path, *lines):
    (tmp_path / "t.jsonl").write_text("".join(lines), encoding="utf-8")
    return read_trace(tmp_path / "t.jsonl")


texts = st.text()
figures = st.none() | st.integers(0, 1000)
provenances = st.builds(
    provenance,
    metre=grids.map(str),
    beat=st.integers(0, 10**6),
    segment=st.integers(0, 10**6),
    song=texts,
    source=texts,
    backward_code=st.lists(st.integers(0, 255)).map(tuple),
    hamming=figures,
    splice=figures,
    wish=st.none() | texts,
    rules_kept=st.booleans(),
    candidates=st.lists(st.builds(Candidate, st.integers(0, 1000), st.just(3), texts)).map(tuple),
    place=st.none() | st.builds(place, plan=texts, planned=st.booleans(), wished=st.none() | texts),
    key=st.none() | st.sampled_from([Key.parse("D"), Key.parse("F#m"), Key.parse("Bb")]),
    held=st.booleans(),
)


@given(st.lists(provenances, min_size=1, max_size=4))
def test_what_is_written_is_read_back(tmp_path_factory, written):
    lines = [trace_line(found) for found in written]
    assert read(tmp_path_factory.mktemp("trace"), *lines) == (written, False)


def test_a_line_has_the_keys_of_the_form_only_where_there_is_one():
    of_form = place(wished="opening")
    free, in_form = (json.loads(trace_line(provenance(place=p))) for p in (None, of_form))
    assert set(free) == PLAIN_KEYS
    assert set(in_form) == PLAIN_KEYS | set(asdict(of_form))
    assert {name: in_form[name] for name in asdict(of_form)} == asdict(of_form)


def test_a_line_names_key_and_hold_only_where_they_say_something():
    held = json.loads(trace_line(provenance(key=Key.parse("D"), held=True)))
    assert set(held) - PLAIN_KEYS == {"key", "held"}
    assert (held["key"], held["held"]) == ("D", True)


def test_a_trace_of_an_earlier_version_is_read(tmp_path):
    (found,), cut_off = read(tmp_path, json.dumps(OLD_LINE) + "\n")
    assert not cut_off
    assert (found.song, found.hamming, found.splice, found.place) == ("Jig", 5, 3, None)
    assert (found.candidates, found.quote_beats, found.held) == ((), 0, False)


def test_keys_that_another_version_writes_are_ignored(tmp_path):
    (found,), _ = read(tmp_path, json.dumps(OLD_LINE | {"colour": "blue"}) + "\n")
    assert found.song == "Jig"


@given(grids, st.integers(0, 1000), st.data())
def test_a_trace_cut_off_anywhere_gives_the_records_that_are_whole(
    tmp_path_factory, grid, seed, data
):
    provenances = piece(grid, 4, seed).provenances
    lines = [trace_line(found).encode() for found in provenances]
    content = b"".join(lines)
    cut = data.draw(st.integers(0, len(content)))
    path = tmp_path_factory.mktemp("trace") / "t.jsonl"
    path.write_bytes(content[:cut])
    ends = [sum(map(len, lines[:n])) - 1 for n in range(1, len(lines) + 1)]  # without line's end
    n_whole = sum(end <= cut for end in ends)
    if n_whole == 0:
        with pytest.raises(TraceError, match=r"t\.jsonl"):
            read_trace(path)
        return
    found, cut_off = read_trace(path)
    assert found == provenances[:n_whole]
    assert cut_off == (cut > ends[n_whole - 1] + 1)


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00\xff\x89PNG\r\n\x1a\n", b"[1, 2]\n", b"{}\n", b'"text"\n', b"7\n", b"null\n",
     b'{"metre": "5/4", "beat": 0}\n'],
)  # fmt: skip
def test_what_is_not_a_trace_is_refused_by_name(tmp_path, content):
    path = tmp_path / "t.jsonl"
    path.write_bytes(content)
    with pytest.raises(TraceError, match=r"t\.jsonl"):
        read_trace(path)


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"metre": "5/4"}, "unknown metre '5/4'"),
        ({"beat": "four"}, "beat"),
        ({"hamming": [1]}, "hamming"),
        ({"tune": 1}, "plan"),
    ],
)
def test_a_wrong_value_is_named(tmp_path, changed, named):
    with pytest.raises(TraceError, match=named) as caught:
        read(tmp_path, json.dumps(OLD_LINE) + "\n", json.dumps(OLD_LINE | changed) + "\n")
    assert caught.value.where.endswith("t.jsonl, line 2")


def test_a_damaged_line_in_the_middle_is_named(tmp_path):
    lines = [trace_line(found) for found in piece(COMMON_TIME, 4).provenances]
    lines[2] = lines[2][:40] + "\n"
    with pytest.raises(TraceError, match="line 3"):
        read(tmp_path, *lines)

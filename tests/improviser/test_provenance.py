import json
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.pieces import piece

from livedshl.errors import TraceError
from livedshl.improviser.provenance import read_trace, sections_of, stretches, summarise
from livedshl.music import COMMON_TIME, GRIDS

grids = st.sampled_from(list(GRIDS.values()))


def record(origin):
    """The line of a trace that tells an origin."""
    names = ("beat", "beats", "song", "source", "song_beat", "hamming", "nearest", "ties",
             "agreeing_steps", "splice", "wish", "tune", "section", "time")  # fmt: skip
    known = {name: getattr(origin, name) for name in names}
    return json.dumps({"metre": str(origin.grid), **known}, ensure_ascii=False) + "\n"


@given(grids, st.integers(0, 1000), st.integers(1, 12))
def test_stretches_fill_the_music_without_a_gap(grid, seed, bars):
    tune = piece(grid, bars, seed)
    found = tune.stretches
    assert (found[0].start, found[-1].end) == (0, len(tune.steps))
    assert all(one.end == other.start for one, other in pairwise(found))
    assert all(stretch.start < stretch.end for stretch in found)
    assert {stretch.start for stretch in found} <= {origin.step for origin in tune.origins}


@given(grids, st.integers(0, 1000), st.data())
def test_a_trace_cut_off_anywhere_gives_the_records_that_are_whole(
    tmp_path_factory, grid, seed, data
):
    origins = piece(grid, 4, seed).origins
    lines = [record(origin).encode() for origin in origins]
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
    assert found == origins[:n_whole]
    assert cut_off == (cut > ends[n_whole - 1] + 1)


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00\xff\x89PNG\r\n\x1a\n", b"[1, 2]\n", b"{}\n", b'"text"\n', b"7\n", b"null\n",
     b'{"metre": "5/4", "beat": 0}\n'],
)  # fmt: skip
def test_what_is_no_trace_is_refused_by_name(tmp_path, content):
    path = tmp_path / "t.jsonl"
    path.write_bytes(content)
    with pytest.raises(TraceError, match=r"t\.jsonl"):
        read_trace(path)


def test_a_damaged_line_in_the_middle_is_named(tmp_path):
    lines = [record(origin) for origin in piece(COMMON_TIME, 4).origins]
    lines[2] = lines[2][:40] + "\n"
    (tmp_path / "t.jsonl").write_text("".join(lines), encoding="utf-8")
    with pytest.raises(TraceError, match="line 3"):
        read_trace(tmp_path / "t.jsonl")


def test_a_new_tune_says_so_and_what_comes_again_is_counted():
    tune = piece(COMMON_TIME, 32)
    second = [replace(o, tune=2, section="A", time=1) if o.beat >= 96 else o for o in tune.origins]
    assert sections_of(stretches(second, len(tune.steps))) == [
        (0, "A"), (128, "B"), (256, "A2"), (384, "Tune 2: A")
    ]  # fmt: skip


@given(grids, st.integers(0, 1000), st.integers(1, 12))
def test_the_summary_accounts_for_every_bar(grid, seed, bars):
    tune = piece(grid, bars, seed)
    summary = summarise(tune.origins)
    assert summary.bars == bars
    assert sum(share for _, share in summary.songs) == pytest.approx(bars)
    shares = [share for _, share in summary.songs]
    assert shares == sorted(shares, reverse=True)
    assert 0 < summary.longest <= shares[0]
    assert summary.segments == len(tune.origins)

"""Bundles for tests, made in memory from tunes and codes."""

import json
from dataclasses import asdict
from functools import cache
from pathlib import Path

import numpy as np
from safetensors.numpy import save

from livedshl.bundle import Background, Bundle, CodedLibrary, SegmentLibrary, write_bundle
from livedshl.index import CodeIndex, CodeShape, pack
from livedshl.learning.roles import roles_in
from livedshl.music import COMMON_TIME, GRIDS, Grid, Mode, Tune
from livedshl.networks.inputs import Inputs
from livedshl.networks.shape import NetworkShape
from support.strategies import VOCABULARY, every_hop


def random_tunes(n_tunes: int, n_bars: int, seed: int, grid: Grid = COMMON_TIME) -> list[Tune]:
    """Tunes of random eighths around B4 over random chords, one a hop, no two alike."""
    n_steps = n_bars * grid.bar_steps
    rng = np.random.default_rng(seed)
    tunes = []
    for number in range(n_tunes):
        steps = np.zeros((n_steps, 3), np.int8)
        steps[:, 0] = np.repeat(rng.integers(64, 79, n_steps // 2), 2)
        steps[::2, 1] = 1
        chords = rng.integers(0, len(VOCABULARY), n_steps // grid.hop_steps)
        steps[:, 2] = np.repeat(chords, grid.hop_steps)
        starts, phases = every_hop(grid, n_steps)
        tunes.append(Tune(f"Tune {number}", f"book.abc#{number}", steps, starts, phases, grid))
    return tunes


def random_bundle(
    n_tunes: int = 20,
    n_bars: int = 16,
    shape: CodeShape = CodeShape(6, 4),  # noqa: B008
    overlaps: bool = True,
    seed: int = 3,
    grid: Grid = COMMON_TIME,
    mode: Mode = Mode.MAJOR,
) -> Bundle:
    """A bundle of random tunes and random codes."""
    library = SegmentLibrary.of_tunes(random_tunes(n_tunes, n_bars, seed, grid))
    follow_beats = grid.hop_beats if overlaps else grid.segment_beats
    codes = np.random.default_rng(seed).integers(0, shape.symbols, (2, len(library), shape.length))
    forward, backward = pack(codes.astype(np.uint8), shape)
    return Bundle(
        folder=Path("memory"),
        manifest={},
        library=library,
        vocabulary=VOCABULARY,
        mode=mode,
        roles=roles_in(library, VOCABULARY, mode),
        shape=shape,
        follow_beats=follow_beats,
        forward=forward,
        backward=backward,
    )


def random_networks(shape: NetworkShape, seed: int = 1) -> bytes:
    """Window networks with an overlap and without recall, of random weights, as in a bundle's file.

    Only what gives a forward code: `learning` alone needs the rest, and torch.
    """
    rng, inputs = np.random.default_rng(seed), Inputs(shape)
    read = {"forward_network": inputs.n_read, "overlap_network": inputs.n_half}
    weights = {}
    for network, size in read.items():
        n_scores = shape.length // 2 * shape.symbols
        for layer, weight_shape in {
            "first": (shape.hidden, size),
            "first_norm": (shape.hidden,),
            "second": (shape.hidden, shape.hidden),
            "second_norm": (shape.hidden,),
            "to_symbols": (n_scores, shape.hidden),
        }.items():
            for part, part_shape in (("weight", weight_shape), ("bias", weight_shape[:1])):
                values = rng.normal(0, 0.2, part_shape).astype(np.float32)
                weights[f"{network}.{layer}.{part}"] = values
    file: bytes = save(weights, {"shape": json.dumps(asdict(shape))})
    return file


@cache
def index_of(bundle: Bundle) -> CodeIndex:
    """The index over a bundle's backward codes."""
    return CodeIndex(bundle.backward, bundle.shape)


def write_kind(
    folder,
    metre="4/4",
    mode=Mode.MAJOR,
    follow_beats=None,
    phases=None,
    next_step=None,
    title="Ünïcode reel",
    book="a book",
):
    """Writes a bundle of one tune of that kind; gives its library and its codes."""
    rng, grid = np.random.default_rng(1), GRIDS[metre]
    n_steps = 12 * grid.bar_steps
    steps = np.zeros((n_steps, 3), np.int8)
    steps[:, 0], steps[::4, 1] = rng.integers(60, 80, n_steps), 1
    starts, right_phases = every_hop(grid, n_steps)
    phases = right_phases if phases is None else np.full(len(starts), phases, np.int8)
    tune = Tune(title, "book.abc#1", steps, starts, phases, grid)
    library = SegmentLibrary.of_tunes([tune])
    codes = rng.integers(0, 5, (2, len(library), 9)).astype(np.uint8)
    shape = CodeShape(9, 5)
    coded = CodedLibrary(
        library=library,
        vocabulary=VOCABULARY,
        mode=mode,
        roles=roles_in(library, VOCABULARY, mode),
        shape=shape,
        follow_beats=follow_beats or grid.hop_beats,
        forward=pack(codes[0], shape),
        backward=pack(codes[1], shape),
        next_step=next_step,
    )
    write_bundle(folder, coded, b"weights", Background({"seed": 1}, [{"title": book}], {}))
    return library, codes

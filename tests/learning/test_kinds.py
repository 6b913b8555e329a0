"""From tunes of each metre and mode to music in it: what is learned is what is played."""

from dataclasses import replace
from pathlib import Path

import mido
import numpy as np
import pytest

from livedshl.bundle import open_bundle
from livedshl.bundle.catalogue import find_bundle, kind_folder
from livedshl.corpus import read_corpus
from livedshl.improviser import Retrieve
from livedshl.learning.pipeline import train_bundle
from livedshl.learning.settings import TrainingSettings
from livedshl.live.session import Session
from livedshl.midi.file import read_events
from livedshl.music import GRIDS, Mode
from livedshl.music.leadsheet import Key
from livedshl.networks.shape import NetworkShape
from livedshl.outputs.choice import Output, OutputKind
from livedshl.performance.preset import load_preset
from livedshl.performance.settings import Settings
from livedshl.player.clock.source import ClockSettings
from livedshl.rendering import render

TUNES = Path(__file__).parents[1] / "tunes"
KINDS = [
    ("6/8", Mode.MAJOR),
    ("4/4", Mode.MINOR),
    *(
        pytest.param(kind, marks=pytest.mark.slow)
        for kind in (("3/4", Mode.MAJOR), ("9/8", Mode.MAJOR), ("6/8", Mode.MINOR))
    ),
]
BARS = 8


def silent(stage: str, share: float) -> None:
    pass


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with bundles of the tests' own tunes in 4/4 and 6/8 major; `kind` adds others."""
    folder = tmp_path_factory.mktemp("model")
    train("4/4", Mode.MAJOR, folder)
    train("6/8", Mode.MAJOR, folder / kind_folder("6/8", Mode.MAJOR))
    return folder


def train(metre: str, mode: Mode, out: Path) -> None:
    grid = GRIDS[metre]
    shape = NetworkShape(length=6, symbols=4, hidden=8, metre=metre)
    settings = TrainingSettings(
        shape=shape, follow_beats=grid.hop_beats, epochs=1, batch_size=32,
        pretraining_steps=2, pretraining_batch=8, validation_pairs=10,
    )  # fmt: skip
    train_bundle([str(TUNES)], out, settings, mode=mode, progress=silent)


def settings_of(metre: str, mode: Mode, model: Path) -> Settings:
    return Settings.of_preset(
        load_preset("session"), GRIDS[metre], tempo_bpm=120, key=Key(4, mode),
        form=None, retrieve=Retrieve.MIN, seed=3, bars=BARS, model=str(model),
    )  # fmt: skip


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: f"{kind[0]} {kind[1].value}")
def kind(request: pytest.FixtureRequest, model: Path) -> tuple[str, Mode]:
    """A metre and a mode of which the model has a bundle."""
    folder = model / kind_folder(*request.param)
    if not folder.is_dir():
        train(*request.param, folder)
    return request.param


def test_a_bundle_of_a_kind_has_its_tunes_and_no_others(model: Path, kind) -> None:
    bundle = open_bundle(find_bundle(str(model), *kind))
    assert (str(bundle.library.grid), bundle.mode) == kind
    corpus = read_corpus([str(TUNES)], grid=GRIDS[kind[0]], mode=kind[1])
    assert [tune.title for tune in bundle.library.tunes] == [s.title for s in corpus.sheets]


def test_music_of_a_kind_has_its_metre_its_key_and_its_bars(
    model: Path, kind, tmp_path: Path
) -> None:
    metre, mode = kind
    grid = GRIDS[metre]
    for name in ("t.mid", "t.musicxml"):
        render(settings_of(*kind, model), tmp_path / name)
    midi = mido.MidiFile(tmp_path / "t.mid")
    (signature,) = (m for m in midi.tracks[0] if m.type == "time_signature")
    assert f"{signature.numerator}/{signature.denominator}" == metre
    assert read_events(tmp_path / "t.mid")[-1, 0] == BARS * grid.bar_ticks
    (sheet,) = read_corpus([str(tmp_path / "t.musicxml")], grid=None, mode=None).sheets
    assert (sheet.metres, sheet.keys) == ((grid.metre,), (Key(4, mode),))
    assert len(sheet.bars) == BARS
    assert (np.diff(sheet.bars) == grid.bar_ticks).all()
    assert len(sheet.chords) and (sheet.chords[:, 0] % grid.beat_ticks == 0).all()


def test_played_live_a_kind_is_the_same_as_in_a_file(model: Path, kind, tmp_path: Path) -> None:
    settings = settings_of(*kind, model)
    render(settings, tmp_path / "t.mid", overwrite=True)
    Session(
        settings,
        Output(OutputKind.NOWHERE, "", ""),
        clock=ClockSettings(speed=20),
        record=tmp_path / "take.mid",
    ).run()
    assert (tmp_path / "take.mid").read_bytes() == (tmp_path / "t.mid").read_bytes()


def test_music_that_begins_with_a_tune_is_the_same_live_and_in_a_file(
    model: Path, tmp_path: Path
) -> None:
    settings, traces = settings_of("4/4", Mode.MAJOR, model), []
    for opening in (0, 2):
        chosen = replace(settings, opening=opening)
        render(chosen, tmp_path / "t.mid", trace=tmp_path / "t.jsonl", overwrite=True)
        Session(
            chosen,
            Output(OutputKind.NOWHERE, "", ""),
            clock=ClockSettings(speed=20),
            record=tmp_path / "take.mid",
            overwrite=True,
        ).run()
        assert (tmp_path / "take.mid").read_bytes() == (tmp_path / "t.mid").read_bytes()
        traces.append((tmp_path / "t.jsonl").read_text().splitlines()[0])
    assert "The Lamp on the Sill" in traces[0] and "Three in the Air" in traces[1]


@pytest.mark.parametrize(("metre", "quarter_bpm"), [("4/4", 120), ("6/8", 180)])
def test_a_tempo_is_of_beats_whatever_the_metre(
    model: Path, tmp_path: Path, metre: str, quarter_bpm: float
) -> None:
    path = tmp_path / "t.mid"
    settings = replace(settings_of(metre, Mode.MAJOR, model), bars=8)  # 120 beats a minute
    render(settings, path, overwrite=True)
    tempi = [message.tempo for message in mido.MidiFile(path) if message.type == "set_tempo"]
    assert mido.tempo2bpm(tempi[0]) == pytest.approx(quarter_bpm, rel=1e-3)

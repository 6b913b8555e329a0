"""A file for each part: equally long, in order, and together the whole."""

import subprocess
import wave

import mido
import numpy as np
import pytest
from support.surroundings import livedshl, need

from livedshl.bundle.catalogue import find_bundle
from livedshl.bundle.model import open_model
from livedshl.errors import LivedshlError, MissingDependencyError, OutputError, OverwriteError
from livedshl.performance.options import make_settings
from livedshl.rendering import render
from livedshl.rendering.stems import stem_files


@pytest.fixture(scope="module", autouse=True)
def synthesiser():
    from livedshl.outputs.fluidsynth_library import load_fluidsynth

    try:
        load_fluidsynth()
    except MissingDependencyError as error:
        need(False, str(error))


def settings_for(preset):
    settings = make_settings(preset, bars=2, seed=5, tempo_bpm=220)
    return settings, open_model(find_bundle("session", str(settings.grid), settings.key.mode))


def samples(path):
    """int64[frames, 2]."""
    with wave.open(str(path)) as audio:
        assert (audio.getnchannels(), audio.getsampwidth()) == (2, 2)
        content = audio.readframes(audio.getnframes())
    return np.frombuffer(content, "<i2").astype(int).reshape(-1, 2)


@pytest.fixture(scope="module", params=["lo-fi", "jig"])
def piece(request, tmp_path_factory):
    """The folder of a piece of two bars, its settings, and its parts in order."""
    folder = tmp_path_factory.mktemp("piece")
    settings, model = settings_for(request.param)
    render(settings, folder / "mix.mid", folder / "mix.wav", stems=folder / "stems", model=model)
    return folder, settings, [part.name for part in settings.parts]


def test_each_part_has_a_midi_file_and_a_wav_file_named_by_number(piece):
    folder, _, parts = piece
    names = sorted(path.name for path in (folder / "stems").iterdir())
    assert names == [
        f"{number:02} {part}.{ending}"
        for number, part in enumerate(parts, 1)
        for ending in ("mid", "wav")
    ]


def test_the_wav_stems_are_as_long_as_the_mix_and_add_up_to_it(piece):
    folder, _, parts = piece
    mix = samples(folder / "mix.wav")
    stems = [samples(path) for path in sorted((folder / "stems").glob("*.wav"))]
    assert {len(stem) for stem in stems} == {len(mix)}
    assert sum(np.abs(stem).max() > 100 for stem in stems) >= len(parts) - 1
    # Each is rounded to 16 bits by itself, and FluidSynth dithers the mix.
    assert np.abs(sum(stems) - mix).max() <= len(parts) + 2


def test_the_midi_stems_are_as_long_as_the_mix_with_its_tempo_metre_and_notes(piece):
    folder, settings, parts = piece
    mix = mido.MidiFile(folder / "mix.mid")
    files = [mido.MidiFile(path) for path in sorted((folder / "stems").glob("*.mid"))]
    for file, part in zip(files, parts, strict=True):
        assert file.length == pytest.approx(mix.length)
        assert [str(message) for message in file.tracks[0]] == [
            str(message) for message in mix.tracks[0]
        ]
        assert [track.name for track in file.tracks[1:]] == [part]
    metres = {
        (message.numerator, message.denominator)
        for file in files
        for message in file.tracks[0]
        if message.type == "time_signature"
    }
    assert metres == {(settings.grid.metre.count, settings.grid.metre.unit)}
    for stem, track in zip(files, mix.tracks[1:-1], strict=True):
        assert [str(message) for message in stem.tracks[1]] == [str(message) for message in track]


def test_a_stem_that_is_there_already_is_kept_unless_forced(tmp_path):
    settings, model = settings_for("solo-piano")
    stems = tmp_path / "new" / "stems"
    render(settings, stems=stems, model=model)
    mine = min(stems.glob("*.wav"))
    mine.write_bytes(b"mine")
    for path in stems.glob("*.mid"):
        path.unlink()
    with pytest.raises(OverwriteError, match=mine.name):
        render(settings, tmp_path / "t.mid", stems=stems, model=model)
    assert mine.read_bytes() == b"mine"
    assert not (tmp_path / "t.mid").exists() and not list(stems.glob("*.mid"))
    render(settings, stems=stems, model=model, overwrite=True)
    assert len(samples(mine)) > 44_100


def test_a_folder_that_was_made_for_nothing_goes_again(tmp_path):
    settings, model = settings_for("solo-piano")
    (tmp_path / "t.mid").touch()
    with pytest.raises(LivedshlError):
        render(settings, tmp_path / "t.mid", stems=tmp_path / "stems", model=model)
    assert not (tmp_path / "stems").exists()
    with pytest.raises(OutputError, match="not a folder"):
        render(settings, stems=tmp_path / "t.mid", model=model)


def test_parts_of_any_name_become_files_within_the_folder(tmp_path):
    names = ["../../Bass", "AC/DC: *live*", "...", "Flöte", "x" * 300, "\x1b[2J", "con\0"]
    files = list(stem_files(tmp_path, dict(enumerate(names)), ".mid").values())
    assert all(path.parent == tmp_path and path.resolve() == path for path in files)
    assert [path.name[:3] for path in files] == [f"{number:02} " for number in range(1, 8)]
    assert files[3].name == "04 Flöte.mid"
    for path in files:
        path.touch()


def test_the_command_writes_stems_alone(tmp_path):
    made = subprocess.run(
        livedshl("generate", "--stems", tmp_path / "st", "--bars", 1, "--tempo", 200),
        capture_output=True, text=True,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert f"{tmp_path / 'st'}: 1 bars" in made.stderr
    assert (tmp_path / "st" / "01 Melody.wav").stat().st_size > 100_000

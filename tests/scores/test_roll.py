import io
import re
from importlib.util import find_spec

import numpy as np
import pytest
from support.pieces import MELODIES, D, piece
from support.strategies import VOCABULARY
from support.surroundings import COMMON_TIME_FIRST, need

from livedshl.errors import OutputError
from livedshl.midi.events import NO_EVENTS
from livedshl.music import COMMON_TIME, GRIDS

every_metre = pytest.mark.parametrize("metre", GRIDS)


@pytest.fixture(autouse=True)
def matplotlib():
    need(find_spec("matplotlib"), "matplotlib")


def drawn(tune, path, events=None):
    """The piano roll of a piece, or of other events over its tunes."""
    from livedshl.scores.roll import write_roll

    events = tune.events if events is None else events
    write_roll(
        path, events, tune.steps, VOCABULARY.classes, tune.grid, D, MELODIES, tune.spans,
        tune.sections, "A Title",
    )  # fmt: skip
    return path.read_bytes()


def pixels(picture):
    """A picture as uint8[height, width, 3]."""
    from PIL import Image

    return np.asarray(Image.open(io.BytesIO(picture)).convert("RGB"))


def pixels_of(picture, source):
    """How many pixels have the full colour of a song."""
    from livedshl.scores.roll_row import colour_of

    colour = np.rint(255 * np.array(colour_of(source)))
    return int((np.abs(picture - colour).max(axis=-1) <= 1).sum())


@pytest.mark.parametrize("metre", COMMON_TIME_FIRST)
def test_every_song_is_seen_in_its_colour(tmp_path, metre):
    tune = piece(GRIDS[metre])
    picture = pixels(drawn(tune, tmp_path / "t.png"))
    assert picture.shape[1] == 1820
    for span in tune.spans:
        assert pixels_of(picture, span.source) > 100
    assert pixels_of(picture, "a song that is not in it") == 0


@pytest.mark.slow
def test_eight_bars_make_a_row(tmp_path):
    heights = [
        len(pixels(drawn(piece(COMMON_TIME, bars), tmp_path / "t.png"))) for bars in (8, 9, 16, 17)
    ]
    assert heights[0] < heights[1] == heights[2] < heights[3]


@every_metre
def test_chords_songs_sections_and_the_distance_of_every_join_are_written(tmp_path, metre):
    tune = piece(GRIDS[metre])
    words = re.findall(r">([^<>]+)</text>", drawn(tune, tmp_path / "t.svg").decode())
    words = [word.strip() for word in words]
    distances = [str(span.distance) for span in tune.spans[1:]]
    assert not set(distances) - set(words)
    assert {"A Title", "A", "B", "1", "16"} <= set(words)
    chords = {
        VOCABULARY.classes[chord].transposed(D.shift).name.replace("#", "♯")
        for chord in tune.steps[:, 2].tolist()
    }
    flats = {"E♭": "D♯", "A♭": "G♯", "B♭": "A♯"}  # however they are spelled
    shown = {flats.get(word[:2], word[:2]) + word[2:] for word in words}
    sharps = {"Eb": "D♯", "Ab": "G♯", "Bb": "A♯"}
    assert {sharps.get(chord[:2], chord[:2]) + chord[2:] for chord in chords} <= shown
    assert any(word.startswith("Song ") and word.endswith("bars)") for word in words)


@pytest.mark.parametrize("ending", [".png", ".svg", ".pdf"])
def test_the_same_music_is_drawn_in_the_same_bytes(tmp_path, ending):
    first, second = (drawn(piece(COMMON_TIME), tmp_path / f"t{ending}") for _ in range(2))
    assert first == second != drawn(piece(COMMON_TIME, seed=1), tmp_path / f"t{ending}")


def test_more_bars_than_a_picture_holds_are_refused(tmp_path):
    with pytest.raises(OutputError, match=r"t\.png: a picture holds at most 1000 bars"):
        drawn(piece(COMMON_TIME, bars=1001), tmp_path / "t.png", NO_EVENTS)

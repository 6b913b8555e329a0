import numpy as np
import torch
from support.accompaniment_library import SMALL, songs_of_ours
from support.made_songs import made_songs

from livedshl.learning.accompaniment.networks import AccompanimentNetworks
from livedshl.music.accompaniment import accompaniment_of
from livedshl.music.accompaniment_features import AccompanimentBars
from livedshl.networks.accompaniment import AccompanimentEncoder


def test_numpy_gives_the_codes_that_learned():
    torch.manual_seed(3)
    networks = AccompanimentNetworks(SMALL.shape).eval()
    bars = songs_of_ours().bars
    encoder = AccompanimentEncoder(networks.weights(), SMALL.shape)
    now = bars.followed()[:60]
    with torch.no_grad():
        learned = networks.soft_forward(bars, now).numpy()
        backward = networks.soft_backward(bars, now).numpy()
    assert np.allclose(encoder.soft_forward(bars, now), learned, atol=1e-5)
    assert (encoder.backward(bars, now) == backward.argmax(2)).mean() > 0.99


def test_bars_from_the_middle_of_a_song_are_coded_as_in_the_whole_song():
    song = accompaniment_of(made_songs(1)[0][0])
    whole = AccompanimentBars.of([song], [0])
    torch.manual_seed(3)
    encoder = AccompanimentEncoder(AccompanimentNetworks(SMALL.shape).weights(), SMALL.shape)
    first = 4
    cut = type(song)(
        song.title,
        song.source,
        song.grid,
        song.notes[song.offsets[first] :],
        song.offsets[first:] - song.offsets[first],
        song.chords[first:],
        song.melody[first:],
        song.used[first:],
        song.joined[first:],
    )
    late = AccompanimentBars.of([cut], [0], first_place=first)
    now = np.array([15])
    codes = encoder.soft_forward(whole, now), encoder.soft_forward(late, now - first)
    assert np.allclose(*codes, atol=1e-5)

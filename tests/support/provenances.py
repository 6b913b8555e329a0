"""Hand-made provenance for tests that need only a few of its fields."""

from livedshl.improviser import Place, Provenance


def provenance(**known):
    """A provenance of 4/4; what is not given is plain: the opening of a free run."""
    plain = {
        "metre": "4/4", "beat": 0, "segment": 0, "song": "Song", "source": "book.abc#1",
        "song_beat": 0, "backward_code": (), "forward_code": (), "hamming": None, "nearest": None,
        "ties": None, "agreeing_steps": None, "wish": None, "splice": None, "beats": 2,
    }  # fmt: skip
    return Provenance(**(plain | known))


def place(**known):
    """A place in the first section of the first tune; what is not given is plain."""
    plain = {
        "tune": 1, "plan": "AABB", "section": "A", "time": 1, "bar": 1, "key_shift": 0,
        "planned": False, "wished": None,
    }  # fmt: skip
    return Place(**(plain | known))

import pytest

from livedshl.music.leadsheet import Key


@pytest.mark.parametrize(
    ("written", "key"),
    [("d-minor", "Dm"), ("E-flat major", "Eb"), ("F♯ Minor", "F#m"), ("B♭m", "Bbm")],
)
def test_a_key_may_be_written_with_hyphens_and_signs(written, key):
    assert str(Key.parse(written)) == key


@pytest.mark.parametrize("tonic", range(12))
@pytest.mark.parametrize("ending", ["", "m"])
def test_a_key_reads_back_what_it_is_written_as(tonic, ending):
    name = str(Key.parse("C" + ending).transposed(tonic))
    assert str(Key.parse(name)) == name


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("D dorian", "not a key in major or minor, as the tunes are: 'D dorian'"),
        ("f# Mixolydian", "in major or minor"),
        ("minor", "not a key"),
        ("D" + " " * 50_000 + "x", "not a key"),
    ],
)
def test_what_is_no_key_is_refused(written, why):
    with pytest.raises(ValueError, match=why):
        Key.parse(written)

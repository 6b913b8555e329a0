import pytest

from livedshl.music.leadsheet import Key


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("D major", "D"),
        ("d", "D"),
        ("Dmaj", "D"),
        ("DM", "D"),
        ("D minor", "Dm"),
        ("d-minor", "Dm"),
        ("Dmin", "Dm"),
        ("Bb", "Bb"),
        ("B♭", "Bb"),
        ("bb minor", "Bbm"),
        ("E flat", "Eb"),
        ("E-flat major", "Eb"),
        ("F#m", "F#m"),
        ("F♯ Minor", "F#m"),
        ("f sharp minor", "F#m"),
    ],
)
def test_a_key_is_read_as_musicians_write_it(written, key):
    assert str(Key.parse(written)) == key


@pytest.mark.parametrize("tonic", range(12))
@pytest.mark.parametrize("ending", ["", "m"])
def test_a_key_reads_back_what_it_is_written_as(tonic, ending):
    name = str(Key.parse("C" + ending).transposed(tonic))
    assert str(Key.parse(name)) == name


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("D dorian", "'D dorian' is neither major nor minor, as the tunes are"),
        ("H", "not a note name"),
        ("minor", "not a note name"),
        ("D  " * 5_000, "too long for a key"),
    ],
)
def test_what_is_no_key_is_refused(written, why):
    with pytest.raises(ValueError, match=why):
        Key.parse(written)

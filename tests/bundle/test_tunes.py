import pytest
from support.bundles import write_kind

from livedshl.bundle.catalogue import bundle_folder, find_bundle, shipped_bundles
from livedshl.bundle.tunes import ListedTune, search, the_tune, tunes_of
from livedshl.errors import TuneError
from livedshl.music import Mode


def listed(*titles):
    return [
        ListedTune(number, title, f"book.abc#{number}", "4/4", Mode.MAJOR, number - 1, 16, 31)
        for number, title in enumerate(titles, 1)
    ]


TUNES = listed("The Réel of Tulloch", "The Jolly Weaver", "The Jolly Weaver's Wife", "Été", "Nº 7")


def test_a_model_lists_the_tunes_of_every_kind_with_numbers_of_their_own(tmp_path):
    library, _ = write_kind(tmp_path, "4/4")
    write_kind(tmp_path / "6-8-minor", "6/8", Mode.MINOR)
    first, second = tunes_of(tmp_path)
    assert (first.number, first.metre, first.mode) == (1, "4/4", Mode.MAJOR)
    assert (second.number, second.metre, second.mode) == (2, "6/8", Mode.MINOR)
    assert (second.title, second.source, second.row) == ("Ünïcode reel", "book.abc#1", 0)
    assert (first.bars, first.segments) == (12, len(library))


@pytest.mark.parametrize(
    ("words", "numbers"),
    [((), [1, 2, 3, 4, 5]), (("jolly",), [2, 3]), (("JOLLY", "wife"), [3]), (("reel",), [1]),
     (("ete",), [4]), (("book.abc#2",), [2]), (("jolly", "reel"), [])],
)  # fmt: skip
def test_tunes_are_found_by_all_words_whatever_their_case_and_accents(words, numbers):
    assert [tune.number for tune in search(TUNES, words)] == numbers


@pytest.mark.parametrize(
    ("asked", "number"),
    [("3", 3), ("the jolly weaver", 2), ("wife jolly", 3), ("tulloch", 1), ("book.abc#5", 5)],
)
def test_a_tune_is_named_by_its_number_its_title_or_words_of_it(asked, number):
    assert the_tune(TUNES, asked).number == number


def test_what_fits_several_tunes_is_answered_with_them_and_what_fits_none_with_a_remedy():
    with pytest.raises(TuneError, match=r"2 tunes match 'weaver': 2 The Jolly Weaver; 3 The"):
        the_tune(TUNES, "weaver")
    with pytest.raises(TuneError, match=r"20 tunes match 'reel': .*; and 14 more"):
        the_tune(listed(*["Reel"] * 20), "reel")
    with pytest.raises(TuneError, match="no tune '7' among"):
        the_tune(TUNES, "7")
    with pytest.raises(TuneError, match=r"no tune 'polka' among the 5 .*`livedshl library WORDS`"):
        the_tune(TUNES, "polka")


def test_a_users_own_model_is_found_by_name_but_not_in_the_place_of_one_that_ships(
    tmp_path, monkeypatch
):
    monkeypatch.setattr("livedshl.bundle.catalogue.own_models", lambda: tmp_path)
    write_kind(tmp_path / "mine", "6/8")
    write_kind(tmp_path / "session")
    assert bundle_folder("mine") == find_bundle("mine") == tmp_path / "mine"
    assert bundle_folder("session") == shipped_bundles()["session"]
    assert bundle_folder(str(tmp_path / "mine")) == tmp_path / "mine"

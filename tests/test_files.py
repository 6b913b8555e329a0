"""Files that are written: nothing that is there is lost."""

from pathlib import Path

import pytest

from livedshl.errors import OutputError, OverwriteError, SettingsError
from livedshl.files import check_distinct, check_file, create_numbered, reserved


def test_a_name_that_is_taken_gets_the_next_number(tmp_path):
    names = [create_numbered(tmp_path / "take.mid").name for _ in range(3)]
    assert names == ["take.mid", "take-2.mid", "take-3.mid"]


def test_a_name_is_free_only_if_the_one_beside_it_is(tmp_path):
    (tmp_path / "take.mid.take").write_text("a log")
    free = create_numbered(tmp_path / "take.mid", lambda p: (p.with_name(f"{p.name}.take"),))
    assert free.name == "take-2.mid"
    assert not (tmp_path / "take.mid").exists()


def test_files_that_are_there_are_kept_and_the_names_of_others_set_free(tmp_path):
    (tmp_path / "b.mid").write_bytes(b"kept")
    with (
        pytest.raises(OverwriteError, match=r"b\.mid: is there already"),
        reserved([tmp_path / "a.mid", tmp_path / "b.mid"], overwrite=False),
    ):
        pytest.fail("nothing may be written")
    assert [path.name for path in tmp_path.iterdir()] == ["b.mid"]
    with reserved([tmp_path / "b.mid"], overwrite=True):
        (tmp_path / "b.mid").write_bytes(b"new")
    assert (tmp_path / "b.mid").read_bytes() == b"new"


def test_a_failure_leaves_no_empty_file(tmp_path):
    with pytest.raises(ZeroDivisionError), reserved([tmp_path / "a.mid"], overwrite=False):
        raise ZeroDivisionError
    assert not list(tmp_path.iterdir())


def test_two_names_of_one_file_are_found(tmp_path):
    (tmp_path / "link.mid").symlink_to(tmp_path / "a.mid")
    for other in ("a.mid", "./a.mid", "A.mid", "link.mid"):
        with pytest.raises(SettingsError, match="are the same file"):
            check_distinct([tmp_path / "a.mid", tmp_path / other])


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(OutputError, match=r"no: there is no such folder\. Make it first"):
        create_numbered(tmp_path / "no" / "take.mid")
    with pytest.raises(OutputError, match=r"no: there is no such folder\. Make it first"):
        check_file(tmp_path / "no" / "take.mid")


def test_a_device_holds_nothing_that_could_be_lost():
    null = Path("/dev/null")
    with reserved([null], overwrite=False):
        null.write_bytes(b"gone")
    assert null.exists()

"""The API page names everything public, and the examples of docstrings do what they show."""

import doctest
import re
import shutil
from pathlib import Path

import pytest
from support.documents import PAGES, ROOT

import livedshl

FINDER = doctest.DocTestFinder(recurse=True)
# What examples assume: names of the API, without the module before them.
GLOBALS = {name: getattr(livedshl, name) for name in livedshl.__all__}
ON_THE_WIRE = ("Session",)  # tests/wire plays those


class _Shown(doctest.OutputChecker):
    """Compares what an example shows; one that shows nothing may print what it likes."""

    def check_output(self, want, got, optionflags):
        return not want or super().check_output(want, got, optionflags)


def examples():
    for name in livedshl.__all__:
        if name in ON_THE_WIRE or not hasattr(GLOBALS[name], "__module__"):
            continue
        yield from (
            pytest.param(test, id=test.name)
            for test in FINDER.find(GLOBALS[name], f"livedshl.{name}", globs=GLOBALS)
            if test.examples
        )


@pytest.mark.parametrize("example", examples())
def test_an_example_of_a_docstring_does_what_it_shows(example, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "tests" / "tunes", tmp_path / "my-tunes")
    runner = doctest.DocTestRunner(_Shown(), optionflags=doctest.ELLIPSIS)
    assert runner.run(example).failed == 0


def test_the_api_page_shows_every_public_name_once():
    shown = re.findall(r"^::: livedshl\.(\w+)$", PAGES["api.md"], re.MULTILINE)
    assert sorted(shown) == sorted(name for name in livedshl.__all__ if name != "__version__")
    assert (Path(livedshl.__file__).parent / "py.typed").is_file()

"""Which tests run, how thoroughly, and what they share: an empty cache, and the command line."""

import os
import sys
from typing import NamedTuple

import pytest
from hypothesis import settings
from support.surroundings import CORPORA, IN_CI

from livedshl.cli import main

settings.register_profile("quick", max_examples=25, deadline=None)
settings.register_profile("thorough", max_examples=100, deadline=None)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="run the tests marked slow as well")


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile("thorough" if _thorough(config) else "quick")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if "slow" in item.keywords and not _thorough(config):
            item.add_marker(pytest.mark.skip(reason="slow: run with --slow"))
        if "corpora" in item.keywords and not CORPORA.is_dir():
            item.add_marker(pytest.mark.skip(reason="the corpora are not beside the checkout"))


def _thorough(config):
    return IN_CI or config.getoption("--slow")


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory):
    """Nobody's readings from before, and none left behind."""
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))


class Outcome(NamedTuple):
    """How a command ended, and what it told."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def run_here(monkeypatch, capsys):
    """Runs a command line in this process: in a tenth of the time that one of its own takes."""

    def run(*arguments, cwd="."):
        monkeypatch.setattr(sys, "argv", ["livedshl", *map(str, arguments)])
        monkeypatch.chdir(cwd)
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        return Outcome(ended.value.code or 0, told.out, told.err)

    return run

"""Which tests run, in what order, how thoroughly, and what they share."""

import os
import sys
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import settings
from support.surroundings import CORPORA, IN_CI

from livedshl.cli import main

WIRE = Path(__file__).parent / "wire"
# Files of tests/wire that run beside others: they passed on two cores at a load of 8 to 12.
UNHURRIED = {
    "test_api", "test_benchmarks", "test_checkup", "test_controller", "test_documents",
    "test_ending", "test_hostile_inputs", "test_listening", "test_player_process", "test_soaking",
    "test_stopping", "test_take",
}  # fmt: skip

# Learning needs the extra `train`; everything else is tested without it.
NEED_TORCH = ["learning", "networks", "evaluation/test_codes.py"]
collect_ignore = [] if find_spec("torch") else NEED_TORCH

if "PYTEST_XDIST_WORKER" in os.environ:
    # Two workers whose torch takes every core get in each other's way.
    os.environ.setdefault("OMP_NUM_THREADS", "1")

settings.register_profile("quick", max_examples=25, deadline=None)
# The same examples each time: a change that passes here passes again.
settings.register_profile("thorough", max_examples=100, deadline=None, derandomize=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="run the tests marked slow as well")
    parser.addoption(
        "--unsteady",
        action="store_true",
        help="run the tests marked unsteady, and only those; pass unless most of them fail",
    )
    parser.addoption(
        "--torture",
        action="store_true",
        help="run the tests marked torture, and only those; print a table of them",
    )


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile("thorough" if _thorough(config) else "quick")


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        on_wire = WIRE in item.path.parents
        timed = on_wire and item.path.stem not in UNHURRIED
        if on_wire:
            item.add_marker("wire")
        if on_wire or "slow" in item.keywords:
            item.add_marker("no_cover")  # tracing slows what is timed, and doubles what is long
        # The tests of a file share their fixtures, so one worker runs them all. The other tests of
        # the wire disturb one another's timing, so one worker runs them all too.
        item.add_marker(pytest.mark.xdist_group("wire" if timed else item.path.stem))
        if "slow" in item.keywords and not _thorough(config):
            item.add_marker(pytest.mark.skip(reason="slow: run with --slow"))
        if "corpora" in item.keywords and not CORPORA.is_dir():
            item.add_marker(pytest.mark.skip(reason="the corpora are not beside the checkout"))
    # The timed tests come last: by then the other workers have little left to do. The long files
    # come first: then no worker is left with one of them at the end.
    items.sort(key=_turn)
    for mark in ("unsteady", "torture"):
        chosen = getattr(config.option, mark)
        _keep(config, items, lambda item: (mark in item.keywords) == chosen)  # noqa: B023


def _turn(item):
    if "wire" not in item.keywords:
        return 1
    return 0 if item.path.stem in UNHURRIED else 2


def _keep(config, items, wanted):
    config.hook.pytest_deselected(items=[item for item in items if not wanted(item)])
    items[:] = filter(wanted, items)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A machine that others share fails some unsteady tests. A fault of ours fails most of them."""
    failed, ran = session.testsfailed, session.testscollected
    if session.config.option.unsteady and session.exitstatus == pytest.ExitCode.TESTS_FAILED:
        print(f"\n{failed} of {ran} unsteady tests failed")
        if failed * 2 <= ran:
            session.exitstatus = pytest.ExitCode.OK


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Counts the trials of the torture, each by the name of its test."""
    if not config.option.torture:
        return
    tries, failures = Counter(), Counter()
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            trial = report.nodeid.partition("::")[2].partition("[")[0]
            trial = trial.removeprefix("test_").replace("_", " ")
            tries[trial] += report.when == "call"
            failures[trial] += outcome == "failed"
    terminalreporter.write_line("\n| trial | tries | failures |\n|---|---|---|")
    for trial, number in tries.items():
        terminalreporter.write_line(f"| {trial} | {number} | {failures[trial]} |")


def _thorough(config):
    return IN_CI or config.getoption("--slow")


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory):
    """Nobody's readings and settings from before; neither they nor takes are left behind."""
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))
    os.environ["XDG_CONFIG_HOME"] = str(tmp_path_factory.mktemp("config"))
    os.environ["XDG_MUSIC_DIR"] = str(tmp_path_factory.mktemp("music"))


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

"""The README and the pages of docs/: they build, their links work, their commands exist."""

import re
import shutil
import subprocess
import sys
import tomllib
from itertools import dropwhile
from urllib.parse import urlsplit

import click
import pytest
from support.command_page import PAGE, page
from support.documents import (
    DOCS,
    NOT_RUN,
    PAGES,
    ROOT,
    blocks,
    inline_commands,
    shell_lines,
    words_of,
)
from support.man_page import MAN_PAGE, man_page

from livedshl.cli import livedshl

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
ELSEWHERE = (
    "pip install ",
    "pipx install ",
    "uv tool install ",
    "source .venv/",
)  # beginnings of lines that belong to other programs


def test_the_site_builds_strictly_and_fetches_nothing_from_elsewhere(tmp_path):
    shutil.copytree(DOCS, tmp_path / "docs")
    shutil.copy(ROOT / "zensical.toml", tmp_path)
    (tmp_path / "livedshl").symlink_to(ROOT / "livedshl")
    command = [sys.executable, "-m", "zensical", "build", "--strict"]
    built = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout + built.stderr
    for path in (tmp_path / "site").rglob("*.html"):
        html = path.read_text("utf-8")
        fetched = re.findall(r"<(?:link|script|img)[^>]+(?:href|src)=\"?(https?:[^\">\s]+)", html)
        assert not fetched, path


def test_every_page_is_in_the_navigation_once():
    listed = re.findall(r'"([\w-]+\.md)"', (ROOT / "zensical.toml").read_text("utf-8"))
    assert sorted(listed) == sorted(path.name for path in DOCS.glob("*.md"))


def test_every_file_that_the_readme_links_to_is_there():
    links = re.findall(r"\]\(([^)]+)\)", PAGES["README.md"])
    assert len(links) >= 15
    for link in links:
        assert urlsplit(link).scheme or (ROOT / urlsplit(link).path).is_file(), link


def test_the_command_page_is_what_the_commands_say_now():
    assert PAGE.read_text("utf-8") == page(), (
        "run `PYTHONPATH=tests python -m support.command_page`"
    )


def test_the_man_page_is_what_the_commands_say_now():
    assert MAN_PAGE.read_text("utf-8") == man_page(), (
        "run `PYTHONPATH=tests python -m support.man_page`"
    )


@pytest.mark.skipif(not shutil.which("groff"), reason="groff is not installed")
def test_the_man_page_is_set_without_a_complaint():
    plain = [f"-P-{letter}" for letter in "cbou"]  # letters only
    done = subprocess.run(
        ["groff", "-man", "-Tascii", "-ww", *plain, MAN_PAGE],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr == ""
    assert "--adventure" in done.stdout and "play until" in done.stdout.lower()


def parse(command, name, words, parent=None):
    """Parses a command line without running it; raises click.UsageError."""
    context = command.make_context(name, list(words), parent)
    if isinstance(command, click.Group):
        rest = list(dropwhile(lambda word: word.startswith("-"), words))
        if rest:
            name = rest.pop(0)
            below = command.get_command(context, name)
            assert below, f"no command is called {name!r}"
            parse(below, name, rest, context)


@pytest.mark.parametrize("name", PAGES)
def test_every_command_in_a_page_can_be_parsed(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for file in ("take.mid", "take.jsonl"):  # those that other commands have written before
        (tmp_path / file).touch()
    for line in shell_lines(PAGES[name]):
        if line.startswith("livedshl "):
            parse(livedshl, "livedshl", words_of(line))
        else:
            assert line in NOT_RUN or line.startswith(ELSEWHERE), line


@pytest.mark.parametrize("name", PAGES)
def test_every_command_that_a_page_mentions_exists_with_its_options(name):
    for line in inline_commands(PAGES[name]):
        command, context = livedshl, click.Context(livedshl)
        for word in words_of(line):
            if word.startswith("--"):
                options = {option for parameter in command.params for option in parameter.opts}
                assert word in options | {"--help", "--slow"}, line
            elif isinstance(command, click.Group) and not word.startswith(("-", "COMMAND", "...")):
                command = command.get_command(context, word)
                assert command, line


def test_every_line_that_is_not_run_is_in_a_page():
    shown = {line for text in PAGES.values() for line in shell_lines(text)}
    assert NOT_RUN.keys() <= shown


def test_every_extra_that_a_page_installs_exists():
    asked = [
        extra
        for text in PAGES.values()
        for extra in re.findall(r'pip install (?:-q -e )?"\.\[([\w,]+)\]"', text)
    ]
    assert len(asked) >= 4
    for extras in asked:
        assert set(extras.split(",")) <= PROJECT["optional-dependencies"].keys()


def test_every_command_has_a_row_in_the_command_page():
    table = PAGES["command-line.md"].partition("## ")[0]
    context = click.Context(livedshl)
    for name in livedshl.list_commands(context):
        assert livedshl.get_command(context, name).hidden or f"| `livedshl {name}` |" in table


@pytest.mark.parametrize("name", PAGES)
def test_every_toml_example_can_be_read(name):
    for block in blocks(PAGES[name], "toml"):
        tomllib.loads(block)

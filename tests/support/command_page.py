"""Writes docs/command-line.md from the help of every command.

From the top folder: `PYTHONPATH=tests python -m support.command_page`.
"""

from collections.abc import Iterator

import click

from livedshl.cli import livedshl
from support.documents import DOCS

PAGE = DOCS / "command-line.md"
_BEGIN = "<!-- From here on, `python -m support.command_page` writes this page. -->\n"
_WIDTH = 88


def all_commands() -> Iterator[tuple[str, click.Context]]:
    """Every command with its full name, hidden ones last."""
    root = _context(livedshl, "livedshl")
    yield "livedshl", root
    found = list(_below(root))
    yield from (pair for pair in found if not pair[1].command.hidden)
    yield from (pair for pair in found if pair[1].command.hidden)


def _context(
    command: click.Command, name: str, parent: click.Context | None = None
) -> click.Context:
    settings = command.context_settings | {"terminal_width": _WIDTH}
    return click.Context(command, parent, name, **settings)


def _below(parent: click.Context) -> Iterator[tuple[str, click.Context]]:
    group = parent.command
    if not isinstance(group, click.Group):
        return
    for name in group.list_commands(parent):
        command = group.get_command(parent, name)
        assert command, name
        context = _context(command, name, parent)
        yield context.command_path, context
        yield from _below(context)


def page() -> str:
    """The page as it should be: what is written by hand, then the help of every command."""
    by_hand = PAGE.read_text("utf-8").partition(_BEGIN)[0]
    sections = [
        f"## `{name}`\n\n```text\n{context.get_help()}\n```\n" for name, context in all_commands()
    ]
    return by_hand + _BEGIN + "\n" + "\n".join(sections)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")

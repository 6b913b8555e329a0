"""Writes docs/livedshl.1, the page of `man livedshl`, from the help of every command.

From the top folder: `PYTHONPATH=tests python -m support.man_page`.
"""

import inspect
import re
from collections.abc import Iterator

import click

from support.command_page import all_commands
from support.documents import DOCS

MAN_PAGE = DOCS / "livedshl.1"
_HEAD = """\
.TH LIVEDSHL 1
.SH NAME
livedshl \\- an endless live MIDI accompanist
.SH SYNOPSIS
.B livedshl
.I command
[options] [arguments]
"""
_FOOT = """\
.SH FILES
.TP
.I ~/.config/livedshl/livedshl.toml
Your own defaults for the options of each command.
.SH ENVIRONMENT
Each option is also read from a variable: LIVEDSHL_PLAY_PORT for "livedshl play \\-\\-port".
"""


def man_page() -> str:
    """The page as it should be, in the man macros of troff."""
    return _HEAD + "".join(_section(name, context) for name, context in all_commands()) + _FOOT


def _section(name: str, context: click.Context) -> str:
    command = context.command
    title = "DESCRIPTION" if name == "livedshl" else name.upper()
    lines = [f".SH {title}\n"]
    if name != "livedshl":
        usage = " ".join(command.collect_usage_pieces(context))
        lines.append(f".B {name}\n{_plain(usage)}\n.PP\n")
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        lines += _paragraph(paragraph)
    for option in command.get_params(context):
        record = option.get_help_record(context)
        if record:
            lines.append(f".TP\n.B {_plain(record[0])}\n{_plain(record[1])}\n")
    return "".join(lines)


def _paragraph(text: str) -> Iterator[str]:
    if not text.startswith("\b"):
        yield f"{_plain(' '.join(text.split()))}\n.PP\n"
        return
    yield ".nf\n"
    yield from (f"{_plain(line.strip())}\n" for line in text.splitlines()[1:])
    yield ".fi\n.PP\n"


def _plain(text: str) -> str:
    """Text that troff takes for nothing else."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^([.'])", r"\\&\1", text)


if __name__ == "__main__":
    MAN_PAGE.write_text(man_page(), "utf-8")

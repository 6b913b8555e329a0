"""Printing of lines. Text from outside is shown as it is, and never obeyed by the terminal."""

import io
import sys

import click

from livedshl.text import shown


def say(line: str, err: bool = False) -> None:
    """Prints a line. err: on the error stream."""
    click.echo(shown(line), err=err)


def print_any_letters() -> None:
    """Lets a terminal that lacks some letters show a "?" for them. Titles may have any."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")

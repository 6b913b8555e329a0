"""Starts processes that the main process talks to over standard input and output."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any


def module_command(module: str, arguments: Sequence[str]) -> list[str]:
    """The command that runs a module of livedshl.

    -P: modules in the working folder must not stand in for those of the library.
    """
    return [sys.executable, "-P", "-m", module, *arguments]


def start_process(command: list[str], inherited: Sequence[int] = ()) -> "subprocess.Popen[bytes]":
    """Starts a process with two unbuffered pipes. inherited: more file descriptors it gets."""
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
        pass_fds=inherited,
        **own_process_group(),
    )


def own_process_group() -> Mapping[str, Any]:
    """Keeps the terminal's Ctrl-C from a process: the main process decides what it means."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}

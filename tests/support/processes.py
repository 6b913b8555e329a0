"""The processes of a performance, found as any user of the machine finds them."""

from contextlib import suppress

import psutil

PLAYER, WATCH = "livedshl.player.process", "livedshl.outputs.watch"
PAGE = "livedshl.surfaces.web.server"


def all_helpers(main: int | None = None) -> list[tuple[str, psutil.Process]]:
    """The module and the process of each that helps the process `main`, or this one."""
    found = []
    for child in psutil.Process(main).children():
        with suppress(psutil.NoSuchProcess):
            found += [
                (module, child) for module in (PLAYER, WATCH, PAGE) if module in child.cmdline()
            ]
    return found


def helpers_of(main: int | None = None) -> dict[str, psutil.Process]:
    """The processes that help the process `main`, or this one, by their modules."""
    return dict(all_helpers(main))


def player_of(main: int | None = None) -> psutil.Process | None:
    """The player process of the process `main`, or of this one; None where there is none."""
    return helpers_of(main).get(PLAYER)


def on_server(name: str) -> list[psutil.Process]:
    """All processes of livedshl that use the JACK server of this name."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            is_ours = any(word.split(".")[0] == "livedshl" for word in process.cmdline())
            if is_ours and process.environ().get("JACK_DEFAULT_SERVER") == name:
                found.append(process)
    return found

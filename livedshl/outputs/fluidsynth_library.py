"""Loads FluidSynth: the library that the package pygame-ce brings, or the system's."""

import ctypes
import ctypes.util
import importlib.util
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from livedshl.outputs.missing import missing

# Where pygame-ce keeps its libraries on Linux and on macOS, seen from the folder it lies in.
_CARRIED = ("pygame*.libs/libfluidsynth*", "pygame/.dylibs/libfluidsynth*")


def load_fluidsynth() -> ModuleType:
    """The module of pyfluidsynth. Raises MissingDependencyError where no library is found.

    The library that pygame-ce carries comes first: every machine then sounds alike, and it loads
    in 14 ms, where Debian's takes 40 ms for the audio systems that it brings along.
    """
    carried = _carried_library()
    ci = os.environ.pop("CI", None)  # with CI set, pyfluidsynth prints where it found the library
    try:
        with _found_at(carried):
            import fluidsynth
    except (ImportError, OSError) as error:
        raise missing("FluidSynth", "the built-in synthesiser") from error
    finally:
        if ci is not None:
            os.environ["CI"] = ci
    module: ModuleType = fluidsynth
    return module


def fluidsynth_version() -> str:
    """The version of the FluidSynth library. Raises MissingDependencyError without it."""
    numbers = [ctypes.c_int() for _ in range(3)]
    load_fluidsynth().fluid_version(*numbers)
    return ".".join(str(number.value) for number in numbers)


def _carried_library() -> str | None:
    """FluidSynth in the package pygame-ce, if it loads; the package itself is not imported."""
    package = importlib.util.find_spec("pygame")
    for folder in map(Path, package.submodule_search_locations or () if package else ()):
        for path in (path for pattern in _CARRIED for path in folder.parent.glob(pattern)):
            try:
                ctypes.CDLL(str(path))
            except OSError:  # one of the libraries that it needs is missing
                continue
            return str(path)
    return None


@contextmanager
def _found_at(library: str | None) -> Iterator[None]:
    """Lets pyfluidsynth find the library there, while it is imported.

    It asks only `find_library`, which knows no paths and on Linux starts up to 18 processes.
    """
    find_library = ctypes.util.find_library
    if library:
        ctypes.util.find_library = lambda name: library
    try:
        yield
    finally:
        ctypes.util.find_library = find_library

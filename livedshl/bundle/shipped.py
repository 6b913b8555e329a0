"""Finds what ships with livedshl: the folders `models` and `presets`."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def shipped(kind: str) -> Path:
    """The folder "models" or "presets": inside the package once installed, else the checkout's."""
    installed = _PACKAGE / "_shipped" / kind
    return installed if installed.is_dir() else _PACKAGE.parent / kind

"""Finds the folders that ship with livedshl: `models` and `presets`."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def shipped(kind: str) -> Path:
    """The folder "models" or "presets", in the installed package or in the checkout."""
    installed = _PACKAGE / "_shipped" / kind
    return installed if installed.is_dir() else _PACKAGE.parent / kind

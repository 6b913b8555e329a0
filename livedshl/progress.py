"""How long work reports how far it is."""

from collections.abc import Callable

Progress = Callable[[str, float], None]
"""Called with the current stage and the share of it that is done, 0 to 1."""


def unseen(stage: str, share: float) -> None:
    """A `Progress` that shows nothing."""

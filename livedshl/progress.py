"""How long work tells how far it is."""

from collections.abc import Callable

Progress = Callable[[str, float], None]
"""Is told the stage that goes on and the share of it that is done, 0 to 1."""

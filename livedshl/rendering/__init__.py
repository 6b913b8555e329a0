"""Writes a performance into files instead of playing it: a new one, or a recorded take."""

from livedshl.rendering.replaying import Replay, render_take, replay
from livedshl.rendering.writing import render

__all__ = ["Replay", "render", "render_take", "replay"]

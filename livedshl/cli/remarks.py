"""What is worth saying about the settings before they are heard."""

from collections.abc import Iterator, Mapping
from typing import Any

from livedshl.performance.preset import load_preset
from livedshl.performance.settings import Settings


def remarks(settings: Settings, chosen: Mapping[str, Any]) -> Iterator[str]:
    """A line for each choice that was made for the user, or that does not fit the others.

    chosen: the options, as the command line names them.
    """
    if settings.chart and chosen["key"] is None:
        yield f"Key {settings.key}, from the chords (--key chooses another)."
    if metre := chosen["metre"]:
        preset = load_preset(chosen["preset"])
        if preset.metre not in (None, metre):
            yield f"Preset {preset.name} is made for {preset.metre}. It plays {metre} now."

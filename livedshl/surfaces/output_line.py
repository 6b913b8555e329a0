"""The screen's first row: where the music goes, and a warning when nobody can hear it."""

from rich.text import Text

from livedshl.live.hearing import Hearing
from livedshl.outputs.choice import OutputKind
from livedshl.surfaces.look import GOOD, TROUBLE_BADGE

_SPEAKERS = "speakers"


def output_line(hearing: Hearing) -> Text:
    """Such as "→ IAC Bus" or "→ livedshl (nobody connected) + speakers"."""
    return Text(_told(hearing), GOOD if hearing.can_be_heard else TROUBLE_BADGE)


def _told(hearing: Hearing) -> str:
    output = hearing.output
    if output.kind is OutputKind.NOWHERE:
        return f"NO SOUND: recording to {output.name}" if output.name else "NO SOUND"
    if output.kind is OutputKind.SYNTH:
        return f"→ {_SPEAKERS}" if hearing.on_speakers else f"→ {_SPEAKERS} (gone)"
    if hearing.away:
        state = " (gone)"
    elif hearing.heard is None:
        state = ""
    else:
        state = " (connected)" if hearing.heard else " (nobody connected)"
    speakers = f" + {_SPEAKERS}" if hearing.on_speakers else ""
    return f"→ {output.name}{state}{speakers}"

"""The screen's first row: where the music goes, and a warning when nobody can hear it."""

from rich.style import Style
from rich.text import Text

from livedshl.live.hearing import Hearing
from livedshl.outputs.choice import OutputKind

_STYLE = Style(color="#95e6cb")
_SILENT = Style(color="#1a1a1a", bgcolor="#f07178", bold=True)
_SPEAKERS = "speakers"


def output_line(hearing: Hearing) -> Text:
    """Such as "→ IAC Bus" or "→ livedshl (nobody connected) + speakers"."""
    style = _STYLE if hearing.can_be_heard else _SILENT
    return Text(_told(hearing), style, no_wrap=True, overflow="ellipsis")


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

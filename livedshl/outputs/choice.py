"""Decides where the music goes, and says why."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from livedshl.errors import LivedshlError
from livedshl.outputs.midi_systems import CLIENT_NAME
from livedshl.outputs.port_names import find_port
from livedshl.outputs.ports import check_virtual_ports, output_names
from livedshl.outputs.synth import check_synth, find_soundfont


class OutputKind(Enum):
    """Where events may go."""

    PORT = "port"
    VIRTUAL = "virtual"
    SYNTH = "synth"
    NOWHERE = "nowhere"  # still timed, for recording without any MIDI or audio


@dataclass(frozen=True, slots=True)
class Output:
    """An output that has been chosen but not opened.

    name: the MIDI port, or the path of the soundfont. reason: tells the user what was chosen.
    """

    kind: OutputKind
    name: str
    reason: str


def choose_output(port: str | None, synth: bool, soundfont: Path | None) -> Output:
    """The output that was asked for, or else the best one this system has.

    Without a wish: a virtual MIDI port, or else the built-in synthesiser, or else nowhere. Raises
    OutputError for a port that is not there, MissingDependencyError for a library the wish needs.
    """
    if port is not None:
        name = find_port(port, output_names())
        return Output(OutputKind.PORT, name, f"Playing to the MIDI port {name}.")
    if synth:
        font = soundfont or find_soundfont()
        reason = f"Playing through the built-in synthesiser with {font.name}."
        return Output(OutputKind.SYNTH, str(font), reason)
    no_midi = _fault_of(check_virtual_ports)
    if no_midi is None:
        reason = (
            f'Playing to a virtual MIDI port called "{CLIENT_NAME}". '
            "Choose it as an input in your DAW or synth."
        )
        return Output(OutputKind.VIRTUAL, CLIENT_NAME, reason)
    no_audio = _fault_of(check_synth)
    if no_audio is None:
        reason = f"Playing through the built-in synthesiser: {_told(no_midi)}."
        return Output(OutputKind.SYNTH, str(find_soundfont()), reason)
    reason = f"Nothing to play on: {_told(no_midi)}, and {_told(no_audio)}."
    if remedy := no_audio.remedy or no_midi.remedy:
        reason += f" To hear the music: {remedy}."
    return Output(OutputKind.NOWHERE, "", reason)


def _told(error: LivedshlError) -> str:
    """What happened, and where."""
    return f"{error.where}: {error.what}" if error.where else error.what


def _fault_of(check: Callable[[], object]) -> LivedshlError | None:
    """What `check` raises, None if it passes."""
    try:
        check()
    except LivedshlError as error:
        return error
    return None

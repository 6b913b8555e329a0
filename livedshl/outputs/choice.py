"""Decides where the music goes, and gives the reason."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from livedshl.errors import LivedshlError
from livedshl.outputs.fluidsynth_library import fluidsynth_version
from livedshl.outputs.midi_systems import CLIENT_NAME
from livedshl.outputs.port_names import find_port
from livedshl.outputs.ports import check_virtual_ports, output_names
from livedshl.outputs.soundfont import find_soundfont
from livedshl.outputs.synth import check_synth


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


def choose_output(
    port: str | None = None, synth: bool = False, soundfont: Path | None = None
) -> Output:
    """The output that was asked for, or else the best one this system has.

    Without a wish: a virtual MIDI port, or else the built-in synthesiser, or else nowhere. Raises
    OutputError for a port that is not there, MissingDependencyError for a library the wish needs.
    """
    if port is not None:
        name = find_port(port, output_names())
        return Output(OutputKind.PORT, name, f"Playing to the MIDI port {name}.")
    if synth:
        font = soundfont or find_soundfont()
        fluidsynth_version()  # fails here rather than after the music is announced
        return Output(
            OutputKind.SYNTH, str(font), f"Playing through the synthesiser with {font.name}."
        )
    no_midi = _why_not(check_virtual_ports)
    if no_midi is None:
        return Output(
            OutputKind.VIRTUAL,
            CLIENT_NAME,
            f'Playing to a virtual MIDI port called "{CLIENT_NAME}": choose it as an input in '
            "your DAW or synth.",
        )
    no_audio = _why_not(check_synth)
    if no_audio is None:
        font = find_soundfont()
        return Output(
            OutputKind.SYNTH,
            str(font),
            f"Playing through the built-in synthesiser: {no_midi.what}.",
        )
    return Output(OutputKind.NOWHERE, "", _nothing_to_play_on(no_midi, no_audio))


def _nothing_to_play_on(no_midi: LivedshlError, no_audio: LivedshlError) -> str:
    remedies = ". Or: ".join(error.remedy for error in (no_audio, no_midi) if error.remedy)
    advice = f" To hear it: {remedies}." if remedies else ""
    return f"No MIDI: {no_midi.what}. No audio: {no_audio.what}.{advice}"


def _why_not(check: Callable[[], object]) -> LivedshlError | None:
    """What `check` finds missing, None if it passes."""
    try:
        check()
    except LivedshlError as error:
        return error
    return None

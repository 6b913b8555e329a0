"""Decides where the music goes, and gives the reason."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from livedshl.errors import LivedshlError
from livedshl.outputs.listeners import are_known
from livedshl.outputs.midi_systems import CLIENT_NAME
from livedshl.outputs.port_names import find_port
from livedshl.outputs.ports import check_virtual_ports, output_names
from livedshl.outputs.soundfont import find_soundfont

# MIDI ports of synthesisers that sound with nothing else to set up, by how their names begin.
_GENERAL_MIDI = ("Microsoft GS Wavetable Synth", "FLUID Synth", "TiMidity")
ON_VIRTUAL_PORT = (
    f'Playing to a virtual MIDI port called "{CLIENT_NAME}": choose it as an input in your DAW or '
    "synth"
)


class OutputKind(Enum):
    """Where events may go."""

    PORT = "port"
    VIRTUAL = "virtual"
    SYNTH = "synth"
    NOWHERE = "nowhere"  # still timed, for recording without any MIDI or audio


@dataclass(frozen=True, slots=True)
class Output:
    """An output that has been chosen but not opened.

    name: the MIDI port, the path of the soundfont, or the file that is recorded instead. reason:
    tells the user what was chosen. speakers: beside a virtual port, the soundfont of the
    synthesiser that sounds until a program listens to the port; "" for none.
    """

    kind: OutputKind
    name: str
    reason: str
    speakers: str = ""


def choose_output(
    port: str | None = None,
    synth: bool = False,
    soundfont: Path | None = None,
    virtual: bool = False,
) -> Output:
    """The output that was asked for, or else the best one this system has.

    Without a wish: a virtual MIDI port, and the built-in synthesiser until a program listens to
    that port. Where there are no virtual ports, the synthesiser; else a MIDI port that leads to
    another one; else nowhere. Raises OutputError for a port that is not there,
    MissingDependencyError for a library the wish needs.
    """
    if port is not None:
        name = find_port(port, output_names())
        return Output(OutputKind.PORT, name, f"Playing to the MIDI port {name}.")
    if synth:
        from livedshl.outputs.synth import check_parts  # late: other outputs need none of it

        check_parts()  # fails here rather than after the music is announced
        font = soundfont or find_soundfont()
        return Output(
            OutputKind.SYNTH, str(font), f"Playing through the synthesiser with {font.name}."
        )
    if virtual:
        check_virtual_ports()
        return Output(OutputKind.VIRTUAL, CLIENT_NAME, f"{ON_VIRTUAL_PORT}.")
    return _best_output()


def _best_output() -> Output:
    no_virtual_port = _why_not(check_virtual_ports)
    # With a virtual port, whether the synthesiser works shows when the player opens it: asking
    # the audio system first would hold up the first note by a tenth of a second.
    no_sound = _why_not(find_soundfont if no_virtual_port is None else _check_synth)
    if no_sound is None:
        font = str(find_soundfont())
        if no_virtual_port is None:
            return Output(OutputKind.VIRTUAL, CLIENT_NAME, _with_speakers(), font)
        reason = f"Playing through the built-in synthesiser: {no_virtual_port.what}."
        return Output(OutputKind.SYNTH, font, reason)
    if (name := _general_midi_port()) is not None:
        reason = f"Playing to the MIDI port {name}: for the built-in synthesiser, {no_sound.what}."
        return Output(OutputKind.PORT, name, reason)
    if no_virtual_port is None:
        reason = f"{ON_VIRTUAL_PORT}. Until then it is silent: {no_sound.what}."
        return Output(OutputKind.VIRTUAL, CLIENT_NAME, f"{reason}{_remedies(no_sound)}")
    told = f"Nobody can hear it. No MIDI: {no_virtual_port.what}. No audio: {no_sound.what}."
    return Output(OutputKind.NOWHERE, "", f"{told}{_remedies(no_sound, no_virtual_port)}")


def _check_synth() -> None:
    from livedshl.outputs.synth import check_synth  # late, as in `choose_output`

    check_synth()


def _with_speakers() -> str:
    """Where nobody knows who listens to the port, the speakers sound all the time."""
    until = "until you do" if are_known() else "as well"
    return f"{ON_VIRTUAL_PORT}. The speakers sound {until}."


def _general_midi_port() -> str | None:
    try:
        names = output_names()
    except LivedshlError:
        return None
    return next((name for name in names if name.startswith(_GENERAL_MIDI)), None)


def _remedies(*errors: LivedshlError) -> str:
    remedies = ". Or: ".join(error.remedy for error in errors if error.remedy)
    return f" To hear it: {remedies}." if remedies else ""


def _why_not(check: Callable[[], object]) -> LivedshlError | None:
    """What `check` finds missing, None if it passes."""
    try:
        check()
    except LivedshlError as error:
        return error
    return None

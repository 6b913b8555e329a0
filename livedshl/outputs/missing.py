"""What to install or start on this system when a part of it is missing."""

import sys
from collections.abc import Sequence

from livedshl.errors import MissingDependencyError

EXTRA_SCORES = ("verovio", "matplotlib", "resvg_py", "fpdf")
EXTRA_TRAIN = ("torch", "music21", "symusic", *EXTRA_SCORES)

# What is missing, and what installs it: on Debian and Ubuntu, Fedora, macOS, Windows.
_COMMANDS = {
    "ALSA": ("apt install libasound2", "dnf install alsa-lib", None, None),
    "PortAudio": (
        "apt install libportaudio2",
        "dnf install portaudio",
        "brew install portaudio",
        None,
    ),
    "FluidSynth": (
        "apt install libfluidsynth3",
        "dnf install fluidsynth-libs",
        "brew install fluid-synth",
        "choco install fluidsynth",
    ),
    "a soundfont": (
        "apt install timgm6mb-soundfont",
        "dnf install fluid-soundfont-gm",
        "pip install pretty_midi",
        "pip install pretty_midi",
    ),
}
# What makes a MIDI system answer, by RtMidi's name for it.
_MIDI_REMEDIES = {
    "ALSA": "Load the ALSA sequencer: sudo modprobe snd-seq",
    "Jack": "Start a JACK server (qjackctl), or use PipeWire's: pw-jack livedshl play",
}


def install_extra(extra: str) -> str:
    """The command that installs an extra of livedshl: "scores", "train", "link" or "dev"."""
    return f'pip install "livedshl[{extra}]" (in a checkout: pip install ".[{extra}]")'


def midi_remedy(systems: Sequence[str]) -> str:
    """How to make one of these MIDI systems answer; "" if there is nothing to suggest."""
    return ". Or: ".join(_MIDI_REMEDIES[name] for name in systems if name in _MIDI_REMEDIES)


def missing(what: str, purpose: str) -> MissingDependencyError:
    """The error for a missing library, with the command that installs it on this system."""
    apt, dnf, brew, choco = _COMMANDS[what]
    if sys.platform == "darwin":
        command = brew
    elif sys.platform == "win32":
        command = choco
    else:
        command = f"{apt} (Debian, Ubuntu) or {dnf} (Fedora)"
    return MissingDependencyError(
        f"{what} is missing, which {purpose} needs",
        remedy=f"Install it: {command}" if command else "Reinstall livedshl",
    )

"""What may be missing on a system, and the command that brings it."""

import sys
from collections.abc import Iterable

from livedshl.errors import MissingDependencyError

EXTRA_SCORES = ("verovio", "matplotlib", "resvg_py", "fpdf")
EXTRA_TRAIN = ("torch", "music21", "symusic", *EXTRA_SCORES)

# What may be missing, and what installs it: on Debian and Ubuntu, Fedora, macOS, Windows.
_REMEDIES = {
    "ALSA": ("sudo apt install libasound2", "sudo dnf install alsa-lib", None, None),
    "PortAudio": (
        "sudo apt install libportaudio2",
        "sudo dnf install portaudio",
        "brew install portaudio",
        None,
    ),
    "FluidSynth": (
        "sudo apt install libfluidsynth3",
        "sudo dnf install fluidsynth-libs",
        "brew install fluid-synth",
        "choco install fluidsynth",
    ),
    "a soundfont": (
        "sudo apt install timgm6mb-soundfont",
        "sudo dnf install fluid-soundfont-gm",
        "pip install pretty_midi",
        "pip install pretty_midi",
    ),
}


# What lets a program in where a MIDI system does not answer, by its name in RtMidi.
_MIDI_REMEDIES = {
    "ALSA": "Load the ALSA sequencer: sudo modprobe snd-seq",
    "Jack": "Start a JACK server (qjackctl), or use PipeWire's: pw-jack livedshl play",
}


def install_extra(extra: str) -> str:
    """The command that installs an extra of livedshl: "scores", "train", "link" or "dev"."""
    return f'pip install "livedshl[{extra}]" (in a checkout: pip install ".[{extra}]")'


def midi_remedy(systems: Iterable[str]) -> str:
    """How to make one of these MIDI systems answer; "" where nothing is known."""
    return ". ".join(_MIDI_REMEDIES[name] for name in systems if name in _MIDI_REMEDIES)


def missing(what: str, purpose: str) -> MissingDependencyError:
    """The error that `what`, needed for `purpose`, is missing, with the way to install it here."""
    apt, dnf, brew, choco = _REMEDIES[what]
    if sys.platform == "darwin":
        command = brew
    elif sys.platform == "win32":
        command = choco
    else:
        command = f"{apt} (Debian, Ubuntu) or {dnf} (Fedora)"
    remedy = f"Install it: {command}" if command else "Install livedshl again"
    return MissingDependencyError(f"{what} is missing, needed for {purpose}", remedy=remedy)

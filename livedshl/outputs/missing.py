"""One line for each library that may be missing: what to install on this system."""

import sys

from livedshl.errors import MissingDependencyError

EXTRA_SCORES = ("verovio", "matplotlib", "resvg_py", "fpdf")
EXTRA_TRAIN = ("torch", "music21", "symusic", *EXTRA_SCORES)

# What is missing, and what brings it: on Debian and Ubuntu, Fedora, macOS, Windows.
_REMEDIES = {
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


def install_extra(extra: str) -> str:
    """What brings an extra of livedshl: "scores", "train", "link" or "dev"."""
    return f'pip install "livedshl[{extra}]" (in a checkout: pip install ".[{extra}]")'


def missing(what: str, purpose: str) -> MissingDependencyError:
    """The error that says `what` is missing, for which purpose, and how to get it here."""
    apt, dnf, brew, choco = _REMEDIES[what]
    if sys.platform == "darwin":
        remedy = brew
    elif sys.platform == "win32":
        remedy = choco
    else:
        remedy = f"{apt} (Debian, Ubuntu) or {dnf} (Fedora)"
    advice = f"; install it: {remedy}" if remedy else "; reinstall livedshl"
    return MissingDependencyError(f"{what} is missing, which {purpose} needs{advice}")

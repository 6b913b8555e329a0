"""What may be missing on a system, and the command that brings it."""

import sys
from collections.abc import Iterable, Sequence

from livedshl.errors import MissingDependencyError

EXTRA_SCORES = ("verovio", "matplotlib", "resvg_py", "fpdf")
EXTRA_TUNES = ("music21", "symusic")
EXTRA_CLUSTER = ("distributed",)
EXTRA_TRAIN = ("torch", *EXTRA_TUNES, *EXTRA_SCORES)

# What installs packages on Linux, and how; the first that a system has is named.
_INSTALLERS = {
    "apt": ("apt-get", "sudo apt install"),
    "dnf": ("dnf", "sudo dnf install"),
    "pacman": ("pacman", "sudo pacman -S"),
}
_OTHERS = {"brew": "brew install", "choco": "choco install", "pip": "pip install"}

# What may be missing, and the package that brings it, by what installs it.
_PACKAGES = {
    "ALSA": {"apt": "libasound2", "dnf": "alsa-lib", "pacman": "alsa-lib"},
    # alsa-utils: the library's own package has changed its name in Debian and Ubuntu.
    "an audio system": {"apt": "alsa-utils", "dnf": "alsa-utils", "pacman": "alsa-utils"},
    "PortAudio": {
        "apt": "libportaudio2",
        "dnf": "portaudio",
        "pacman": "portaudio",
        "brew": "portaudio",
    },
    "FluidSynth": {
        "apt": "libfluidsynth3",
        "dnf": "fluidsynth-libs",
        "pacman": "fluidsynth",
        "brew": "fluid-synth",
        "choco": "fluidsynth",
    },
    "a soundfont": {
        "apt": "timgm6mb-soundfont",
        "dnf": "fluid-soundfont-gm",
        "pacman": "soundfont-fluid",
        "pip": "pretty_midi",
    },
}


# What lets a program in where a MIDI system does not answer, by its name in RtMidi.
_MIDI_REMEDIES = {
    "ALSA": "Load the ALSA sequencer: sudo modprobe snd-seq",
    "Jack": "Start a JACK server (qjackctl), or use PipeWire's: pw-jack livedshl play",
}


def install_extra(extra: str) -> str:
    """The command that installs an extra of livedshl, such as "scores" or "tunes"."""
    return f'pip install "livedshl[{extra}]" (in a checkout: pip install ".[{extra}]")'


def midi_remedy(systems: Iterable[str]) -> str:
    """How to make one of these MIDI systems answer; "" where nothing is known."""
    return ". ".join(_MIDI_REMEDIES[name] for name in systems if name in _MIDI_REMEDIES)


def missing(what: str | Sequence[str], purpose: str) -> MissingDependencyError:
    """The error that `what`, needed for `purpose`, is missing.

    Its remedy installs all of it in one line, on this system.
    """
    parts = [what] if isinstance(what, str) else list(what)
    verb, they = ("is", "it") if len(parts) == 1 else ("are", "them")
    command = _command(parts)
    remedy = f"Install {they}: {command}" if command else "Install livedshl again"
    named = " and ".join(parts)
    return MissingDependencyError(f"{named} {verb} missing, needed for {purpose}", remedy=remedy)


def has_program(name: str) -> bool:
    """Whether this system has a program."""
    from shutil import which  # late: it takes 1.3 MB, in each of our processes

    return which(name) is not None


def _command(parts: Sequence[str]) -> str:
    """What installs these parts; "" where nothing does."""
    if sys.platform == "darwin":
        return _one_after_another(parts, ("brew", "pip"))
    if sys.platform == "win32":
        return _one_after_another(parts, ("choco", "pip"))
    here = [name for name, (program, _) in _INSTALLERS.items() if has_program(program)][:1]
    commands = {name: _one_after_another(parts, (name,)) for name in here or ("apt", "dnf")}
    if here:
        return commands[here[0]]
    return f"{commands['apt']} (Debian, Ubuntu) or {commands['dnf']} (Fedora)"


def _one_after_another(parts: Sequence[str], installers: Sequence[str]) -> str:
    """One command an installer, joined; each part by the first installer that knows it."""
    packages: dict[str, list[str]] = {}
    for part in parts:
        for name in installers:
            if (package := _PACKAGES[part].get(name)) is not None:
                packages.setdefault(name, []).append(package)
                break
    starts = _OTHERS | {name: start for name, (_, start) in _INSTALLERS.items()}
    return " && ".join(f"{starts[name]} {' '.join(packages[name])}" for name in packages)

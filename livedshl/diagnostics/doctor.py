"""What this machine has for playing, each part tried by itself, and how to fix what is missing.

MIDI ports and audio are tried as `play` uses them, by a player process: one that crashes or hangs
in a driver is only a finding.
"""

import platform
from collections.abc import Iterable
from importlib.metadata import version
from importlib.util import find_spec

from livedshl.bundle.model import load_model
from livedshl.diagnostics.finding import Finding, State, failed, tried
from livedshl.diagnostics.timing import READY_S
from livedshl.errors import LivedshlError, OutputError, PresetError
from livedshl.live.performer import Performer
from livedshl.outputs.audio_device import audio_outputs
from livedshl.outputs.choice import Output, OutputKind, choose_output
from livedshl.outputs.fluidsynth_library import fluidsynth_version
from livedshl.outputs.midi_systems import CLIENT_NAME, MidiSystem, midi_systems
from livedshl.outputs.missing import (
    EXTRA_SCORES,
    EXTRA_TRAIN,
    EXTRA_TUNES,
    install_extra,
    midi_remedy,
)
from livedshl.outputs.ports import check_virtual_ports
from livedshl.outputs.soundfont import find_soundfont
from livedshl.performance.preset import load_preset, preset_names
from livedshl.text import shown
from livedshl.version import __version__

_REINSTALL = "Install livedshl again: its folders models and presets belong to it"


def versions() -> dict[str, str]:
    """Which livedshl, Python and operating system these are."""
    return {
        "livedshl": __version__,
        "python": platform.python_version(),
        "system": platform.platform(terse=True),
    }


def examine(model: str, preset: str) -> list[Finding]:
    """Everything but the clock. The last finding says what `play` would do without options.

    model, preset: what it would play. If that finding is MISSING, it could not run.
    """
    music = [
        tried("Model", lambda: _model(model)),
        tried("Presets", lambda: _presets(preset)),
    ]
    return [
        *music,
        *_midi(),
        *_sound(),
        tried("Ableton Link", _link),
        tried("Pictures", _pictures),
        tried("Own tunes", _tunes),
        tried("Training", _training),
        tried("play", lambda: _play(music)),
    ]


def _model(name: str) -> Finding:
    try:
        library = load_model(name).bundle.library
    except LivedshlError as error:
        return Finding("Model", State.MISSING, failed("", error).detail, _REINSTALL)
    return Finding(
        "Model", State.OK, f"{name}: {len(library.tunes):,} tunes, {len(library):,} segments"
    )


def _presets(preset: str) -> Finding:
    load_preset(preset)
    names = preset_names()
    for name in names:
        try:
            load_preset(name)
        except PresetError as error:
            return Finding("Presets", State.LIMITED, str(error))
    return Finding("Presets", State.OK, ", ".join(names))


def _midi() -> list[Finding]:
    try:
        systems = midi_systems()
    except Exception as error:  # as in `tried`
        return [failed("MIDI", error)]
    needed = not any(system.answers for system in systems)
    return [
        *(_midi_system(system, needed) for system in systems),
        tried("Virtual port", _virtual_port),
    ]


def _midi_system(system: MidiSystem, needed: bool) -> Finding:
    what = f"MIDI: {system.name}"
    if not system.answers:
        remedy = midi_remedy([system.name]) if needed else ""
        state = State.MISSING if needed else State.OPTIONAL
        return Finding(what, state, "does not answer" + ("" if needed else ", not needed"), remedy)
    names = {"outputs": system.outputs, "inputs": system.inputs}
    told = (f"{kind}: {', '.join(map(shown, ports)) or 'none'}" for kind, ports in names.items())
    return Finding(what, State.OK, "\n".join(told), names=names)


def _virtual_port() -> Finding:
    check_virtual_ports()
    _open(Output(OutputKind.VIRTUAL, CLIENT_NAME, ""))
    return Finding("Virtual port", State.OK, "available")


def _sound() -> list[Finding]:
    parts = [tried("FluidSynth", _fluidsynth), tried("Soundfont", _soundfont)]
    if all(part.state is State.OK for part in parts):
        parts.append(tried("Synthesiser", _synthesiser))
    return [tried("Audio", _audio), *parts]


def _audio() -> Finding:
    names = audio_outputs()
    others = f", and {len(names) - 1} more" if len(names) > 1 else ""
    return Finding("Audio", State.OK, names[0] + others, names={"devices": tuple(names)})


def _fluidsynth() -> Finding:
    return Finding("FluidSynth", State.OK, fluidsynth_version())


def _soundfont() -> Finding:
    return Finding("Soundfont", State.OK, str(find_soundfont()))


def _synthesiser() -> Finding:
    _open(Output(OutputKind.SYNTH, str(find_soundfont()), ""))
    return Finding("Synthesiser", State.OK, "opens an audio output")


def _link() -> Finding:
    try:
        import link  # noqa: F401
    except ImportError:
        detail = "not installed; needed to join an Ableton Link session"
        return Finding("Ableton Link", State.OPTIONAL, detail, install_extra("link"))
    return Finding("Ableton Link", State.OK, f"LinkPython-extern {version('LinkPython-extern')}")


def _pictures() -> Finding:
    return _extra("Pictures", EXTRA_SCORES, "scores", "verovio", "for scores and piano rolls")


def _tunes() -> Finding:
    return _extra("Tune books", EXTRA_TUNES, "tunes", "music21", "for the collections in music21")


def _training() -> Finding:
    return _extra("Training", EXTRA_TRAIN, "train", "torch", "for `livedshl train`")


def _extra(what: str, modules: Iterable[str], extra: str, chief: str, purpose: str) -> Finding:
    """Whether the modules of an extra are all there, and the version of the chief one."""
    absent = [module for module in modules if find_spec(module) is None]
    if absent:
        detail = f"not installed: {', '.join(absent)}; {purpose}"
        return Finding(what, State.OPTIONAL, detail, install_extra(extra))
    return Finding(what, State.OK, f"installed, with {chief} {version(chief)}")


def _play(music: list[Finding]) -> Finding:
    for finding in music:
        if finding.state is State.MISSING:
            return Finding("play", State.MISSING, f"cannot run: {finding.detail}", finding.remedy)
    output = choose_output(port=None, synth=False, soundfont=None)
    try:
        _open(output)
    except OutputError as error:
        finding = failed("play", error)
        return Finding("play", State.MISSING, f"cannot run: {finding.detail}", finding.remedy)
    if output.kind is OutputKind.NOWHERE:
        return Finding(
            "play",
            State.LIMITED,
            "runs but is silent: without MIDI and audio it only records a MIDI file",
            "Fix MIDI or audio, above",
        )
    return Finding("play", State.OK, output.reason)


def _open(output: Output) -> None:
    """Lets a player process open the output and close it at once. Nothing sounds."""
    with Performer(output) as performer:
        performer.wait_ready(READY_S)

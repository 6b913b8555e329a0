"""What this machine has for playing, each part tried on its own, and what mends what is missing.

MIDI ports, audio and the clock are tried as `play` uses them, by a player process: one that
crashes or hangs in a driver is only a finding.
"""

import platform
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from importlib.metadata import version
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from livedshl import __version__
from livedshl.bundle.model import load_model
from livedshl.errors import LivedshlError, OutputError, PresetError
from livedshl.live.performer import Performer
from livedshl.midi.message import NOTE_OFF, NOTE_ON
from livedshl.outputs.choice import Output, OutputKind, choose_output
from livedshl.outputs.missing import EXTRA_SCORES, EXTRA_TRAIN, install_extra
from livedshl.outputs.ports import CLIENT_NAME, MidiSystem, check_virtual_ports, midi_systems
from livedshl.outputs.synth import audio_outputs, find_soundfont, fluidsynth_version
from livedshl.performance.preset import load_preset, preset_names
from livedshl.player.realtime import NORMAL, realtime_remedy
from livedshl.units import TICKS_PER_BEAT, seconds_to_ticks

_READY_S = 20.0  # a driver that has not opened by then hangs
_TEMPO_BPM = 240
_TICKS_PER_16TH = TICKS_PER_BEAT // 4
_START_DELAY_S = 0.1
_WAIT_S = 0.1
_EDGES_MS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
_UNHEARD_MS = 3.0  # a metre further from the loudspeaker
_REINSTALL = "install livedshl again; its folders models and presets belong to it"
# What lets a program in where a MIDI API does not, by RtMidi's name.
_MIDI_REMEDIES = {
    "ALSA": "load the sequencer: sudo modprobe snd-seq",
    "Jack": "start a JACK server (qjackctl), or use PipeWire's: pw-jack livedshl play",
}


class State(Enum):
    """How a part of the machine is."""

    OK = "ok"
    OPTIONAL = "optional"  # not there, and not needed for playing
    LIMITED = "limited"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of the machine.

    remedy: what to do about it, on one or several lines; "" if nothing is to be done. names: the
    ports or devices found, by kind.
    """

    what: str
    state: State
    detail: str
    remedy: str = ""
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Timing:
    """How late a player process sent 16ths, with nothing else to do.

    histogram: (milliseconds, how many events were late by up to that), ascending; the last one is
    `inf`.
    """

    seconds: float
    realtime: str
    p50_ms: float
    p99_ms: float
    max_ms: float
    histogram: tuple[tuple[float, int], ...]


def versions() -> dict[str, str]:
    """Which livedshl, Python and operating system these are."""
    return {
        "livedshl": __version__,
        "python": platform.python_version(),
        "system": platform.platform(terse=True),
    }


def examine(model: str, preset: str) -> list[Finding]:
    """Everything but the clock; the last finding tells what `play` would do by itself.

    model, preset: what it would play. Where that finding is MISSING, it could not run.
    """
    music = [
        _tried("Bundle", lambda: _bundle(model)),
        _tried("Presets", lambda: _presets(preset)),
    ]
    return [
        *music,
        *_midi(),
        *_sound(),
        _tried("Ableton Link", _link),
        _tried("Pictures", _pictures),
        _tried("Training", _training),
        _tried("play", lambda: _play(music)),
    ]


def measure(seconds: float, progress: Callable[[float], None]) -> Timing:
    """Plays 16ths to nobody for so long. Raises OutputError if no player starts, or if it dies.

    progress: told the share that is done, 0 to 1.
    """
    end = round(seconds_to_ticks(seconds, _TEMPO_BPM))
    with Performer(Output(OutputKind.NOWHERE, "", "")) as performer:
        performer.wait_ready(_READY_S)
        performer.send(_sixteenths(end), end)
        performer.start(0, _TEMPO_BPM, _START_DELAY_S)
        performer.finish(end)
        while not performer.ended:
            performer.wait(_WAIT_S)
            progress(min(1.0, performer.tick / end))
        report = performer.report()
        histogram = tuple(performer.lateness.rows(_EDGES_MS))
    if report is None:
        raise OutputError("the player process died; run `livedshl doctor` again")
    figures = (report.lateness_p50_ms, report.lateness_p99_ms, report.lateness_max_ms)
    p50_ms, p99_ms, max_ms = (round(milliseconds, 3) for milliseconds in figures)
    return Timing(seconds, report.realtime, p50_ms, p99_ms, max_ms, histogram)


def judge(timing: Timing) -> list[Finding]:
    """What the timing says about the clock."""
    granted = timing.realtime != NORMAL
    realtime = Finding(
        "Real time",
        State.OK if granted else State.LIMITED,
        f"granted: {timing.realtime}" if granted else "refused: the clock has normal priority",
        "" if granted else realtime_remedy(),
    )
    steady = timing.p99_ms <= _UNHEARD_MS
    clock = Finding(
        "Timing",
        State.OK if steady else State.LIMITED,
        f"{timing.p50_ms:.2f}/{timing.p99_ms:.2f}/{timing.max_ms:.2f} ms late "
        f"(median, 99 %, worst), {timing.seconds:g} s of 16ths",
        "" if steady else "end what else keeps the processors busy",
    )
    return [realtime, clock]


def failed(what: str, error: Exception) -> Finding:
    """The finding for a part that cannot be had; our errors say what is wrong; what to do."""
    if not isinstance(error, LivedshlError):
        return Finding(what, State.MISSING, f"unexpected {type(error).__name__}: {error}")
    detail, _, remedy = str(error).partition("; ")
    return Finding(what, State.MISSING, detail, remedy.removeprefix("install it: "))


def _tried(what: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except Exception as error:  # whatever a broken library raises must not hide the other findings
        return failed(what, error)


def _bundle(model: str) -> Finding:
    try:
        bundle = load_model(model).bundle
    except LivedshlError as error:
        return Finding("Bundle", State.MISSING, failed("", error).detail, _REINSTALL)
    tunes, segments = len(bundle.library.tunes), len(bundle.library)
    return Finding("Bundle", State.OK, f"{model}: {tunes:,} tunes, {segments:,} segments")


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
    except Exception as error:  # as in _tried
        return [failed("MIDI", error)]
    needed = not any(system.answers for system in systems)
    return [
        *(_midi_system(system, needed) for system in systems),
        _tried("Virtual port", _virtual_port),
    ]


def _midi_system(system: MidiSystem, needed: bool) -> Finding:
    what = f"MIDI: {system.name}"
    if not system.answers:
        remedy = _MIDI_REMEDIES.get(system.name, "") if needed else ""
        state = State.MISSING if needed else State.OPTIONAL
        return Finding(what, state, "does not answer" + ("" if needed else "; not needed"), remedy)
    names = {"outputs": system.outputs, "inputs": system.inputs}
    told = (f"{kind}: {', '.join(ports) or 'none'}" for kind, ports in names.items())
    return Finding(what, State.OK, "\n".join(told), names=names)


def _virtual_port() -> Finding:
    check_virtual_ports()
    _open(Output(OutputKind.VIRTUAL, CLIENT_NAME, ""))
    return Finding("Virtual port", State.OK, "can be made")


def _sound() -> list[Finding]:
    parts = [_tried("FluidSynth", _fluidsynth), _tried("Soundfont", _soundfont)]
    if all(part.state is State.OK for part in parts):
        parts.append(_tried("Synthesiser", _synthesiser))
    return [_tried("Audio", _audio), *parts]


def _audio() -> Finding:
    names = audio_outputs()
    if not names:
        remedy = "connect and switch on an audio device; its sound server must run"
        return Finding("Audio", State.MISSING, "no device to play on", remedy)
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
        return Finding(
            "Ableton Link", State.OPTIONAL, "not installed; for --sync link", install_extra("link")
        )
    return Finding("Ableton Link", State.OK, f"LinkPython-extern {version('LinkPython-extern')}")


def _pictures() -> Finding:
    return _extra("Pictures", EXTRA_SCORES, "scores", "verovio", "for scores and piano rolls")


def _training() -> Finding:
    return _extra("Training", EXTRA_TRAIN, "train", "torch", "for `livedshl train`")


def _extra(what: str, modules: Iterable[str], extra: str, chief: str, purpose: str) -> Finding:
    """Whether the modules of an extra are all there, and the version of the chief one."""
    absent = [module for module in modules if find_spec(module) is None]
    if absent:
        detail = f"not installed: {', '.join(absent)}; {purpose}"
        return Finding(what, State.OPTIONAL, detail, install_extra(extra))
    return Finding(what, State.OK, f"all there, with {chief} {version(chief)}")


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
            "runs, but nobody hears it: without MIDI and audio it only records a MIDI file",
            "mend MIDI or audio, above",
        )
    return Finding("play", State.OK, output.reason)


def _open(output: Output) -> None:
    """Lets a player process open the output, and close it at once; nothing sounds."""
    with Performer(output) as performer:
        performer.wait_ready(_READY_S)


def _sixteenths(end: int) -> NDArray[np.int64]:
    """Events, int64[n, 4]: a note on every 16th, each half as long."""
    events = [
        (tick, status, 60, velocity)
        for start in range(0, end, _TICKS_PER_16TH)
        for tick, status, velocity in (
            (start, NOTE_ON, 90),
            (start + _TICKS_PER_16TH // 2, NOTE_OFF, 0),
        )
    ]
    return np.array(events, np.int64)

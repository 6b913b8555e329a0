"""An endless live accompanist: tunes cut into segments, chained by learned hash codes.

Render eight bars:

    import livedshl

    settings = livedshl.make_settings("jig", key="Em", bars=8, seed=7)
    livedshl.render(settings, "tune.mid", "tune.musicxml")

Look at what is composed:

    for hop in livedshl.compose(settings):
        print(hop.provenance.song, hop.chords, len(hop.notes))

Play, and steer it while it plays:

    with livedshl.Session(livedshl.make_settings("jig"), port="IAC Bus") as session:
        session.send(livedshl.SetTempo(132))
        session.end()

Importing livedshl loads none of its parts; each name of `__all__` is loaded when it is first used.
The folders hold the parts, in the order in which the music flows: `corpus`, `music`, `learning`,
`bundle`, `index`, `improviser`, `arranger`, `performance`, `live`, `player`, `outputs`, `cli`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from livedshl.version import __version__

if TYPE_CHECKING:
    from livedshl.bundle.model import Model, list_models, load_model
    from livedshl.corpus.library import Corpus, read_tunes
    from livedshl.errors import (
        BundleError,
        CommandError,
        ControllerError,
        CorpusError,
        LivedshlError,
        MissingDependencyError,
        OutputError,
        PresetError,
        SettingsError,
        TakeError,
        TraceError,
        TuneError,
    )
    from livedshl.improviser.provenance import Provenance
    from livedshl.improviser.trace_file import read_trace
    from livedshl.live.snapshot import Snapshot
    from livedshl.midi.sounding import notes_of
    from livedshl.music.chords import Chord
    from livedshl.music.leadsheet import Key, LeadSheet
    from livedshl.outputs.choice import Output, choose_output
    from livedshl.performance.commands import (
        Choose,
        ChooseModel,
        ChoosePreset,
        Command,
        End,
        Fill,
        FollowChord,
        Freeze,
        Hold,
        Lock,
        Mute,
        NextTune,
        Panic,
        Pause,
        PlaySong,
        ReRoll,
        SetAdventure,
        SetChart,
        SetDensity,
        SetIntensity,
        SetKey,
        SetLatency,
        SetLevel,
        SetSwing,
        SetTempo,
        Solo,
        Undo,
        Vary,
    )
    from livedshl.performance.hop import Hop, compose
    from livedshl.performance.options import make_settings
    from livedshl.performance.preset import Preset, load_preset
    from livedshl.performance.preset import preset_names as list_presets
    from livedshl.performance.settings import Settings
    from livedshl.player.clock.source import ClockSettings, Sync
    from livedshl.playing import BackgroundSession as Session
    from livedshl.rendering import Replay, render, render_take, replay

# The public names by the module that defines them; "list_presets" stands for another name there.
_MODULES = {
    "bundle.model": ("Model", "list_models", "load_model"),
    "corpus.library": ("Corpus", "read_tunes"),
    "errors": (
        "BundleError",
        "CommandError",
        "ControllerError",
        "CorpusError",
        "LivedshlError",
        "MissingDependencyError",
        "OutputError",
        "PresetError",
        "SettingsError",
        "TakeError",
        "TraceError",
        "TuneError",
    ),
    "improviser.provenance": ("Provenance",),
    "improviser.trace_file": ("read_trace",),
    "live.snapshot": ("Snapshot",),
    "midi.sounding": ("notes_of",),
    "music.chords": ("Chord",),
    "music.leadsheet": ("Key", "LeadSheet"),
    "outputs.choice": ("Output", "choose_output"),
    "performance.commands": (
        "Choose",
        "ChooseModel",
        "ChoosePreset",
        "Command",
        "End",
        "Fill",
        "FollowChord",
        "Freeze",
        "Hold",
        "Lock",
        "Mute",
        "NextTune",
        "Panic",
        "Pause",
        "PlaySong",
        "ReRoll",
        "SetAdventure",
        "SetChart",
        "SetDensity",
        "SetIntensity",
        "SetKey",
        "SetLatency",
        "SetLevel",
        "SetSwing",
        "SetTempo",
        "Solo",
        "Undo",
        "Vary",
    ),
    "performance.hop": ("Hop", "compose"),
    "performance.options": ("make_settings",),
    "performance.preset": ("Preset", "list_presets", "load_preset"),
    "performance.settings": ("Settings",),
    "player.clock.source": ("ClockSettings", "Sync"),
    "playing": ("Session",),
    "rendering": ("Replay", "render", "render_take", "replay"),
}
_ELSEWHERE = {"list_presets": "preset_names", "Session": "BackgroundSession"}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "BundleError",
    "Choose",
    "ChooseModel",
    "ChoosePreset",
    "Chord",
    "ClockSettings",
    "Command",
    "CommandError",
    "ControllerError",
    "Corpus",
    "CorpusError",
    "End",
    "Fill",
    "FollowChord",
    "Freeze",
    "Hold",
    "Hop",
    "Key",
    "LeadSheet",
    "LivedshlError",
    "Lock",
    "MissingDependencyError",
    "Model",
    "Mute",
    "NextTune",
    "Output",
    "OutputError",
    "Panic",
    "Pause",
    "PlaySong",
    "Preset",
    "PresetError",
    "Provenance",
    "ReRoll",
    "Replay",
    "Session",
    "SetAdventure",
    "SetChart",
    "SetDensity",
    "SetIntensity",
    "SetKey",
    "SetLatency",
    "SetLevel",
    "SetSwing",
    "SetTempo",
    "Settings",
    "SettingsError",
    "Snapshot",
    "Solo",
    "Sync",
    "TakeError",
    "TraceError",
    "TuneError",
    "Undo",
    "Vary",
    "__version__",
    "choose_output",
    "compose",
    "list_models",
    "list_presets",
    "load_model",
    "load_preset",
    "make_settings",
    "notes_of",
    "read_trace",
    "read_tunes",
    "render",
    "render_take",
    "replay",
]


def __getattr__(name: str) -> Any:
    """Loads a public name when it is first used (PEP 562)."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(f"{__name__}.{_MODULE_OF[name]}")
    value = globals()[name] = getattr(module, _ELSEWHERE.get(name, name))
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])

"""The meta messages that say key, section and chord, and tracks of such messages.

Programs that read MIDI files show markers as sections. There is no message for a chord. The name as
a text event is the form that notation programs and DAWs show, in a track of its own.
"""

from collections.abc import Iterable

import mido

from livedshl.midi.signs import Signs
from livedshl.music.leadsheet import Key, Mode
from livedshl.music.spelling import fifths_of, spell
from livedshl.text import shown

Timed = tuple[int, mido.MetaMessage | mido.Message]

CHARSET = "utf-8"
_SIGNS = {-1: "b", 0: "", 1: "#"}


def key_message(key: Key) -> mido.MetaMessage | None:
    """The key signature; None for a mode that MIDI has no name near to.

    A Dorian key is written as minor, a Mixolydian one as major, on the same tonic.
    """
    home = key.mode.home
    if home is None:
        return None
    letter, alter = spell(key.tonic, fifths_of(Key(key.tonic, home)))
    name = letter + _SIGNS[alter] + ("m" if home is Mode.MINOR else "")
    return mido.MetaMessage("key_signature", key=name)


def section_message(name: str) -> mido.MetaMessage:
    """The marker of a section that starts."""
    return mido.MetaMessage("marker", text=shown(name))


def chord_message(name: str) -> mido.MetaMessage:
    """The name of a chord that starts."""
    return mido.MetaMessage("text", text=name)


def key_and_section_messages(signs: Signs) -> list[Timed]:
    """The messages of the keys and sections, each with its tick."""
    keys = ((tick, key_message(key)) for tick, key in signs.keys)
    sections = ((tick, section_message(name)) for tick, name in signs.sections)
    return [*((tick, message) for tick, message in keys if message), *sections]


def chord_messages(signs: Signs) -> list[Timed]:
    """The messages of the chords, each with its tick."""
    return [(tick, chord_message(name)) for tick, name in signs.chords]


def signs_of(messages: Iterable[Timed]) -> Signs:
    """The signs that some messages say; an empty text says nothing."""
    metas = [(tick, message) for tick, message in messages if message.is_meta]
    return Signs(
        keys=tuple((tick, Key.parse(m.key)) for tick, m in metas if m.type == "key_signature"),
        sections=tuple((tick, m.text) for tick, m in metas if m.type == "marker"),
        chords=tuple((tick, m.text) for tick, m in metas if m.type == "text" and m.text),
    )


def meta_bytes(message: mido.MetaMessage) -> bytes:
    """The message in a file, after its time."""
    with mido.midifiles.meta.meta_charset(CHARSET):
        return bytes(message.bytes())


def track_of(name: str, messages: Iterable[Timed], end: int) -> mido.MidiTrack:
    """A track of messages, note-offs first at each tick. end: the tick at which it ends."""
    track = mido.MidiTrack([mido.MetaMessage("track_name", name=shown(name))] if name else [])
    now = 0
    in_order = sorted(messages, key=lambda timed: (timed[0], timed[1].type != "note_off"))
    for tick, message in in_order:
        track.append(message.copy(time=tick - now))
        now = tick
    track.append(mido.MetaMessage("end_of_track", time=max(0, end - now)))
    return track

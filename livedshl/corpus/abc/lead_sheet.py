"""Makes the lead sheet of an ABC tune from the bars of its voices."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from livedshl.corpus.abc.bars import AbcBar
from livedshl.corpus.abc.form import order_of
from livedshl.corpus.abc.header import Header, VoiceInfo
from livedshl.corpus.abc.playing import play_out
from livedshl.corpus.account import Account
from livedshl.corpus.part_names import melody_rank, names_accompaniment
from livedshl.errors import CorpusError
from livedshl.music import LeadSheet


def lead_sheet(
    voices: Mapping[str, Sequence[AbcBar]], header: Header, title: str, source: str
) -> tuple[LeadSheet, Account]:
    """The melody of a tune as it is played, with chord symbols and what accompanies it.

    voices: the bars of each, by name. Raises CorpusError if there is no melody.
    """
    if not any(voices.values()):
        raise CorpusError("no music in it")
    names = [name for name in _from_the_top(voices, header) if _has_notes(voices[name])]
    if not names:
        raise CorpusError("no melody")
    labels = {name: _label(header.voices.get(name), name) for name in names}
    melody = _melody(names, header)
    harmony = _harmony(voices, names, melody)
    others = _accompaniment(voices, names, header, melody)
    order = order_of(voices[melody], header.parts, header.warnings)
    played = play_out(
        [voices[melody][n] for n in order],
        [voices[harmony][n] for n in order],
        [[voices[name][n] for n in order] for name in others],
    )
    chords = np.array(played.chords, np.int32).reshape(-1, 4)
    sheet = LeadSheet(
        title=title,
        source=source,
        metre_changes=tuple(played.metres),
        key_changes=tuple(played.keys),
        bars=np.array(played.bars, np.int32),
        notes=np.array(played.notes, np.int32).reshape(-1, 3),
        chords=chords[:, :3],
        end=played.end,
        sections=tuple(played.sections),
        accompaniment=np.array(played.accompaniment, np.int32).reshape(-1, 4),
        basses=chords[:, 3],
    )
    taken = [f"{labels[melody]}: melody"] if len(names) > 1 else []
    taken += [f"{labels[harmony]}: chords"] if harmony != melody else []
    taken += [f"{labels[name]}: accompaniment" for name in others]
    left = tuple(labels[name] for name in names if name not in (melody, harmony, *others))
    return sheet, Account(taken=tuple(taken), left=left, warnings=header.warnings.all())


def _from_the_top(voices: Mapping[str, Sequence[AbcBar]], header: Header) -> list[str]:
    """The names of the voices that have music, in the order of the page."""
    names = dict.fromkeys([*header.voices, *voices])
    return [name for name in names if name in voices]


def _has_notes(bars: Sequence[AbcBar]) -> bool:
    return any(sound.pitches for bar in bars for sound in bar.sounds)


def _label(info: VoiceInfo | None, name: str) -> str:
    return info.label if info else name


def _melody(names: Sequence[str], header: Header) -> str:
    """The voice of the melody: one that is named so, or the highest on the page."""
    infos = {name: header.voices.get(name) or VoiceInfo(name) for name in names}
    pitched = [name for name in names if not infos[name].is_percussion]
    named = [name for name in pitched if _is_named_melody({name, infos[name].label})]
    high = [name for name in pitched if not infos[name].is_bass]
    return [*named, *high, *pitched, *names][0]


def _is_named_melody(names: Collection[str]) -> bool:
    """names: what a voice is called, in the tune and above its staff."""
    accompanies = any(names_accompaniment(name) for name in names)
    return not accompanies and any(melody_rank(name) is not None for name in names)


def _harmony(voices: Mapping[str, Sequence[AbcBar]], names: Sequence[str], melody: str) -> str:
    """The voice whose chord symbols are taken: the melody, or one that has the same bars."""
    for name in [melody, *names]:
        with_symbols = any(bar.symbols for bar in voices[name])
        if with_symbols and _run_together(voices[name], voices[melody]):
            return name
    return melody


def _accompaniment(
    voices: Mapping[str, Sequence[AbcBar]], names: Sequence[str], header: Header, melody: str
) -> list[str]:
    """The pitched voices that have the same bars as the melody."""
    infos = {name: header.voices.get(name) or VoiceInfo(name) for name in names}
    return [
        name
        for name in names
        if name != melody
        and not infos[name].is_percussion
        and _run_together(voices[name], voices[melody])
    ]


def _run_together(bars: Sequence[AbcBar], others: Sequence[AbcBar]) -> bool:
    return bars is others or [bar.ticks for bar in bars] == [bar.ticks for bar in others]

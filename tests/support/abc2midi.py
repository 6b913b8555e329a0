"""Reads ABC with abc2midi, the program that musicians trust, for comparison.

abc2midi performs what it reads: it plays trills and rolls, shortens staccato notes, lengthens
fermatas and swings hornpipes. It also needs some things spelled out. So a tune is rewritten before
it is given to abc2midi, and before we read it: nothing of this changes what is written.
"""

import re
import subprocess
from pathlib import Path

import mido

from livedshl.corpus.abc.tokens import TOKEN

_FIELD = re.compile(r"(?:[H-WYXh-wyxZz+]|[A-Ga-g](?=:(?![|:]))):|%|\s*$")
# What each line of music loses or is spelled otherwise, and why.
_REWRITTEN = (
    (r'"[^"\n]*"', ""),  # D.C. and the like, which abc2midi does not play
    (r"!(?:D\.C\.|D\.S\.|segno|coda|fine|trill|roll)!", ""),
    (r"[~T]", ""),  # it plays trills and rolls,
    (r"\.(?!\|)", ""),  # and shortens staccato notes
    (r"\[\|\](?=[:|])", ""),  # an invisible bar line,
    (r"\[\|\]", "|"),  # which it takes for a chord
    (r":\|+:", "::"),  # it knows no other spelling of two repeats that meet
    (r"\|+\|:", "|| |:"),  # "||:" is no start for it,
    (r"\|\|(?=[12])", "|"),  # and "||1" no ending
    (r"\+([A-Ga-g\d,'/]{2,})\+", r"[\1]"),  # a chord as the first ABC wrote them
    (r"^:(?=[A-Ga-g ])", "|:"),  # behind a bar line at the end of the line before
)


class _Section:
    """What may be repeated: where it begins, and what has been seen of it."""

    def __init__(self, place, before=None, has_start=False):
        self.place, self.before, self.has_start = place, before, has_start
        self.ending, self.is_repeated, self.is_empty = 0, False, True
        self.last_edit = None  # of its last ending, unless another follows


def written_out(text):
    """A tune without what abc2midi performs, and spelled as it needs it."""
    lines = []
    for line in text.split("\n"):
        if re.match(r"[RQ]:", line):  # hornpipes (R:) are swung
            continue
        if not _FIELD.match(line):
            for pattern, replacement in _REWRITTEN:
                line = re.sub(pattern, replacement, line, flags=re.IGNORECASE if "D" in pattern
                              else 0)  # fmt: skip
        lines.append(line)
    return re.sub(r"\|\\\n\|?(?=\d)", "|", "\n".join(lines))  # an ending on the next line


def with_repeat_signs(text):
    """A tune with every |: that it leaves out, since abc2midi goes back to another place then.

    ABC leaves it out where a section follows a double bar line, an ending or another repeat.
    """
    lines = text.split("\n")
    first = next((n for n, line in enumerate(lines, 1) if line.startswith("K:")), len(lines))
    edits, sections, voice = [], {}, ""
    for number, line in enumerate(lines[first:], first):
        if line.startswith("V:"):
            voice = line.split()[0]
        elif line.startswith("P:"):
            sections = {}
        elif not _FIELD.match(line):
            voice = _edit_line(line, number, voice, sections, edits)
    for number, start, end, sign in sorted(set(edits), reverse=True):
        lines[number] = lines[number][:start] + sign + lines[number][end:]
    return "\n".join(lines)


def _edit_line(line, number, voice, sections, edits):
    for token in TOKEN.finditer(line):
        kind = token.lastgroup
        if kind == "space":
            continue
        if kind == "field":
            voice = token[0] if token[0].startswith("[V:") else voice
        elif token[0] == "%":
            break
        elif kind == "ending":
            _enter_ending(sections, voice, token["ending"], edits)
        else:
            section = sections.setdefault(voice, _Section((number, token.start())))
            if kind == "bar":
                _pass_bar_line(token, number, voice, sections, edits)
            else:
                section.is_empty = False
    return voice


def _pass_bar_line(token, number, voice, sections, edits):
    section, signs = sections[voice], token["lines"]
    place = (number, token.end("lines"))
    ends, starts = signs.startswith(":") and signs != ":", signs.endswith(":")
    if ends:
        if section.ending > 1 and section.is_repeated:  # the last ending is not repeated
            sign = "|||:" if starts else "||"
            section.last_edit = (number, token.start("lines"), place[1], sign)
            edits.append(section.last_edit)
        elif not section.has_start and not section.is_repeated:
            edits.append((*section.place, section.place[1], " |: "))
        section.is_repeated = True
        sections[voice] = _Section(place, section, starts)
    elif starts:
        sections[voice] = _Section(place, has_start=True)
    elif "||" in signs or "]" in signs or "[" in signs:
        is_open = section.has_start or section.ending == 1
        if section.is_repeated or not is_open:
            sections[voice] = _Section(place)
    if token["passes"]:
        _enter_ending(sections, voice, token["passes"], edits)


def _enter_ending(sections, voice, numbers, edits):
    section = sections.get(voice)
    number = int(re.match(r"\d+", numbers)[0])
    if section and section.is_empty and section.before and number > 1:
        section = sections[voice] = section.before
        if section.last_edit in edits:
            edits.remove(section.last_edit)
    if section:
        section.ending = number


def melody_of(text, folder):
    """The highest notes that abc2midi reads in a tune: onset, length and pitch; None if it fails.

    The first onset is 0. Of several voices, the first.
    """
    book, midi = Path(folder) / "tune.abc", Path(folder) / "tune.mid"
    midi.unlink(missing_ok=True)
    text = re.sub(r"^X:.*", "X:1\n%%MIDI gchordoff", with_repeat_signs(text), count=1)
    book.write_text(text.rstrip("\n") + "\n", encoding="utf-8")
    command = ["abc2midi", book, "1", "-o", midi, "-NGRA", "-NFER", "-quiet"]
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    if not midi.exists() or midi.stat().st_size < 20:
        return None
    tracks = [_notes(track) for track in mido.MidiFile(midi).tracks]
    return next((highest(notes) for notes in tracks if notes), [])


def _notes(track):
    notes, sounding, tick = [], {}, 0
    for message in track:
        tick += message.time
        if message.type == "note_on" and message.velocity:
            sounding.setdefault(message.note, []).append(tick)
        elif message.type in ("note_on", "note_off") and sounding.get(message.note):
            start = sounding[message.note].pop(0)
            notes.append((start, tick - start, message.note))
    return sorted(notes, key=lambda note: (note[0], -note[2]))


def highest(notes):
    """One note at a time, from 0. abc2midi may spread a chord over some ticks."""
    line = []
    for onset, length, pitch in notes:
        if line:
            start, lasting, top = line[-1]
            if onset - start <= 45 and abs(onset + length - start - lasting) < 2:
                line[-1] = (start, lasting, max(top, pitch))
                continue
        line.append((onset, length, pitch))
    return [(onset - line[0][0], length, pitch) for onset, length, pitch in line]

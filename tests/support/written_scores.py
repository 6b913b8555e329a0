"""Small MusicXML scores for tests, written bar by bar. A quarter note has 4 divisions."""

from pathlib import Path

from livedshl.corpus.musicxml import read_musicxml

FORWARD = '<barline location="left"><repeat direction="forward"/></barline>'
BACKWARD = '<barline location="right"><repeat direction="backward"/></barline>'


def note(name: str, quarters: float = 1, more: str = "", before: str = "") -> str:
    """A note as "C4", "F#4" or "Bb3", or a rest as "r".

    more: elements behind its duration. before: elements in front of its pitch.
    """
    pitch = "<rest/>"
    if name != "r":
        alter = {"#": "<alter>1</alter>", "b": "<alter>-1</alter>"}.get(name[1:2], "")
        pitch = f"<pitch><step>{name[0]}</step>{alter}<octave>{name[-1]}</octave></pitch>"
    return f"<note>{before}{pitch}<duration>{quarters * 4:g}</duration>{more}</note>"


def notes(names: str, quarters: float = 1, more: str = "") -> str:
    """Several notes of one length, as "C4 D4 r G4"."""
    return "".join(note(name, quarters, more) for name in names.split())


def attributes(
    metre: str = "4/4", fifths: int | None = 0, mode: str = "major", more: str = ""
) -> str:
    """The signatures that a part begins with."""
    beats, unit = metre.split("/")
    mode = f"<mode>{mode}</mode>" if mode else ""
    key = "" if fifths is None else f"<key><fifths>{fifths}</fifths>{mode}</key>"
    time = f"<time><beats>{beats}</beats><beat-type>{unit}</beat-type></time>"
    return f"<attributes><divisions>4</divisions>{key}{time}{more}</attributes>"


def backup(quarters: float) -> str:
    """Goes back in time, to write another voice."""
    return f"<backup><duration>{quarters * 4:g}</duration></backup>"


def chord(root: str, kind: str = "major", more: str = "", text: str = "") -> str:
    """A chord symbol; with `text`, of the kind "other" and printed so."""
    written = f'<kind text="{text}">other</kind>' if text else f"<kind>{kind}</kind>"
    return f"<harmony><root><root-step>{root}</root-step></root>{written}{more}</harmony>"


def words(text: str, sound: str = "") -> str:
    """Words above the staff; sound: the attributes of their <sound>."""
    played = f"<sound {sound}/>" if sound else ""
    return f"<direction><direction-type><words>{text}</words></direction-type>{played}</direction>"


def sign(name: str) -> str:
    """A segno or coda."""
    return f"<direction><direction-type><{name}/></direction-type></direction>"


def ending(number: str, kind: str) -> str:
    """The start, the stop or the open end of an ending, or "repeat": its stop and a repeat."""
    if kind == "start":
        return f'<barline location="left"><ending number="{number}" type="start"/></barline>'
    repeat = '<repeat direction="backward"/>' if kind == "repeat" else ""
    kind = "stop" if kind == "repeat" else kind
    return f'<barline location="right"><ending number="{number}" type="{kind}"/>{repeat}</barline>'


def part(*bars: str) -> str:
    """The measures of a part."""
    return "".join(
        f'<measure number="{number}">{bar}</measure>' for number, bar in enumerate(bars, 1)
    )


def score(*parts: str | tuple[str, str], head: str = "") -> str:
    """A partwise score. parts: the measures of each, after its name if it has one."""
    named = [("", each) if isinstance(each, str) else each for each in parts]
    entries = "".join(
        f'<score-part id="P{number}"><part-name>{name}</part-name></score-part>'
        for number, (name, _) in enumerate(named)
    )
    bodies = "".join(
        f'<part id="P{number}">{measures}</part>' for number, (_, measures) in enumerate(named)
    )
    return (
        '<?xml version="1.0"?><score-partwise version="4.0">'
        f"{head}<part-list>{entries}</part-list>{bodies}</score-partwise>"
    )


def read(folder: Path, text: str | bytes, name: str = "a_tune.musicxml"):
    """The lead sheet and the account of a score."""
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_musicxml(path, name)


def melody(sheet) -> str:
    """The letters of the melody's pitches, in order."""
    return "".join("C.D.EF.G.A.B"[pitch % 12] for pitch in sheet.notes[:, 2].tolist())

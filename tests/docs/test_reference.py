"""The tables of the pages say what the program does."""

import json
import re
import tomllib

import pytest
from support.charts import chart_of
from support.documents import PAGES, ROOT, blocks

from livedshl.bundle.catalogue import find_bundle
from livedshl.errors import PresetError
from livedshl.midi.general_midi import PROGRAMS
from livedshl.music import GRIDS, Chord
from livedshl.music.chords import QUALITIES
from livedshl.performance.command_kinds import COMMANDS
from livedshl.performance.preset import load_preset, preset_names, read_preset
from livedshl.performance.set_list import make_set
from livedshl.surfaces.bindings import Source
from livedshl.surfaces.gesture import Gesture
from livedshl.surfaces.keys import KEYS
from livedshl.surfaces.osc import gesture_of

PART = {"name": "Melody", "role": "melody", "channel": 1}


def rows(page, heading):
    """The rows of the tables between a heading and the next of its kind, each a list of cells.

    Their first cell begins with code; those of table heads that do so too are left out.
    """
    _, found, section = f"\n{PAGES[page]}".partition(f"\n{heading}\n")
    assert found, heading
    section = section.partition(f"\n{heading.split()[0]} ")[0]
    lines = re.findall(r"^\| (`.*) \|$(?!\n\|---)", section, re.MULTILINE)
    return [line.split(" | ") for line in lines]


def code(cell):
    """The words in a cell that are set as code."""
    return re.findall(r"`([^`]*)`", cell)


PRESET_ROWS = [
    (place, *row)
    for place, heading in (
        ("top", "## At the top"),
        ("continuation", "## `[continuation]`: which tunes may follow"),
        ("groove", "## `[groove]`: how the band plays in time"),
        ("parts", "## `[[parts]]`: the band"),
    )
    for row in rows("presets.md", heading)
    if len(row) == 4
]


def preset_with(folder, place, key, value):
    """A preset with one part, and with this value at its place; `value` is None for none."""
    tables = {"top": {}, "continuation": {}, "groove": {}, "parts": dict(PART)}
    if value is not None:
        tables[place][key] = value
    heads = {
        "top": "",
        "continuation": "[continuation]",
        "groove": "[groove]",
        "parts": "[[parts]]",
    }
    lines = [
        line
        for name, table in tables.items()
        for line in (heads[name], *(f"{k} = {json.dumps(v)}" for k, v in table.items()))
    ]
    path = folder / "a.toml"
    path.write_text("\n".join(lines))
    return read_preset(path)


@pytest.mark.parametrize(("place", "key", "value", "default", "meaning"), PRESET_ROWS)
def test_a_key_of_a_preset_takes_what_its_row_says(place, key, value, default, meaning, tmp_path):
    (key,) = code(key)
    assert meaning
    if " to " in value:
        low, high = map(json.loads, value.split(" to "))
        if key not in ("channel", "lowest", "highest"):  # which depend on other keys
            preset_with(tmp_path, place, key, low)
            preset_with(tmp_path, place, key, high)
        for beyond in (low - 1, high + 1):
            with pytest.raises(PresetError):
                preset_with(tmp_path, place, key, beyond)
    for word in code(value):
        preset_with(tmp_path, place, key, json.loads(word))
    if default[0].isdigit() or default.startswith("`"):
        stated = json.loads((code(default) or [default])[0])
        assert preset_with(tmp_path, place, key, stated) == preset_with(tmp_path, place, key, None)


def test_every_key_that_the_preset_session_explains_has_a_row():
    text = (ROOT / "presets" / "session.toml").read_text("utf-8")
    keys = set(re.findall(r"^(?:# )?(\w+) = ", text, re.MULTILINE))
    assert keys == {code(row[1])[0] for row in PRESET_ROWS}


def test_every_role_plays_the_patterns_of_its_row_and_the_first_by_default(tmp_path):
    roles = [row for row in rows("presets.md", "## `[[parts]]`: the band") if len(row) == 3]
    assert len(roles) == 6
    for role, _, patterns in roles:
        part = {"name": "a", "role": json.loads(code(role)[0])}
        part["channel"] = 10 if part["role"] == "drums" else 1
        presets = []
        for pattern in (*code(patterns), None):
            values = part | ({"pattern": pattern} if pattern else {})
            lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())
            (tmp_path / "a.toml").write_text(f"[[parts]]\n{lines}")
            presets.append(read_preset(tmp_path / "a.toml"))
        assert presets[0] == presets[-1]


def test_the_table_of_presets_is_what_ships():
    table = {code(row[0])[0]: row for row in rows("presets.md", "# Presets") if len(row) == 5}
    assert sorted(table) == preset_names()
    for name, (_, metre, tempo, key, _) in table.items():
        preset = load_preset(name)
        assert (preset.metre or "of the model", f"{preset.tempo_bpm:g}") == (metre, tempo)
        assert str(preset.key) == key


def test_the_example_of_a_preset_is_one(tmp_path):
    (example,) = blocks(PAGES["presets.md"], "toml")
    (tmp_path / "example.toml").write_text(example)
    preset = read_preset(tmp_path / "example.toml")
    assert [part.name for part in preset.parts] == ["Whistle", "Harp"]
    assert PROGRAMS[preset.parts[1].program] == "orchestral harp"


def test_every_osc_address_and_every_example_of_learning_is_understood():
    page = PAGES["controllers.md"]
    messages = re.findall(r"`(/livedshl/[^ `]+)(?: ([^`]*))?`", page)
    assert len(messages) >= 20
    texts = {"key": "D", "preset": "session", "chart": "none", "model": "session"}
    for address, value in messages:
        values = [float(value) if re.fullmatch(r"[\d.]+", value) else value] if value else []
        name, *below = address.removeprefix("/livedshl/").split("/")
        if not values and name in (
            *texts, "tempo", "adventure", "intensity", "density", "swing", "latency", "level",
            "song", "choose",
        ):  # fmt: skip
            values = [] if below[-1:] in (["up"], ["down"], ["tap"]) else [texts.get(name, 1)]
        assert name == "hello" or values == [0.0] or gesture_of(address, values), address
    examples = [
        word
        for row in rows("controllers.md", "## A MIDI controller")
        for cell in row
        for word in code(cell)
    ]
    assert len(examples) >= 20
    for example in examples:
        assert str(Gesture.parse(example)) == example


def test_every_line_of_the_controller_bindings_is_understood():
    section = PAGES["file-formats.md"].partition("## Controller bindings")[2]
    for source, gesture in tomllib.loads(blocks(section, "toml")[0]).items():
        assert Source.parse(source).suits(Gesture.parse(gesture))


def test_the_table_of_chords_is_what_can_be_read():
    table = rows("charts.md", "## Chords that can be read")
    assert [code(row[0])[0] for row in table] == [f"C{quality}" for quality, _ in QUALITIES]
    for name, _, notes in table:
        chord = Chord.parse(code(name)[0])
        classes = {Chord.parse(note).root for note in notes.split()}
        assert chord.pitch_classes == classes, name


def test_the_chart_in_the_page_can_be_read():
    (chart,) = blocks(PAGES["charts.md"], "text")
    assert len(chart_of(chart, GRIDS["4/4"]).beats) == 4 * 20


def test_the_set_list_in_the_page_can_be_played(tmp_path):
    (written,) = blocks(PAGES["set-list.md"], "toml")
    (tmp_path / "set.toml").write_text(written)
    settings = make_set(tmp_path / "set.toml", preset="session", seed=1)
    assert [song.title for song in settings.songs] == ["Opener", "Ballad", "1"]
    named = [code(row[0])[0] for row in rows("set-list.md", "# A set list") if len(row) == 2]
    assert {"title", "tune", "preset", "key", "tempo", "chords", "form"} == set(named)


def test_the_formats_name_every_file_and_key_of_a_bundle():
    folder = find_bundle("session")
    names = {word for row in rows("file-formats.md", "## Bundle") for word in code(row[0])}
    assert json.loads((folder / "manifest.json").read_text()).keys() <= names
    kept = {path.name for path in folder.iterdir() if path.suffix in (".npy", ".safetensors")}
    assert kept | {"manifest.json", "tunes.json"} <= names


def test_the_formats_name_every_key_of_a_trace(run_here, tmp_path):
    told = run_here(
        "generate", "a.mid", "--bars", 4, "--seed", 1, "--trace", "a.jsonl", cwd=tmp_path
    )
    assert told.returncode == 0
    named = {word for row in rows("file-formats.md", "## Trace") for word in code(row[0])}
    for line in (tmp_path / "a.jsonl").read_text().splitlines():
        assert json.loads(line).keys() == named - {"held", "accompaniment"}


def test_every_command_has_a_row_that_says_when_it_is_heard():
    table = [row for row in rows("first-ten-minutes.md", "## Minute 5: steer it") if len(row) == 3]
    assert [code(row[0])[0].split()[0] for row in table] == list(COMMANDS)
    for name, _, heard in table:
        kind = COMMANDS[code(name)[0].split()[0]]
        told = "when the section ends" if kind.name in ("freeze", "choose") else kind.acts.value
        assert heard == told


def test_every_key_of_the_screen_has_a_row():
    table = [row for row in rows("first-ten-minutes.md", "## Minute 5: steer it") if len(row) == 2]
    shown = {key for row in table for key in code(row[0])}
    assert {key.label for key in KEYS if key.help} <= shown


def test_every_room_has_a_row_in_the_architecture():
    named = {word for row in rows("architecture.md", "## Rooms and walls") for word in code(row[0])}
    package = ROOT / "livedshl"
    rooms = {f"{path.parent.name}/" for path in package.glob("*/__init__.py")}
    files = {path.name for path in package.glob("[!_]*.py")}
    assert named == rooms | files


def test_every_word_of_the_glossary_is_used_in_the_source_or_in_the_pages():
    cells = re.findall(r"^\| ([^|]+?) \| [^-]", PAGES["glossary.md"], re.MULTILINE)
    words = [word.strip(" ♪") for cell in cells for word in cell.split(",") if word != "word"]
    assert len(words) >= 70 and len(set(words)) == len(words)
    others = [text for name, text in PAGES.items() if name != "glossary.md"]
    source = [path.read_text("utf-8") for path in (ROOT / "livedshl").rglob("*.py")]
    used = " ".join(" ".join((*source, *others)).casefold().replace("_", " ").split())
    assert [word for word in words if word.casefold() not in used] == []

"""What a user may type, and what is said when it is not quite right."""

import os
import subprocess
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.surroundings import NO_MIDI, livedshl_without, need

from livedshl.cli.typed import USAGE, help_text
from livedshl.errors import CommandError, OutputError, did_you_mean
from livedshl.music.leadsheet import Key
from livedshl.outputs.port_names import find_port
from livedshl.performance.command_kinds import COMMANDS
from livedshl.performance.command_text import parse_command

PORTS = ["Midi Through:Midi Through Port-0 14:0", "IAC Driver Bus 1", "FLUID Synth (123)"]


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("D major", "D"), ("d", "D"), ("D Major", "D"), ("Dmaj", "D"), ("CM", "C"), ("B♭", "Bb"),
        ("bb", "Bb"), ("B flat", "Bb"), ("F sharp minor", "F#m"), ("f#m", "F#m"), ("F♯m", "F#m"),
        ("Emin", "Em"), ("e minor", "Em"), ("A minor", "Am"), (" Am ", "Am"),
    ],
)  # fmt: skip
def test_a_key_is_read_as_people_write_it(written, key):
    assert Key.parse(written) == Key.parse(key)
    assert str(Key.parse(key)) == key


@pytest.mark.parametrize("written", ["", "H", "Dx", "D dorian", "major", "m", "#", "C##", "Amm"])
def test_what_is_no_key_is_refused(written):
    with pytest.raises(ValueError, match="not a"):
        Key.parse(written)


@given(st.text(max_size=12))
def test_any_text_is_a_key_or_refused(written):
    with suppress(ValueError):
        assert 0 <= Key.parse(written).tonic < 12


@pytest.mark.parametrize(
    ("wanted", "meant"),
    [
        ("IAC Buss", "IAC Driver Bus 1"),
        ("iack", "IAC Driver Bus 1"),
        ("fluyd", "FLUID Synth (123)"),
    ],
)
def test_a_port_that_is_nearly_named_is_suggested(wanted, meant):
    with pytest.raises(OutputError) as refused:
        find_port(wanted, PORTS)
    assert f"Did you mean {meant!r}?" in refused.value.remedy
    assert "Available: 0: Midi Through" in refused.value.remedy


def test_a_command_and_a_part_that_are_nearly_typed_are_suggested():
    with pytest.raises(CommandError, match="Did you mean 'tempo'"):
        parse_command("tmpo 120")


def test_only_a_name_of_a_usual_length_is_a_slip():
    assert did_you_mean("tmpo", COMMANDS)
    assert not did_you_mean("tempo " * 10_000, COMMANDS)


def test_what_is_typed_is_explained_on_request():
    assert "help" in USAGE
    assert all(kind.example in help_text() for kind in COMMANDS.values())


def test_a_tempo_beside_a_midi_clock_is_refused(run_here, tmp_path):
    result = run_here("play", "--sync", "clock", "--tempo", 90, cwd=tmp_path)
    assert result.returncode == 2
    assert "leave out --tempo: the MIDI clock sets the tempo" in result.stderr


def test_help_is_a_word_as_well(run_here):
    assert run_here("help", "play").stdout == run_here("play", "--help").stdout
    assert run_here("help").stdout == run_here("--help").stdout


@pytest.fixture
def settings_file(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    folder = tmp_path / "livedshl"
    folder.mkdir()
    return folder / "livedshl.toml"


def test_the_settings_file_gives_defaults_and_the_command_line_wins(
    run_here, settings_file, tmp_path
):
    settings_file.write_text('[generate]\nbars = 3\nseed = 5\npreset = "jig"\n')
    assert "3 bars, seed 5" in run_here("generate", "a.mid", cwd=tmp_path).stderr
    assert "2 bars, seed 5" in run_here("generate", "b.mid", "--bars", 2, cwd=tmp_path).stderr


def test_a_byte_order_mark_before_the_settings_does_no_harm(run_here, settings_file, tmp_path):
    settings_file.write_text("[generate]\nbars = 3\n", encoding="utf-8-sig")
    assert "3 bars" in run_here("generate", "a.mid", cwd=tmp_path).stderr


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("[generate]\nbras = 3\n", "toml: [generate] bras: unknown key. Did you mean 'bars'?"),
        ("[generate]\nbars = 0\n", "toml: [generate] bars: must be a whole number of 1 or more"),
        ("[generate]\nbars = true\n", "toml: [generate] bars: must be text or a number"),
        ("[generate]\nplain = 1\n", "toml: [generate] plain: must be true or false"),
        ('[generate]\nkey = "H"\n', "toml: [generate] key: not a key: 'H'"),
        ("[paly]\n", "livedshl.toml: there is no command 'paly'. Did you mean 'play'?"),
        ("tempo = 90\n", "livedshl.toml: there is no command 'tempo'"),
        ("[generate\n", "livedshl.toml: cannot be read"),
        ("deep = " + "[" * 50_000, "livedshl.toml: cannot be read (nested too deeply)"),
        ("generate = 3\n", "livedshl.toml: generate: must be a table. Write [generate]"),
    ],
)
def test_a_setting_that_is_wrong_is_named(run_here, settings_file, tmp_path, content, told):
    settings_file.write_text(content)
    result = run_here("generate", "a.mid", cwd=tmp_path)
    assert result.returncode == 2
    assert told in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_pipe_in_place_of_the_settings_file_is_not_waited_for(run_here, settings_file):
    need(hasattr(os, "mkfifo"), "named pipes")
    os.mkfifo(settings_file)
    assert "livedshl.toml: cannot be read (it is " in run_here("generate", "a.mid").stderr


def test_a_setting_that_names_nothing_is_named(run_here, settings_file, tmp_path):
    settings_file.write_text('[generate]\npreset = "waltz"\n')
    result = run_here("generate", "a.mid", cwd=tmp_path)
    assert result.returncode == 1
    assert "toml: [generate] preset: there is no preset 'waltz'. Did you mean" in result.stderr
    typed = run_here("generate", "a.mid", "--preset", "waltz", cwd=tmp_path)
    assert typed.stderr.startswith("Error: there is no preset 'waltz'. Did you mean")


def test_help_is_shown_whatever_the_settings_file_says(run_here, settings_file):
    settings_file.write_text("[generate]\nbras = 3\n")
    assert run_here("generate", "--help").returncode == 0
    assert run_here("help", "generate").returncode == 0


def test_commands_within_a_command_have_settings_too(run_here, settings_file):
    settings_file.write_text("[models.add]\nnames = 'mine'\n")
    told = run_here("models", "add", "x").stderr
    assert "[models] add names: unknown key. Did you mean 'name'?" in told


def test_a_switch_with_a_name_may_be_on_without_one(run_here, settings_file, tmp_path):
    settings_file.write_text("[play]\nlisten = true\nsoundfont = 'x.sf2'\n")
    told = run_here("play", cwd=tmp_path).stderr
    assert "livedshl.toml: [play] soundfont: file 'x.sf2' does not exist" in told


@pytest.mark.parametrize(
    ("settings", "typed", "refused"),
    [
        ("port = 'nowhere'", ("--synth", "--chords", "x.txt"), False),
        ("synth = true", ("--port", "nowhere", "--chords", "x.txt"), False),
        ("soundfont = 'x.sf2'", ("--virtual", "--chords", "x.txt"), True),  # it is not there
        ("port = 'nowhere'", ("--port", "a", "--synth"), True),
        ("port = 'nowhere'\nsynth = true", (), True),
        ("tempo = 90", ("--sync", "clock", "--chords", "x.txt"), False),
        ("sync = 'clock'", ("--tempo", 90), True),
    ],
)
def test_an_option_that_excludes_a_setting_wins(run_here, settings_file, settings, typed, refused):
    settings_file.write_text(f"[play]\n{settings}\n")
    told = run_here("play", *typed).stderr
    assert ("x.txt: no such file" not in told) is refused


def test_a_chart_that_is_typed_wins_over_the_key_of_the_settings_file(
    run_here, settings_file, tmp_path
):
    settings_file.write_text("[generate]\nkey = 'D'\nbars = 2\n")
    told = run_here("generate", "a.mid", "--chords", "Bb | Eb | F | Bb", cwd=tmp_path).stderr
    assert "Key Bb for these chords" in told


def test_an_environment_variable_is_an_option_as_well(
    run_here, settings_file, tmp_path, monkeypatch
):
    settings_file.write_text("[generate]\nbars = 3\n")
    monkeypatch.setitem(os.environ, "LIVEDSHL_GENERATE_BARS", "2")
    assert "2 bars" in run_here("generate", "a.mid", cwd=tmp_path).stderr
    assert "1 bars" in run_here("generate", "b.mid", "--bars", 1, cwd=tmp_path).stderr


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("MAX_QUOTE", "0", "LIVEDSHL_GENERATE_MAX_QUOTE: must be a whole number of 1 or more"),
        ("TEMPO", "fast", "LIVEDSHL_GENERATE_TEMPO: must be between 20 and 400 BPM, not fast"),
        ("KEY", "H", "LIVEDSHL_GENERATE_KEY: not a key: 'H'"),
    ],
)
def test_a_variable_that_is_wrong_is_named(run_here, tmp_path, monkeypatch, variable, value, told):
    monkeypatch.setitem(os.environ, f"LIVEDSHL_GENERATE_{variable}", value)
    assert told in run_here("generate", "a.mid", cwd=tmp_path).stderr


def test_an_own_model_is_removed_and_one_that_ships_is_not(run_here, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    folder = tmp_path / "livedshl" / "models" / "mine"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text("{}")
    assert str(folder.parent) in run_here("models").stdout.replace("\n", "")
    assert "comes with livedshl" in run_here("models", "remove", "session", "--yes").stderr
    assert "Did you mean 'mine'" in run_here("models", "remove", "min", "--yes").stderr
    assert run_here("models", "remove", "mine", "--yes").returncode == 0
    assert not folder.exists()


def test_typed_lines_are_explained_obeyed_or_answered_with_what_was_meant(tmp_path):
    player = subprocess.Popen(
        livedshl_without("fluidsynth", "play", "--tempo", 200, "--record", "t.mid"),
        cwd=tmp_path, env=os.environ | NO_MIDI, text=True,
        stdin=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    while "Seed" not in player.stderr.readline():
        assert player.poll() is None
    lines = ["?", "mute bass", "mute Bas", "tmpo 90", "nonsense", "panic"]
    player.stdin.write("\n".join(lines) + "\n")
    player.stdin.flush()
    told = ""
    while "Panic" not in told:
        told += player.stderr.readline()
        assert player.poll() is None
    player.terminate()
    player.communicate(timeout=30)
    assert "level Bass 90" in told and "set the volume of a part, 0 to 127" in told
    assert "Bass muted" in told
    assert "mute: no part is called 'Bas'. Did you mean 'Bass'?" in told
    assert "unknown control 'tmpo'. Did you mean 'tempo'?" in told
    assert "unknown control 'nonsense'. Try: tempo, key" in told

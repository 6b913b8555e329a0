"""The command line as a user meets it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import mido
import numpy as np
import pytest
from support.bundles import write_kind
from support.midi_files import melody, midi_bytes, save
from support.surroundings import NO_MIDI, copy_of_session, livedshl, livedshl_without, need

from livedshl.cli import livedshl as group
from livedshl.midi.file import read_events
from livedshl.music.leadsheet import Key
from livedshl.performance.options import make_settings

TUNES = Path(__file__).parents[1] / "tunes"
CONTEXT = click.Context(group)
COMMANDS = group.list_commands(CONTEXT)


def command_called(name):
    return group.get_command(CONTEXT, name)


def run(*arguments, **options):
    return subprocess.run(
        livedshl(*arguments), capture_output=True, text=True, check=False, **options
    )


@pytest.fixture
def changed_bundle(tmp_path):
    folder = copy_of_session(tmp_path / "bundle")
    path = folder / "steps.npy"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    return folder


@pytest.fixture
def bad(tmp_path):
    """Bad input of every kind, by name."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "cut").mkdir()
    file = mido.MidiFile()
    file.tracks.append(mido.MidiTrack([mido.Message("note_on", note=60, time=10)] * 20))
    file.save(tmp_path / "cut" / "cut.mid")
    whole = (tmp_path / "cut" / "cut.mid").read_bytes()
    (tmp_path / "cut" / "cut.mid").write_bytes(whole[:20])
    write_kind(tmp_path / "jigs", "6/8")
    (tmp_path / "nokey.abc").write_text("X:1\nT:t\nM:4/4\nL:1/4\nCDEF|GABc|CDEF|\n")
    (tmp_path / "misspelt.toml").write_text('tmpo = 100\n[[parts]]\nname = "a"\n')
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (("corpus", "nowhere.abc"), 1, "nowhere.abc: no such file or folder"),
        (("corpus", "empty"), 1, "empty: no tune files"),
        (("train", "cut", "-o", "out"), 1, "cut: there is no tune to learn from"),
        (("train", "nokey.abc", "-o", "out"), 1, "nokey.abc: there is no tune to learn from"),
        (("generate", "t.mid", "--model", "empty"), 1, "there is no model here"),
        (
            ("generate", "t.mid", "--tempo", "0"),
            2,
            "--tempo: must be between 20 and 400 BPM",
        ),
        (("generate", "t.mid", "--key", "H"), 2, "--key: not a key: 'H'"),
        (("generate", "t.mid", "--key", "Hm"), 2, "--key: not a key: 'Hm'"),
        (
            ("generate", "t.mid", "--metre", "5/4"),
            2,
            "must be one of 4/4, 3/4, 6/8, 9/8, not 5/4",
        ),
        (
            ("generate", "t.mid", "--model", "jigs", "--metre", "4/4"),
            1,
            "the model has no tunes in 4/4 major. It has 6/8 major",
        ),
        (("generate", "t.mid", "--model", "jigs", "--key", "Am"), 1, "no tunes in 6/8 minor"),
        (("train", "nokey.abc", "--metre", "7/8", "-o", "out"), 2, "--metre: must be one of 4/4"),
        (("generate", "t.mid", "--preset", "misspelt.toml"), 1, "unknown key 'tmpo'. Did you mean"),
        (
            ("generate", "t.mid", "--preset", "sesion"),
            1,
            "preset 'sesion'. Did you mean 'session'?",
        ),
        (("generate", "t.xyz"), 1, "cannot write .xyz. Known endings are .mid"),
        (("generate", "no/such/folder/t.mid"), 1, "no/such/folder: there is no such folder"),
        (("generate", "t.mid", "--preset", "waltz-evning"), 1, "Did you mean 'waltz-evening'?"),
        (
            ("generate", "t.mid", "--model", "sesion"),
            1,
            "model 'sesion'. Did you mean 'session'?",
        ),
        (("generate", "t.mid", "--chords", "missing.txt"), 2, "missing.txt: no such file"),
        (("generate", "t.mid", "--chords", "C | H"), 2, "--chords: bar 2: not a"),
        (("generate", "t.mid", "--bars", "2.5"), 2, "--bars: must be a whole number of 1 or more"),
        (
            ("generate", "t.mid", "--tmpo", "90"),
            2,
            "no option --tmpo. Did you mean --tempo",
        ),
        (("generate",), 2, "OUT is missing. See `livedshl generate --help`."),
        (("play", "--port", "a", "--synth"), 2, "choose one of --port, --synth and --virtual"),
        (("generate", "t.mid", "--from", "zither"), 1, "no tune 'zither' among the"),
        (("generate", "t.mid", "--from", "reel"), 1, "tunes match 'reel': "),
        (("generate", "t.mid", "--from", "1", "--metre", "6/8"), 1, "no tune '1' among the"),
        (("play", "--from", "1", "--corpus", "."), 2, "choose either --from or --corpus"),
        (("library", "--model", "empty"), 1, "there is no model here"),
        (("models", "add", "nokey.abc"), 1, "nokey.abc: too few tunes of any kind"),
        (("models", "add", "nokey.abc", "--name", "a/b"), 2, "--name must be a name, not a path"),
        (("generate", "t.mid", "--key", "D dorian"), 2, "--key: not a key in major or minor"),
        (("generate", "t.mid", "--chords", "chart.txt"), 2, "chart.txt: no such file"),
        (("dance",), 2, "there is no command 'dance'"),
        (("paly",), 2, "there is no command 'paly'. Did you mean 'play'?"),
        (("presets", "nwe"), 2, "there is no command 'nwe'. Did you mean 'new'?"),
    ],
)
def test_bad_input_is_told_in_a_line_and_an_exit_status(run_here, bad, arguments, status, told):
    assert_told(run_here(*arguments, cwd=bad), status, told)


def test_a_bundle_that_was_changed_is_told_by_a_process_as_well(changed_bundle):
    result = run("generate", "t.mid", "--model", changed_bundle)
    assert_told(result, 1, "steps.npy: changed or damaged")


def assert_told(result, status, told):
    assert result.returncode == status
    (line,) = result.stderr.strip().splitlines()
    assert line.startswith("Error: ")
    assert told in line


def test_the_reasons_of_skipped_tunes_are_shown(bad):
    shown = run("corpus", "cut", "nokey.abc", cwd=bad).stdout
    assert "cut/cut.mid cut: not a MIDI file" in " ".join(shown.split())
    assert "nokey.abc#1 t: no key (the K: field is missing)" in " ".join(shown.split())


@pytest.mark.slow
@pytest.mark.parametrize("module", ["torch"])
def test_what_only_training_needs_is_asked_for_when_it_is_missing(tmp_path, module):
    (tmp_path / "t.abc").write_text("X:1\nT:t\nM:4/4\nL:1/4\nK:C\nCDEF|GABc|cBAG|FEDC|\n")
    mido.MidiFile().save(tmp_path / "t.mid")
    hide = f"""if True:
        import importlib.abc, sys
        class Hidden(importlib.abc.MetaPathFinder):
            def find_spec(self, name, path, target=None):
                if name == {module!r}:
                    raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
        sys.meta_path.insert(0, Hidden())
        from livedshl.cli import main
        main()"""
    result = subprocess.run(
        [sys.executable, "-c", hide, "train", ".", "-o", "out"], cwd=tmp_path,
        capture_output=True, text=True, env=os.environ | {"XDG_CACHE_HOME": str(tmp_path / "c")},
    )  # fmt: skip
    assert result.returncode == 1
    assert f"{module} is not installed" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_debug_shows_the_traceback(bad):
    assert "Traceback" in run("--debug", "corpus", "nowhere.abc", cwd=bad).stderr


def test_the_same_seed_writes_the_same_bytes_and_another_does_not(tmp_path):
    files = (tmp_path / "t.mid", tmp_path / "t.musicxml")
    written = []
    for seed in (5, 5, 6):
        assert run("generate", "--force", *files, "--bars", 6, "--seed", seed).returncode == 0
        written.append([file.read_bytes() for file in files])
    for first, again, other in zip(*written, strict=True):
        assert first == again != other


@pytest.mark.slow
def test_two_hundred_bars_are_read_back_by_mido_and_music21(tmp_path):
    from music21 import converter, stream

    files = (tmp_path / "t.mid", tmp_path / "t.musicxml")
    assert run("generate", *files, "--bars", 200, "--seed", 1).returncode == 0
    file = mido.MidiFile(tmp_path / "t.mid")
    assert [track.name for track in file.tracks[1:]] == [
        "Melody", "Chords", "Bass", "Bodhran", "Chord names"
    ]  # fmt: skip
    assert read_events(tmp_path / "t.mid")[-1, 0] == 200 * 1920
    score = converter.parse(tmp_path / "t.musicxml")
    measures = list(score.parts[0].getElementsByClass(stream.Measure))
    assert len(measures) == 200
    assert {measure.duration.quarterLength for measure in measures} == {4.0}


@pytest.mark.parametrize("command", ["generate", "play"])
def test_playing_imports_neither_torch_nor_music21(tmp_path, command):
    script = (
        "import sys\n"
        "from livedshl.cli import main\n"
        "try: main()\n"
        "except SystemExit as exit: assert exit.code in (0, None), exit.code\n"
        "print(sorted({'torch', 'music21', 'symusic', 'matplotlib', 'verovio', 'resvg_py', 'fpdf', "
        "'PIL'} & set(sys.modules)))"
    )
    arguments = {
        "generate": ["generate", "t.mid", "--bars", "1"],
        "play": ["play", "--bars", "1", "--tempo", "400", "--record", "t.mid"],
    }[command]
    found = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=tmp_path, capture_output=True, text=True, check=True,
        env=os.environ | {"JACK_DEFAULT_SERVER": "none-of-this-name"},
    )  # fmt: skip
    assert found.stdout.strip().splitlines()[-1] == "[]"
    assert len(read_events(tmp_path / "t.mid"))


def test_without_midi_and_audio_it_plays_into_a_file_and_says_why(tmp_path):
    result = subprocess.run(
        livedshl_without("fluidsynth", "play", "--bars", 1, "--tempo", 400),
        cwd=tmp_path, capture_output=True, text=True,
        env=os.environ | NO_MIDI | {"XDG_MUSIC_DIR": str(tmp_path / "Music")},
    )  # fmt: skip
    assert "No MIDI" in result.stderr
    (take,) = (tmp_path / "Music" / "livedshl").glob("*.mid")
    assert f"Recorded to {take}" in result.stderr
    assert len(read_events(take))
    assert [path.name for path in tmp_path.iterdir()] == ["Music"]


def test_on_a_full_disk_the_music_goes_on(tmp_path):
    need(Path("/dev/full").exists(), "/dev/full, a disk that is full,")
    options = ("--bars", 2, "--tempo", 400, "--record", "t.mid", "--trace", "/dev/full")
    result = run("play", *options, cwd=tmp_path, env=os.environ | NO_MIDI)
    assert result.returncode == 0, result.stderr
    assert result.stderr.count("/dev/full: ends here (No space left on device)") == 1
    assert read_events(tmp_path / "t.mid")[-1, 0] == 2 * 1920


def test_what_ports_there_are_and_what_plays_is_told_without_midi_as_well():
    result = run("ports", env=os.environ | NO_MIDI)
    assert result.returncode == 0
    assert "there is no such MIDI API here" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--chords", "Bb | Eb | F | Bb"), "Key Bb for these chords"),
        (("--chords", "Am | G | F | E7"), "Key Am for these chords"),
        (("--chords", "Am | G | F | E7", "--model", "jigs"), "Key C for these chords"),  # no minor
    ],
)
def test_what_is_chosen_for_the_user_is_said(run_here, bad, arguments, told):
    result = run_here("generate", "t.mid", "--bars", 2, "--seed", 1, *arguments, cwd=bad)
    assert result.returncode == 0
    assert told in result.stderr


def test_a_preset_for_another_metre_is_said(tmp_path):
    result = run(
        "generate", "t.mid", "--bars", 2, "--preset", "jig", "--metre", "4/4", cwd=tmp_path
    )
    assert "The preset jig is made for 6/8; it plays 4/4" in result.stderr


@pytest.mark.parametrize("key", ["C", "Bb minor"])
def test_a_key_that_is_given_wins_over_the_charts(run_here, tmp_path, key):
    chosen = ("--chords", "Bb | Eb | F | Bb", "--key", key, "--bars", 2, "--seed", 1)
    result = run_here("generate", "t.mid", *chosen, cwd=tmp_path)
    assert "for these chords" not in result.stderr
    assert make_settings(chords=chosen[1], key=key).key == Key.parse(key)
    assert result.returncode == 0


def test_a_long_chart_is_no_name_of_a_file(tmp_path):
    chart = " | ".join(["Dm7 G7", "Cmaj7 A7"] * 40)
    result = run("generate", "t.mid", "--bars", 4, "--chords", chart, cwd=tmp_path)
    assert result.returncode == 0, result.stderr


def test_the_trace_accounts_for_every_segment(tmp_path):
    options = ("--bars", 10, "--form", "none", "--trace", tmp_path / "t.jsonl")
    assert run("generate", tmp_path / "t.mid", *options).returncode == 0
    records = [json.loads(line) for line in (tmp_path / "t.jsonl").read_text().splitlines()]
    assert [record["beat"] for record in records] == list(range(0, 40, 2))
    for record in records[1:]:
        assert record["song"]
        assert record["source"].split("/")[0] in {"airdsAirs", "ryansMammoth", "oneills1850"}
        assert 0 <= record["nearest"] <= record["hamming"]
        assert record["ties"] >= 1
        assert 0 <= record["splice"] <= 8


def test_the_nearest_codes_go_on_with_what_sounds_and_the_farthest_do_not(tmp_path):
    def agreeing_steps(retrieve):
        trace = tmp_path / f"{retrieve}.jsonl"
        options = ("--bars", 60, "--seed", 2, "--form", "none", "--retrieve", retrieve)
        command = ("generate", tmp_path / f"{retrieve}.mid", *options, "--trace", trace)
        assert run(*command).returncode == 0
        records = [json.loads(line) for line in trace.read_text().splitlines()]
        return np.mean([record["agreeing_steps"] for record in records[1:]])

    assert agreeing_steps("min") > 7 > 1 > agreeing_steps("max")


@pytest.mark.slow
def test_a_folder_of_tunes_is_coded_by_a_models_networks_and_kept(tmp_path):
    surroundings = os.environ | NO_MIDI | {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    for _ in range(2):
        command = (
            "play",
            "--corpus",
            TUNES,
            "--bars",
            1,
            "--tempo",
            400,
            "--force",
            "--trace",
            "t.jsonl",
        )
        result = run(*command, cwd=tmp_path, env=surroundings)
        assert result.returncode == 0, result.stderr
        records = [json.loads(line) for line in (tmp_path / "t.jsonl").read_text().splitlines()]
        assert all(record["source"].startswith("tunes/book.abc#") for record in records)
    assert len(list((tmp_path / "cache" / "livedshl" / "bundles").iterdir())) == 1


def test_the_library_is_searched_and_the_music_begins_with_what_was_found(tmp_path):
    (line,) = run("library", "irish", "washerwoman").stdout.splitlines()
    number, title, source, metre, mode, *_ = line.split("\t")
    assert (title, metre, mode) == ("The Irish Washerwoman.", "6/8", "major")
    contents = []
    for asked in (number, title):
        options = ("--from", asked, "--bars", 4, "--seed", 1, "--trace", tmp_path / "t.jsonl")
        assert run("generate", "--force", tmp_path / "t.mid", *options).returncode == 0
        contents.append((tmp_path / "t.mid").read_bytes())
        record = json.loads((tmp_path / "t.jsonl").read_text().splitlines()[0])
        assert (record["source"], record["song_beat"], record["metre"]) == (source, 0, "6/8")
    assert contents[0] == contents[1]


def test_models_and_presets_are_listed():
    assert "session" in run("models").stdout
    presets = run("presets").stdout
    assert all(name in presets for name in ("session", "solo-piano", "ambient"))


def test_a_new_preset_is_written_and_plays_as_it_is(tmp_path):
    assert "Wrote mine.toml" in run("presets", "new", "mine", cwd=tmp_path).stdout
    command = ("generate", "t.mid", "--bars", 2, "--preset", "mine.toml")
    assert run(*command, cwd=tmp_path).returncode == 0
    again = run("presets", "new", "mine.toml", cwd=tmp_path)
    assert again.returncode == 1
    assert "mine.toml: already exists" in again.stderr
    elsewhere = run("presets", "new", "../mine", cwd=tmp_path)
    assert elsewhere.returncode == 2
    assert "NAME must be a name, not a path" in elsewhere.stderr


def test_corpus_counts_as_json():
    summary = json.loads(run("corpus", TUNES, "--json").stdout)
    assert (summary["tunes"], summary["kept"]) == (13, 4)
    assert summary["reasons"]["minor key"] == 2
    assert summary["skipped"][0]["title"] == "No Key Was Given"
    jigs = json.loads(run("corpus", TUNES, "--metre", "6/8", "--minor", "--json").stdout)
    assert (jigs["kept"], jigs["segments"]) == (1, 31)


@pytest.mark.parametrize("command", [None, *COMMANDS])
def test_help_names_every_option_with_a_sentence(run_here, command):
    shown = run_here(*([command] if command else []), "--help")
    assert shown.returncode == 0
    assert "Options:" in shown.stdout
    for parameter in command_called(command).params if command else []:
        assert parameter.param_type_name == "argument" or parameter.help


def test_help_of_all_commands_loads_none_of_them():
    script = (
        "import sys\n"
        "from livedshl.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(sorted({'numpy', 'rich', 'mido', 'logging'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", script, "--help"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert shown.splitlines()[-1] == "[]"
    assert all(f"  {name} " in shown for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_line_in_the_list_of_commands_is_short_and_a_sentence(name):
    formatter = click.HelpFormatter(width=80)
    group.format_commands(CONTEXT, formatter)
    (line,) = (line for line in formatter.getvalue().splitlines() if line.startswith(f"  {name} "))
    assert line.endswith(".")


@pytest.mark.parametrize("flags", [("-v", "generate"), ("generate", "-v")])
def test_verbose_logs_every_segment_before_and_after_the_name_of_a_command(tmp_path, flags):
    told = run(*flags, "t.mid", "--bars", 4, "--seed", 1, cwd=tmp_path).stderr
    assert told.startswith("livedshl ")
    assert "bar 1: " in told and "bar 4: " in told


def test_quiet_leaves_errors_and_results_only(tmp_path):
    assert run("generate", "t.mid", "-q", "--bars", 2, cwd=tmp_path).stderr == ""
    assert run("-q", "generate", "t.xyz", cwd=tmp_path).stderr.startswith("Error: t.xyz")
    assert "mine.toml" in run("presets", "new", "mine", "-q", cwd=tmp_path).stdout


def test_debug_works_after_the_name_of_a_command(bad):
    assert "Traceback" in run("corpus", "nowhere.abc", "--debug", cwd=bad).stderr


def test_the_version_is_shown():
    assert run("-V").stdout == run("--version").stdout


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("livedshl pla", "play"),
        ("livedshl play --preset waltz", "waltz-evening"),
        ("livedshl generate --model ses", "session"),
        ("livedshl models ad", "add"),
        ("livedshl play --adv", "--adventure"),
    ],
)
def test_the_shell_completes(words, completed):
    environment = os.environ | {
        "_LIVEDSHL_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
    }
    assert f"plain,{completed}" in run(env=environment).stdout.splitlines()


@pytest.mark.parametrize(
    ("hidden", "options", "told"),
    [
        ("fluidsynth", ("--synth",), "FluidSynth is missing"),
        ("link", ("--sync", "link"), "Ableton Link is not installed"),
        ("nothing", ("--record", "no/t.mid"), "no: there is no such folder"),
        ("nothing", ("--soundfont", "no.sf2"), "no.sf2"),
        ("nothing", ("--listen", "nowhere"), "nowhere"),
    ],
)
def test_what_keeps_it_from_playing_is_said_before_playing_is_announced(
    tmp_path, hidden, options, told
):
    command = livedshl_without(hidden, "play", *options)
    result = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, env=os.environ | NO_MIDI
    )
    assert result.returncode in (1, 2)
    (line,) = result.stderr.strip().splitlines()
    assert line.startswith("Error: ")
    assert told in line or "MIDO_BACKEND" in line


def test_the_melody_of_a_midi_file_can_be_named(tmp_path):
    """Each reading is remembered by itself: the same file has another melody the next time."""
    save(tmp_path / "song.mid", midi_bytes([melody("Flute"), melody("Fiddle")]))
    for track, taken in ((None, "Flute"), ("Fiddle", "Fiddle"), ("1", "Flute")):
        options = ("--melody", track) if track else ()
        told = json.loads(run("corpus", tmp_path, "--json", *options).stdout)
        assert f"{taken}: melody" in told["taken"]
    told = json.loads(run("corpus", tmp_path, "--json", "--melody", "Tuba").stdout)
    assert told["reasons"] == {"it has no track 'Tuba'": 1}

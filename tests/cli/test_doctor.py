"""`livedshl doctor` as a user meets it, on machines that lack this or that."""

import json
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.surroundings import NO_MIDI, copy_of_session, livedshl, need

ROOT = Path(__file__).parents[2]
RTMIDI = "rtmidi" if sys.version_info < (3, 13) else "supriya_midi"  # the binding in use


def doctor(*arguments, hidden=(), before="", timed_s=0.2, wrapper=(), **options):
    """Runs it, timing for a moment only, without the Python modules that are `hidden`."""
    script = (
        f"import sys; sys.modules.update(dict.fromkeys({list(hidden)})); {before}\n"
        "from livedshl.cli import main\n"
        "import livedshl.cli.doctor\n"
        f"sys.modules['livedshl.cli.doctor'].SECONDS = {timed_s}\n"
        "main()"
    )
    environment = os.environ | {"COLUMNS": "300"} | options.pop("env", {})
    result = subprocess.run(
        [*wrapper, sys.executable, "-c", script, "doctor", *arguments],
        capture_output=True, text=True, check=False, env=environment, **options,
    )  # fmt: skip
    assert "Traceback" not in result.stdout + result.stderr
    return result


def examined(*, status=0, **surroundings):
    """The findings of `--json` by what they are about."""
    result = doctor("--json", **surroundings)
    assert result.returncode == status, result.stdout + result.stderr
    content = json.loads(result.stdout)
    assert content["can_play"] == (status == 0)
    return {finding["what"]: finding for finding in content["findings"]}


@pytest.fixture
def installation(tmp_path):
    """A livedshl of its own: the package, presets and the models that play needs."""
    nothing_built = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "livedshl", tmp_path / "livedshl", ignore=nothing_built)
    shutil.copytree(ROOT / "presets", tmp_path / "presets")
    copy_of_session(tmp_path / "models" / "session")
    return tmp_path


def remove_bundle(folder):
    shutil.rmtree(folder / "models")


def damage_bundle(folder):
    with (folder / "models" / "session" / "steps.npy").open("ab") as file:
        file.write(b"!")


def misspell_preset(folder):
    path = folder / "presets" / "session.toml"
    path.write_text(path.read_text() + "\ntmpo = 3\n")


@pytest.mark.parametrize(
    ("harm", "what", "told"),
    [
        (remove_bundle, "Model", "no model 'session'"),
        (damage_bundle, "Model", "steps.npy: changed or damaged"),
        (misspell_preset, "Presets", "unknown key 'tmpo'"),
    ],
)
def test_without_its_music_play_cannot_run_and_all_else_is_told_as_well(
    installation, harm, what, told
):
    harm(installation)
    found = examined(status=1, cwd=installation, env={"PYTHONPATH": str(installation)})
    assert found[what]["state"] == "missing"
    assert told in found[what]["detail"]
    assert found[what]["remedy"]
    assert found["play"]["state"] == "missing"
    assert found["play"]["detail"] == f"cannot run: {found[what]['detail']}"
    assert found["play"]["remedy"] == found[what]["remedy"]
    assert {"Virtual port", "FluidSynth", "Ableton Link", "Real time", "Timing"} <= set(found)
    assert found["Timing"]["state"] in ("ok", "limited")


def test_a_preset_that_is_not_the_default_does_not_keep_play_from_running(installation):
    (installation / "presets" / "other.toml").write_text("tempo = 0\n")
    found = examined(cwd=installation, env={"PYTHONPATH": str(installation)})
    assert found["Presets"]["state"] == "limited"
    assert "other.toml" in found["Presets"]["detail"]


def test_without_midi_and_audio_it_says_loudly_that_play_only_records_a_file():
    result = doctor(hidden=["fluidsynth"], env=NO_MIDI)
    assert result.returncode == 0
    *_, play, remedy = result.stdout.splitlines()
    assert play.startswith("! play ")
    assert "runs but is silent" in play and "only records a MIDI file" in play
    assert remedy.startswith("  → ")


def test_a_wrong_midi_system_in_the_environment_is_told_with_its_remedy():
    port = examined(env=NO_MIDI)["Virtual port"]
    assert port["state"] == "missing"
    assert NO_MIDI["MIDO_BACKEND"] in port["detail"]
    assert "Unset it" in port["remedy"]


def test_a_library_that_is_missing_says_what_to_install():
    found = examined(hidden=["fluidsynth", "link", "torch", "verovio"])
    assert found["FluidSynth"]["state"] == "missing"
    assert "install" in found["FluidSynth"]["remedy"]
    assert "Synthesiser" not in found
    assert found["Ableton Link"]["state"] == "optional"
    assert found["Ableton Link"]["remedy"].startswith('pip install "livedshl[link]"')
    assert found["Training"]["state"] == "optional"
    assert "torch, verovio" in found["Training"]["detail"]
    assert found["Training"]["remedy"].startswith('pip install "livedshl[train]"')


@pytest.mark.parametrize(
    ("library", "what"),
    [(RTMIDI, "MIDI"), ("miniaudio", "Audio"), ("fluidsynth", "FluidSynth")],
)
def test_a_library_that_is_broken_hides_nothing_else(library, what):
    """An empty module of its name stands for it: every use of it fails unforeseen."""
    before = f"import types; sys.modules[{library!r}] = types.ModuleType({library!r})"
    result = doctor("--json", before=before)
    found = {finding["what"]: finding for finding in json.loads(result.stdout)["findings"]}
    assert found[what]["state"] == "missing"
    assert "unexpected AttributeError" in found[what]["detail"]
    assert found["Model"]["state"] == found["Soundfont"]["state"] == "ok"
    assert found["Timing"]["state"] in ("ok", "limited")


def test_refused_real_time_priority_is_told_with_what_grants_it():
    def forbid():
        resource.setrlimit(resource.RLIMIT_RTPRIO, (0, 0))

    wrapper = ()
    if os.geteuid() == 0:  # root needs no limit
        need(shutil.which("setpriv"), "setpriv")
        wrapper = ("setpriv", "--bounding-set=-sys_nice", "--inh-caps=-sys_nice")
    found = examined(wrapper=wrapper, preexec_fn=forbid)
    assert found["Real time"]["state"] == "limited"
    assert "rtprio" in found["Real time"]["remedy"]
    assert "usermod" in found["Real time"]["remedy"]


@pytest.fixture(scope="module")
def findings():
    """What it finds here."""
    return examined()


def test_real_time_priority_is_granted_where_a_process_gets_it(findings):
    attempt = "import os; os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(20))"
    got = subprocess.run([sys.executable, "-c", attempt], capture_output=True).returncode == 0
    assert findings["Real time"]["state"] == ("ok" if got else "limited")


def test_json_and_text_tell_the_same(findings):
    text = " ".join(doctor().stdout.split())
    signs = {"ok": "✓", "optional": "·", "limited": "!", "missing": "✗"}
    for what, finding in findings.items():
        assert f"{signs[finding['state']]} {what} " in text or what == "Timing"
        if what != "Timing":  # whose figures differ each time
            assert " ".join(finding["detail"].split()) in text
            assert " ".join(finding["remedy"].split()) in text


def test_a_terminal_without_signs_gets_words():
    shown = doctor(env={"PYTHONIOENCODING": "ascii"}).stdout
    assert shown.isascii()
    assert "\nok       Model " in shown


@pytest.mark.slow
def test_five_seconds_of_sixteenths_are_timed_and_drawn():
    shown = subprocess.run(livedshl("doctor"), capture_output=True, text=True).stdout
    assert "5 s of 16ths" in " ".join(shown.split())
    bars = [line for line in shown.splitlines() if "█" in line]
    assert sum(int(line.split()[-1]) for line in bars) >= 5 * 16
    content = json.loads(doctor("--json", timed_s=1).stdout)
    timing = content["timing"]
    assert timing["seconds"] == 1
    assert timing["p50_ms"] <= timing["p99_ms"] <= timing["max_ms"]
    edges = [row["up_to_ms"] for row in timing["histogram"]]
    assert edges[:-1] == sorted(edges[:-1]) and edges[-1] is None
    assert sum(row["count"] for row in timing["histogram"]) >= 16

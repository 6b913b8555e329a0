"""Every command of the README and of docs/ is run, word for word but for what takes too long."""

import os
import select
import shlex
import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest
from support.documents import (
    CLOCK,
    CONTROLLER,
    KEYBOARD,
    PAGES,
    PORT,
    blocks,
    commands,
    words_of,
)
from support.surroundings import Receiver, Sender, need

KINDS = {"book": ("4/4", 8, "CDEFGABcdefg"), "jigs": ("6/8", 6, "DEFGABcdefga")}


def run_words(line):
    """The words of a command, with what keeps it short."""
    words = words_of(line)
    if "play" in words:
        if not {"--port", "--synth", "--record"} & set(words):
            words += ["--port", PORT]
        words += ["--bars", "2"]
        if "clock" not in words:  # which sets the tempo
            words += ["--tempo", "300"]
    if words[0] == "generate":
        words += ["--force"]  # several pages write a tune.mid
    if words[0] == "train":
        words += ["--epochs", "1", "--hidden", "32"]
    if words[0] == "bench":
        words += ["--minutes", "0.05"]
    return words


def write_tunes(folder):
    """Books of tunes of one's own, in two metres; one of them is called The Lamp."""
    rng = np.random.default_rng(1)
    folder.mkdir()
    for book, (metre, eighths, notes) in KINDS.items():
        tunes = []
        for number in range(1, 13):
            bars = ["".join(rng.choice(list(notes), eighths)) for _ in range(16)]
            half = eighths // 2
            body = "|".join(f'"C"{bar[:half]} "G"{bar[half:]}' for bar in bars)
            title = "The Lamp" if (book, number) == ("book", 3) else f"{book} {number}"
            tunes.append(f"X:{number}\nT:{title}\nM:{metre}\nL:1/8\nK:C\n{body}|]\n")
        (folder / f"{book}.abc").write_text("\n".join(tunes))


@pytest.fixture(scope="module")
def place(jack, tmp_path_factory):
    """A folder with tunes and a chart, and the ports that the pages name; with its environment."""
    folder = tmp_path_factory.mktemp("reader")
    write_tunes(folder / "my-tunes")
    (folder / "chart.txt").write_text(blocks(PAGES["charts.md"], "text")[0])
    (folder / "set.toml").write_text(blocks(PAGES["set-list.md"], "toml")[0])
    receiver = Receiver(PORT, jack)
    senders = [Sender(name, jack) for name in (CONTROLLER, KEYBOARD, CLOCK)]
    homes = {"XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"}
    yield folder, jack | dict.fromkeys(homes, str(folder / "home"))
    for sender in senders:
        sender.leave()
    receiver.kill()


@pytest.mark.slow
@pytest.mark.parametrize("command", commands())
def test_a_command_of_the_pages_does_what_it_says(command, place):
    folder, environment = place
    words = run_words(command)
    line = [sys.executable, "-m", "livedshl", *words]
    if "link" in words:  # no session but that of this machine may hear of it
        need(shutil.which("unshare") and os.geteuid() == 0, "the right to a network of its own")
        lo = "ip link set lo up multicast on && ip route add 224.0.0.0/4 dev lo"
        line = ["unshare", "-n", "sh", "-c", f"{lo} && exec {shlex.join(line)}"]
    process = subprocess.Popen(
        line, cwd=folder, env=environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    if "clock" in words:  # it waits for one
        select.select([process.stderr], [], [], 60)  # until it says so
        process.send_signal(signal.SIGINT)
    told, errors = process.communicate(timeout=400)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors
    assert told or errors


@pytest.mark.parametrize("name", [name for name in PAGES if blocks(PAGES[name], "python")])
def test_the_python_examples_of_a_page_run_one_after_the_other(name, place):
    folder, environment = place
    for path in folder.glob("tune.*"):  # those of the commands
        path.unlink()
    program = "\n".join(blocks(PAGES[name], "python"))
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, env=environment,
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr

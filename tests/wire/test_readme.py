"""Every command of the README is run, word for word but for what would never end."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from support.surroundings import Receiver, Sender, need

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
PORT, CONTROLLER, KEYBOARD, CLOCK = "IAC Bus", "nanoKONTROL", "your keyboard", "NAME"
# What stands in for the words that a reader replaces.
REPLACED = {
    "...": None, "COMMAND": "play", "PATH...": "my-tunes/", "[PATH...]": None, "DIR": "my-model",
    "OUT...": "out.mid", "TRACE": "take.jsonl", "TAKE": "take.mid", "[WORDS]": "lamp",
    "[SUBJECT...]": "drift", "FILE": "harmoniser.safetensors",
}  # fmt: skip


def commands():
    """The commands of the README, in its order, those that others need first."""
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", README, re.DOTALL))
    lines = [line.split("  #")[0].strip() for line in blocks.splitlines()]
    lines += re.findall(r"`(livedshl [^`]*)`", README)
    lines = [line.removeprefix(".venv/bin/") for line in lines]
    found = {tuple(words_of(line)): line for line in lines if line.startswith("livedshl ")}
    return sorted(
        found.values(), key=lambda line: (" train " not in line, "models add" not in line)
    )


def words_of(command):
    words = [REPLACED.get(word, word) for word in shlex.split(command)[1:]]
    words = [word for word in words if word is not None]
    if words in (["--debug"], ["-v", "play"], ["play"]):
        words += [] if "play" in words else ["play"]
    if "play" in words and "--help" not in words:
        if not {"--port", "--synth", "--record"} & set(words):
            words += ["--port", PORT]
        words += ["--bars", "2", *([] if "--tempo" in words else ["--tempo", "300"])]
    if words[0] == "train":
        words += ["--epochs", "1"]
    if words[0] == "bench":
        words += ["--minutes", "0.05"]
    if words[:2] == ["presets", "new"]:
        words[2] = "mine.toml"
    return words


def write_tunes(folder):
    """A book of tunes of one's own, one of them called The Lamp."""
    rng = np.random.default_rng(1)
    folder.mkdir()
    tunes = []
    for number in range(1, 13):
        bars = ["".join(rng.choice(list("CDEFGABcdefg"), 8)) for _ in range(16)]
        body = "|".join(f'"C"{bar[:4]} "G"{bar[4:]}' for bar in bars)
        title = "The Lamp" if number == 3 else f"Own tune {number}"
        tunes.append(f"X:{number}\nT:{title}\nM:4/4\nL:1/8\nK:C\n{body}|]\n")
    (folder / "book.abc").write_text("\n".join(tunes))


@pytest.fixture(scope="module")
def place(jack, tmp_path_factory):
    """A folder with tunes, and the ports that the README names; gives folder and environment."""
    folder = tmp_path_factory.mktemp("reader")
    write_tunes(folder / "my-tunes")
    receiver = Receiver(PORT, jack)
    senders = [Sender(name, jack) for name in (CONTROLLER, KEYBOARD, CLOCK)]
    homes = {"XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"}
    yield folder, jack | dict.fromkeys(homes, str(folder / "home"))
    for sender in senders:
        sender.leave()
    receiver.kill()


@pytest.mark.slow
@pytest.mark.parametrize("command", commands())
def test_a_command_of_the_readme_does_what_it_says(command, place):
    folder, environment = place
    words = words_of(command)
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
        time.sleep(4)
        process.send_signal(signal.SIGINT)
    told, errors = process.communicate(timeout=400)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors
    assert told or errors

"""The README and the pages of docs/: their code blocks, and the commands in them."""

import re
import shlex
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = {path.name: path.read_text("utf-8") for path in (ROOT / "README.md", *DOCS.glob("*.md"))}

# The port names that readers replace with their own.
PORT, CONTROLLER, KEYBOARD, CLOCK = "IAC Bus", "nanoKONTROL", "your keyboard", "NAME"

# Lines of the pages that no test runs, and why.
NOT_RUN = {
    "python3 -m venv .venv && .venv/bin/pip install .": "tests/docs sets up a fresh machine",
    'python3 -m venv .venv && .venv/bin/pip install -q -e ".[dev]" && .venv/bin/python -m pytest':
        "CI runs it before all else",
    "torchrun --nproc-per-node 2 -m livedshl train my-tunes/ -o my-model": "tests/learning does",
    "livedshl train my-songs/ --accompaniment -o my-model/accompaniment": "tests/cli does",
    "livedshl train my-model my-other-model --together -o my-models": "tests/learning does",
    "livedshl play --model my-models/my-model": "needs what the line before makes",
    "dask scheduler": "tests/work does",
    "dask worker tcp://10.0.0.5:8786 --nworkers 8 --nthreads 1": "tests/work does",
    "livedshl models add tunes/ --cluster tcp://10.0.0.5:8786": "tests/work does",
    "livedshl demo": "takes three minutes; tests/wire leaves it sooner",
    "livedshl bench start": "tests/wire/test_benchmarks does",
    "livedshl bench clock --minutes 5": "takes half an hour; tests/wire runs it shorter",
    "livedshl soak --hours 24 --speed 60": "takes half an hour; tests/wire runs it shorter",
    "livedshl soak --steered --hours 24 --speed 60": "the same",
    "livedshl evaluate session --music": "takes an hour; tests/cli measures fewer pieces",
}  # fmt: skip


def blocks(text: str, language: str) -> list[str]:
    """The code blocks of a page in this language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def shell_lines(text: str) -> list[str]:
    """The lines of a page's `sh` blocks, without comments."""
    lines = [
        line.split("  #")[0].strip() for block in blocks(text, "sh") for line in block.splitlines()
    ]
    return [line.removeprefix(".venv/bin/") for line in lines if line]


def commands() -> list[str]:
    """The commands of livedshl in all `sh` blocks, each once, those that others need first."""
    lines = dict.fromkeys(line for text in PAGES.values() for line in shell_lines(text))
    found = [line for line in lines if line.startswith("livedshl ") and line not in NOT_RUN]
    return sorted(found, key=_stage)


def _stage(line: str) -> int:
    """What others need comes first: models and presets, then takes."""
    first = (" train ", "models add", "presets new", " --record ")
    return next((number for number, words in enumerate(first) if words in line), len(first))


def inline_commands(text: str) -> list[str]:
    """The commands of livedshl that the text of a page mentions."""
    return re.findall(r"`(livedshl [^`]*)`", text)


def words_of(line: str) -> list[str]:
    """The words of a command after `livedshl`."""
    return shlex.split(line)[1:]

"""Checks that livedshl installs without a compiler: every dependency is there as a wheel.

    python .ci/wheels.py                 the base install, for each system and Python
    python .ci/wheels.py scores train    these extras as well; what is missing is only named

pip evaluates the conditions of a requirement ("python_version < '3.13'") for the machine it runs
on, so this asks pip for one level of requirements at a time and evaluates the next for the target.
Exits with 1 if the base install lacks a wheel.
"""

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
# The environment that markers see, and the platforms whose wheels a system of today takes.
SYSTEMS: Mapping[str, tuple[Mapping[str, str], tuple[str, ...]]] = {
    "Linux x86-64": (
        {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix",
         "platform_machine": "x86_64"},
        ("manylinux_2_28_x86_64", "manylinux_2_27_x86_64", "manylinux_2_26_x86_64",
         "manylinux_2_24_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64",
         "manylinux_2_12_x86_64", "manylinux2010_x86_64", "manylinux_2_5_x86_64",
         "manylinux1_x86_64"),
    ),
    "Linux arm64": (
        {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix",
         "platform_machine": "aarch64"},
        ("manylinux_2_28_aarch64", "manylinux_2_26_aarch64", "manylinux_2_24_aarch64",
         "manylinux_2_17_aarch64", "manylinux2014_aarch64"),
    ),
    "macOS arm64": (
        {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix",
         "platform_machine": "arm64"},
        tuple(f"macosx_{n}_0_{cpu}" for n in (14, 13, 12, 11) for cpu in ("arm64", "universal2"))
        + tuple(f"macosx_10_{n}_universal2" for n in (15, 13, 12, 9)),
    ),
    "Windows": (
        {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt",
         "platform_machine": "AMD64"},
        ("win_amd64",),
    ),
}  # fmt: skip


def main() -> None:
    """Prints a table of systems and Pythons, then what is missing."""
    project = tomllib.loads(Path("pyproject.toml").read_text())["project"]
    extras = sys.argv[1:]
    targets = [(system, python) for python in PYTHONS for system in SYSTEMS]
    with ThreadPoolExecutor(4) as pool:
        base = dict(
            zip(
                targets,
                pool.map(lambda target: missing(project["dependencies"], *target), targets),
                strict=True,
            )
        )
        more = {extra: dict(zip(targets, pool.map(
            lambda target, name=extra: missing(
                project["optional-dependencies"][name], *target), targets), strict=True))
            for extra in extras}  # fmt: skip
    print("Python  " + "  ".join(f"{system:12}" for system in SYSTEMS))
    for python in PYTHONS:
        told = ("all wheels" if not base[system, python] else "MISSING" for system in SYSTEMS)
        print(f"{python:6}  " + "  ".join(f"{word:12}" for word in told))
    for what, found in (("base", base), *more.items()):
        for (system, python), names in found.items():
            if names:
                print(f"{what}, {system}, Python {python}: no wheel of {', '.join(names)}")
    sys.exit(1 if any(base.values()) else 0)


def missing(requirements: Iterable[str], system: str, python: str) -> list[str]:
    """The requirements, and theirs in turn, of which a system and Python have no wheel."""
    environment = environment_of(system, python)
    wanted = dict(applying((Requirement(text) for text in requirements), environment, ""))
    seen: set[str] = set()
    lacking: list[str] = []
    while wanted:
        seen |= wanted.keys()
        found = resolved(list(wanted.values()), system, python)
        if found is None:  # one of them: find which
            each = {name: resolved([r], system, python) for name, r in wanted.items()}
            lacking += [name for name, answer in each.items() if answer is None]
            found = [item for answer in each.values() if answer for item in answer]
        further: dict[str, Requirement] = {}
        for item in found:
            name = canonicalize_name(item["metadata"]["name"])
            extras = wanted[name].extras if name in wanted else ()
            asked = [Requirement(text) for text in item["metadata"].get("requires_dist", [])]
            for extra in ("", *extras):
                further |= applying(asked, environment, extra)
        wanted = {name: r for name, r in further.items() if name not in seen}
    return lacking


def applying(
    requirements: Iterable[Requirement], environment: Mapping[str, str], extra: str
) -> dict[str, Requirement]:
    """The requirements that an environment has, by name; livedshl itself is left out."""
    return {
        canonicalize_name(r.name): r
        for r in requirements
        if r.name != "livedshl"
        and (not r.marker or r.marker.evaluate({**environment, "extra": extra}))
    }


def environment_of(system: str, python: str) -> dict[str, str]:
    """What markers see on a system with CPython."""
    return {
        **SYSTEMS[system][0], "python_version": python, "python_full_version": f"{python}.0",
        "implementation_name": "cpython", "platform_python_implementation": "CPython",
    }  # fmt: skip


def resolved(requirements: list[Requirement], system: str, python: str) -> list[dict] | None:
    """What pip would install for these, without their own requirements; None if it cannot."""
    platforms = [f"--platform={platform}" for platform in SYSTEMS[system][1]]
    plain = [f"{requirement.name}{requirement.specifier}" for requirement in requirements]
    done = subprocess.run(
        [
            sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed",
            "--no-deps", "--only-binary=:all:", *platforms, f"--python-version={python}",
            "--implementation=cp", "--target=nowhere", "--report=-", *plain,
        ],
        capture_output=True, text=True,
    )  # fmt: skip
    return json.loads(done.stdout)["install"] if done.returncode == 0 else None


if __name__ == "__main__":
    main()

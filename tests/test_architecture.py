"""The shape of the source: what each room may know, and how big a piece of it may grow.

The walls between the rooms are contracts in `pyproject.toml`, which `lint-imports` checks. Here
stands what a contract on imports cannot say.
"""

import ast
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "livedshl"
SOURCES = {
    path.relative_to(PACKAGE).as_posix(): path.read_text(encoding="utf-8")
    for path in sorted(PACKAGE.rglob("*.py"))
}
MOST_LINES = 300
MOST_ATTRIBUTES = 10
HEAVY = ("torch", "music21", "matplotlib", "verovio", "symusic")


def classes():
    """Every class of the source, with the file it stands in."""
    for name, text in SOURCES.items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ClassDef):
                yield name, node


def test_no_file_is_longer_than_a_few_screens():
    assert [name for name, text in SOURCES.items() if text.count("\n") > MOST_LINES] == []


def is_a_value(node: ast.ClassDef) -> bool:
    """Whether the fields of `node` are written once: a record is read like a table, at any length.

    Attributes count where they change, because each is one more thing to keep in mind between two
    calls.
    """
    bases = {ast.unparse(base).split(".")[-1] for base in node.bases}
    keywords = {ast.unparse(keyword) for keyword in node.keywords}
    decorators = [ast.unparse(decorator) for decorator in node.decorator_list]
    return (
        bool(bases & {"NamedTuple", "TypedDict", "Protocol", "Enum", "IntEnum", "StrEnum"})
        or "frozen=True" in keywords
        or any("frozen=True" in decorator for decorator in decorators)
    )


def attributes_of(node: ast.ClassDef) -> set[str]:
    """The names a class keeps: its fields, and what its methods assign on `self`."""
    fields = {
        statement.target.id
        for statement in node.body
        if isinstance(statement, ast.AnnAssign)
        and isinstance(statement.target, ast.Name)
        and "ClassVar" not in ast.unparse(statement.annotation)
    }
    assigned = {
        target.attr
        for target in ast.walk(node)
        if isinstance(target, ast.Attribute)
        and isinstance(target.ctx, ast.Store)
        and isinstance(target.value, ast.Name)
        and target.value.id == "self"
    }
    return fields | assigned


@pytest.mark.xfail(reason="some rooms are still being divided")
def test_no_class_keeps_more_than_ten_things_in_mind():
    kept = {
        f"{file}: {node.name}": len(attributes_of(node))
        for file, node in classes()
        if not is_a_value(node)
    }
    assert {name: many for name, many in kept.items() if many > MOST_ATTRIBUTES} == {}


def test_every_class_has_a_name_of_its_own():
    names = Counter(node.name for _, node in classes())
    assert [name for name, times in names.items() if times > 1] == []


def test_only_the_command_line_knows_its_options():
    # The benchmarks run the command line itself, in a process of its own.
    below = {
        name: text
        for name, text in SOURCES.items()
        if not name.startswith(("cli/", "diagnostics/bench/"))
    }
    named = {name: re.findall(r"(?<![\w-])--[a-z][\w-]*", text) for name, text in below.items()}
    assert {name: options for name, options in named.items() if options} == {}


def loaded_by(*modules: str) -> set[str]:
    """The top-level packages that a fresh interpreter has loaded after importing `modules`."""
    program = f"import sys, {', '.join(modules)}; print(*{{m.split('.')[0] for m in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "modules",
    [("livedshl.cli",), ("livedshl.cli.play", "livedshl.surfaces.screen", "livedshl.live.session")],
    ids=["command line", "play"],
)
def test_what_plays_loads_nothing_that_only_learning_and_drawing_need(modules):
    assert not loaded_by(*modules) & set(HEAVY)


def test_index_needs_numpy_alone():
    imported = {
        (name.name if isinstance(node, ast.Import) else node.module or "").split(".")[0]
        for file, text in SOURCES.items()
        if file.startswith("index/")
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }
    assert imported - set(sys.stdlib_module_names) <= {"numpy", "livedshl"}


def private_names(text: str) -> list[str]:
    """What a test takes from inside another piece: `x._y`, an imported `_y`, a path to one."""
    found = re.findall(r'"livedshl[.\w]*\._\w+', text)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("livedshl"):
            found += [name.name for name in node.names if name.name.startswith("_")]
        elif isinstance(node, ast.Attribute) and re.match(r"_[a-z]", node.attr):
            found.append(ast.unparse(node))
    return found


def test_tests_reach_into_nothing_private():
    tests = Path(__file__).parent
    reached = {
        path.relative_to(tests).as_posix(): [
            # What a class of the test itself keeps is its own.
            name
            for name in private_names(path.read_text(encoding="utf-8"))
            if not name.startswith(("self._", "cls._"))
        ]
        for path in tests.rglob("*.py")
    }
    assert {name: names for name, names in reached.items() if names} == {}

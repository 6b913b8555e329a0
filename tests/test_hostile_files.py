"""Whatever is in a file, reading it gives what it says, or one line that tells what is wrong."""

import json
import os
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.strategies import thorough
from support.surroundings import need

from livedshl.bundle import open_bundle
from livedshl.bundle.catalogue import find_bundle
from livedshl.bundle.integrity import MANIFEST, checksum, sha256
from livedshl.bundle.networks_file import networks_of
from livedshl.cli.settings_file import read_settings
from livedshl.corpus.abc import read_abc_tune, split_abc
from livedshl.errors import LivedshlError
from livedshl.improviser.trace_file import read_trace
from livedshl.networks.weights import networks_bytes, read_networks
from livedshl.performance.answer import check_networks
from livedshl.performance.command_text import ALL_COMMANDS, parse_command
from livedshl.performance.composer import Change
from livedshl.performance.options import make_settings
from livedshl.performance.preset import load_preset, read_preset
from livedshl.performance.replay import replayed
from livedshl.performance.steering import Band
from livedshl.performance.take_log import TakeLog, log_text, manifest_digest, read_log
from livedshl.surfaces.bindings import read_bindings

ANY_FILE = settings(suppress_health_check=list(HealthCheck), deadline=None)
SOURCE = find_bundle("session", "9/8")
WRONG = st.sampled_from(
    [None, True, -1, 0, 1.5, 10**18, -(10**18), 2**31, 255, 1e308, float("inf"), float("nan"), "",
     "x", "a" * 3000, "\ud800", [], {}, [[]], [1, 2, 3], {"a": 1},
     json.loads("[" * 400 + "]" * 400)]
)  # fmt: skip


def places(value, path=()):
    """Where something stands in a JSON value."""
    inner = value.items() if isinstance(value, dict) else ()
    inner = enumerate(value[:6]) if isinstance(value, list) else inner
    for key, item in inner:
        yield (*path, key)
        yield from places(item, (*path, key))


@st.composite
def damaged(draw, value):
    """A JSON value with something else in one place."""
    changed = json.loads(json.dumps(value))
    *way, last = draw(st.sampled_from(list(places(changed))))
    at = changed
    for key in way:
        at = at[key]
    if isinstance(at, dict) and draw(st.booleans()) and draw(st.booleans()):
        del at[last]
    else:
        at[last] = draw(WRONG)
    return changed


def told_or_fine(read, *arguments):
    """Reads; an error must be one of ours, in one line."""
    try:
        return read(*arguments)
    except LivedshlError as error:
        assert len(str(error).splitlines()) == 1
        return None


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    """A copy of a model that ships, for damage."""
    folder = tmp_path_factory.mktemp("bundle")
    for path in (*SOURCE.iterdir(), networks_of(SOURCE)):
        if path.suffix in (".json", ".npy", ".safetensors"):
            (folder / path.name).write_bytes(path.read_bytes())
    return folder


def sealed(folder, changed, content):
    """Vouches for what was changed, as somebody would who means harm."""
    kept = (folder / changed).read_bytes()
    manifest = json.loads((folder / MANIFEST).read_text())
    try:
        content(folder / changed)
        if changed != MANIFEST:
            resealed = manifest | {
                "sha256": manifest["sha256"] | {changed: sha256(folder / changed)}
            }
            resealed["checksum"] = checksum(resealed)
            (folder / MANIFEST).write_text(json.dumps(resealed))
        return told_or_fine(open_bundle, folder)
    finally:
        (folder / changed).write_bytes(kept)
        (folder / MANIFEST).write_text(json.dumps(manifest))


@thorough(60, suppress_health_check=list(HealthCheck), deadline=None)
@given(st.data())
def test_a_manifest_says_what_a_model_can_be_or_is_refused(bundle, data):
    changed = data.draw(damaged(json.loads((bundle / MANIFEST).read_text())))
    changed["checksum"] = checksum(changed)
    opened = sealed(bundle, MANIFEST, lambda path: path.write_text(json.dumps(changed)))
    assert opened is None or len(opened.library) > 0


@thorough(30, suppress_health_check=list(HealthCheck), deadline=None)
@given(st.data())
def test_tunes_have_titles_that_can_be_shown_or_the_model_is_refused(bundle, data):
    changed = data.draw(damaged(json.loads((bundle / "tunes.json").read_text())))
    opened = sealed(bundle, "tunes.json", lambda path: path.write_text(json.dumps(changed)))
    assert opened is None or all(tune.title.encode() is not None for tune in opened.library.tunes)


@thorough(60, suppress_health_check=list(HealthCheck), deadline=None)
@given(st.data())
def test_arrays_fit_together_or_the_model_is_refused(bundle, data):
    name = data.draw(st.sampled_from(sorted(path.name for path in bundle.glob("*.npy"))))
    array = np.load(bundle / name).copy()
    how = data.draw(st.sampled_from(["half", "none", "flat", "type", "value", "cut"]))
    if how == "value":
        extremes = np.finfo if array.dtype.kind == "f" else np.iinfo
        number = data.draw(st.sampled_from([extremes(array.dtype).max, extremes(array.dtype).min]))
        array.reshape(-1)[data.draw(st.integers(0, array.size - 1))] = number
    changed = {
        "half": array[: len(array) // 2],
        "none": array[:0],
        "flat": array.reshape(-1)[:-1],
        "type": array.astype(np.complex64),
    }.get(how, array)

    def write(path):
        np.save(path, changed)
        if how == "cut":
            path.write_bytes(path.read_bytes()[: data.draw(st.integers(0, 200))])

    opened = sealed(bundle, name, write)
    assert opened is None or how == "value"


@pytest.fixture(scope="module")
def take_lines():
    """The log of a take with every kind of entry."""
    chosen = make_settings("slip-jig", bars=6, seed=3, chords="C | F | G7 | C")
    texts = [
        "tempo 120",
        "level Fiddle 90",
        "re-roll",
        "answer 8: 60.1.0 62.1.0 64.1.0",
        "harmony Am",
    ]
    parts = Band.of(load_preset("slip-jig")).names
    texts[1] = f"level {next(iter(parts))} 90"
    changes = [Change(2160 * n, parse_command(text, ALL_COMMANDS)) for n, text in enumerate(texts)]
    changes.append(Change(9000, parse_command("preset slip-jig"), Band.of(load_preset("slip-jig"))))
    log = TakeLog(chosen, SOURCE, manifest_digest(SOURCE), tuple(changes), 9900, 9800, None,
                  ((0, 120.0),))  # fmt: skip
    return log_text(log).splitlines()


@pytest.fixture(scope="module")
def model():
    from livedshl.bundle.model import open_model

    return open_model(SOURCE)


@thorough(80, suppress_health_check=list(HealthCheck), deadline=None)
@given(st.data())
def test_a_take_is_replayed_or_refused(tmp_path_factory, take_lines, model, data):
    lines = list(take_lines)
    number = data.draw(st.one_of(st.just(0), st.integers(0, len(lines) - 1)))
    lines[number] = json.dumps(data.draw(damaged(json.loads(lines[number]))))
    path = tmp_path_factory.getbasetemp() / "damaged.take"
    path.write_text("\n".join(lines) + "\n")

    def replay():
        return replayed(read_log(path), model.bundle, model.index)

    told_or_fine(replay)


def test_the_take_is_whole_before_it_is_damaged(tmp_path, take_lines, model):
    (tmp_path / "t.take").write_text("\n".join(take_lines))
    again = replayed(read_log(tmp_path / "t.take"), model.bundle, model.index)
    assert len(again.events) > 50 and again.events[:, 0].max() <= 9800


@pytest.mark.parametrize("entry", ['{"heard": 1000000000000000000}', '{"end": 1000000000}'])
def test_a_take_of_a_million_years_is_not_composed(tmp_path, take_lines, entry):
    (tmp_path / "t.take").write_text("\n".join([*take_lines, entry, ""]))
    with pytest.raises(LivedshlError, match=r"heard: out of range|ends long after|end: out of"):
        read_log(tmp_path / "t.take")


TOML = st.one_of(
    st.binary(max_size=80),
    st.text(max_size=80).map(str.encode),
    st.sampled_from([b"x = " + b"[" * 5000, b"x = " + b"9" * 5000, b"a." * 3000 + b"b = 1"]),
    st.tuples(
        st.sampled_from(["tempo", "parts", "[groove]\nswing", "[continuation]\nwindow", '"cc 1 7"',
                         "[play]\nport", "play", "[[parts]]\nname"]),
        st.sampled_from(["inf", "nan", "-1", "[]", "{}", "''", "1979-05-27", "true", "[[1]]", "3"]),
    ).map(lambda pair: f"{pair[0]} = {pair[1]}\n".encode()),
)  # fmt: skip
READERS = {
    "preset": read_preset,
    "controller": read_bindings,
    "settings": lambda path: read_settings(path, ["play", "generate"]),
    "chart": lambda path: make_settings(chords=path),
    "trace": read_trace,
    "take": read_log,
    "networks": read_networks,
}


@ANY_FILE
@given(TOML, st.sampled_from(sorted(READERS)))
def test_files_of_any_content_are_read_or_refused(tmp_path_factory, content, kind):
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(content)
    told_or_fine(READERS[kind], path)


@pytest.mark.parametrize("kind", sorted(READERS))
def test_only_regular_files_are_read(tmp_path, kind):
    need(hasattr(os, "mkfifo"), "named pipes")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "zero").symlink_to("/dev/zero")
    (tmp_path / "folder").mkdir()
    for name, what in (("pipe", "regular file"), ("zero", "regular file"), ("folder", "folder")):
        with pytest.raises(LivedshlError, match=f"it is (not )?a {what}"):
            READERS[kind](tmp_path / name)


@pytest.mark.parametrize("damage", ["shape", "missing", "narrow", "cut"])
def test_damaged_networks_are_found_before_anybody_plays(bundle, tmp_path, damage):
    for path in bundle.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    networks = tmp_path / "networks.safetensors"
    chosen = make_settings("slip-jig", tmp_path, seed=1)
    check_networks(chosen)
    weights, shape = read_networks(networks)
    name = next(name for name in weights if name.startswith("forward_network"))
    if damage == "shape":
        content = networks_bytes(weights, replace(shape, length=shape.length + 1, symbols=3))
    elif damage == "missing":
        content = networks_bytes({n: w for n, w in weights.items() if n != name}, shape)
    elif damage == "narrow":
        content = networks_bytes({**weights, name: weights[name][..., :-1]}, shape)
    else:
        content = networks.read_bytes()[:5000]
    (tmp_path / "damaged").mkdir()
    for path in bundle.iterdir():
        (tmp_path / "damaged" / path.name).write_bytes(path.read_bytes())
    (tmp_path / "damaged" / networks.name).write_bytes(content)
    with pytest.raises(LivedshlError, match=r"networks\.safetensors: the networks are damaged"):
        check_networks(replace(chosen, model=str(tmp_path / "damaged")))


def test_a_model_of_pipes_keeps_nobody_waiting(bundle, tmp_path):
    need(hasattr(os, "mkfifo"), "named pipes")
    for name in (MANIFEST, "tunes.json", "steps.npy", "networks.safetensors"):
        folder = tmp_path / name
        folder.mkdir()
        for path in bundle.iterdir():
            (folder / path.name).write_bytes(path.read_bytes())
        (folder / name).unlink()
        os.mkfifo(folder / name)
        with pytest.raises(LivedshlError, match="regular file"):
            open_bundle(folder)


MUSIC = st.text(st.sampled_from("ABCDEFGabcdefgxyzZ|:[](){}<>/0123456789\"!%^_=,' \n-~&+KLMQVTX"))


@ANY_FILE
@given(MUSIC)
def test_any_text_is_a_tune_or_is_refused(text):
    for tune in split_abc(f"X:1\nT:t\nM:4/4\nL:1/8\nK:C\n{text}\n"):
        told_or_fine(read_abc_tune, tune, "any.abc#1")

"""The log of a take tells all that it was told, whatever that was."""

from dataclasses import replace

import pytest

from livedshl.errors import TakeError
from livedshl.improviser import Chart, Form, Retrieve
from livedshl.music import COMMON_TIME
from livedshl.music.leadsheet import Key, Mode
from livedshl.performance.commands import Band, Control
from livedshl.performance.composer import Change
from livedshl.performance.preset import load_preset, presets_for
from livedshl.performance.settings import Settings
from livedshl.performance.take_log import LogWriter, read_log


def settings_of(name, **changed):
    chosen = Settings.of_preset(
        load_preset(name), COMMON_TIME, tempo_bpm=97.5, key=Key(3, Mode.MAJOR), form=Form.AABA,
        retrieve=Retrieve.MAX, seed=12, bars=None,
    )  # fmt: skip
    return replace(chosen, **changed)


@pytest.fixture
def bundle(tmp_path):
    (tmp_path / "manifest.json").write_text("{}")
    return tmp_path


def written(path, bundle, settings, *told):
    with path.open("w", encoding="utf-8") as file:
        writer = LogWriter(file, settings, bundle)
        for name, value in told:
            getattr(writer, name)(value)
    return read_log(path)


@pytest.mark.parametrize("name", presets_for(COMMON_TIME))
def test_the_settings_come_back_whole(name, bundle, tmp_path):
    chart = Chart.parse("C | F#m7 | G7 G | C", COMMON_TIME)
    chosen = settings_of(name, chart=chart, bars=40)
    assert written(tmp_path / "a.take", bundle, chosen).settings == chosen
    plain = settings_of(name, rules=chosen.rules.plain())
    assert written(tmp_path / "b.take", bundle, plain).settings == plain


def test_the_controls_come_back_in_order_and_may_name_parts_of_a_band_to_come(bundle, tmp_path):
    piano = Band.of(load_preset("solo-piano"))
    changes = (
        Change(0, Control("tempo", 120.5)),
        Change(960, Control("mute", True, "Right hand")),
        Change(1920, Control("preset", "solo-piano"), piano),
        Change(1920, Control("hold", False)),
        Change(3000, Control("panic")),
        Change(3840, Control("answer", "8: 60.1.0 60.0.0")),
    )
    told = [("changed", change) for change in changes]
    log = written(
        tmp_path / "a.take", bundle, settings_of("session"),
        ("heard", 960), *told, ("heard", 4800), ("end", 4321),
    )  # fmt: skip
    assert log.changes == changes
    assert (log.heard, log.end, log.bundle) == (4800, 4321, bundle)


def test_a_last_line_that_was_cut_short_is_left_out_and_another_is_told(bundle, tmp_path):
    path = tmp_path / "a.take"
    written(path, bundle, settings_of("session"), ("heard", 960), ("heard", 1920))
    whole = path.read_text()
    path.write_text(whole[:-6])
    assert read_log(path).heard == 960
    lines = whole.splitlines()
    path.write_text("\n".join([lines[0], lines[1][:-4], lines[2]]))
    with pytest.raises(TakeError, match="line 2"):
        read_log(path)
    path.write_text(
        "\n".join([lines[0], '{"tick": 1, "control": "bang", "value": 1, "part": null}'])
    )
    with pytest.raises(TakeError, match="bang"):
        read_log(path)

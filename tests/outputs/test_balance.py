"""How loud each part of a preset is beside its melody, on the built-in synthesiser."""

import numpy as np
import pytest

from livedshl.arranger import Role
from livedshl.midi.events import channels_of
from livedshl.midi.message import event_message
from livedshl.outputs.renderer import Renderer
from livedshl.outputs.soundfont import find_soundfont
from livedshl.performance.commands import SetIntensity
from livedshl.performance.composition import Composition
from livedshl.performance.options import make_settings
from livedshl.performance.preset import load_preset, preset_names
from livedshl.performance.settings import model_of
from livedshl.units import bpm_to_tick_s

RATE, BARS = 22_050, 16
WINDOW = 2 * (RATE // 5)  # samples of both channels in a fifth of a second
SILENCE = 1e-4  # of the loudest window's power: 40 dB less


def level_db(events, tempo_bpm):
    """The level of events where they sound, in dB."""
    renderer, blocks, done = Renderer(find_soundfont(), RATE), [], 0
    for tick, status, data1, data2 in [*events.tolist(), (events[-1, 0] + 400, 0xB0, 7, 100)]:
        sample = int(tick * bpm_to_tick_s(tempo_bpm) * RATE)
        while done < sample:
            blocks.append(bytes(renderer.render(sample - done)))
            done += len(blocks[-1]) // 4
        renderer.play(event_message(status, data1, data2))
    renderer.close()
    samples = np.frombuffer(b"".join(blocks), np.int16).astype(float)
    windows = samples[: len(samples) // WINDOW * WINDOW].reshape(-1, WINDOW)
    power = (windows**2).mean(1)
    return 10 * np.log10(power[power > SILENCE * power.max()].mean())


@pytest.mark.slow
@pytest.mark.parametrize("name", preset_names())
def test_every_part_lies_4_to_12_db_under_the_melody(name):
    settings = make_settings(name, bars=BARS, seed=5)
    model = model_of(settings)
    composition = Composition(model.bundle, model.index, settings)
    composition.obey(SetIntensity(0.8))
    events = np.concatenate([chunk.events for chunk in composition])
    levels = {
        part.name: level_db(events[channels_of(events) == part.channel], settings.quarter_bpm)
        for part in settings.parts
    }
    melody = levels[next(part.name for part in settings.parts if part.role is Role.MELODY)]
    below = {part: round(melody - level, 1) for part, level in levels.items() if level != melody}
    assert all(4 <= difference <= 12 for difference in below.values()), below


def test_every_note_of_a_preset_can_be_heard():
    renderer, inaudible = Renderer(find_soundfont(), RATE), []
    parts = {
        (part.program, pitch): name
        for name in preset_names()
        for part in load_preset(name).parts
        if part.role is not Role.DRUMS
        for pitch in (part.lowest, (part.lowest + part.highest) // 2, part.highest)
    }
    for (program, pitch), name in parts.items():
        renderer.play(bytes((0xC0, program)))
        renderer.play(bytes((0x90, pitch, 90)))
        samples = np.frombuffer(bytes(renderer.render(4096)), np.int16).astype(float)
        if np.sqrt((samples**2).mean()) < 30:
            inaudible.append((name, program, pitch))
        renderer.play(bytes((0xB0, 120, 0)))
        renderer.render(1024)
    renderer.close()
    assert inaudible == []

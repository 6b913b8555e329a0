"""The value that each command has set, as the settings stand."""

from livedshl.performance.command_text import Value
from livedshl.performance.steering import Steering


def value_in(steering: Steering, name: str, part: str | None) -> Value:
    """The value of the command of this name; None if it sets none, or there is no such part."""
    values: dict[str, Value] = {
        "tempo": steering.tempo_bpm,
        "key": str(steering.key),
        "adventure": steering.adventure,
        "intensity": steering.conducting.intensity,
        "density": steering.conducting.density,
        "swing": steering.swing,
        "preset": steering.band.preset,
        "chart": steering.chart.name,
        "model": steering.model.name,
        "hold": steering.hold,
        "freeze": steering.freeze,
        "song": steering.song,
    }
    player = next((player for player in steering.band.parts if player.name == part), None)
    if player:
        values |= {
            "mute": part in steering.muted,
            "solo": part in steering.soloed,
            "lock": part in steering.locked,
            "level": steering.levels.get(player.name, player.volume),
        }
    return values.get(name)

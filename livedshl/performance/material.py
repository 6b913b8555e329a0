"""What the music is made of, by name: the chart that it follows, the model it plays from."""

from dataclasses import dataclass, field
from pathlib import Path

from livedshl.improviser.chart import Chart
from livedshl.music.leadsheet import Key

NO_CHART_NAME = "none"


@dataclass(frozen=True, slots=True)
class FollowedChart:
    """A chart and the key that it is played in.

    name: for the eye; "none" for the tunes' own chords. chart: in C major or A minor, the keys in
    which tunes are stored; None for the tunes' own chords. remarks: what the musician should know
    of how it was read.
    """

    name: str
    key: Key
    chart: Chart | None = None
    remarks: tuple[str, ...] = field(default=(), compare=False)

    @property
    def sounding(self) -> Chart | None:
        """The chart as it sounds in its key."""
        return self.chart and self.chart.transposed(self.key.shift)


NO_CHART = FollowedChart(NO_CHART_NAME, Key.parse("C"))


@dataclass(frozen=True, slots=True)
class NamedModel:
    """A model to play from.

    folder: where its tunes in the metre and the mode of the performance lie. manifest: the SHA-256
    of the manifest there; "" for the model that the performance begins with.
    """

    name: str = "session"
    folder: Path = Path()
    manifest: str = ""


SESSION_MODEL = NamedModel()

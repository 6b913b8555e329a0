"""The chart of a performance, with the metre and the key that it is played in."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from livedshl.errors import SettingsError
from livedshl.improviser import Chart
from livedshl.music import GRIDS, Grid
from livedshl.music.key_finding import key_of_chords
from livedshl.music.leadsheet import Key, Mode

if TYPE_CHECKING:
    from livedshl.charts import WrittenChart

log = logging.getLogger(__name__)

# Metres that are played in another one, bar for bar.
_PLAYED_AS = {"2/2": "4/4", "4/8": "4/4", "2/4": "4/4", "12/8": "4/4"}


@dataclass(frozen=True, slots=True)
class ChosenChart:
    """A chart that was chosen. where: its file, or the parameter that gave it."""

    written: "WrittenChart"
    where: str

    @property
    def metre(self) -> str | None:
        """The metre that it says it is in, or the one that is played for it.

        Raises SettingsError for a metre that nothing is played in.
        """
        metre = self.written.metre
        played = metre and _PLAYED_AS.get(metre, metre)
        if played is not None and played not in GRIDS:
            raise SettingsError(
                f"the chart is in {metre}, and there are no tunes in that",
                where=self.where,
                remedy="Choose a metre, such as 4/4, to play its bars in",
            )
        return played

    def played(
        self, grid: Grid, wanted_key: Key | None, preset_key: Key, modes: set[Mode]
    ) -> tuple[Chart, Key]:
        """The chart as it is played, and the key of the music over it.

        wanted_key: the one that is asked for. preset_key: what numbers count from if neither that
        nor the chart has a key. modes: those that there are tunes in.
        """
        from livedshl.charts import chart_text

        known_key = wanted_key or self.written.sounding_key
        with _told_where(self.where):
            chart, remarks = self.written.played(grid, known_key or preset_key)
            has_numbers = known_key is None and self.written.has_numbers()
        for remark in remarks:
            log.warning("%s", remark)
        for line in chart_text(chart, grid.bar_beats).splitlines():
            log.info("chart: %s", line)
        if wanted_key:
            return chart, wanted_key
        key = known_key or (preset_key if has_numbers else key_of_chords(chart.chords))
        return chart, key.relative if {key.relative.mode} == modes else key


def choose_chart(text_or_file: str | Path, where: str = "chords") -> ChosenChart:
    """The chart in a file of this name, or in the text itself. Raises SettingsError.

    where: what gave the text.
    """
    from livedshl.charts import read_chart, read_chart_file  # few performances have a chart

    text = str(text_or_file)
    is_file = isinstance(text_or_file, Path) or _is_there(text) or _looks_like_a_file(text)
    where = text if is_file else where
    with _told_where(where):
        return ChosenChart(read_chart_file(Path(text)) if is_file else read_chart(text), where)


@contextmanager
def _told_where(where: str) -> Iterator[None]:
    """Turns what is wrong with a chart into a SettingsError that says where."""
    try:
        yield
    except FileNotFoundError:
        raise SettingsError("no such file", where=where) from None
    except OSError as error:
        raise SettingsError(f"cannot be read ({error.strerror})", where=where) from None
    except UnicodeDecodeError:
        raise SettingsError(
            "not a text", where=where, remedy="Save the chart as text in UTF-8"
        ) from None
    except ValueError as error:
        what, _, remedy = str(error).partition("; ")
        raise SettingsError(what, where=where, remedy=remedy[:1].upper() + remedy[1:]) from None


def _is_there(text: str) -> bool:
    try:
        return Path(text).exists() and not Path(text).is_dir()
    except (OSError, ValueError):  # longer than a name can be, or with a null byte
        return False


def _looks_like_a_file(text: str) -> bool:
    is_chart = "|" in text or "://" in text or " " in text.strip()
    return not is_chart and len(Path(text.strip()).suffix) > 2

"""The chart of a performance, with the metre and the key that it is played in."""

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
from livedshl.text import shown

if TYPE_CHECKING:
    from livedshl.charts import WrittenChart

# Metres that are played in another one, bar for bar.
_PLAYED_AS = {"2/2": "4/4", "4/8": "4/4", "2/4": "4/4", "12/8": "4/4"}
_NAMED_BARS = 4  # of a chart that is called by its chords
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class ChosenChart:
    """A chart that was chosen. where: its file, or what else gave it. name: for the eye."""

    written: "WrittenChart"
    where: str
    name: str

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
    ) -> tuple[Chart, Key, tuple[str, ...]]:
        """The chart as it is played, the key of the music over it, and what to say of it.

        wanted_key: the one that is asked for. preset_key: what numbers count from if neither that
        nor the chart has a key. modes: those that there are tunes in. Raises SettingsError.
        """
        known_key = wanted_key or self.written.sounding_key
        with _told_where(self.where):
            chart, remarks = self.written.played(grid, known_key or preset_key)
            has_numbers = known_key is None and self.written.has_numbers()
        if wanted_key:
            return chart, wanted_key, remarks
        key = known_key or (preset_key if has_numbers else key_of_chords(chart.chords))
        return chart, (key.relative if {key.relative.mode} == modes else key), remarks


def choose_chart(text_or_file: str | Path, where: str = "chords", name: str = "") -> ChosenChart:
    """The chart in a file of this name, or in the text itself. Raises SettingsError.

    where: what gave the text. name: what the chart is called; by default its file, or its chords.
    """
    text = str(text_or_file)
    if isinstance(text_or_file, Path) or _is_there(text) or _looks_like_a_file(text):
        return chart_in_file(Path(text))
    return chart_in_text(text, where, name)


def chart_in_file(path: Path) -> ChosenChart:
    """The chart in a file, which is called as it is. Raises SettingsError."""
    from livedshl.charts import read_chart_file  # few performances have a chart

    where = str(path)
    with _told_where(where):
        return ChosenChart(read_chart_file(path), where, shown(path.stem, _LONGEST_NAME))


def chart_in_text(text: str, where: str, name: str = "") -> ChosenChart:
    """The chart that a text is, never a file. Raises SettingsError."""
    from livedshl.charts import read_chart

    with _told_where(where):
        written = read_chart(text)
    bars = [" ".join(chord for chord, _ in bar.names) for bar in written.bars]
    more = " …" if len(bars) > _NAMED_BARS else ""
    name = name or " | ".join(bars[:_NAMED_BARS]) + more
    return ChosenChart(written, where, shown(name, _LONGEST_NAME))


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

"""Draws a training run as in the paper's Fig. 3: the distances of codes, epoch by epoch."""

import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from livedshl.files import write_beside
from livedshl.learning.validation import EpochFigures, TrainingResult

_SIZE_INCHES = (10, 4)
_DPI = 120


def write_history(folder: Path, result: TrainingResult) -> None:
    """Writes `history.json`, the figures of every epoch, into a folder, and a chart of them."""
    history = [asdict(row) for row in result.history]
    write_beside(folder / "history.json", (json.dumps(history, indent=1) + "\n").encode())
    chart = history_png(result.history, result.networks.shape.length)
    write_beside(folder / "history.png", chart)


def history_png(history: Sequence[EpochFigures], length: int) -> bytes:
    """Mean Hamming distances of positive and negative pairs over the epochs, as a PNG picture.

    Left (a): training pairs. Right (b): withheld pairs. Both also show the training loss, not to
    scale. length: L, the greatest possible distance.
    """
    figure = Figure(figsize=_SIZE_INCHES, layout="constrained")
    FigureCanvasAgg(figure)
    epochs = [row.epoch for row in history]
    panels = {
        "(a) Training pairs": [(row.train_positive, row.train_negative) for row in history],
        "(b) Withheld pairs": [
            (row.validation_positive, row.validation_negative) for row in history
        ],
    }
    axes = figure.subplots(1, len(panels), sharey=True)
    for panel, (title, pairs) in zip(axes, panels.items(), strict=True):
        panel.plot(epochs, [negative for _, negative in pairs], "--", label="others")
        panel.plot(epochs, [positive for positive, _ in pairs], label="follow each other")
        loss = panel.twinx()
        loss.plot(epochs, [row.loss for row in history], ":", color="grey")
        loss.set(yticks=[], ylim=(0, None))
        panel.plot([], [], ":", color="grey", label="(training loss)")
        panel.set(title=title, xlabel="epoch", ylim=(0, length))
        panel.grid(alpha=0.3)
        panel.legend(title="pairs of segments")
    axes[0].set_ylabel("mean Hamming distance")
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=_DPI, metadata={"Software": "livedshl"})
    return picture.getvalue()

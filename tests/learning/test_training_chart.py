import io

import numpy as np
from matplotlib import image

from livedshl.learning.chart import history_png
from livedshl.learning.validation import EpochFigures


def history(positive: float) -> list[EpochFigures]:
    return [
        EpochFigures(
            epoch=epoch,
            loss=1.0,
            train_positive=4 - epoch * positive,
            train_negative=4.0,
            validation_positive=4 - epoch * positive / 2,
            validation_negative=4.5,
            auc_filtered=0.5,
            auc_random=0.5,
            recall_100=0.1,
            distinct_codes=9,
        )
        for epoch in range(4)
    ]


def test_the_chart_shows_the_distances_in_two_panels() -> None:
    """A falling line of positives is a picture in which both halves differ from a level one."""
    falling, level = (
        image.imread(io.BytesIO(history_png(history(slope), 8))) for slope in (1.0, 0.0)
    )
    assert falling.shape == level.shape and falling.shape[1] > 2 * falling.shape[0]
    middle = falling.shape[1] // 2
    for half in (np.s_[:, :middle], np.s_[:, middle:]):
        assert (falling[half] != level[half]).any()
    assert history_png(history(1.0), 8) == history_png(history(1.0), 8)

"""The command line of livedshl, in which the paper's prediction stage takes 30 steps, not 2000."""

from dataclasses import replace

from livedshl.cli import main
from livedshl.learning.settings import TrainingSettings

_of = TrainingSettings.of


def _short(*arguments):
    settings = _of(*arguments)
    return replace(settings, pretraining_steps=min(30, settings.pretraining_steps))


TrainingSettings.of = _short
if __name__ == "__main__":
    main()

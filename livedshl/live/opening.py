"""Opens the models of a performance: the first while the rest starts, others ahead of time."""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from functools import partial
from pathlib import Path

from livedshl.bundle import Bundle
from livedshl.bundle.model import Model, open_model
from livedshl.errors import LivedshlError
from livedshl.improviser import Groundwork
from livedshl.live.loader import Loader
from livedshl.performance.material import NamedModel
from livedshl.performance.settings import Settings, model_of
from livedshl.progress import Progress, unseen

log = logging.getLogger(__name__)


class Opening:
    """Opens models on the loader's thread; of those that are asked for, the last is used.

    use: called, on that thread, once a model is open. first: opens the model that begins.
    """

    def __init__(
        self, settings: Settings, progress: Progress, use: Callable[[NamedModel], None]
    ) -> None:
        self.first = Loader(lambda told: model_of(settings, told), progress)
        self._use = use
        self._opened: dict[str, Model] = {}
        self._groundwork: dict[Bundle, Groundwork] = {}
        self._wanted: NamedModel | None = None

    @property
    def opened(self) -> Mapping[str, Model]:
        """The models beside the first that are open, by their manifests; they grow in number."""
        return self._opened

    @property
    def groundwork(self) -> Mapping[Bundle, Groundwork]:
        """What their tunes tell, all of it found."""
        return self._groundwork

    def folder_of(self, model: NamedModel) -> Path:
        """The folder of a model that is open."""
        return model.folder if model.manifest else self.first.result().folder

    def open(self, model: NamedModel) -> None:
        """Opens a model, and returns at once."""
        self._wanted = model
        if not model.manifest or model.manifest in self._opened:
            self._use(model)
            return
        loader = Loader(partial(open_model, model.folder), unseen)
        loader.when_done(partial(self._take, model))
        loader.start()

    def _take(self, model: NamedModel, result: Future[Model]) -> None:
        try:
            opened = result.result()
        except LivedshlError as error:
            log.warning("%s; the music carries on", error)
            return
        groundwork = self._groundwork[opened.bundle] = Groundwork(opened.bundle)
        groundwork.prepare()
        self._opened[model.manifest] = opened
        if self._wanted == model:
            self._use(model)

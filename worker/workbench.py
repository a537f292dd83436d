"""What a worker has at hand between jobs: the store, the loaded models, recent pictures."""

import contextlib
import gc
import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from contracts.errors import ModelUnavailable, UnknownModel
from contracts.jobs import JobRecord
from contracts.models import ModelInfo
from models.pictures import Picture
from models.recent import Recent
from service.catalog import Catalog
from service.files import Files
from service.job_store import JobStore
from worker.ports import JobEditor, LoadEditor
from worker.settings import WorkerSettings

log = logging.getLogger(__name__)

MB = 2**20
MAX_PICTURES_BYTES = 180 * MB  # of RGB: one phone's photo, or many small ones
MAX_PARTS_BYTES = 96 * MB  # of parts of pictures, as they were cut
MAX_MASKS_BYTES = 32 * MB  # decoded: 500 as the page paints them


@dataclass(frozen=True)
class Loaded:
    """A model in memory.

    Attributes:
        info: of the model, as it was loaded.
        num_bytes: of its weights.
    """

    editor: JobEditor
    info: ModelInfo
    num_bytes: int

    @property
    def memory(self) -> int:
        """Bytes of its weights, and of what it keeps for the next job."""
        return self.num_bytes + self.editor.kept_bytes

    def is_as(self, info: ModelInfo) -> bool:
        """Whether that is still what is on disk, but for what is only shown."""
        return (self.info.version, self.info.files) == (info.version, info.files)


class Workbench:
    """Named holder of the expensive things. One piece of work at a time (`turns.py`)."""

    def __init__(
        self,
        settings: WorkerSettings,
        store: JobStore,
        files: Files,
        load_editor: LoadEditor,
        device: str,
        name: str,
        is_stopping: Callable[[], bool],
        release_memory: Callable[[], None],
        take_cores: Callable[[], None] = lambda: None,
        watched: Callable[[JobRecord], AbstractContextManager[None]] = lambda _: nullcontext(),
    ) -> None:
        self.settings = settings
        self.store = store
        self.files = files
        self.device = device
        self.name = name
        self.is_stopping = is_stopping
        self.watched = watched  # a job in this block is interrupted when it is canceled
        self.take_cores = take_cores  # as many as are free now; asked for wherever work begins
        self._load_editor = load_editor
        self._release_memory = release_memory
        self._catalog = Catalog(settings.models_dirs)
        self._editors: OrderedDict[str, Loaded] = OrderedDict()
        self.pictures: Recent[Picture] = Recent(MAX_PICTURES_BYTES, memory_of_picture)
        self.masks: Recent[NDArray[np.float32]] = Recent(MAX_MASKS_BYTES, lambda mask: mask.nbytes)
        self.parts: Recent[Picture] = Recent(MAX_PARTS_BYTES, lambda part: part.pixels.nbytes)

    def warm_up(self) -> None:
        """Load the models that fit; one that cannot be loaded is left for its first job."""
        room = self.settings.model_memory_mb * MB
        for model_id, (_, model_dir) in self._catalog.models().items():
            room -= memory_of(model_dir)
            if room < 0:
                break
            with contextlib.suppress(ModelUnavailable):  # the log says why
                self.editor(model_id)

    def loaded_models(self) -> tuple[str, ...]:
        """Ids of the models in memory."""
        return tuple(self._editors)

    def editor(self, model_id: str) -> JobEditor:
        """A loaded model; read anew when it has changed.

        Raises:
            UnknownModel: no folder has it.
            ModelUnavailable: its files cannot be loaded.
        """
        info, model_dir = self._installed(model_id)
        held = self._editors.get(model_id)
        if held is None or not held.is_as(info):
            self._editors.pop(model_id, None)
            num_bytes = memory_of(model_dir)
            self._make_room(num_bytes)
            editor = self._load(model_id, model_dir)
            self._editors[model_id] = Loaded(editor, info, num_bytes)
        self._editors.move_to_end(model_id)
        return self._editors[model_id].editor

    def at_once(self, model_id: str) -> int:
        """How many edits are worth doing together; of a model that has to be loaded first, one."""
        held = self._editors.get(model_id)
        return 1 if held is None else held.editor.at_once

    def info(self, model_id: str) -> ModelInfo:
        """What a model says of itself.

        Raises:
            UnknownModel: no folder has it.
        """
        return self._installed(model_id)[0]

    def folder(self, model_id: str) -> Path:
        """Where a model is.

        Raises:
            UnknownModel: no folder has it.
        """
        return self._installed(model_id)[1]

    def _installed(self, model_id: str) -> tuple[ModelInfo, Path]:
        known = self._catalog.models()
        if model_id not in known:
            raise UnknownModel("there is no such model: see GET /models")
        return known[model_id]

    def version(self, model_id: str) -> str:
        """The version of a model that is loaded."""
        return self._editors[model_id].info.version

    def _make_room(self, num_bytes: int) -> None:
        """Drop the models used longest ago until so many bytes fit into the budget."""
        room = self.settings.model_memory_mb * MB - num_bytes
        while self._editors and sum(held.memory for held in self._editors.values()) > room:
            model_id, _ = self._editors.popitem(last=False)
            log.info("model %s makes room", model_id)
        gc.collect()

    def free_memory(self) -> None:
        """Drop every loaded model and decoded picture, after memory ran out."""
        self._editors.clear()
        self.pictures.clear()
        self.parts.clear()
        self.masks.clear()
        gc.collect()
        self._release_memory()

    def _load(self, model_id: str, model_dir: Path) -> JobEditor:
        begun_s = time.monotonic()
        try:
            editor = self._load_editor(model_dir, self.device)
        except (OSError, ValueError, RuntimeError, KeyError) as error:
            log.exception("model %s cannot be loaded", model_id)
            raise ModelUnavailable(
                f"the model {model_id} cannot be loaded; the server's log says why"
            ) from error
        seconds = time.monotonic() - begun_s
        log.info("model %s: %.0f MB in %.1f s", model_id, memory_of(model_dir) / MB, seconds)
        return editor


def memory_of_picture(picture: Picture) -> int:
    """Bytes of a decoded picture."""
    return picture.pixels.nbytes + (0 if picture.alpha is None else picture.alpha.nbytes)


def memory_of(model_dir: Path) -> int:
    """Bytes that a model's weights take at most: what is float16 on disk is float32 in memory."""
    return 2 * sum(path.stat().st_size for path in model_dir.glob("*.safetensors"))

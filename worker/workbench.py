"""What a worker has at hand between jobs: the library, the loaded models, recent pictures."""

import gc
import logging
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from contracts.catalog import Catalog
from contracts.errors import ModelUnavailable, UnknownModel
from contracts.job_store import JobStore
from contracts.library import Library
from worker.decode import Picture, decode_picture
from worker.ports import Editor, LoadEditor
from worker.settings import WorkerSettings

log = logging.getLogger(__name__)

MAX_CACHED_PICTURE_PX = 60_000_000  # 180 MB of RGB: one phone's photo, or many small ones


class Workbench:
    """Named holder of the expensive things. One job at a time, on one thread."""

    def __init__(
        self,
        settings: WorkerSettings,
        store: JobStore,
        library: Library,
        load_editor: LoadEditor,
        device: str,
        name: str,
        is_stopping: Callable[[], bool],
        release_memory: Callable[[], None],
    ) -> None:
        self.settings = settings
        self.store = store
        self.library = library
        self.device = device
        self.name = name
        self.is_stopping = is_stopping
        self._load_editor = load_editor
        self._release_memory = release_memory
        self._catalog = Catalog(settings.models_dirs)
        self._editors: OrderedDict[str, tuple[float, Editor]] = OrderedDict()
        self._pictures: OrderedDict[str, Picture] = OrderedDict()

    def warm_up(self) -> None:
        """Load as many models as are kept; one that cannot be loaded is left for its first job."""
        for model_id in list(self._catalog.models())[: self.settings.max_loaded_models]:
            try:
                self.editor(model_id)
            except ModelUnavailable:
                log.exception("model %s cannot be loaded", model_id)

    def loaded_models(self) -> tuple[str, ...]:
        """Ids of the models in memory."""
        return tuple(self._editors)

    def editor(self, model_id: str) -> Editor:
        """A loaded model; read anew when its files have changed.

        Raises:
            UnknownModel: no folder has it.
            ModelUnavailable: its files cannot be loaded.
        """
        known = self._catalog.models()
        if model_id not in known:
            raise UnknownModel("there is no such model: see GET /models")
        model_dir = known[model_id][1]
        changed_at = (model_dir / "config.json").stat().st_mtime
        held = self._editors.get(model_id)
        if held is None or held[0] != changed_at:
            self._editors.pop(model_id, None)
            while len(self._editors) >= self.settings.max_loaded_models:
                self._editors.popitem(last=False)
            self._editors[model_id] = (changed_at, self._load(model_id, model_dir))
        self._editors.move_to_end(model_id)
        return self._editors[model_id][1]

    def free_memory(self) -> None:
        """Drop every loaded model and decoded picture, after memory ran out."""
        self._editors.clear()
        self._pictures.clear()
        gc.collect()
        self._release_memory()

    def picture(self, owner: str, image_id: str) -> Picture:
        """A decoded picture of the library."""
        record = self.library.image(owner, image_id)
        if image_id not in self._pictures:
            data = self.library.image_bytes(record)
            self._pictures[image_id] = decode_picture(data, record.width * record.height)
        self._pictures.move_to_end(image_id)
        while len(self._pictures) > 1 and self._cached_px() > MAX_CACHED_PICTURE_PX:
            self._pictures.popitem(last=False)
        return self._pictures[image_id]

    def _cached_px(self) -> int:
        return sum(p.pixels.shape[0] * p.pixels.shape[1] for p in self._pictures.values())

    def _load(self, model_id: str, model_dir: Path) -> Editor:
        try:
            editor = self._load_editor(model_dir, self.device)
        except (OSError, ValueError, RuntimeError, KeyError) as error:
            raise ModelUnavailable(
                f"the model {model_id} cannot be loaded; the server's log says why"
            ) from error
        self.store.set_version(model_id, editor.version)
        return editor

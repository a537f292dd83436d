"""What a job needs of a loaded model: the `JobEditor`. Jobs know this seam, not torch."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from contracts.edits import EditValue
from contracts.errors import UnknownMask
from contracts.lands import DrawRequest
from contracts.requests import Detail, Fit, GenerateRequest
from models.step import Report, silent

Pixels = NDArray[np.uint8]
"""uint8 [H, W, 3] RGB."""

FetchTensor = Callable[[str], bytes]
"""The safetensors of a latent, by its id."""

FetchMask = Callable[[str], NDArray[np.float32]]
"""A stored mask by its id: [h, w] in [0, 1], of its own size."""


def no_mask(mask_id: str) -> NDArray[np.float32]:
    """Where no mask is stored.

    Raises:
        UnknownMask: always.
    """
    raise UnknownMask(f"the mask {mask_id} is not here")


@dataclass(frozen=True)
class EncodeOptions:
    """How to encode; what is None is the model's choice.

    Attributes:
        regulariser: weight of the pull towards generated latents.
        begin: the tensor of a latent to go on from.
    """

    space: str | None = None
    steps: int | None = None
    regulariser: float | None = None
    begin: bytes | None = None


@dataclass(frozen=True)
class Encoded:
    """A latent map and the picture it makes."""

    tensor: bytes
    """safetensors of the latent map."""
    pixels: Pixels
    """The reconstruction, at the model's size."""
    space: str
    grid: tuple[int, int]
    """Rows and columns."""
    psnr_db: float
    perceptual: float
    perceptual_metric: str
    readings: dict[str, float]
    """What the picture reads of each attribute, in σ."""
    fit: Fit | None = None
    """None for a picture of the model's own."""
    twin: Pixels | None = None
    """What its twin draws; None where that is the reconstruction."""


@dataclass(frozen=True)
class EditCall:
    """What is to be edited, and how.

    Attributes:
        original: what was encoded, at its own size.
        edits: of the list, those that are on.
        tensor, mask: how the editor gets what is stored.
        composite: the change carried to the original, or the model's own picture.
        share: of every edit, in [0, 1].
        detail: a draft is drawn coarser.
        report: hears of the pieces of what is drawn in several; may raise.
    """

    latent_id: str
    original: Pixels
    edits: Sequence[EditValue]
    tensor: FetchTensor = field(kw_only=True)
    mask: FetchMask = field(kw_only=True, default=no_mask)
    composite: Literal["residual", "model"] = field(kw_only=True)
    share: float = field(kw_only=True, default=1.0)
    detail: Detail = field(kw_only=True, default="full")
    report: Report = field(kw_only=True, default=silent)


@dataclass(frozen=True)
class Edited:
    """An edited picture, as large as the original."""

    pixels: Pixels
    changed_box: tuple[int, int, int, int] | None
    """x, y, w, h in pixels of the original; None when nothing changed."""


class JobEditor(Protocol):
    """One loaded model on one device. Not safe for threads: a worker does one thing at a time."""

    @property
    def model_id(self) -> str: ...

    @property
    def resolution(self) -> int: ...

    @property
    def device(self) -> str: ...

    @property
    def kept_bytes(self) -> int:
        """Memory that what it keeps for the next job takes, besides its weights."""
        ...

    def encode(
        self,
        original: Pixels,
        options: EncodeOptions,
        on_step: Report,
    ) -> Encoded:
        """Find the latent of a crop. `on_step` may raise to stop."""
        ...

    def check_latent(self, tensor: bytes, size: tuple[int, int]) -> tuple[int, int]:
        """Rows and columns of the cells of a latent from elsewhere, of a crop of `size` (height,
        width). Raises where it is not one latent of that shape."""
        ...

    def with_twin(self, tensor: bytes, on_step: Report) -> bytes:
        """A latent with the twin that is edited in its stead; as it is if it has one, or needs
        none. `on_step` may raise to stop."""
        ...

    @property
    def at_once(self) -> int:
        """How many edits are worth doing together."""
        ...

    def edit(self, call: EditCall) -> Edited:
        """Apply edits, or a share of them, to a latent and carry the difference, or a draft of it,
        to `original`, at its own size."""
        ...

    def edit_together(self, calls: Sequence[EditCall]) -> list[Edited | Exception]:
        """The same for several, as few times as it can; what one raises is its own."""
        ...

    def generate(self, wanted: GenerateRequest, on_step: Report = silent) -> Encoded:
        """Draw the picture of a seed (0 if none is given)."""
        ...

    def draw(
        self, wanted: DrawRequest, on_step: Report, *, mask: FetchMask = no_mask
    ) -> Iterator[Pixels]:
        """Draw a box of an endless land, in strips from the top. `on_step` may raise to stop."""
        ...

    def strip(self, attribute: str) -> Pixels:
        """What a direction does, as it was found: five small pictures in a row, weak to strong."""
        ...

    def heat_map(self, latent_id: str, attribute: str, *, tensor: FetchTensor) -> NDArray[np.uint8]:
        """Where an attribute is read: uint8 [H, W, 3 or 4] at the model's size."""
        ...


LoadEditor = Callable[[Path, str], JobEditor]
"""`load_editor(model_dir, device)`."""

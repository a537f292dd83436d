"""The encoders in checkpoints of pSp and e4e: `{"state_dict": {"encoder.*", "decoder.*"},
"latent_avg", "opts"}`.

Their relatives share the form of the file and encode otherwise; they are told apart by what the
options say and by the first layer's shape. Source: eladrich/pixel2style2pixel@5cfff38 and
omertov/encoder4editing@99ea505, models/psp.py.
"""

import re
from collections.abc import Mapping
from typing import Any, Literal

import torch
from torch import Tensor

from models.checkpoints.checkpoint import shapes
from models.checkpoints.pickles import Record
from models.checkpoints.tensors import View
from models.errors import CheckpointError, OtherEncoder
from models.style_encoder import SIDE, StyleEncoder, StyleEncoderConfig, assembled

PREFIX = "encoder."
FIRST = "input_layer.0.weight"
HEAD = "styles.0.linear.weight"
MAX_STYLES = 22  # of a generator of 4096 px
CAR_ROWS = 192  # of 256: e4e's cars are 4 : 3, in the middle of a square
KINDS: dict[str, Literal["psp", "e4e"]] = {
    "GradualStyleEncoder": "psp",
    "Encoder4Editing": "e4e",
}
"""By the option `encoder_type`."""
OTHER_TASKS = {
    "frontal": "turns faces to the front",
    "super_resolution": "enlarges small pictures",
    "sketch": "draws what a sketch shows",
    "seg": "draws what a map of labels shows",
}
"""By a part of the option `dataset_type`: what such encoders do instead of finding a picture."""


def find_style_encoder(value: Any) -> StyleEncoder | None:
    """The encoder of a file's value, its larger weights in half precision; None when it holds no
    encoder. What is found is taken out of the value, so that a file is not in memory twice.

    Raises:
        OtherEncoder: it is of another kind, or for something else.
        CheckpointError: it is not the whole of one.
    """
    whole = value.get("state_dict") if isinstance(value, dict) else None
    if not isinstance(whole, dict):
        return None
    names = [name for name in whole if isinstance(name, str)]
    if any(name.startswith("hypernet.") for name in names):
        raise OtherEncoder("HyperStyle's encoder changes the generator's weights")
    views = {n.removeprefix(PREFIX): whole.pop(n) for n in names if n.startswith(PREFIX)}
    if not views:
        return None
    if not all(isinstance(view, View) for view in views.values()):
        raise CheckpointError("damaged: an encoder whose weights are not tensors")
    options = options_of(value)
    config = infer_config(views, options)
    with torch.device("meta"):
        wanted = StyleEncoder(config).state_dict()
    mean = torch.zeros(wanted.pop("latent_avg").shape)
    if options.get("start_from_latent_avg"):
        mean = mean_codes(value.get("latent_avg"), mean)
    check_weights(views, wanted)
    state = {name: kept(name, views.pop(name), like) for name, like in wanted.items()}
    return assembled(config, state | {"latent_avg": mean})


def options_of(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the file says of its training."""
    options = value.get("opts")
    if isinstance(options, Record):
        options = options.state
    return options if isinstance(options, dict) else {}


def infer_config(views: Mapping[str, View], options: Mapping[str, Any]) -> StyleEncoderConfig:
    """The architecture, if it is one of the two.

    Raises:
        OtherEncoder: it is not, or it was trained for something else.
        CheckpointError: weights that show it are missing.
    """
    first, head = views.get(FIRST), views.get(HEAD)
    if first is not None and len(first.size) == 4 and first.size[1] == 6:
        raise OtherEncoder("ReStyle's encoder looks at its own drawing as well")
    if first is not None and len(first.size) == 4 and first.size[1] != 3:
        raise OtherEncoder(f"its encoder reads {first.size[1]} channels, not RGB pictures")
    named, task = text(options.get("encoder_type")), text(options.get("dataset_type"))
    if named not in KINDS:
        raise OtherEncoder(f"its encoder is {named!r}; Latentbrush runs {' and '.join(KINDS)}")
    for part, does in OTHER_TASKS.items():
        if part in task:
            raise OtherEncoder(f"its encoder {does}: it was trained on {task!r}")
    num = sum(1 for name in views if re.fullmatch(r"styles\.\d+\.linear\.weight", name))
    if head is None or num > MAX_STYLES or len(head.size) != 2 or not is_width(head.size[0]):
        raise CheckpointError(f"not a whole encoder: see its {HEAD}")
    rows = CAR_ROWS if task.startswith("cars") else SIDE
    return StyleEncoderConfig(KINDS[named], num, head.size[0], rows)


def text(value: Any) -> str:
    """The beginning of an option that is text; nothing of any other."""
    return value[:60] if isinstance(value, str) else ""


def is_width(dim: int) -> bool:
    """Whether the body's widths, and a sixteenth of each, are whole numbers for that D."""
    return dim > 0 and dim % 128 == 0


def mean_codes(view: Any, like: Tensor) -> Tensor:
    """The mean w, which codes usually start from, for every style layer: [L, D]. A file may have it
    once, or for more layers than there are.

    Raises:
        CheckpointError: it is missing, of another shape, or not finite.
    """
    mean = view.tensor().float() if isinstance(view, View) else torch.zeros(0)
    if mean.ndim == 1 or (mean.ndim == 2 and len(mean) == 1):
        mean = mean.reshape(1, -1).expand(len(like), -1)
    if mean.ndim != 2 or len(mean) < len(like) or mean.shape[1] != like.shape[1]:
        raise CheckpointError("not a whole encoder: see its latent_avg")
    return finite("latent_avg", mean[: len(like)].clone())


def check_weights(views: Mapping[str, View], wanted: Mapping[str, Tensor]) -> None:
    """Refuse weights that are not those of the architecture, before a number is looked at.

    Raises:
        CheckpointError: some are missing, left over, or of other shapes.
    """
    held, whole = {name: view.size for name, view in views.items()}, shapes(wanted)
    if held != whole:
        name, _ = min(set(held.items()) ^ set(whole.items()))
        raise CheckpointError(f"not a whole encoder: see its {name[:60]!r}")


def kept(name: str, view: View, like: Tensor) -> Tensor:
    """A weight as a model keeps it: vectors stay as they are, since a variance need not fit into
    half precision."""
    dtype = torch.float16 if like.ndim > 1 else like.dtype
    own = torch.empty(view.size, dtype=dtype).copy_(view.tensor())
    return finite(name, own)


def finite(name: str, weight: Tensor) -> Tensor:
    """A weight whose numbers are numbers, in the precision that it is kept in.

    Raises:
        CheckpointError: some are not.
    """
    if not bool(weight.isfinite().all()):
        raise CheckpointError(f"its training has diverged: the encoder's {name} is not finite")
    return weight

"""A StyleGAN2 generator read from a foreign file: its architecture, and weights in our names."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from models.errors import CheckpointError
from models.generator import Generator, GeneratorConfig
from models.ops import fir_filter
from models.style_encoder import StyleEncoder

MAPPING_RATE = 0.01
MAX_RESOLUTION = 4096
GRID = 32  # cells per side offered for painting on a foreign generator


@dataclass(frozen=True)
class Checkpoint:
    """What a reader makes of a file.

    Attributes:
        format: of the file, in a person's words.
        state: the generator's state dict, under NVIDIA's official names.
        encoder: what finds latents of pictures, if the file has one that is run here.
        left: why the encoder that the file has is left in it; "" if it is not.
    """

    format: str
    config: GeneratorConfig
    state: dict[str, Tensor]
    encoder: StyleEncoder | None = None
    left: str = ""

    def generator(self) -> Generator:
        """The generator itself."""
        generator = Generator(self.config)
        generator.load_state_dict({name: tensor.float() for name, tensor in self.state.items()})
        return generator.eval().requires_grad_(False)


def is_usual_filter(kernel: Tensor) -> bool:
    """Whether a resampling filter is StyleGAN2's [1, 3, 3, 1], whatever gain it is kept with."""
    weights = kernel.float()
    return kernel.shape == (4, 4) and torch.allclose(weights / weights.sum(), fir_filter())


def checked(checkpoint: Checkpoint) -> Checkpoint:
    """A checkpoint whose weights are those of its architecture.

    Raises:
        CheckpointError: weights are missing, left over, of other shapes or not finite.
    """
    with torch.device("meta"):
        wanted = shapes(Generator(checkpoint.config).state_dict())
    held = shapes(checkpoint.state)
    if wanted != held:
        name, _ = min(set(wanted.items()) ^ set(held.items()))
        fault = "is missing" if name not in held else "is of another shape"
        fault = "is left over" if name not in wanted else fault
        raise CheckpointError(f"not a whole StyleGAN2 generator: {name} {fault}")
    for name, tensor in checkpoint.state.items():
        if not bool(tensor.isfinite().all()):
            raise CheckpointError(f"its training has diverged: {name} is not finite")
    return checkpoint


def shapes(state: Mapping[str, Tensor]) -> dict[str, tuple[int, ...]]:
    """The shape of every weight."""
    return {name: tuple(tensor.shape) for name, tensor in state.items()}


def with_mapping_rate(state: dict[str, Tensor], lr_multiplier: float) -> dict[str, Tensor]:
    """Fold a mapping network's learning rate multiplier into weights for StyleGAN2's usual one."""
    factor = lr_multiplier / MAPPING_RATE
    return {
        name: tensor * factor if factor != 1 and name.startswith("mapping.fc") else tensor
        for name, tensor in state.items()
    }


def infer_config(state: Mapping[str, Tensor], conv_clamp: float | None = None) -> GeneratorConfig:
    """The architecture that weights under our names have.

    Raises:
        CheckpointError: the weights are not a StyleGAN2 generator's.
    """
    try:
        widths = {
            int(name.split(".")[1][1:]): tensor.shape[0]
            for name, tensor in state.items()
            if name.startswith("synthesis.b") and name.endswith(".conv1.weight")
        }
        resolution, widest = max(widths), widths[4]
        narrow = [res for res, width in widths.items() if width < widest]
        first = state["mapping.fc0.weight"]
        w_dim = state["synthesis.b4.conv1.affine.weight"].shape[1]
        colours = state["synthesis.b4.torgb.bias"].numel()
    except (KeyError, ValueError) as error:
        raise CheckpointError("not a StyleGAN2 generator") from error
    if resolution.bit_count() != 1 or resolution > MAX_RESOLUTION:
        raise CheckpointError(f"not a StyleGAN2 generator: it draws at {resolution} px")
    if colours != 3:
        raise CheckpointError(f"it draws {colours} channels; Latentbrush edits RGB pictures")
    embed = state.get("mapping.embed.weight")
    c_dim = 0 if embed is None else embed.shape[1]
    return GeneratorConfig(
        img_resolution=resolution,
        z_dim=first.shape[1] - (w_dim if c_dim else 0),
        w_dim=w_dim,
        c_dim=c_dim,
        channel_base=widths[min(narrow)] * min(narrow) if narrow else widest * resolution,
        channel_max=widest,
        mapping_layers=sum(1 for name in state if name.endswith(".weight") and ".fc" in name),
        conv_clamp=conv_clamp,
        grid=min(GRID, resolution),
    )

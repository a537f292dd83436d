"""A model as a person knows it: generator, latent statistics, encoder, attributes."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from models.attributes import Attribute, AttributeSet
from models.description import CONFIG, FORMAT, locked
from models.encoder import Encoder, EncoderConfig
from models.errors import CheckpointError
from models.folder import MISFITS, Parts, Weights, read_folder, write_folder
from models.generator import Drawing, Generator, GeneratorConfig
from models.latents import LatentMap, Layout, space_names
from models.lpips import Lpips, find_lpips
from models.metrics import pyramid_distance
from models.perceptual import PerceptualConfig, PerceptualNet
from models.prior import Prior, describe_prior, read_prior
from models.reader import AttributeReader
from models.region import Region
from models.shift_tolerant import StLpips, find_st_lpips
from models.style_encoder import StyleEncoder, StyleEncoderConfig, assembled
from models.whitening import Whitening

STORED = {"float16": torch.float16, "float32": torch.float32}

Network = TypeVar("Network", bound=nn.Module)

AnyEncoder = Encoder | StyleEncoder
"""Ours, which is spatial, or that of pSp or e4e."""


@dataclass(frozen=True)
class Encoding:
    """How this model encodes by default.

    Attributes:
        steps: optimisation steps after the encoder.
        regulariser: weight of the pull towards generated latents ("faithful" 0 … "editable").
        plain: the space of twins (`models/twins.py`).
        plain_steps: optimisation steps of a twin after the encoder.
        plain_truncation: pull of a twin to the mean w: 1 is none, 0 is all.
    """

    space: str = "S+"
    steps: int = 60
    regulariser: float = 0.05
    plain: str = "W"
    plain_steps: int = 20
    plain_truncation: float = 1.0


@dataclass(frozen=True)
class FitBounds:
    """Which pictures are like what this model knows (`models/fit.py`).

    Attributes:
        close, stranger: shares below which, and from which on, a picture is called that. Where
            nobody has measured them they are rules of thumb.
    """

    close: float = 0.5
    stranger: float = 0.8


@dataclass(frozen=True)
class Card:
    """What a model says of itself.

    Attributes:
        license: an SPDX name, or the name that its source gives.
        origin: of an imported one: the file's name, its format and its SHA-256.
        purpose: which pictures it is for, in a sentence; "" if nobody said.
        aligned: the square that it wants faces in (`models/faces/alignment.py`), if it does.
    """

    id: str
    title: str
    source: str
    license: str
    any_size: bool = False
    origin: Mapping[str, str] | None = None
    purpose: str = ""
    aligned: str | None = None


@dataclass(frozen=True)
class Model:
    """A loaded model, on one device.

    Attributes:
        dtype: what the generator's convolutions run in.
        reader: what reads its attributes off a latent, if it can.
        prior: how z is distributed over cells, of a spatially trained model.
        stored: what its weights are kept in on disk; float32 draws what the original draws.
    """

    card: Card
    generator: Generator
    whitening: Whitening
    encoder: AnyEncoder | None
    perceptual: PerceptualNet | None
    attributes: AttributeSet
    encoding: Encoding
    device: torch.device
    dtype: torch.dtype
    stored: torch.dtype = torch.float16
    reader: AttributeReader | None = None
    prior: Prior | None = None
    fit: FitBounds = FitBounds()
    version: str = ""

    @property
    def layout(self) -> Layout:
        """Where the style layers live."""
        return self.generator.config.layout

    def render(self, latent: LatentMap, resolution: int | None = None) -> Tensor:
        """Draw a latent: img [N, 3, H, W]; at a smaller resolution, what the generator has drawn
        by then: coarser, and in less time."""
        return self.draw(latent, resolution).img

    def draw(
        self, latent: LatentMap, resolution: int | None = None, region: Region | None = None
    ) -> Drawing:
        """Draw a latent, or a region of it, as `render` does, and keep what the last block knew."""
        synthesis = self.generator.synthesis
        return synthesis.draw(latent, dtype=self.dtype, finest=resolution, region=region)

    def autocast(self) -> torch.autocast:
        """The context in which the other networks run in the model's dtype."""
        return torch.autocast(self.device.type, self.dtype, enabled=self.dtype != torch.float32)

    def predict(self, img: Tensor, encoder: AnyEncoder) -> list[Tensor]:
        """What an encoder makes of pictures: L whitened maps [N, K, h_l, w_l] in float32."""
        if isinstance(encoder, StyleEncoder):
            return encoder.coordinates(img, self.whitening, self.layout)
        with self.autocast():
            return [v.float() for v in encoder(img)]

    @property
    def published_measure(self) -> Lpips | StLpips | None:
        """A published measure of pictures that is installed, for models without their own."""
        return find_lpips(self.device) or find_st_lpips(self.device)

    def distance(self, img: Tensor, other: Tensor) -> Tensor:
        """Perceptual distance [N]: by the model's own network, else LPIPS, else ST-LPIPS, else
        over a pyramid."""
        network = self.perceptual or self.published_measure
        if network is None:
            return pyramid_distance(img, other)
        with self.autocast():
            return network.distance(img, other).float()

    @property
    def perceptual_metric(self) -> str:
        """The name of what `distance` measures."""
        if self.perceptual is not None:
            return f"{self.card.id}-perceptual"
        return "pyramid-l1" if self.published_measure is None else self.published_measure.name


def best_dtype(device: torch.device) -> torch.dtype:
    """bfloat16 where the device has units for products of such matrices, else float32."""
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32
    has_tiles = device.type == "cpu" and torch.cpu._is_amx_tile_supported()
    return torch.bfloat16 if has_tiles else torch.float32


def save_model(model: Model, folder: Path) -> None:
    """Write a model's folder."""
    write_folder(folder, describe(model), parts_of(model))


def change_model(
    folder: Path, change: Callable[[Model], Model], device: str | torch.device = "cpu"
) -> Model:
    """Change the model in a folder as it is now, which may not be as it was when a training began:
    directions are found, named and dropped meanwhile."""
    with locked(folder):
        changed = change(load_model(folder, device))
        save_model(changed, folder)
    return changed


def add_attributes(added: AttributeSet, folder: Path) -> None:
    """Add attributes to the model in a folder as it is now."""

    def more(model: Model) -> Model:
        known = model.attributes
        rows = added.directions.to(known.directions)
        if known.attributes:
            rows = torch.cat([known.directions, rows])
        return replace(model, attributes=AttributeSet(known.attributes + added.attributes, rows))

    change_model(folder, more)


def parts_of(model: Model) -> Parts:
    """The weights of a model."""
    whitening = model.whitening
    basis = {
        "mean": whitening.mean,
        "basis": whitening.basis.contiguous(),
        "scale": whitening.scale,
    }
    parts = {"generator": weights_of(model.generator, model.stored), "whitening": basis}
    if isinstance(model.encoder, StyleEncoder):
        parts["encoder"] = weights_of(model.encoder, dtype=None)
    elif model.encoder is not None:
        parts["encoder"] = weights_of(model.encoder)
    if model.perceptual is not None:
        parts["perceptual"] = weights_of(model.perceptual)
    if model.attributes.attributes:
        directions = model.attributes.directions.float().cpu().contiguous()
        parts["attributes"] = {"directions": directions}
    if model.reader is not None:
        tensors = {"weight": model.reader.weight, "bias": model.reader.bias}
        tensors["place"] = model.reader.place
        parts["reader"] = {name: each.cpu().contiguous() for name, each in tensors.items()}
    return parts


def describe(model: Model) -> dict[str, Any]:
    """The contents of `config.json`, without the list of files."""
    layout = model.layout
    return {
        "format": FORMAT,
        **asdict(model.card),
        "resolution": layout.resolution,
        "grid": [layout.grid, layout.grid],
        "spaces": space_names(layout),
        "default_space": model.encoding.space,
        "attributes": describe_attributes(model.attributes),
        "encoding": asdict(model.encoding),
        "fit": asdict(model.fit),
        "stored": str(model.stored).removeprefix("torch."),
        "generator": asdict(model.generator.config),
        "encoder": None if model.encoder is None else asdict(model.encoder.config),
        "perceptual": None if model.perceptual is None else asdict(model.perceptual.config),
        "reader": None if model.reader is None else list(model.reader.ids),
        "prior": None if model.prior is None else describe_prior(model.prior),
    }


def describe_attributes(known: AttributeSet) -> list[dict[str, Any]]:
    """Attributes as `config.json` lists them, each with its row of the directions."""
    return [asdict(a) | {"row": row} for row, a in enumerate(known.attributes)]


def weights_of(network: nn.Module, dtype: torch.dtype | None = torch.float16) -> Weights:
    """A network's state in one type or, with None, in those that it has."""
    state = network.state_dict()
    return {k: v.detach().to("cpu", dtype or v.dtype).contiguous() for k, v in state.items()}


def load_model(
    folder: Path, device: str | torch.device = "cpu", dtype: torch.dtype | None = None
) -> Model:
    """Read a model's folder.

    Raises:
        CheckpointError: a file is missing, damaged, or does not fit the configuration.
    """
    device = torch.device(device)
    config, parts = read_folder(folder)
    try:
        return build(config, parts, device, dtype or best_dtype(device))
    except CheckpointError:
        raise
    except MISFITS as error:
        raise CheckpointError(f"{folder.name}: the model does not fit its {CONFIG}") from error


def build(
    config: Mapping[str, Any],
    parts: Parts,
    device: torch.device,
    dtype: torch.dtype,
) -> Model:
    """Put a model together from its configuration and its weights."""
    generator = Generator(GeneratorConfig(**config["generator"]))
    encoder: AnyEncoder | None = None
    perceptual = None
    if config["encoder"] is not None:
        encoder = build_encoder(config["encoder"], parts["encoder"], generator.config.layout)
        encoder.to(device)
    if config["perceptual"] is not None:
        perceptual = PerceptualNet(read_perceptual(config["perceptual"]))
        restore(perceptual, parts["perceptual"]).to(device)
    attributes = AttributeSet((), torch.zeros(0))
    if config["attributes"]:
        directions = parts["attributes"]["directions"].to(device)
        attributes = read_attributes(config["attributes"], directions)
    reader = None
    if config.get("reader"):
        tensors = {name: tensor.to(device) for name, tensor in parts["reader"].items()}
        reader = AttributeReader(tuple(config["reader"]), **tensors)
    return Model(
        card=Card(**{key: config[key] for key in Card.__dataclass_fields__ if key in config}),
        generator=restore(generator, parts["generator"]).to(device),
        whitening=Whitening(**parts["whitening"]).to(device),
        encoder=encoder,
        perceptual=perceptual,
        attributes=attributes,
        encoding=read_encoding(config),
        device=device,
        dtype=dtype,
        stored=STORED[config.get("stored", "float16")],
        reader=reader,
        prior=read_prior(config["prior"]) if config.get("prior") else None,
        fit=FitBounds(**config.get("fit", {})),
    )


def build_encoder(entry: Mapping[str, Any], state: dict[str, Tensor], layout: Layout) -> AnyEncoder:
    """An encoder of its configuration and its weights.

    Raises:
        CheckpointError: it is for a generator of another size.
    """
    if "kind" in entry:
        config = StyleEncoderConfig(**entry)
        if (config.num_styles, config.w_dim) != (len(layout.layer_res), layout.w_dim):
            raise CheckpointError("its encoder is for a generator of another size")
        return assembled(config, state)
    return restore(Encoder(read_encoder(entry), layout), state)


def restore(network: Network, state: dict[str, Tensor]) -> Network:
    """Load weights into a network that is then only used, not trained."""
    network.load_state_dict(state)
    return network.eval().requires_grad_(False)


def read_encoding(config: Mapping[str, Any]) -> Encoding:
    """How the model encodes. Spatial models from before there were twins edit what they find."""
    entry = dict(config["encoding"])
    if config.get("prior"):
        entry.setdefault("plain", entry["space"])
    return Encoding(**entry)


def read_encoder(entry: Mapping[str, Any]) -> EncoderConfig:
    """The encoder's configuration, its list as a tuple."""
    return EncoderConfig(**{**entry, "widths": tuple(entry["widths"])})


def read_perceptual(entry: Mapping[str, Any]) -> PerceptualConfig:
    """The perceptual network's configuration, its lists as tuples."""
    return PerceptualConfig(
        resolution=entry["resolution"],
        targets=tuple(entry["targets"]),
        widths=tuple(entry["widths"]),
        embedding=entry["embedding"],
    )


def read_attributes(entries: list[dict[str, Any]], directions: Tensor) -> AttributeSet:
    """The attributes that `config.json` lists, out of all directions [A, L, D] of the file."""
    attributes, rows = [], []
    for k, entry in enumerate(entries):
        known = {key: entry[key] for key in Attribute.__dataclass_fields__ if key in entry}
        if known.get("layers") is not None:
            known["layers"] = tuple(known["layers"])
        attributes.append(Attribute(**known))
        rows.append(directions[entry.get("row", k)])
    return AttributeSet(tuple(attributes), torch.stack(rows))

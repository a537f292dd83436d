"""A model as a person knows it: generator, latent statistics, encoder, attributes, in one folder.

A folder holds `config.json` and safetensors files, each listed with its SHA-256. Loading never
runs code from a file.
"""

import hashlib
import json
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

from models.attributes import Attribute, AttributeSet
from models.encoder import Encoder, EncoderConfig
from models.errors import CheckpointError
from models.generator import Generator, GeneratorConfig
from models.latents import LatentMap, Layout, space_names
from models.lpips import find_lpips
from models.metrics import pyramid_distance
from models.perceptual import PerceptualConfig, PerceptualNet
from models.prior import Prior, describe_prior, read_prior
from models.reader import AttributeReader
from models.whitening import Whitening

FORMAT = "latentbrush-model/1"
PART = re.compile(r"[a-z][a-z0-9-]*\.safetensors")
"""What a file of weights is called: never a path."""
MISFITS = (LookupError, TypeError, ValueError, AttributeError, SafetensorError, RuntimeError)
"""What building a model from another's configuration raises."""
STORED = {"float16": torch.float16, "float32": torch.float32}

Network = TypeVar("Network", bound=nn.Module)


@dataclass(frozen=True)
class Encoding:
    """How this model encodes by default.

    Attributes:
        steps: optimisation steps after the encoder.
        regulariser: weight of the pull towards generated latents ("faithful" 0 … "editable").
    """

    space: str = "S+"
    steps: int = 60
    regulariser: float = 0.1


@dataclass(frozen=True)
class Card:
    """What a model says of itself.

    Attributes:
        license: an SPDX name, or the name that its source gives.
        origin: of an imported one: the file's name, its format and its SHA-256.
    """

    id: str
    title: str
    source: str
    license: str
    any_size: bool = False
    origin: Mapping[str, str] | None = None


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
    encoder: Encoder | None
    perceptual: PerceptualNet | None
    attributes: AttributeSet
    encoding: Encoding
    device: torch.device
    dtype: torch.dtype
    stored: torch.dtype = torch.float16
    reader: AttributeReader | None = None
    prior: Prior | None = None
    version: str = ""

    @property
    def layout(self) -> Layout:
        """Where the style layers live."""
        return self.generator.config.layout

    def render(self, latent: LatentMap, resolution: int | None = None) -> Tensor:
        """Draw a latent: img [N, 3, H, W]; at a smaller resolution, what the generator has drawn
        by then: coarser, and in less time."""
        img: Tensor = self.generator.synthesis(latent, dtype=self.dtype, finest=resolution)
        return img

    def autocast(self) -> torch.autocast:
        """The context in which the other networks run in the model's dtype."""
        return torch.autocast(self.device.type, self.dtype, enabled=self.dtype != torch.float32)

    def predict(self, img: Tensor, encoder: Encoder) -> list[Tensor]:
        """What an encoder makes of pictures: L whitened maps [N, K, h_l, w_l] in float32."""
        with self.autocast():
            return [v.float() for v in encoder(img)]

    def distance(self, img: Tensor, other: Tensor) -> Tensor:
        """Perceptual distance [N]: by the model's own network, else LPIPS, else over a pyramid."""
        network = self.perceptual or find_lpips(self.device)
        if network is None:
            return pyramid_distance(img, other)
        with self.autocast():
            return network.distance(img, other).float()

    @property
    def perceptual_metric(self) -> str:
        """The name of what `distance` measures."""
        if self.perceptual is not None:
            return f"{self.card.id}-perceptual"
        lpips = find_lpips(self.device)
        return "pyramid-l1" if lpips is None else lpips.name


def best_dtype(device: torch.device) -> torch.dtype:
    """bfloat16 where the device computes in it natively, else float32."""
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32
    native = device.type == "cpu" and torch.cpu._is_avx512_bf16_supported()
    return torch.bfloat16 if native else torch.float32


def save_model(model: Model, folder: Path) -> None:
    """Write a model's folder, `config.json` last."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {"generator.safetensors": weights_of(model.generator, model.stored)}
    whitening = model.whitening
    files["whitening.safetensors"] = save(
        {"mean": whitening.mean, "basis": whitening.basis.contiguous(), "scale": whitening.scale}
    )
    if model.encoder is not None:
        files["encoder.safetensors"] = weights_of(model.encoder)
    if model.perceptual is not None:
        files["perceptual.safetensors"] = weights_of(model.perceptual)
    if model.attributes.attributes:
        directions = model.attributes.directions.float().cpu().contiguous()
        files["attributes.safetensors"] = save({"directions": directions})
    if model.reader is not None:
        tensors = {"weight": model.reader.weight, "bias": model.reader.bias}
        tensors["place"] = model.reader.place
        kept = {name: tensor.cpu().contiguous() for name, tensor in tensors.items()}
        files["reader.safetensors"] = save(kept)
    for name, data in files.items():
        write_part(folder / name, data)
    config = describe(model) | {"files": {name: sha256(data) for name, data in files.items()}}
    write_config(config, folder)
    for old in folder.glob("attributes*.safetensors"):
        if old.name not in files:
            old.unlink()


def change_model(
    folder: Path, change: Callable[[Model], Model], device: str | torch.device = "cpu"
) -> Model:
    """Change the model in a folder as it is now, which may not be as it was when a training began:
    directions are found, named and dropped meanwhile."""
    changed = change(load_model(folder, device))
    save_model(changed, folder)
    return changed


def write_part(path: Path, data: bytes) -> None:
    """Write a file in one step, unless it is there already: a server may be reading it."""
    if path.exists() and path.read_bytes() == data:
        return
    temporary = path.with_name(f".{path.name}-{secrets.token_hex(4)}.tmp")
    temporary.write_bytes(data)
    temporary.replace(path)


def add_attributes(added: AttributeSet, folder: Path) -> None:
    """Add attributes to the model in a folder as it is now; every other file stays."""
    config = json.loads((folder / "config.json").read_text())
    name = next((name for name in config["files"] if name.startswith("attributes")), None)
    rows = added.directions.float().cpu()
    if name is not None:
        rows = torch.cat([load((folder / name).read_bytes())["directions"].float(), rows])
        del config["files"][name]
    data = save({"directions": rows.contiguous()})
    new_name = f"attributes-{sha256(data)[:12]}.safetensors"  # the old one stays until the end
    write_part(folder / new_name, data)
    config["files"][new_name] = sha256(data)
    for row, entry in enumerate(config["attributes"]):
        entry.setdefault("row", row)
    first = len(rows) - len(added.attributes)
    config["attributes"] += describe_attributes(added, first)
    write_config(config, folder)
    if name not in (None, new_name):
        (folder / str(name)).unlink()


def write_config(config: Mapping[str, Any], folder: Path) -> None:
    """Write `config.json` in one step, so that nobody reads half of it."""
    text = json.dumps(config, indent=1, ensure_ascii=False) + "\n"
    write_part(folder / "config.json", text.encode())


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
        "stored": str(model.stored).removeprefix("torch."),
        "generator": asdict(model.generator.config),
        "encoder": None if model.encoder is None else asdict(model.encoder.config),
        "perceptual": None if model.perceptual is None else asdict(model.perceptual.config),
        "reader": None if model.reader is None else list(model.reader.ids),
        "prior": None if model.prior is None else describe_prior(model.prior),
    }


def describe_attributes(known: AttributeSet, first: int = 0) -> list[dict[str, Any]]:
    """Attributes as `config.json` lists them, each with its row of the directions."""
    return [asdict(a) | {"row": first + row} for row, a in enumerate(known.attributes)]


def weights_of(network: nn.Module, dtype: torch.dtype = torch.float16) -> bytes:
    """A network's state as safetensors."""
    state = network.state_dict()
    return save({k: v.detach().to("cpu", dtype).contiguous() for k, v in state.items()})


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def load_model(
    folder: Path, device: str | torch.device = "cpu", dtype: torch.dtype | None = None
) -> Model:
    """Read a model's folder.

    Raises:
        CheckpointError: a file is missing, damaged, or does not fit the configuration.
    """
    device = torch.device(device)
    try:
        config = json.loads((folder / "config.json").read_text())
        if config.get("format") != FORMAT:
            raise CheckpointError(f"{folder.name}: not a {FORMAT} folder")
        files = {name: read_part(folder, name, sum_) for name, sum_ in config["files"].items()}
        model = build(config, files, device, dtype or best_dtype(device))
    except CheckpointError:
        raise
    except OSError as error:
        raise CheckpointError(f"{folder.name}: {error.strerror}: {error.filename}") from error
    except (
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
        SafetensorError,
        RuntimeError,
    ) as error:
        raise CheckpointError(f"{folder.name}: the model does not fit its config.json") from error
    return model


def read_part(folder: Path, name: str, expected: str) -> dict[str, Tensor]:
    """Read one of a model's safetensors files after checking its SHA-256.

    Raises:
        CheckpointError: its name is none, it is missing, or it is not the one that `config.json`
            lists.
    """
    path = folder / name
    if not PART.fullmatch(name):
        raise CheckpointError(f"{folder.name}: {name!r} cannot be a file of its weights")
    if not path.is_file():
        raise CheckpointError(f"{folder.name}: {name} is missing")
    data = path.read_bytes()
    if sha256(data) != expected:
        raise CheckpointError(f"{folder.name}: {name} is damaged (wrong SHA-256)")
    return {name: tensor.float() for name, tensor in load(data).items()}


def build(
    config: Mapping[str, Any],
    files: Mapping[str, dict[str, Tensor]],
    device: torch.device,
    dtype: torch.dtype,
) -> Model:
    """Put a model together from its configuration and the contents of its files."""
    generator = Generator(GeneratorConfig(**config["generator"]))
    encoder = perceptual = None
    if config["encoder"] is not None:
        encoder = Encoder(read_encoder(config["encoder"]), generator.config.layout)
        restore(encoder, files["encoder.safetensors"]).to(device)
    if config["perceptual"] is not None:
        perceptual = PerceptualNet(read_perceptual(config["perceptual"]))
        restore(perceptual, files["perceptual.safetensors"]).to(device)
    attributes = AttributeSet((), torch.zeros(0))
    if config["attributes"]:
        (name,) = (name for name in files if name.startswith("attributes"))
        directions = files[name]["directions"].to(device)
        attributes = read_attributes(config["attributes"], directions)
    reader = None
    if config.get("reader"):
        tensors = {name: tensor.to(device) for name, tensor in files["reader.safetensors"].items()}
        reader = AttributeReader(tuple(config["reader"]), **tensors)
    return Model(
        card=Card(**{key: config[key] for key in Card.__dataclass_fields__ if key in config}),
        generator=restore(generator, files["generator.safetensors"]).to(device),
        whitening=Whitening(**files["whitening.safetensors"]).to(device),
        encoder=encoder,
        perceptual=perceptual,
        attributes=attributes,
        encoding=Encoding(**config["encoding"]),
        device=device,
        dtype=dtype,
        stored=STORED[config.get("stored", "float16")],
        reader=reader,
        prior=read_prior(config["prior"]) if config.get("prior") else None,
    )


def restore(network: Network, state: dict[str, Tensor]) -> Network:
    """Load weights into a network that is then only used, not trained."""
    network.load_state_dict(state)
    return network.eval().requires_grad_(False)


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

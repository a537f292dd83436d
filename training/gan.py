"""Training a StyleGAN2 generator: options, presets, growth from a smaller one, and the loop.

The loop alternates D and G steps with lazy regularisation (StyleGAN2, section 3.1) and keeps an
exponential moving average of G, which is what is released.
"""

import copy
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from models.discriminator import Discriminator
from models.generator import Generator, GeneratorConfig
from models.latents import LatentMap
from training.augment import AdaptiveAugment
from training.data import FreshPortraits, ImageFolder, ImageSource, PooledPortraits, mirror
from training.errors import TrainingError
from training.losses import PathLength, discriminator_loss, generator_loss, r1_penalty
from training.runs import Run, load_state


@dataclass(frozen=True)
class GanOptions:
    """What a run is made of; written to the run's `options.json`."""

    data: str = "portraits"  # the procedural set, or a folder of pictures
    resolution: int = 64
    channel_base: int = 2048
    channel_max: int = 128
    w_dim: int = 128
    mapping_layers: int = 4
    grid: int = 16
    batch: int = 16
    lr: float = 2e-3
    r1_gamma: float = 1.0
    r1_every: int = 16
    pl_weight: float = 0.0  # 2 in the paper; costs a third of the speed on a CPU
    pl_every: int = 8
    mbstd_group: int = 1  # 4 in the paper; 1 switches it off
    style_mixing: float = 0.5  # probability
    ema_kimg: float = 5.0  # half-life
    augment: bool = False  # adaptive augmentation, for folders of less than about 20,000 pictures
    pool: int = 16_000  # portraits kept in memory on a CPU
    seed: int = 0

    @property
    def generator(self) -> GeneratorConfig:
        """The architecture."""
        return GeneratorConfig(
            img_resolution=self.resolution,
            z_dim=self.w_dim,
            w_dim=self.w_dim,
            channel_base=self.channel_base,
            channel_max=self.channel_max,
            mapping_layers=self.mapping_layers,
            grid=self.grid,
        )


PRESETS: dict[str, GanOptions] = {
    "cpu64": GanOptions(),
    "cpu128": GanOptions(resolution=128, grid=32, pool=12_000),
    "gpu256": GanOptions(
        resolution=256,
        channel_base=16384,
        channel_max=256,
        w_dim=256,
        grid=32,
        batch=64,
        lr=2.5e-3,
        r1_gamma=2.0,
        pl_weight=2.0,
        mbstd_group=4,
        ema_kimg=20.0,
    ),
    "photos256": GanOptions(
        data="",
        resolution=256,
        channel_base=16384,
        channel_max=512,
        w_dim=512,
        mapping_layers=2,
        grid=32,
        r1_gamma=1.0,
        pl_weight=2.0,
        mbstd_group=4,
        style_mixing=0.9,
        ema_kimg=5.0,
        augment=True,
    ),
}


class GanTraining:
    """The networks, optimisers and counters of one run."""

    def __init__(self, options: GanOptions, device: torch.device) -> None:
        torch.manual_seed(options.seed)
        self.options = options
        self.device = device
        self.dtype = torch.bfloat16
        config = options.generator
        self.generator = Generator(config).to(device)
        self.discriminator = Discriminator(config, options.mbstd_group).to(device)
        self.ema = copy.deepcopy(self.generator).requires_grad_(False)
        self.path_length = PathLength()
        self.augment = AdaptiveAugment() if options.augment else None
        self.opt_g = adam(self.generator, options.lr, options.pl_every if options.pl_weight else 0)
        self.opt_d = adam(self.discriminator, options.lr, options.r1_every)
        self.nimg = 0
        self.rng = np.random.default_rng(options.seed)

    def latent(self, num: int) -> tuple[LatentMap, Tensor]:
        """Draw latents with style mixing; also returns the first w [N, D]."""
        mapping = self.generator.mapping
        w = mapping(torch.randn(num, self.options.w_dim, device=self.device))
        mapping.w_avg.lerp_(w.detach().mean(dim=0), 0.005)
        num_ws = self.generator.num_ws
        layers = [w[:, :, None, None]] * num_ws
        if self.rng.random() < self.options.style_mixing:
            cut = int(self.rng.integers(1, num_ws))
            other = mapping(torch.randn(num, self.options.w_dim, device=self.device))
            layers[cut:] = [other[:, :, None, None]] * (num_ws - cut)
        return LatentMap(tuple(layers)), w

    def seen(self, img: Tensor) -> Tensor:
        """What D is shown of a picture."""
        return img if self.augment is None else self.augment(img)

    def step_discriminator(self, real: Tensor, step: int) -> dict[str, Tensor]:
        """One update of D on as many real as generated pictures."""
        with torch.no_grad():
            latent, _ = self.latent(len(real))
            fake = self.generator.synthesis(latent, "random", self.dtype)
        fake_logits = self.discriminator(self.seen(fake), dtype=self.dtype)
        regularise = step % self.options.r1_every == 0
        shown = self.seen(real).detach().requires_grad_(regularise)
        real_logits = self.discriminator(shown, dtype=self.dtype)
        loss = discriminator_loss(real_logits, fake_logits)
        if regularise:
            weight = self.options.r1_gamma * self.options.r1_every
            loss = loss + r1_penalty(shown, real_logits) * weight
        update(self.opt_d, loss)
        if self.augment is not None:
            self.augment.observe(real_logits)
        return {"loss_d": loss.detach(), "real_sign": real_logits.detach().sign().mean()}

    def step_generator(self, num: int, step: int) -> dict[str, Tensor]:
        """One update of G, and of its moving average."""
        self.discriminator.requires_grad_(False)
        latent, w = self.latent(num)
        img = self.generator.synthesis(latent, "random", self.dtype)
        loss = generator_loss(self.discriminator(self.seen(img), dtype=self.dtype))
        if self.options.pl_weight and step % self.options.pl_every == 0:
            half = w[: max(1, num // 2)]
            penalty = self.path_length.penalty(self.generator, half, self.dtype)
            loss = loss + penalty * (self.options.pl_weight * self.options.pl_every)
        update(self.opt_g, loss)
        self.discriminator.requires_grad_(True)
        self.update_ema(num)
        return {"loss_g": loss.detach()}

    @torch.no_grad()
    def update_ema(self, num: int) -> None:
        """Move the average towards G, with a half-life in pictures; faster at the start."""
        half_life = min(self.options.ema_kimg * 1000, max(self.nimg, 1) * 0.05)
        keep = 0.5 ** (num / max(half_life, 1e-8))
        for average, now in zip(self.ema.parameters(), self.generator.parameters(), strict=True):
            average.lerp_(now, 1 - keep)
        for kept, buffer in zip(self.ema.buffers(), self.generator.buffers(), strict=True):
            kept.copy_(buffer)

    def state(self) -> dict[str, Any]:
        """Everything that `restore` needs."""
        return {
            "options": asdict(self.options),
            "generator": self.generator.state_dict(),
            "discriminator": self.discriminator.state_dict(),
            "ema": self.ema.state_dict(),
            "opt_g": self.opt_g.state_dict(),
            "opt_d": self.opt_d.state_dict(),
            "nimg": self.nimg,
            "pl_mean": self.path_length.mean,
            "augment_p": self.augment.p if self.augment else 0.0,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from `state`."""
        for name in ("generator", "discriminator", "ema", "opt_g", "opt_d"):
            getattr(self, name).load_state_dict(state[name])
        self.nimg = state["nimg"]
        self.path_length.mean = state["pl_mean"]
        if self.augment is not None:
            self.augment.p = state["augment_p"]
        torch.manual_seed(self.options.seed + self.nimg)
        self.rng = np.random.default_rng([self.options.seed, self.nimg])

    def grow_from(self, state: dict[str, Any]) -> None:
        """Take over every fitting weight of a run at a smaller resolution; new blocks start blank.

        Raises:
            TrainingError: the smaller run has another mapping network.
        """
        small = state["options"]
        if small["w_dim"] != self.options.w_dim or small["resolution"] >= self.options.resolution:
            raise TrainingError("--grow: needs a run of a smaller resolution and the same w_dim")
        for name in ("generator", "discriminator", "ema"):
            network: nn.Module = getattr(self, name)
            own = network.state_dict()
            fitting = {
                key: value
                for key, value in state[name].items()
                if key in own and own[key].shape == value.shape
            }
            network.load_state_dict(fitting, strict=False)
        for res in self.options.generator.block_res:
            if res > small["resolution"]:  # begin as the smaller picture, enlarged
                for network in (self.generator, self.ema):
                    nn.init.zeros_(network.get_parameter(f"synthesis.b{res}.torgb.weight"))


def adam(network: nn.Module, lr: float, every: int) -> torch.optim.Adam:
    """Adam with β = (0, 0.99), corrected for regularisation every so many steps."""
    ratio = every / (every + 1) if every else 1.0
    return torch.optim.Adam(network.parameters(), lr * ratio, (0.0, 0.99**ratio), eps=1e-8)


def update(optimiser: torch.optim.Optimizer, loss: Tensor) -> None:
    """One step down the gradient, with non-finite gradients set to zero."""
    optimiser.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    for group in optimiser.param_groups:
        for parameter in group["params"]:
            if parameter.grad is not None:
                parameter.grad.nan_to_num_(nan=0.0, posinf=1e5, neginf=-1e5)
    optimiser.step()


def open_source(options: GanOptions, device: torch.device, start: int) -> ImageSource:
    """The pictures that `options` ask for; a resumed run sees new ones."""
    seed = options.seed + start
    if options.data == "portraits":
        if device.type == "cpu":
            return PooledPortraits(options.resolution, seed, options.pool)
        return FreshPortraits(options.resolution, seed, device)
    folder = Path(options.data)
    if not options.data or not folder.is_dir():
        raise TrainingError("--data: name a folder of pictures, or 'portraits'")
    return ImageFolder(folder, options.resolution, seed)


def train_generator(
    options: GanOptions,
    folder: Path,
    *,
    minutes: float,
    device: str = "cpu",
    resume: bool = False,
    grow: Path | None = None,
    snapshot_minutes: float = 4.0,
) -> Generator:
    """Train for `minutes`, writing samples, figures and state into `folder`; returns the average.

    Raises:
        TrainingError: the folder, the data or the run to grow from cannot be used.
    """
    run = Run(folder, asdict(options), resume=resume)
    training = GanTraining(options, torch.device(device))
    state = run.load()
    if state is not None:
        training.restore(state)
    elif grow is not None:
        training.grow_from(load_state(grow))
    source = open_source(options, training.device, training.nimg)
    preview_z = torch.randn(64, options.w_dim, generator=torch.Generator().manual_seed(1))
    begin = last = time.monotonic()
    step, begin_nimg = 0, training.nimg
    with tqdm(total=round(minutes, 1), unit="min", desc="Training generator") as bar:
        while (now := time.monotonic()) - begin < minutes * 60:
            real = source.batch(options.batch).to(training.device)
            real = mirror(real, torch.rand(len(real)) < 0.5)
            figures = training.step_discriminator(real, step)
            figures |= training.step_generator(options.batch, step)
            training.nimg += options.batch
            step += 1
            bar.n = round((now - begin) / 60, 2)
            if step % 50 == 0:
                speed = (training.nimg - begin_nimg) / (now - begin)
                bar.set_postfix(kimg=f"{training.nimg / 1000:.1f}", img_s=f"{speed:.0f}")
                values = {name: value.item() for name, value in figures.items()}
                run.log(nimg=training.nimg, img_s=speed, **values)
            if now - last > snapshot_minutes * 60:
                snapshot(training, run, preview_z)
                last = now
    snapshot(training, run, preview_z)
    return training.ema


@torch.no_grad()
def snapshot(training: GanTraining, run: Run, z: Tensor) -> None:
    """Save the state and a grid of samples of the moving average."""
    run.save(training.state())
    latent = training.ema.broadcast(training.ema.mapping(z.to(training.device)))
    img = training.ema.synthesis(latent, "const", training.dtype)
    run.save_grid(f"samples-{training.nimg // 1000:06d}k", img)


def with_overrides(preset: str, **overrides: Any) -> GanOptions:
    """A preset with the options that are not None replaced.

    Raises:
        TrainingError: no such preset.
    """
    if preset not in PRESETS:
        raise TrainingError(f"--preset: choose one of {', '.join(PRESETS)}")
    return replace(PRESETS[preset], **{k: v for k, v in overrides.items() if v is not None})

"""The adversarial game: networks, optimisers, one step of each side, growth from a smaller run.

Source: Karras et al. 2020 (StyleGAN2), with lazy regularisation (section 3.1) and an exponential
moving average of G, which is what is released. The loop is in `training/loop.py`.
"""

import copy
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from models.discriminator import Discriminator
from models.generator import SURROUND, Generator
from models.latents import SQUARE, LatentMap
from models.model import best_dtype
from models.noise import constant_noise, fresh_noise
from models.prior import sample_fields
from training.augment import AdaptiveAugment
from training.drawn import DRAWN
from training.errors import TrainingError
from training.gan_options import GanOptions
from training.imitation import imitate
from training.losses import PathLength, discriminator_loss, generator_loss, r1_penalty
from training.priors import open_prior
from training.runs import Run
from training.schedule import BEGINNING, OVER, Progress
from training.teacher import teach
from training.together import Group, update

PHASES = ("warm-up", "sharpening", "game")
FIELD = (SQUARE[0] + 2 * SURROUND, SQUARE[1] + 2 * SURROUND)  # base cells of a training picture


class Part(Protocol):
    """What a phase has of its own: a network or an optimiser."""

    def state_dict(self) -> dict[str, Any]:
        """All of it."""

    def load_state_dict(self, state_dict: dict[str, Any], /) -> Any:
        """Become what was saved."""


@dataclass(frozen=True)
class Draw:
    """Latents of one step.

    Attributes:
        surround: base cells of the latents that are around the pictures.
        z: [N, Z] that the whole pictures come from; None after style mixing, and for fields.
    """

    latent: LatentMap
    surround: int
    z: Tensor | None


class GanTraining:
    """The networks, optimisers and counters of one run."""

    def __init__(
        self, options: GanOptions, device: torch.device, group: Group | None = None
    ) -> None:
        drawn = DRAWN.get(options.data)
        if options.teacher and (drawn is None or options.w_dim < len(drawn.factors)):
            raise TrainingError("teacher: only drawn people are known from their latents")
        torch.manual_seed(options.seed)
        self.group = group or Group()
        self.options = options
        self.device = device
        self.dtype = best_dtype(device)
        config = options.generator
        self.generator = Generator(config).to(device)
        self.discriminator = Discriminator(config, options.mbstd_group).to(device)
        self.ema = copy.deepcopy(self.generator).requires_grad_(False)
        self.path_length = PathLength()
        self.augment = AdaptiveAugment() if options.augment else None
        self.opt_g = adam(self.generator, options.lr, options.pl_every if options.pl_weight else 0)
        self.opt_d = adam(self.discriminator, options.lr, options.r1_every)
        self.nimg = 0
        self.phase = ""  # none of PHASES yet
        self.progress = OVER
        self.parts: dict[str, Part] = {}
        self.saved_parts: dict[str, Any] = {}
        self.has_had_lesson = False  # its latents stand for factors of what is drawn
        self.blank = True  # the average has nothing worth keeping yet
        self.seed_again()

    def enter(self, phase: str, **parts: Part) -> Progress:
        """Begin a phase, or go on with the one that was saved: the networks and optimisers that are
        its own are then what they were. Says where in it."""
        if phase != self.phase:
            self.phase, self.progress, self.nimg = phase, BEGINNING, 0
        else:
            for name, part in parts.items():
                if name in self.saved_parts:
                    part.load_state_dict(self.saved_parts[name])
        self.parts = parts
        return self.progress.left

    def leave(self, run: Run, z: Tensor) -> None:
        """End the phase."""
        self.progress = OVER
        self.snapshot(run, z)

    def seed_again(self) -> None:
        """Draw something else than before, and than the other processes."""
        seeds = [self.options.seed, self.nimg, self.group.rank]
        self.rng = np.random.default_rng(seeds)
        torch.manual_seed(int(self.rng.integers(2**62)))

    def draw(self, num: int) -> Draw:
        """Draw latents, mixing styles with the options' probability."""
        z, first = self.draw_map(num)
        num_ws = self.generator.num_ws
        layers = [first] * num_ws
        mixed = self.rng.random() < self.options.style_mixing
        if mixed:
            cut = int(self.rng.integers(1, num_ws))
            layers[cut:] = [self.draw_map(num)[1]] * (num_ws - cut)
        if self.options.prior is None:
            return Draw(LatentMap(tuple(layers)), 0, None if mixed else z)
        return Draw(LatentMap(tuple(layers), FIELD), SURROUND, None)

    def draw_map(self, num: int) -> tuple[Tensor, Tensor]:
        """z, and the map of w that all layers share: [N, Z] and [N, D, 1, 1], or fields."""
        mapping, options = self.generator.mapping, self.options
        if options.prior is None:
            z = torch.randn(num, options.w_dim, device=self.device)
            wmap = mapping(z)[:, :, None, None]
        else:
            z = sample_fields(open_prior(options.prior), num, options.w_dim, *FIELD, self.device)
            wmap = mapping.cells(z)
        mapping.w_avg.lerp_(wmap.detach().mean(dim=(0, 2, 3)), 0.005)
        return z, wmap

    def render(self, drawn: Draw) -> Tensor:
        """Pictures [N, 3, R, R] of what was drawn, with fresh noise."""
        img: Tensor = self.generator.synthesis(
            drawn.latent, fresh_noise, self.dtype, drawn.surround
        )
        return img

    def seen(self, img: Tensor) -> Tensor:
        """What D is shown of a picture."""
        return img if self.augment is None else self.augment(img)

    def step_discriminator(self, real: Tensor, step: int) -> dict[str, Tensor]:
        """One update of D on as many real as generated pictures."""
        with torch.no_grad():
            fake = self.render(self.draw(len(real)))
        fake_logits = self.discriminator(self.seen(fake), dtype=self.dtype)
        regularise = step % self.options.r1_every == 0
        shown = self.seen(real).detach().requires_grad_(regularise)
        # Second derivatives in float32: more exact, and some bfloat16 kernels do not have them.
        dtype = torch.float32 if regularise else self.dtype
        real_logits = self.discriminator(shown, dtype=dtype)
        loss = discriminator_loss(real_logits, fake_logits)
        if regularise:
            weight = self.options.r1_gamma * self.options.r1_every
            loss = loss + r1_penalty(shown, real_logits) * weight
        update(self.opt_d, loss, self.group)
        if self.augment is not None:
            self.augment.observe(real_logits, self.group)
        return {"loss_d": loss.detach(), "real_sign": real_logits.detach().sign().mean()}

    def step_generator(self, num: int, step: int) -> dict[str, Tensor]:
        """One update of G, and of its moving average."""
        self.discriminator.requires_grad_(False)
        drawn = self.draw(num)
        img = self.render(drawn)
        loss = generator_loss(self.discriminator(self.seen(img), dtype=self.dtype))
        if self.options.teacher and drawn.z is not None:
            known = teach(img, drawn.z, DRAWN[self.options.data])
            loss = loss + known * self.options.teacher
        if self.options.pl_weight and step % self.options.pl_every == 0:
            half = drawn.latent.map(lambda _, wmap: wmap[: max(1, num // 2)])
            penalty = self.path_length.penalty(self.generator, half, drawn.surround)
            loss = loss + penalty * (self.options.pl_weight * self.options.pl_every)
        update(self.opt_g, loss, self.group)
        self.discriminator.requires_grad_(True)
        self.update_ema(num)
        return {"loss_g": loss.detach()}

    @torch.no_grad()
    def update_ema(self, num: int) -> None:
        """Move the average towards G, with a half-life in pictures (`num` of every process); faster
        after a blank start."""
        self.group.average([self.generator.mapping.w_avg])
        half_life = self.options.ema_kimg * 1000
        if self.blank:
            half_life = min(half_life, max(self.nimg, 1) * 0.05)
        keep = 0.5 ** (num * self.group.size / half_life)
        for average, now in zip(self.ema.parameters(), self.generator.parameters(), strict=True):
            average.lerp_(now, 1 - keep)
        for kept, buffer in zip(self.ema.buffers(), self.generator.buffers(), strict=True):
            kept.copy_(buffer)

    @torch.no_grad()
    def snapshot(self, run: Run, z: Tensor) -> None:
        """Save the state, and a grid of what the moving average draws of z [N, Z], or of fields
        z [N, Z, h, w]; of several processes, the one that writes."""
        if not run.writes:
            return
        run.save(self.state())
        mapping = self.ema.mapping
        if z.ndim == 2:
            drawn = Draw(self.ema.broadcast(mapping(z.to(self.device))), 0, z)
        else:
            wmap = mapping.cells(z.to(self.device))
            drawn = Draw(LatentMap((wmap,) * self.ema.num_ws, FIELD), SURROUND, None)
        img = self.ema.synthesis(drawn.latent, constant_noise, self.dtype, drawn.surround)
        run.save_grid(f"samples-{self.nimg // 1000:06d}k", img)

    def preview(self, num: int = 64) -> Tensor:
        """The same z in every run: what the grids of samples are drawn of."""
        with torch.random.fork_rng():
            torch.manual_seed(1)
            if self.options.prior is None:
                return torch.randn(num, self.options.w_dim)
            return sample_fields(
                open_prior(self.options.prior), num, self.options.w_dim, *FIELD, torch.device("cpu")
            )

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
            "phase": self.phase,
            "place": asdict(self.progress),
            "parts": {name: part.state_dict() for name, part in self.parts.items()},
            "blank": self.blank,
            "has_had_lesson": self.has_had_lesson,
            "pl_mean": self.path_length.mean,
            "augment_p": self.augment.p if self.augment else 0.0,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from `state`."""
        for name in ("generator", "discriminator", "ema", "opt_g", "opt_d"):
            getattr(self, name).load_state_dict(state[name])
        self.nimg = state["nimg"]
        self.phase = state["phase"]
        self.progress = Progress.of(state) if "place" in state else OVER
        self.saved_parts = state.get("parts", {})
        self.blank = state["blank"]
        self.has_had_lesson = state.get("has_had_lesson", False)
        self.path_length.mean = state["pl_mean"]
        if self.augment is not None:
            self.augment.p = state["augment_p"]
        self.seed_again()

    def grow_from(self, state: dict[str, Any]) -> None:
        """Take over every fitting weight of a run at a smaller resolution; new blocks start blank.

        Raises:
            TrainingError: the run is not a smaller one of the same widths.
        """
        small = state.get("options")
        if small is None:
            raise TrainingError("--grow: that run trained something else than a generator")
        widths = ("w_dim", "mapping_layers", "channel_base", "channel_max", "prior")
        different = [name for name in widths if small[name] != getattr(self.options, name)]
        if small["resolution"] >= self.options.resolution or different:
            reason = f"its {', '.join(different)} differ" if different else "it is not smaller"
            raise TrainingError(f"--grow: that run cannot be grown into this one: {reason}")
        for name in ("generator", "discriminator", "ema"):
            network: nn.Module = getattr(self, name)
            own = network.state_dict()
            shared = {
                key: value
                for key, value in state[name].items()
                if key in own and own[key].shape == value.shape
            }
            network.load_state_dict(shared, strict=False)
        self.blank = False
        # Of other data, latents stand for nothing that a lesson could have said.
        is_same_data = small["data"] == self.options.data
        self.has_had_lesson = is_same_data and state.get("has_had_lesson", False)
        for res in self.options.generator.block_res:
            if res > small["resolution"]:  # begin as the smaller picture, enlarged
                for network in (self.generator, self.ema):
                    nn.init.zeros_(network.get_parameter(f"synthesis.b{res}.torgb.weight"))

    def start_from(self, generator: Generator) -> None:
        """Take over a finished generator; the discriminator starts blank, and a mapping network of
        another depth learns to map as the generator's does.

        Raises:
            TrainingError: it has another architecture.
        """
        own, others = asdict(self.options.generator), asdict(generator.config)
        is_as_deep = own.pop("mapping_layers") == others["mapping_layers"]
        different = [f"{k} ({others[k]}, not {own[k]})" for k in own if own[k] != others[k]]
        if different:
            raise TrainingError(f"--from: that model has another {', '.join(different)}")
        self.generator.synthesis.load_state_dict(generator.synthesis.state_dict())
        if is_as_deep:
            self.generator.mapping.load_state_dict(generator.mapping.state_dict())
        else:
            self.generator.mapping.w_avg.copy_(generator.mapping.w_avg)
            teacher = copy.deepcopy(generator.mapping).to(self.device).requires_grad_(False)
            imitate(self.generator.mapping, teacher, group=self.group)
        self.ema.load_state_dict(self.generator.state_dict())
        self.blank = False


def adam(network: nn.Module, lr: float, every: int) -> torch.optim.Adam:
    """Adam with β = (0, 0.99), corrected for regularisation every so many steps."""
    ratio = every / (every + 1) if every else 1.0
    return torch.optim.Adam(network.parameters(), lr * ratio, (0.0, 0.99**ratio), eps=1e-8)

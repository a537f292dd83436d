"""Training the spatial encoder of a frozen generator, by one lesson or another.

`Redrawing` is for pictures of which nothing is known. A new encoder first learns the known latents
of generated pictures, which needs no gradient through the generator and is several times cheaper.
Then each batch is half pictures of the domain, judged by what the generator makes of the predicted
latent, and half generated ones. The terms: squared error, perceptual distance, the regulariser of
inversion, and the latent where it is known. Land has a lesson of its own
(`training/land_reading.py`). Schedule and weights are ours (decision 14).
"""

import copy
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from models.encoder import Encoder, EncoderConfig, usual_widths
from models.latents import LatentMap
from models.metrics import psnr_db
from models.model import Encoding, Model
from models.regularisers import wasserstein_to_normal
from models.resampling import resize_map
from models.style_encoder import StyleEncoder
from training.data import ImageSource
from training.generated import draw_latents, drawn_from
from training.runs import Run
from training.schedule import OVER, Length, Progress, set_cosine_lr

PERCEPTUAL_WEIGHT = 0.3
REGULARISER_WEIGHT = 0.01
LATENT_WEIGHT = 0.03
LATENT_PHASE = 0.35  # share of the time, of a new encoder
GOING_ON = 0.5  # of the rate of a new one: at the whole, a trained one first falls back by 3 dB
AVERAGE_RATE = 0.01  # per step


def new_encoder(model: Model) -> Encoder:
    """An encoder to train: the spatial one that the model has, or else a new one, which begins with
    what the model's perceptual network sees, if it fits."""
    if isinstance(model.encoder, Encoder):
        return copy.deepcopy(model.encoder).train().requires_grad_(True)
    num_live, perceptual = model.whitening.num_live, model.perceptual
    widths = usual_widths(model.layout.resolution)
    if perceptual is None or len(perceptual.config.widths) != len(widths):
        return Encoder(EncoderConfig(num_live, widths), model.layout)
    seen = perceptual.config
    encoder = Encoder(EncoderConfig(num_live, seen.widths, seen.embedding), model.layout)
    encoder.begin_with(perceptual)
    return encoder


class EncoderTraining:
    """The encoder in training, its moving average, and their optimiser.

    Attributes:
        is_new: it began with this training, and has not been through it once.
    """

    def __init__(self, model: Model, lr: float) -> None:
        self.model = model
        self.lr = lr
        self.is_new = not isinstance(model.encoder, Encoder)
        self.encoder = new_encoder(model).to(model.device)
        self.average = copy.deepcopy(self.encoder).requires_grad_(False)
        self.optimiser = torch.optim.Adam(self.encoder.parameters(), lr, betas=(0.9, 0.99))

    def step(self, loss: Tensor, passed: float) -> None:
        """One update, and the average's."""
        set_cosine_lr(self.optimiser, passed, self.lr if self.is_new else self.lr * GOING_ON)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.encoder.parameters(), 1.0)
        self.optimiser.step()
        with torch.no_grad():
            pairs = zip(self.average.parameters(), self.encoder.parameters(), strict=True)
            for kept, new in pairs:
                kept.lerp_(new, AVERAGE_RATE)

    def state(self) -> dict[str, Any]:
        """Everything that `restore` needs."""
        return {
            "encoder": self.encoder.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "is_new": self.is_new,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from `state`."""
        for name in ("encoder", "average", "optimiser"):
            getattr(self, name).load_state_dict(state[name])
        self.is_new = state.get("is_new", self.is_new) and not Progress.of(state).is_over


@dataclass(frozen=True)
class Taught:
    """What one step of a lesson came to.

    Attributes:
        figures: to log.
        grid: pictures [N, 3, R, R] to look at, if it has any.
    """

    loss: Tensor
    figures: dict[str, float] = field(default_factory=dict)
    grid: Tensor | None = None


class Lesson(Protocol):
    """What an encoder is taught by.

    Attributes:
        encoding: how the model encodes from then on; None: as before.
    """

    encoding: Encoding | None

    def __call__(self, model: Model, training: EncoderTraining, passed: float) -> Taught:
        """One step of it, after a share `passed` in [0, 1] of the training."""
        ...


class Redrawing:
    """Pictures of any source, which are to be redrawn; and generated ones, whose latents are known.

    Attributes:
        batch: pictures of each half.
    """

    encoding: Encoding | None = None

    def __init__(self, source: ImageSource, batch: int = 8) -> None:
        self.source = source
        self.batch = batch

    def __call__(self, model: Model, training: EncoderTraining, passed: float) -> Taught:
        rng = torch.Generator().manual_seed(int(torch.randint(2**31, ())))
        if training.is_new and passed < LATENT_PHASE:
            known = draw_latents(model, 2 * self.batch, rng, mixing=0.5)
            maps = model.predict(drawn_from(model, known), training.encoder)
            loss = latent_error(model, maps, known)
            return Taught(loss, {"latent_error": loss.item()})
        real = self.source.batch(self.batch).to(model.device)
        known = draw_latents(model, self.batch, rng, mixing=0.5)
        both = torch.cat([real, drawn_from(model, known)])
        loss, redrawn = encoder_loss(model, training.encoder, both, known)
        figures = {"loss": loss.item(), "psnr_db": psnr_db(redrawn, real).median().item()}
        return Taught(loss, figures, torch.cat([real, redrawn]))


def train_encoder(
    model: Model,
    lesson: Lesson,
    folder: Path,
    length: Length,
    *,
    lr: float = 8e-4,
    seed: int = 0,
    resume: bool = False,
) -> Model:
    """Give a model a spatial encoder. The one that it has goes on, at half the rate; one of another
    kind is replaced, and with it how it encodes.

    Args:
        folder: the run's folder; with `resume` an earlier run there goes on.
    """
    torch.manual_seed(seed)
    run = Run(folder, {"model": model.card.id, "lr": lr}, resume=resume)
    training = EncoderTraining(model, lr)
    state = run.load()
    if state is not None:
        training.restore(state)
    progress = Progress.of(state).left
    torch.manual_seed(seed + progress.step)
    for now in length.watch("Training the encoder", progress):
        taught = lesson(model, training, now.passed)
        training.step(taught.loss, now.passed)
        if now.step % 25 == 0:
            run.log(step=now.step, **taught.figures)
        if now.step % 25 == 0 and taught.grid is not None:
            run.save_grid("reconstructions", taught.grid, columns=len(taught.grid) // 2)
        if now.step % 50 == 49:
            run.save(training.state() | {"place": asdict(now.after)})
    run.save(training.state() | {"place": asdict(OVER)})
    usual = Encoding() if isinstance(model.encoder, StyleEncoder) else model.encoding
    return replace(
        model,
        encoder=training.average.eval(),
        encoding=lesson.encoding or usual,
        reader=None,  # it read the old one's
    )


def encoder_loss(
    model: Model, encoder: Encoder, img: Tensor, known: LatentMap
) -> tuple[Tensor, Tensor]:
    """The loss on [2N] pictures, the second half of `known` latents; and the first half redrawn."""
    num = img.shape[0] // 2
    maps = model.predict(img, encoder)
    redrawn = model.render(LatentMap(tuple(model.whitening.to_w(v) for v in maps)))
    loss = F.mse_loss(redrawn, img) + PERCEPTUAL_WEIGHT * model.distance(redrawn, img).mean()
    loss = loss + REGULARISER_WEIGHT * wasserstein_to_normal(maps).mean()
    loss = loss + LATENT_WEIGHT * latent_error(model, [v[num:] for v in maps], known)
    return loss, redrawn[:num].detach()


def latent_error(model: Model, maps: list[Tensor], known: LatentMap) -> Tensor:
    """Share of the latents' variance that predicted maps miss, over all layers.

    Squared differences of whitened coordinates, weighted by the variance along each: most live
    directions hardly show in a picture, and cannot be read from one.
    """
    variance = model.whitening.scale.square()
    weight = (variance / variance.sum())[None, :, None, None]
    errors = []
    for v, wmap in zip(maps, known.layers, strict=True):
        true = resize_map(model.whitening.to_v(wmap), (v.shape[2], v.shape[3]))
        errors.append(((v - true).square() * weight).sum(1).mean())
    return torch.stack(errors).mean()

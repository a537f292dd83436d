"""How well are unseen pictures encoded, and what are their latents good for?"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from statistics import median

import torch
from torch import Tensor
from tqdm import tqdm

from models.inversion import Inversion, invert
from models.latents import LatentMap
from models.lpips import find_lpips
from models.model import Model
from models.perceptual import PerceptualNet
from models.regularisers import (
    REGULARISERS,
    Regulariser,
    like_generated,
    wasserstein_to_normal,
)
from training.data import portrait_batches
from training.evaluation.editing import score_edits
from training.evaluation.people import Person, people_of, unseen
from training.evaluation.swaps import swap_distances
from training.generated import draw_latents

BATCH = 8  # pictures that are encoded together
DEFAULT = "Wasserstein to normal"
DOMAIN = 1024  # renders that stand for the domain
FEW = 5  # steps after the encoder


@dataclass(frozen=True)
class Setting:
    """A way to encode.

    Attributes:
        init: what the search starts from, `encoder` or `mean`.
        weight: of the regulariser; 0 is none.
        measure: the regulariser.
        name: what the regulariser is called in a table, if it is not the default.
    """

    space: str
    init: str
    steps: int
    weight: float = 0.0
    measure: Regulariser = field(default=like_generated, repr=False)
    name: str = ""


@dataclass(frozen=True)
class InversionRow:
    """Medians over the pictures.

    Attributes:
        regulariser: its name, or nothing.
        weight: of the regulariser.
        perceptual: by the model's own network, which the search minimises.
        judged_perceptual: by the judge, which took no part.
        lpips: with the real network; None without its weights.
        plausibility: mean squared whitened coordinate over live dimensions; generated: 1.
        edit_success: share of painted edits that the judge sees go the right way.
        leakage: mean absolute move of the other attributes over that of the painted one.
        outside_change: levels of 255 that the bare generator changes outside the feathered mask.
        swap_fd: Fréchet distance to the domain after parts are swapped with generated latents, in
            the embedding of the model's own network.
        judged_swap_fd: the same in the judge's.
        seconds: per picture, in batches.

    What needs the judge or a perceptual network is None for a model that has none.
    """

    space: str
    regularised: bool
    regulariser: str
    weight: float
    init: str
    steps: int
    psnr_db: float
    perceptual: float
    judged_perceptual: float | None
    lpips: float | None
    plausibility: float
    edit_success: float | None
    leakage: float | None
    outside_change: float | None
    swap_fd: float | None
    judged_swap_fd: float | None
    seconds: float


def settings_of(model: Model, steps: int, long: int) -> list[Setting]:
    """The rows of the table: the encoder alone, with few steps and with a third of them, every
    kind of space at equal steps, the least and the most free one regularised, and W+ the long way
    from the mean.

    Args:
        steps: equal for all spaces.
        long: of W+ from the mean latent, as is usual elsewhere.
    """
    init = "mean" if model.encoder is None else "encoder"
    weight = model.encoding.regulariser
    grid = model.layout.grid
    spaces = ["W", "W+", f"S{grid // 4}", f"S+{grid // 4}", "S+"]
    rows = [Setting(space, init, steps) for space in spaces]
    rows += [Setting("W+", init, steps, weight), Setting("S+", init, steps, weight)]
    if model.encoder is not None:
        short = [Setting("S+", init, num, weight) for num in (FEW, max(1, steps // 3))]
        rows = [Setting("S+", init, 0), *short, *rows]
    return [*rows, Setting("W+", "mean", long)]


def ablation_of(model: Model, steps: int) -> list[Setting]:
    """S+ with every regulariser by itself, weak and strong, and with the default beside each of
    the others."""
    init = "mean" if model.encoder is None else "encoder"
    default = model.encoding.regulariser
    rows = [Setting("S+", init, steps)]
    for name, measure in REGULARISERS.items():
        for weight in (default / 10, default):
            rows.append(Setting("S+", init, steps, weight, measure, name))
    for name, measure in REGULARISERS.items():
        if measure is not wasserstein_to_normal:
            together = combined(wasserstein_to_normal, measure)
            rows.append(Setting("S+", init, steps, default, together, f"{DEFAULT} + {name}"))
    return rows


def combined(first: Regulariser, second: Regulariser) -> Regulariser:
    """The first, and a tenth of the second."""
    return lambda maps: first(maps) + 0.1 * second(maps)


def evaluate_inversion(
    model: Model,
    judge: PerceptualNet | None,
    count: int,
    seed: int,
    settings: Sequence[Setting],
) -> list[InversionRow]:
    """Encode `count` renders of an unseen seed in every way."""
    factors, pictures = unseen(model, count, seed)
    domain = DomainSeen.of(model, judge, seed + 1)
    return [measure(model, judge, factors, pictures, domain, setting) for setting in settings]


@dataclass(frozen=True)
class DomainSeen:
    """Renders as networks see them.

    Attributes:
        nets: the model's own perceptual network and the judge, where there are any.
        embeddings: [M, E] for each.
    """

    nets: tuple[PerceptualNet | None, PerceptualNet | None]
    embeddings: tuple[Tensor | None, Tensor | None]

    @staticmethod
    @torch.inference_mode()
    def of(model: Model, judge: PerceptualNet | None, seed: int) -> "DomainSeen":
        """Show both networks the same renders."""

        def seen(net: PerceptualNet | None) -> Tensor | None:
            if net is None:
                return None
            batches = portrait_batches(seed, DOMAIN, model.layout.resolution, str(model.device))
            return torch.cat([net.embedding(img.clamp(-1, 1)).float().cpu() for img in batches])

        return DomainSeen((model.perceptual, judge), (seen(model.perceptual), seen(judge)))

    def swapped(self, model: Model, latents: Sequence[LatentMap]) -> list[float | None]:
        """The swap test: Fréchet distances by the model's own network and by the judge."""
        known = [
            (net, seen)
            for net, seen in zip(self.nets, self.embeddings, strict=True)
            if net is not None and seen is not None
        ]
        found = iter(
            swap_distances(model, [net for net, _ in known], latents, [seen for _, seen in known])
        )
        return [None if net is None else next(found) for net in self.nets]


def generated_swap_distances(
    model: Model, judge: PerceptualNet | None, count: int, seed: int
) -> list[float | None]:
    """The swap test of `count` generated latents: what an encoded one can hope for."""
    rng = torch.Generator().manual_seed(seed)
    latents = [draw_latents(model, 1, rng) for _ in range(count)]
    return DomainSeen.of(model, judge, seed + 1).swapped(model, latents)


def encode(model: Model, img: Tensor, setting: Setting) -> Inversion:
    """Encode pictures [N, 3, H, W] in one way."""
    started = model if setting.init == "encoder" else replace(model, encoder=None)
    return invert(
        started,
        img,
        space=setting.space,
        steps=setting.steps,
        regulariser=setting.weight,
        measure=setting.measure,
    )


def now(model: Model) -> float:
    """Seconds, once the device has done what it was given."""
    if model.device.type == "cuda":
        torch.cuda.synchronize(model.device)
    return time.perf_counter()


def warm_up(model: Model, pictures: Tensor, setting: Setting) -> None:
    """A step that is not timed: the first one also chooses kernels."""
    if setting.steps:
        encode(model, pictures[:BATCH], replace(setting, steps=1))


def measure(
    model: Model,
    judge: PerceptualNet | None,
    factors: Tensor,
    pictures: Tensor,
    domain: DomainSeen,
    setting: Setting,
) -> InversionRow:
    """One row of the table."""
    lpips = find_lpips(model.device)
    people: list[Person] = []
    figures: list[dict[str, float]] = []
    seconds = 0.0
    warm_up(model, pictures, setting)
    title = f"{setting.space} {setting.name or ('regularised' if setting.weight else '')}".strip()
    parts = torch.split(torch.arange(len(pictures)), BATCH)
    for part in tqdm(parts, desc=f"{title}, {setting.steps} steps"):
        begin = now(model)
        found = encode(model, pictures[part], setting)
        seconds += now(model) - begin
        people += people_of(model, factors[part], pictures[part], found.latent)
        columns = {
            "psnr_db": found.psnr_db,
            "perceptual": found.perceptual,
            "plausibility": found.plausibility,
        }
        with torch.inference_mode():
            for name, net in (("lpips", lpips), ("judged", judge)):
                if net is not None:
                    columns[name] = net.distance(found.img, pictures[part]).float()
        figures += [
            {name: values[i].item() for name, values in columns.items()} for i in range(len(part))
        ]
    edits = None if judge is None else score_edits(model, judge, people)
    latents: list[LatentMap] = [person.subject.twins.faithful for person in people]
    swap_fd, judged_swap_fd = domain.swapped(model, latents)

    def middle(name: str) -> float | None:
        return median(row[name] for row in figures) if name in figures[0] else None

    return InversionRow(
        space=setting.space,
        regularised=setting.weight > 0,
        regulariser=setting.name or ("as shipped" if setting.weight > 0 else ""),
        weight=setting.weight,
        init=setting.init,
        steps=setting.steps,
        psnr_db=median(row["psnr_db"] for row in figures),
        perceptual=median(row["perceptual"] for row in figures),
        judged_perceptual=middle("judged"),
        lpips=middle("lpips"),
        plausibility=median(row["plausibility"] for row in figures),
        edit_success=None if edits is None else edits.success,
        leakage=None if edits is None else edits.leakage,
        outside_change=None if edits is None else edits.outside_change,
        swap_fd=swap_fd,
        judged_swap_fd=judged_swap_fd,
        seconds=seconds / len(pictures),
    )

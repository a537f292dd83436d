"""Does the generator draw what the data holds? Samples against fresh renders."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from tqdm import tqdm

from models.images import from_uint8, to_uint8
from models.model import Model
from models.perceptual import PerceptualNet
from training.domains import domain_of, pictures
from training.errors import TrainingError
from training.evaluation.distributions import (
    PatchCollector,
    frechet_distance,
    precision_recall,
    sliced_wasserstein,
)
from training.generated import draw_latents


@dataclass(frozen=True)
class GeneratorFigures:
    """Features are the model's own perceptual network's, which the generator may have been taught
    with; the judge's, which took no part in the training, are beside them.

    Attributes:
        judged_precision, judged_recall: in the judge's features; None without a judge.
        swd_ratio: sliced Wasserstein distance to renders over that between two sets of renders.
    """

    model: str
    count: int
    seed: int
    precision: float
    recall: float
    judged_precision: float | None
    judged_recall: float | None
    frechet: float
    frechet_renders: float
    swd: float
    swd_renders: float
    swd_ratio: float


def evaluate_generator(
    model: Model, judge: PerceptualNet | None, count: int, seed: int
) -> GeneratorFigures:
    """Compare `count` samples with as many renders of an unseen seed.

    Raises:
        TrainingError: the model has no perceptual network.
    """
    if model.perceptual is None:
        raise TrainingError(f"{model.card.id} has no perceptual network to compare pictures with")
    networks = [model.perceptual] if judge is None else [model.perceptual, judge]
    size = model.layout.resolution
    real = look_at(renders(model, count, seed), networks, size, count, "Renders")
    again = look_at(renders(model, count, seed + 1), networks, size, count, "More renders")
    fake = look_at(samples(model, count, seed), networks, size, count, "Samples")
    precision, recall = precision_recall(real.embeddings[0], fake.embeddings[0])
    judged = None if judge is None else precision_recall(real.embeddings[1], fake.embeddings[1])
    swd = sliced_wasserstein(real.patches, fake.patches)
    swd_renders = sliced_wasserstein(real.patches, again.patches)
    return GeneratorFigures(
        model=model.card.id,
        count=count,
        seed=seed,
        precision=precision,
        recall=recall,
        judged_precision=None if judged is None else judged[0],
        judged_recall=None if judged is None else judged[1],
        frechet=frechet_distance(real.embeddings[0], fake.embeddings[0]),
        frechet_renders=frechet_distance(real.embeddings[0], again.embeddings[0]),
        swd=swd,
        swd_renders=swd_renders,
        swd_ratio=swd / swd_renders,
    )


def renders(model: Model, count: int, seed: int) -> Iterator[Tensor]:
    """Fresh renders of a seed, in batches."""
    domain = domain_of(model)
    return pictures(domain, seed, count, model.layout.resolution, str(model.device))


def samples(model: Model, count: int, seed: int) -> Iterator[Tensor]:
    """Samples of the generator, untruncated, in batches."""
    rng = torch.Generator().manual_seed(seed)
    for start in range(0, count, 64):
        yield model.render(draw_latents(model, min(64, count - start), rng))


@dataclass(frozen=True)
class Seen:
    """A set of pictures as it is compared.

    Attributes:
        embeddings: [N, E], by each network.
        patches: descriptors of every level, for the sliced Wasserstein distance.
    """

    embeddings: list[Tensor]
    patches: list[Tensor]


@torch.inference_mode()
def look_at(
    batches: Iterator[Tensor],
    networks: Sequence[PerceptualNet],
    resolution: int,
    count: int,
    title: str,
) -> Seen:
    """Embed a set of `count` pictures with every network, and cut it into patches.

    Pictures are compared as they are saved, in 8 bits, as Karras et al. 2018 do: half of the
    patches of a drawn portrait are flat, and what differs there by less than a level would count.
    """
    collector = PatchCollector(resolution)
    embedded: list[list[Tensor]] = [[] for _ in networks]
    for img in tqdm(batches, desc=title, total=-(-count // 64)):
        shown = from_uint8(to_uint8(img))
        for network, found in zip(networks, embedded, strict=True):
            found.append(network.embedding(shown).float().cpu())
        collector.add(shown.cpu())
    return Seen([torch.cat(found) for found in embedded], collector.descriptors())

"""Does the generator draw what the data holds? Samples against fresh renders."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from tqdm import tqdm

from models.model import Model
from training.data import portrait_batches
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
    """Features are the model's own perceptual network's.

    Attributes:
        swd_ratio: sliced Wasserstein distance to renders over that between two sets of renders.
    """

    model: str
    count: int
    seed: int
    precision: float
    recall: float
    frechet: float
    frechet_renders: float
    swd: float
    swd_renders: float
    swd_ratio: float


def evaluate_generator(model: Model, count: int, seed: int) -> GeneratorFigures:
    """Compare `count` samples with as many renders of an unseen seed.

    Raises:
        TrainingError: the model has no perceptual network.
    """
    if model.perceptual is None:
        raise TrainingError(f"{model.card.id} has no perceptual network to compare pictures with")
    real, real_patches = measure(model, renders(model, count, seed), count, "Renders")
    again, again_patches = measure(model, renders(model, count, seed + 1), count, "More renders")
    fake, fake_patches = measure(model, samples(model, count, seed), count, "Samples")
    precision, recall = precision_recall(real, fake)
    swd = sliced_wasserstein(real_patches, fake_patches)
    swd_renders = sliced_wasserstein(real_patches, again_patches)
    return GeneratorFigures(
        model=model.card.id,
        count=count,
        seed=seed,
        precision=precision,
        recall=recall,
        frechet=frechet_distance(real, fake),
        frechet_renders=frechet_distance(real, again),
        swd=swd,
        swd_renders=swd_renders,
        swd_ratio=swd / swd_renders,
    )


def renders(model: Model, count: int, seed: int) -> Iterator[Tensor]:
    """Fresh renders of a seed, in batches."""
    return portrait_batches(seed, count, model.layout.resolution, str(model.device))


def samples(model: Model, count: int, seed: int) -> Iterator[Tensor]:
    """Samples of the generator, untruncated, in batches."""
    rng = torch.Generator().manual_seed(seed)
    for start in range(0, count, 64):
        yield model.render(draw_latents(model, min(64, count - start), rng))


@torch.inference_mode()
def measure(
    model: Model, batches: Iterator[Tensor], count: int, title: str
) -> tuple[Tensor, list[Tensor]]:
    """Embeddings [N, E] and patch descriptors of a set of pictures."""
    assert model.perceptual is not None
    collector = PatchCollector(model.layout.resolution)
    embeddings = []
    for img in tqdm(batches, desc=title, total=-(-count // 64)):
        shown = img.clamp(-1, 1).float()
        embeddings.append(model.perceptual.embedding(shown).float().cpu())
        collector.add(shown.cpu())
    return torch.cat(embeddings), collector.descriptors()

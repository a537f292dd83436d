"""Pictures as networks see them: what Fréchet distances are measured in."""

from collections.abc import Iterator, Sequence
from typing import Protocol

import torch
from torch import Tensor
from tqdm import tqdm

from training.evaluation.distributions import frechet_distance


class Embedder(Protocol):
    """A network that pictures are compared by."""

    def embedding(self, img: Tensor) -> Tensor:
        """Features [N, E] of pictures [N, 3, H, W] in [-1, 1]."""
        ...


@torch.inference_mode()
def embedded(
    networks: Sequence[Embedder], batches: Iterator[Tensor], count: int, title: str
) -> list[Tensor]:
    """Embeddings [count, E] of pictures by each network, on the CPU."""
    found: list[list[Tensor]] = [[] for _ in networks]
    with tqdm(total=count, desc=title, unit="picture") as bar:
        for img in batches:
            for network, features in zip(networks, found, strict=True):
                features.append(network.embedding(img.clamp(-1, 1)).float().cpu())
            bar.update(len(img))
    return [torch.cat(features)[:count] for features in found]


def distances(real: Sequence[Tensor], other: Sequence[Tensor]) -> tuple[float, float | None]:
    """The Fréchet distance by the model's own network, and by Inception if it took part."""
    found = [frechet_distance(a, b) for a, b in zip(real, other, strict=True)]
    return found[0], found[1] if len(found) > 1 else None

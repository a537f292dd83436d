"""Fitting the reader of attributes: ridge regression of readings on latents.

Half of the latents are generated, with mixed styles, so that every layer is told from the others;
half are what the encoder makes of renders, so that it reads what people bring. Ours.
"""

from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import Tensor
from tqdm import tqdm

from models.model import Model
from models.reader import AttributeReader, on_grid
from training.domains import domain_of, pictures, places_of
from training.errors import TrainingError
from training.generated import draw_latents, drawn_from
from training.readings import readings_of

RIDGE = 0.003  # of the mean energy of the coordinates
SEED = 4_000_000
RARE = 0.3  # of the usual deviation: what is hardly ever drawn varies at least so much
BATCH = 64


@torch.no_grad()
def fit_reader(model: Model, num: int = 4096) -> Model:
    """Give a model a reader of its attributes, fitted on `num` generated and `num` encoded latents.

    Raises:
        TrainingError: the model has no encoder, or no perceptual network to learn from.
    """
    if model.encoder is None or model.perceptual is None:
        raise TrainingError("the reader needs an encoder and a perceptual network")
    place = places_of(model)[:, 0]
    place = torch.where(place.sum(dim=(1, 2), keepdim=True) > 0, place, 1.0).to(model.device)
    place = place / place.sum(dim=(1, 2), keepdim=True)
    seen, readings = zip(*pairs(model, place, num), strict=True)
    generated = torch.cat(readings[: len(readings) // 2])
    mean, deviation = generated.mean(dim=0), generated.std(dim=0)
    deviation = deviation.clamp(min=max(1e-3, RARE * deviation.median().item()))
    weight, bias = ridge(seen, [(values - mean) / deviation for values in readings])
    reader = AttributeReader(
        model.perceptual.config.targets,
        weight.reshape(len(place), model.generator.num_ws, -1),
        bias,
        place,
    )
    return replace(model, reader=reader)


def pairs(model: Model, place: Tensor, num: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Batches of coordinates [A, N, L K] and readings [N, A]: generated ones, then renders."""
    assert model.encoder is not None
    rng = torch.Generator().manual_seed(SEED)
    for _ in tqdm(range(num // BATCH), desc="Reading generated pictures"):
        latent = draw_latents(model, BATCH, rng, mixing=0.5)
        maps = [model.whitening.to_v(wmap) for wmap in latent.layers]
        yield at_places(maps, place), readings_of(model, drawn_from(model, latent))
    renders = pictures(domain_of(model), SEED, num, model.layout.resolution, "cpu")
    for img in tqdm(renders, total=num // BATCH, desc="Reading renders"):
        shown = img.to(model.device)
        yield at_places(model.predict(shown, model.encoder), place), readings_of(model, shown)


def at_places(maps: list[Tensor], place: Tensor) -> Tensor:
    """Coordinates of every layer, averaged over each attribute's place [A, g, g] as the reader
    averages what cells say: [A, N, L K]."""
    grid = (place.shape[1], place.shape[2])
    averages = [torch.einsum("ahw,nkhw->ank", place, on_grid(v, grid)) for v in maps]
    return torch.cat(averages, dim=2)


def ridge(x: tuple[Tensor, ...], y: list[Tensor]) -> tuple[Tensor, Tensor]:
    """Weights [A, F] and biases [A] of batches of y [N, A] on batches of x [A, N, F]."""
    num = sum(batch.shape[1] for batch in x)
    mean_x = torch.stack([batch.sum(dim=1) for batch in x]).sum(dim=0) / num  # [A, F]
    mean_y = torch.cat(y).mean(dim=0)
    gram = torch.zeros(*mean_x.shape, mean_x.shape[1], dtype=torch.float64, device=mean_x.device)
    cross = torch.zeros(*mean_x.shape, dtype=torch.float64, device=mean_x.device)
    for coordinates, wanted in zip(x, y, strict=True):
        centred = (coordinates - mean_x[:, None]).double()
        gram += centred.mT @ centred
        cross += torch.einsum("anf,na->af", centred, (wanted - mean_y).double())
    energy = gram.diagonal(dim1=1, dim2=2).mean(dim=1)
    gram += RIDGE * energy[:, None, None] * torch.eye(mean_x.shape[1], device=mean_x.device)
    factor = torch.linalg.cholesky(gram)
    weight = torch.cholesky_solve(cross[:, :, None], factor)[:, :, 0].float()
    return weight, mean_y - (mean_x * weight).sum(dim=1)

"""Fitting the reader of attributes: ridge regression of readings on latents.

Half of the latents are generated, with mixed styles, so that every layer is told from the others;
half are what the encoder makes of renders, so that it reads what people bring. Ours.
"""

from dataclasses import replace

import torch
from torch import Tensor
from tqdm import tqdm

from models.inversion import pooled
from models.model import Model
from models.reader import AttributeReader
from training.attributes import read_factors, readings_of, usual_place
from training.data import portrait_batches
from training.errors import TrainingError
from training.generated import draw_latents, drawn_from

RIDGE = 0.003  # of the mean energy of the coordinates
SEED = 4_000_000
BATCH = 64


@torch.no_grad()
def fit_reader(model: Model, num: int = 4096) -> Model:
    """Give a model a reader of its attributes, fitted on `num` generated and `num` encoded latents.

    Raises:
        TrainingError: the model has no encoder, or no perceptual network to learn from.
    """
    if model.encoder is None or model.perceptual is None:
        raise TrainingError("the reader needs an encoder and a perceptual network")
    factors = read_factors(model)
    place = torch.cat([usual_place(factor.region) for factor in factors])[:, 0]
    place = place / place.sum(dim=(1, 2), keepdim=True).clamp(min=1)
    rng = torch.Generator().manual_seed(SEED)
    seen, readings = [], []
    for _ in tqdm(range(num // BATCH), desc="Reading generated pictures"):
        latent = draw_latents(model, BATCH, rng, mixing=0.5)
        readings.append(readings_of(model, drawn_from(model, latent)))
        maps = [model.whitening.to_v(wmap) for wmap in latent.layers]
        seen.append(at_places(maps, place))
    generated = torch.cat(readings)
    mean, deviation = generated.mean(dim=0), generated.std(dim=0).clamp(min=1e-3)
    size = model.layout.resolution
    for img in tqdm(portrait_batches(SEED, num, size), total=num // BATCH, desc="Reading renders"):
        shown = img.to(model.device)
        readings.append(readings_of(model, shown))
        seen.append(at_places(model.predict(shown, model.encoder), place))
    wanted = (torch.cat(readings) - mean) / deviation
    x = torch.cat(seen, dim=1)  # [A, 2 num, L K]
    weight, bias = ridge(x, wanted)
    reader = AttributeReader(
        tuple(factor.name for factor in factors),
        weight.reshape(len(factors), model.generator.num_ws, -1),
        bias,
        place,
    )
    return replace(model, reader=reader.to(model.device))


def at_places(maps: list[Tensor], place: Tensor) -> Tensor:
    """Coordinates of every layer, averaged over each attribute's place: [A, N, L K]."""
    columns = []
    for v in maps:
        if v.shape[2] == 1:
            columns.append(v[:, :, 0, 0].expand(len(place), -1, -1))
            continue
        weight = pooled(place[None].to(v), (v.shape[2], v.shape[3]))[0]
        weight = weight / weight.sum(dim=(1, 2), keepdim=True).clamp(min=1e-6)
        columns.append(torch.einsum("ahw,nkhw->ank", weight, v))
    return torch.cat(columns, dim=2)


def ridge(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Weights [A, F] and biases [A] of y [N, A] on x [A, N, F]."""
    mean_x, mean_y = x.mean(dim=1, keepdim=True), y.mean(dim=0)
    centred = (x - mean_x).double()
    gram = centred.mT @ centred
    energy = gram.diagonal(dim1=1, dim2=2).mean(dim=1)
    gram = gram + RIDGE * energy[:, None, None] * torch.eye(x.shape[2], device=x.device)
    target = (y - mean_y).double().T[:, :, None]
    weight = torch.linalg.solve(gram, centred.mT @ target)[:, :, 0].float()
    return weight, mean_y - (mean_x[:, 0] * weight).sum(dim=1)

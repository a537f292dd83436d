"""Drawings in pieces are the drawings in one."""

import pytest
import torch

from models.carry import compact, pooling
from models.land import CellBox, Land
from models.latents import LatentMap
from models.model import Model
from models.pieces import draw, picture_size
from models.region import Region
from models.sampling import seed_w
from tests.fakes.tiny import tiny_land, tiny_model

CLOSE = (
    1e-4  # a thousandth of a step of 8 bits is 8e-6; convolutions of other sizes round otherwise
)


def land(rows: int, columns: int) -> tuple[Model, LatentMap]:
    model = tiny_land()
    return model, Land(model, 3).latent(CellBox(0, 0, rows, columns))


def person() -> tuple[Model, LatentMap]:
    model = tiny_model()
    return model, model.generator.broadcast(seed_w(model.generator, 3))


@pytest.mark.parametrize("drawn", [land(4, 4), land(7, 5), person()])
@pytest.mark.parametrize("piece_px", [4, 8])
@torch.inference_mode()
def test_pieces_make_the_whole(drawn: tuple[Model, LatentMap], piece_px: int) -> None:
    model, latent = drawn
    told: list[tuple[int, int]] = []
    made = draw(model, latent, tell=lambda k, n: told.append((k, n)), piece_px=piece_px)
    at_once = compact(model.draw(latent), pooling(picture_size(model, latent)))
    assert made.img.shape == at_once.img.shape
    assert (made.img - at_once.img).abs().max() < CLOSE
    assert made.features.shape == at_once.features.shape
    assert (made.features - at_once.features).abs().max() < CLOSE
    assert told == [(k, len(told)) for k in range(len(told))]
    assert len(told) > 4


@torch.inference_mode()
def test_a_region_in_pieces() -> None:
    model, latent = land(6, 6)
    region = Region(3, 37, 5, 40)
    made = draw(model, latent, region=region, piece_px=8)
    whole = model.draw(latent).img
    assert (made.img - whole[:, :, 3:37, 5:40]).abs().max() < CLOSE


@torch.inference_mode()
def test_what_is_small_is_drawn_at_once() -> None:
    model, latent = person()
    told: list[tuple[int, int]] = []
    draw(model, latent, tell=lambda k, n: told.append((k, n)))
    assert told == []

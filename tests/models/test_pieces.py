"""Drawings in pieces are the drawings in one."""

from functools import partial
from unittest.mock import Mock

import numpy as np
import pytest
import torch

from models.carry import compact, pooling
from models.land import CellBox, Land
from models.latents import LatentMap
from models.model import Model
from models.painting import Edit, Move, Resample, Subject, Transplant, paint, painting
from models.pieces import cells_of_piece, draw, picture_size, pieces_of
from models.region import Region
from models.sampling import seed_w
from models.twins import Twins
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


@pytest.mark.parametrize("offset", [(0.0, 0.0), (0.3, -0.2)])
@torch.inference_mode()
def test_an_edit_in_pieces_is_the_edit(
    offset: tuple[float, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    model, latent = land(24, 32)
    donor = Land(model, 4).latent(CellBox(0, 0, 24, 32))
    size = picture_size(model, latent)
    original = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    mask = torch.zeros(1, 1, *size)
    mask[..., 10:100, 20:110] = 1
    edits: list[Edit] = [
        Transplant(mask, Twins(donor, donor), offset),
        Move(mask, "smile", 2.0),
        Resample(mask.flip(3), 5, 0.7),
    ]
    subject = Subject(model, Twins(latent, latent))
    at_once = paint(subject, original, edits)
    monkeypatch.setattr("models.painting.pieces_of", partial(pieces_of, piece_px=16))
    cut = Mock(wraps=cells_of_piece)
    monkeypatch.setattr("models.painting.cells_of_piece", cut)
    in_pieces = paint(Subject(model, Twins(latent, latent)), original, edits)
    assert np.abs(in_pieces.astype(int) - at_once).max() <= 1
    assert (at_once != original).any()
    parts = [cells_of_piece(*call.args) for call in cut.call_args_list]
    assert len(parts) > 50
    assert sum(part is not None and part.area < 24 * 32 / 2 for part in parts) > len(parts) / 2


@torch.inference_mode()
def test_an_edit_in_pieces_may_be_left_before_anything_is_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model, latent = land(12, 12)
    original = np.zeros((*picture_size(model, latent), 3), np.uint8)
    everything = Move(torch.ones(1, 1, 12, 12), "smile", 2.0)
    told: list[tuple[int, int]] = []

    def leave(piece: int, pieces: int) -> None:
        told.append((piece, pieces))
        raise InterruptedError

    monkeypatch.setattr("models.painting.pieces_of", partial(pieces_of, piece_px=8))
    monkeypatch.setattr("models.pieces.draw", Mock(side_effect=AssertionError))
    subject = Subject(model, Twins(latent, latent))
    with pytest.raises(InterruptedError):
        next(painting(subject, original, [everything], tell=leave))
    assert [piece for piece, _ in told] == [0]


@torch.inference_mode()
def test_a_small_stroke_on_a_large_picture_is_not_left(monkeypatch: pytest.MonkeyPatch) -> None:
    model, latent = land(48, 48)
    original = np.zeros((*picture_size(model, latent), 3), np.uint8)
    stroke = torch.zeros(1, 1, 48, 48)
    stroke[..., 20:22, 20:22] = 1
    monkeypatch.setattr("models.painting.pieces_of", partial(pieces_of, piece_px=48))
    drawn = Mock(wraps=draw)
    monkeypatch.setattr("models.painting.draw", drawn)
    subject = Subject(model, Twins(latent, latent))
    wanted = next(
        painting(
            subject, original, [Move(stroke, "smile", 2.0)], tell=Mock(side_effect=InterruptedError)
        )
    )
    drawn.assert_called_once()
    assert wanted.region.area < original.shape[0] * original.shape[1] / 4


@torch.inference_mode()
def test_what_is_small_is_drawn_at_once() -> None:
    model, latent = person()
    told: list[tuple[int, int]] = []
    draw(model, latent, tell=lambda k, n: told.append((k, n)))
    assert told == []

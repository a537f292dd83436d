"""Inversion: in every space, in batches, over wide pictures; and what the regularisers measure."""

import pytest
import torch

from models.errors import ShapeError
from models.inversion import Inversion, base_of, invert
from models.latents import embed
from models.model import Model
from models.regularisers import (
    REGULARISERS,
    disagreement,
    mean_square,
    roughness,
    wasserstein_to_normal,
)
from models.windows import offsets, predict_windows
from training.generated import draw_latents


def normal(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("name", ["moments of parts", "Wasserstein to normal"])
@pytest.mark.parametrize("change", ["shrunk", "grown", "shifted"])
def test_a_regulariser_prefers_what_is_distributed_like_generated_latents(
    name: str, change: str
) -> None:
    v = normal(2, 64, 4, 4)
    other = {"shrunk": v * 0.3, "grown": v * 2, "shifted": v + 1}[change]
    measure = REGULARISERS[name]
    assert (measure([v]) < 0.7 * measure([other])).all()


@pytest.mark.parametrize("name", REGULARISERS)
def test_a_regulariser_measures_every_picture_by_itself(name: str) -> None:
    maps = [normal(3, 24, 4, 4), normal(3, 24, 8, 8)]
    together = REGULARISERS[name](maps)
    alone = [REGULARISERS[name]([v[i : i + 1] for v in maps]) for i in range(3)]
    torch.testing.assert_close(together, torch.cat(alone))


def test_disagreement_is_zero_where_all_parts_are_one() -> None:
    v = normal(2, 24, 1, 1)
    assert disagreement([v.expand(-1, -1, 4, 4), v]).abs().max() < 1e-10
    assert (disagreement([v.expand(-1, -1, 4, 4), v + 1]) > 0.1).all()


def test_regularised_inversion_ends_nearer_to_generated_latents(model: Model) -> None:
    img = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(3)) * 2 - 1
    free = invert(model, img, steps=30, regulariser=0.0)
    held = invert(model, img, steps=30, regulariser=1.0)

    def unlike(found: Inversion) -> torch.Tensor:
        return wasserstein_to_normal([model.whitening.to_v(wmap) for wmap in found.latent.layers])

    assert (unlike(held) < unlike(free)).all()
    rough = invert(model, img, steps=30, regulariser=1.0, measure=wasserstein_to_normal)

    def roughness_of(found: Inversion) -> torch.Tensor:
        return roughness([model.whitening.to_v(wmap) for wmap in found.latent.layers])

    assert (roughness_of(held) < 0.8 * roughness_of(rough)).all(), "neighbours are alike"


def test_pictures_in_a_batch_do_not_touch_each_other(model: Model) -> None:
    latent = draw_latents(model, 3, torch.Generator().manual_seed(9))
    img = model.render(latent)
    together = invert(model, img, steps=5)
    alone = invert(model, img[1:2], steps=5)
    torch.testing.assert_close(
        together.latent.layers[3][1:2], alone.latent.layers[3], atol=1e-3, rtol=0
    )
    torch.testing.assert_close(together.psnr_db[1:2], alone.psnr_db, atol=0.05, rtol=0)


def test_inversion_goes_on_from_a_latent(model: Model) -> None:
    latent = draw_latents(model, 1, torch.Generator().manual_seed(9))
    img = model.render(latent)
    first = invert(model, img, space="S+", steps=20, regulariser=0.0)
    again = invert(model, img, space="S+", steps=0, begin=first.latent)
    assert abs(again.psnr_db.item() - first.psnr_db.item()) < 0.5
    further = invert(model, img, space="S+", steps=20, regulariser=0.0, begin=first.latent)
    assert further.psnr_db > first.psnr_db


@pytest.mark.parametrize("size", [(32, 64), (48, 32), (40, 32)])
@pytest.mark.parametrize("space", ["W+", "S8", "S+"])
def test_a_picture_of_another_shape_is_inverted(
    model: Model, size: tuple[int, int], space: str
) -> None:
    img = torch.zeros(1, 3, *size)
    found = invert(model, img, space=space, steps=2)
    assert found.img.shape == img.shape
    assert found.latent.base == (size[0] // 8, size[1] // 8)
    assert model.render(embed(found.latent, "S+", model.layout)).shape == img.shape


@pytest.mark.parametrize("size", [(30, 32), (32, 16)])
def test_a_shape_that_the_model_cannot_draw_is_refused(model: Model, size: tuple[int, int]) -> None:
    with pytest.raises(ShapeError, match="img: "):
        invert(model, torch.zeros(1, 3, *size), steps=2)
    with pytest.raises(ShapeError):
        base_of(model.layout, torch.zeros(1, 1, 32, 32))


def test_windows_cover_a_length_evenly() -> None:
    assert offsets(4, 4) == [0]
    assert offsets(8, 4) == [0, 4]
    assert offsets(6, 4) == [0, 2]
    assert offsets(12, 4) == [0, 4, 8]


def test_two_pictures_side_by_side_are_read_as_each_alone(model: Model) -> None:
    assert model.encoder is not None
    img = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(4)) * 2 - 1
    wide = torch.cat([img[:1], img[1:]], dim=3)
    alone = model.predict(img, model.encoder)
    for v, both in zip(alone, predict_windows(model, model.encoder, wide, (4, 8)), strict=True):
        side_by_side = torch.cat([v[:1], v[1:]], dim=3)
        torch.testing.assert_close(both, side_by_side, atol=1e-3, rtol=1e-3)


def test_generated_latents_are_plausible(model: Model) -> None:
    latent = draw_latents(model, 64, torch.Generator().manual_seed(2))
    v = [model.whitening.to_v(wmap) for wmap in latent.layers]
    assert 0.8 < mean_square(v).mean() < 1.25

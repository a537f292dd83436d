"""What was not painted stays, bit for bit; what was painted shows; what it replaces is gone."""

import numpy as np
import pytest
import torch
from torch import Tensor

from models.carry import (
    MOST,
    OBJECTS,
    Touched,
    averaged,
    bands_of,
    carried,
    changed_box,
    compact,
    finished,
    meant,
    pooling,
    replaced,
)
from models.feather import feather
from models.generator import Drawing
from models.images import Pixels
from models.region import whole


def drawing(img: Tensor, seed: int = 0) -> Drawing:
    """A picture whose features are those of a seed."""
    rng = torch.Generator().manual_seed(seed)
    return Drawing(img, torch.randn(1, 16, *img.shape[2:], generator=rng))


def shown_on(original: Pixels, before: Drawing, after: Drawing, mask: Tensor) -> Pixels:
    touched = Touched(mask, (32, 32), whole((32, 32)))
    return finished(original, [carried(before, after, [mask])], touched)


@pytest.mark.parametrize("cells", [1, 4, 14])
def test_what_comes_along_with_a_change_is_left_out_however_little_is_painted(cells: int) -> None:
    mask = torch.zeros(1, 1, 16, 16)
    mask[..., :cells, :cells] = 1
    soft = feather(mask, (128, 128))
    change = torch.zeros(1, 3, 128, 128)
    change[soft.expand_as(change) > 0] = 0.01
    change[..., : 4 * cells, : 4 * cells] = 0.5
    size = averaged(change.abs().amax(dim=1, keepdim=True), 3)
    most = float(size[soft > 0].quantile(MOST))
    kept, strongest = meant(change, size, [soft], [most])
    assert torch.equal(strongest, soft)
    assert kept[..., : 4 * cells - 2, : 4 * cells - 2].min() == 0.5
    assert kept[..., 4 * cells + 2 :, :].abs().max() == 0


@pytest.mark.parametrize("size", [(32, 32), (200, 200), (45, 45), (20, 20)])
def test_pixels_far_from_the_mask_are_bit_identical(size: tuple[int, int]) -> None:
    rng = np.random.default_rng(0)
    original = rng.integers(0, 256, (*size, 3), dtype=np.uint8)
    before, after = drawing(torch.zeros(1, 3, 32, 32)), drawing(torch.full((1, 3, 32, 32), 0.5))
    mask = torch.zeros(1, 1, 16, 16)
    mask[:, :, :4, :4] = 1
    result = shown_on(original, before, after, mask)
    assert np.array_equal(result[size[0] // 2 :], original[size[0] // 2 :])
    assert np.array_equal(result[:, size[1] // 2 :], original[:, size[1] // 2 :])
    inside = result[: size[0] // 8, : size[1] // 8].astype(int)
    expected = np.minimum(original[: size[0] // 8, : size[1] // 8] + 63.75, 255)
    assert np.abs(inside - expected).max() <= 1


@pytest.mark.parametrize("size", [(32, 32), (200, 90), (45, 45), (20, 33)])
def test_a_picture_is_finished_a_few_rows_at_a_time(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = torch.Generator().manual_seed(0)
    original = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    before, after = (drawing(torch.rand(1, 3, 32, 32, generator=rng), seed) for seed in (0, 1))
    mask = torch.zeros(1, 1, 32, 32)
    mask[..., 3:15, 5:25] = 1
    at_once = shown_on(original, before, after, mask)
    monkeypatch.setattr("models.carry.ROWS_PX", 7 * size[1])
    by_rows = shown_on(original, before, after, mask)
    assert np.abs(by_rows.astype(int) - at_once).max() <= 1
    assert (at_once != original).mean() > 0.1


@pytest.mark.parametrize("size", [(40, 36), (129, 250), (300, 301)])
def test_what_is_carried_is_found_in_bands(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a last band is lower than the squares over which is compared."""
    rng = torch.Generator().manual_seed(0)
    original = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    step = pooling(size)
    before, after = (
        compact(drawing(torch.rand(1, 3, *size, generator=rng), seed), step) for seed in (0, 1)
    )
    masks = torch.zeros(2, 1, 1, 32, 32)
    masks[0, ..., 3:25, 5:25] = 1
    masks[1, ..., 20:32, 10:32] = 0.5

    def shown() -> Pixels:
        change = carried(before, after, list(masks))
        return finished(original, [change], Touched(masks.amax(dim=0), size, whole(size)))

    at_once = shown()
    monkeypatch.setattr("models.carry.ROWS_PX", 17 * size[1])
    assert len(list(bands_of(whole(size), step))) > 1
    assert np.abs(shown().astype(int) - at_once).max() <= 1
    assert (at_once != original).mean() > 0.1


def test_a_rest_lower_than_a_square_goes_to_the_band_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("models.carry.ROWS_PX", 1350 * 1544)
    bands = list(bands_of(whole((1352, 1544)), 10))
    assert bands == [whole((1352, 1544))]


def test_no_change_of_the_latent_is_no_change_of_the_picture() -> None:
    original = np.random.default_rng(0).integers(0, 256, (50, 50, 3), dtype=np.uint8)
    drawn = drawing(torch.randn(1, 3, 32, 32))
    assert np.array_equal(shown_on(original, drawn, drawn, torch.ones(1, 1, 4, 4)), original)


def test_a_feathered_mask_keeps_its_strength_and_ends() -> None:
    mask = torch.zeros(1, 1, 32, 32)
    mask[:, :, 10:20, 10:20] = 0.6
    soft = feather(mask, (128, 128))
    assert torch.allclose(soft[:, :, 44:76, 44:76], torch.tensor(0.6))
    assert soft.max() <= 0.6 + 1e-6
    assert soft[:, :, :, :24].max() == 0
    edge = soft[0, 0, 64, 24:44]
    assert (edge.diff() >= -1e-6).all()


def test_the_box_holds_exactly_what_changed() -> None:
    before = np.zeros((20, 30, 3), np.uint8)
    after = before.copy()
    after[4, 7] = 1
    after[9, 21] = 1
    assert changed_box(before, after) == (7, 4, 15, 6)
    assert changed_box(before, before) is None


def test_what_is_replaced_takes_what_the_model_missed_with_it() -> None:
    original = np.full((32, 32, 3), 200, np.uint8)
    original[10:20, 10:20] = 40  # a thing that the model does not draw
    before, after = torch.zeros(1, 3, 32, 32), torch.full((1, 3, 32, 32), 0.5)
    half = torch.zeros(1, 1, 32, 32)
    half[..., :24, :] = 1
    recoloured = shown_on(original, drawing(before), drawing(after), half)
    assert np.ptp(recoloured[5:20].astype(int)) > 100, "the same features: it is carried over"
    turned = Drawing(after, -drawing(before).features)
    other = shown_on(original, drawing(before), turned, half)
    assert np.ptp(other[5:20].astype(int)) <= 1, "other features: it is gone"
    assert (other[28:] == original[28:]).all()


def test_what_comes_along_with_a_change_is_left_out() -> None:
    original = np.full((32, 32, 3), 100, np.uint8)
    change = torch.full((1, 3, 32, 32), 0.01)
    change[..., :16] = 0.5
    before = drawing(torch.zeros(1, 3, 32, 32))
    whole = torch.ones(1, 1, 4, 4)
    shown = shown_on(original, before, Drawing(change, before.features), whole).astype(int)
    assert (shown[:, :14] > 150).all()
    assert (shown[:, 20:] == 100).all(), "a fiftieth of the most"
    faint = torch.full((1, 3, 32, 32), 0.05)
    even = shown_on(original, before, Drawing(faint, before.features), whole).astype(int)
    assert (even > 103).all(), "a faint change of everything is meant"


def test_what_is_replaced_is_told_by_the_slope_of_the_features() -> None:
    rng = torch.Generator().manual_seed(0)
    before, other = torch.randn(2, 1, 16, 8, 8, generator=rng)
    shares = [
        replaced(before, torch.lerp(before, other, t), OBJECTS).mean().item()
        for t in (0, 0.3, 0.6, 1)
    ]
    assert shares[0] == 0 and shares[1] < 0.2
    assert shares == sorted(shares)
    assert shares[3] > 0.9
    assert replaced(before, 3 * before, OBJECTS).max() == 0, "more of the same is no replacement"
    large = torch.randn(1, 16, 512, 512, generator=rng)
    assert compact(Drawing(torch.zeros(1, 3, 512, 512), large), pooling((512, 512))).features.shape[
        2:
    ] == (128, 128)

"""What was not painted stays, bit for bit; what was painted shows."""

import numpy as np
import pytest
import torch

from models.composite import changed_box, composite, feather


@pytest.mark.parametrize("size", [(32, 32), (200, 200), (45, 45), (20, 20)])
def test_pixels_far_from_the_mask_are_bit_identical(size: tuple[int, int]) -> None:
    rng = np.random.default_rng(0)
    original = rng.integers(0, 256, (*size, 3), dtype=np.uint8)
    base, edited = torch.zeros(1, 3, 32, 32), torch.full((1, 3, 32, 32), 0.5)
    mask = torch.zeros(1, 1, 16, 16)
    mask[:, :, :4, :4] = 1
    result = composite(original, base, edited, mask)
    assert np.array_equal(result[size[0] // 2 :], original[size[0] // 2 :])
    assert np.array_equal(result[:, size[1] // 2 :], original[:, size[1] // 2 :])
    inside = result[: size[0] // 8, : size[1] // 8].astype(int)
    expected = np.minimum(original[: size[0] // 8, : size[1] // 8] + 63.75, 255)
    assert np.abs(inside - expected).max() <= 1


def test_no_change_of_the_latent_is_no_change_of_the_picture() -> None:
    original = np.random.default_rng(0).integers(0, 256, (50, 50, 3), dtype=np.uint8)
    img = torch.randn(1, 3, 32, 32)
    assert np.array_equal(composite(original, img, img, torch.ones(1, 1, 4, 4)), original)


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


def test_replaced_content_takes_what_the_encoder_missed_with_it() -> None:
    original = np.full((32, 32, 3), 200, np.uint8)
    original[10:20, 10:20] = 40  # a thing that the encoder missed
    base, edited = torch.zeros(1, 3, 32, 32), torch.full((1, 3, 32, 32), 0.5)
    half = torch.zeros(1, 1, 32, 32)
    half[..., :24, :] = 1
    moved = composite(original, base, edited, half)
    assert np.ptp(moved[5:20].astype(int)) > 100, "moved: it is carried over"
    replaced = composite(original, base, edited, half, half)
    assert np.ptp(replaced[5:20].astype(int)) <= 1, "replaced: it is gone"
    assert (replaced[28:] == original[28:]).all()
    untouched = composite(original, base, edited, half, torch.zeros_like(half))
    assert np.array_equal(untouched, moved)

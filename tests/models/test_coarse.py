"""Search in coarse drawings: how many are drawn at which size, and that nothing much is lost."""

from collections import Counter
from typing import Any

import pytest
import torch

from models.adopt import adopt
from models.coarse import Targets, begins, sizes_of
from models.errors import ModelError
from models.generator import Drawing, Generator, GeneratorConfig, SynthesisNetwork
from models.images import resize_img
from models.inversion import invert
from models.latents import LatentMap
from models.model import Card, Model
from models.sampling import random_w

LARGE = GeneratorConfig(
    512, z_dim=32, w_dim=32, channel_base=1024, channel_max=16, mapping_layers=2, grid=16
)


@pytest.fixture(scope="module")
def large() -> Model:
    """512 px, a few channels, and fine blocks that add less, as trained ones do."""
    torch.manual_seed(0)
    generator = Generator(LARGE).eval().requires_grad_(False)
    for block in generator.synthesis.blocks():
        block.torgb.weight.mul_(0.4 * (4 / block.res) ** 0.35)
    return adopt(generator, Card("large", "Large", "random weights", "MIT"), torch.device("cpu"))


@pytest.fixture(scope="module")
def img(large: Model) -> torch.Tensor:
    """A picture that differs from place to place, nearly one of the model's own."""
    rng = torch.Generator().manual_seed(1)
    w = random_w(large.generator, 16, rng).T.reshape(1, 32, 4, 4)
    with torch.no_grad():
        drawn = large.render(LatentMap((w,) * large.generator.num_ws))
    return (drawn + 0.05 * torch.randn(drawn.shape, generator=rng)).clamp(-1, 1)


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("resolution", [32, 128, 256])
def test_small_models_are_searched_at_their_own_size(resolution: int, shared: bool) -> None:
    assert sizes_of(resolution, 60, shared) == [resolution] * 60


def test_large_ones_are_drawn_in_full_at_the_end_only() -> None:
    assert Counter(sizes_of(1024, 48, False)) == {64: 12, 128: 12, 256: 22, 1024: 2}
    assert Counter(sizes_of(1024, 20, True)) == {64: 10, 128: 6, 256: 4}, "one map for all layers"
    for steps in range(1, 120):
        sizes = sizes_of(512, steps, False)
        assert len(sizes) == steps and sizes == sorted(sizes) and sizes[-1] == 512
    assert sizes_of(512, 0, False) == []


def test_a_search_is_corrected_as_a_size_begins_and_regularly() -> None:
    assert begins([64] * 32 + [128] * 3 + [256] * 17) == [0, 10, 20, 30, 32, 35, 45]
    assert begins([]) == []


def test_what_is_aimed_at_is_what_is_drawn_where_the_whole_is_right(large: Model) -> None:
    w = random_w(large.generator, 1, torch.Generator().manual_seed(3))
    latent = large.generator.broadcast(w)
    with torch.no_grad():
        whole, coarse = large.render(latent), large.render(latent, 64)
    aim, seen = Targets(large, whole, [64]).at(0, lambda: latent)
    brighter, _ = Targets(large, whole + 0.1, [64]).at(0, lambda: latent)
    assert seen is not None
    torch.testing.assert_close(seen, whole)
    torch.testing.assert_close(aim, coarse)
    torch.testing.assert_close(brighter, coarse + 0.1)
    assert (resize_img(whole, (64, 64)) - coarse).abs().mean() > 0.01, "not the same by itself"


def test_little_is_lost_for_few_drawings_in_full(
    large: Model, img: torch.Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: Counter[tuple[int | None, bool]] = Counter()
    draw = SynthesisNetwork.draw

    def counted(self: SynthesisNetwork, latent: LatentMap, **options: Any) -> Drawing:
        drawn[options["finest"] or 512, torch.is_grad_enabled()] += 1
        return draw(self, latent, **options)

    full = invert(large, img, space="S+", steps=60, sizes=[512] * 60)
    monkeypatch.setattr(SynthesisNetwork, "draw", counted)
    coarse = invert(large, img, space="S+")
    searched = {size: num for (size, with_gradients), num in drawn.items() if with_gradients}
    assert searched == {64: 12, 128: 12, 256: 22, 512: 2}
    assert drawn[512, False] == 8, "corrections, and the picture that is answered"
    assert coarse.psnr_db > full.psnr_db - 1


def test_a_plain_search_is_as_near(large: Model, img: torch.Tensor) -> None:
    full = invert(large, img, space="W", steps=20, sizes=[512] * 20)
    coarse = invert(large, img, space="W", steps=20)
    assert coarse.psnr_db > full.psnr_db - 0.5


def test_progress_is_told_and_a_search_stops(large: Model, img: torch.Tensor) -> None:
    told: list[tuple[int, int]] = []
    sizes: list[tuple[int, ...]] = []

    def on_step(step: int, steps: int, preview: torch.Tensor | None) -> None:
        told.append((step, steps))
        if preview is not None:
            sizes.append(tuple(preview.shape))
        if step == 12:
            raise ModelError("enough")

    with pytest.raises(ModelError, match="enough"):
        invert(large, img, space="S+", steps=30, on_step=on_step)
    assert told == [(k, 30) for k in range(1, 13)]
    assert set(sizes) == {(1, 3, 512, 512)}, "previews are of the whole"


def test_a_wide_picture_is_searched_in_coarse_drawings(large: Model) -> None:
    found = invert(large, torch.zeros(1, 3, 512, 640), space="S8", steps=3)
    assert found.img.shape == (1, 3, 512, 640)
    assert found.latent.base == (4, 5)

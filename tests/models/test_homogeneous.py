"""A homogeneous generator draws windows of an endless plane: no place knows where it is."""

import pytest
import torch
from torch import Tensor

from models.generator import SURROUND, Generator, GeneratorConfig
from models.latents import LatentMap, embed
from models.noise import PlaneNoise, no_noise

CONFIG = GeneratorConfig(64, 8, 8, channel_base=512, channel_max=16, mapping_layers=1, grid=32)
CELL = 16  # pixels per base cell


@pytest.fixture
def generator() -> Generator:
    torch.manual_seed(0)
    made = Generator(GeneratorConfig(**{**vars(CONFIG), "homogeneous": True}))
    for block in made.synthesis.blocks():
        for layer in (getattr(block, "conv0", None), block.conv1):
            if layer is not None:
                torch.nn.init.constant_(layer.noise_strength, 0.3)
    return made.requires_grad_(False).double()


def window(plane: Tensor, row: int, column: int, rows: int, columns: int, num: int) -> LatentMap:
    """The latent of some base cells of a plane of w, with what surrounds them."""
    s = SURROUND
    part = plane[:, :, row - s : row + rows + s, column - s : column + columns + s]
    return LatentMap((part,) * num, (rows + 2 * s, columns + 2 * s))


@pytest.mark.parametrize("cells_per_base", [1, 2, 8])
def test_a_window_is_that_part_of_a_larger_one(generator: Generator, cells_per_base: int) -> None:
    plane = torch.randn(1, 8, 30, 34, dtype=torch.float64)
    layout = generator.config.layout

    def drawn(row: int, column: int, rows: int, columns: int) -> Tensor:
        latent = window(plane, row, column, rows, columns, generator.num_ws)
        if cells_per_base > 1:
            latent = embed(latent, f"S+{4 * cells_per_base}", layout)
        noise = PlaneNoise(3, row, column)
        img: Tensor = generator.synthesis(latent, noise, torch.float64, SURROUND)
        return img

    whole = drawn(7, 8, 14, 16)
    part = drawn(10, 11, 4, 5)
    assert part.shape[2:] == (4 * CELL, 5 * CELL)
    expected = whole[:, :, 3 * CELL : 7 * CELL, 3 * CELL : 8 * CELL]
    assert (part - expected).abs().max() < 1e-6


def test_a_constant_latent_without_noise_repeats_with_every_cell(generator: Generator) -> None:
    latent = generator.broadcast(torch.randn(1, 8, dtype=torch.float64), (6, 7))
    img = generator.synthesis(latent, no_noise, torch.float64)
    assert img.shape == (1, 3, 6 * CELL, 7 * CELL)
    assert (img - img[:, :, :CELL, :CELL].repeat(1, 1, 6, 7)).abs().max() < 1e-6


def test_the_border_of_a_latent_is_repeated_around_it(generator: Generator) -> None:
    wmap = torch.randn(1, 8, 4, 4, dtype=torch.float64)
    latent = LatentMap((wmap,) * generator.num_ws)
    grown = torch.nn.functional.pad(wmap, [SURROUND] * 4, mode="replicate")
    around = LatentMap((grown,) * generator.num_ws, (4 + 2 * SURROUND,) * 2)
    plain = generator.synthesis(latent, no_noise, torch.float64)
    assert torch.equal(plain, generator.synthesis(around, no_noise, torch.float64, SURROUND))


@pytest.mark.parametrize("space", ["W", "W+", "S2", "S4", "S+2", "S+8", "S+"])
def test_every_space_draws(generator: Generator, space: str) -> None:
    w = torch.randn(1, generator.num_ws, 8, dtype=torch.float64)
    if space in ("W", "S2", "S4"):
        w = w[:, 0]
    fine = embed(generator.broadcast(w), space, generator.config.layout)
    plain = generator.synthesis(generator.broadcast(w), no_noise, torch.float64)
    assert (generator.synthesis(fine, no_noise, torch.float64) - plain).abs().max() < 1e-6

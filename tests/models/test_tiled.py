"""Convolutions by values are the direct ones, and are exact enough to stand in for them."""

import pytest
import torch
import torch.nn.functional as F

from models.generator import Generator, GeneratorConfig
from models.region import Region
from models.tiled import CHANNELS, PLACES, pays, tiled_conv2d, values_of


@pytest.mark.parametrize("size", [(1, 1), (4, 8), (13, 22)])
@pytest.mark.parametrize("zeros", [(0, 0, 0, 0), (1, 1, 1, 1), (1, 0, 0, 3)])
def test_it_is_the_convolution(size: tuple[int, int], zeros: tuple[int, int, int, int]) -> None:
    x = torch.randn(2, 3, size[0] + 2, size[1] + 2, dtype=torch.float64)
    weight = torch.randn(5, 3, 3, 3, dtype=torch.float64)
    expected = F.conv2d(F.pad(x, zeros), weight)
    found = tiled_conv2d(x, values_of(weight), zeros)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-11)


def test_it_rounds_little_more_than_the_direct_one() -> None:
    torch.manual_seed(0)
    x = torch.randn(1, 256, 32, 32).contiguous(memory_format=torch.channels_last)  # as layers are
    weight = torch.randn(256, 256, 3, 3) / 48  # of unit variance
    exact = F.conv2d(x.double(), weight.double(), padding=1)
    apart = (tiled_conv2d(x, values_of(weight), (1, 1, 1, 1)) - exact).abs().max().item()
    direct = (F.conv2d(x, weight, padding=1) - exact).abs().max().item()
    assert apart < 3 * direct
    assert apart < 3e-5


def test_it_is_for_many_channels_and_places_without_gradients() -> None:
    x, weight = torch.zeros(1, CHANNELS, 1, PLACES), torch.zeros(CHANNELS, CHANNELS, 3, 3)
    assert not pays(x, weight)
    with torch.no_grad():
        assert pays(x, weight)
        assert not pays(x.bfloat16(), weight)
        assert not pays(x[..., 1:], weight)
        assert not pays(x, weight[1:])
        assert not pays(x, weight[:, 1:])


def test_pictures_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Regions too, whose tiles lie elsewhere; and with gradients, convolutions are direct."""
    torch.manual_seed(0)
    monkeypatch.setattr("models.tiled.CHANNELS", 1)
    monkeypatch.setattr("models.tiled.PLACES", 1)
    made = Generator(GeneratorConfig(32, 8, 8, channel_base=256, mapping_layers=1)).double()
    latent = made.broadcast(torch.randn(2, 8, dtype=torch.float64), (4, 5))
    direct = made.synthesis.draw(latent, dtype=torch.float64).features
    assert direct.requires_grad
    with torch.no_grad():
        tiled = made.synthesis.draw(latent, dtype=torch.float64).features
        region = Region(5, 24, 7, 38)
        part = made.synthesis.draw(latent, dtype=torch.float64, region=region).features
    assert not torch.equal(tiled, direct)
    torch.testing.assert_close(tiled, direct, rtol=0, atol=1e-12)
    torch.testing.assert_close(part, direct[:, :, 5:24, 7:38], rtol=0, atol=1e-12)

"""The real `lpips` package with random backbones: its weights cannot be fetched for a test."""

from functools import partial
from pathlib import Path

import pytest
import torch
from torch import nn

import tests.torchvision_operators  # noqa: F401
from models import lpips
from models.lpips import Lpips, build, find_lpips


@pytest.fixture(scope="module", params=["alex", "vgg"])
def metric(request: pytest.FixtureRequest) -> Lpips:
    from lpips import LPIPS

    torch.manual_seed(0)
    network = build(request.param, partial(LPIPS, pnet_rand=True))
    return Lpips(network.eval().requires_grad_(False), request.param)


def test_equal_pictures_are_0_apart_and_others_are_not(metric: Lpips) -> None:
    img = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(1)) * 2 - 1
    assert metric.distance(img, img).abs().max() == 0
    worse = [metric.distance(img, img + level * torch.randn_like(img)) for level in (0.05, 0.5)]
    assert worse[0].shape == (2,)
    assert bool((worse[0] > 0).all() and (worse[1] > worse[0]).all())
    assert metric.name == f"lpips-{metric.backbone}"


def test_large_pictures_are_compared_at_256_px(metric: Lpips) -> None:
    img, other = torch.rand(2, 1, 3, 512, 512, generator=torch.Generator().manual_seed(1))
    small = [torch.nn.functional.avg_pool2d(x, 2) for x in (img, other)]
    assert torch.allclose(metric.distance(img, other), metric.distance(*small))


@pytest.fixture(autouse=True)
def _looked_for_anew() -> None:
    find_lpips.cache_clear()


def test_without_weights_there_is_no_lpips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    assert find_lpips(torch.device("cpu")) is None


def test_weights_in_the_cache_are_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints" / lpips.WEIGHTS["alex"]).touch()
    asked: list[str] = []

    def made(backbone: str) -> nn.Module:
        asked.append(backbone)
        return nn.Identity()

    monkeypatch.setattr(lpips, "build", made)
    found = find_lpips(torch.device("cpu"))
    assert found is not None
    assert (found.name, asked) == ("lpips-alex", ["alex"])


def test_a_package_that_does_not_match_torch_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lpips, "present", lambda: ["alex"])

    def broken(backbone: str) -> nn.Module:
        raise RuntimeError(f"operator torchvision::nms does not exist ({backbone})")

    monkeypatch.setattr(lpips, "build", broken)
    assert find_lpips(torch.device("cpu")) is None

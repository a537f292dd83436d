"""ST-LPIPS: random weights in its package's layout, and the package's own where it is installed."""

import io
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image, ImageFilter
from torch import Tensor, nn

from models import metrics, shift_tolerant
from models import model as models_model
from models.errors import CheckpointError
from models.images import to_img
from models.lpips import Lpips
from models.shift_tolerant import (
    CONVOLUTIONS,
    WEIGHTS,
    find_st_lpips,
    halved,
    read_network,
    weights_path,
)
from tests.fakes import people
from tests.fakes.tiny import tiny_model

SHAPES = ((64, 3, 11), (192, 64, 5), (384, 192, 3), (256, 384, 3), (256, 256, 3))
PADDING = (2, 2, 1, 1, 1)


def random_state() -> dict[str, Tensor]:
    """The tensors of the package's file, with weights that keep signals of their size."""
    rng = torch.Generator().manual_seed(0)
    state = {
        "scaling_layer.shift": torch.tensor([-0.030, -0.088, -0.188])[None, :, None, None],
        "scaling_layer.scale": torch.tensor([0.458, 0.448, 0.450])[None, :, None, None],
    }
    for k, (name, (num_out, num_in, size)) in enumerate(zip(CONVOLUTIONS, SHAPES, strict=True)):
        weight = torch.randn(num_out, num_in, size, size, generator=rng)
        state[f"net.{name}.weight"] = weight / math.sqrt(num_in * size * size)
        state[f"net.{name}.bias"] = 0.1 * torch.randn(num_out, generator=rng)
        state[f"lin{k}.model.1.weight"] = torch.rand(1, num_out, 1, 1, generator=rng)
    return state


def reference(state: dict[str, Tensor], img: Tensor, other: Tensor) -> Tensor:
    """The distance written out once more: blurs as convolutions, one after the other."""
    blur = torch.outer(torch.tensor([1.0, 2, 1]), torch.tensor([1.0, 2, 1])) / 16

    def halve(x: Tensor) -> Tensor:
        kernel = blur.expand(x.shape[1], 1, 3, 3)
        return F.conv2d(F.pad(x, [2] * 4, "reflect"), kernel, stride=2, groups=x.shape[1])

    def maps(x: Tensor) -> list[Tensor]:
        x = (x - state["scaling_layer.shift"]) / state["scaling_layer.scale"]
        found = []
        for k, name in enumerate(CONVOLUTIONS):
            if k in (1, 2):
                x = halve(F.max_pool2d(x, 3, 1))
            weight, bias = state[f"net.{name}.weight"], state[f"net.{name}.bias"]
            x = F.conv2d(x, weight, bias, padding=PADDING[k])
            x = F.relu(halve(x) if k == 0 else x)
            found.append(x / (x.square().sum(1, keepdim=True).sqrt() + 1e-10))
        return found

    parts = [
        F.conv2d((a - b) ** 2, state[f"lin{k}.model.1.weight"]).mean((1, 2, 3))
        for k, (a, b) in enumerate(zip(maps(img), maps(other), strict=True))
    ]
    return torch.stack(parts).sum(0)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package of that name whose code must not run."""
    folder = tmp_path_factory.mktemp("site") / shift_tolerant.PACKAGE
    (folder / WEIGHTS).parent.mkdir(parents=True)
    (folder / "__init__.py").write_text("raise AssertionError('imported')\n")
    torch.save(random_state(), folder / WEIGHTS)
    return folder


@pytest.fixture(autouse=True)
def _looked_for_anew() -> None:
    find_st_lpips.cache_clear()


def pair(side: int = 48) -> tuple[Tensor, Tensor]:
    img = torch.rand(2, 3, side, side, generator=torch.Generator().manual_seed(1)) * 2 - 1
    other = img + 0.3 * torch.randn(img.shape, generator=torch.Generator().manual_seed(2))
    return img, other.clamp(-1, 1)


@torch.no_grad()
@pytest.mark.parametrize("side", [32, 48, 65])
def test_it_is_what_the_published_network_computes(package: Path, side: int) -> None:
    network = read_network(package / WEIGHTS)
    img, other = pair(side)
    expected = reference(random_state(), img, other)
    assert expected.min() > 1e-3
    assert torch.allclose(network(img, other), expected, rtol=1e-4)
    assert network(img, img).abs().max() == 0


def test_a_halved_map_is_blurred_by_1_2_1() -> None:
    x = torch.arange(8.0).square()[None, None, None].expand(1, 1, 8, 8)
    assert torch.allclose(halved(x)[0, 0, 2], torch.tensor([1.5, 1.5, 9.5, 25.5, 42.5]))


def test_flat_pictures_have_gradients(package: Path) -> None:
    img = torch.zeros(1, 3, 32, 32, requires_grad=True)
    read_network(package / WEIGHTS)(img, img.detach() + 0.1).sum().backward()
    assert img.grad is not None and bool(img.grad.isfinite().all())


def test_the_package_is_read_and_not_run(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(package.parent)
    assert weights_path() == package / WEIGHTS
    metric = find_st_lpips(torch.device("cpu"))
    assert metric is not None
    assert metric.name == "st-lpips-alex"
    monkeypatch.setattr(metrics, "MAX_SIDE_PX", 32)
    small = [F.avg_pool2d(img, 2) for img in pair(64)]
    assert torch.equal(metric.distance(*pair(64)), metric.distance(*small))


def test_without_the_package_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shift_tolerant, "PACKAGE", "stlpips_of_nobody")
    assert weights_path() is None
    assert find_st_lpips(torch.device("cpu")) is None


def test_another_file_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.save(torch.zeros(3), tmp_path / "x.pth")
    with pytest.raises(CheckpointError, match=r"x\.pth"):
        read_network(tmp_path / "x.pth")
    monkeypatch.setattr(shift_tolerant, "weights_path", lambda: tmp_path / "x.pth")
    assert find_st_lpips(torch.device("cpu")) is None


def test_a_model_without_a_network_of_its_own_is_measured_by_it(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, standard = tiny_model(), None
    monkeypatch.setattr(models_model, "find_lpips", lambda _: standard)
    monkeypatch.setattr(shift_tolerant, "weights_path", lambda: package / WEIGHTS)
    bare = replace(model, perceptual=None)
    assert (model.perceptual_metric, bare.perceptual_metric) == ("tiny-perceptual", "st-lpips-alex")
    with torch.no_grad():
        expected = read_network(package / WEIGHTS)(*pair(32))
        assert torch.allclose(bare.distance(*pair(32)), expected)
    standard = Lpips(nn.Identity(), "vgg")  # who put LPIPS' weights there wants its figures
    assert bare.perceptual_metric == "lpips-vgg"


@pytest.mark.skipif(weights_path() is None, reason="stlpips-pytorch is not installed")
def test_its_own_weights_see_what_people_see() -> None:
    metric = find_st_lpips(torch.device("cpu"))
    assert metric is not None
    person = Image.fromarray(people.person()).resize((128, 128))
    pixels = np.asarray(person).astype(float)
    rng = np.random.default_rng(0)

    def apart(other: np.ndarray) -> float:
        pair = (to_img(each.clip(0, 255).astype(np.uint8)) for each in (pixels, other))
        return metric.distance(*pair).item()

    def noisy(level: float) -> float:
        return apart(pixels + rng.normal(0, level, pixels.shape))

    def blurred(radius: float) -> float:
        return apart(np.asarray(person.filter(ImageFilter.GaussianBlur(radius))))

    def compressed(quality: int) -> float:
        file = io.BytesIO()
        person.save(file, "JPEG", quality=quality)
        with Image.open(file) as image:
            return apart(np.asarray(image))

    assert apart(pixels) == 0
    assert noisy(8) < noisy(25)
    assert blurred(1) < blurred(3)
    assert compressed(30) < compressed(8)
    assert apart(np.roll(pixels, 1, axis=1)) < 0.1 * blurred(1)

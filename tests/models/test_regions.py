"""What is drawn of a region alone is what the whole has there, whatever is asked for."""

import numpy as np
import pytest
import torch

from models import painting
from models.generator import Generator, GeneratorConfig
from models.latents import SQUARE, LatentMap, embed
from models.model import Model
from models.noise import constant_noise, no_noise
from models.painting import Edit, Move, Resample, Subject, Transplant, paint
from models.region import Patch, Region, whole
from models.twins import Twins
from tests.fakes.tiny import tiny_land

REGIONS = [
    Region(0, 64, 0, 96),
    Region(0, 1, 0, 1),
    Region(63, 64, 95, 96),
    Region(5, 22, 40, 83),
    Region(0, 17, 13, 96),
    Region(31, 64, 0, 50),
]
BASE = (4, 6)


def generator(homogeneous: bool) -> Generator:
    torch.manual_seed(0)
    config = GeneratorConfig(
        64, 8, 8, channel_base=512, channel_max=16, mapping_layers=1, homogeneous=homogeneous
    )
    made = Generator(config).requires_grad_(False)
    for name, parameter in made.named_parameters():
        if name.endswith("noise_strength"):
            parameter.fill_(0.3)
    return made.double()


@pytest.mark.parametrize("homogeneous", [False, True])
@pytest.mark.parametrize("space", ["W", "S4", "S32", "S+8", "S+"])
@pytest.mark.parametrize("finest", [None, 16])
def test_a_region_is_that_part_of_the_whole(
    homogeneous: bool, space: str, finest: int | None
) -> None:
    made = generator(homogeneous)
    plain = made.broadcast(torch.randn(2, 8, dtype=torch.float64), BASE)
    latent = embed(plain, space, made.config.layout)
    latent = latent.map(lambda _, wmap: wmap + torch.randn(wmap.shape, dtype=torch.float64) / 2)
    noise = constant_noise if space == "S+" else no_noise
    drawn = made.synthesis.draw(latent, noise, torch.float64, finest=finest)
    height, width = drawn.img.shape[2:]
    scale = height / 64
    for region in REGIONS:
        top, left = int(region.top * scale), int(region.left * scale)
        bottom, right = round(region.bottom * scale + 0.5), round(region.right * scale + 0.5)
        part = Region(top, min(height, bottom), left, min(width, right))
        alone = made.synthesis.draw(latent, noise, torch.float64, finest=finest, region=part)
        for found, all_of_it in ((alone.img, drawn.img), (alone.features, drawn.features)):
            expected = Patch(all_of_it, whole((height, width))).part(part)
            torch.testing.assert_close(found, expected, rtol=0, atol=1e-5)


def test_bands_are_not_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    made = generator(False)
    latent = embed(made.broadcast(torch.randn(1, 8).double()), "S+", made.config.layout)
    whole_img = made.synthesis(latent, dtype=torch.float64)
    monkeypatch.setattr("models.modulated.BAND", 1000)
    for gradients in (False, True):
        with torch.set_grad_enabled(gradients):
            img = made.synthesis(latent, dtype=torch.float64)
        torch.testing.assert_close(img, whole_img, rtol=0, atol=1e-5)


def masks() -> list[torch.Tensor]:
    """A corner, a spot in the middle, a stroke across, and nearly nothing."""
    made = [torch.zeros(1, 1, 32, 32) for _ in range(4)]
    made[0][..., :9, :5] = 1
    made[1][..., 14:17, 15:18] = 0.7
    made[2][..., 20, :] = 1
    made[3][..., 31, 31] = 1e-3
    return made


@pytest.mark.parametrize(("kind", "finest"), [("plain", 128), ("plain", 8), ("land", 128)])
@pytest.mark.parametrize("resolution", [None, 16])
@pytest.mark.parametrize("size", [(32, 32), (45, 40)])
def test_an_edit_of_a_place_is_what_drawing_all_of_it_shows(
    model: Model,
    kind: str,
    finest: int,
    resolution: int | None,
    size: tuple[int, int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("models.feather.FEATHER_CELLS", 0.25)  # else it is all of such a picture
    monkeypatch.setattr("models.carry.FINEST", finest)
    model = tiny_land() if kind == "land" else model
    rng = torch.Generator().manual_seed(1)
    faithful, plain, donor = (embed(spatial(model, rng), "S+", model.layout) for _ in range(3))
    original = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    subject = Subject(model, Twins(faithful, plain))
    for mask in masks():
        move = Move(mask, "smile", 2.0)
        copy = Transplant(mask.flip(3), Twins(donor, donor), (0.1, 0.0))
        edits: list[list[Edit]] = [[move], [copy], [Resample(mask, 3)], [copy, move]]
        for each in edits:
            with torch.inference_mode():
                alone = paint(subject, original, each, resolution=resolution)
                with monkeypatch.context() as patch:
                    patch.setattr(painting, "reach", lambda _masks, drawn, _how: whole(drawn))
                    all_of_it = paint(subject, original, each, resolution=resolution)
            assert np.abs(alone.astype(int) - all_of_it).max() <= 1
            assert (all_of_it != original).any() or mask.max() < 0.1


def spatial(model: Model, rng: torch.Generator) -> LatentMap:
    maps = [
        torch.randn(1, model.layout.w_dim, min(res, 16), min(res, 16), generator=rng)
        for res in model.layout.layer_res
    ]
    return LatentMap(tuple(maps), SQUARE)

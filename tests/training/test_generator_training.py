"""The game: it learns, it resumes where it was, it grows, and it takes a folder of pictures."""

import copy
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image

from models.attributes import AttributeSet
from models.generator import Generator
from models.images import to_pixels
from models.model import load_model, save_model
from models.noise import no_noise
from models.perceptual import PerceptualConfig, PerceptualNet
from tests.fakes.tiny import tiny_model
from training.augment import AdaptiveAugment
from training.errors import TrainingError
from training.gan import GanTraining
from training.gan_options import PRESETS, GanOptions, with_overrides
from training.generated import draw_latents
from training.labels import TARGETS
from training.loop import train_generator
from training.phases import explained, hear_phases, phases
from training.portrait_lesson import factor_attributes, paired
from training.portraits import FACTORS, render, sample_factors
from training.release import card_of, release_generator
from training.runs import Run, load_state
from training.schedule import Steps
from training.teacher import change_loss, factors_of, perceptual_loss, teach
from training.texture import spread_loss, texture_loss, texture_loss_apart
from training.warmup import warm_up

CPU = torch.device("cpu")


def test_both_sides_learn_on_four_pictures(options: GanOptions) -> None:
    training = GanTraining(options, CPU)
    real = render(sample_factors(0, 0, 4), 32)
    before = [p.clone() for p in training.generator.parameters()]
    losses = []
    for step in range(12):
        losses.append(training.step_discriminator(real, step)["loss_d"].item())
        training.step_generator(4, step)
    assert all(np.isfinite(losses))
    assert losses[-1] < losses[0]
    moved = [
        not torch.equal(a, b) for a, b in zip(before, training.generator.parameters(), strict=True)
    ]
    assert all(moved)
    assert training.path_length.mean > 0


def test_a_run_writes_what_is_needed_and_resumes(options: GanOptions, tmp_path: Path) -> None:
    run = tmp_path / "run"
    train_generator(options, run, Steps(2))
    first = torch.load(run / "state.pt", weights_only=True)["nimg"]
    assert first >= 4
    assert list(run.glob("samples-*.png"))
    assert json.loads((run / "options.json").read_text())["resolution"] == 32
    with pytest.raises(TrainingError, match="--resume"):
        train_generator(options, run, Steps(2))
    train_generator(options, run, Steps(2), resume=True)
    assert torch.load(run / "state.pt", weights_only=True)["nimg"] > first


def test_a_run_goes_on_with_the_options_that_it_had(tmp_path: Path) -> None:
    Run(tmp_path, {"batch": 4, "lr": 0.1}, resume=False)
    Run(tmp_path, {"batch": 4, "lr": 0.1, "younger": None}, resume=True)
    own = {"batch": 4, "lr": 0.1, "younger": None}
    for younger in (None, False, 0.0):
        (tmp_path / "options.json").write_text(json.dumps({"batch": 4, "lr": 0.1}))
        Run(tmp_path, own | {"younger": younger}, resume=True)
    (tmp_path / "options.json").write_text(json.dumps({"batch": 4, "lr": 0.1}))
    for change in ({"batch": 8}, {"younger": 1}):
        with pytest.raises(TrainingError, match=rf"another {next(iter(change))} \((4|None)\)$"):
            Run(tmp_path, own | change, resume=True)


def test_a_resumed_game_goes_on_as_it_would_have(options: GanOptions) -> None:
    real = render(sample_factors(0, 0, 4), 32)

    def step(training: GanTraining) -> list[torch.Tensor]:
        training.seed_again()
        training.step_discriminator(real, 0)
        training.step_generator(4, 0)
        networks = (training.generator, training.discriminator, training.ema)
        return [p.detach().clone() for network in networks for p in network.parameters()]

    training, again = GanTraining(options, CPU), GanTraining(options, CPU)
    step(training)
    again.restore(copy.deepcopy(training.state()))
    assert again.path_length.mean == training.path_length.mean
    for a, b in zip(step(training), step(again), strict=True):
        assert torch.equal(a, b)


def test_growth_starts_from_the_smaller_picture_enlarged(options: GanOptions) -> None:
    small = GanTraining(options, CPU)
    large = GanTraining(replace(options, resolution=64), CPU)
    large.grow_from(small.state())
    w = small.ema.mapping(torch.randn(2, 64))
    coarse = small.ema.synthesis(small.ema.broadcast(w), no_noise)
    fine = large.ema.synthesis(large.ema.broadcast(w), no_noise)
    shrunk = torch.nn.functional.avg_pool2d(fine, 2)
    assert (shrunk - coarse).abs().mean() < 0.1 * coarse.abs().mean()
    with pytest.raises(TrainingError, match="--grow"):
        small.grow_from(large.state())
    land = GanTraining(replace(options, resolution=64, data="aerial", prior="field"), CPU)
    with pytest.raises(TrainingError, match="its prior differ"):
        land.grow_from(small.state())


@pytest.mark.parametrize(("data", "is_kept"), [("portraits", True), ("my_photos", False)])
def test_other_data_inherit_no_lesson(options: GanOptions, data: str, is_kept: bool) -> None:
    small = GanTraining(options, CPU)
    small.has_had_lesson = True
    large = GanTraining(replace(options, resolution=64, data=data), CPU)
    large.grow_from(small.state())
    assert large.has_had_lesson == is_kept


@pytest.mark.parametrize("data", [b"", b"not a run", b"PK\x03\x04", b"\x80\x02."])
def test_a_damaged_run_is_named(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "state.pt").write_bytes(data)
    with pytest.raises(TrainingError, match=r"state\.pt is"):
        load_state(tmp_path)


def test_another_kind_of_run_is_not_grown_or_released(options: GanOptions, tmp_path: Path) -> None:
    torch.save({"encoder": {}, "optimiser": {}}, tmp_path / "state.pt")
    with pytest.raises(TrainingError, match="something else than a generator"):
        GanTraining(options, CPU).grow_from(load_state(tmp_path))
    with pytest.raises(TrainingError, match="something else than a generator"):
        release_generator(tmp_path, "mine")


def test_a_run_goes_on_from_a_finished_generator(options: GanOptions, tmp_path: Path) -> None:
    first = Generator(replace(options.generator, conv_clamp=256.0))
    alike = replace(options, ema_kimg=1000.0).like(first.config)
    ema = train_generator(alike, tmp_path / "run", Steps(1), start=first)
    for before, after in zip(first.parameters(), ema.parameters(), strict=True):
        torch.testing.assert_close(before, after, rtol=0, atol=0.01)
    training = GanTraining(alike, CPU)
    training.start_from(first)
    for before, after in zip(first.parameters(), training.generator.parameters(), strict=True):
        assert torch.equal(before, after)
    with pytest.raises(TrainingError, match="another conv_clamp"):
        train_generator(options, tmp_path / "other", None, start=first)


def test_a_deeper_mapping_network_maps_as_the_one_before(
    options: GanOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.imitation.STEPS", Steps(700))
    torch.manual_seed(0)
    first = Generator(options.generator)
    first.mapping.w_avg.fill_(0.5)
    deeper = GanTraining(replace(options, mapping_layers=options.mapping_layers + 1), CPU)
    z = torch.randn(256, 64)

    def missed() -> float:
        wanted = first.mapping(z)
        error = F.mse_loss(deeper.ema.mapping(z), wanted) / wanted.var(dim=0).mean()
        return float(error.item())

    before = missed()
    deeper.start_from(first)
    assert before > 0.5
    assert missed() < 0.3 * before
    assert torch.equal(deeper.ema.mapping.w_avg, first.mapping.w_avg)


def test_w_says_where_waves_begin() -> None:
    torch.manual_seed(0)
    generator = Generator(replace(PRESETS["cpu32"], w_dim=64, mapping_layers=4).generator)
    generator.requires_grad_(False)
    z = torch.randn(512, 64)
    said = phases(factors_of(z))
    w = generator.mapping(z)
    img = generator.synthesis(generator.broadcast(w), no_noise)
    assert explained(w, said) < 0.4
    generator.requires_grad_(True)
    hear_phases(generator, length=Steps(1500))
    after = generator.mapping(z)
    assert explained(after, said) > 0.6
    kept = F.mse_loss(generator.synthesis(generator.broadcast(after), no_noise), img)
    assert kept < 0.6 * img.var(dim=0).mean(), "the other directions say what they said"
    again = copy.deepcopy(generator.state_dict())
    hear_phases(generator, length=Steps(400))
    assert all(torch.equal(again[k], v) for k, v in generator.state_dict().items()), "heard already"


def test_a_pair_differs_in_one_factor() -> None:
    z = torch.randn(40, 64, generator=torch.Generator().manual_seed(0))
    torch.manual_seed(0)
    pairs = paired(z, 16)
    differs = pairs[:16] != pairs[16:32]
    assert differs.sum(dim=1).eq(1).all()
    assert differs.nonzero()[:, 1].unique().numel() > 3
    assert torch.equal(pairs[:16], z[:16]) and torch.equal(pairs[32:], z[32:])


def test_what_a_change_misses_is_a_share_of_it() -> None:
    target = torch.randn(8, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    both = target[:4].repeat(2, 1, 1, 1)
    assert change_loss(target + 1, target) < 1e-9, "what both have in common does not count"
    assert change_loss(both, target) == 1
    half = torch.cat([target[:4], (target[:4] + target[4:]) / 2])
    assert change_loss(half, target).item() == pytest.approx(0.25)


def test_what_a_model_had_beside_its_generator_is_kept(options: GanOptions, tmp_path: Path) -> None:
    first = tiny_model()
    alike = options.like(first.generator.config)
    train_generator(alike, tmp_path / "run", Steps(1), start=first.generator)
    model = release_generator(tmp_path / "run", "mine", first=first)
    assert model.attributes == first.attributes and model.perceptual is first.perceptual
    assert model.card.license == "MIT" and model.card.source.startswith("random weights; then")
    assert model.encoder is not None and first.encoder is not None
    img = torch.rand(2, 3, 32, 32) * 2 - 1
    before = [first.whitening.to_w(v) for v in first.predict(img, first.encoder)]
    after = [model.whitening.to_w(v) for v in model.predict(img, model.encoder)]
    gap = sum(F.mse_loss(a, b).item() for a, b in zip(after, before, strict=True))
    assert gap < 0.1 * sum(b.var().item() for b in before)


def test_warming_up_brings_the_pictures_closer(
    options: GanOptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.phases.STEPS", Steps(100))
    training = GanTraining(options, CPU)
    z = torch.randn(16, 64, generator=torch.Generator().manual_seed(2))

    def gap() -> float:
        drawn = training.generator.synthesis(
            training.generator.broadcast(training.generator.mapping(z)), no_noise
        )
        return teach(drawn, z).item()

    before = gap()
    warm_up(training, Run(tmp_path / "run", {}, resume=False), Steps(60))
    assert gap() < 0.7 * before
    taught = release_generator(tmp_path / "run", "mine")
    assert [a.id for a in taught.attributes.attributes] == list(TARGETS)
    found = replace(taught.attributes.attributes[0], id="found")
    first = replace(taught, attributes=AttributeSet((found,), taught.attributes.directions[:1]))
    both = release_generator(tmp_path / "run", "mine", first=first).attributes
    assert [a.id for a in both.attributes] == ["found", *TARGETS]


@pytest.mark.parametrize("name", ["hat", "smile"])
def test_factors_become_attributes(name: str, options: GanOptions) -> None:
    generator = Generator(options.generator).eval().requires_grad_(False)
    found = factor_attributes(replace(tiny_model(), generator=generator))
    z = torch.randn(2000, 64, generator=torch.Generator().manual_seed(1))
    k = [factor.name for factor in FACTORS].index(name)
    less, more = z.clone(), z.clone()
    less[:, k], more[:, k] = -1.5, 1.5
    change = factors_of(more)[:, k].mean() - factors_of(less)[:, k].mean()
    moved = (generator.mapping(more) - generator.mapping(less)).mean(dim=0) * change.sign()
    direction = found.directions[TARGETS.index(name), 0]
    assert torch.cosine_similarity(moved, direction, dim=0) > 0.9


def test_a_teacher_pulls_the_game_towards_the_renders(options: GanOptions) -> None:
    taught = replace(options, teacher=100.0, style_mixing=0.0, lr=8e-3, pl_weight=0.0)
    training = GanTraining(taught, CPU)
    z = torch.randn(8, 64, generator=torch.Generator().manual_seed(2))

    def gap() -> float:
        latent = training.generator.broadcast(training.generator.mapping(z))
        return teach(training.generator.synthesis(latent, no_noise), z).item()

    before = gap()
    for step in range(30):
        training.step_generator(8, step)
    assert gap() < 0.8 * before


def test_a_folder_has_no_teacher(options: GanOptions) -> None:
    with pytest.raises(TrainingError, match="teacher"):
        GanTraining(replace(options, data="photos", teacher=1.0), CPU)


def test_factors_of_a_normal_z_have_the_data_sets_distribution() -> None:
    ours = factors_of(torch.randn(4000, 128, generator=torch.Generator().manual_seed(0)))
    theirs = sample_factors(0, 0, 4000)
    assert (ours.mean(0) - theirs.mean(0)).abs().max() < 0.06
    assert (ours.std(0) - theirs.std(0)).abs().max() < 0.06


def test_a_folder_of_pictures_is_a_source(
    options: GanOptions, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for i, img in enumerate(render(sample_factors(0, 0, 3), 48)):
        Image.fromarray(to_pixels(img[None])).resize((60, 48)).save(photos / f"{i}.jpg")
    train_generator(replace(options, data=str(photos), augment=True), tmp_path / "run", Steps(2))
    (photos / "broken.png").write_bytes(b"\x89PNG nothing")
    train_generator(replace(options, data=str(photos)), tmp_path / "other", Steps(2))
    assert "left out: broken.png" in capsys.readouterr().out


@pytest.mark.parametrize("data", ["", "no/such/folder"])
def test_no_pictures_is_said(options: GanOptions, tmp_path: Path, data: str) -> None:
    with pytest.raises(TrainingError, match="data"):
        train_generator(replace(options, data=data), tmp_path / "run", Steps(2))


def test_augmentation_follows_overfitting() -> None:
    augment = AdaptiveAugment(speed_nimg=100)
    augment.observe(torch.ones(40, 1))
    assert augment.p == pytest.approx(0.4)
    assert augment(torch.rand(4, 3, 32, 32)).shape == (4, 3, 32, 32)
    augment.observe(-torch.ones(40, 1))
    assert augment.p == pytest.approx(0.0)


def test_presets_take_overrides() -> None:
    assert with_overrides("cpu64", batch=8, lr=None).batch == 8
    assert all(preset.generator.img_resolution >= 32 for preset in PRESETS.values())
    with pytest.raises(TrainingError, match="--preset"):
        with_overrides("huge")


def test_a_finished_run_becomes_a_model(options: GanOptions, tmp_path: Path) -> None:
    train_generator(options, tmp_path / "run", Steps(2))
    save_model(release_generator(tmp_path / "run", "mine"), tmp_path / "model")
    model = load_model(tmp_path / "model")
    assert model.card.id == "mine"
    latent = draw_latents(model, 1, torch.Generator().manual_seed(0))
    assert model.render(latent).shape == (1, 3, 32, 32)


def test_what_a_network_sees_is_compared_too() -> None:
    torch.manual_seed(0)
    net = PerceptualNet(PerceptualConfig(32, ("a", "b"), (8, 16, 16)))
    target = render(sample_factors(3, 0, 8), 32)
    blurred = torch.nn.functional.avg_pool2d(target, 3, 1, 1).requires_grad_(True)
    assert perceptual_loss(net, target, target) < 1e-4
    loss = perceptual_loss(net, blurred, target)
    loss.backward()
    assert loss > 1e-3
    assert blurred.grad is not None
    assert blurred.grad.abs().max() > 0


@pytest.mark.parametrize("name", ["portraits", "aerial", "mine"])
def test_of_a_folders_pictures_no_licence_is_known(options: GanOptions, name: str) -> None:
    card = card_of(name, replace(options, data="my_photos"), None)
    assert (card.license, card.source) == ("unknown", "trained on a folder of pictures")


def test_sharp_patches_are_near_sharp_ones_wherever_they_lie() -> None:
    rng = torch.Generator().manual_seed(0)
    target, other = (torch.randn(16, 3, 64, 64, generator=rng) for _ in range(2))
    blurred = torch.nn.functional.avg_pool2d(target, 5, 1, 2)
    torch.manual_seed(0)
    assert texture_loss(target, target) == 0
    assert texture_loss(other, target) < 0.3 * texture_loss(blurred, target)
    assert (other - target).abs().mean() > (blurred - target).abs().mean(), "which a mean prefers"


def test_texture_of_another_picture_of_the_batch_is_not_ones_own() -> None:
    rng = torch.Generator().manual_seed(0)
    loud = torch.tensor([0.2, 1.0])[:, None, None, None]  # one picture is calm, one is rough
    target, again = (loud * torch.randn(2, 3, 64, 64, generator=rng) for _ in range(2))
    torch.manual_seed(0)
    assert texture_loss_apart(target, target) == 0
    assert texture_loss_apart(again, target) < 0.3 * texture_loss_apart(again.flip(0), target)
    assert texture_loss(again.flip(0), target) < 1.5 * texture_loss(again, target)


def test_a_region_weighs_as_its_heaviest_place_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.texture.LEVELS", (1.0,))
    target = torch.randn(4, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    img = target.clone()
    img[..., 3:13, 3:13] = 0  # flat in the first of the regions, where no other's patches reach

    def loss(at: int, weight: float) -> float:
        places = torch.ones(4, 1, 64, 64)
        places[..., 5, at] = weight
        torch.manual_seed(0)
        return texture_loss(img, target, places).item()

    light, heavier, heaviest = (loss(5, weight) for weight in (1, 3, 5))
    assert 0 < light < heavier
    assert heaviest - heavier == pytest.approx(heavier - light, rel=1e-3)
    assert loss(58, 3) == pytest.approx(light, rel=1e-4)


def test_a_batch_of_averages_is_too_narrow() -> None:
    wanted = torch.randn(64, 8, generator=torch.Generator().manual_seed(0))
    torch.manual_seed(0)
    assert spread_loss(wanted.flip(0), wanted) < 1e-6, "the same set"
    narrow = (0.5 * wanted).requires_grad_()
    loss = spread_loss(narrow, wanted)
    assert loss > 0.2
    loss.backward()
    assert narrow.grad is not None
    assert (narrow.grad * wanted).sum() < 0, "it spreads"

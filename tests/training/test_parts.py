"""Encoder, perceptual network, attributes and figures, on the smallest data that shows them."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
import torch
from torch import Tensor

from models.attributes import Attribute, AttributeSet
from models.encoder import Encoder
from models.errors import CheckpointError, ShapeError
from models.inversion import invert
from models.land import Land
from models.latents import embed
from models.model import Encoding, Model, load_model, save_model
from models.perceptual import PerceptualConfig, PerceptualNet
from models.style_encoder import StyleEncoder, StyleEncoderConfig
from tests.fakes.tiny import tiny_land
from training.aerial import MAPS
from training.attributes import MAX_LENGTHEN, bounds, least_squares, train_attributes
from training.domains import find_domain, pictures
from training.domains.aerial import Aerial
from training.domains.base import Domain
from training.domains.people import usual_place
from training.encoder import Redrawing, encoder_loss, train_encoder
from training.errors import TrainingError
from training.evaluation.any_size import evaluate_any_size
from training.evaluation.baselines import baselines
from training.evaluation.distributions import (
    PatchCollector,
    frechet_distance,
    precision_recall,
    sliced_wasserstein,
)
from training.evaluation.editing import evaluate_editing
from training.evaluation.generator import Seen, evaluate_generator, look_at
from training.evaluation.inversion import Setting, evaluate_inversion
from training.evaluation.judge import load_judge, save_judge
from training.evaluation.land_distances import land_distances
from training.evaluation.land_painting import evaluate_painting, least_reached
from training.evaluation.out_of_sample import CASES, evaluate_out_of_sample
from training.evaluation.squares import cut, lesson_squares, squares, tiled
from training.generated import GeneratedPictures, draw_latents
from training.labels import TARGETS, standardise
from training.perceptual import train_perceptual
from training.portraits import render, sample_factors
from training.probes import Probes
from training.reader import fit_reader
from training.runs import load_state
from training.schedule import Steps


def test_labels_are_standardised() -> None:
    labels = standardise(sample_factors(0, 0, 5000))
    assert labels.shape == (5000, len(TARGETS))
    assert labels.mean(0).abs().max() < 0.08
    assert (labels.std(0) - 1).abs().max() < 0.08


def test_the_perceptual_network_learns_to_read(tmp_path: Path) -> None:
    net = train_perceptual(
        tmp_path,
        Steps(120),
        domain=find_domain("portraits"),
        resolution=32,
        widths=(16, 24, 32),
        batch=32,
    )
    factors = sample_factors(5, 0, 256)
    img, labels = render(factors, 32), standardise(factors)
    with torch.no_grad():
        error = (net(img) - labels).square().mean(0)
    assert error[TARGETS.index("background_lightness")] < 0.5
    assert error.mean() < 0.99
    assert net.distance(img[:4], img[:4]).abs().max() < 1e-6
    assert (net.distance(img[:4], img[4:8]) > 1e-3).all()


def test_the_encoder_learns(model: Model, tmp_path: Path) -> None:
    source = GeneratedPictures(model)
    latent = draw_latents(model, 4, torch.Generator().manual_seed(8))
    img = torch.cat([source.batch(4), model.render(latent)])
    assert isinstance(model.encoder, Encoder)
    before, _ = encoder_loss(model, model.encoder, img, latent)
    trained = train_encoder(model, Redrawing(source), tmp_path, Steps(150))
    assert isinstance(trained.encoder, Encoder)
    after, _ = encoder_loss(model, trained.encoder, img, latent)
    assert after < before


def test_only_a_new_encoder_begins_with_known_latents(model: Model, tmp_path: Path) -> None:
    def first_entry(begun: Model, folder: Path) -> dict[str, float]:
        train_encoder(begun, Redrawing(GeneratedPictures(begun), batch=2), folder, Steps(2))
        entry: dict[str, float] = json.loads((folder / "metrics.jsonl").read_text().splitlines()[0])
        return entry

    assert "latent_error" in first_entry(replace(model, encoder=None), tmp_path / "new")
    assert "psnr_db" in first_entry(model, tmp_path / "more")
    new, more = (load_state(tmp_path / name)["optimiser"] for name in ("new", "more"))
    rates = [state["param_groups"][0]["lr"] for state in (new, more)]
    assert rates[1] == pytest.approx(rates[0] / 2)


def test_a_spatial_encoder_takes_the_place_of_e4es(model: Model, tmp_path: Path) -> None:
    e4e = StyleEncoder(StyleEncoderConfig("e4e", model.generator.num_ws, 128))
    begun = replace(model, encoder=e4e, encoding=Encoding(plain="W+", plain_steps=0))
    trained = train_encoder(begun, Redrawing(GeneratedPictures(begun), batch=2), tmp_path, Steps(1))
    assert isinstance(trained.encoder, Encoder)
    assert trained.encoding == Encoding()


def test_attributes_need_a_perceptual_network(model: Model, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="train perceptual"):
        train_attributes(replace(model, perceptual=None), tmp_path, Steps(1))


def test_attributes_are_learnt_for_every_target(model: Model, tmp_path: Path) -> None:
    learnt = train_attributes(model, tmp_path, Steps(3), batch=4)
    assert [a.title for a in learnt.attributes.attributes] == ["Smile", "Hat"]
    assert learnt.attributes.directions.shape == (2, 8, 16)
    more = train_attributes(model, tmp_path, Steps(3), batch=4, resume=True)
    assert not torch.equal(more.attributes.directions, learnt.attributes.directions)


def test_a_direction_is_made_longer_once() -> None:
    plain = torch.ones(2, 16)
    natural = plain[:, None].repeat(1, 8, 1)
    before = natural.flatten(1).norm(dim=1)
    assert torch.allclose(bounds(natural, plain), MAX_LENGTHEN * before)
    assert torch.allclose(bounds(2 * natural, plain), 2 * before), "it has been before"


def test_attributes_that_a_model_has_are_gone_on_with(model: Model, tmp_path: Path) -> None:
    direction = torch.randn(1, 8, 16) * 0.1
    hat = AttributeSet((Attribute("hat", "Bonnet"),), direction)
    learnt = train_attributes(replace(model, attributes=hat), tmp_path / "hat", Steps(3), batch=4)
    assert [a.title for a in learnt.attributes.attributes] == ["Bonnet"]
    same = torch.cosine_similarity(learnt.attributes.directions.flatten(), direction.flatten(), 0)
    assert same > 0.9
    assert learnt.attributes.directions.norm() <= 1.001 * direction.norm()  # lengthened once
    other = AttributeSet((Attribute("smile", "Smile"),), direction)
    with pytest.raises(TrainingError, match="another attributes"):
        train_attributes(
            replace(model, attributes=other), tmp_path / "hat", Steps(1), batch=4, resume=True
        )


def test_attributes_are_gone_on_with_as_they_are_painted(model: Model, tmp_path: Path) -> None:
    direction = torch.randn(1, 8, 16) * 0.1
    hat = Attribute("hat", "Hat", layers=(2, 5), flipped=True)
    turned = replace(model, attributes=AttributeSet((hat,), direction))
    learnt = train_attributes(turned, tmp_path, Steps(3), batch=4).attributes
    assert (learnt.attributes[0].flipped, learnt.attributes[0].layers) == (False, None)
    rows = learnt.find("hat")[1][2:5]
    assert torch.cosine_similarity(rows.flatten(), -direction[0, 2:5].flatten(), 0) > 0.9


def test_attributes_that_are_not_learnt_stay(model: Model, tmp_path: Path) -> None:
    odd = AttributeSet((Attribute("odd", "Odd", flipped=True),), torch.randn(1, 8, 16))
    anew = train_attributes(replace(model, attributes=odd), tmp_path / "odd", Steps(1), batch=4)
    assert [a.id for a in anew.attributes.attributes] == ["odd", "smile", "hat"]
    assert torch.equal(anew.attributes.find("odd")[1], odd.find("odd")[1])
    some = train_attributes(anew, tmp_path / "some", Steps(3), batch=4, only=["hat"])
    before, after = anew.attributes.find, some.attributes.find
    assert torch.equal(after("smile")[1], before("smile")[1])
    assert not torch.equal(after("hat")[1], before("hat")[1])
    with pytest.raises(TrainingError, match="odd"):
        train_attributes(anew, tmp_path / "none", Steps(1), only=["odd"])


def test_attributes_of_land_learn_to_move_what_reads_them(tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = PerceptualNet(PerceptualConfig(32, MAPS, (8, 8, 16), 16)).eval().requires_grad_(False)
    wet = AttributeSet((Attribute("wet", "Water"),), torch.randn(1, 8, 16) * 0.01)
    land = replace(tiny_land(), perceptual=net, attributes=wet)
    learnt = train_attributes(land, tmp_path, Steps(25), batch=4)
    column = MAPS.index("water")

    def effect(model: Model) -> float:
        (row,) = model.attributes.directions
        return Probes(model).effect(row, torch.ones(1, 1, 32, 32), column)

    assert effect(learnt) > max(0.0, effect(land))


def test_usual_places_are_where_one_expects() -> None:
    rows = torch.arange(32.0)

    def height(region: str) -> float:
        place = usual_place(region)[0, 0]
        return float((place.sum(1) * rows).sum() / place.sum())

    assert height("head") < height("eyes") < height("mouth") < height("neck_clothes")


def test_least_squares_points_where_the_reading_rises(model: Model) -> None:
    directions, deviation = least_squares(model, num=512)
    assert directions.shape == (2, 16)
    assert (deviation > 0).all()


def test_equal_sets_have_no_distance_and_full_precision() -> None:
    features = torch.randn(400, 8, generator=torch.Generator().manual_seed(0))
    assert frechet_distance(features, features) == pytest.approx(0, abs=1e-6)
    assert precision_recall(features, features) == (1.0, 1.0)
    far = features + 50
    assert frechet_distance(features, far) == pytest.approx(8 * 2500, rel=1e-6)
    assert precision_recall(features, far) == (0.0, 0.0)


def test_a_collapsed_generator_is_precise_and_forgets() -> None:
    rng = torch.Generator().manual_seed(0)
    real = torch.randn(600, 4, generator=rng)
    collapsed = real[:1] + 0.01 * torch.randn(600, 4, generator=rng)
    precision, recall = precision_recall(real, collapsed)
    assert precision > 0.9
    assert recall < 0.1


def test_sliced_wasserstein_sees_blur() -> None:
    def descriptors(img: torch.Tensor) -> list[torch.Tensor]:
        collector = PatchCollector(32)
        collector.add(img)
        return collector.descriptors()

    img = render(sample_factors(0, 0, 128), 32)
    other = render(sample_factors(1, 0, 128), 32)
    blurred = torch.nn.functional.avg_pool2d(other, 3, 1, 1)
    sharp = sliced_wasserstein(descriptors(img), descriptors(other))
    assert sliced_wasserstein(descriptors(img), descriptors(blurred)) > 1.3 * sharp


def test_pictures_are_compared_as_they_are_saved(model: Model) -> None:
    perceptual = model.perceptual
    assert perceptual is not None
    pictures = torch.randint(10, 240, (4, 3, 32, 32)) / 127.5 - 1
    near = pictures + 0.3 / 127.5

    def seen(img: torch.Tensor) -> Seen:
        return look_at(iter([img]), [perceptual], 32, 4, "")

    for a, b in zip(seen(pictures).patches, seen(near).patches, strict=True):
        assert torch.equal(a, b)


def test_every_figure_can_be_measured(model: Model, tmp_path: Path) -> None:
    assert model.perceptual is not None
    save_judge(model.perceptual, tmp_path)
    judge = load_judge(tmp_path, model.device)
    for other in (b"", b"x" * 100, (tmp_path / "judge.safetensors").read_bytes()[:-1]):
        (tmp_path / "other").mkdir(exist_ok=True)
        (tmp_path / "other" / "judge.safetensors").write_bytes(other)
        with pytest.raises(CheckpointError, match="is not a judge"):
            load_judge(tmp_path / "other", model.device)
    figures = evaluate_generator(model, judge, 128, 1)
    assert 0 <= figures.precision <= 1
    own = (figures.precision, figures.recall)  # the judge was kept in float16
    assert (figures.judged_precision, figures.judged_recall) == pytest.approx(own, abs=0.02)
    assert figures.swd_ratio > 0
    settings = [Setting("S+", "encoder", 0), Setting("W", "mean", 3, 0.1)]
    rows = evaluate_inversion(model, judge, 2, 1, settings)
    assert [(row.space, row.regularised, row.steps) for row in rows] == [
        ("S+", False, 0),
        ("W", True, 3),
    ]
    for row in rows:
        assert row.swap_fd is not None and row.swap_fd > 0
        assert row.edit_success is not None and 0 <= row.edit_success <= 1
        assert row.judged_swap_fd == pytest.approx(row.swap_fd, rel=0.05)
        assert row.judged_perceptual == pytest.approx(row.perceptual, rel=0.05)
    edited = evaluate_editing(model, judge, 2, 1, baselines(model))
    assert {row.method for row in edited} == {"rendered", "learnt", "least squares", "SVM", "SeFa"}
    assert [row.id for row in edited][:2] == ["smile", "hat"]
    assert all(row.outside_max_diff == 0 for row in edited)


def test_pictures_out_of_sample_are_measured(model: Model) -> None:
    assert model.perceptual is not None
    settings = [Setting("S+", "encoder", 2)]
    rows = evaluate_out_of_sample(model, model.perceptual, 2, 1, settings)
    assert [row.case for row in rows] == list(CASES)
    assert rows[0].other_change is not None
    assert all(row.other_change is None for row in rows[1:])


@pytest.mark.parametrize("case", CASES)
def test_a_picture_out_of_sample_is_none_of_the_domain(case: str) -> None:
    factors = sample_factors(5, 0, 2)
    img = CASES[case](factors, 32)
    assert img.shape == (2, 3, 32, 64 if case == "two people" else 32)
    plain = render(factors, 32)
    assert (img[..., :32] - plain).abs().amax(dim=(1, 2, 3)).min() > 0.1


def test_a_reader_reads_what_the_perceptual_network_reads(model: Model, tmp_path: Path) -> None:
    assert model.perceptual is not None
    reading = fit_reader(model, 512)
    save_model(reading, tmp_path / "tiny")
    reader = load_model(tmp_path / "tiny").reader
    assert reader is not None
    assert reader.ids == ("smile", "hat")
    latent = draw_latents(model, 128, torch.Generator().manual_seed(77))
    seen = model.perceptual(model.render(latent).clamp(-1, 1)).T
    said = reader.whole(latent, model.whitening, model.layout).T
    for k in range(2):
        correlation = torch.corrcoef(torch.stack([seen[k], said[k]]))[0, 1]
        assert correlation > 0.3  # random networks are far from linear
    cells = reader.cells(latent, model.whitening, model.layout)
    assert cells.shape == (128, 2, 16, 16)
    torch.testing.assert_close(cells.mean(dim=(2, 3)), said.T, atol=1e-2, rtol=1e-2)


def test_a_reading_is_where_the_latent_says_it(model: Model) -> None:
    reader = fit_reader(model, 128).reader
    assert reader is not None
    first, second = (draw_latents(model, 1, torch.Generator().manual_seed(s)) for s in (1, 2))
    whole, other = (embed(x, "S+", model.layout) for x in (first, second))

    def joined(i: int, wmap: torch.Tensor) -> torch.Tensor:
        cut = wmap.shape[3] // 2
        return torch.cat([wmap[..., :cut], other.layers[i][..., cut:]], dim=3)

    half = whole.map(joined)
    cells = [reader.cells(x, model.whitening, model.layout)[0, 0] for x in (whole, other, half)]
    torch.testing.assert_close(cells[2][:, :4], cells[0][:, :4])
    torch.testing.assert_close(cells[2][:, -4:], cells[1][:, -4:])


def test_an_encoder_learns_land(tmp_path: Path) -> None:
    """Its generated pictures have fields of w, coarser than what the encoder predicts."""
    torch.manual_seed(0)
    net = PerceptualNet(PerceptualConfig(32, MAPS, (8, 8, 16), 16)).eval().requires_grad_(False)
    model = replace(tiny_land(), perceptual=net)
    lesson = Redrawing(GeneratedPictures(model), batch=4)
    trained = train_encoder(model, lesson, tmp_path, Steps(160))
    lines = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    psnr_db = [line["psnr_db"] for line in lines if "psnr_db" in line]
    assert psnr_db[-1] > psnr_db[0] + 3
    wide = torch.rand(1, 3, 32, 48) * 2 - 1
    assert trained.encoder is not None
    assert invert(trained, wide, steps=0).latent.base == (4, 6)


class ReadsBrightness(torch.nn.Module):
    """A judge whose every reading is how bright a picture is."""

    config = PerceptualConfig(32, MAPS, (8, 8, 16), 16)

    def forward(self, img: torch.Tensor) -> torch.Tensor:
        return img.mean(dim=(1, 2, 3))[:, None].expand(-1, len(MAPS))


def test_painting_on_land_is_measured() -> None:
    """A direction that brightens moves the right way every time, its opposite never."""
    land = tiny_land()
    generator = land.generator
    w = generator.mapping.w_avg.clone().expand(generator.num_ws, -1).requires_grad_()
    (brighter,) = torch.autograd.grad(generator.synthesis(generator.broadcast(w[None])).mean(), w)
    directions = torch.stack([brighter, -brighter, brighter]) / brighter.norm() * 0.5
    named = (Attribute("wood", "Forest"), Attribute("snow", "Snow"), Attribute("odd", "Odd"))
    model = replace(land, attributes=AttributeSet(named, directions.detach()))
    judge = cast(PerceptualNet, ReadsBrightness())
    right, wrong = evaluate_painting(model, judge, 2, 5)
    assert (right.id, right.factor, right.sign_rate) == ("wood", "wood", 1.0)
    assert (wrong.id, wrong.sign_rate) == ("snow", 0.0)
    assert (right.more_rate, wrong.more_rate) == (1.0, 0.0)
    assert right.slope == pytest.approx(-wrong.slope, rel=0.5)
    assert right.from_least > 0 > wrong.from_least
    assert right.outside_max_diff == wrong.outside_max_diff == 0
    assert wrong.rendered_rate is not None and right.rendered_rate is not None
    assert wrong.rendered_rate > 0.7 > 0.3 > right.rendered_rate  # snow is bright, woods are dark


def test_what_least_reaches_is_told() -> None:
    known = torch.tensor([-1.0, 0.0, 0.1, 1.0])
    assert least_reached(known, [3.0], lambda k, s: known[k].item() + s / 3) == pytest.approx(0.5)
    both = least_reached(known, [3.0, -3.0], lambda k, s: 1.0 if s > 0 else -0.5)
    assert both == pytest.approx(0.75), "less of it does not come all the way"


def test_pictures_side_by_side_are_seen_from_further_away() -> None:
    model = tiny_land()
    (seen,) = tiled(model, 1, 7, 2)
    a, b, c, d = next(squares(model, 4, 7)).split(1)
    whole = torch.cat([torch.cat([a, b], dim=3), torch.cat([c, d], dim=3)], dim=2)
    torch.testing.assert_close(seen, torch.nn.functional.avg_pool2d(whole, 2))


def test_lands_of_the_lesson_are_cut_as_those_of_the_model_are() -> None:
    shown = torch.cat(list(lesson_squares(tiny_land(), 32, 1)))
    assert shown.shape == (32, 3, 32, 32)
    assert len(shown.flatten(1).unique(dim=0)) == 32


def test_squares_of_lands_have_one_each_with_lengths_as_in_training(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model, opened = tiny_land(), []

    def open_land(model: Model, seed: int, coherence: float) -> Land:
        opened.append((seed, coherence))
        return Land(model, seed, coherence)

    monkeypatch.setattr("training.evaluation.squares.Land", open_land)
    shown = torch.cat(list(cut(model, 80, 1)))
    assert shown.shape == (80, 3, 32, 32)
    assert [seed for seed, _ in opened] == list(range(1, 81))
    assert model.prior is not None
    low, high = model.prior.lengths
    lengths = [length for _, length in opened]
    assert low < min(lengths) < low * 1.5
    assert high / 1.5 < max(lengths) < high
    assert next(iter(cut(model, 4, 1, scale=2))).shape == (4, 3, 32, 32)


def test_any_size_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.evaluation.continuity.TILES", (96, 256))
    net = PerceptualNet(PerceptualConfig(32, MAPS, (8, 8, 16), 16)).eval().requires_grad_(False)
    land = replace(tiny_land(), perceptual=net)
    figures = evaluate_any_size(land, 64, 1)
    assert figures.tile_max_diff == 0
    assert 0.7 < figures.seam_ratio < 1.4
    assert figures.frechet_land > figures.frechet_renders >= 0
    near, _, far = figures.coherences
    assert near.coherence < far.coherence
    assert near.correlation[0] < far.correlation[0]
    assert [row.scale for row in figures.scales] == [2, 4]
    assert all(row.frechet_land > 0 < row.frechet_tiled for row in figures.scales)
    assert figures.fid_land is None
    assert figures.frechet_lesson is None, "it had none"
    with pytest.raises(ShapeError, match="not trained spatially"):
        evaluate_any_size(replace(land, prior=None), 64, 1)


def test_lands_are_compared_with_what_they_were_trained_on(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []

    def renders(domain: Domain, *args: Any) -> Iterator[Tensor]:
        compared.append(domain)
        return pictures(domain, *args)

    monkeypatch.setattr("training.evaluation.land_distances.pictures", renders)
    net = PerceptualNet(PerceptualConfig(32, MAPS, (8, 8, 16), 16)).eval().requires_grad_(False)
    land_distances(replace(tiny_land(), perceptual=net), 16, 1, Aerial(0.5))
    assert compared == [Aerial(0.5)] * 3, "near by, once more, and from further away"

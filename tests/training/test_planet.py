"""Squares of the Earth, on one of some colours that is made here: no file of NASA's is needed."""

import argparse
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from cli.data import write_planet
from models.errors import ShapeError
from models.land import Land
from models.model import Model
from models.noise import Place as NoisePlace
from models.prior import describe_prior, field_window, read_prior, sample_fields
from models.transport import Transport
from scripts import fetch_earth
from scripts.prior_runs import Arm, compare, small
from tests.fakes.tiny import tiny_land
from training.domains import find_domain
from training.encoder import train_encoder
from training.errors import TrainingError
from training.evaluation.continuity import edge_steps
from training.evaluation.evenness import unevenness
from training.evaluation.planet import evaluate_planet
from training.gan import GanTraining
from training.gan_options import PRESETS
from training.land_reading import LandReading, land_of_lesson
from training.loop import open_source
from training.planet import MAPS, Earth, Place, open_earth, place_of, view
from training.planet import earth as earth_files
from training.planet.detail import ToldNoise, told
from training.planet.earth import earth_folder, read_layer
from training.planet.fields import (
    CHANNEL_TITLES,
    CHANNELS,
    Amounts,
    correlation,
    inland,
    measured,
    mixing_of,
    scores_of,
    shares_over,
    thought_on,
)
from training.planet.joint import energy_distance, transport_to
from training.planet.labelled import LabelledEarth
from training.planet.parts import HALVES, PARTS, in_parts
from training.planet.sphere import RADIUS_KM, looked_up, seen_from
from training.planet_lesson import ATTRIBUTES, Painted, PlanetLesson, goes_along
from training.release import release_generator
from training.runs import Run, load_state
from training.schedule import Steps
from training.sharpening import sharpen
from training.warmup import warm_up

TINY = replace(
    PRESETS["planet64"], resolution=16, grid=16, channel_base=256, channel_max=16, w_dim=16
)
SHELF, ABYSS = (28, 70, 128), (5, 15, 42)
SAND, WOOD, ICE = (201, 168, 123), (24, 40, 10), (249, 254, 254)
NAMES = ("earth-blue-marble.jpg", "earth-topology.png", "earth-water.png")


def planet() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Meridians of land and sea: sand and wood north and south of the equator, ice at the poles,
    shelves along the coasts; colours, heights and water."""
    y, x = np.mgrid[0:256, 0:512]
    height = np.sin(x * 2 * np.pi / 128 + np.sin(y / 9)) + 0.3 * np.cos(y / 11)
    colours = np.where((height > 0)[..., None], np.where(y[..., None] < 128, SAND, WOOD), 0)
    colours = np.where(((height > 0) & (abs(y - 128) > 85))[..., None], ICE, colours)
    colours = np.where((height <= 0)[..., None], SHELF, colours)
    colours = np.where((height <= -0.5)[..., None], ABYSS, colours)
    relief = 200 * height.clip(0, 1)
    return (*(a.astype(np.uint8) for a in (colours, relief)), 255 * (height <= 0).astype(np.uint8))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("earth")
    for name, layer in zip(NAMES, planet(), strict=True):
        Image.fromarray(layer).save(made / name, format="PNG")
    return made


@pytest.fixture
def earth(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Earth]:
    """What `--data planet` finds."""
    hashes = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in NAMES}
    monkeypatch.setattr("training.planet.earth.FILES", hashes)
    monkeypatch.setattr("training.planet.fields.MEASURED", 60)
    monkeypatch.setattr("training.planet.joint.STEPS", 20)
    monkeypatch.setattr("training.planet_lesson.SQUARES", 12)
    monkeypatch.setattr("training.domains.planet.SQUARES", 12)
    monkeypatch.setattr("training.domains.planet.POOL", 12)
    monkeypatch.setenv("LATENTBRUSH_EARTH", str(folder))
    open_earth.cache_clear()
    measured.cache_clear()
    yield open_earth()
    open_earth.cache_clear()
    measured.cache_clear()


def of(maps: torch.Tensor, name: str) -> torch.Tensor:
    return maps[MAPS.index(name)]


def test_a_square_is_a_function_of_seed_and_index(earth: Earth) -> None:
    first, again, other = (place_of(earth, 1, i) for i in (4, 4, 6))
    assert first == again
    assert first != other
    assert place_of(earth, 2, 4) != first
    assert torch.equal(view(earth, first, 32).img, view(earth, again, 32).img)


def test_every_second_square_has_its_middle_on_land(earth: Earth) -> None:
    squares = [view(earth, place_of(earth, 0, i, 10.0), 1) for i in range(1, 21, 2)]
    assert all(of(square.maps, "water").item() < 0.5 for square in squares)


@pytest.mark.parametrize("latitude", [0.0, 45.0, -70.0])
def test_no_square_is_stretched(latitude: float) -> None:
    seen = seen_from(Place(latitude, 20.0, turn=0.7, is_mirrored=True), (128, 128), 10.0)
    assert seen.norm(dim=-1).sub(1).abs().max() < 1e-5
    for axis in (0, 1):
        first, second = seen.narrow(axis, 1, 127), seen.narrow(axis, 0, 127)
        step = (first - second).norm(dim=-1) * RADIUS_KM
        assert (step - 10.0).abs().max() < 0.06


def test_what_lies_north_is_at_the_top() -> None:
    seen = seen_from(Place(10.0, 30.0), (9, 9), 100.0)
    assert seen[0, 4, 2] > seen[4, 4, 2] > seen[8, 4, 2]
    east = torch.atan2(seen[..., 1], seen[..., 0])
    assert east[4, 8] > east[4, 4] > east[4, 0]


def test_the_date_line_is_no_border() -> None:
    layer = torch.zeros(1, 8, 16, dtype=torch.uint8)
    layer[:, :, 0] = layer[:, :, -1] = 200
    found = looked_up(layer, seen_from(Place(0.0, 180.0), (1, 5), 100.0))
    assert (found - 200).abs().max() < 1e-3


def test_maps_say_what_is_seen(earth: Earth) -> None:
    maps = earth.layers[3:].float() / 255
    colours = earth.layers[:3].permute(1, 2, 0)

    def where(colour: tuple[int, int, int]) -> torch.Tensor:
        return (colours == torch.tensor(colour, dtype=torch.uint8)).all(dim=-1)

    assert of(maps, "water")[where(SHELF)].mean() > 0.99
    assert of(maps, "depth")[where(SHELF)].mean() < 0.05
    assert of(maps, "depth")[where(ABYSS)].mean() > 0.7
    assert of(maps, "sand")[where(SAND)].mean() > 0.8
    assert of(maps, "green")[where(WOOD)].mean() > 0.8
    assert of(maps, "ice")[where(ICE)].mean() > 0.95
    assert of(maps, "ice")[where(SAND)].mean() < 0.05
    rows = of(maps, "warmth").mean(dim=1)
    assert rows[128] > rows[64] > rows[20]


def test_what_is_held_out_is_a_tenth_and_never_trained_on(earth: Earth) -> None:
    rng = torch.Generator().manual_seed(0)
    points = torch.randn(20_000, 3, generator=rng)
    share = in_parts(points / points.norm(dim=1, keepdim=True)).float().mean()
    assert share == pytest.approx(0.1, abs=0.01)
    for i in range(12):
        shown, kept = (place_of(earth, 5, i, within=within) for within in ((), PARTS))
        assert in_parts(seen_from(shown, (16, 16), 80.0)).float().mean() < 0.02
        assert in_parts(seen_from(kept, (16, 16), 80.0)).float().mean() > 0.98
    first, second = (place_of(earth, 5, 0, within=half) for half in HALVES)
    assert not in_parts(seen_from(first, (16, 16), 80.0), HALVES[1]).any()
    assert in_parts(seen_from(second, (16, 16), 80.0), HALVES[1]).float().mean() > 0.98
    with pytest.raises(TrainingError, match="no square"):
        place_of(earth, 0, 0, 6000.0, within=PARTS)


def test_amounts_go_to_a_normal_distribution_and_back() -> None:
    scores = torch.rand(3, 5000, generator=torch.Generator().manual_seed(0)) ** 3
    amounts = Amounts.of(scores)
    z = amounts.to_normal(scores[:, :, None])
    assert z.mean().abs() < 0.03
    assert z.std() == pytest.approx(1, abs=0.05)
    torch.testing.assert_close(amounts.to_scores(z)[..., 0], scores, atol=0.02, rtol=0)
    assert amounts.to_normal(torch.full((3, 1, 1), 9.0)).isfinite().all()


def test_what_is_not_known_is_thought_on_from_around() -> None:
    values, weight = torch.zeros(1, 32, 32), torch.zeros(32, 32)
    values[:, :, :8], weight[:, :8] = 1.0, 1.0
    values[:, :, 24:], weight[:, 24:] = 3.0, 1.0
    found = thought_on(values, weight)
    assert torch.equal(found[:, :, :8], values[:, :, :8])
    assert 1 < found[0, 16, 12] < found[0, 16, 20] < 3


def test_inland_changes_far_from_the_coast() -> None:
    dry = torch.zeros(64, 64)
    dry[:, 32:] = 1
    across = inland(dry)[32]
    assert (across[1:] >= across[:-1] - 1e-6).all()
    assert across[46] > across[36] > 0 > across[28] > across[18]


def test_a_field_is_correlated_as_maps_are() -> None:
    lengths = torch.tensor([1.0, 2.0, 4.0, 8.0, 16.0])
    wanted = 0.3 * torch.exp(-0.5 * (torch.arange(10) / lengths[1]).square())
    wanted = wanted + 0.7 * torch.exp(-0.5 * (torch.arange(10) / lengths[3]).square())
    shares = shares_over(wanted)
    assert shares.sum() == pytest.approx(1)
    basis = torch.exp(-0.5 * (torch.arange(10)[:, None] / lengths).square())
    torch.testing.assert_close(basis @ shares, wanted, atol=0.02, rtol=0)
    among = torch.tensor([[1.0, -0.6], [-0.6, 1.0]])
    mixing = mixing_of(among, shares.expand(2, -1))
    torch.testing.assert_close(mixing @ mixing.T, among, atol=1e-5, rtol=0)


@pytest.mark.usefixtures("earth")
def test_the_measured_prior_has_what_was_measured() -> None:
    moving = measured().prior
    assert read_prior(json.loads(json.dumps(describe_prior(moving)))) == moving
    prior = replace(moving, transport=Transport())
    rng = torch.Generator().manual_seed(1)
    z = sample_fields(prior, 400, 12, 12, 12, torch.device("cpu"), rng)
    assert z.std(dim=0).sub(1).abs().max() < 0.2
    known = z[:, : len(CHANNELS)].transpose(0, 1).flatten(1)
    wanted = torch.tensor(prior.mixing) @ torch.tensor(prior.mixing).T
    shares = torch.tensor(prior.shares).sqrt()
    torch.testing.assert_close(
        torch.corrcoef(known), wanted * (shares @ shares.T), atol=0.1, rtol=0
    )
    lengths = torch.tensor(prior.scales) * prior.lengths[0]
    basis = torch.exp(-0.5 * (torch.arange(6)[:, None] / lengths).square())
    found = correlation(z[:, 0])[:6]
    torch.testing.assert_close(found, basis @ torch.tensor(prior.shares[0]), atol=0.12, rtol=0)


@pytest.mark.usefixtures("earth")
def test_an_endless_field_is_the_same_in_any_window() -> None:
    prior = measured().prior
    large = field_window(prior, 3, 10, (-5, 2, 12, 12), 4.0)
    part = field_window(prior, 3, 10, (-3, 4, 6, 5), 4.0)
    torch.testing.assert_close(part, large[:, :, 2:8, 2:7], atol=1e-5, rtol=0)


@pytest.mark.usefixtures("earth")
def test_fields_of_other_lengths_have_the_known_channels_alone() -> None:
    prior = measured().prior
    parts = prior.parts(128)
    assert [scale for scale, _ in parts] == list(prior.scales)
    assert [num for scale, num in parts if scale != 1] == [len(CHANNELS)] * (len(parts) - 1)
    assert prior.mixed([torch.zeros(1, num, 2, 3) for _, num in parts]).shape == (1, 128, 2, 3)


def test_a_transport_that_fits_no_channels_is_refused() -> None:
    Transport((((1.0, 0.0, 0.5), (0.0, 1.0, 0.5)),))
    for layers in ((((1.0, 0.5),), ((1.0, 1.0, 0.5),)), (((1.0, 0.0, 0.5), (1.0, 0.5)),)):
        with pytest.raises(ShapeError, match="transport"):
            Transport(layers)


def test_amounts_are_moved_to_what_occurs_together() -> None:
    rng = torch.Generator().manual_seed(1)
    cold = torch.randn(4000, generator=rng)
    snow = torch.where(cold > 0.7, cold, -0.5 * torch.randn(4000, generator=rng).abs())
    real = torch.stack([cold, (snow - snow.mean()) / snow.std()], dim=1)
    root = torch.linalg.cholesky(torch.corrcoef(real.T))
    z = (torch.randn(4000, 2, generator=rng) @ root.T)[..., None, None]
    transport = transport_to(real)
    before, after = (
        energy_distance(each[:2000, :, 0, 0], real[:2000]) for each in (z, transport(z))
    )
    same = energy_distance(real[2000:], real[:2000])
    assert after - same < 0.25 * (before - same)
    far = transport(torch.cat([z, z + 1], dim=3))
    torch.testing.assert_close(far[..., :1], transport(z))
    assert (Transport()(z) == z).all()


def test_scores_lie_where_the_square_does(earth: Earth) -> None:
    place = place_of(earth, 4, 1)
    scores = scores_of(earth, place, (8, 8))
    warmth = of(view(earth, place, 128, 20.0).maps, "warmth")
    cells = torch.nn.functional.avg_pool2d(warmth[None, None], 16)[0, 0]
    mine = scores[CHANNELS.index("warmth")]
    assert torch.corrcoef(torch.stack([cells.flatten(), mine.flatten()]))[0, 1] > 0.9


def test_told_noise_is_about_normal_and_says_what_is_new() -> None:
    rng = torch.Generator().manual_seed(0)
    sheet = torch.randn(2, 128, 128, generator=rng).cumsum(1).cumsum(2)
    sheet = (sheet - sheet.mean()) / sheet.std()
    levels = told(sheet, rng)
    assert [tuple(level.shape) for level in levels] == [
        (2, 16, 16),
        (2, 32, 32),
        (2, 48, 48),
        (2, 80, 80),
    ]
    for level in levels:
        assert level.mean().abs() < 0.15
        assert 0.8 < level.std() < 1.2
    flat = told(torch.zeros(2, 128, 128), rng)
    assert flat[-1].std() == pytest.approx(1, abs=0.05), "nothing to say: chance"


def test_told_noise_lies_where_the_square_does() -> None:
    level = torch.arange(2 * 24 * 24.0).reshape(1, 2, 24, 24)
    noise = ToldNoise((torch.zeros(1, 2, 16, 16), level))
    constant = torch.zeros(16, 16)
    found = noise(constant, NoisePlace(4, -2, 3, 5, 6, 1))
    assert torch.equal(found[0, 0], level[0, 1, 2:7, 7:13])
    beyond = noise(constant, NoisePlace(3, -6, 0, 4, 4, 1))
    assert torch.equal(beyond[0, 0, 2:], level[0, 0, :2, 4:8])
    assert noise(torch.zeros(4, 4), NoisePlace(0, 0, 0, 4, 4, 1)).shape == (1, 1, 4, 4)


@pytest.mark.usefixtures("earth")
def test_the_game_may_be_played_on_it(tmp_path: Path) -> None:
    source = open_source(TINY, torch.device("cpu"), 0, tmp_path)
    img = source.batch(3)
    assert img.shape == (3, 3, 16, 16)
    assert img.abs().max() <= 1


@pytest.mark.usefixtures("earth")
def test_a_generator_learns_the_lesson_and_goes_on(tmp_path: Path) -> None:
    training = GanTraining(TINY, torch.device("cpu"))
    lesson = PlanetLesson(TINY)
    before = torch.stack([lesson(training)[0] for _ in range(4)]).mean().item()
    run = Run(tmp_path, {}, resume=False)
    warm_up(training, run, Steps(60))
    after = torch.stack([lesson(training)[0] for _ in range(4)]).mean().item()
    assert after < 0.7 * before
    sharpen(training, run, Steps(6))
    released = release_generator(tmp_path, "mine")
    assert [a.title for a in released.attributes.attributes] == [
        CHANNEL_TITLES[name] for name in ATTRIBUTES
    ]
    assert released.prior == measured().prior


def test_squares_are_labelled_with_what_they_show(earth: Earth) -> None:
    domain, cpu = find_domain("planet"), torch.device("cpu")
    img, amounts = domain.apart(32, 7, 0, cpu).batch(24)
    assert (img.shape, amounts.shape) == ((24, 3, 32, 32), (24, len(CHANNELS)))
    blue = img[:, 2].mean(dim=(1, 2)) - img[:, 0].mean(dim=(1, 2))
    land = amounts[:, CHANNELS.index("land")]
    assert torch.corrcoef(torch.stack([blue, land]))[0, 1] < -0.4
    later, same = domain.apart(32, 7, 4, cpu).batch(2)
    torch.testing.assert_close((later, same), (img[4:6], amounts[4:6]))
    held = LabelledEarth(earth, 32, 7, 0, cpu, pool=3)
    img, amounts = held.batch(40)
    assert 3 <= len(amounts.unique(dim=0)) <= 3 + 40 // 8
    assert len(img.flatten(1).unique(dim=0)) > len(amounts.unique(dim=0))


def test_what_goes_with_a_channel_goes_along() -> None:
    rng = torch.Generator().manual_seed(0)
    cells = torch.randn(4000, len(CHANNELS), generator=rng)
    ice, warmth, relief = (CHANNELS.index(name) for name in ("ice", "warmth", "relief"))
    cells[:, warmth] = -0.6 * cells[:, ice]
    cells[:, relief] = cells[:, ice] + 0.1 * cells[:, relief]
    shares = goes_along(cells, "ice", Painted({"relief": 0.0}))
    assert shares[[ice, relief]].tolist() == [1, 0]
    shares = goes_along(cells, "ice", Painted({"land": 0.0, "height": 0.0}))
    assert shares[warmth] == pytest.approx(-0.6, abs=0.02)
    assert shares[relief] == pytest.approx(1, abs=0.02)
    assert shares[0] == 0
    cells[:, warmth] = 0.5 * cells[:, 0] + 0.2 * cells[:, ice]
    shares = goes_along(cells, "ice", Painted({"land": 2.0}))
    assert shares[0] == 2
    assert shares[warmth] == pytest.approx(1.2, abs=0.02), "what goes with the land it brings"


def test_only_what_shows_is_judged() -> None:
    domain = find_domain("planet")
    sea, land = {"land": -1.0}, {"land": 1.0}
    found = [name for name in CHANNELS if domain.can_show(name, True, sea)]
    assert found == ["land", "height", "depth", "green", "sand", "ice"]
    assert [name for name in CHANNELS if domain.can_show(name, False, sea)] == ["depth"]
    assert not domain.can_show("land", True, land)
    assert domain.can_show("land", False, land)
    assert domain.can_show("green", True, land)


@pytest.mark.usefixtures("earth")
def test_an_encoder_reads_the_fields_of_squares(tmp_path: Path) -> None:
    training = GanTraining(TINY, torch.device("cpu"))
    warm_up(training, Run(tmp_path / "run", {}, resume=False), Steps(1))
    model = release_generator(tmp_path / "run", "planet")
    known = land_of_lesson(model, "planet", 1)
    assert isinstance(known, PlanetLesson)
    assert land_of_lesson(model, "aerial", 1) is None
    trained = train_encoder(model, LandReading(known, batch=2), tmp_path / "e", Steps(2))
    assert trained.encoder is not None


@pytest.mark.usefixtures("earth")
def test_the_set_has_maps_and_a_sheet(tmp_path: Path) -> None:
    write_planet(tmp_path, 3, 0, 32, is_held_out=True)
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.size == (32 * (1 + len(MAPS)), 3 * 32)
    assert (tmp_path / "000002.safetensors").exists()
    assert len((tmp_path / "places.csv").read_text().splitlines()) == 4


@pytest.mark.usefixtures("earth")
def test_files_are_fetched_from_a_folder(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scripts.fetch_earth.FILES", earth_files.FILES)
    monkeypatch.setenv("LATENTBRUSH_EARTH", str(tmp_path / "here"))
    for source in (folder, tmp_path / "here"):  # also from where they are already
        monkeypatch.setattr("sys.argv", ["fetch_earth", str(source)])
        fetch_earth.main()
    assert sorted(path.name for path in (tmp_path / "here").iterdir()) == sorted(NAMES)
    assert earth_folder() == tmp_path / "here"


def test_another_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="fetch_earth"):
        read_layer(tmp_path / "a.png", "00")
    (tmp_path / "a.png").write_bytes(b"nothing")
    with pytest.raises(TrainingError, match="another file"):
        read_layer(tmp_path / "a.png", "00")


@pytest.mark.usefixtures("earth")
def test_a_model_is_compared_with_what_is_held_out() -> None:
    generator = replace(tiny_land(), prior=measured().prior)
    figures = evaluate_planet(generator, 16, 1)
    assert figures.swd > figures.swd_earth > 0 < figures.swd_same
    assert figures.swd > figures.swd_trained
    assert figures.uneven >= 1
    assert figures.tile_max_diff < 1
    assert 0.6 < figures.seam_ratio < 1.5
    assert 0.6 < figures.round_seam_ratio < 1.5


def test_a_map_that_does_not_meet_itself_is_seen() -> None:
    land = Land(tiny_land(), 1)
    side = 4 * land.chunk_cells * land.cell_px
    at_edge, beside = edge_steps(land.draw(0, 0, side, side), land)
    assert at_edge > 1.5 * beside


def test_a_checkerboard_is_seen() -> None:
    even = torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    assert 1 <= unevenness(even) < 1.1
    pairs = even.repeat_interleave(2, dim=3)
    assert unevenness(pairs) > 1.9


SAME = {"nimg": 32}  # of a comparison of priors


def asked(run: Path, seeds: int = 1) -> argparse.Namespace:
    return argparse.Namespace(run=run, seeds=seeds)


class Measure:
    """Counts what is measured."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def __call__(self, model: Model) -> Mapping[str, Any]:
        self.names.append(model.card.id)
        return {"distance": 1.0}


@pytest.mark.usefixtures("earth")
def test_runs_are_made_once_and_go_on_where_they_stopped(tmp_path: Path) -> None:
    base, measure = small("planet64", 32), Measure()
    arms = {"vector": Arm("vector", game=1), "taught": Arm("planet", lesson=1, sharpening=1)}
    compare(asked(tmp_path), base, {"vector": arms["vector"]}, SAME, measure)
    compare(asked(tmp_path), base, arms, SAME, measure)
    assert len(measure.names) == 2
    rows = json.loads((tmp_path / "priors.json").read_text())
    assert [(row["prior"], row["run_seed"]) for row in rows] == [("vector", 0), ("taught", 0)]
    assert all(row["nimg"] == 32 and row["distance"] == 1.0 for row in rows)
    state = load_state(tmp_path / "taught-0")
    assert arms["taught"].is_over(state)
    assert not Arm("planet", game=1).is_over(state), "another phase is its last"
    with pytest.raises(SystemExit, match="is not"):
        compare(asked(tmp_path), base, arms, {"nimg": 64}, measure)

"""Procedural land: an endless plane, drawn in any windows."""

from dataclasses import asdict, replace
from pathlib import Path

import pytest
import torch

from models.generator import SURROUND
from models.images import from_uint8
from tests.fakes.tiny import tiny_land
from training.aerial import AMOUNTS, MAPS, PIXEL_M, Amounts, Window, view
from training.aerial.cover import Sun, contour_distance
from training.aerial.light import shadow
from training.aerial.noise import fractal, smooth
from training.crops import AerialCrops, RandomCrops, metres_per_pixel
from training.domains import find_domain, is_taught, pictures
from training.domains.aerial import LANDS_APART, Aerial, LabelledLand
from training.errors import TrainingError
from training.gan import GanTraining
from training.gan_options import PRESETS
from training.land_lesson import (
    ATTRIBUTES,
    CHANNELS,
    LandLesson,
    amount_attributes,
    amounts_at,
    drawn,
    listen_to_channels,
)
from training.loop import open_source, train_generator
from training.patch_critic import PatchCritic, detail, fooling, hinge
from training.release import release_generator
from training.runs import Run, load_state
from training.schedule import OVER, Progress, Steps
from training.sharpening import sharpen
from training.warmup import open_lesson, warm_up

TINY = replace(
    PRESETS["aerial64"], resolution=16, grid=16, channel_base=256, channel_max=16, w_dim=16
)


def test_a_window_is_part_of_a_larger_one() -> None:
    large = view(5, -30, 10**6, 72, 80)
    part = view(5, -30 + 17, 10**6 + 25, 24, 32)
    torch.testing.assert_close(part.img, large.img[:, 17:41, 25:57], atol=2e-3, rtol=0)
    torch.testing.assert_close(part.maps, large.maps[:, 17:41, 25:57], atol=2e-3, rtol=0)


def test_lands_differ_by_seed_and_look_like_something() -> None:
    lands = [view(seed, 0, 0, 64, 64) for seed in range(16)]
    for land in lands:
        assert land.img.shape == (3, 64, 64)
        assert land.maps.shape == (len(MAPS), 64, 64)
        assert land.img.abs().max() <= 1
        assert ((land.maps >= 0) & (land.maps <= 1)).all()
        assert land.img.std() > 0.02
    shares = torch.stack([land.maps.mean(dim=(1, 2)) for land in lands])
    assert (shares.std(dim=0) > 0.01).all()


def test_maps_say_what_is_seen() -> None:
    land = view(3, -100, 50, 256, 384)
    red, green, blue = (land.img / 2 + 0.5).unbind(0)
    water = land.maps[MAPS.index("water")] > 0.99
    wood = land.maps[MAPS.index("wood")] > 0.99
    assert water.float().mean() > 0.02
    assert wood.float().mean() > 0.02
    assert (blue - red)[water].mean() > 0.05
    assert (green - blue)[wood].mean() > 0.03


def test_noise_is_standard_normal_at_every_place() -> None:
    window = Window.of(0, 0, 48, 48, 3.0)
    noises = torch.stack([fractal(seed, window, 40.0, 3) for seed in range(0, 4000, 10)])
    assert noises.mean().abs() < 0.06
    assert (noises.std(dim=0) - 1).abs().max() < 0.2


def test_noise_is_a_function_of_the_place() -> None:
    one = smooth(3, Window.of(-7.5, 20, 9, 9, 0.5), 13.0)
    other = smooth(3, Window.of(-9.5, 18, 17, 17, 0.5), 13.0)
    torch.testing.assert_close(one, other[4:13, 4:13])


def test_roads_are_lines_as_wide_as_told() -> None:
    window = Window.of(0, 0, 400, 400, 2.0)
    distance = contour_distance(smooth(9, window, 200.0), 2.0)
    near = (distance < 4.0).float().mean().item()
    nearer = (distance < 2.0).float().mean().item()
    assert near == pytest.approx(2 * nearer, rel=0.15)


def test_shadows_fall_away_from_the_sun() -> None:
    height = torch.zeros(21, 21)
    height[10, 10] = 6.0
    dark = shadow(height, Sun(direction=0.0, elevation=0.6), 1.0, 9.0)
    assert dark[10, 2:10].sum() > 3
    assert dark[:, 11:].sum() == 0


def test_crops_come_from_everywhere() -> None:
    wide = torch.arange(1, 41, dtype=torch.uint8).expand(3, 10, 40)
    small = torch.full((3, 8, 8), 200, dtype=torch.uint8)
    crops = RandomCrops([wide, small], 8, seed=0)
    drawn = torch.cat([crops.batch(16) for _ in range(20)])
    assert drawn.shape == (320, 3, 8, 8)
    begins = drawn[:, 0, 0, 0].unique()
    assert len(begins) == 34  # 33 places across the wide one, and the small one


def test_fresh_land_replaces_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.crops.LAND_PX", 32)
    monkeypatch.setattr("training.crops.BATCHES_PER_LAND", 2)
    crops = AerialCrops(16, seed=4, lands=2)
    before = list(crops.crops.pictures)
    assert crops.batch(3).shape == (3, 3, 16, 16)
    crops.batch(3)
    changed = [a is not b for a, b in zip(before, crops.crops.pictures, strict=True)]
    assert sum(changed) == 1


def test_a_land_is_the_same_at_every_sharpness() -> None:
    coarse, fine = view(4, 8, 24, 96, 96), view(4, 16, 48, 192, 192, pixel_m=PIXEL_M / 2)
    for sharper, blunter in ((fine.img, coarse.img), (fine.maps, coarse.maps)):
        off = (torch.nn.functional.avg_pool2d(sharper, 2) - blunter).abs().mean()
        assert off < 0.1 * blunter.std()
    assert (fine.img[:, :96, :96] - coarse.img).abs().mean() > 0.3 * coarse.img.std()


def test_land_is_seen_from_further_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.crops.LAND_PX", 128)
    monkeypatch.setattr("training.crops.LANDS", 1)
    crops = AerialCrops(16, seed=4, scale=0.25)
    assert (crops.pixel_m, crops.side, len(crops.crops.pictures)) == (4 * PIXEL_M, 64, 2)
    land = crops.crops.pictures[0]
    wanted = view(5, 0, 0, 64, 64, pixel_m=4 * PIXEL_M)
    torch.testing.assert_close(from_uint8(land[None, :3])[0], wanted.img, atol=0.01, rtol=0)
    for stream in (
        Aerial(0.25).labelled(16, 0, 0, torch.device("cpu")),
        Aerial(0.25).apart(16, 0, 0, torch.device("cpu")),
    ):
        assert isinstance(stream, LabelledLand)
        assert stream.crops.pixel_m == 4 * PIXEL_M
    source = open_source(replace(TINY, scale=0.25), torch.device("cpu"), 0, Path())
    assert isinstance(source, AerialCrops)
    assert source.pixel_m == 4 * PIXEL_M
    assert is_taught(TINY)
    assert not is_taught(replace(TINY, scale=0.25)), "its lands are drawn from near by"


def test_more_pixels_show_the_same_land(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.crops.LAND_PX", 272)
    monkeypatch.setattr("training.crops.SIDES", 1)
    monkeypatch.setattr("training.crops.LANDS", 1)
    assert [metres_per_pixel(side) for side in (32, 64, 128, 256)] == [2, 2, 1, 0.5]
    aerial, cpu = find_domain("aerial"), torch.device("cpu")
    for side, across in ((16, 1), (16, 2), (128, 1), (128, 2)):
        apart = aerial.apart(side, 0, 0, cpu, across)
        for stream in (aerial.labelled(side * across, 0, 0, cpu), apart):
            assert isinstance(stream, LabelledLand)
            assert stream.batch(1)[0].shape == (1, 3, side * across, side * across)
            assert len(set(stream.crops.layers(8).flatten(1).float().mean(1).tolist())) > 4
        assert isinstance(apart, LabelledLand)
        assert apart.crops.pixel_m == metres_per_pixel(side), "seen from further, no less sharp"
    field = torch.randn(16, 4 + 2 * SURROUND, 4 + 2 * SURROUND)
    small, large = drawn(field, 1, 64, 16), drawn(field, 1, 128, 32)
    gap = (torch.nn.functional.avg_pool2d(large, 2) - small).abs().mean()
    assert gap < 0.15 * small.std()


def test_a_land_is_drawn_from_a_field() -> None:
    """Where the field says water, or wood, there it is; and the window is the field's own."""
    field = torch.zeros(len(CHANNELS), 8 + 2 * SURROUND, 8 + 2 * SURROUND)
    field[CHANNELS.index("river")] = field[CHANNELS.index("main_road")] = 9  # none
    field[CHANNELS.index("main_road"), SURROUND + 6 :] = -9
    field[AMOUNTS.index("town")] = field[AMOUNTS.index("snow")] = -3
    field[AMOUNTS.index("dryness")] = 1
    field[AMOUNTS.index("dryness"), :, : SURROUND + 3] = -3
    field[AMOUNTS.index("wood"), :, SURROUND + 5 :] = 3

    def amounts(_seed: int, window: Window) -> Amounts:
        return amounts_at(field, window, 16 * PIXEL_M)

    maps = view(2, 0, 0, 128, 128, amounts).maps
    water, wood = maps[MAPS.index("water")], maps[MAPS.index("wood")]
    assert water[:, :32].mean() > 0.9
    assert wood[:90, 96:].mean() > 0.7 > wood[:90, :32].mean()
    road = maps[MAPS.index("roads")]
    assert road[94:98].mean() > 0.9
    assert road[:80].mean() < 0.1


def test_the_lesson_cuts_fields_and_lands_at_the_same_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("training.land_lesson.LANDS", 2)
    lesson = LandLesson(replace(TINY, resolution=64, w_dim=12, seed=1))
    z, img = lesson.batch(6)
    side = 4 + 2 * SURROUND
    assert z.shape == (6, 12, side, side)
    assert img.shape == (6, 3, 64, 64)
    for field, picture in zip(z, img, strict=True):
        found = [
            (row, column)
            for k in range(2)
            for row in range(29)
            for column in range(29)
            if torch.equal(lesson.fields[k, :, row : row + side, column : column + side], field)
            and torch.equal(
                from_uint8(lesson.lands[k, :, 16 * row :, 16 * column :][:, :64, :64]), picture
            )
        ]
        assert len(found) == 1


def test_lands_of_the_lesson_are_replaced_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.land_lesson.LANDS", 2)
    monkeypatch.setattr("training.land_lesson.BATCHES_PER_LAND", 3)
    lesson = LandLesson(TINY)
    fields, lands = lesson.fields.clone(), lesson.lands.clone()
    for _ in range(3):
        lesson.batch(2)
    assert torch.equal(lesson.fields[0], fields[0])
    assert not torch.equal(lesson.fields[1], fields[1])
    assert not torch.equal(lesson.lands[1], lands[1])
    assert lesson.fields[1].square().mean(dim=0).sub(1).abs().max() < 1e-3, "as the others are"


def test_a_mapping_network_listens_to_the_channels_alone() -> None:
    mapping = tiny_land().generator.mapping
    mapping.requires_grad_(False)
    listen_to_channels(mapping, len(CHANNELS))
    z = torch.randn(64, 16, generator=torch.Generator().manual_seed(1))
    z = z / z.square().mean(dim=1, keepdim=True).sqrt()
    turned = z.clone()
    turned[:, len(CHANNELS) :] *= -1
    torch.testing.assert_close(mapping(turned), mapping(z))
    assert (mapping(-z) - mapping(z)).abs().mean() > 0.1


def test_a_generator_learns_from_the_lesson(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = GanTraining(TINY, torch.device("cpu"))
    monkeypatch.setattr("training.land_lesson.LANDS", 1)
    lesson = LandLesson(TINY)
    before = torch.stack([lesson(training)[0] for _ in range(4)]).mean().item()
    run = Run(tmp_path, {}, resume=False)
    warm_up(training, run, Steps(60))
    released = release_generator(tmp_path, "mine")
    assert [attribute.title for attribute in released.attributes.attributes][:2] == [
        "Water",
        "Forest",
    ]
    after = torch.stack([lesson(training)[0] for _ in range(4)]).mean().item()
    assert after < 0.7 * before


def test_maps_of_a_field_lie_where_its_land_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """The amounts at every pixel, as the renderer was given them."""
    monkeypatch.setattr("training.land_lesson.LANDS", 1)
    lesson = LandLesson(replace(TINY, resolution=64, w_dim=12, seed=1))
    z, _ = lesson.batch(2)
    (row, column) = (3, 5)
    z = lesson.fields[:1, :, row : row + z.shape[2], column : column + z.shape[3]]
    window = Window.of(0, 0, 512, 512, PIXEL_M)
    dry = amounts_at(lesson.fields[0], window, 16 * PIXEL_M)["dryness"]
    mine = lesson.maps(z)[0, CHANNELS.index("dryness")]
    torch.testing.assert_close(mine, dry[16 * row :, 16 * column :][:64, :64], atol=1e-4, rtol=0)


@pytest.mark.parametrize("fold", [1, 2])
def test_a_critic_learns_where_a_picture_is_not_of_its_maps(fold: int) -> None:
    torch.manual_seed(0)
    critic = PatchCritic(1, width=8, fold=fold)
    optimiser = torch.optim.Adam(critic.parameters(), 5e-3, (0.0, 0.99))

    def pair() -> tuple[torch.Tensor, torch.Tensor]:
        maps = torch.randn(4, 1, 8, 8).repeat_interleave(4, 2).repeat_interleave(4, 3)
        return maps.expand(-1, 3, -1, -1).tanh(), maps

    losses = []
    for _ in range(80):
        (img, maps), (other, _) = pair(), pair()
        real, fake = (critic(x, maps, torch.float32) for x in (img, other))
        assert [a.shape[2] for a in real] == [8 // fold, 4 // fold]
        loss = hinge(real, fake)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert sum(losses[-10:]) / 10 < 0.75 * losses[0]
    assert fooling(fake) > fooling(real)


def test_a_critic_sees_what_is_faint_as_what_is_strong() -> None:
    rng = torch.Generator().manual_seed(0)
    texture = torch.randn(1, 3, 48, 48, generator=rng)
    shade = torch.linspace(-0.8, 0.8, 48)  # nothing that stands out
    strong, weak = (detail(level * texture + shade) for level in (0.5, 0.05))
    assert weak.std() > 0.7 * strong.std()
    assert detail(shade.expand(1, 3, 48, 48)).abs()[..., 4:-4].max() < 1e-3
    assert detail(1e-4 * texture).std() < 0.02


def test_sharpening_goes_on_after_the_lesson(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.land_lesson.LANDS", 2)
    training = GanTraining(TINY, torch.device("cpu"))
    run = Run(tmp_path, {}, resume=False)
    warm_up(training, run, Steps(5))
    before = training.generator.synthesis.state_dict()["b16.conv1.noise_strength"].clone()
    sharpen(training, run, Steps(12))
    assert training.progress == OVER
    assert training.generator.synthesis.state_dict()["b16.conv1.noise_strength"] != before
    assert "critic_loss" in (tmp_path / "metrics.jsonl").read_text()
    assert release_generator(tmp_path, "mine").attributes.attributes


def test_every_part_of_a_run_is_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lesson, sharpening and game, and a run that was stopped between the first two."""
    monkeypatch.setattr("training.land_lesson.LANDS", 2)
    train_generator(TINY, tmp_path / "a", None, warmup=Steps(3), sharpening=Steps(3))
    lines = (tmp_path / "a" / "metrics.jsonl").read_text()
    assert "warm_up_loss" in lines
    assert "critic_loss" in lines
    state = load_state(tmp_path / "a")
    assert (state["phase"], Progress.of(state)) == ("sharpening", OVER)

    training = GanTraining(TINY, torch.device("cpu"))
    run = Run(tmp_path / "b", asdict(TINY), resume=False)
    warm_up(training, run, Steps(3))
    train_generator(TINY, tmp_path / "b", None, warmup=Steps(3), sharpening=Steps(3), resume=True)
    lines = (tmp_path / "b" / "metrics.jsonl").read_text()
    assert lines.count("warm_up_loss") == 1, "it was over"
    assert "critic_loss" in lines


def test_a_grown_run_keeps_what_its_mapping_has_learnt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.land_lesson.LANDS", 1)
    training = GanTraining(TINY, torch.device("cpu"))
    run = Run(tmp_path / "small", asdict(TINY), resume=False)
    training.blank = False
    training.snapshot(run, training.preview())
    grown = GanTraining(replace(TINY, resolution=32, grid=32), torch.device("cpu"))
    grown.grow_from(load_state(tmp_path / "small"))
    before = grown.generator.mapping.state_dict()["fc0.weight"].clone()
    open_lesson(grown, None).begin(grown)
    assert torch.equal(grown.generator.mapping.state_dict()["fc0.weight"], before)


def test_only_drawn_land_is_sharpened(tmp_path: Path) -> None:
    training = GanTraining(replace(PRESETS["cpu32"], batch=1), torch.device("cpu"))
    with pytest.raises(TrainingError, match="for land"):
        sharpen(training, Run(tmp_path, {}, resume=False), Steps(1))


def test_amounts_become_attributes() -> None:
    model = tiny_land()
    found = amount_attributes(model)
    assert [a.id for a in found.attributes] == list(ATTRIBUTES)
    z = torch.randn(512, model.generator.config.z_dim, generator=torch.Generator().manual_seed(1))
    more = z.clone()
    more[:, AMOUNTS.index("wood")] += 0.5
    moved = (model.generator.mapping(more) - model.generator.mapping(z)).mean(dim=0)
    direction = found.directions[list(ATTRIBUTES).index("wood"), 0]
    assert torch.cosine_similarity(moved, direction, dim=0) > 0.8


def test_land_to_compare_with_is_never_twice_of_one_land() -> None:
    batches = list(pictures(find_domain("aerial"), 3, 66, 16, "cpu"))
    assert [len(batch) for batch in batches] == [64, 2]
    first, last = (view(3 * LANDS_APART + k, 0, 0, 16, 16).img for k in (0, 65))
    torch.testing.assert_close(batches[0][0], first, atol=1 / 127, rtol=0)
    torch.testing.assert_close(batches[1][1], last, atol=1 / 127, rtol=0)
    (wide,) = pictures(find_domain("aerial"), 3, 1, 16, "cpu", across=2)
    torch.testing.assert_close(wide[0, :, :16, :16], batches[0][0])

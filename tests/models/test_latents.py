"""The family of spaces: every embedding upward is exact, and files survive the round trip."""

import itertools

import pytest
import torch

from models.errors import SpaceError
from models.latents import (
    LatentMap,
    Stored,
    cells_of,
    constant,
    embed,
    find_space,
    from_bytes,
    is_within,
    space_names,
    to_bytes,
)
from models.model import Model
from models.projection import fit, project, spread

CHAIN = ["W", "W+", "S4", "S8", "S16", "S+4", "S+8", "S+"]
NOT_CONTAINED = {("W+", "S4"), ("W+", "S8"), ("W+", "S16")}  # layers differ, or the grid is coarser
NOT_CONTAINED |= {("S8", "S+4"), ("S16", "S+4"), ("S16", "S+8")}
CONTAINED = sorted(set(itertools.combinations(CHAIN, 2)) - NOT_CONTAINED)


def random_latent(model: Model, name: str, base: tuple[int, int] = (4, 4)) -> LatentMap:
    layout, space = model.layout, find_space(name, model.layout)
    torch.manual_seed(3)
    maps = [
        torch.randn(1, layout.w_dim, *cells_of(space.layer_cells(res), base))
        for res in layout.layer_res
    ]
    return LatentMap((maps[0],) * len(maps) if space.shared else tuple(maps), base)


def test_the_names_are_those_of_the_family(model: Model) -> None:
    assert space_names(model.layout) == [
        "W",
        "W+",
        "S2",
        "S4",
        "S8",
        "S16",
        "S+2",
        "S+4",
        "S+8",
        "S+",
    ]


@pytest.mark.parametrize("name", ["S+", "S+8", "S16", "S4", "W+"])
def test_a_constant_map_is_the_vector(model: Model, name: str) -> None:
    w = model.generator.mapping(torch.randn(2, 16, generator=torch.Generator().manual_seed(1)))
    latent = constant(w, model.generator.num_ws)
    spread = embed(latent, name, model.layout)
    torch.testing.assert_close(model.render(spread), model.render(latent), rtol=0, atol=1e-4)


@pytest.mark.parametrize(("small", "large"), CONTAINED)
@pytest.mark.parametrize("base", [(4, 4), (4, 8)])
def test_embedding_upward_gives_the_same_picture(
    model: Model, small: str, large: str, base: tuple[int, int]
) -> None:
    latent = random_latent(model, small, base)
    before = model.render(latent)
    after = model.render(embed(latent, large, model.layout))
    assert after.shape[2:] == (8 * base[0], 8 * base[1])
    torch.testing.assert_close(after, before, rtol=0, atol=2e-4)


def test_embedding_downward_is_refused(model: Model) -> None:
    for small, large in [("S+", "S+4"), *NOT_CONTAINED]:
        with pytest.raises(SpaceError, match="coarser|one map for all layers"):
            embed(random_latent(model, small), large, model.layout)


@pytest.mark.parametrize("name", ["S", "X", "S3", "S64", "S+32", "W++", "s+", "S-4", "S+0"])
def test_unknown_spaces_are_refused(model: Model, name: str) -> None:
    with pytest.raises(SpaceError):
        find_space(name, model.layout)


@pytest.mark.parametrize("corner", [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_a_change_in_a_corner_lands_in_that_corner(model: Model, corner: tuple[int, int]) -> None:
    latent = embed(random_latent(model, "W"), "S+", model.layout)
    y, x = corner

    def change(i: int, wmap: torch.Tensor) -> torch.Tensor:
        if i < 5:  # layers of 32 px reach only a few pixels past their cell
            return wmap
        wmap = wmap.clone()
        half = wmap.shape[2] // 2
        wmap[:, :, y * half : (y + 1) * half, x * half : (x + 1) * half] += 2
        return wmap

    moved = (model.render(latent.map(change)) - model.render(latent)).abs().mean((0, 1))
    quarters = moved.reshape(2, 16, 2, 16).mean((1, 3))
    assert quarters.flatten().argmax() == 2 * y + x
    assert quarters[y, x] > 4 * quarters[1 - y, 1 - x]


@pytest.mark.parametrize("name", CHAIN)
def test_a_latent_survives_its_file(model: Model, name: str) -> None:
    latent, twin = random_latent(model, name, (4, 8)), random_latent(model, "W", (4, 8))
    again = from_bytes(to_bytes(Stored(latent, name, twin)), model.layout)
    assert again.space == name and again.plain is not None
    for kept, read in ((latent, again.latent), (twin, again.plain)):
        assert read.base == (4, 8)
        assert all(torch.equal(a, b) for a, b in zip(kept.layers, read.layers, strict=True))
    assert from_bytes(to_bytes(Stored(latent, name)), model.layout).plain is None


def test_a_space_is_within_those_that_contain_it(model: Model) -> None:
    for small, large in CONTAINED:
        assert is_within(small, large, model.layout)
        assert not is_within(large, small, model.layout)
    assert is_within("S4", "S4", model.layout)
    assert not is_within("W+", "S8", model.layout)


@pytest.mark.parametrize("data", [b"", b"not a latent", b"\x08" + b"\0" * 7 + b"{}      "])
def test_other_files_are_refused(model: Model, data: bytes) -> None:
    with pytest.raises(SpaceError, match="not a Latentbrush latent"):
        from_bytes(data, model.layout)


def test_another_models_latent_is_refused(model: Model) -> None:
    latent = LatentMap((torch.zeros(1, 8, 1, 1),) * model.generator.num_ws)
    with pytest.raises(SpaceError, match="8 maps of 16 numbers"):
        from_bytes(to_bytes(Stored(latent, "W")), model.layout)
    with pytest.raises(SpaceError, match="3 maps, where this one has 8"):
        from_bytes(to_bytes(Stored(LatentMap(latent.layers[:3]), "W")), model.layout)
    right = random_latent(model, "W")
    with pytest.raises(SpaceError, match="8 maps of 16 numbers"):
        from_bytes(to_bytes(Stored(right, "W", latent)), model.layout)
    odd = LatentMap((torch.zeros(1, 16, 3, 3),) * model.generator.num_ws)
    with pytest.raises(SpaceError, match="3×3"):
        from_bytes(to_bytes(Stored(right, "W", odd)), model.layout)


@pytest.mark.parametrize("name", ["W", "W+", "S8", "S+4", "S+"])
@pytest.mark.parametrize("base", [(4, 4), (4, 8)])
def test_projection_undoes_embedding(model: Model, name: str, base: tuple[int, int]) -> None:
    layout = model.layout
    space = find_space(name, layout)
    rng = torch.Generator().manual_seed(4)
    sizes = [cells_of(space.layer_cells(res), base) for res in layout.layer_res]
    maps = [torch.randn(2, layout.w_dim, *size, generator=rng) for size in sizes]
    latent = LatentMap(tuple(maps[:1] * len(maps) if space.shared else maps), base)
    found = project(embed(latent, "S+", layout), name, layout)
    assert found.loss < 1e-8
    for there, back in zip(latent.layers, found.latent.layers, strict=True):
        torch.testing.assert_close(there, back, atol=1e-4, rtol=1e-4)


def test_a_coarser_space_loses_more(model: Model) -> None:
    rng = torch.Generator().manual_seed(4)
    fine = LatentMap(
        tuple(
            torch.randn(1, model.layout.w_dim, min(res, 16), min(res, 16), generator=rng)
            for res in model.layout.layer_res
        )
    )
    losses = [project(fine, name, model.layout).loss for name in ("S+", "S+8", "S+4", "W+", "W")]
    assert losses[0] == 0
    assert losses == sorted(losses)
    assert 0.9 < losses[-1] <= 1


def test_projection_is_the_nearest() -> None:
    rng = torch.Generator().manual_seed(4)
    wmap = torch.randn(1, 3, 8, 8, generator=rng)
    found = fit((wmap,), (4, 4))

    def error(coarse: torch.Tensor) -> float:
        return (spread(coarse, (8, 8)) - wmap).square().mean().item()

    for _ in range(8):
        nudged = found + 0.05 * torch.randn(found.shape, generator=rng)
        assert error(nudged) > error(found)


def test_an_embedded_map_can_be_kept(model: Model) -> None:
    coarse = LatentMap((torch.randn(1, 16, 4, 4),) * model.generator.num_ws)
    fine = embed(coarse, "S+", model.layout)
    again = from_bytes(to_bytes(Stored(fine, "S+")), model.layout).latent
    assert all(torch.equal(a, b) for a, b in zip(again.layers, fine.layers, strict=True))


def test_the_same_latent_is_the_same_file(model: Model) -> None:
    stored = Stored(random_latent(model, "S8"), "S8", random_latent(model, "W"))
    files = {to_bytes(stored, "a model") for _ in range(16)}
    assert len(files) == 1
    again = from_bytes(files.pop(), model.layout)
    assert all(
        torch.equal(a, b) for a, b in zip(again.latent.layers, stored.latent.layers, strict=True)
    )

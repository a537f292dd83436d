"""Directions: one σ long, along what is found, read from every kind of file."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from models.adopt import adopt, as_attributes, draws
from models.directions import Direction, from_labels, in_sigma, pca, read_directions, sefa
from models.directions.found import style_affines
from models.directions.ganspace import CARS, FFHQ, ZOOS
from models.errors import CheckpointError, OtherGenerator, ShapeError
from models.latents import Layout
from models.model import Model

WIDTH, LAYERS = 16, 8


@pytest.fixture(scope="module")
def stranger(tiny: Model) -> Model:
    """A bare generator made into a model."""
    return adopt(tiny.generator, tiny.card, torch.device("cpu"))


@pytest.fixture(scope="module")
def tiny() -> Model:
    from tests.fakes.tiny import tiny_model

    return tiny_model()


def coordinate(w: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
    """The projection of broadcast w on a direction, in lengths of the direction."""
    return (w @ rows.sum(0)) / rows.square().sum()


@pytest.mark.parametrize("layers", [None, (2, 5)])
def test_strength_1_is_one_sigma_of_the_coordinate(
    stranger: Model, layers: tuple[int, int] | None
) -> None:
    rows = torch.randn(LAYERS, WIDTH, generator=torch.Generator().manual_seed(1)) * 7
    scaled = in_sigma(Direction("x", rows, "", layers), draws(stranger))
    assert coordinate(draws(stranger), scaled.rows).std().item() == pytest.approx(1, abs=1e-4)
    moved = scaled.rows.abs().sum(1) > 0
    assert moved.tolist() == [layers is None or layers[0] <= i < layers[1] for i in range(LAYERS)]
    twice = in_sigma(replace(scaled, sigmas=-2.0), draws(stranger))
    assert torch.allclose(twice.rows, -2 * scaled.rows, atol=1e-5)
    said = in_sigma(Direction("x", rows, "", layers, sigmas=2, spread=0.25), draws(stranger))
    assert torch.equal(said.rows[moved], 0.5 * rows[moved])


def test_an_attribute_keeps_what_its_direction_says(stranger: Model) -> None:
    rows = torch.ones(LAYERS, WIDTH)
    found = as_attributes(stranger, [Direction("Curly hair", rows, "x", group="hair")], set())
    assert [(a.id, a.group) for a in found.attributes] == [("curly-hair", "hair")]


def test_a_direction_that_leads_nowhere_is_said(stranger: Model) -> None:
    with pytest.raises(ShapeError, match="leads nowhere"):
        in_sigma(Direction("x", torch.zeros(LAYERS, WIDTH), ""), draws(stranger))


def test_sefa_finds_what_changes_the_styles_most_within_one_sigma(stranger: Model) -> None:
    w = draws(stranger)
    first, second = [d for d in sefa(stranger.generator, w, 2) if d.name.startswith("Coarse")]
    assert first.layers is not None
    start, stop = first.layers
    affines = [a / a.norm(dim=1, keepdim=True) for a in style_affines(stranger.generator)]
    gain = torch.cat(affines[start:stop])

    def change(rows: torch.Tensor) -> float:
        return float(
            (gain @ in_sigma(Direction("x", rows, "", (start, stop)), w).rows[start]).norm()
        )

    _, vectors = torch.linalg.eigh(gain.T @ gain)
    every = [change(vectors[:, k].repeat(LAYERS, 1)) for k in range(WIDTH)]
    assert change(first.rows) == pytest.approx(max(every), rel=1e-3)
    assert change(second.rows) == pytest.approx(sorted(every)[-2], rel=1e-3)


def test_pca_finds_where_w_varies_most(stranger: Model) -> None:
    w = draws(stranger)
    first, second = pca(stranger.generator, w, 2)
    spread = [(w @ d.rows[0]).std().item() for d in (first, second)]
    others = torch.randn(50, WIDTH, generator=torch.Generator().manual_seed(2))
    unit = others / others.norm(dim=1, keepdim=True)
    assert spread[0] > spread[1]
    assert spread[0] > (w @ unit.T).std(0).max().item()


def test_labels_give_the_way_in_which_they_rise(stranger: Model) -> None:
    rng = torch.Generator().manual_seed(3)
    w = draws(stranger)[:200]
    v = stranger.whitening.to_v(w)
    truth = torch.randn(v.shape[1], generator=rng)
    found = from_labels("x", w, v @ truth, stranger.whitening, LAYERS)
    step = 0.1 * in_sigma(found, draws(stranger)).rows[0]
    rise = (stranger.whitening.to_v(w + step) - v) @ truth
    assert (rise > 0).float().mean() > 0.9
    other = torch.randn(WIDTH, generator=rng)
    step = other / other.norm() * step.norm()
    assert rise.mean() > 2 * ((stranger.whitening.to_v(w + step) - v) @ truth).mean().abs()
    with pytest.raises(ShapeError, match="at least 8"):
        from_labels("x", w[:5], torch.arange(5.0), stranger.whitening, LAYERS)


def npy(value: np.ndarray) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        np.save(folder / "x.npy", value)
        return folder / "x.npy"

    return write


def npz(**values: np.ndarray) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        np.savez_compressed(folder / "x.npz", allow_pickle=False, **values)
        return folder / "x.npz"

    return write


def pt(value: Any) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        torch.save(value, folder / "x.pt")
        return folder / "x.pt"

    return write


ONES = np.ones((LAYERS, WIDTH))
BASIS = torch.eye(WIDTH)


@pytest.mark.parametrize(
    ("write", "names"),
    [
        (npy(np.ones(WIDTH)), ["x"]),
        (npy(ONES[None]), ["x"]),
        (npy(ONES[:1].astype(">f8")), ["x"]),
        (npy(np.ones((3, WIDTH))), ["x 1", "x 2", "x 3"]),
        (npy(np.ones(LAYERS * WIDTH)), ["x"]),
        (pt(torch.ones(1, LAYERS * WIDTH)), ["x"]),
        (npz(age=ONES[0], smile=ONES), ["age", "smile"]),
        (npz(lat_comp=ONES[:2, None], act_comp=np.ones((2, 99))), ["Component 1", "Component 2"]),
        (pt(torch.ones(1, WIDTH)), ["x"]),
        (pt({"31_Smiling": torch.ones(WIDTH), "mean": 3}), ["31_Smiling"]),
        (pt({"comp": BASIS[:2, None], "std": BASIS[0]}), ["Component 1", "Component 2"]),
        (pt({"ckpt": "x", "eigvec": BASIS}), [f"SeFa {k + 1}" for k in range(WIDTH)]),
    ],
)
def test_every_kind_of_file(
    tmp_path: Path, stranger: Model, write: Callable[[Path], Path], names: list[str]
) -> None:
    found = read_directions(write(tmp_path), stranger.layout, (0, 4))
    assert [d.name for d in found] == names
    assert all(d.rows.shape == (LAYERS, WIDTH) and d.layers == (0, 4) for d in found)


@pytest.mark.parametrize(
    "write",
    [
        npy(np.ones((2, 3, 4, WIDTH))),
        npy(np.ones(9)),
        npy(np.array(1.0)),
        npy(np.array(["a"] * WIDTH)),
        npy(np.full(WIDTH, np.nan)),
        npz(big=np.zeros((9000, WIDTH, 64))),
        npz(),
        pt({"a": "text"}),
        pt({"comp": torch.eye(WIDTH)[:2, None], "std": torch.ones(3)}),
        npz(lat_comp=np.eye(WIDTH)[:2, None], lat_stdev=np.array([1.0, np.nan])),
        pt([1, 2]),
    ],
)
def test_what_is_no_direction_is_named(
    tmp_path: Path, stranger: Model, write: Callable[[Path], Path]
) -> None:
    with pytest.raises(CheckpointError, match=r"x\.(npy|npz|pt): "):
        read_directions(write(tmp_path), stranger.layout)


FACES = Layout(1024, WIDTH, 16)
"""18 layers, as the network of FFHQ has."""


def components(layout: Layout, spread: Any = None, num: int = 80) -> dict[str, torch.Tensor]:
    """What GANSpace found in a network, in a copy of its file: column by column."""
    rows = torch.randn(num, layout.w_dim, generator=torch.Generator().manual_seed(4))
    comp = (rows / rows.norm(dim=1, keepdim=True)).T.contiguous().T[:, None]
    known = torch.linspace(3, 0.4, num)
    known[: len(FFHQ.spread)] = torch.tensor(FFHQ.spread) if spread is None else spread
    return {"mean": torch.zeros(1, layout.w_dim), "comp": comp, "std": known}


def test_components_of_ffhq_come_as_their_edits(tmp_path: Path) -> None:
    value = components(FACES)
    torch.save(value, tmp_path / "pca.pt")
    edits = {d.name: d for d in read_directions(tmp_path / "pca.pt", FACES)}
    assert len(edits) == 42
    assert {d.group for d in edits.values()} == set(FFHQ.edits)
    lipstick, smile = edits["Lipstick"], edits["Smile"]
    assert lipstick.source == "GANSpace component 34, imported from pca.pt"
    w = torch.randn(500, WIDTH, generator=torch.Generator().manual_seed(5))
    for edit, component, layers, strength in (
        (lipstick, 34, (10, 11), 20),
        (smile, 46, (4, 5), -20),  # its positive end smiles, though the strength is negative
    ):
        start, stop = layers
        rows = 2 * in_sigma(edit, w).rows  # at the amount that the page begins with
        expected = strength * value["std"][component] * value["comp"][component]
        assert torch.allclose(rows[start:stop], expected, atol=1e-5)
        assert rows[:start].abs().max() == rows[stop:].abs().max() == 0


@pytest.mark.parametrize(
    ("layout", "file", "spread", "layers"),
    [
        (FACES, "ffhq_pca.pt", 1.0, None),  # of another network, whatever its name says
        (FACES, "ffhq_pca.pt", None, (0, 18)),  # names hold for their own layers
        (Layout(256, WIDTH, 16), "ffhq_pca.pt", None, None),
        (Layout(512, WIDTH, 16), "caricature.pt", 1.0, None),
    ],
)
def test_other_components_keep_their_numbers(
    tmp_path: Path, layout: Layout, file: str, spread: float | None, layers: tuple[int, int] | None
) -> None:
    torch.save(components(layout, spread), tmp_path / file)
    found = read_directions(tmp_path / file, layout, layers)
    assert [d.name for d in found] == [f"Component {k + 1}" for k in range(80)]
    assert all(d.layers == layers and d.sigmas == 1 and d.group == "" for d in found)


def test_cars_are_known_by_the_name_of_the_file(tmp_path: Path) -> None:
    layout = Layout(512, WIDTH, 16)
    value = components(layout, 1.0, num=45)
    arrays = {"lat_comp": value["comp"].numpy(), "lat_stdev": value["std"].numpy()}
    there = [edit.name for edit in CARS.edits[""] if edit.component < 45]
    for name in ("stylegan2-car_style_ipca_c80_n1000000_w.npz", "cars_pca.npz"):
        np.savez_compressed(tmp_path / name, allow_pickle=False, **arrays)
        assert [d.name for d in read_directions(tmp_path / name, layout)] == there
    np.save(tmp_path / "car_colour.npy", np.ones(WIDTH))
    assert [d.name for d in read_directions(tmp_path / "car_colour.npy", layout)] == ["car_colour"]


def test_published_edits_fit_their_networks() -> None:
    for zoo in ZOOS:
        edits = [edit for group in zoo.edits.values() for edit in group]
        assert len({edit.name for edit in edits}) == len(edits)
        assert all(0 <= e.layers[0] < e.layers[1] <= zoo.num_layers for e in edits)
        assert all(edit.strength != 0 and 0 <= edit.component < 80 for edit in edits)


def test_18_equal_rows_move_the_first_8_layers_as_their_author_does(tmp_path: Path) -> None:
    rows = np.tile(np.linspace(-1, 1, WIDTH), (18, 1))
    np.save(tmp_path / "age.npy", rows)
    assert read_directions(tmp_path / "age.npy", FACES)[0].layers == (0, 8)
    assert read_directions(tmp_path / "age.npy", FACES, (2, 9))[0].layers == (2, 9)
    np.save(tmp_path / "one.npy", rows[:1])
    torch.save(torch.from_numpy(rows)[None], tmp_path / "pose.pt")
    for file in ("one.npy", "pose.pt"):
        assert read_directions(tmp_path / file, FACES)[0].layers is None


def test_rows_of_all_layers_may_lie_in_one(tmp_path: Path, stranger: Model) -> None:
    rows = torch.randn(LAYERS, WIDTH)
    torch.save(rows.reshape(1, -1), tmp_path / "boundary.pt")
    (found,) = read_directions(tmp_path / "boundary.pt", stranger.layout)
    assert torch.equal(found.rows, rows)


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("stylegan_ffhq_smile_w_boundary.npy", "StyleGAN"),
        ("pggan_celebahq_age_boundary.npy", "progressive"),
        ("stylegan-bedrooms_g_mapping.npy", "StyleGAN"),
        ("stylegan2_ffhq_smile.npy", None),
        ("smile-stylegan2-ada.npy", None),
        ("stylegan3-r_x.npy", None),
    ],
)
def test_directions_of_other_generators_are_refused(
    tmp_path: Path, stranger: Model, file: str, kind: str | None
) -> None:
    np.save(tmp_path / file, np.ones((1, WIDTH)))
    if kind is None:
        assert read_directions(tmp_path / file, stranger.layout)
        return
    with pytest.raises(OtherGenerator, match=f"{file}: a direction of .*{kind}"):
        read_directions(tmp_path / file, stranger.layout)

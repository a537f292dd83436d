"""Directions: one σ long, along what is found, read from every kind of file."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from models.adopt import adopt, draws
from models.directions import Direction, from_labels, in_sigma, pca, read_directions, sefa
from models.directions.found import style_affines
from models.errors import CheckpointError, ShapeError
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
        np.savez_compressed(folder / "x.npz", **values)
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
        pt([1, 2]),
    ],
)
def test_what_is_no_direction_is_named(
    tmp_path: Path, stranger: Model, write: Callable[[Path], Path]
) -> None:
    with pytest.raises(CheckpointError, match=r"x\.(npy|npz|pt): "):
        read_directions(write(tmp_path), stranger.layout)

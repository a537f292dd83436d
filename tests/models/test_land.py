"""Any window of an endless picture, and what is edited in it."""

from functools import partial
from pathlib import Path

import pytest
import torch

from models.edits import move
from models.errors import ShapeError
from models.generator import SURROUND
from models.land import CellBox, Land
from models.latents import LatentMap
from models.model import Model, load_model, save_model
from models.noise import PlaneNoise
from models.prior import AnchorPrior, field_window
from models.recent import Recent
from tests.fakes.tiny import tiny_land, tiny_model


@pytest.fixture(scope="module")
def model() -> Model:
    return tiny_land()


def test_a_window_is_bit_for_bit_that_part_of_a_larger_one(model: Model) -> None:
    land = Land(model, 3)
    large = land.draw(-70, 40, 200, 170)
    assert large.shape == (1, 3, 200, 170)
    assert torch.equal(land.draw(-20, 55, 33, 71), large[:, :, 50:83, 15:86])


def test_chunks_meet_without_a_seam(model: Model) -> None:
    """Two chunks are what a picture of both, drawn at once, shows."""
    land = Land(model, 4)
    rows, columns = land.chunk_cells, 2 * land.chunk_cells
    around = CellBox(-SURROUND, -SURROUND, rows + 2 * SURROUND, columns + 2 * SURROUND)
    noise = PlaneNoise(land.seed, 0, 0)
    at_once = model.generator.synthesis(land.latent(around), noise, model.dtype, SURROUND)
    apart = land.draw(0, 0, rows * land.cell_px, columns * land.cell_px)
    torch.testing.assert_close(apart, at_once, atol=1e-3, rtol=0)


def test_a_land_is_a_function_of_its_seed_and_coherence(model: Model) -> None:
    first = Land(model, 1).draw(0, 0, 32, 32)
    assert torch.equal(first, Land(model, 1).draw(0, 0, 32, 32))
    assert (first - Land(model, 2).draw(0, 0, 32, 32)).abs().mean() > 0.01
    assert (first - Land(model, 1, coherence=9.0).draw(0, 0, 32, 32)).abs().mean() > 0.001


def test_more_coherence_is_slower_variation(model: Model) -> None:
    def variation(coherence: float) -> float:
        wmap = Land(model, 1, coherence).latent(CellBox(0, 0, 40, 40)).layers[0]
        return (wmap.diff(dim=3).square().mean() / wmap.var()).item()

    assert variation(8.0) < variation(3.0) < variation(0.0)


def test_an_edit_changes_only_what_is_near_it(model: Model) -> None:
    direction = torch.randn(model.generator.num_ws, model.layout.w_dim)

    def change(latent: LatentMap, cells: CellBox) -> LatentMap:
        mask = torch.zeros(1, 1, cells.rows, cells.columns)
        row, column = 2 - cells.top, 3 - cells.left
        if 0 <= row < cells.rows and 0 <= column < cells.columns:
            mask[:, :, row, column] = 1
        return move(latent, direction, 1.0, mask)

    land = Land(model, 1)
    cell = land.cell_px
    before, after = land.draw(-64, -64, 256, 256), land.draw(-64, -64, 256, 256, change)
    moved = (after - before).abs().amax(dim=(0, 1))
    middle = (64 + 2 * cell + cell // 2, 64 + 3 * cell + cell // 2)
    assert moved[middle] > 0
    y, x = torch.meshgrid(torch.arange(256), torch.arange(256), indexing="ij")
    far = torch.maximum((y - middle[0]).abs(), (x - middle[1]).abs()) > 6 * cell
    assert moved[far].max() == 0


def test_a_spatial_model_is_kept_and_read(model: Model, tmp_path: Path) -> None:
    save_model(model, tmp_path / "land")
    again = load_model(tmp_path / "land", dtype=torch.float32)
    assert again.prior == model.prior
    assert again.generator.config.homogeneous
    assert again.card.any_size


def test_a_plain_model_has_no_land() -> None:
    with pytest.raises(ShapeError, match="not trained spatially"):
        Land(tiny_model(), 1).draw(0, 0, 32, 32)


def test_what_was_drawn_is_kept_for_parts_without_an_edit(model: Model) -> None:
    kept: Recent[torch.Tensor] = Recent(2**26, lambda img: img.nbytes)
    land = Land(model, 3, drawn=kept)
    direction = torch.randn(model.generator.num_ws, model.layout.w_dim)

    def change(latent: LatentMap, cells: CellBox) -> LatentMap:
        if cells.left > 0:  # reaches the chunks from the third on
            return move(latent, direction, 2.0, torch.ones(1, 1, cells.rows, cells.columns))
        return latent

    side = land.chunk_cells * land.cell_px
    plain = land.draw(0, 0, side, 3 * side)
    assert len(kept) == 3
    kept.get(
        (land.seed, land.length, land.truncation, None, None, 0, 0),
        lambda: pytest.fail("drawn again"),
    )
    edited = land.draw(0, 0, side, 3 * side, change)
    assert torch.equal(land.draw(0, 0, side, 3 * side), plain)
    assert torch.equal(edited[..., :side], plain[..., :side])
    assert not torch.equal(edited[..., 2 * side :], plain[..., 2 * side :])
    assert torch.equal(Land(model, 3).draw(0, 0, side, 3 * side, change), edited)
    assert not torch.equal(Land(model, 4, drawn=kept).draw(0, 0, side, side), plain[..., :side])


def test_what_was_used_longest_ago_gives_way() -> None:
    kept: Recent[str] = Recent(10, len)
    for key in ("a", "b", "a", "c"):
        kept.get(key, partial(str, 4 * key))
    assert (len(kept), kept.num_bytes) == (2, 8)
    assert kept.get("a", lambda: "made again") == "aaaa"
    assert kept.get("b", lambda: "made again") == "made again"
    assert kept.get("large", lambda: 20 * "x") == 20 * "x"
    assert len(kept) == 1


def test_a_round_land_comes_round_without_a_seam(model: Model) -> None:
    """What is beyond the border is what is at the other one, bit for bit; and it is not periodic
    by chance, nor in the other direction."""
    side = Land(model, 5).chunk_cells * Land(model, 5).cell_px
    land = Land(model, 5, around=4 * side)
    across = land.draw(0, -40, side, 4 * side + 80)
    assert torch.equal(across[..., :80], across[..., 4 * side :])
    assert torch.equal(land.draw(0, 4 * side, 32, 32), land.draw(0, 0, 32, 32))
    assert not torch.equal(across[..., :80], across[..., 2 * side : 2 * side + 80])
    assert not torch.equal(land.draw(4 * side, 0, 32, 32), land.draw(0, 0, 32, 32))
    steps = across.diff(dim=3).abs().mean(dim=(0, 1, 2))
    assert steps[39] < 1.5 * steps.median(), "no step where it closes"


def test_a_small_round_land_varies_as_much(model: Model) -> None:
    """Weights that meet from both sides are scaled: cells stay N(0, 1)."""
    assert model.prior is not None
    fields = [field_window(model.prior, seed, 16, (0, 0, 8, 8), 4.0, 8) for seed in range(200)]
    assert abs(torch.cat(fields).std() - 1) < 0.05


@pytest.mark.parametrize("around", [100, 0, 257])
def test_a_land_comes_round_after_whole_chunks(model: Model, around: int) -> None:
    with pytest.raises(ShapeError, match="comes round"):
        Land(model, 1, around=around)


def test_anchors_come_round_after_a_whole_number_of_them() -> None:
    prior = AnchorPrior()
    plane = field_window(prior, 1, 8, (0, 0, 4, 40), 4.0, 16)
    torch.testing.assert_close(plane[..., :24], plane[..., 16:])
    with pytest.raises(ShapeError, match="whole number"):
        field_window(prior, 1, 8, (0, 0, 4, 40), 3.0, 16)

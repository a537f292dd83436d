"""Painting on an endless land, on a small model."""

from unittest.mock import Mock

import numpy as np
import pytest
import torch

from contracts.lands import FEATHER_PX, REACH, Around, DrawRequest, LandEdit, LandInfo, tile_box
from contracts.masks import MaskAll, MaskGrid
from models.errors import AttributeUnknown
from models.generator import SURROUND
from models.land import Land
from tests.fakes.tiny import tiny_land
from worker.editor import TorchEditor
from worker.lands import stroke_of
from worker.ports import no_mask

SIDE = 32
"""The small model's resolution."""


@pytest.fixture(scope="module")
def editor() -> TorchEditor:
    return TorchEditor(tiny_land())


def land(*edits: LandEdit) -> LandInfo:
    return LandInfo(model="tiny-land", land_id="lnd_x", seed=3, edits=edits)


def drawn(editor: TorchEditor, wanted: DrawRequest) -> np.ndarray:
    return np.concatenate(list(editor.draw(wanted, lambda step: None))).astype(int)


def edit(box: tuple[int, int, int, int], **fields: object) -> LandEdit:
    known = {"attribute": "smile", "strength": 4.0, "box": box, "mask": MaskAll()}
    return LandEdit.model_validate(known | fields)


def test_an_edit_changes_what_is_painted_and_nothing_else(editor: TorchEditor) -> None:
    box = (-40, -30, 150, 120)
    painted = edit((10, 5, 40, 30))
    before, after = (
        drawn(editor, land().part(box, SIDE)),
        drawn(editor, land(painted).part(box, SIDE)),
    )
    changed = (before != after).any(axis=2)
    inside = changed[35:65, 50:90]
    assert inside.mean() > 0.5
    around = np.ones_like(changed)
    around[35 - FEATHER_PX : 65 + FEATHER_PX, 50 - FEATHER_PX : 90 + FEATHER_PX] = False
    assert not (changed & around).any()


def test_a_tile_is_that_part_of_a_larger_picture(editor: TorchEditor) -> None:
    rows = tuple(tuple(float(i == j) for i in range(12)) for j in range(12))
    whole = land(edit((200, 180, 120, 150), mask=MaskGrid(rows=rows)), edit((0, 0, 600, 300)))
    large = drawn(editor, whole.part((0, 0, 600, 512), SIDE))
    tile = drawn(editor, whole.part(tile_box(8, 1, 0), SIDE))
    assert np.array_equal(tile, large[:256, 256:512])


def test_a_farther_zoom_is_the_same_land(editor: TorchEditor) -> None:
    near = drawn(editor, land().part((0, 0, 128, 64), SIDE))
    far = drawn(editor, land().part((0, 0, 128, 64), SIDE, scale=2))
    assert far.shape == (32, 64, 3)
    assert np.abs(near.reshape(32, 2, 64, 2, 3).mean(axis=(1, 3)) - far).max() <= 1.5


@pytest.mark.parametrize("around", [None, 4096])
def test_from_far_away_it_is_drawn_coarser_and_the_same_in_any_tile(
    editor: TorchEditor, around: Around | None
) -> None:
    """Boxes of edits need not fit the larger pixels."""
    edits = (edit((901, 603, 399, 77)), edit((1015, 100, 9, 1200), attribute="hat"))
    painted = LandInfo(model="tiny-land", land_id="lnd_x", seed=3, edits=edits, around=around)
    plain = painted.model_copy(update={"edits": ()})
    large = drawn(editor, painted.part((0, 0, 2048, 1024), SIDE, scale=4))
    for x in range(2):
        tile = drawn(editor, painted.part(tile_box(6, x, 0), SIDE, scale=4))
        assert np.array_equal(tile, large[:, 256 * x : 256 * x + 256])
    before = drawn(editor, plain.part((0, 0, 2048, 1024), SIDE, scale=4))
    changed = (large != before).any(axis=2)
    assert changed[151:169, 226:324].mean() > 0.5
    changed[148:172, 223:328] = changed[23:, 251:259] = False
    assert not changed.any()
    near = drawn(editor, plain.part((0, 0, 2048, 1024), SIDE))
    pooled = near.reshape(256, 4, 512, 4, 3).mean(axis=(1, 3))
    assert np.corrcoef(pooled.ravel(), before.ravel())[0, 1] > 0.5


def test_a_box_anywhere_is_drawn_of_the_chunks_that_it_meets(
    editor: TorchEditor, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawings = Mock(wraps=Land.chunk, side_effect=Land.chunk)
    monkeypatch.setattr(Land, "chunk", lambda *args: drawings(*args))
    painted = land(edit((0, 0, 800, 800)))
    drawn(editor, painted.part((100, 60, 512, 512), SIDE))
    assert drawings.call_count == 2 * 3 * 3, "once without and once with the edit"


def test_where_strokes_meet_at_a_tiles_border_there_is_no_seam(editor: TorchEditor) -> None:
    """What one stroke shows depends on the other, whose box ends before the tile."""
    whole = land(edit((200, 100, 120, 40)), edit((150, 100, 97, 40), attribute="hat"))
    large = drawn(editor, whole.part((128, 0, 384, 256), SIDE))
    tile = drawn(editor, whole.part(tile_box(8, 1, 0), SIDE))
    assert np.array_equal(tile, large[:256, 128:384])


def test_only_edits_that_reach_a_box_are_sent() -> None:
    box, reach = (0, 0, 64, 64), round(REACH * SIDE)
    near, beside = edit((0, 0, 10, 10)), edit((64 + reach - 1, 0, 10, 10))
    far, hidden = edit((64 + reach, 0, 10, 10)), edit((0, 0, 9, 9), enabled=False)
    wanted = land(near, far, hidden, beside).part(box, SIDE)
    assert wanted.edits == (near, beside)
    assert land(beside).part(box, SIDE).edits == ()  # of itself it shows nothing there
    assert wanted.key("v") == land(near, beside).part(box, SIDE).key("v")
    assert wanted.key("v") != land(near).part(box, SIDE).key("v")
    assert wanted.key("v") != wanted.key("w")


def test_of_a_large_mask_only_what_is_drawn_is_kept() -> None:
    around = (100, 50, 64, 32)
    rows = tuple(tuple(float(i == j) for i in range(8)) for j in range(8))
    large = edit((60, 40, 2048, 4096), mask=MaskGrid(rows=rows))
    stroke = stroke_of(large, 1, around, no_mask, torch.device("cpu"))
    assert (stroke.top, stroke.left, stroke.mask.shape) == (50, 100, (1, 1, 32, 64))
    assert stroke.mask.untyped_storage().nbytes() == stroke.mask.nbytes
    whole = stroke_of(large, 1, large.box, no_mask, torch.device("cpu"))
    place = (50, 100, 32, 64)
    assert torch.equal(stroke.on(place), whole.on(place))
    assert stroke.mask.max() > 0


def test_an_unknown_attribute_is_refused(editor: TorchEditor) -> None:
    with pytest.raises(AttributeUnknown):
        drawn(editor, land(edit((0, 0, 32, 32), attribute="no")).part((0, 0, 32, 32), SIDE))


def test_the_reach_is_what_the_generator_computes_around_a_picture() -> None:
    assert REACH * SIDE == SURROUND * SIDE / 4


def test_the_soft_edge_is_as_wide_as_the_server_thinks() -> None:
    assert Land(tiny_land(), 1).feather_px == FEATHER_PX


AROUND: Around = 1024


def globe(*edits: LandEdit) -> LandInfo:
    return LandInfo(model="tiny-land", land_id="lnd_x", seed=3, edits=edits, around=AROUND)


@pytest.mark.parametrize("x", [-8, AROUND - 8, 5 * AROUND - 8])
def test_a_stroke_across_the_seam_of_a_globe_is_whole(editor: TorchEditor, x: int) -> None:
    """Wherever it is said to lie, and wherever it is looked at."""
    painted = globe(edit((x, 5, 16, 30)))
    before, after = (
        drawn(editor, each.part((AROUND - 32, 0, 64, 64), SIDE)) for each in (globe(), painted)
    )
    columns = (before != after).any(axis=(0, 2)).nonzero()[0]
    assert 24 - FEATHER_PX <= columns.min() <= 24 and 39 <= columns.max() < 40 + FEATHER_PX
    left = drawn(editor, painted.part((0, 0, 32, 64), SIDE))
    right = drawn(editor, painted.part((3 * AROUND - 32, 0, 32, 64), SIDE))
    assert np.array_equal(after, np.concatenate([right, left], axis=1))


def test_tiles_all_round_are_drawn_once() -> None:
    land = globe(edit((1000, 0, 100, 100)))
    keys = {land.part(tile_box(8, x, 0), SIDE).key("v") for x in (-4, 0, 4, 8)}
    assert len(keys) == 1
    assert len(land.part(tile_box(8, 0, 0), SIDE).edits) == 1


def test_nothing_is_wider_than_a_globe() -> None:
    with pytest.raises(ValueError, match="wider than the globe"):
        globe(edit((0, 0, AROUND + 1, 10)))


def test_all_of_a_globe_is_known_to_be_all() -> None:
    assert globe().part((0, 0, AROUND, AROUND // 2), SIDE).is_globe
    assert not globe().part((0, 0, AROUND, AROUND // 2 - 1), SIDE).is_globe
    assert not land().part((0, 0, AROUND, AROUND // 2), SIDE).is_globe
    assert not globe().part((8, 0, AROUND, AROUND // 2), SIDE).is_globe, "it begins elsewhere"


def test_an_edit_is_met_as_often_as_a_wide_box_comes_to_it() -> None:
    painted = globe(edit((0, 0, 16, 16)))
    part = painted.part((AROUND - 1, 0, AROUND - 1, 32), SIDE)
    assert [each.box[0] for each in part.edits] == [AROUND, 2 * AROUND]

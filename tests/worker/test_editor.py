"""The editor on a small model: what every edit must and must not do to a person's picture."""

import base64
import io
import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

import contracts.requests
import models.sizes
from contracts.edits import AttributeEdit, EditValue, ResampleEdit, TransplantEdit
from contracts.masks import AnyMask, MaskAll, MaskGrid, MaskPng, MaskStored
from contracts.requests import Detail, GenerateRequest
from models.attributes import AttributeSet
from models.errors import AttributeUnknown, ClassUnknown, ModelError, ShapeError, SpaceError
from models.images import Pixels, resize_img, to_img
from models.inversion import invert
from models.latents import LatentMap, Stored, from_bytes, to_bytes
from models.model import FitBounds
from models.painting import Move, reached, reading
from models.sizes import drawn_size, smallest_size
from models.step import Step
from tests.fakes.tiny import tiny_land, tiny_model
from training.attributes import least_squares
from training.reader import fit_reader
from worker.decode import decode_mask
from worker.editor import TorchEditor
from worker.ports import EditCall, Edited, Encoded, EncodeOptions, FetchTensor

CORNER = MaskGrid(rows=tuple((1.0, 1.0) + (0.0,) * 6 if y < 2 else (0.0,) * 8 for y in range(8)))


@pytest.fixture(scope="module")
def editor() -> TorchEditor:
    return TorchEditor(tiny_model())


@pytest.fixture(scope="module")
def reading_editor() -> TorchEditor:
    """One that reads, and moves what it reads."""
    model = fit_reader(tiny_model(), 256)
    along = least_squares(model, 256)[0][:, None].expand(-1, model.generator.num_ws, -1)
    attributes = AttributeSet(model.attributes.attributes, along)
    return TorchEditor(replace(model, attributes=attributes))


@pytest.fixture(scope="module")
def original() -> Pixels:
    return np.random.default_rng(0).integers(0, 256, (80, 80, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def tensors(editor: TorchEditor, original: Pixels) -> dict[str, bytes]:
    """Two latents by id: the original's, and another picture's."""
    found = editor.encode(original, EncodeOptions(steps=0), ignore)
    other = editor.generate(wanted(seed=1))
    return {"lat_base": found.tensor, "lat_other": other.tensor}


def wanted(**options: float) -> GenerateRequest:
    return GenerateRequest.model_validate({"model": "tiny", "truncation": 1.0} | options)


def ignore(step: Step) -> None:
    """Nobody watches."""


def paint(
    editor: TorchEditor, original: Pixels, tensors: dict[str, bytes], *edits: EditValue
) -> Edited:
    return editor.edit(
        EditCall("lat_base", original, edits, tensor=tensors.__getitem__, composite="residual")
    )


EDITS: list[EditValue] = [
    AttributeEdit(attribute="smile", strength=3.0, mask=CORNER),
    TransplantEdit(donor="lat_other", mask=CORNER),
    ResampleEdit(seed=3, amount=1.0, mask=CORNER),
]


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.type)
def test_an_edit_changes_its_corner_and_nothing_else(
    editor: TorchEditor, original: Pixels, tensors: dict[str, bytes], edit: EditValue
) -> None:
    result = paint(editor, original, tensors, edit)
    assert result.pixels.shape == original.shape
    assert (result.pixels[:16, :16] != original[:16, :16]).any()
    assert np.array_equal(result.pixels[40:], original[40:])
    assert np.array_equal(result.pixels[:, 40:], original[:, 40:])
    assert result.changed_box is not None
    x, y, width, height = result.changed_box
    assert x + width <= 40 and y + height <= 40


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.type)
def test_a_draft_changes_its_corner_and_nothing_else(
    editor: TorchEditor, original: Pixels, tensors: dict[str, bytes], edit: EditValue
) -> None:
    full, draft = changes(editor, original, tensors, edit)
    assert draft[:16, :16].any()
    assert not draft[40:].any()
    assert not draft[:, 40:].any()
    assert not np.array_equal(full, draft)


def test_a_draft_is_the_change_more_coarsely(
    editor: TorchEditor, original: Pixels, tensors: dict[str, bytes]
) -> None:
    full, draft = changes(editor, original, tensors, EDITS[0])
    assert np.corrcoef(full[:20, :20].ravel(), draft[:20, :20].ravel())[0, 1] > 0.5


def changes(
    editor: TorchEditor, original: Pixels, tensors: dict[str, bytes], edit: EditValue
) -> list[NDArray[np.int64]]:
    """What an edit changes, and what its draft does."""
    fetch = tensors.__getitem__
    kinds: tuple[Detail, ...] = ("full", "draft")
    drawn = [
        editor.edit(
            EditCall(
                "lat_base", original, [edit], tensor=fetch, composite="residual", detail=detail
            )
        )
        for detail in kinds
    ]
    return [each.pixels.astype(int) - original.astype(int) for each in drawn]


def test_no_edits_and_disabled_edits_are_the_original(
    editor: TorchEditor, original: Pixels, tensors: dict[str, bytes]
) -> None:
    off = AttributeEdit(attribute="smile", strength=3.0, enabled=False)
    zero = AttributeEdit(attribute="smile", strength=0.0)
    for edits in ((), (off,), (zero,)):
        result = paint(editor, original, tensors, *edits)
        assert np.array_equal(result.pixels, original)
        assert result.changed_box is None


def test_masks_of_every_kind_agree(
    editor: TorchEditor, original: Pixels, tensors: dict[str, bytes]
) -> None:
    white = io.BytesIO()
    Image.new("L", (16, 16), 255).save(white, "PNG")
    masks: list[AnyMask] = [
        MaskAll(),
        MaskGrid(rows=((1.0,) * 16,) * 16),
        MaskPng(data=base64.b64encode(white.getvalue()).decode()),
    ]
    results = [
        paint(editor, original, tensors, AttributeEdit(attribute="hat", strength=2, mask=mask))
        for mask in masks
    ]
    stored = AttributeEdit(attribute="hat", strength=2, mask=MaskStored(mask_id="msk_white"))
    kept = {"msk_white": decode_mask(white.getvalue())}
    results.append(
        editor.edit(
            EditCall(
                "lat_base",
                original,
                [stored],
                tensor=tensors.__getitem__,
                mask=kept.__getitem__,
                composite="residual",
            )
        )
    )
    assert all(np.array_equal(r.pixels, results[0].pixels) for r in results)


def test_the_same_edit_gives_the_same_bytes_after_the_cache_is_emptied(
    editor: TorchEditor,
    original: Pixels,
    tensors: dict[str, bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = paint(editor, original, tensors, EDITS[0])
    monkeypatch.setattr(editor.subjects, "max_bytes", 1)
    editor.heat_map("lat_other", "smile", tensor=tensors.__getitem__)
    assert len(editor.subjects) == 1
    assert np.array_equal(paint(editor, original, tensors, EDITS[0]).pixels, before.pixels)


def test_the_models_own_picture_can_be_asked_for(
    editor: TorchEditor, original: Pixels, tensors: dict[str, bytes]
) -> None:
    result = editor.edit(
        EditCall("lat_base", original, [], tensor=tensors.__getitem__, composite="model")
    )
    assert result.pixels.shape == original.shape
    assert not np.array_equal(result.pixels, original)
    assert result.changed_box is None


def test_encoding_tells_how_far_it_is(editor: TorchEditor, original: Pixels) -> None:
    seen: list[Step] = []
    found = editor.encode(original, EncodeOptions("S+4", 3, 0.3), seen.append)
    assert [(step.step, step.steps) for step in seen] == [(k, 6) for k in range(1, 7)]
    assert seen[0].preview is not None and seen[0].preview.shape == (32, 32, 3)
    assert found.space == "S+4"
    assert math.isfinite(found.psnr_db)
    assert found.perceptual_metric == "tiny-perceptual"


def test_generated_pictures_are_a_function_of_the_whole_seed(editor: TorchEditor) -> None:
    def draw(seed: int) -> bytes:
        drawn = editor.generate(wanted(seed=seed))
        return drawn.pixels.tobytes()

    assert draw(7) == draw(7)
    assert len({draw(seed) for seed in (7, 8, 7 + 2**32, 7 + 2**33)}) == 4


def test_a_spatial_model_generates_any_size_to_edit() -> None:
    editor = TorchEditor(tiny_land())
    drawn = editor.generate(wanted(seed=3, width=64, height=40, coherence=2.0))
    assert drawn.pixels.shape == (40, 64, 3)
    assert drawn.space == "S4"
    again = editor.generate(wanted(seed=3, width=64, height=40, coherence=2.0))
    assert (drawn.pixels == again.pixels).all()
    edited = editor.edit(
        EditCall(
            "lat_x",
            drawn.pixels,
            [AttributeEdit(attribute="smile", strength=3)],
            tensor=lambda _: drawn.tensor,
            composite="residual",
        )
    )
    assert edited.changed_box is not None
    for size in ({"width": 65}, {"height": 24}):
        with pytest.raises(ShapeError):
            editor.generate(wanted(**size))


@pytest.mark.parametrize(("bounds", "verdict", "steps"), [(1e9, "close", 3), (1e-9, "rough", 43)])
def test_the_twin_of_a_picture_that_the_model_does_not_know_is_looked_for_longer(
    original: Pixels, bounds: float, verdict: str, steps: int
) -> None:
    model = tiny_model()
    encoding = replace(model.encoding, steps=2, plain_steps=1)
    told: list[Step] = []
    editor = TorchEditor(replace(model, encoding=encoding, fit=FitBounds(bounds, 1e9)))
    found = editor.encode(original, EncodeOptions(), told.append)
    assert found.fit is not None
    assert found.fit.verdict == verdict
    assert [step.step for step in told] == list(range(1, steps + 1))
    assert told[-1].steps == steps
    shares = [step.step / step.steps for step in told]
    assert shares == sorted(shares), "it never goes back"
    assert found.twin is not None
    assert found.twin.shape == found.pixels.shape


def test_an_encoding_that_goes_on_keeps_its_twin(original: Pixels) -> None:
    model = replace(tiny_model(), encoder=None)
    editor = TorchEditor(replace(model, encoding=replace(model.encoding, steps=30)))
    first = editor.encode(original, EncodeOptions(), ignore)
    more = editor.encode(original, EncodeOptions(steps=0, begin=first.tensor), ignore)
    twins = [from_bytes(each.tensor, model.layout).plain for each in (first, more)]
    assert twins[0] is not None and twins[1] is not None
    torch.testing.assert_close(twins[0].layers[0], twins[1].layers[0], atol=1e-4, rtol=0)


def test_a_twin_is_pulled_to_the_mean_once() -> None:
    model = tiny_land()
    encoding = replace(model.encoding, steps=1, plain="S4", plain_steps=0, plain_truncation=0.5)
    picture = np.random.default_rng(3).integers(0, 256, (32, 32, 3), dtype=np.uint8)

    def twin_of(truncation: float, begin: bytes | None = None) -> Encoded:
        own = replace(encoding, plain_truncation=truncation)
        editor = TorchEditor(replace(model, encoding=own))
        return editor.encode(picture, EncodeOptions(begin=begin), ignore)

    whole, half = (twin_of(truncation) for truncation in (1.0, 0.5))
    again = twin_of(0.5, half.tensor)
    mean = model.generator.mapping.w_avg[:, None, None]
    away = []
    for found in (whole, half, again):
        plain = from_bytes(found.tensor, model.layout).plain
        assert plain is not None
        away.append((plain.layers[0][0] - mean).norm().item())
    assert away[1] == pytest.approx(away[0] / 2, rel=0.01)
    assert away[2] > 0.9 * away[1]


def test_an_earlier_latent_of_another_shape_is_refused() -> None:
    model = tiny_land()
    editor = TorchEditor(model)
    square = np.zeros((32, 32, 3), np.uint8)
    begin = editor.encode(square, EncodeOptions(steps=1), ignore).tensor
    with pytest.raises(ShapeError):
        wide = np.zeros((32, 40, 3), np.uint8)
        editor.encode(wide, EncodeOptions(steps=1, begin=begin), ignore)


def test_what_is_read_is_what_a_reach_begins_with(
    reading_editor: TorchEditor, original: Pixels
) -> None:
    found = reading_editor.encode(original, EncodeOptions(steps=2), ignore)
    changes = []
    for more in (0.0, 0.5):
        edit = AttributeEdit(attribute="smile", reach=found.readings["smile"] + more)
        result = reading_editor.edit(
            EditCall(
                "lat_read", original, [edit], tensor=lambda _: found.tensor, composite="residual"
            )
        )
        changes.append(np.abs(result.pixels.astype(int) - original).mean())
    assert changes[0] < 0.15 * changes[1]


def test_land_is_encoded_as_large_as_it_is() -> None:
    model = tiny_land()  # of 32 px
    sizes = {(20, 20): (32, 32), (32, 32): (32, 32), (72, 100): (72, 96), (500, 500): (112, 112)}
    for size, drawn in sizes.items():
        assert drawn_size(size, model) == drawn
        assert drawn_size(size, tiny_model()) == smallest_size(size, 32)
    assert drawn_size((1000, 250), model) == (224, 56)
    editor = TorchEditor(replace(model, encoding=replace(model.encoding, steps=1)))
    picture = np.random.default_rng(3).integers(0, 256, (72, 100, 3), dtype=np.uint8)
    found = editor.encode(picture, EncodeOptions(), ignore)
    assert found.grid == (36, 48)
    assert found.fit is not None
    assert editor.check_latent(found.tensor, (72, 100)) == (36, 48)


def test_land_that_was_encoded_small_stays_so() -> None:
    """As every picture of land was before; its session goes on, and so does its encoding."""
    model = tiny_land()
    editor = TorchEditor(model)
    picture = np.random.default_rng(3).integers(0, 256, (72, 100, 3), dtype=np.uint8)
    small = resize_img(to_img(picture), (32, 48)).clamp(-1, 1)
    tensor = to_bytes(Stored(invert(model, small, space="S4", steps=1).latent, "S4"), "tiny")
    assert editor.check_latent(tensor, (72, 100)) == (16, 24)
    whole = [AttributeEdit(attribute="smile", strength=3)]
    edited = editor.edit(
        EditCall("old", picture, whole, tensor=lambda _: tensor, composite="residual")
    )
    assert edited.changed_box is not None
    further = editor.encode(picture, EncodeOptions(begin=tensor, steps=1), ignore)
    assert further.grid == (16, 24)


def test_a_latent_from_before_there_were_twins_gets_one(
    editor: TorchEditor, original: Pixels, tensors: dict[str, bytes]
) -> None:
    stored = from_bytes(tensors["lat_base"], editor.model.layout)
    assert stored.plain is not None
    old = to_bytes(Stored(stored.latent, stored.space), editor.model_id)
    completed = editor.with_twin(old, ignore)
    assert from_bytes(completed, editor.model.layout).plain is not None
    assert editor.with_twin(completed, ignore) is completed
    drawn = editor.generate(wanted(seed=1)).tensor
    assert editor.with_twin(drawn, ignore) is drawn, "plain itself"
    fetches: list[FetchTensor] = [
        lambda _: old,
        lambda _: completed,
        lambda _: editor.with_twin(old, ignore),  # as jobs do, in the middle of an edit
    ]
    for k, fetch in enumerate(fetches):
        shown = editor.edit(
            EditCall(f"lat_{k}", original, EDITS[:1], tensor=fetch, composite="residual")
        )
        assert shown.changed_box is not None


def test_truncation_0_is_the_mean(editor: TorchEditor) -> None:
    pictures = {
        editor.generate(wanted(seed=seed, truncation=0.0)).pixels.tobytes() for seed in range(3)
    }
    assert len(pictures) == 1


def test_a_heat_map_is_a_transparent_picture(
    editor: TorchEditor, tensors: dict[str, bytes]
) -> None:
    heat = editor.heat_map("lat_base", "smile", tensor=tensors.__getitem__)
    assert heat.shape == (32, 32, 4)
    assert heat[:, :, 3].max() > 200


@pytest.mark.parametrize(
    ("edit", "error"),
    [
        (AttributeEdit(attribute="wings", strength=1), AttributeUnknown),
        (AttributeEdit(attribute="smile", strength=1, layers=(0, 9)), SpaceError),
        (TransplantEdit(donor="lat_broken"), SpaceError),
    ],
)
def test_what_the_model_cannot_do_is_said(
    editor: TorchEditor,
    original: Pixels,
    tensors: dict[str, bytes],
    edit: EditValue,
    error: type[ModelError],
) -> None:
    with pytest.raises(error):
        paint(editor, original, {**tensors, "lat_broken": b"nothing"}, edit)


@pytest.mark.parametrize("asked", [{"width": 64}, {"height": 8}, {"coherence": 0.5}, {"class": 0}])
def test_what_other_models_draw_is_refused(editor: TorchEditor, asked: dict[str, float]) -> None:
    with pytest.raises((ShapeError, ClassUnknown)):
        editor.generate(wanted(seed=1, **asked))


@pytest.mark.parametrize(
    ("shape", "grid"), [((80, 80), (16, 16)), ((60, 120), (16, 32)), ((90, 62), (24, 16))]
)
def test_a_picture_of_any_shape_is_encoded_and_painted(
    editor: TorchEditor, shape: tuple[int, int], grid: tuple[int, int]
) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    found = editor.encode(picture, EncodeOptions(steps=2), ignore)
    assert found.grid == grid
    left = MaskGrid(rows=((1.0, 0.0, 0.0, 0.0),))
    edit = AttributeEdit(attribute="smile", strength=3, mask=left)
    store = {"wide": found.tensor}
    result = editor.edit(
        EditCall("wide", picture, [edit], tensor=store.__getitem__, composite="residual")
    )
    assert result.pixels.shape == picture.shape
    changed = (result.pixels != picture).any(axis=(0, 2))
    assert changed[: shape[1] // 4].any()
    assert not changed[shape[1] // 2 :].any()


def test_an_attribute_is_moved_to_a_reading(reading_editor: TorchEditor, original: Pixels) -> None:
    editor = reading_editor
    found = editor.encode(original, EncodeOptions(steps=0), ignore)
    assert set(found.readings) == {"smile", "hat"}
    plain = editor.subject("lat", lambda _: found.tensor).twins.plain
    now = reading(editor.model, plain, "hat")
    for wanted_reading in (now + 0.03, now + 0.08):
        move = Move(torch.ones(1, 1, 16, 16), "hat", reach=wanted_reading)
        after = reached(editor.model, plain, move, 1.0)
        assert reading(editor.model, after, "hat") == pytest.approx(wanted_reading, abs=0.02)


def test_a_share_of_a_move_to_a_reading_is_a_share_of_its_strength(
    reading_editor: TorchEditor, original: Pixels
) -> None:
    editor = reading_editor
    found = editor.encode(original, EncodeOptions(steps=0), ignore)
    plain = editor.subject("lat", lambda _: found.tensor).twins.plain
    reach = reading(editor.model, plain, "hat") + 0.08
    move = Move(torch.ones(1, 1, 16, 16), "hat", reach=reach)

    def step(share: float) -> torch.Tensor:
        return reached(editor.model, plain, move, share).layers[0] - plain.layers[0]

    assert step(0.0).abs().max() == 0
    assert step(1.0).abs().max() > 0
    assert torch.allclose(step(0.25), step(1.0) / 4, atol=1e-6)


def test_a_reading_that_cannot_be_reached_is_said(
    reading_editor: TorchEditor, original: Pixels
) -> None:
    editor = reading_editor
    wide = np.zeros((40, 80, 3), np.uint8)
    for picture, mask, reason in (
        (original, MaskGrid(rows=((0.0,),)), "hardly changes"),
        (wide, MaskAll(), "square"),
    ):
        found = editor.encode(picture, EncodeOptions(steps=0), ignore)
        assert (found.readings == {}) == (picture is wide)
        edit = AttributeEdit(attribute="smile", reach=1.0, mask=mask)
        fetch = {"lat-" + reason: found.tensor}.__getitem__
        with pytest.raises(ShapeError, match=reason):
            editor.edit(
                EditCall("lat-" + reason, picture, [edit], tensor=fetch, composite="residual")
            )


def test_a_picture_that_is_too_long_is_refused(editor: TorchEditor) -> None:
    with pytest.raises(ShapeError, match="4 times"):
        editor.encode(np.zeros((10, 50, 3), np.uint8), EncodeOptions(steps=0), ignore)


def test_a_model_that_cannot_read_asks_for_a_strength(
    editor: TorchEditor, original: Pixels, tensors: dict[str, bytes]
) -> None:
    with pytest.raises(AttributeUnknown, match="give a strength"):
        paint(editor, original, tensors, AttributeEdit(attribute="smile", reach=1.0))


def test_an_encoding_goes_on_from_an_earlier_one(editor: TorchEditor, original: Pixels) -> None:
    def encode(steps: int, begin: bytes | None, picture: Pixels = original) -> Encoded:
        return editor.encode(picture, EncodeOptions("S+", steps, 0.0, begin), ignore)

    first = encode(20, None)
    assert abs(encode(0, first.tensor).psnr_db - first.psnr_db) < 0.5
    assert encode(20, first.tensor).psnr_db > first.psnr_db
    with pytest.raises(ShapeError, match="begin"):
        encode(5, first.tensor, np.zeros((40, 80, 3), np.uint8))


def test_a_latent_from_elsewhere_must_fit_its_picture(
    editor: TorchEditor, original: Pixels
) -> None:
    found = editor.encode(original, EncodeOptions(steps=0), lambda _: None)
    size = original.shape[:2]
    assert editor.check_latent(found.tensor, size) == found.grid
    stored = from_bytes(found.tensor, editor.model.layout)
    latent = stored.latent
    twice = LatentMap(tuple(torch.cat([layer, layer]) for layer in latent.layers), latent.base)
    broken = latent.map(lambda _, layer: layer * math.nan)
    wide = LatentMap(latent.layers, (latent.base[0], 2 * latent.base[1]))
    broken_twin = Stored(latent, "S+", broken)
    for other in (Stored(twice, "S+"), Stored(broken, "S+"), Stored(wide, "S+"), broken_twin):
        with pytest.raises(ModelError):
            editor.check_latent(to_bytes(other, editor.model_id), size)


def test_pictures_are_as_long_as_requests_may_ask() -> None:
    assert models.sizes.MAX_ASPECT == contracts.requests.MAX_ASPECT

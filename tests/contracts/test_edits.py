"""The edit vocabulary: what is taken, what is refused, what makes two requests the same."""

import base64
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from contracts.edits import AttributeEdit, Edit, ResampleEdit, TransplantEdit
from contracts.masks import MaskGrid, MaskPng
from contracts.requests import EditRequest, EncodeRequest, Output
from tests.fakes.pictures import huge_png_header, png

EDIT: TypeAdapter[Any] = TypeAdapter(Edit)
SMILE = {"type": "attribute", "attribute": "smile", "strength": 1.5}


def test_an_edit_is_told_by_its_type() -> None:
    assert isinstance(EDIT.validate_python(SMILE), AttributeEdit)
    assert isinstance(EDIT.validate_python({"type": "transplant", "donor": "x"}), TransplantEdit)
    assert isinstance(EDIT.validate_python({"type": "resample", "seed": 1}), ResampleEdit)


def test_an_edit_cannot_be_changed() -> None:
    edit = EDIT.validate_python(SMILE)
    with pytest.raises(ValidationError):
        edit.strength = 2


def test_masks_keep_what_they_are_given() -> None:
    assert MaskGrid(rows=((0, 0.5), (1, 0))).rows == ((0, 0.5), (1, 0))
    data = png(3, 2)
    assert MaskPng(data=base64.b64encode(data).decode()).png() == data


@pytest.mark.parametrize("rows", [(), ((),), ((0,), (0, 1)), ((2,),), ((float("nan"),),)])
def test_masks_that_are_no_grid(rows: Any) -> None:
    with pytest.raises(ValidationError):
        MaskGrid(rows=rows)


def test_a_png_mask_is_judged_by_its_header() -> None:
    data = base64.b64encode(huge_png_header(5000, 10)).decode()
    with pytest.raises(ValidationError, match="5000"):
        MaskPng(data=data)


def request(*edits: dict[str, Any], **output: Any) -> EditRequest:
    return EditRequest(
        latent_id="lat",
        edits=tuple(EDIT.validate_python(e) for e in edits),
        output=Output(**output),
    )


def test_the_key_is_the_same_for_the_same_picture() -> None:
    key = request(SMILE).key("v1")
    assert request(dict(reversed(SMILE.items()))).key("v1") == key
    assert request(SMILE, {**SMILE, "enabled": False}).key("v1") == key
    assert request({**SMILE, "enabled": True, "mask": {"kind": "all"}}).key("v1") == key


def test_the_key_differs_with_everything_that_matters() -> None:
    requests = [
        request(SMILE),
        request({**SMILE, "strength": 1.6}),
        request(SMILE, SMILE),
        request({**SMILE, "layers": [0, 4]}),
        request({**SMILE, "mask": {"kind": "grid", "rows": [[1]]}}),
        request(SMILE, format="webp"),
        request(SMILE, frame="full"),
        request(SMILE).model_copy(update={"latent_id": "other"}),
    ]
    keys = {r.key(version) for r in requests for version in ("v1", "v2")}
    assert len(keys) == 2 * len(requests)


@pytest.mark.parametrize("space", ["W", "W+", "S8", "S+8", "S+", None])
def test_spaces_that_exist(space: str | None) -> None:
    assert EncodeRequest(image_id="x", model="m", space=space).space == space


@pytest.mark.parametrize("space", ["", "Z", "W++", "S", "S0", "S+0", "S8 ", "s8"])
def test_spaces_that_do_not(space: str) -> None:
    with pytest.raises(ValidationError):
        EncodeRequest(image_id="x", model="m", space=space)

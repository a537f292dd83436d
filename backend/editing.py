"""What an edit must be before a worker sees it, and whether it was answered before."""

import time
from collections.abc import Iterable, Mapping

from backend.records.given import given_for
from backend.services import Services
from contracts.edits import (
    AttributeEdit,
    EditValue,
    PaintedPart,
    TransplantEdit,
    enabled_edits,
    named_twice,
)
from contracts.errors import InvalidEdit, InvalidRequest, TooLarge, UnknownAttribute
from contracts.masks import AnyMask, MaskStored
from contracts.models import ModelInfo
from contracts.records import Given, LatentRecord
from contracts.requests import EditRequest, EditResult
from contracts.versions import is_same_generator


def given_to_edit(server: Services, owner: str, body: EditRequest) -> Given:
    """See that an edit can be asked for; the records that it takes.

    Raises:
        EditorError: the latent, the model, a mask or the edits cannot be used.
    """
    for edits in (body.edits, *(other.edits for other in body.others)):
        check_length(server, edits)
    given = given_for(server.library, owner, body)
    latent = given.latents[body.latent_id]
    check_others(latent, body.others, given.latents)
    model = server.model(latent.model)
    for edits in (body.edits, *(other.edits for other in body.others)):
        for edit in enabled_edits(edits):
            check_edit(edit, model, given.latents)
    return given


def check_edit(edit: EditValue, model: ModelInfo, latents: Mapping[str, LatentRecord]) -> None:
    """See that a model can do an edit.

    Raises:
        UnknownAttribute: it has no such attribute.
        InvalidEdit: the donor is another model's.
    """
    if isinstance(edit, AttributeEdit) and not model.has_attribute(edit.attribute):
        raise UnknownAttribute(f"the model {model.id} has no such attribute: see GET /models")
    if isinstance(edit, TransplantEdit) and latents[edit.donor].model != model.id:
        donor = latents[edit.donor]
        raise InvalidEdit(f"the donor is a latent of {donor.model}, not of {model.id}")


def known_answer(
    server: Services, owner: str, body: EditRequest, given: Given
) -> EditResult | None:
    """The answer that the store still has, or None."""
    begun_s = time.perf_counter()
    latent = given.latents[body.latent_id]
    version = server.model(latent.model).version
    if not is_same_generator(version, latent.model_version):
        return None  # for a worker to say
    known = server.library.answered_edit(owner, body.key(version))
    if known is None:
        return None
    total_ms = round((time.perf_counter() - begun_s) * 1000, 2)
    return known.model_copy(update={"cached": True, "timings_ms": {"total": total_ms}})


def check_masks(server: Services, owner: str, masks: Iterable[AnyMask]) -> None:
    """See that masks that are named by their ids are kept.

    Raises:
        UnknownMask: one of them is not.
    """
    for mask_id in {mask.mask_id for mask in masks if isinstance(mask, MaskStored)}:
        server.library.mask(owner, mask_id)


def check_others(
    latent: LatentRecord, others: tuple[PaintedPart, ...], latents: Mapping[str, LatentRecord]
) -> None:
    """See that further parts are of the same picture, and have the same model.

    Args:
        latents: theirs, by their ids.

    Raises:
        InvalidRequest: one of them is not, or is named twice.
    """
    twice = named_twice(latent.latent_id, others)
    if twice is not None:
        raise InvalidRequest(f"others: {twice} is named twice")
    for other in others:
        beside = latents[other.latent_id]
        if (beside.image_id, beside.model) != (latent.image_id, latent.model):
            raise InvalidRequest(
                f"others: {other.latent_id} is no part of the same picture, by the same model"
            )


def check_length(server: Services, edits: tuple[EditValue, ...]) -> None:
    """See that a list is no longer than the settings allow.

    Raises:
        TooLarge: it is.
    """
    if len(edits) > server.settings.max_edits:
        raise TooLarge(f"at most {server.settings.max_edits} edits make a list")

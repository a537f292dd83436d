"""What an edit must be before a worker sees it, and whether it was answered before."""

import time
from collections.abc import Iterable

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
from contracts.records import LatentRecord
from contracts.requests import EditRequest, EditResult
from contracts.versions import is_same_generator


def known_answer(server: Services, owner: str, body: EditRequest) -> EditResult | None:
    """The answer that the store still has, or None.

    Raises:
        EditorError: the latent, the model or the edits cannot be used.
    """
    begun_s = time.perf_counter()
    latent = check_request(server, owner, body)
    check_masks(server, owner, [edit.mask for edit in body.drawn_edits])
    version = server.model(latent.model).version
    if not is_same_generator(version, latent.model_version):
        return None  # for a worker to say
    known = server.library.answered_edit(owner, body.key(version))
    if known is None:
        return None
    total_ms = round((time.perf_counter() - begun_s) * 1000, 2)
    return known.model_copy(update={"cached": True, "timings_ms": {"total": total_ms}})


def check_request(server: Services, owner: str, body: EditRequest) -> LatentRecord:
    """See that an edit can be asked for; the latent that is edited. Its masks are not looked for.

    Raises:
        EditorError: the latent, the model or the edits cannot be used.
    """
    latent = server.library.latent(owner, body.latent_id)
    check_edits(server, owner, latent, body.edits)
    check_others(server, owner, latent, body.others)
    for other in body.others:
        check_edits(server, owner, latent, other.edits)
    return latent


def check_edits(
    server: Services, owner: str, latent: LatentRecord, edits: tuple[EditValue, ...]
) -> None:
    """See that a list can be applied to a latent.

    Raises:
        EditorError: it is too long, or names what its model or its owner has not.
    """
    check_length(server, edits)
    model = server.model(latent.model)
    for wanted in enabled_edits(edits):
        if isinstance(wanted, AttributeEdit) and not model.has_attribute(wanted.attribute):
            raise UnknownAttribute(f"the model {model.id} has no such attribute: see GET /models")
        if isinstance(wanted, TransplantEdit):
            donor = server.library.latent(owner, wanted.donor)
            if donor.model != latent.model:
                raise InvalidEdit(f"the donor is a latent of {donor.model}, not of {latent.model}")


def check_masks(server: Services, owner: str, masks: Iterable[AnyMask]) -> None:
    """See that masks that are named by their ids are kept.

    Raises:
        UnknownMask: one of them is not.
    """
    for mask_id in {mask.mask_id for mask in masks if isinstance(mask, MaskStored)}:
        server.library.mask(owner, mask_id)


def check_others(
    server: Services, owner: str, latent: LatentRecord, others: tuple[PaintedPart, ...]
) -> None:
    """See that further parts are of the same picture, and have the same model.

    Raises:
        EditorError: one of them is not, or is named twice.
    """
    twice = named_twice(latent.latent_id, others)
    if twice is not None:
        raise InvalidRequest(f"others: {twice} is named twice")
    for other in others:
        beside = server.library.latent(owner, other.latent_id)
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

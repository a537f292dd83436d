"""Which records a job needs: those that its request names."""

from collections.abc import Iterable

from backend.records.library import Library
from contracts.edits import TransplantEdit
from contracts.faces import FacesRequest
from contracts.jobs import NOTHING_GIVEN, Request
from contracts.lands import DrawRequest
from contracts.masks import AnyMask, MaskStored
from contracts.records import Given
from contracts.requests import EditRequest, EncodeRequest, HeatMapRequest


def given_for(library: Library, owner: str, request: Request) -> Given:
    """The records that a request names.

    Raises:
        NotFound: there is one that the owner has not.
    """
    match request:
        case EncodeRequest():
            begin = [] if request.begin is None else [request.begin]
            return library.given(owner, begin, [request.image_id], [])
        case EditRequest():
            edits = request.drawn_edits
            parts = [request.latent_id, *(other.latent_id for other in request.others)]
            donors = [edit.donor for edit in edits if isinstance(edit, TransplantEdit)]
            return library.given(owner, [*parts, *donors], [], _stored(e.mask for e in edits))
        case HeatMapRequest():
            return library.given(owner, [request.latent_id], [], [])
        case DrawRequest():
            return library.given(owner, [], [], _stored(edit.mask for edit in request.edits))
        case FacesRequest():
            return library.given(owner, [], [request.image_id], [])
        case _:
            return NOTHING_GIVEN


def _stored(masks: Iterable[AnyMask]) -> list[str]:
    return [mask.mask_id for mask in masks if isinstance(mask, MaskStored)]

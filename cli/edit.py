"""`latentbrush edit`: the page's edits on files, on one picture or on a folder of them."""

import base64
import json
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import Progress

from cli.output import say, warn
from cli.pick import DEFAULT_MODEL, model_folder
from cli.pictures import (
    PICTURE_SUFFIXES,
    OutOption,
    centred_square,
    check_picture,
    model_of,
    open_editor,
    original_of,
    read_picture,
    read_pixels,
)
from contracts.archives import mask_entry
from contracts.edits import AttributeEdit, EditValue, enabled_edits
from contracts.errors import InvalidImage, InvalidRequest, TooLarge
from contracts.faces import Alignment
from contracts.session_file import (
    SessionFile,
    stored_masks_of,
    unpack,
    with_latents,
)
from service.catalog import read_info
from service.settings import SharedSettings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from models.images import Pixels
    from models.pictures import Picture
    from worker.editor import TorchEditor
    from worker.parts import Part
    from worker.ports import Edited

Box = tuple[int, int, int, int]
"""x, y, w, h in pixels."""


STRONGEST_SENSIBLE = 5  # σ, of either sign; the page offers 3


class Frame(StrEnum):
    """What is written of a session."""

    CROP = "crop"
    FULL = "full"


@dataclass(frozen=True)
class Recipe:
    """Edits, and the latents that they may copy from.

    Attributes:
        own_id: what the edited latent is called by the edits.
        donors: safetensors by id.
        masks: PNG by id.
        is_of_face: they are of a face that was found, and its square turned to it.
    """

    edits: tuple[EditValue, ...]
    own_id: str | None
    donors: Mapping[str, bytes]
    masks: Mapping[str, bytes]
    is_of_face: bool = False

    def for_latent(self, latent_id: str) -> tuple[EditValue, ...]:
        """The edits, when the latent of that id is edited: what copies from itself still does."""
        return (
            self.edits
            if self.own_id is None
            else with_latents(self.edits, {self.own_id: latent_id})
        )

    def fetch(self, own_id: str, own: bytes) -> Callable[[str], bytes]:
        """How an editor gets latents, when the one of that id is edited.

        Raises:
            InvalidRequest: (when called) an edit copies from a latent that is not here.
        """

        def tensor(latent_id: str) -> bytes:
            if latent_id == own_id:
                return own
            if latent_id not in self.donors:
                raise InvalidRequest(
                    f"--recipe: copies from another latent, {latent_id}, which is not here; a "
                    "session file (.latentbrush) carries it"
                )
            return self.donors[latent_id]

        return tensor

    def mask(self, mask_id: str) -> "NDArray[np.float32]":
        """How an editor gets masks.

        Raises:
            InvalidRequest: it is not here.
        """
        from worker.decode import decode_mask

        if mask_id not in self.masks:
            raise InvalidRequest(
                f"--recipe: the mask {mask_id} is kept by a server, not here; a session file "
                "(.latentbrush) carries it"
            )
        return decode_mask(self.masks[mask_id])


def edit(
    source: Annotated[
        Path,
        typer.Argument(
            help="What `encode` wrote, a session file (.latentbrush), or a folder of pictures."
        ),
    ],
    out: OutOption,
    model: Annotated[
        str | None, typer.Option(help="Id or folder of a model; the latent's own if not given.")
    ] = None,
    attribute: Annotated[
        list[str] | None,
        typer.Option(
            help="ID=STRENGTH moves by so many σ, ID:VALUE to a reading; repeatable. "
            "`latentbrush models show` has the ids."
        ),
    ] = None,
    mask: Annotated[
        list[Path] | None,
        typer.Option(
            help="Grey PNG, white = edit here; one for each --attribute, in order. An attribute "
            "without one changes the whole picture."
        ),
    ] = None,
    recipe: Annotated[
        Path | None,
        typer.Option(help="A session file, or a session's JSON; its edits are applied."),
    ] = None,
    steps: Annotated[
        int | None, typer.Option(min=0, help="Of a folder: steps of encoding each picture.")
    ] = None,
    whole: Annotated[
        bool, typer.Option("--whole", help="Of a folder: whole pictures, not centred squares.")
    ] = False,
    frame: Annotated[
        Frame | None,
        typer.Option(
            help="Of a session file: the part that was encoded, or the whole picture with all that "
            "was painted in it. Whole if several parts were painted."
        ),
    ] = None,
) -> None:
    """Edit an encoded picture, replay a session, or do the same to a folder of pictures."""
    is_asked = bool(attribute or mask or recipe)
    if frame is not None and not (source.is_file() and zipfile.is_zipfile(source)):
        raise InvalidRequest("--frame: only a session file knows the rest of its picture")
    if source.is_dir():
        shape = (lambda pixels: pixels) if whole else centred_square
        edit_folder(source, out, model, wanted(attribute, mask, recipe), steps, shape)
        return
    if steps is not None or whole:
        raise InvalidRequest("--steps, --whole: only a folder's pictures are encoded here")
    check_picture(out)
    if zipfile.is_zipfile(source):
        if is_asked:
            raise InvalidRequest("a session file has its own edits: it takes no others")
        box = replay(source, out, model, frame)
    else:
        box = edit_latent(source, out, model, wanted(attribute, mask, recipe))
    text = "nothing changed" if box is None else "changed x={}, y={}, {}×{} px".format(*box)
    say(f"{out}: {text}")


def edit_latent(latent: Path, out: Path, model: str | None, recipe: Recipe) -> Box | None:
    """Edit what `encode` wrote; the box of what changed."""
    if latent.suffix.lower() in PICTURE_SUFFIXES:
        raise InvalidRequest(f"{latent.name} is a picture: `latentbrush encode` it first")
    editor = open_editor(model or model_of(latent))
    original = original_of(latent)
    if not original.exists():
        raise InvalidImage(f"{original} is missing: `encode` writes it beside the latent")
    return finish(editor, latent.name, latent.read_bytes(), read_pixels(original), recipe, out)


def replay(session: Path, out: Path, model: str | None, frame: Frame | None) -> Box | None:
    """Make a session's picture again, from its file alone; the box of what changed.

    Raises:
        EditorError, ModelError: as `read_latent` has them.
    """
    from PIL import Image

    from models.carry import changed_box
    from worker.composition import Change, composed, onto
    from worker.encode import repaint
    from worker.sessions import read_latent

    file = unpack(session.read_bytes())
    manifest = file.manifest
    name = model or manifest.latents[0].model
    version = read_info(model_folder(name)).version
    editor = open_editor(name)
    packed = {each.latent_id: each for each in manifest.latents}
    masks = masks_in(file)
    tensors = {each.latent_id: file.entries[each.tensor] for each in manifest.latents}

    def change(latent_id: str, edits: tuple[EditValue, ...]) -> tuple["Picture", "Change"]:
        max_pixels = SharedSettings().max_pixels
        read = read_latent(packed[latent_id], file.entries, editor, version, max_pixels)
        before = read.part.taken_from(read.picture)
        recipe = Recipe(edits, None, tensors, masks)
        edited = apply(editor, latent_id, read.tensor, before.on_white(), recipe)
        return read.picture, Change(read.part, before, repaint(before, edited.pixels))

    picture, own = change(manifest.latent_id, manifest.edits)
    painted = [other for other in manifest.others if enabled_edits(other.edits)]
    others = [change(other.latent_id, other.edits)[1] for other in painted]
    before, after = picture, composed(picture, [own, *others])
    if frame is Frame.CROP or (frame is None and not others):
        around = own.part.taken_from(composed(picture, others)) if others else own.before
        before, after = own.before, onto(around, own.before, own.after)
    Image.fromarray(after.on_white()).save(out)
    return changed_box(before.on_white(), after.on_white())


def edit_folder(
    folder: Path,
    out: Path,
    model: str | None,
    recipe: Recipe,
    steps: int | None,
    shape: "Callable[[Pixels], Pixels]",
) -> None:
    """Encode every picture of a folder and edit it; one that cannot be read is told and left out.
    What was painted on a face is painted on the largest face of each, in its whole picture; one
    without a face is left out, too.

    Args:
        shape: what of a picture is edited.

    Raises:
        InvalidRequest: there is no picture in it, or the results would replace them.
        InvalidImage: none of them can be read.
    """
    from PIL import Image

    from models.pictures import Picture
    from worker.ports import EncodeOptions

    paths = sorted(p for p in folder.iterdir() if p.suffix.lower() in PICTURE_SUFFIXES)
    if not paths:
        raise InvalidRequest(f"{folder} has no pictures")
    if out.resolve() == folder.resolve():
        raise InvalidRequest("--out: another folder, so that no picture is replaced")
    editor = open_editor(model or DEFAULT_MODEL)
    aligned = read_info(model_folder(model or DEFAULT_MODEL)).aligned or "ffhq"
    out.mkdir(parents=True, exist_ok=True)
    stems = Counter(path.stem for path in paths)
    num_done = 0
    with Progress(transient=True) as progress:
        for path in progress.track(paths, description="Editing"):
            try:
                picture = read_picture(path)
                part = face_of(picture, aligned) if recipe.is_of_face else None
            except (InvalidImage, TooLarge) as error:
                say(f"{path.name} is left out: {error}")
                continue
            taken = None if part is None else part.taken_from(picture)
            pixels = shape(picture.on_white()) if taken is None else taken.on_white()
            found = editor.encode(pixels, EncodeOptions(None, steps), lambda _: None)
            if found.fit is not None and found.fit.verdict == "stranger":
                say(f"{path.name}: {found.fit.reason}")
            name = path.stem if stems[path.stem] == 1 else path.name
            edited = apply(editor, path.name, found.tensor, pixels, recipe).pixels
            if part is not None and taken is not None:
                edited = part.put_back(picture, taken, Picture(edited, None)).on_white()
            Image.fromarray(edited).save(out / f"{name}.png")
            num_done += 1
    if not num_done:
        raise InvalidImage(f"no picture of {folder} can be edited")
    say(f"{out}: {num_done} of {len(paths)} pictures")


def face_of(picture: "Picture", aligned: Alignment) -> "Part":
    """The square of the largest face.

    Raises:
        InvalidImage: there is none.
    """
    from worker.faces import faces_in
    from worker.parts import square_of

    found = faces_in(picture.on_white(), aligned).faces
    if not found:
        raise InvalidImage("no face is in it")
    return square_of(picture, found[0].quad)


def finish(
    editor: "TorchEditor",
    latent_id: str,
    tensor: bytes,
    original: "Pixels",
    recipe: Recipe,
    out: Path,
) -> Box | None:
    """Apply a recipe to a latent and write the picture; the box of what changed."""
    from PIL import Image

    result = apply(editor, latent_id, tensor, original, recipe)
    Image.fromarray(result.pixels).save(out)
    return result.changed_box


def apply(
    editor: "TorchEditor", latent_id: str, tensor: bytes, original: "Pixels", recipe: Recipe
) -> "Edited":
    """A latent's picture after a recipe."""
    from worker.ports import EditCall

    return editor.edit(
        EditCall(
            latent_id,
            original,
            recipe.for_latent(latent_id),
            tensor=recipe.fetch(latent_id, tensor),
            mask=recipe.mask,
            composite="residual",
        )
    )


def wanted(attribute: list[str] | None, mask: list[Path] | None, recipe: Path | None) -> Recipe:
    """The edits that the options ask for."""
    if recipe is not None and (attribute or mask):
        raise InvalidRequest("--recipe has its own edits: it takes no --attribute and no --mask")
    if recipe is None:
        found = Recipe(checked(painted(attribute or [], mask or [])), None, {}, {})
    else:
        found = read_recipe(recipe)
    for edit in found.edits:
        if isinstance(edit, AttributeEdit) and abs(edit.strength or 0.0) > STRONGEST_SENSIBLE:
            warn(f"{edit.attribute}={edit.strength:g}: far beyond the ±3 σ that the page offers")
    return found


def painted(attributes: list[str], masks: list[Path]) -> list[dict[str, Any]]:
    """Edits from --attribute and --mask."""
    if not attributes:
        raise InvalidRequest("name at least one --attribute ID=STRENGTH, or a --recipe")
    if len(masks) > len(attributes):
        raise InvalidRequest("there are more --mask than --attribute")
    entries: list[dict[str, Any]] = []
    for i, text in enumerate(attributes):
        sign = next((mark for mark in text if mark in "=:"), "=")
        name, _, number = text.partition(sign)
        how = "reach" if sign == ":" else "strength"
        try:
            entry: dict[str, Any] = {"type": "attribute", "attribute": name, how: float(number)}
        except ValueError:
            wanted = "expected ID=STRENGTH or ID:VALUE"
            raise InvalidRequest(f"--attribute: {wanted}, got {text!r}") from None
        if i < len(masks):
            data = base64.b64encode(masks[i].read_bytes()).decode()
            entry["mask"] = {"kind": "png", "data": data}
        entries.append(entry)
    return entries


def read_recipe(path: Path) -> Recipe:
    """The edits of a session file, of `{"edits": […]}`, or of a bare list."""
    if zipfile.is_zipfile(path):
        return of_session(unpack(path.read_bytes()))
    try:
        session = json.loads(path.read_text())
    except ValueError as error:
        raise InvalidRequest(f"--recipe: {path.name} is not JSON") from error
    edits = session.get("edits") if isinstance(session, dict) else session
    if not isinstance(edits, list):
        raise InvalidRequest(f"--recipe: {path.name} has no list of edits")
    own_id = session.get("latent_id") if isinstance(session, dict) else None
    return Recipe(checked(edits), None if own_id is None else str(own_id), {}, {})


def of_session(file: SessionFile) -> Recipe:
    """What a session file does to a picture."""
    if file.manifest.others:
        warn("the session has several parts of its picture: the edits of its first one are used")
    own, *others = file.manifest.latents
    donors = {packed.latent_id: file.entries[packed.tensor] for packed in others}
    return Recipe(
        file.manifest.edits,
        own.latent_id,
        donors,
        masks_in(file),
        is_of_face=own.quad is not None,
    )


def masks_in(file: SessionFile) -> dict[str, bytes]:
    """The masks of a session file, as PNG by id."""
    return {each: file.entries[mask_entry(each)] for each in stored_masks_of(file.manifest)}


def checked(entries: list[Any]) -> tuple[EditValue, ...]:
    """Edits as values.

    Raises:
        InvalidRequest: one of them is none.
    """
    from pydantic import TypeAdapter, ValidationError

    from contracts.edits import Edit

    try:
        return TypeAdapter(tuple[Edit, ...]).validate_python(entries)
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidRequest(f"edit {first['loc']}: {first['msg']}") from error

"""`latentbrush edit`: the page's edits on files, on one picture or on a folder of them."""

import base64
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import Progress

from cli.output import say
from cli.pick import DEFAULT_MODEL
from cli.pictures import (
    OutOption,
    centred_square,
    model_of,
    open_editor,
    original_of,
    read_pixels,
)
from contracts.edits import EditValue
from contracts.errors import InvalidImage, InvalidRequest
from contracts.session_file import SessionFile, unpack

if TYPE_CHECKING:
    from models.images import Pixels
    from worker.editor import ModelEditor

MAX_SESSION_BYTES = 2**30  # unpacked
PICTURE_SUFFIXES = {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff"}


@dataclass(frozen=True)
class Recipe:
    """Edits, and the latents that they may copy from.

    Attributes:
        own_ids: what the edited latent is called by the edits.
        donors: safetensors by id.
    """

    edits: tuple[EditValue, ...]
    own_ids: frozenset[str]
    donors: Mapping[str, bytes]

    def fetch(self, name: str, own: bytes) -> Callable[[str], bytes]:
        """How an editor gets latents, when the one called `name` is edited.

        Raises:
            InvalidRequest: (when called) an edit copies from a latent that is not here.
        """

        def tensor(latent_id: str) -> bytes:
            if latent_id == name or latent_id in self.own_ids:
                return own
            if latent_id not in self.donors:
                raise InvalidRequest(
                    f"--recipe: copies from another latent, {latent_id}, which is not here; a "
                    "session file (.latentbrush) carries it"
                )
            return self.donors[latent_id]

        return tensor


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
        typer.Option(help="ID=STRENGTH moves by so many σ, ID:VALUE to a reading; repeatable."),
    ] = None,
    mask: Annotated[
        list[Path] | None,
        typer.Option(help="Grey PNG, white = edit here; one for each --attribute, in order."),
    ] = None,
    recipe: Annotated[
        Path | None,
        typer.Option(help="A session file, or a session's JSON; its edits are applied."),
    ] = None,
    steps: Annotated[
        int | None, typer.Option(min=0, help="Of a folder: steps of encoding each picture.")
    ] = None,
) -> None:
    """Edit an encoded picture, replay a session, or do the same to a folder of pictures."""
    if source.is_dir():
        edit_folder(source, out, model, wanted(attribute, mask, recipe), steps)
    elif zipfile.is_zipfile(source):
        replay(source, out, model)
    else:
        edit_latent(source, out, model, wanted(attribute, mask, recipe))


def edit_latent(latent: Path, out: Path, model: str | None, recipe: Recipe) -> None:
    """Edit what `encode` wrote."""
    editor = open_editor(model or model_of(latent))
    original = original_of(latent)
    if not original.exists():
        raise InvalidImage(f"{original} is missing: `encode` writes it beside the latent")
    finish(editor, latent.name, latent.read_bytes(), read_pixels(original), recipe, out)


def replay(session: Path, out: Path, model: str | None) -> None:
    """Make a session's picture again, from its file alone."""
    from worker.decode import decode_picture

    file = read_session(session)
    packed = file.manifest.latents[0]
    editor = open_editor(model or packed.model)
    x, y, width, height = packed.crop
    picture = decode_picture(file.entries[packed.picture], 2**30).on_white()
    original = picture[y : y + height, x : x + width]
    tensor = file.entries[packed.tensor]
    finish(editor, packed.latent_id, tensor, original, of_session(file), out)


def edit_folder(
    folder: Path, out: Path, model: str | None, recipe: Recipe, steps: int | None
) -> None:
    """Encode every picture of a folder and edit it; one that cannot be read is told and left out.

    Raises:
        InvalidRequest: there is no picture in it.
        InvalidImage: none of them can be read.
    """
    from worker.ports import EncodeOptions

    paths = sorted(p for p in folder.iterdir() if p.suffix.lower() in PICTURE_SUFFIXES)
    if not paths:
        raise InvalidRequest(f"{folder} has no pictures")
    editor = open_editor(model or DEFAULT_MODEL)
    out.mkdir(parents=True, exist_ok=True)
    num_done = 0
    with Progress(transient=True) as progress:
        for path in progress.track(paths, description="Editing"):
            try:
                pixels = centred_square(read_pixels(path))
            except InvalidImage as error:
                say(f"{path.name} is left out: {error}")
                continue
            found = editor.encode(pixels, EncodeOptions(None, steps), lambda _: None)
            target = out / f"{path.stem}.png"
            finish(editor, path.name, found.tensor, pixels, recipe, target, is_told=False)
            num_done += 1
    if not num_done:
        raise InvalidImage(f"no picture of {folder} can be read")
    say(f"{out}: {num_done} of {len(paths)} pictures")


def finish(
    editor: "ModelEditor",
    latent_id: str,
    tensor: bytes,
    original: "Pixels",
    recipe: Recipe,
    out: Path,
    *,
    is_told: bool = True,
) -> None:
    """Apply a recipe to a latent and write the picture."""
    from PIL import Image

    result = editor.edit(
        latent_id,
        original,
        recipe.edits,
        tensor=recipe.fetch(latent_id, tensor),
        composite="residual",
    )
    Image.fromarray(result.pixels).save(out)
    box = result.changed_box
    text = "nothing changed" if box is None else "changed x={}, y={}, {}×{} px".format(*box)
    if is_told:
        say(f"{out}: {text}")


def wanted(attribute: list[str] | None, mask: list[Path] | None, recipe: Path | None) -> Recipe:
    """The edits that the options ask for."""
    if recipe is not None:
        return read_recipe(recipe)
    return Recipe(checked(painted(attribute or [], mask or [])), frozenset(), {})


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
        return of_session(read_session(path))
    try:
        session = json.loads(path.read_text())
    except ValueError as error:
        raise InvalidRequest(f"--recipe: {path.name} is not JSON") from error
    edits = session.get("edits") if isinstance(session, dict) else session
    if not isinstance(edits, list):
        raise InvalidRequest(f"--recipe: {path.name} has no list of edits")
    own = (
        {str(session["latent_id"])} if isinstance(session, dict) and "latent_id" in session else ()
    )
    return Recipe(checked(edits), frozenset(own), {})


def read_session(path: Path) -> SessionFile:
    """A session file.

    Raises:
        InvalidSession: it is damaged, or of another version.
        TooLarge: it unpacks to more than `MAX_SESSION_BYTES`.
    """
    return unpack(path.read_bytes(), MAX_SESSION_BYTES)


def of_session(file: SessionFile) -> Recipe:
    """What a session file does to a picture."""
    own, *others = file.manifest.latents
    donors = {packed.latent_id: file.entries[packed.tensor] for packed in others}
    return Recipe(file.manifest.edits, frozenset({own.latent_id}), donors)


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

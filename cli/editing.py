"""`latentbrush encode`, `edit` and `generate`: the page's work on files."""

import base64
import json
import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import Progress

from cli.output import say
from cli.pick import DEFAULT_MODEL, model_folder
from contracts.catalog import read_info
from contracts.errors import InvalidImage, InvalidRequest
from contracts.requests import GenerateRequest
from contracts.settings import SharedSettings

DEFAULT_TRUNCATION: float = GenerateRequest.model_fields["truncation"].default

if TYPE_CHECKING:
    from models.images import Pixels
    from models.land import Land
    from worker.editor import ModelEditor


class Precision(StrEnum):
    """What the generator's convolutions run in."""

    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"


ModelOption = Annotated[str, typer.Option("--model", help="Id or folder of a model.")]
OutOption = Annotated[Path, typer.Option("-o", "--out", help="File to write.")]


def encode(
    image: Annotated[Path, typer.Argument(help="A picture.")],
    out: OutOption,
    model: ModelOption = DEFAULT_MODEL,
    space: Annotated[str | None, typer.Option(help="Latent space: W, W+, S8, S+8, S+ …")] = None,
    steps: Annotated[
        int | None, typer.Option(min=0, help="Optimisation steps; 0 is the encoder alone.")
    ] = None,
    whole: Annotated[
        bool, typer.Option("--whole", help="The whole picture in its shape, not a centred square.")
    ] = False,
    regulariser: Annotated[
        float | None, typer.Option(min=0, help="0 is faithful; more is easier to edit.")
    ] = None,
    begin: Annotated[
        Path | None, typer.Option(help="A latent of the same picture to go on from.")
    ] = None,
) -> None:
    """Encode a picture into a latent (safetensors), with what was encoded as a PNG beside it."""
    from PIL import Image

    from worker.ports import EncodeOptions

    if begin is not None and model_of(begin) != model:
        raise InvalidRequest(f"--begin: {begin.name} is a latent of the model {model_of(begin)}")
    editor, pixels = open_editor(model), read_pixels(image)
    if not whole:
        pixels = centred_square(pixels)
    with Progress(transient=True) as progress:
        task = progress.add_task("Encoding", total=None)
        found = editor.encode(
            pixels,
            EncodeOptions(space, steps, regulariser, begin.read_bytes() if begin else None),
            lambda step: progress.update(task, completed=step.step, total=step.steps),
        )
    out.write_bytes(found.tensor)
    Image.fromarray(pixels).save(original_of(out))
    say(
        f"{out}: {found.space}, {found.psnr_db:.1f} dB, {found.perceptual_metric} "
        f"{found.perceptual:.4f}; original in {original_of(out)}"
    )


def edit(
    latent: Annotated[Path, typer.Argument(help="What `encode` wrote.")],
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
        Path | None, typer.Option(help="A session's JSON; its edits are applied.")
    ] = None,
) -> None:
    """Edit an encoded picture and write the result."""
    from PIL import Image
    from pydantic import TypeAdapter, ValidationError

    from contracts.edits import Edit

    entries = read_recipe(recipe) if recipe else painted(attribute or [], mask or [])
    try:
        edits = TypeAdapter(list[Edit]).validate_python(entries)
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidRequest(f"edit {first['loc']}: {first['msg']}") from error
    editor = open_editor(model or model_of(latent))
    original = original_of(latent)
    if not original.exists():
        raise InvalidImage(f"{original} is missing: `encode` writes it beside the latent")
    result = editor.edit(
        latent.name,
        read_pixels(original),
        edits,
        tensor=lambda donor: read_donor(latent, donor, recipe),
        composite="residual",
    )
    Image.fromarray(result.pixels).save(out)
    say(
        f"{out}: "
        + (
            "nothing changed"
            if result.changed_box is None
            else "changed x={}, y={}, {}×{} px".format(*result.changed_box)
        )
    )


def generate(
    out: Annotated[Path, typer.Option("-o", "--out", help="File, or folder with --count.")],
    model: ModelOption = DEFAULT_MODEL,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the first picture.")] = 0,
    count: Annotated[
        int | None, typer.Option(min=1, help="Write seeds N, N+1, … into a folder.")
    ] = None,
    size: Annotated[str | None, typer.Option(help="WIDTHxHEIGHT in pixels.")] = None,
    tile: Annotated[
        int, typer.Option(min=16, help="For spatially trained models: pixels drawn at a time.")
    ] = 512,
    truncation: Annotated[
        float | None,
        typer.Option(
            min=0.0,
            max=2.0,
            help=f"Pull to the mean: 1 is none, 0 all.  [default: {DEFAULT_TRUNCATION}; land: 1]",
        ),
    ] = None,
    coherence: Annotated[
        float | None,
        typer.Option(
            min=0.01,
            max=32,
            help="For spatially trained models: correlation length, in cells of the coarsest grid.",
        ),
    ] = None,
    class_index: Annotated[
        int | None, typer.Option("--class", min=0, help="Of a class-conditional model.")
    ] = None,
    dtype: Annotated[
        Precision,
        typer.Option(help="float32 draws what the original tool draws; bfloat16 is faster."),
    ] = Precision.FLOAT32,
) -> None:
    """Draw pictures from seeds; of a spatially trained model, of any size.

    A large picture needs no more memory than its tiles. If the command is interrupted, the same
    command goes on where it stopped.
    """
    from PIL import Image

    editor = open_editor(model, dtype)
    width, height = read_size(size)
    if count is not None:
        out.mkdir(parents=True, exist_ok=True)
    if editor.model.prior is not None:
        from models.land import Land

        side, version = editor.resolution, read_info(model_folder(model)).version
        whole = (width or side, height or side)
        for i in range(count or 1):
            path = out if count is None else out / f"seed{seed + i:06d}.png"
            land = Land(
                editor.model, seed + i, coherence, 1.0 if truncation is None else truncation
            )
            draw_land(land, path, whole, tile, version)
        say(
            f"{out}: {count or 1} picture{'s' if (count or 1) > 1 else ''} of {whole[0]}×{whole[1]}"
        )
        return
    with Progress(transient=True) as progress:
        for i in progress.track(range(count or 1), description="Generating"):
            wanted = GenerateRequest(
                model=editor.model_id,
                seed=seed + i,
                width=width,
                height=height,
                truncation=DEFAULT_TRUNCATION if truncation is None else truncation,
                coherence=coherence,
                class_index=class_index,
            )
            drawn = editor.generate(wanted)
            path = out if count is None else out / f"seed{seed + i:06d}.png"
            Image.fromarray(drawn.pixels).save(path)
    say(f"{out}: {count or 1} picture{'s' if (count or 1) > 1 else ''}")


def draw_land(land: "Land", out: Path, size: tuple[int, int], tile: int, version: str) -> None:
    """Draw a window of an endless picture into a file, tile by tile.

    Args:
        version: of the model.
    """
    import torch

    from cli.mosaic import Mosaic, draw_mosaic

    model = land.model
    about = {
        "model": model.card.id,
        "version": version,
        "seed": land.seed,
        "coherence": land.length,
        "truncation": land.truncation,
        "tile": tile,
        "dtype": str(model.dtype),
    }
    mosaic = Mosaic(out, size, about)
    threads = (os.cpu_count() or 1) if model.device.type == "cpu" else 1
    torch.set_num_threads(1)  # tiles side by side, each on one core
    with Progress(transient=True) as progress:
        draw_mosaic(land, mosaic, tile, threads, progress)
    mosaic.finish()


def open_editor(name: str, dtype: Precision | None = None) -> "ModelEditor":
    """Load a model for editing, in the device's best precision or a given one."""
    import torch

    from cli.pick import default_device
    from worker.editor import load_editor

    # With a thread on every core, one busy neighbour makes all of them wait for it at each step.
    torch.set_num_threads(max(1, (os.cpu_count() or 2) - 1))
    precision = None if dtype is None else getattr(torch, dtype.value)
    return load_editor(model_folder(name), default_device(), precision)


def model_of(latent: Path) -> str:
    """The model that a latent says it was encoded by.

    Raises:
        InvalidRequest: it is not a latent.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(latent, framework="np") as file:
            return (file.metadata() or {}).get("model") or DEFAULT_MODEL
    except (OSError, SafetensorError) as error:
        raise InvalidRequest(f"{latent.name} is not a latent: {error}") from error


def original_of(latent: Path) -> Path:
    """Where `encode` keeps what it encoded."""
    return latent.with_suffix(".original.png")


def read_pixels(path: Path) -> "Pixels":
    """A picture, upright and on white.

    Raises:
        InvalidImage: it cannot be decoded.
    """
    from worker.decode import decode_picture

    pixels: Pixels = decode_picture(path.read_bytes(), SharedSettings().max_pixels).on_white()
    return pixels


def centred_square(pixels: "Pixels") -> "Pixels":
    """The largest centred square of a picture."""
    side = min(pixels.shape[:2])
    top, left = (pixels.shape[0] - side) // 2, (pixels.shape[1] - side) // 2
    return pixels[top : top + side, left : left + side]


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


def read_recipe(path: Path) -> list[dict[str, Any]]:
    """The edits of a session file: `{"edits": […]}` or a bare list."""
    try:
        session = json.loads(path.read_text())
    except ValueError as error:
        raise InvalidRequest(f"--recipe: {path.name} is not JSON") from error
    edits = session.get("edits") if isinstance(session, dict) else session
    if not isinstance(edits, list):
        raise InvalidRequest(f"--recipe: {path.name} has no list of edits")
    return edits


def read_donor(latent: Path, donor: str, recipe: Path | None) -> bytes:
    """The latent that an edit names: the given file, which a recipe may call by its own id.

    Raises:
        InvalidRequest: a recipe copies from another picture.
    """
    own = {latent.name}
    if recipe is not None:
        session = json.loads(recipe.read_text())
        own |= {str(session.get("latent_id"))} if isinstance(session, dict) else set()
    if donor not in own:
        raise InvalidRequest(f"--recipe: copies from another latent, {donor}, which is not here")
    return latent.read_bytes()


def read_size(text: str | None) -> tuple[int | None, int | None]:
    """Width and height from `WIDTHxHEIGHT`."""
    if text is None:
        return None, None
    width, _, height = text.partition("x")
    if not (width.isdigit() and height.isdigit() and int(width) and int(height)):
        raise InvalidRequest(f"--size: expected WIDTHxHEIGHT, got {text!r}")
    return int(width), int(height)

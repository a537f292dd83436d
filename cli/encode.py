"""`latentbrush encode`: a picture into a latent."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress

from cli.faces import squares_of
from cli.output import say
from cli.pick import DEFAULT_MODEL
from cli.pictures import (
    PICTURE_SUFFIXES,
    ModelOption,
    OutOption,
    check_place,
    model_of,
    open_editor,
    original_of,
    read_pixels,
)
from contracts.errors import InvalidRequest

if TYPE_CHECKING:
    from models.images import Pixels
    from worker.editor import TorchEditor
    from worker.ports import EncodeOptions


def encode(
    image: Annotated[Path, typer.Argument(help="A picture.")],
    out: OutOption,
    model: ModelOption = DEFAULT_MODEL,
    space: Annotated[str | None, typer.Option(help="Latent space: W, W+, S8, S+8, S+ …")] = None,
    steps: Annotated[
        int | None, typer.Option(min=0, help="Optimisation steps; 0 is the encoder alone.")
    ] = None,
    whole: Annotated[
        bool, typer.Option("--whole", help="The whole picture in its shape, not a square of it.")
    ] = False,
    face: Annotated[
        str | None,
        typer.Option(
            help="N, all or none: the square of the N-th face, from 0 on; a latent of each; the"
            " centred square. If not given, the largest face, where the model wants faces and the"
            " picture has one."
        ),
    ] = None,
    regulariser: Annotated[
        float | None, typer.Option(min=0, help="0 is faithful; more is easier to edit.")
    ] = None,
    begin: Annotated[
        Path | None, typer.Option(help="A latent of the same picture to go on from.")
    ] = None,
) -> None:
    """Encode a picture into a latent (safetensors), with what was encoded as a PNG beside it."""
    from worker.ports import EncodeOptions

    if out.suffix.lower() in PICTURE_SUFFIXES:
        raise InvalidRequest(f"-o {out.name}: what is written is a latent, .safetensors")
    check_place(out)
    if begin is not None and model_of(begin) != model:
        raise InvalidRequest(f"--begin: {begin.name} is a latent of the model {model_of(begin)}")
    if whole and face is not None:
        raise InvalidRequest("--whole and --face are two ways to choose: name one")
    pixels = read_pixels(image)
    parts = [pixels] if whole else squares_of(pixels, model, face)
    editor = open_editor(model)
    options = EncodeOptions(space, steps, regulariser, begin.read_bytes() if begin else None)
    for number, part in enumerate(parts):
        name = out if face != "all" else out.with_stem(f"{out.stem}-{number}")
        encode_part(editor, part, options, name)


def encode_part(
    editor: "TorchEditor", pixels: "Pixels", options: "EncodeOptions", out: Path
) -> None:
    """Encode all of a picture [H, W, 3] and write the latent, and the picture beside it."""
    from PIL import Image

    with Progress(transient=True) as progress:
        task = progress.add_task("Encoding", total=None)
        found = editor.encode(
            pixels,
            options,
            lambda step: progress.update(task, completed=step.step, total=step.steps),
        )
    out.write_bytes(found.tensor)
    Image.fromarray(pixels).save(original_of(out))
    say(
        f"{out}: {found.space}, {found.psnr_db:.1f} dB, {found.perceptual_metric} "
        f"{found.perceptual:.4f}; original in {original_of(out)}"
    )
    if found.fit is not None and found.fit.verdict != "close":
        say(f"{found.fit.verdict}: {found.fit.reason}")

"""`latentbrush generate`: pictures from seeds, of any size where the model can."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress

from cli.output import say
from cli.pick import DEFAULT_MODEL, model_folder
from cli.pictures import ModelOption, Precision, check_picture, open_editor
from contracts.errors import InvalidRequest
from contracts.requests import GenerateRequest
from service.catalog import read_info

DEFAULT_TRUNCATION: float = GenerateRequest.model_fields["truncation"].default

if TYPE_CHECKING:
    from models.land import Land


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
    is_round: Annotated[
        bool,
        typer.Option(
            "--round",
            help="For spatially trained models: the map of a globe, whose left and right edges "
            "meet; as a .tif it says so. --size is 2:1, its width a multiple of 256.",
        ),
    ] = False,
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

    if count is None:
        check_picture(out)
    editor = open_editor(model, dtype)
    width, height = read_size(size)
    if count is not None:
        out.mkdir(parents=True, exist_ok=True)
    if editor.model.prior is not None:
        from models.land import Land

        side, version = editor.resolution, read_info(model_folder(model)).version
        whole = (width or side, height or side)
        if is_round and (whole[0] != 2 * whole[1] or whole[0] % 256):
            raise InvalidRequest("--round: --size is 2:1, its width a multiple of 256")
        around = whole[0] if is_round else None
        for i in range(count or 1):
            path = out if count is None else out / f"seed{seed + i:06d}.png"
            land = Land(
                editor.model,
                seed + i,
                coherence,
                1.0 if truncation is None else truncation,
                around=around,
            )
            draw_land(land, path, whole, tile, version)
        say(
            f"{out}: {count or 1} picture{'s' if (count or 1) > 1 else ''} of {whole[0]}×{whole[1]}"
        )
        return
    if is_round:
        raise InvalidRequest(f"--round: {editor.model_id} was not trained spatially")
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
        "around": land.around,
        "tile": tile,
        "dtype": str(model.dtype),
    }
    mosaic = Mosaic(out, size, about)
    threads = (os.cpu_count() or 1) if model.device.type == "cpu" else 1
    torch.set_num_threads(1)  # tiles side by side, each on one core
    with Progress(transient=True) as progress:
        draw_mosaic(land, mosaic, tile, threads, progress)
    mosaic.finish(is_globe=land.around is not None)


def read_size(text: str | None) -> tuple[int | None, int | None]:
    """Width and height from `WIDTHxHEIGHT`."""
    if text is None:
        return None, None
    width, _, height = text.partition("x")
    if not (width.isdigit() and height.isdigit() and int(width) and int(height)):
        raise InvalidRequest(f"--size: expected WIDTHxHEIGHT, got {text!r}")
    return int(width), int(height)

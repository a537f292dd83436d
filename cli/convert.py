"""`latentbrush convert`: a latent in another space."""

from pathlib import Path
from typing import Annotated

import typer

from cli.output import say
from cli.pick import open_model
from cli.pictures import OutOption, model_of


def convert(
    latent: Annotated[Path, typer.Argument(help="What `encode` wrote.")],
    out: OutOption,
    space: Annotated[str, typer.Option(help="W, W+, S8, S+8, S+ …")],
    model: Annotated[
        str | None, typer.Option(help="Id or folder of a model; the latent's own if not given.")
    ] = None,
) -> None:
    """Write a latent in another space: exactly in a finer one, the nearest in a coarser one."""
    from models.errors import SpaceError
    from models.latents import Stored, embed, find_space, from_bytes, to_bytes
    from models.projection import project
    from models.twins import is_plain

    loaded = open_model(model or model_of(latent))
    layout = loaded.layout
    find_space(space, layout)
    known = from_bytes(latent.read_bytes(), layout)
    try:
        found, lost = embed(known.latent, space, layout), 0.0
    except SpaceError:  # a coarser one
        projection = project(known.latent, space, layout)
        found, lost = projection.latent, projection.loss
    plain = None if is_plain(loaded, space) else known.plain
    out.write_bytes(to_bytes(Stored(found, space, plain), loaded.card.id))
    say(f"{out}: {space}, {100 * lost:.1f} % of the latent's variance lost")

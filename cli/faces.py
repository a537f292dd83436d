"""`latentbrush faces`: where faces are in a picture, and the squares that a model wants."""

from pathlib import Path
from typing import Annotated

import typer

from cli.output import say, write_json
from cli.pick import DEFAULT_MODEL, model_folder
from cli.pictures import ModelOption, read_pixels


def faces(
    image: Annotated[Path, typer.Argument(help="A picture.")],
    model: ModelOption = DEFAULT_MODEL,
    json: Annotated[bool, typer.Option("--json", help="Print what the API answers.")] = False,
) -> None:
    """Find the faces in a picture, the largest first, each with the square that a model wants."""
    from contracts.catalog import read_info
    from worker.faces import faces_in

    found = faces_in(read_pixels(image), read_info(model_folder(model)).aligned or "ffhq")
    if json:
        write_json(found.model_dump(mode="json"), Path("-"))
        return
    if not found.faces:
        say(f"{image}: no face")
    for number, face in enumerate(found.faces):
        eyes = (face.landmarks.eye_left, face.landmarks.eye_right)
        left, right = (f"{x:.0f},{y:.0f}" for x, y in eyes)
        corners = " ".join(f"{x:.0f},{y:.0f}" for x, y in face.quad)
        sure = f"{100 * face.score:.0f} % sure"
        say(f"{number}: eyes at {left} and {right}, square {corners}, {sure}")

"""`latentbrush faces`: where faces are in a picture, and the squares that a model wants."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import say, write_json
from cli.pick import DEFAULT_MODEL, model_folder
from cli.pictures import ModelOption, centred_square, read_pixels
from contracts.errors import InvalidRequest
from contracts.faces import Quad

if TYPE_CHECKING:
    from models.images import Pixels

NEARLY = 0.15  # of its side: a square that is as near as that to the whole picture is the picture


def faces(
    image: Annotated[Path, typer.Argument(help="A picture.")],
    model: ModelOption = DEFAULT_MODEL,
    json: Annotated[bool, typer.Option("--json", help="Print what the API answers.")] = False,
) -> None:
    """Find the faces in a picture, the largest first, each with the square that a model wants."""
    from service.catalog import read_info
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


def squares_of(pixels: "Pixels", model: str, face: str | None) -> "list[Pixels]":
    """The squares of a picture to encode, as `--face` names them.

    Raises:
        InvalidRequest: there is no such face.
    """
    import torch

    from models.faces.squares import cut
    from service.catalog import read_info
    from worker.faces import faces_in
    from worker.parts import square_px

    aligned = read_info(model_folder(model)).aligned
    if face == "none" or (face is None and aligned is None):
        return [centred_square(pixels)]
    found = [each.quad for each in faces_in(pixels, aligned or "ffhq").faces]
    if face is None:
        found = [quad for quad in found[:1] if not is_whole(quad, pixels)]
        if not found:
            return [centred_square(pixels)]
    elif face != "all":
        if not face.isdecimal() or int(face) >= len(found):
            raise InvalidRequest(f"--face {face}: {faces_to_choose(len(found))}")
        found = [found[int(face)]]
    if not found:
        raise InvalidRequest("--face all: the picture has no face")
    return [cut(pixels, torch.tensor(quad), square_px(quad)) for quad in found]


def faces_to_choose(num: int) -> str:
    """What --face can be, in a picture of so many faces."""
    if num == 0:
        return "no face is in the picture"
    return "one face is in the picture: 0" if num == 1 else f"write 0 to {num - 1}, all or none"


def is_whole(quad: Quad, pixels: "Pixels") -> bool:
    """Whether a square is nearly the centred one of its picture: the face is where it should be."""
    height, width = pixels.shape[:2]
    side = min(height, width)
    left, top = (width - side) / 2, (height - side) / 2
    corners = ((left, top), (left, top + side), (left + side, top + side), (left + side, top))
    return all(
        max(abs(x - a), abs(y - b)) < NEARLY * side
        for (x, y), (a, b) in zip(quad, corners, strict=True)
    )

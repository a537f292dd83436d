"""`latentbrush models directions`: see, find, import, learn, name, flip and drop directions."""

import csv
import json
import math
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError
from rich.progress import Progress

from cli.output import say, show_table, shown_in, write_json
from cli.pick import check_own, model_folder, open_model
from contracts.errors import InvalidRequest
from contracts.models import AttributeChange
from models.description import strip_path
from service.catalog import change_attribute, read_info

if TYPE_CHECKING:
    from models.directions import Direction
    from models.model import Model


class Method(StrEnum):
    """How to make directions."""

    SEFA = "sefa"
    PCA = "pca"
    ATTRIBUTES = "attributes"


def directions(
    model: Annotated[str, typer.Argument(help="Id or folder of a model.")],
    method: Annotated[
        Method | None,
        typer.Option(help="Find more: sefa or pca; or learn `attributes` from --labels."),
    ] = None,
    count: Annotated[
        int | None,
        typer.Option(min=1, max=64, help="How many to find (4), or to take of a file (all)."),
    ] = None,
    labels: Annotated[
        Path | None, typer.Option(help="CSV with a column `image` and one for each attribute.")
    ] = None,
    steps: Annotated[
        int | None, typer.Option(min=0, help="Of encoding each labelled picture.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--import", help="Directions in a .npy, .npz or .pt file.")
    ] = None,
    layers: Annotated[
        str | None,
        typer.Option(help="Style layers FROM:TO that imported ones move, not their authors' ones."),
    ] = None,
    scale: Annotated[
        float,
        typer.Option(help="Of imported ones: times σ, or their authors' strength; below 0 flips."),
    ] = 1.0,
    name: Annotated[
        list[str] | None, typer.Option(help="ID=TITLE: give one a name; may be repeated.")
    ] = None,
    flip: Annotated[list[str] | None, typer.Option(help="ID: turn one around.")] = None,
    drop: Annotated[list[str] | None, typer.Option(help="ID: remove one.")] = None,
    strips: Annotated[
        bool,
        typer.Option("--strips", help="Draw what each does, which the page does at first sight."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """List a model's directions (its attributes), or change them."""
    folder = model_folder(model)
    if any((file, method, name, flip, drop, strips)):
        check_own(folder)
    if labels is not None and method is not Method.ATTRIBUTES:
        raise InvalidRequest("--labels: goes with --method attributes")
    if not math.isfinite(scale) or scale == 0:
        raise InvalidRequest("--scale: a number that is not 0")
    if file is not None:
        extend(folder, lambda m: from_file(m, file, parse_layers(layers), scale)[:count])
    if method is Method.ATTRIBUTES:
        if labels is None:
            raise InvalidRequest("--method attributes: name a CSV with --labels")
        extend(folder, lambda m: learnt(m, labels, steps))
    elif method is not None:
        extend(folder, lambda m: found(m, method, count or 4))
    for text in name or []:
        attribute, equals, title = text.partition("=")
        if not equals:
            raise InvalidRequest(f"--name: write ID=TITLE, got {text!r}")
        change_attribute(folder, attribute, title_change(title))
    for attribute in flip or []:
        is_flipped = any(a.flipped for a in read_info(folder).attributes if a.id == attribute)
        change_attribute(folder, attribute, AttributeChange(flipped=not is_flipped))
    for attribute in drop or []:
        change_attribute(folder, attribute, AttributeChange(drop=True))
    if strips:
        draw_strips(folder)
    show(folder, as_json)


def title_change(title: str) -> AttributeChange:
    """A change of the title.

    Raises:
        InvalidRequest: it is too long.
    """
    try:
        return AttributeChange(title=title)
    except ValidationError as error:
        raise InvalidRequest(f"--name: {error.errors()[0]['msg']}") from error


def extend(folder: Path, make: "Callable[[Model], list[Direction]]") -> None:
    """Give a model more directions. What they do is drawn when the page first shows them."""
    from models.adopt import as_attributes
    from models.model import add_attributes

    model = open_model(str(folder))
    taken = {attribute.id for attribute in model.attributes.attributes}
    added = as_attributes(model, make(model), taken)
    add_attributes(added, folder)


def draw_strips(folder: Path) -> None:
    """Draw what directions do, where that is missing."""
    from worker.gallery import write_strips

    with Progress(transient=True) as progress:
        write_strips(open_model(str(folder)), folder, shown_in(progress))


def show(folder: Path, as_json: bool) -> None:
    """Print a model's attributes with the range of their strengths, in σ."""
    config = json.loads((folder / "config.json").read_text())
    rows = [
        {key: attribute[key] for key in ("id", "title", "min", "max", "default")}
        | {
            "source": attribute.get("source", "") or "trained with the model",
            "flipped": attribute.get("flipped", False),
        }
        for attribute in config["attributes"]
    ]
    if as_json:
        write_json(rows, Path("-"))
    else:
        show_table(rows, f"Attributes of {config['title']}")
        if any(strip_path(folder, row["id"]).exists() for row in rows):
            say(f"What each one does: {folder / 'strips'}")


def parse_layers(text: str | None) -> tuple[int, int] | None:
    """FROM:TO as numbers."""
    if text is None:
        return None
    start, _, stop = text.partition(":")
    if not (start.isdigit() and stop.isdigit() and int(start) < int(stop)):
        raise InvalidRequest(f"--layers: expected FROM:TO, got {text!r}")
    return int(start), int(stop)


def from_file(
    model: "Model", file: Path, layers: tuple[int, int] | None, scale: float
) -> "list[Direction]":
    """The directions of a file, `scale` times as long as they are meant."""
    from models.directions import read_directions

    if layers is not None and layers[1] > model.generator.num_ws:
        raise InvalidRequest(f"--layers: the model has layers 0 to {model.generator.num_ws}")
    read = read_directions(file, model.layout, layers)
    return [replace(d, sigmas=scale * d.sigmas) for d in read]


def found(model: "Model", method: Method, count: int) -> "list[Direction]":
    """Directions that the model does not have yet, found without labels."""
    from models.adopt import draws
    from models.directions import pca, sefa

    known = {attribute.source for attribute in model.attributes.attributes}
    most = min(count + len(known), model.layout.w_dim)
    if method is Method.SEFA:
        all_ = sefa(model.generator, draws(model), most)
    else:
        all_ = pca(model.generator, draws(model), most)
    return [d for d in all_ if d.source not in known][:count]


def learnt(model: "Model", labels: Path, steps: int | None) -> "list[Direction]":
    """One direction for each column of labels; every picture is encoded once."""
    import torch

    from cli.pictures import centred_square, read_pixels
    from models.directions import from_labels
    from models.images import resize_img, to_img
    from models.inversion import invert

    columns, rows = read_labels(labels)
    check_labels(columns, rows)
    size = model.layout.resolution
    latents = []
    with Progress() as progress:
        for image, _ in progress.track(rows, description="Encoding labelled pictures"):
            img = resize_img(
                to_img(centred_square(read_pixels(image))).to(model.device), (size, size)
            )
            inverted = invert(model, img.clamp(-1, 1), space="W", steps=steps)
            latents.append(inverted.latent.layers[0][:, :, 0, 0])
    w, values = torch.cat(latents), torch.tensor([value for _, value in rows])
    whitening, num_ws = model.whitening, model.generator.num_ws
    return [
        from_labels(column, w, values[:, k].to(w.device), whitening, num_ws)
        for k, column in enumerate(columns)
    ]


def check_labels(columns: list[str], rows: list[tuple[Path, list[float]]]) -> None:
    """Look at the labels before anything expensive is done with them.

    Raises:
        InvalidRequest: there are too few, a column is all the same, or a picture is missing.
    """
    from models.directions.labelled import MIN_LABELS

    if len(rows) < MIN_LABELS:
        raise InvalidRequest(f"{len(rows)} labels are too few: label at least {MIN_LABELS}")
    for k, column in enumerate(columns):
        if len({values[k] for _, values in rows}) < 2:
            raise InvalidRequest(f"{column}: all labels are the same")
    if any(not math.isfinite(value) for _, values in rows for value in values):
        raise InvalidRequest("a label is not a finite number")
    for image, _ in rows:
        if not image.is_file():
            raise InvalidRequest(f"there is no picture {image}")


def read_labels(path: Path) -> tuple[list[str], list[tuple[Path, list[float]]]]:
    """The names of the labels, and of every picture its file and values.

    Raises:
        InvalidRequest: there is no column `image`, or a value is not a number.
    """
    with path.open(newline="") as file:
        table = list(csv.DictReader(file))
    columns = [name for name in (table[0] if table else {}) if name != "image"]
    if not table or "image" not in table[0] or not columns:
        raise InvalidRequest(f"{path.name}: needs a column `image` and one for each attribute")
    try:
        rows = [
            (path.parent / row["image"], [float(row[column]) for column in columns])
            for row in table
        ]
    except (TypeError, ValueError) as error:
        raise InvalidRequest(f"{path.name}: a value is not a number: {error}") from error
    return columns, rows

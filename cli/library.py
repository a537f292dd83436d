"""`latentbrush models`: what is installed, and adding and removing."""

import json
import shutil
from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from cli.output import say, show_table, write_json
from cli.pick import installed_folder, model_folder
from contracts.base import Name
from contracts.catalog import Catalog
from contracts.errors import InvalidRequest
from contracts.settings import SharedSettings

app = typer.Typer(
    help="Models: list, show, add, remove.", no_args_is_help=True, rich_markup_mode=None
)

JsonOption = Annotated[bool, typer.Option("--json", help="For machines.")]
NameArgument = Annotated[str, typer.Argument(help="Id or folder of a model.")]


@app.command(name="list")
def list_models(as_json: JsonOption = False) -> None:
    """List the models that the page offers."""
    found = Catalog(SharedSettings().models_dirs).models()
    rows = [
        {
            "id": info.id,
            "title": info.title,
            "resolution": info.resolution,
            "attributes": len(info.attributes),
            "license": info.license,
            "folder": str(folder),
        }
        for info, folder in found.values()
    ]
    if as_json:
        write_json(rows, Path("-"))
    else:
        show_table(rows, "Models")


@app.command()
def show(model: NameArgument, as_json: JsonOption = False) -> None:
    """Show what a model says of itself."""
    config = json.loads((model_folder(model) / "config.json").read_text())
    if as_json:
        write_json(config, Path("-"))
        return
    for key in (
        "id",
        "title",
        "resolution",
        "grid",
        "spaces",
        "default_space",
        "source",
        "license",
    ):
        say(f"{key:14} {config[key]}")
    say(f"{'attributes':14} " + ", ".join(a["id"] for a in config["attributes"]))


@app.command()
def add(
    file: Annotated[Path, typer.Argument(help="The folder of a Latentbrush model.")],
    name: Annotated[str | None, typer.Option(help="Id to give it.")] = None,
) -> None:
    """Copy a model into the data folder, after loading it once."""
    from models.model import load_model

    model = load_model(file)
    model_id = name or model.card.id
    try:
        TypeAdapter(Name).validate_python(model_id)
    except ValidationError:
        raise InvalidRequest(
            f"--name: {model_id!r} cannot be an id; use letters and digits"
        ) from None
    target = SharedSettings().home / "models" / model_id
    if target.exists():
        raise InvalidRequest(f"there is a model {model_id!r} already: choose another --name")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(file, target)
    config = json.loads((target / "config.json").read_text()) | {"id": model_id}
    (target / "config.json").write_text(json.dumps(config, indent=1, ensure_ascii=False) + "\n")
    say(f"{model_id}: added, {model.layout.resolution} px")


@app.command()
def remove(model: Annotated[str, typer.Argument(help="Id of a model.")]) -> None:
    """Remove a model that was added."""
    folder = installed_folder(model)
    if folder.resolve().parent != (SharedSettings().home / "models").resolve():
        raise InvalidRequest(f"{model} came with Latentbrush and stays")
    shutil.rmtree(folder)
    say(f"{model}: removed")


@app.command()
def directions(model: NameArgument, as_json: JsonOption = False) -> None:
    """List the attributes of a model with the range of their strengths, in σ."""
    config = json.loads((model_folder(model) / "config.json").read_text())
    rows = [
        {key: attribute[key] for key in ("id", "title", "min", "max", "default")}
        for attribute in config["attributes"]
    ]
    if as_json:
        write_json(rows, Path("-"))
    else:
        show_table(rows, f"Attributes of {config['title']}")

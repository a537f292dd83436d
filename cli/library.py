"""`latentbrush models`: what is installed, and adding and removing."""

import json
import re
import shutil
import time
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import TypeAdapter, ValidationError
from rich.progress import DownloadColumn, Progress, TransferSpeedColumn

from cli.directions import directions
from cli.output import say, show_table, shown_in, write_json
from cli.pick import check_own, default_device, installed_folder, model_folder
from contracts.base import Name
from contracts.errors import InvalidRequest
from contracts.kits import Kit
from models.description import PREVIEW, strip_path, write_config
from service.catalog import CONFIG_ERRORS, Catalog, read_info
from service.known_kits import downloads_of, read_kits
from service.settings import SharedSettings

if TYPE_CHECKING:
    from models.step import Report
    from worker.adoption import Adopted

app = typer.Typer(
    help="Models: list, show, add, get, remove, their encoders and directions.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

app.command()(directions)

JUDGE = Path("judge.safetensors")  # of the evaluation; the config does not list it
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
            "attributes": len(info.as_offered.attributes),
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
    config = config_of(model_folder(model))
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
    for k, attribute in enumerate(config["attributes"]):
        say(f"{'' if k else 'attributes':14} {attribute['id']:20} {attribute['title']}")


def config_of(folder: Path) -> dict[str, Any]:
    """What a model's `config.json` says.

    Raises:
        InvalidRequest: it is not a model's.
    """
    try:
        read_info(folder)
    except CONFIG_ERRORS as error:
        raise InvalidRequest(f"{folder.name}: its config.json is not a model's") from error
    config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return config


class Aligned(StrEnum):
    """The squares that checkpoints want faces in."""

    FFHQ = "ffhq"


@app.command()
def add(
    file: Annotated[
        Path,
        typer.Argument(
            help="A StyleGAN2 checkpoint (.pkl, .pt, .safetensors) or a Latentbrush folder."
        ),
    ],
    name: Annotated[str | None, typer.Option(help="Id to give it.")] = None,
    title: Annotated[str | None, typer.Option(help="What the page calls it.")] = None,
    license_: Annotated[
        str, typer.Option("--license", help="Of a checkpoint: what its source says.")
    ] = "unknown",
    source: Annotated[str | None, typer.Option(help="Of a checkpoint: where it came from.")] = None,
    aligned: Annotated[
        Aligned | None,
        typer.Option(help="Of a checkpoint that draws faces: the square that it wants them in."),
    ] = None,
) -> None:
    """Add a model: a checkpoint is converted without running any code from it."""
    from worker.adoption import About, Files, adopt_files

    is_folder = (file / "config.json").exists()
    target = new_folder(name or plain_name(file.name if is_folder else file.stem))
    if is_folder and aligned is not None:
        raise InvalidRequest("--aligned: a Latentbrush model says itself how it wants faces")
    if is_folder:
        copy_model(file, target, title)
    else:
        about = About(
            title or name or file.stem, license_, source, aligned.value if aligned else None
        )
        device = default_device()
        convert(lambda report: adopt_files(Files(file), target, about, device, report))
    say(f"{target.name}: added; latentbrush serve shows it")


@app.command()
def get(
    name: Annotated[str | None, typer.Argument(help="One of the list; none: show it.")] = None,
    accept_license: Annotated[
        bool, typer.Option("--accept-license", help="Do not ask about the licence.")
    ] = False,
) -> None:
    """Fetch a well-known model from where its authors keep it, with its encoder and directions."""
    from worker.kits import adopt_fetched

    kits = read_kits(SharedSettings().kits_file)
    if name is None:
        rows = [
            {
                "name": kit.name,
                "what": kit.title,
                "px": kit.resolution,
                "GB": f"{kit.num_bytes / 1e9:.1f}",
                "encoder": "yes" if kit.has_encoder else "",
            }
            for kit in kits.values()
        ]
        show_table(rows, "Models to fetch")
        return
    if name not in kits:
        raise InvalidRequest(f"no known model {name!r}; there are: {', '.join(kits)}")
    kit = kits[name]
    new_folder(name)  # before anything is fetched
    say(f"{kit.title}: {kit.purpose} {kit.resolution} px, about {kit.num_bytes / 1e9:.1f} GB")
    for file in kit.files:
        say(f"from {file.address}")
    say(f"licence: {kit.license}, {kit.license_address}")
    if not accept_license:
        typer.confirm("Do you accept this licence?", abort=True)
    home = SharedSettings().home
    fetch(kit, downloads_of(home, kit))
    convert(lambda report: adopt_fetched(kit, home, default_device(), report))
    say(f"{name}: added; latentbrush serve shows it")


def fetch(kit: Kit, folder: Path) -> None:
    """Download a kit with a progress bar."""
    from backend.download import download_kit

    columns = (*Progress.get_default_columns(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, transient=True) as progress:
        task = progress.add_task(f"Downloading {kit.name}", total=kit.num_bytes)
        download_kit(kit, folder, lambda there: progress.update(task, completed=there))


def plain_name(text: str) -> str:
    """An id like a file's name."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", text).strip("-.")[:64] or "model"


def new_folder(model_id: str) -> Path:
    """Where a new model goes.

    Raises:
        InvalidRequest: the id cannot be one, or is taken.
    """
    try:
        TypeAdapter(Name).validate_python(model_id)
    except ValidationError:
        raise InvalidRequest(
            f"--name: {model_id!r} cannot be an id; use letters and digits"
        ) from None
    target = SharedSettings().home / "models" / model_id
    if target.exists() or model_id in Catalog(SharedSettings().models_dirs).models():
        raise InvalidRequest(f"there is a model {model_id!r} already: choose another --name")
    target.parent.mkdir(parents=True, exist_ok=True)
    return target


def copy_model(folder: Path, target: Path, title: str | None) -> None:
    """Copy a Latentbrush model, after loading it once. Beside its weights, which loading checks,
    nothing is copied that a link brings in from elsewhere."""
    from models.model import load_model
    from worker.adoption import staged

    load_model(folder)
    config = config_of(folder) | {"id": target.name}
    pictures = [Path(PREVIEW), *(strip_path(Path(), a["id"]) for a in config["attributes"])]
    others = [
        file
        for file in (*pictures, Path("MODEL_CARD.md"), JUDGE)
        if (folder / file).resolve() == folder.resolve() / file
    ]
    with staged(target) as stage:
        for file in [*map(Path, config["files"]), *others]:
            if (folder / file).is_file():
                (stage / file).parent.mkdir(exist_ok=True)
                shutil.copy(folder / file, stage / file)
        write_config(config | ({"title": title} if title else {}), stage)


def convert(adopt: "Callable[[Report], Adopted]") -> None:
    """Make a model, with a progress bar, and say what it is."""
    from models.style_encoder import StyleEncoder

    begun = time.monotonic()
    with Progress(transient=True) as progress:
        adopted = adopt(shown_in(progress))
    model, left = adopted.model, adopted.left
    config = model.generator.config
    classes = f", {config.c_dim} classes" if config.c_dim else ""
    kind = model.encoder.config.kind if isinstance(model.encoder, StyleEncoder) else None
    encoder = f", encoder {kind}" if kind else ""
    say(
        f"{(model.card.origin or {})['format']}: {config.img_resolution} px{classes}{encoder}, "
        f"{len(model.attributes.attributes)} directions, {time.monotonic() - begun:.0f} s"
    )
    if left:
        say(f"without the file's encoder: {left}")


@app.command()
def encoder(
    model: NameArgument,
    file: Annotated[Path, typer.Argument(help="A pSp or e4e checkpoint (.pt).")],
) -> None:
    """Take an encoder for a model out of a file."""
    from models.adopt import with_encoder
    from models.checkpoints import read_style_encoder
    from models.model import change_model

    folder = model_folder(model)
    check_own(folder)
    found = read_style_encoder(file)
    change_model(folder, lambda now: with_encoder(now, found), default_device())
    say(f"{model}: encodes with {file.name}, of the kind {found.config.kind}")


@app.command()
def remove(model: Annotated[str, typer.Argument(help="Id of a model.")]) -> None:
    """Remove a model that was added."""
    folder = installed_folder(model)
    if folder.resolve().parent != (SharedSettings().home / "models").resolve():
        raise InvalidRequest(f"{model} came with Latentbrush and stays")
    shutil.rmtree(folder)
    say(f"{model}: removed")

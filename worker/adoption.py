"""Making a model of files that were made elsewhere: a checkpoint, an encoder, directions. It is
there when all of it is, and not before."""

import hashlib
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from filelock import FileLock, Timeout

from contracts.errors import InvalidRequest
from models.adopt import adopt, as_attributes, with_encoder
from models.checkpoints import Checkpoint, read_checkpoint, read_style_encoder
from models.directions import read_directions
from models.model import Card, Model, load_model, save_model
from models.step import Report, Step
from worker.gallery import write_preview

STAGES = 4  # of making a model, as it is told


@dataclass(frozen=True)
class About:
    """What is said of a checkpoint that the file does not say itself.

    Attributes:
        source: where it came from; the file's name if None.
        aligned: the square that it wants faces in, if it does.
    """

    title: str
    license: str
    source: str | None = None
    aligned: str | None = None
    purpose: str = ""


@dataclass(frozen=True)
class Files:
    """What a model is made of.

    Attributes:
        encoder: a pSp or e4e file, if the checkpoint has none of its own.
        directions: in place of those that are found without labels.
    """

    checkpoint: Path
    encoder: Path | None = None
    directions: Sequence[Path] = ()


@dataclass(frozen=True)
class Adopted:
    """What has come of it.

    Attributes:
        left: why the encoder that the file has was left in it; "" if it was not.
    """

    model: Model
    left: str


def adopt_files(files: Files, target: Path, about: About, device: str, report: Report) -> Adopted:
    """Make a model: read, measure its latents, find its directions. What they do is drawn when
    somebody looks (`draw_strip`).

    Raises:
        ModelError: a file is damaged, asks for code to be run, or does not fit the others.
    """
    model, left = model_of(files, target.name, about, torch.device(device), report)
    report(Step(2, STAGES, "Writing its folder"))
    with staged(target) as folder:
        save_model(model, folder)
        del model  # in the one that is read, an encoder's weights stay in their file
        written = load_model(folder, device)
        report(Step(STAGES - 1, STAGES, "Drawing a preview"))
        write_preview(written, folder)
    return Adopted(written, left)


def model_of(
    files: Files, model_id: str, about: About, device: torch.device, report: Report
) -> tuple[Model, str]:
    """A model of files; why the checkpoint's encoder was left, if it was."""
    report(Step(0, STAGES, f"Reading {files.checkpoint.name}"))
    checkpoint = read_checkpoint(files.checkpoint)
    card = card_of(files.checkpoint, checkpoint, model_id, about)
    generator, encoder, left = checkpoint.generator(), checkpoint.encoder, checkpoint.left
    del checkpoint  # or its weights are in memory twice
    report(Step(1, STAGES, "Measuring its latents"))
    model = adopt(generator, card, device)
    if files.encoder is not None:
        encoder = read_style_encoder(files.encoder)
    if encoder is not None:
        model = with_encoder(model, encoder)
    if files.directions:
        model = with_directions(model, files.directions)
    return model, left


def card_of(file: Path, checkpoint: Checkpoint, model_id: str, about: About) -> Card:
    """What the model says of itself."""
    with file.open("rb") as opened:
        checksum = hashlib.file_digest(opened, "sha256").hexdigest()
    return Card(
        model_id,
        about.title,
        about.source or f"{file.name} ({checkpoint.format})",
        about.license,
        origin={"file": file.name, "format": checkpoint.format, "sha256": checksum},
        purpose=about.purpose,
        aligned=about.aligned,
    )


def with_directions(model: Model, files: Sequence[Path]) -> Model:
    """A model whose attributes are the directions of files."""
    read = [each for file in files for each in read_directions(file, model.layout)]
    return replace(model, attributes=as_attributes(model, read, set()))


@contextmanager
def staged(target: Path) -> Iterator[Path]:
    """A folder to fill, which becomes `target` once it is whole.

    Raises:
        InvalidRequest: it is there already, or somebody else fills it at the moment.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    stage = target.with_name(f".{target.name}.adding")
    try:
        with FileLock(target.with_name(f".{target.name}.lock"), blocking=False):
            if target.exists():
                raise InvalidRequest(f"there is a model {target.name} already")
            shutil.rmtree(stage, ignore_errors=True)  # of one that was killed
            stage.mkdir()
            try:
                yield stage
                stage.rename(target)
            finally:
                shutil.rmtree(stage, ignore_errors=True)
    except Timeout:
        raise InvalidRequest(f"the model {target.name} is being added elsewhere") from None

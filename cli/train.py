"""`latentbrush train generator|perceptual|encoder|attributes`."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import say, write_json
from cli.pick import check_own, default_device, model_folder, open_model

if TYPE_CHECKING:
    from models.model import Model
    from training.encoder import Lesson

SEED = 3_000_000  # of the pictures that an encoder learns from

app = typer.Typer(help="Train a model, part by part.", no_args_is_help=True, rich_markup_mode=None)

RunOption = Annotated[Path, typer.Option("--run", help="Folder of the run.")]
ModelOption = Annotated[str, typer.Option("--model", help="Id or folder of the model to complete.")]
MinutesOption = Annotated[float, typer.Option(min=0.01, help="How long to train.")]
ResumeOption = Annotated[bool, typer.Option("--resume", help="Continue the run.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Print the options and stop.")]
DeviceOption = Annotated[str | None, typer.Option(help="cpu or cuda; the best if not given.")]


@app.command()
def generator(
    run: RunOption,
    preset: Annotated[
        str,
        typer.Option(
            help="cpu32, cpu64, cpu128, people32 to people256, aerial64, aerial128,"
            " planet64, planet128, gpu256 or photos256."
        ),
    ] = "cpu64",
    data: Annotated[
        str | None,
        typer.Option(help="`portraits`, `people`, `aerial`, `planet`, or a folder of pictures."),
    ] = None,
    name: Annotated[str, typer.Option(help="Id of the model that is written.")] = "portraits",
    minutes: Annotated[
        float, typer.Option(min=0, help="Of the game; 0: none, after a lesson.")
    ] = 120.0,
    resume: ResumeOption = False,
    grow: Annotated[
        Path | None, typer.Option(help="Run at a smaller resolution to start from.")
    ] = None,
    start: Annotated[
        str | None,
        typer.Option("--from", help="Model to start from, with its size and widths: id or folder."),
    ] = None,
    mapping_layers: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=16,
            help="Depth of the mapping network; with --from it may be another than the model's.",
        ),
    ] = None,
    warmup_minutes: Annotated[
        float, typer.Option(help="Drawn data: first learn to draw known factors, for so long.")
    ] = 0.0,
    sharpen_minutes: Annotated[
        float, typer.Option(help="Drawn land, after that: a game on patches, for so long.")
    ] = 0.0,
    perceptual_of: Annotated[
        str | None,
        typer.Option(help="Portraits: a model whose perceptual network compares, too."),
    ] = None,
    teacher: Annotated[
        float | None,
        typer.Option(min=0, help="Portraits: weight of the known factors during the game."),
    ] = None,
    prior: Annotated[
        str | None,
        typer.Option(
            help="Train spatially, for pictures of any size: field, or another to compare."
        ),
    ] = None,
    scale: Annotated[
        float | None,
        typer.Option(min=0.01, max=8, help="With --prior: resize a folder's pictures first."),
    ] = None,
    batch: Annotated[int | None, typer.Option(min=1, help="Pictures per step.")] = None,
    lr: Annotated[float | None, typer.Option(min=0, help="Learning rate of both sides.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Of weights and data.")] = None,
    is_compiled: Annotated[
        bool,
        typer.Option("--compile", help="Compile the generator: minutes at first, then faster."),
    ] = False,
    dry_run: DryRunOption = False,
    device: DeviceOption = None,
) -> None:
    """Train a StyleGAN2 generator; writes the model into RUN/model. On several GPUs: torchrun."""
    from models.model import save_model
    from training.domains import is_taught
    from training.errors import TrainingError
    from training.gan_options import with_overrides
    from training.loop import train_generator
    from training.release import release_generator
    from training.schedule import Minutes
    from training.together import Group

    options = with_overrides(
        preset, data=data, prior=prior, scale=scale, teacher=teacher, batch=batch, lr=lr, seed=seed
    )
    if grow is not None and start is not None:
        raise TrainingError("--grow and --from are two beginnings: name one")
    where = device or default_device()
    first = None if start is None else open_model(start, "cpu")  # every process opens it
    if first is not None:
        options = replace(options.like(first.generator.config), start=first.card.id)
    if mapping_layers is not None:
        options = replace(options, mapping_layers=mapping_layers)
    if dry_run:
        write_json(asdict(options), Path("-"))
        return
    net = None if perceptual_of is None else open_model(perceptual_of, where).perceptual
    if perceptual_of is not None and (net is None or not warmup_minutes):
        raise TrainingError("--perceptual-of: needs --warmup-minutes and a perceptual network")
    train_generator(
        options,
        run,
        Minutes(minutes) if minutes else None,
        warmup=Minutes(warmup_minutes) if warmup_minutes else None,
        sharpening=Minutes(sharpen_minutes) if sharpen_minutes else None,
        net=net,
        device=where,
        resume=resume,
        grow=grow,
        start=None if first is None else first.generator,
        is_compiled=is_compiled,
    )
    if not Group.join().is_first:
        return
    save_model(release_generator(run, name, first=first), run / "model")
    if first is None:
        after = "; next: latentbrush train perceptual --model …" if is_taught(options) else ""
    else:
        after = "; next: latentbrush train encoder, and attributes, which go on with what it had"
    say(f"{run / 'model'}: generator written{after}")


@app.command()
def perceptual(
    model: ModelOption,
    run: RunOption,
    data: Annotated[
        str, typer.Option(help="`portraits`, `people`, `aerial` or `planet`.")
    ] = "portraits",
    minutes: MinutesOption = 20.0,
    judge_minutes: Annotated[
        float, typer.Option(help="For the judge of the evaluation; 0: none.")
    ] = 15.0,
    resume: ResumeOption = False,
    dry_run: DryRunOption = False,
    device: DeviceOption = None,
) -> None:
    """Train a network that reads pictures of a known set, and the judge of the evaluation."""
    from models.model import change_model
    from training.domains import find_domain
    from training.evaluation.judge import save_judge
    from training.perceptual import JUDGE_WIDTHS, train_perceptual
    from training.schedule import Minutes

    if dry_run:
        show_plan(model, run, data=data, minutes=minutes, judge_minutes=judge_minutes)
        return
    domain = find_domain(data)
    folder = own_folder(model)
    loaded = open_model(str(folder), device)
    size, where = loaded.layout.resolution, str(loaded.device)
    net = train_perceptual(
        run / "perceptual",
        Minutes(minutes),
        domain=domain,
        resolution=size,
        device=where,
        resume=resume,
    )
    change_model(folder, lambda now: replace(now, perceptual=net, reader=None), where)
    if judge_minutes > 0:
        judge = train_perceptual(
            run / "judge",
            Minutes(judge_minutes),
            domain=domain,
            resolution=size,
            seed=2_000_000,
            widths=JUDGE_WIDTHS,
            device=where,
            resume=resume,
        )
        save_judge(judge, folder)
    say(f"{model}: perceptual network written")


@app.command()
def encoder(
    model: ModelOption,
    run: RunOption,
    images: Annotated[
        str | None,
        typer.Option(
            help="Folder of pictures, `portraits`, `people`, or `aerial` or `planet` (whose"
            " amounts it learns to read, if the model was taught them); else generated pictures"
            " alone."
        ),
    ] = None,
    minutes: MinutesOption = 30.0,
    resume: ResumeOption = False,
    dry_run: DryRunOption = False,
    device: DeviceOption = None,
) -> None:
    """Train the spatial encoder of a model."""
    from models.model import change_model
    from training.encoder import train_encoder
    from training.schedule import Minutes

    if dry_run:
        show_plan(model, run, minutes=minutes, images=images or "generated")
        return
    folder = own_folder(model)
    loaded = open_model(str(folder), device)
    lesson = open_lesson(images, loaded)
    trained = train_encoder(loaded, lesson, run / "encoder", Minutes(minutes), resume=resume)

    def taught(now: "Model") -> "Model":
        return replace(now, encoder=trained.encoder, encoding=trained.encoding, reader=None)

    change_model(folder, taught, loaded.device)
    say(f"{model}: encoder written")


@app.command()
def attributes(
    model: ModelOption,
    run: RunOption,
    minutes: Annotated[
        float,
        typer.Option(min=0, help="How long to train; 0: only make them as long as it takes."),
    ] = 15.0,
    only: Annotated[
        list[str] | None,
        typer.Option(help="Attribute to go on with; may be given several times. All if not given."),
    ] = None,
    resume: ResumeOption = False,
    dry_run: DryRunOption = False,
    device: DeviceOption = None,
) -> None:
    """Learn the attributes of a model with a perceptual network; with an encoder, to read them."""
    from models.model import change_model
    from training.attributes import train_attributes, with_learnt
    from training.calibration import arranged, calibrate
    from training.domains import domain_of
    from training.drawn import DRAWN
    from training.reader import fit_reader
    from training.schedule import Minutes

    if dry_run:
        show_plan(model, run, minutes=minutes)
        return
    folder = own_folder(model)
    loaded = open_model(str(folder), device)
    trained = train_attributes(
        loaded, run / "attributes", Minutes(minutes), only=only or (), resume=resume
    )
    if trained.encoder is not None:
        trained = fit_reader(trained)
        if domain_of(trained).name in DRAWN:
            trained = calibrate(trained, only or ())

    def learnt(now: "Model") -> "Model":
        known = arranged(with_learnt(now.attributes, trained.attributes))
        return replace(now, attributes=known, reader=trained.reader)

    change_model(folder, learnt, loaded.device)
    say(f"{model}: attributes written")


def own_folder(model: str) -> Path:
    """The folder of a model that may be changed."""
    folder = model_folder(model)
    check_own(folder)
    return folder


def show_plan(model: str, run: Path, **options: float | str) -> None:
    """Print what a command would do."""
    write_json({"model": model, "run": str(run), **options}, Path("-"))


def open_lesson(images: str | None, model: "Model") -> "Lesson":
    """What to teach an encoder by."""
    from training.crops import AerialCrops
    from training.data import FreshPortraits, ImageFolder
    from training.drawn import DRAWN
    from training.encoder import Redrawing
    from training.generated import GeneratedPictures
    from training.land_reading import LandReading, land_of_lesson
    from training.planet import PlanetSquares, open_earth

    if images is None:
        return Redrawing(GeneratedPictures(model))
    if images in DRAWN:
        of = DRAWN[images]
        return Redrawing(FreshPortraits(model.layout.resolution, SEED, model.device, of=of))
    if (known := land_of_lesson(model, images, SEED)) is not None:
        return LandReading(known)
    if images == "aerial":
        return Redrawing(AerialCrops(model.layout.resolution, SEED))
    if images == "planet":
        return Redrawing(PlanetSquares(open_earth(), model.layout.resolution, SEED))
    return Redrawing(ImageFolder(Path(images), model.layout.resolution, seed=0))

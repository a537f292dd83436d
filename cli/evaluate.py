"""`latentbrush evaluate …`: the figures in README, MODEL_CARD and docs/results.md."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import say, show_table, write_json
from cli.pick import DEFAULT_MODEL, model_folder, open_model

if TYPE_CHECKING:
    from models.model import Model
    from models.perceptual import PerceptualNet

app = typer.Typer(
    help="Measure a model on unseen pictures.", no_args_is_help=True, rich_markup_mode=None
)

ModelOption = Annotated[str, typer.Option("--model", help="Id or folder of a model.")]
SeedOption = Annotated[int, typer.Option(help="Seed of the unseen pictures.")]
JsonOption = Annotated[Path | None, typer.Option("--json", help="File to write; - for stdout.")]


def open_with_judge(model: str) -> "tuple[Model, PerceptualNet | None]":
    """A model, and the judge in its folder; imported ones have none."""
    from training.evaluation.judge import find_judge

    loaded = open_model(model)
    return loaded, find_judge(model_folder(model), loaded.device)


@app.command()
def generator(
    model: ModelOption = DEFAULT_MODEL,
    count: Annotated[int, typer.Option(min=64, help="Samples, and renders.")] = 5000,
    seed: SeedOption = 900_000,
    json: JsonOption = None,
) -> None:
    """Samples against fresh renders: precision, recall, Fréchet and sliced Wasserstein."""
    from training.evaluation.generator import evaluate_generator

    loaded, judge = open_with_judge(model)
    figures = evaluate_generator(loaded, judge, count, seed)
    show_table([figures], "Generator")
    write_json(asdict(figures), json)


@app.command()
def inversion(
    model: ModelOption = DEFAULT_MODEL,
    count: Annotated[int, typer.Option(min=1, help="Pictures.")] = 64,
    seed: SeedOption = 910_000,
    steps: Annotated[int | None, typer.Option(min=1, help="The model's default.")] = None,
    long: Annotated[int, typer.Option(min=1, help="Steps of W+ from the mean.")] = 500,
    cases: Annotated[int, typer.Option(min=1, help="Pictures of each out-of-sample case.")] = 8,
    json: JsonOption = None,
) -> None:
    """Encode unseen renders, and pictures out of sample, in every latent space."""
    from training.evaluation.inversion import (
        Setting,
        evaluate_inversion,
        generated_swap_distances,
        settings_of,
    )
    from training.evaluation.out_of_sample import evaluate_out_of_sample

    loaded, judge = open_with_judge(model)
    equal = steps or loaded.encoding.steps
    generated, judged = generated_swap_distances(loaded, judge, count, seed)
    rows = evaluate_inversion(loaded, judge, count, seed, settings_of(loaded, equal, long))
    init = "mean" if loaded.encoder is None else "encoder"
    weight = loaded.encoding.regulariser
    both = [Setting("W+", init, equal), Setting("S+", init, equal, weight)]
    strange = evaluate_out_of_sample(loaded, judge, cases, seed + 20_000, both)
    show_table(rows, f"Inversion, medians over {count} pictures")
    if generated is not None:
        by_judge = "" if judged is None else f", {judged:.3f} by the judge"
        say(f"swap FD of generated latents: {generated:.3f}{by_judge}")
    show_table(strange, f"Out of sample, medians over {cases} pictures")
    about = {"model": loaded.card.id, "count": count, "seed": seed}
    figures = {
        "swap_fd_generated": generated,
        "judged_swap_fd_generated": judged,
        "rows": [asdict(row) for row in rows],
        "out_of_sample": [asdict(row) for row in strange],
    }
    write_json(about | figures, json)


@app.command()
def regularisers(
    model: ModelOption = DEFAULT_MODEL,
    count: Annotated[int, typer.Option(min=1, help="Pictures.")] = 16,
    seed: SeedOption = 915_000,
    steps: Annotated[int | None, typer.Option(min=1, help="The model's default.")] = None,
    json: JsonOption = None,
) -> None:
    """Encode unseen renders in S+ with every regulariser, weak and strong; and how plainly latents
    edit by themselves."""
    from training.evaluation.inversion import ablation_of, evaluate_inversion
    from training.evaluation.plainness import evaluate_plainness, plainness_settings

    loaded, judge = open_with_judge(model)
    equal = steps or loaded.encoding.steps
    plain = evaluate_plainness(loaded, count, seed, plainness_settings(loaded, equal))
    show_table(plain, f"How plainly latents edit, means over {count} people")
    rows = evaluate_inversion(loaded, judge, count, seed, ablation_of(loaded, equal))
    show_table(rows, f"Regularisers, medians over {count} pictures")
    table = {"model": loaded.card.id, "count": count, "seed": seed}
    figures = {"plainness": [asdict(row) for row in plain], "rows": [asdict(row) for row in rows]}
    write_json(table | figures, json)


@app.command()
def editing(
    model: ModelOption = DEFAULT_MODEL,
    count: Annotated[int, typer.Option(min=1, help="Pictures.")] = 32,
    seed: SeedOption = 920_000,
    json: JsonOption = None,
) -> None:
    """Paint every attribute on unseen renders, beside plain directions of the same strength, and
    put things on and take them off."""
    from training.evaluation.baselines import baselines
    from training.evaluation.editing import evaluate_editing
    from training.evaluation.judge import load_judge
    from training.evaluation.things import evaluate_things

    loaded = open_model(model)
    judge = load_judge(model_folder(model), loaded.device)
    things = evaluate_things(loaded, judge, 2 * count, seed)
    show_table(things, f"Things, {2 * count} pairs of renders at ±2 σ")
    rows = evaluate_editing(loaded, judge, count, seed, baselines(loaded))
    show_table(rows, f"Editing, {count} pictures at ±1 and ±2 σ")
    table = {"model": loaded.card.id, "count": count, "seed": seed}
    figures = {"things": [asdict(row) for row in things]}
    write_json(table | figures | {"attributes": [asdict(row) for row in rows]}, json)


@app.command("any-size")
def any_size(
    model: Annotated[str, typer.Option("--model", help="A spatially trained one: id or folder.")],
    count: Annotated[int, typer.Option(min=64, help="Squares of each kind.")] = 1024,
    lands: Annotated[int, typer.Option(min=1, help="Lands to paint on.")] = 16,
    seed: SeedOption = 930_000,
    json: JsonOption = None,
) -> None:
    """Squares of an endless land against renders, its seams, how fast it is drawn, and painting."""
    from training.evaluation.any_size import evaluate_any_size
    from training.evaluation.land_painting import evaluate_painting

    loaded, judge = open_with_judge(model)
    figures = evaluate_any_size(loaded, count, seed)
    painted = [] if judge is None else evaluate_painting(loaded, judge, lands, seed)
    table = asdict(figures)
    show_table([{k: v for k, v in table.items() if not isinstance(v, tuple)}], "Any size")
    show_table(figures.coherences, "By coherence")
    show_table(figures.scales, "From further away")
    show_table(painted, "Painting a quarter of a land")
    write_json(table | {"painting": [asdict(row) for row in painted]}, json)


@app.command()
def planet(
    model: Annotated[str, typer.Option("--model", help="One of the Earth: id or folder.")],
    count: Annotated[int, typer.Option(min=16, help="Squares of each kind.")] = 512,
    lands: Annotated[int, typer.Option(min=1, help="Lands to paint on.")] = 16,
    seed: SeedOption = 940_000,
    json: JsonOption = None,
) -> None:
    """Squares of a model of the Earth against parts of it that no training saw; its seams; and
    painting."""
    from training.evaluation.land_painting import evaluate_painting
    from training.evaluation.planet import evaluate_planet

    loaded, judge = open_with_judge(model)
    figures = evaluate_planet(loaded, count, seed)
    painted = [] if judge is None else evaluate_painting(loaded, judge, lands, seed)
    show_table([figures], "The Earth")
    show_table(painted, "Painting a quarter of a land")
    painting = [asdict(row) for row in painted]
    write_json({"count": count, **asdict(figures), "painting": painting}, json)

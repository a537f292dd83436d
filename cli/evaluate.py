"""`latentbrush evaluate generator|inversion|editing`: the figures in README and MODEL_CARD."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cli.output import show_table, write_json
from cli.pick import DEFAULT_MODEL, model_folder, open_model

app = typer.Typer(
    help="Measure a model on unseen pictures.", no_args_is_help=True, rich_markup_mode=None
)

ModelOption = Annotated[str, typer.Option("--model", help="Id or folder of a model.")]
SeedOption = Annotated[int, typer.Option(help="Seed of the unseen pictures.")]
JsonOption = Annotated[Path | None, typer.Option("--json", help="File to write; - for stdout.")]


@app.command()
def generator(
    model: ModelOption = DEFAULT_MODEL,
    count: Annotated[int, typer.Option(min=64, help="Samples, and renders.")] = 5000,
    seed: SeedOption = 900_000,
    json: JsonOption = None,
) -> None:
    """Samples against fresh renders: precision, recall, Fréchet and sliced Wasserstein."""
    from training.evaluation.generator import evaluate_generator

    figures = evaluate_generator(open_model(model), count, seed)
    show_table([figures], "Generator")
    write_json(asdict(figures), json)


@app.command()
def inversion(
    model: ModelOption = DEFAULT_MODEL,
    count: Annotated[int, typer.Option(min=1, help="Pictures.")] = 64,
    seed: SeedOption = 910_000,
    steps: Annotated[int | None, typer.Option(min=1, help="The model's default.")] = None,
    json: JsonOption = None,
) -> None:
    """Encode unseen renders, by the encoder alone and with the default steps."""
    from training.evaluation.inversion import evaluate_inversion

    loaded = open_model(model)
    space = loaded.encoding.space
    settings = [(space, 0), (space, steps or loaded.encoding.steps)]
    rows = evaluate_inversion(loaded, count, seed, settings)
    show_table(rows, f"Inversion, medians over {count} pictures")
    table = {"model": loaded.card.id, "count": count, "seed": seed}
    write_json(table | {"rows": [asdict(row) for row in rows]}, json)


@app.command()
def editing(
    model: ModelOption = DEFAULT_MODEL,
    count: Annotated[int, typer.Option(min=1, help="Pictures.")] = 32,
    seed: SeedOption = 920_000,
    json: JsonOption = None,
) -> None:
    """Paint every attribute on unseen renders, judged by an independent regressor."""
    from training.evaluation.editing import evaluate_editing
    from training.evaluation.judge import load_judge

    loaded = open_model(model)
    judge = load_judge(model_folder(model), loaded.device)
    rows = evaluate_editing(loaded, judge, count, seed)
    show_table(rows, f"Editing, {count} pictures at ±1 and ±2 σ")
    table = {"model": loaded.card.id, "count": count, "seed": seed}
    write_json(table | {"attributes": [asdict(row) for row in rows]}, json)

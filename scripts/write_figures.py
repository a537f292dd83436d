"""Write measured figures into README, MODEL_CARD and docs, at markers: `make figures`.

The figures are what the commands below wrote into docs/figures/; a test checks that the pages hold
exactly these.
"""

import json
from collections.abc import Callable
from functools import partial
from itertools import compress
from pathlib import Path
from statistics import mean
from typing import Any

from scripts.results_tables import TABLES, find, markdown

ROOT = Path(__file__).resolve().parent.parent
FIGURES = ROOT / "docs" / "figures"


def load(name: str) -> Any:
    """What a command wrote."""
    return json.loads((FIGURES / f"{name}.json").read_text())


def table() -> str:
    """The figures as a table, with the command that makes each row."""
    rows = [
        ("| what | measured | command |", ""),
        ("|---|---|---|", ""),
        (generator_row(load("generator")), "latentbrush evaluate generator"),
        (inversion_row(load("inversion")), counted("inversion")),
        *((row, counted("editing")) for row in editing_rows(load("editing"))),
        (latency_row(load("latency")), "python benchmarks/edit_latency.py"),
        (live_row(load("live")), "python benchmarks/live_painting.py"),
        (first_edit_row(load("first_edit")), "python benchmarks/first_edit.py"),
        (map_row(load("map")), "python benchmarks/land_map.py"),
    ]
    return "\n".join(row if not command else f"{row} `{command}` |" for row, command in rows)


def counted(name: str) -> str:
    """The command that measured on so many pictures."""
    return f"latentbrush evaluate {name} --count {load(name)['count']}"


def generator_row(figures: dict[str, Any]) -> str:
    """Samples against renders."""
    return (
        f"| {figures['count']} samples against as many fresh renders, in the features of the "
        f"perceptual network (in those of the judge) | precision {figures['precision']:.2f} "
        f"({figures['judged_precision']:.2f}), recall {figures['recall']:.2f} "
        f"({figures['judged_recall']:.2f}); sliced Wasserstein distance "
        f"{figures['swd_ratio']:.2f} × that between two sets of renders |"
    )


def inversion_row(figures: dict[str, Any]) -> str:
    """Encoder alone and default steps."""
    alone = find(figures["rows"], steps=0)
    default = find(figures["rows"], space="S+", regularised=True, steps=default_steps(figures))
    return (
        f"| encoding {figures['count']} unseen renders, medians | encoder alone "
        f"{alone['psnr_db']:.1f} dB; {default['steps']} steps {default['psnr_db']:.1f} dB in "
        f"{default['seconds']:.1f} s |"
    )


def default_steps(figures: dict[str, Any]) -> int:
    """Steps of the spaces that are compared at equal steps."""
    steps: int = find(figures["rows"], space="W")["steps"]
    return steps


def editing_rows(figures: dict[str, Any]) -> tuple[str, str]:
    """Things that are there, and attributes that do what they say."""
    rows = [row for row in figures["attributes"] if row["method"] == "learnt"]
    good = [row for row in rows if row["sign_rate"] >= 0.9]
    put_on = ", ".join(f"{row['id']} {row['shows_through']:.2f}" for row in figures["things"])
    return (
        f"| things put on {2 * figures['count']} unseen renders with a box of 2 σ: how much of "
        f"what they cover shows through, 0 is solid | {put_on} |",
        f"| {len(rows)} attributes painted at their place on {figures['count']} unseen renders at "
        f"±1 and ±2 σ, judged by an independent regressor, which cannot tell a ghost from a hat | "
        f"{len(good)} move the right way in at least 90 %; mean "
        f"{100 * mean(row['sign_rate'] for row in rows):.0f} %; largest change "
        f"outside the feathered mask: {max(row['outside_max_diff'] for row in rows)} of 255 |",
    )


def live_row(figures: dict[str, Any]) -> str:
    """From the brush to the screen."""
    return (
        f"| from the brush to changed pixels in a browser, two cores | p50 "
        f"{figures['p50_ms']:.0f} ms, p95 {figures['p95_ms']:.0f} ms, "
        f"{figures['previews_per_second']:.0f} previews and {figures['frames_per_second']:.0f} "
        f"frames a second |"
    )


def first_edit_row(figures: dict[str, Any]) -> str:
    """From nothing to a file."""
    return (
        "| from opening the page to a painted, downloaded edit of a picture of one's own, two"
        " cores | "
        f"{figures['actions']} actions, {figures['seconds']:.0f} s |"
    )


def map_row(figures: dict[str, Any]) -> str:
    """Land on the screen."""
    return (
        f"| a map of new land on the screen, {figures['tiles']} tiles of 256 px; the tiles of a "
        f"stroke on it, two cores | {figures['first_screen_s']:.1f} s; "
        f"{figures['stroke_s']:.1f} s |"
    )


def latency_row(figures: dict[str, Any]) -> str:
    """What a client waits."""
    return (
        f"| a painted edit as the client sees it, two cores | p50 {figures['edit_p50_ms']:.0f} ms, "
        f"p95 {figures['edit_p95_ms']:.0f} ms; of it {figures['rest_p50_ms']:.0f} ms are not the "
        "generator |"
    )


def own_models_table() -> str:
    """What a bare checkpoint and a 1024 px network take."""
    own, large = load("own_model"), load("large_model")
    rows = [
        f"| bare {own['resolution']:.0f} px checkpoint | measured |",
        "|---|---|",
        f"| added, with {own['directions']:.0f} directions | {own['add_s']:.1f} s |",
        f"| unseen pictures encoded from the mean latent, {own['steps']:.0f} steps, medians | "
        f"{own['psnr_db']:.1f} dB, {own['encode_s']:.0f} s |",
        f"| a painted edit with a SeFa direction | {own['edit_ms']:.0f} ms |",
        "",
        "`python benchmarks/own_model.py`",
        "",
        "| 1024 px network | loaded | one picture drawn | one picture edited |",
        "|---|---|---|---|",
    ]
    for title, unit, digits, names in (
        ("peak memory, MB", "mb", ".0f", ("loaded", "drawn", "edited")),
        ("seconds", "s", ".1f", ("load", "draw", "edit")),
    ):
        cells = " | ".join(f"{large[f'{name}_{unit}']:{digits}}" for name in names)
        rows.append(f"| {title} | {cells} |")
    return "\n".join([*rows, "", "`python benchmarks/large_model.py`"])


def any_size_table() -> str:
    """Land of any size against renders, by the model that comes with Latentbrush."""
    found = load("any-size")
    single, land = found["frechet_square"], found["frechet_land"]
    rows = [
        f"| {found['count']} squares against renders | measured |",
        "|---|---|",
        f"| Fréchet distance of renders to renders | {found['frechet_renders']:.2f} |",
        f"| of the lands that the lesson shows | {found['frechet_lesson']:.1f} |",
        f"| of pictures of the training size | {single:.1f} |",
        f"| of squares anywhere in lands | {land:.1f} ({land / single:.2f} ×) |",
        *(
            f"| seen from {row['scale']} times as far: land; pictures side by side | "
            f"{row['frechet_land']:.1f}; {row['frechet_tiled']:.1f} |"
            for row in found["scales"]
        ),
        f"| largest difference between tile sizes, of 255 | {found['tile_max_diff']:g} |",
        f"| steps across the borders of chunks, over those elsewhere | {found['seam_ratio']:.2f} |",
        f"| megapixels a second, one CPU core | {found['megapixels_per_second']:.2f} |",
    ]
    return "\n".join([*rows, "", "`latentbrush evaluate any-size --model aerial`"])


def planet_table() -> str:
    """Another Earth against held-out parts of the Earth, by the model that comes with
    Latentbrush."""
    found = load("planet")
    rows = [
        f"| {found['count']} squares of each kind | measured |",
        "|---|---|",
        "| sliced Wasserstein distance of the model's squares to held-out ones | "
        f"{found['swd']:.0f} |",
        "| between two halves of what is held out, which share no place | "
        f"{found['swd_earth']:.0f} |",
        f"| of squares that it was trained on to held-out ones | {found['swd_trained']:.0f} |",
        f"| between two sets of squares of the same places | {found['swd_same']:.0f} |",
        "| steps between odd and even pixels, larger over smaller: model; Earth | "
        f"{found['uneven']:.2f}; {found['uneven_earth']:.2f} |",
        f"| largest difference between tile sizes, of 255 | {found['tile_max_diff']:g} |",
        "| steps across the borders of chunks, over those across other borders of cells | "
        f"{found['seam_ratio']:.2f} |",
        f"| the same where the map of a globe meets itself | {found['round_seam_ratio']:.2f} |",
    ]
    return "\n".join([*rows, "", "`latentbrush evaluate planet --model planet`"])


def painting_table(figures: str) -> str:
    """Attributes painted on a quarter of unseen lands."""
    header = [
        "attribute",
        "read as",
        "right way",
        "of more",
        "rendered",
        "slope",
        "from least",
        "outside",
    ]
    rows = [
        [
            row["id"],
            row["factor"],
            f"{100 * row['sign_rate']:.0f} %",
            f"{100 * row['more_rate']:.0f} %",
            "" if row["rendered_rate"] is None else f"{100 * row['rendered_rate']:.0f} %",
            f"{row['slope']:.2f}",
            "" if row.get("from_least") is None else f"{row['from_least']:.2f}",
            f"{row['outside_max_diff']:g}",
        ]
        for row in load(figures)["painting"]
    ]
    said = [
        any(row[k] for row in rows) for k in range(len(header))
    ]  # of the Earth, nothing is drawn
    return markdown(list(compress(header, said)), [list(compress(row, said)) for row in rows])


def priors_table(figures: str, options: str) -> str:
    """An ablation of spatial priors: means over the runs of each.

    Args:
        options: with which `scripts.ablate_priors` made it.
    """
    found = load(figures)
    names = list(dict.fromkeys(row["prior"] for row in found))
    header = ["prior", "runs", "single pictures", "squares of lands", "from 2 × as far", "4 ×"]
    rows = []
    for name in names:
        own = [row for row in found if row["prior"] == name]
        key = "frechet_tiled" if name == "vector" else "frechet_land"
        far = [[row["scales"][k][key] for row in own] for k in (0, 1)]
        near = [[row[k] for row in own] for k in ("frechet_square", "frechet_land")]
        rows.append([name, str(len(own)), *(f"{mean(values):.1f}" for values in near + far)])
    renders = mean(row["frechet_renders"] for row in found)
    of = {name: [row for row in found if row["prior"] == name] for name in ("vector", "field")}
    single, land = (
        mean(row[key] for row in of["field"]) / mean(row[key] for row in of["vector"])
        for key in ("frechet_square", "frechet_land")
    )
    about = (
        f"Fréchet distances after {found[0]['nimg']:,} pictures; renders to renders {renders:.1f}. "
        f"Single pictures of the field come to {single:.2f} × those of plain StyleGAN2, squares of "
        f"its lands to {land:.2f} × squares of lands of one vector each. "
        f"`python -m scripts.ablate_priors --run runs/{figures} --steps 1500 {options}`"
    )
    return markdown(header, rows) + "\n\n" + about


PLANET_PRIORS = {
    "vector": "one vector, the game",
    "cells": "a vector for every cell, the game",
    "taught": "fields, lesson and sharpening",
}


def planet_priors_table() -> str:
    """Fields against one vector on the real Earth: means over runs, and the runs' range."""
    found = load("planet_priors")
    of = {name: [row for row in found if row["prior"] == name] for name in PLANET_PRIORS}
    keys = ("frechet_square", "frechet_land")
    rows = [
        [PLANET_PRIORS[name], str(len(own)), *(spread([row[key] for row in own]) for key in keys)]
        for name, own in of.items()
    ]
    single, land = (
        mean(row[key] for row in of["taught"]) / mean(row[key] for row in of["vector"])
        for key in keys
    )
    earth = mean(row["frechet_earth"] for row in found)
    about = (
        f"Fréchet distances to {found[0]['count']:,} held-out squares after {found[0]['nimg']:,} "
        f"pictures of {found[0]['resolution']} px, in the features of EfficientNet-Lite0; between "
        f"two sets of held-out squares {earth:.1f}. The fields' single pictures come to "
        f"{single:.2f} × those of one vector, squares of their lands to {land:.2f} ×. "
        "`python -m scripts.compare_planet_priors --run runs/planet-priors`, for cells with "
        "`--arms cells`"
    )
    header = ["prior and training", "runs", "single pictures", "squares of lands"]
    return markdown(header, rows) + "\n\n" + about


def spread(values: list[float]) -> str:
    """A mean, and what lies furthest from it on either side, of several."""
    if len(values) == 1:
        return f"{values[0]:.1f}"
    return f"{mean(values):.1f} ({min(values):.1f} to {max(values):.1f})"


def photo_model_table() -> str:
    """The table of docs/photos.md on the time and memory of a model for photos."""
    figures = load("photo_model")
    asked = [
        ("`models add`: read, measured, 16 directions found", "add"),
        ("a file of directions imported", "import"),
        ("`encode --face 0 --steps 0`: the encoder alone, the square, its verdict", "encode"),
        ("`edit`: one direction on the whole face", "edit"),
    ]
    rows = [
        f"| {what} | {figures[f'{name}_cpu_s']:.0f} | {figures[f'{name}_mb'] / 1000:.1f} GB |"
        for what, name in asked
    ]
    return "\n".join(
        [
            "| | CPU seconds | peak memory |",
            "|---|---|---|",
            *rows,
            "",
            f"The model takes {figures['model_mb']:.0f} MB on the disk. A phone's JPEG of twelve "
            f"megapixels is decoded in {figures['decode_s']:.1f} s and its face found in "
            f"{figures['faces_s']:.1f} s (`python -m benchmarks.photo_model`).",
        ]
    )


Table = Callable[[], str]

PAGES: dict[Path, dict[str, Table]] = {
    ROOT / "README.md": {"figures": table},
    ROOT / "models" / "pretrained" / "portraits" / "MODEL_CARD.md": {"figures": table},
    ROOT / "models" / "pretrained" / "aerial" / "MODEL_CARD.md": {
        "any-size": any_size_table,
        "painting": partial(painting_table, "any-size"),
    },
    ROOT / "models" / "pretrained" / "planet" / "MODEL_CARD.md": {
        "planet": planet_table,
        "painting": partial(painting_table, "planet"),
    },
    ROOT / "docs" / "models.md": {"figures": own_models_table},
    ROOT / "docs" / "photos.md": {"figures": photo_model_table},
    ROOT / "docs" / "land.md": {
        "any-size": any_size_table,
        "painting": partial(painting_table, "any-size"),
        "planet-priors": planet_priors_table,
        "priors": partial(priors_table, "priors", "--seeds 3 --reader-minutes 6"),
        "priors-far": partial(
            priors_table, "priors-far", "--seeds 2 --scale 0.125 --reader-minutes 4"
        ),
    },
    ROOT / "docs" / "results.md": {name: partial(make, load) for name, make in TABLES.items()},
}
"""Every page with its tables, by the name in its markers."""


def filled(path: Path) -> str:
    """A page with its tables between the markers."""
    text = path.read_text()
    for name, make in PAGES[path].items():
        begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        before, rest = text.split(begin, 1)
        text = before + f"{begin}\n{make()}\n{end}" + rest.split(end, 1)[1]
    return text


if __name__ == "__main__":
    for path in PAGES:
        path.write_text(filled(path))

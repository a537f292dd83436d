"""Write measured figures into README, MODEL_CARD and docs/models.md, at markers: `make figures`.

The figures are what the commands below wrote into docs/figures/; a test checks that the pages hold
exactly these.
"""

import json
import re
from collections.abc import Callable
from pathlib import Path
from statistics import mean
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FIGURES = ROOT / "docs" / "figures"
BEGIN, END = "<!-- figures -->", "<!-- /figures -->"


def load(name: str) -> Any:
    """What a command wrote."""
    return json.loads((FIGURES / f"{name}.json").read_text())


def table() -> str:
    """The figures as a table, with the command that makes each row."""
    rows = [
        ("| what | measured | command |", ""),
        ("|---|---|---|", ""),
        (generator_row(load("generator")), "latentbrush evaluate generator"),
        (inversion_row(load("inversion")), "latentbrush evaluate inversion"),
        (editing_row(load("editing")), "latentbrush evaluate editing"),
        (latency_row(load("latency")), "python benchmarks/edit_latency.py"),
    ]
    return "\n".join(row if not command else f"{row} `{command}` |" for row, command in rows)


def generator_row(figures: dict[str, Any]) -> str:
    """Samples against renders."""
    return (
        f"| {figures['count']} samples against as many fresh renders, in the features of the "
        f"perceptual network | precision {figures['precision']:.2f}, recall "
        f"{figures['recall']:.2f}; sliced Wasserstein distance {figures['swd_ratio']:.2f} × that "
        "between two sets of renders |"
    )


def inversion_row(figures: dict[str, Any]) -> str:
    """Encoder alone and default steps."""
    alone, default = figures["rows"]
    return (
        f"| encoding {figures['count']} unseen renders, medians | encoder alone "
        f"{alone['psnr_db']:.1f} dB; {default['steps']} steps {default['psnr_db']:.1f} dB in "
        f"{default['seconds']:.1f} s |"
    )


def editing_row(figures: dict[str, Any]) -> str:
    """Attributes that do what they say."""
    rows = figures["attributes"]
    good = [row for row in rows if row["sign_rate"] >= 0.9]
    return (
        f"| {len(rows)} attributes painted at their place on {figures['count']} unseen renders at "
        f"±1 and ±2 σ, judged by an independent regressor | {len(good)} move the right way in at "
        f"least 90 %; mean {100 * mean(row['sign_rate'] for row in rows):.0f} %; largest change "
        f"outside the feathered mask: {max(row['outside_max_diff'] for row in rows)} of 255 |"
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
        f"| added, with {own['directions']:.0f} directions (strips not counted) | "
        f"{own['add_s']:.1f} s |",
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


PAGES: dict[Path, Callable[[], str]] = {
    ROOT / "README.md": table,
    ROOT / "models" / "pretrained" / "portraits" / "MODEL_CARD.md": table,
    ROOT / "docs" / "models.md": own_models_table,
}


def filled(path: Path) -> str:
    """A page with its table between the markers."""
    pattern = re.compile(f"{BEGIN}.*?{END}", re.DOTALL)
    return pattern.sub(lambda _: f"{BEGIN}\n{PAGES[path]()}\n{END}", path.read_text())


if __name__ == "__main__":
    for path in PAGES:
        path.write_text(filled(path))

"""The tables of docs/results.md, made of what `latentbrush evaluate` measured."""

from collections.abc import Callable, Sequence
from statistics import mean, median
from typing import Any

Figures = dict[str, Any]
Load = Callable[[str], Any]

PLAIN = ("least squares", "SVM", "SeFa")
REACHED = 0.7  # of the learnt slope, to count as the same effect
MET, NOT_MET = "yes", "**no**"


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def find(rows: Sequence[Figures], **wanted: object) -> Figures:
    """The first row with these values."""
    return next(row for row in rows if all(row[key] == value for key, value in wanted.items()))


def space_name(row: Figures) -> str:
    """A row's space, and whether it was regularised."""
    return row["space"] + (", regularised" if row["regularised"] else "")


def spaces(load: Load) -> str:
    """Every space and start."""
    header = ["space", "start", "steps", "PSNR, dB", "perceptual", "plausibility", "edits right"]
    header += ["leakage", "outside, of 255", "swap FD", "s"]
    rows = [
        [
            space_name(row),
            row["init"],
            str(row["steps"]),
            f"{row['psnr_db']:.1f}",
            f"{row['perceptual']:.4f}",
            f"{row['plausibility']:.2f}",
            f"{100 * row['edit_success']:.0f} %",
            f"{row['leakage']:.3f}",
            f"{row['outside_change']:.2f}",
            f"{row['swap_fd']:.2f}",
            f"{row['seconds']:.1f}",
        ]
        for row in load("inversion")["rows"]
    ]
    return markdown(header, rows)


def regularisers(load: Load) -> str:
    """The ablation."""
    header = ["regulariser", "weight", "PSNR, dB", "perceptual", "plausibility", "edits right"]
    header += ["leakage"]
    rows = [
        [
            row["regulariser"] or "none",
            f"{row['weight']:g}",
            f"{row['psnr_db']:.1f}",
            f"{row['perceptual']:.4f}",
            f"{row['plausibility']:.2f}",
            f"{100 * row['edit_success']:.0f} %",
            f"{row['leakage']:.3f}",
        ]
        for row in load("regularisers")["rows"]
    ]
    return markdown(header, rows)


def out_of_sample(load: Load) -> str:
    """What the generator has never drawn."""
    header = ["case", "space", "PSNR, dB", "perceptual", "plausibility", "edits right"]
    header += ["other person moved"]
    rows = [
        [
            row["case"],
            space_name(row),
            f"{row['psnr_db']:.1f}",
            f"{row['perceptual']:.4f}",
            f"{row['plausibility']:.2f}",
            share(row["edit_success"]),
            share(row["other_change"]),
        ]
        for row in load("inversion")["out_of_sample"]
    ]
    return markdown(header, rows)


def share(value: float | None) -> str:
    """A share in percent, where there is one."""
    return "" if value is None else f"{100 * value:.1f} %"


def methods(load: Load) -> str:
    """The attribute model against plain directions."""
    rows = []
    for method in ("learnt", *PLAIN):
        own = [row for row in load("editing")["attributes"] if row["method"] == method]
        rows.append(
            [
                method,
                f"{median(row['slope'] for row in own):.2f}",
                f"{100 * mean(row['sign_rate'] for row in own):.0f} %",
                str(sum(row["sign_rate"] >= 0.9 for row in own)),
                f"{median(row['leak'] for row in own):.3f}",
            ]
        )
    header = ["method", "slope, median", "right way, mean", "attributes ≥ 90 %", "leakage, median"]
    return markdown(header, rows)


def leakage_ratio(rows: Sequence[Figures]) -> float:
    """Median over attributes: leakage of the learnt direction over that of the best plain one that
    has nearly its effect; attributes that no plain method reaches do not count."""
    by_method: dict[str, dict[str, Figures]] = {}
    for row in rows:
        by_method.setdefault(row["method"], {})[row["id"]] = row
    ratios = []
    for name, row in by_method["learnt"].items():
        plain = [by_method[method][name] for method in PLAIN]
        rivals = [other["leak"] for other in plain if other["slope"] >= REACHED * row["slope"] > 0]
        if rivals:
            ratios.append(row["leak"] / min(rivals))
    return median(ratios)


def claims(load: Load) -> str:
    """What was asked of the method, and what was measured."""
    inversion, editing = load("inversion"), load("editing")
    rows, strange = inversion["rows"], inversion["out_of_sample"]
    steps = find(rows, space="W+", init="encoder")["steps"]
    w_plus = find(rows, space="W+", init="encoder", steps=steps)
    s_plus = find(rows, space="S+", regularised=True, steps=steps)
    quick = find(rows, space="S+", regularised=True, steps=steps // 3)
    far = find(rows, space="W+", init="mean")
    distance = s_plus["perceptual"] / w_plus["perceptual"]
    swap = s_plus["swap_fd"] / inversion["swap_fd_generated"]
    gain = 100 * (s_plus["edit_success"] - w_plus["edit_success"])
    cases = sorted({row["case"] for row in strange})
    worst = max(
        find(strange, case=case, space="S+")["perceptual"]
        / find(strange, case=case, space="W+")["perceptual"]
        for case in cases
    )
    other = find(strange, case="two people", space="S+")["other_change"]
    ratio = leakage_ratio(editing["attributes"])
    speed, reached = far["seconds"] / quick["seconds"], quick["perceptual"] / far["perceptual"]
    leakage = s_plus["leakage"] / w_plus["leakage"]
    wanted: list[tuple[str, str, str, bool]] = [
        (
            "regularised S+ reconstructs better than W+ at equal steps",
            "perceptual distance ≤ 0.5 ×",
            f"{distance:.3f} ×",
            distance <= 0.5,
        ),
        (
            "its latents are like generated ones",
            "plausibility 0.5 to 1.5",
            f"{s_plus['plausibility']:.2f}",
            0.5 <= s_plus["plausibility"] <= 1.5,
        ),
        (
            "their parts can be swapped with generated ones",
            "swap FD ≤ 1.2 × that of generated latents",
            f"{swap:.2f} ×",
            swap <= 1.2,
        ),
        (
            "edits keep their meaning",
            "edit success ≥ W+'s − 2 points",
            f"{gain:+.1f} points",
            gain >= -2,
        ),
        ("and leak no more", "leakage ≤ W+'s", f"{leakage:.2f} ×", leakage <= 1),
        (
            "pictures out of sample",
            "perceptual distance ≤ 0.4 × W+'s, worst case",
            f"{worst:.3f} ×",
            worst <= 0.4,
        ),
        (
            "one of two people is edited, the other stays",
            "moved ≤ 5 % of the effect",
            share(other),
            other <= 0.05,
        ),
        (
            f"encoder and {quick['steps']} steps against W+ at {far['steps']}",
            "perceptual distance ≤ 1 ×",
            f"{reached:.3f} ×",
            reached <= 1,
        ),
        ("in less time", "≥ 20 × fewer seconds", f"{speed:.1f} ×", speed >= 20),
        (
            "the attribute model against the best plain direction of each attribute",
            "leakage ≤ 0.7 × at the same effect",
            f"{ratio:.2f} ×",
            ratio <= 0.7,
        ),
    ]
    header = ["claim", "asked", "measured", "reached"]
    return markdown(
        header, [[name, asked, got, MET if met else NOT_MET] for name, asked, got, met in wanted]
    )


TABLES: dict[str, Callable[[Load], str]] = {
    "claims": claims,
    "spaces": spaces,
    "regularisers": regularisers,
    "out-of-sample": out_of_sample,
    "methods": methods,
}

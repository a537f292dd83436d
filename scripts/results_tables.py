"""The tables of docs/results.md, made of what `latentbrush evaluate` measured."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import mean, median
from typing import Any

Figures = dict[str, Any]
Load = Callable[[str], Any]

RENDERED = "rendered"  # the renderer's own edits, one factor changed
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


COLUMNS: dict[str, tuple[str, Callable[[Figures], str]]] = {
    "space": ("space", lambda row: row["space"] + (", regularised" if row["regularised"] else "")),
    "case": ("case", lambda row: row["case"]),
    "regulariser": ("regulariser", lambda row: row["regulariser"] or "none"),
    "weight": ("weight", lambda row: f"{row['weight']:g}"),
    "init": ("start", lambda row: row["init"]),
    "steps": ("steps", lambda row: str(row["steps"])),
    "psnr_db": ("PSNR, dB", lambda row: f"{row['psnr_db']:.1f}"),
    "perceptual": ("perceptual", lambda row: f"{row['perceptual']:.4f}"),
    "judged_perceptual": ("by the judge", lambda row: f"{row['judged_perceptual']:.4f}"),
    "plausibility": ("plausibility", lambda row: f"{row['plausibility']:.2f}"),
    "disagreement": ("disagreement", lambda row: f"{row['disagreement']:.3f}"),
    "roughness": ("roughness", lambda row: f"{row['roughness']:.3f}"),
    "shows_through": ("shows through", lambda row: f"{row['shows_through']:.2f}"),
    "strength": ("strength", lambda row: f"{row['strength']:.2f}"),
    "edit_success": ("edits right", lambda row: share(row["edit_success"])),
    "leakage": ("leakage", lambda row: f"{row['leakage']:.3f}"),
    "outside_change": ("outside, of 255", lambda row: f"{row['outside_change']:.2f}"),
    "other_change": ("other person moved", lambda row: share(row["other_change"])),
    "other_same_change": ("in that attribute", lambda row: share(row["other_same_change"])),
    "swap_fd": ("swap FD", lambda row: f"{row['swap_fd']:.2f}"),
    "judged_swap_fd": ("by the judge", lambda row: f"{row['judged_swap_fd']:.2f}"),
    "seconds": ("s", lambda row: f"{row['seconds']:.1f}"),
}
"""What a row of figures shows, by name: the header, and the cell."""


def table(names: str, rows: Sequence[Figures]) -> str:
    """Some columns of some rows."""
    shown = [COLUMNS[name] for name in names.split()]
    return markdown([header for header, _ in shown], [[cell(r) for _, cell in shown] for r in rows])


def share(value: float | None) -> str:
    """A share in percent, where there is one."""
    return "" if value is None else f"{100 * value:.1f} %"


def spaces(load: Load) -> str:
    """Every space and start."""
    names = "space init steps psnr_db perceptual judged_perceptual plausibility edit_success"
    return table(
        f"{names} leakage outside_change swap_fd judged_swap_fd seconds", load("inversion")["rows"]
    )


def regularisers(load: Load) -> str:
    """The ablation."""
    names = "regulariser weight psnr_db perceptual plausibility edit_success leakage"
    return table(names, load("regularisers")["rows"])


def plainness(load: Load) -> str:
    """How plainly latents edit by themselves."""
    names = "space regulariser weight psnr_db plausibility disagreement roughness shows_through"
    rows = [row | {"regularised": False} for row in load("regularisers")["plainness"]]
    return table(f"{names} strength", rows)


def out_of_sample(load: Load) -> str:
    """What the generator has never drawn."""
    names = "case space psnr_db perceptual plausibility edit_success other_change"
    return table(f"{names} other_same_change", load("inversion")["out_of_sample"])


def methods(load: Load) -> str:
    """The attribute model against plain directions."""
    rows = []
    for method in ("learnt", *PLAIN, RENDERED):
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


def things(load: Load) -> str:
    """What is put on and taken off."""
    rows = [
        [
            row["id"],
            f"{row['shows_through']:.2f}",
            f"{row['strength']:.2f}",
            f"{row['spill']:.2f}",
            f"{100 * row['put_on']:.0f} %",
            f"{100 * row['taken_off']:.0f} %",
        ]
        for row in load("editing")["things"]
    ]
    return markdown(["thing", "shows through", "strength", "spill", "put on", "taken off"], rows)


def leakage_ratio(rows: Sequence[Figures], measured: str = "learnt") -> float:
    """Median over attributes: leakage of a method over that of the best plain one that has nearly
    the learnt direction's effect; attributes that no plain method reaches do not count."""
    by_method: dict[str, dict[str, Figures]] = {}
    for row in rows:
        by_method.setdefault(row["method"], {})[row["id"]] = row
    ratios: list[float] = []
    for name, row in by_method["learnt"].items():
        plain = [by_method[method][name] for method in PLAIN]
        rivals = [other["leak"] for other in plain if other["slope"] >= REACHED * row["slope"] > 0]
        if rivals:
            ratios.append(by_method[measured][name]["leak"] / min(rivals))
    return median(ratios)


@dataclass(frozen=True)
class Claim:
    """What was asked of the method, and what was measured."""

    name: str
    asked: str
    measured: str
    is_reached: bool


def claims(load: Load) -> str:
    """Every claim, asked and measured."""
    inversion, editing = load("inversion"), load("editing")
    found = [
        *space_claims(inversion),
        *out_of_sample_claims(inversion["out_of_sample"]),
        *speed_claims(inversion["rows"]),
        attribute_claim(editing["attributes"]),
    ]
    cells = [[c.name, c.asked, c.measured, MET if c.is_reached else NOT_MET] for c in found]
    return markdown(["claim", "asked", "measured", "reached"], cells)


def equal_steps(rows: Sequence[Figures]) -> int:
    """The steps at which spaces are compared."""
    steps: int = find(rows, space="W+", init="encoder")["steps"]
    return steps


def space_claims(inversion: Figures) -> list[Claim]:
    """Regularised S+ against W+, at equal steps."""
    rows = inversion["rows"]
    steps = equal_steps(rows)
    w_plus = find(rows, space="W+", init="encoder", regularised=False, steps=steps)
    judged = "judged_perceptual"
    s_plus = find(rows, space="S+", regularised=True, steps=steps)
    distance = s_plus["perceptual"] / w_plus["perceptual"]
    plausibility = s_plus["plausibility"]
    swap = s_plus["swap_fd"] / inversion["swap_fd_generated"]
    by_judge = s_plus["judged_swap_fd"] / inversion["judged_swap_fd_generated"]
    gain = 100 * (s_plus["edit_success"] - w_plus["edit_success"])
    leakage = s_plus["leakage"] / w_plus["leakage"]
    return [
        Claim(
            "regularised S+ reconstructs better than W+ at equal steps",
            "perceptual distance ≤ 0.5 ×",
            f"{distance:.3f} × (by the judge {s_plus[judged] / w_plus[judged]:.3f})",
            distance <= 0.5,
        ),
        Claim(
            "its latents are like generated ones",
            "plausibility 0.5 to 1.5",
            f"{plausibility:.2f}",
            0.5 <= plausibility <= 1.5,
        ),
        Claim(
            "their parts can be swapped with generated ones",
            "swap FD ≤ 1.2 × that of generated latents",
            f"{swap:.2f} × (by the judge {by_judge:.2f})",
            swap <= 1.2,
        ),
        Claim(
            "edits keep their meaning",
            "edit success ≥ W+'s − 2 points",
            f"{gain:+.1f} points",
            gain >= -2,
        ),
        Claim("and leak no more", "leakage ≤ W+'s", f"{leakage:.2f} ×", leakage <= 1),
    ]


def out_of_sample_claims(rows: Sequence[Figures]) -> list[Claim]:
    """What W+ cannot hold."""
    worst = max(
        find(rows, case=case, space="S+")["perceptual"]
        / find(rows, case=case, space="W+")["perceptual"]
        for case in {row["case"] for row in rows}
    )
    other = find(rows, case="two people", space="S+")["other_change"]
    return [
        Claim(
            "pictures out of sample",
            "perceptual distance ≤ 0.4 × W+'s, worst case",
            f"{worst:.3f} ×",
            worst <= 0.4,
        ),
        Claim(
            "one of two people is edited, the other stays",
            "moved ≤ 5 % of the effect",
            share(other),
            other <= 0.05,
        ),
    ]


def speed_claims(rows: Sequence[Figures]) -> list[Claim]:
    """The encoder and a few steps against the long way."""
    quick = min(
        (row for row in rows if row["space"] == "S+" and row["regularised"]),
        key=lambda row: row["steps"],
    )
    far = find(rows, space="W+", init="mean")
    distance = quick["perceptual"] / far["perceptual"]
    speed = far["seconds"] / quick["seconds"]
    name = f"encoder and {quick['steps']} steps against W+ at {far['steps']}"
    return [
        Claim(name, "perceptual distance ≤ 1 ×", f"{distance:.3f} ×", distance <= 1),
        Claim("in less time", "≥ 20 × fewer seconds", f"{speed:.1f} ×", speed >= 20),
    ]


def attribute_claim(rows: Sequence[Figures]) -> Claim:
    """Learnt directions against plain ones."""
    ratio, floor = leakage_ratio(rows), leakage_ratio(rows, RENDERED)
    return Claim(
        "the attribute model against the best plain direction of each attribute",
        "leakage ≤ 0.7 × at the same effect",
        f"{ratio:.2f} × (faultless edits {floor:.2f})",
        ratio <= 0.7,
    )


TABLES: dict[str, Callable[[Load], str]] = {
    "claims": claims,
    "spaces": spaces,
    "regularisers": regularisers,
    "plainness": plainness,
    "out-of-sample": out_of_sample,
    "methods": methods,
    "things": things,
}

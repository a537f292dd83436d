"""The claims of docs/results.md are judged by the figures, on both sides of every bound."""

from typing import Any

import pytest

from scripts.results_tables import claims, leakage_ratio


def row(space: str, init: str, steps: int, regularised: bool, **figures: float) -> dict[str, Any]:
    usual = {"judged_perceptual": 0.1, "judged_swap_fd": 1.0}
    usual |= {"perceptual": 0.1, "plausibility": 1.0, "swap_fd": 1.0, "edit_success": 0.9}
    about = {"space": space, "init": init, "steps": steps, "regularised": regularised}
    return about | usual | {"leakage": 0.2, "seconds": 1.0} | figures


def figures(**s_plus: float) -> dict[str, Any]:
    strange = [
        {"case": "two people", "space": space, "perceptual": value, "other_change": 0.01}
        for space, value in (("W+", 1.0), ("S+", 0.1))
    ]
    rows = [
        row("W+", "encoder", 60, regularised=False),
        row("S+", "encoder", 60, regularised=True, **({"perceptual": 0.04} | s_plus)),
        row("S+", "encoder", 20, regularised=True, perceptual=0.05, seconds=1.0),
        row("W+", "mean", 500, regularised=False, perceptual=0.06, seconds=25.0),
    ]
    return {"rows": rows, "out_of_sample": strange} | {
        "swap_fd_generated": 0.9,
        "judged_swap_fd_generated": 0.9,
    }


def editing(leak: float) -> dict[str, Any]:
    def of(method: str, slope: float, leak: float) -> dict[str, Any]:
        return {"id": "smile", "method": method, "slope": slope, "leak": leak}

    plain = [of("least squares", 1.0, 0.5), of("SVM", 0.9, 0.4), of("SeFa", 0.1, 0.01)]
    return {"attributes": [of("learnt", 1.0, leak), *plain, of("rendered", 1.0, 0.1)]}


def reached(inversion: dict[str, Any], leak: float = 0.2) -> list[bool]:
    made = {"inversion": inversion, "editing": editing(leak)}
    return [line.endswith("| yes |") for line in claims(made.__getitem__).splitlines()[2:]]


def test_every_claim_is_reached_by_good_figures() -> None:
    assert all(reached(figures()))


@pytest.mark.parametrize(
    ("claim", "worse"),
    [
        (0, {"perceptual": 0.06}),
        (1, {"plausibility": 0.4}),
        (2, {"swap_fd": 1.2}),
        (3, {"edit_success": 0.87}),
        (4, {"leakage": 0.21}),
    ],
)
def test_a_claim_is_not_reached_by_worse_figures(claim: int, worse: dict[str, float]) -> None:
    found = reached(figures(**worse))
    assert not found[claim]
    assert sum(found) == len(found) - 1


def test_leakage_is_compared_with_what_has_the_same_effect() -> None:
    assert leakage_ratio(editing(0.2)["attributes"]) == pytest.approx(0.5)
    assert not reached(figures(), leak=0.35)[-1]

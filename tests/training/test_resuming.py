"""A training that was stopped goes on where it was: its progress, its rate, its optimisers."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.tiny import tiny_model
from training.attributes import train_attributes
from training.data import FreshPortraits
from training.domains import find_domain
from training.encoder import Redrawing, train_encoder
from training.gan_options import PRESETS, GanOptions
from training.loop import train_generator
from training.perceptual import train_perceptual
from training.runs import load_state
from training.schedule import BEGINNING, OVER, Every, Minutes, Moment, Progress, Steps

TINY = replace(PRESETS["cpu32"], batch=4, channel_base=256, channel_max=16, w_dim=64, grid=32)
LAND = replace(
    PRESETS["aerial64"], resolution=16, grid=16, channel_base=256, channel_max=16, w_dim=16
)


@dataclass(frozen=True)
class Stopped(Steps):
    """Somebody stops it in the last but one of its steps."""

    def watch(self, title: str, progress: Progress = BEGINNING) -> Iterator[Moment]:
        for now in super().watch(title, progress):
            if now.step == self.num - 1:
                raise KeyboardInterrupt
            yield now


@pytest.fixture(autouse=True)
def saved_at_every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Every, "due", lambda self: True)
    monkeypatch.setattr("training.phases.STEPS", Steps(2))
    monkeypatch.setattr("training.land_lesson.LANDS", 1)


def steps_of(optimiser: dict[str, Any]) -> int:
    """How many updates an optimiser has made of what it updates most often."""
    return max(int(state["step"]) for state in optimiser["state"].values())


def test_time_goes_on_from_a_place() -> None:
    assert [now.step for now in Steps(5).watch("", Progress(3, 0.6))] == [3, 4]
    first = next(Minutes(1).watch("", Progress(7, 0.75)))
    assert first.step == 7
    assert first.passed == pytest.approx(0.75, abs=0.01)
    assert list(Minutes(1).watch("", Progress(9, 1.0))) == []
    assert list(Minutes(0).watch("")) == []


def test_what_is_over_begins_anew() -> None:
    assert (
        Progress.of(None)
        == Progress.of({})
        == Progress.of({"place": asdict(OVER)}).left
        == BEGINNING
    )
    assert Progress.of({"place": {"step": 3, "passed": 0.5}}).left == Progress(3, 0.5)


@pytest.mark.parametrize(
    ("options", "phase", "optimisers"),
    [
        (TINY, "warmup", ["optimiser"]),
        (LAND, "warmup", ["optimiser"]),
        (LAND, "sharpening", ["opt", "opt_critic"]),
        (TINY, "length", []),
    ],
)
def test_a_phase_of_a_generator(
    options: GanOptions, phase: str, optimisers: list[str], tmp_path: Path
) -> None:
    others: dict[str, Any] = {"length": None}
    if phase == "sharpening":
        others["warmup"] = Steps(2)

    def train(length: Steps, resume: bool = False) -> None:
        train_generator(options, tmp_path, **(others | {phase: length}), resume=resume)

    with pytest.raises(KeyboardInterrupt):
        train(Stopped(3))
    before = load_state(tmp_path)
    assert before["place"]["step"] == 2
    train(Steps(5), resume=True)
    after = load_state(tmp_path)
    assert Progress.of(after) == OVER
    assert after["nimg"] > before["nimg"]
    for name in optimisers:
        assert (steps_of(before["parts"][name]), steps_of(after["parts"][name])) == (2, 5)
    if phase == "length":
        assert steps_of(after["opt_d"]) == 5
    train(Steps(4), resume=True)  # it was over: as long again
    assert load_state(tmp_path)["nimg"] == pytest.approx(after["nimg"] * 9 / 5, rel=0.05)


def test_an_encoder(tmp_path: Path) -> None:
    model = tiny_model()

    def train(length: Steps, resume: bool = False) -> None:
        lesson = Redrawing(FreshPortraits(32, 1, model.device), batch=2)
        train_encoder(model, lesson, tmp_path, length, resume=resume)

    with pytest.raises(KeyboardInterrupt):
        train(Stopped(51))
    assert load_state(tmp_path)["place"]["step"] == 50
    train(Steps(53), resume=True)
    state = load_state(tmp_path)
    assert (Progress.of(state), steps_of(state["optimiser"])) == (OVER, 53)


def test_a_perceptual_network(tmp_path: Path) -> None:
    def train(length: Steps, resume: bool = False) -> None:
        domain = find_domain("portraits")
        train_perceptual(
            tmp_path, length, domain=domain, resolution=32, widths=(8,), batch=4, resume=resume
        )

    with pytest.raises(KeyboardInterrupt):
        train(Stopped(51))
    assert load_state(tmp_path)["nimg"] == 200
    train(Steps(53), resume=True)
    state = load_state(tmp_path)
    assert (Progress.of(state), state["nimg"], steps_of(state["optimiser"])) == (OVER, 212, 53)


def test_attributes(tmp_path: Path) -> None:
    model = tiny_model()
    with pytest.raises(KeyboardInterrupt):
        train_attributes(model, tmp_path, Stopped(27), batch=2)
    assert load_state(tmp_path)["place"]["step"] == 26
    train_attributes(model, tmp_path, Steps(30), batch=2, resume=True)
    state = load_state(tmp_path)
    assert (Progress.of(state), steps_of(state["optimiser"])) == (OVER, 30)

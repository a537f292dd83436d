"""Whose preview is next, and that it waits for its turn."""

import signal
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from safetensors.numpy import load, save

from contracts.edits import AttributeEdit
from contracts.errors import UnknownMask
from contracts.ids import new_job_id
from contracts.jobs import JobKind, new_record
from contracts.masks import MaskStored
from contracts.previews import PreviewRequest
from contracts.records import Given
from contracts.requests import EditRequest, GenerateRequest, GenerateResult
from models.step import Report
from service.job_store import JobStore
from service.store import files_at
from tests.fakes.fake_editor import FakeEditor
from tests.fakes.live_server import write_model
from worker.desk import Desk
from worker.ports import EditCall, Edited
from worker.previews import BenchStudio, Drawn, Slots
from worker.settings import WorkerSettings
from worker.task import Task
from worker.tasks import perform
from worker.turns import Turns
from worker.workbench import Workbench


def wanted(
    slot: str, ticket: int, latent_id: str | None = "lat_x", model: str = "tiny"
) -> PreviewRequest:
    edit = None if latent_id is None else EditRequest(latent_id=latent_id)
    return PreviewRequest(
        ticket=ticket, slot=slot, answer_to="there", owner="anna", model=model, edit=edit
    )


def taken(slots: Slots, at_once: int = 1) -> list[int]:
    return [request.ticket for request in slots.take(lambda _model: at_once)]


def test_the_newest_of_a_socket_is_drawn_in_the_place_of_its_first() -> None:
    slots = Slots()
    for slot, ticket in [("a", 1), ("b", 2), ("a", 3), ("c", 4), ("a", 5)]:
        slots.put(wanted(slot, ticket))
    assert [taken(slots) for _ in range(3)] == [[5], [2], [4]]
    assert not slots


def test_a_socket_that_was_served_waits_for_the_others() -> None:
    slots = Slots()
    slots.put(wanted("a", 1))
    slots.put(wanted("b", 2))
    assert taken(slots) == [1]
    slots.put(wanted("a", 3))
    assert [taken(slots) for _ in range(2)] == [[2], [3]]


def test_those_by_one_model_are_drawn_together_and_no_socket_is_passed_over_twice() -> None:
    slots = Slots()
    for slot, model in enumerate(["tiny", "large", "tiny", "large", "tiny", "tiny"]):
        slots.put(wanted(f"s{slot}", slot, model=model))
    assert taken(slots, 3) == [0, 2, 4]
    slots.put(wanted("s0", 6))
    assert [taken(slots, 3) for _ in range(2)] == [[1, 3], [5, 6]]


def test_what_nobody_wants_any_more_is_not_drawn() -> None:
    slots = Slots()
    slots.put(wanted("a", 1))
    slots.put(wanted("a", 1, None))
    slots.put(wanted("b", 2, None))
    assert not slots


class Counting(FakeEditor):
    together: list[int]
    """How many were drawn in each go."""


class Short(Counting):
    """Runs out of memory the first time, as who draws with it does."""

    failures = 1

    def edit_together(self, calls: Sequence[EditCall]) -> list[Edited | Exception]:
        self.together.append(len(calls))
        if Short.failures:
            Short.failures -= 1
            return [MemoryError("can't allocate memory") for _ in calls]
        return super().edit_together(calls)


class Narrow(Counting):
    """Has memory for one drawing at a time."""

    def edit_together(self, calls: Sequence[EditCall]) -> list[Edited | Exception]:
        self.together.append(len(calls))
        if len(calls) > 1:
            raise MemoryError("can't allocate memory")
        return super().edit_together(calls)


class Asked:
    """Previews of one generated picture, by a bench with a model of one kind."""

    def __init__(self, folder: Path, kind: type[Counting]) -> None:
        write_model(folder)
        settings = WorkerSettings(data_dir=folder)
        kind.together = []
        self.bench = Workbench(
            settings,
            cast(JobStore, None),
            files_at(settings.store_url),
            lambda model, device: kind(model.name, 64, device),
            "cpu",
            "worker",
            lambda: False,
            lambda: None,
        )
        asked = GenerateRequest(model="fake", seed=1)
        record = new_record(new_job_id(), "anna", JobKind.GENERATE, "interactive", asked)
        desk = Desk(self.bench.files, "anna")
        made = perform(Task(self.bench, desk, lambda step: None), record)
        assert isinstance(made, GenerateResult)
        self.latent_id = made.latent_id
        self.given = Given(
            images={each.image_id: each for each in desk.made.images},
            latents={each.latent_id: each for each in desk.made.latents},
        )

    def request(self, ticket: int, *edits: AttributeEdit, owner: str = "anna") -> PreviewRequest:
        edit = EditRequest(latent_id=self.latent_id, edits=edits)
        return PreviewRequest(
            answer_to="there",
            model="fake",
            given=self.given if owner == "anna" else Given(),
            ticket=ticket,
            slot=str(ticket),
            owner=owner,
            edit=edit,
        )


SMILE = AttributeEdit(attribute="smile", strength=1.0)


def test_several_are_drawn_in_one_go_and_one_that_fails_fails_alone(tmp_path: Path) -> None:
    asked = Asked(tmp_path, Short)
    lost = AttributeEdit(attribute="smile", strength=1.0, mask=MaskStored(mask_id="msk_lost"))
    requests = [
        asked.request(1, SMILE),
        asked.request(2, lost),
        asked.request(3, SMILE, owner="bert"),
    ]
    right, wrong, strange = BenchStudio(asked.bench).draw(requests)
    assert isinstance(right, tuple)
    assert right[0].changed_box is not None
    assert isinstance(wrong, UnknownMask)
    assert isinstance(strange, Exception), "another's latent"
    assert Short.together == [2, 2], "once more after memory had run out"


def test_what_there_is_no_memory_for_together_is_drawn_one_by_one(tmp_path: Path) -> None:
    asked = Asked(tmp_path, Narrow)
    drawn = BenchStudio(asked.bench).draw([asked.request(ticket, SMILE) for ticket in range(3)])
    assert all(isinstance(each, tuple) for each in drawn)
    assert Narrow.together == [3, 3, 1, 1, 1]


def test_turns_are_given_one_by_one_in_the_order_in_which_they_were_asked_for() -> None:
    turns, done = Turns(), []

    def work(name: int) -> None:
        with turns.turn():
            done.append(name)

    threads = []
    with turns.turn():
        for name in range(5):
            threads.append(threading.Thread(target=work, args=(name,)))
            threads[-1].start()
            time.sleep(0.02)
        assert done == []
    for thread in threads:
        thread.join()
    assert done == list(range(5))


def test_a_turn_that_ends_badly_is_over() -> None:
    turns = Turns()
    with pytest.raises(ValueError, match="badly"), turns.turn():
        raise ValueError("badly")
    with turns.turn():
        pass


def test_who_is_called_away_from_the_line_holds_nobody_up() -> None:
    """As a worker is that is told to stop while it waits."""
    turns = Turns()

    def called_away(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, called_away)
    held, over = threading.Event(), threading.Event()

    def hold() -> None:
        with turns.turn():
            held.set()
            over.wait(5)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(5)
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    with pytest.raises(KeyboardInterrupt), turns.turn():
        pass
    signal.signal(signal.SIGALRM, before)
    over.set()
    holder.join()
    with turns.turn():
        pass


def test_what_a_preview_completes_is_told(tmp_path: Path) -> None:
    """A latent of before twins gets its twin once, and not at every start of a worker."""

    class Completing(Counting):
        def with_twin(self, tensor: bytes, on_step: Report) -> bytes:
            return save(load(tensor) | {"twin": np.zeros(1, np.float32)})

        def edit_together(self, calls: Sequence[EditCall]) -> list[Edited | Exception]:
            for call in calls:
                call.tensor(call.latent_id)
            return super().edit_together(calls)

    asked = Asked(tmp_path, Completing)
    (drawn,) = BenchStudio(asked.bench).draw([asked.request(1, SMILE)])
    assert isinstance(drawn, Drawn)
    assert list(drawn.tensors) == [asked.latent_id]

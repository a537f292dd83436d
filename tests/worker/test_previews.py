"""Whose preview is next, and that it waits for its turn."""

import signal
import threading
import time

import pytest

from contracts.previews import PreviewRequest
from contracts.requests import EditRequest
from worker.previews import Slots
from worker.turns import Turns


def wanted(slot: str, ticket: int, latent_id: str | None = "lat_x") -> PreviewRequest:
    edit = None if latent_id is None else EditRequest(latent_id=latent_id)
    return PreviewRequest(ticket=ticket, slot=slot, answer_to="there", owner="anna", edit=edit)


def test_the_newest_of_a_socket_is_drawn_in_the_place_of_its_first() -> None:
    slots = Slots()
    for slot, ticket in [("a", 1), ("b", 2), ("a", 3), ("c", 4), ("a", 5)]:
        slots.put(wanted(slot, ticket))
    assert [slots.take().ticket for _ in range(3)] == [5, 2, 4]
    assert not slots


def test_a_socket_that_was_served_waits_for_the_others() -> None:
    slots = Slots()
    slots.put(wanted("a", 1))
    slots.put(wanted("b", 2))
    assert slots.take().ticket == 1
    slots.put(wanted("a", 3))
    assert [slots.take().ticket for _ in range(2)] == [2, 3]


def test_what_nobody_wants_any_more_is_not_drawn() -> None:
    slots = Slots()
    slots.put(wanted("a", 1))
    slots.put(wanted("a", 1, None))
    slots.put(wanted("b", 2, None))
    assert not slots


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

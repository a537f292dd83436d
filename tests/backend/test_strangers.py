"""Strangers take turns; what one address sends keeps no other waiting."""

import pytest

from backend import strangers
from backend.strangers import AT_ONCE, LONGEST_S, RATE_HZ, Strangers
from contracts.errors import QueueFull


class Clock:
    now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_page_with_all_its_files_does_not_wait(clock: Clock) -> None:
    turns = Strangers(clock)
    assert [turns.take_turn("a") for _ in range(AT_ONCE)] == [0.0] * AT_ONCE


def test_a_flood_waits_and_is_refused_and_others_are_not(clock: Clock) -> None:
    turns = Strangers(clock)
    waits = []
    with pytest.raises(QueueFull):
        while True:
            waits.append(turns.take_turn("a"))
    assert waits == sorted(waits)
    assert waits[-1] == pytest.approx(LONGEST_S, abs=2 / RATE_HZ)
    assert len(waits) == pytest.approx(AT_ONCE + LONGEST_S * RATE_HZ, abs=2)
    assert turns.take_turn("b") == 0
    clock.now_s += LONGEST_S + AT_ONCE / RATE_HZ
    assert turns.take_turn("a") == 0, "it has rested"


def test_in_the_long_run_an_address_has_its_rate(clock: Clock) -> None:
    turns, answered = Strangers(clock), 0
    for _ in range(1000):
        clock.now_s += 0.01
        for _ in range(3):
            try:
                answered += turns.take_turn("a") < LONGEST_S
            except QueueFull:
                continue
    assert answered == pytest.approx(10 * RATE_HZ + AT_ONCE + LONGEST_S * RATE_HZ, abs=5)


def test_many_addresses_take_no_more_memory(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strangers, "ADDRESSES", 50)
    turns = Strangers(clock)
    for k in range(200):
        assert turns.take_turn(str(k)) <= LONGEST_S
    assert len(turns._turns_s) <= 51
    clock.now_s += 60
    assert turns.take_turn("new") == 0
    assert len(turns._turns_s) == 1

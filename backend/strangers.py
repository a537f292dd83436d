"""How fast strangers are answered: who has no key waits for a turn, each address for its own, so
that a flood keeps nobody else waiting."""

import time
from collections.abc import Callable

from contracts.errors import QueueFull

RATE_HZ = 50.0  # requests of one address that are answered, in the long run
AT_ONCE = 100  # that may come together: a page that nobody has signed in to has fewer files
LONGEST_S = 5.0  # that a turn is waited for
ADDRESSES = 10_000  # that have turns of their own; more take them together


class Strangers:
    """The turns of those who have no key."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._turns_s: dict[str, float] = {}

    def take_turn(self, address: str) -> float:
        """Take the next turn of an address; the seconds until it comes.

        Raises:
            QueueFull: too many of that address wait.
        """
        now_s, rested_s = self._clock(), AT_ONCE / RATE_HZ
        if address not in self._turns_s and len(self._turns_s) >= ADDRESSES:
            self._turns_s = {a: s for a, s in self._turns_s.items() if s > now_s - rested_s}
            if len(self._turns_s) >= ADDRESSES:
                address = ""
        turn_s = max(self._turns_s.get(address, 0.0), now_s - rested_s)
        if turn_s - now_s > LONGEST_S:
            raise QueueFull("too many requests without a key: try again in a moment")
        self._turns_s[address] = turn_s + 1 / RATE_HZ
        return max(0.0, turn_s - now_s)

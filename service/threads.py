"""How threads of a model wait for each other: said in the environment, before torch is loaded."""

from collections.abc import MutableMapping

SPINS = "10000"  # rounds that a thread that waits turns before it sleeps: tens of microseconds


def sleep_soon(environment: MutableMapping[str, str]) -> None:
    """Let them sleep soon, unless it is said otherwise (decision 48)."""
    environment.setdefault("GOMP_SPINCOUNT", SPINS)

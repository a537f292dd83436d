"""Where the time of a job goes."""

import time


class Clock:
    """Laps in milliseconds."""

    def __init__(self) -> None:
        self._begun = self._last = time.perf_counter()
        self._laps: dict[str, float] = {}

    def lap(self, name: str) -> None:
        """End a lap."""
        here = time.perf_counter()
        self._laps[name] = round((here - self._last) * 1000, 2)
        self._last = here

    def laps(self, last: str) -> dict[str, float]:
        """All laps, the running one under the name `last`, and the total."""
        self.lap(last)
        return {**self._laps, "total": round((self._last - self._begun) * 1000, 2)}

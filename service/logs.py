"""What the server and the workers write to their logs, and how much of it."""

import logging
import time

BURST = 20  # of one kind, in
WINDOW_S = 10.0
OURS = ("backend", "cli", "contracts", "models", "service", "training", "worker")


class Rate(logging.Filter):
    """Leaves out what is said too often. What is said next says how much that was."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[tuple[str, int, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a record is written."""
        kind = (record.name, record.levelno, str(record.msg)[:80])
        now_s = time.monotonic()
        begun_s, count = self._said.get(kind, (now_s, 0))
        if now_s - begun_s >= WINDOW_S:
            left_out = count - BURST
            if left_out > 0:
                record.msg, record.args = f"{record.getMessage()} (and {left_out} before it)", ()
            begun_s, count = now_s, 0
        if len(self._said) > 1000:
            self._said.clear()
        self._said[kind] = begun_s, count + 1
        return count < BURST


def log_to_stderr(level: str) -> None:
    """Write what we have to say from `level` on, and what libraries have from info on: below it
    they write headers down, and with them keys and cookies."""
    handler = logging.StreamHandler()
    handler.addFilter(Rate())
    ours = logging.getLevelNamesMapping()[level.upper()]
    logging.basicConfig(level=max(ours, logging.INFO), handlers=[handler], force=True)
    for name in OURS:
        logging.getLogger(name).setLevel(ours)

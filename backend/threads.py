"""Threads for what waits for the broker or the store.

The page's own files have others (Starlette's), so it opens whatever the broker does.
"""

from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

from anyio import CapacityLimiter, to_thread

MOST = 100  # at once; the next ones wait

P = ParamSpec("P")
R = TypeVar("R")

_limiter = CapacityLimiter(MOST)


async def run_in_threadpool(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Do what waits without keeping the event loop."""
    return await to_thread.run_sync(partial(work, *args, **kwargs), limiter=_limiter)

"""Names of workers."""

import secrets
from collections.abc import Sequence


def new_name(queues: Sequence[str]) -> str:
    """A name that no worker had before."""
    return f"{'-'.join(queues)}-{secrets.token_hex(4)}"

"""What brushes never wait behind."""

from typing import Any

import pytest

from backend.dispatcher import queue_of
from contracts.requests import EditRequest, GenerateRequest


@pytest.mark.parametrize(
    ("output", "queue"),
    [
        ({}, "interactive"),
        ({"max_side": 512}, "interactive"),
        ({"format": "webp"}, "interactive"),
        ({"frame": "full"}, "batch"),
        ({"frames": 16, "format": "webp"}, "batch"),
    ],
)
def test_exports_and_animations_are_batch_work(output: dict[str, Any], queue: str) -> None:
    wanted = EditRequest.model_validate({"latent_id": "lat_x", "output": output})
    assert queue_of(wanted) == queue


@pytest.mark.parametrize(
    ("size", "queue"),
    [({}, "interactive"), ({"width": 2048, "height": 128}, "interactive"),
     ({"width": 2048, "height": 1024}, "batch")],
)  # fmt: skip
def test_large_pictures_are_drawn_as_batch_work(size: dict[str, int], queue: str) -> None:
    assert queue_of(GenerateRequest(model="fake", **size)) == queue

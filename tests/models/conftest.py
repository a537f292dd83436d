"""A small model with random weights: 32 px, built in a moment, the same every time."""

import pytest

from models.model import Model
from tests.fakes.tiny import tiny_model


@pytest.fixture(scope="session")
def model() -> Model:
    return tiny_model()

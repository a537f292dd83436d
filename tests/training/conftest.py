"""Runs of seconds: a few pictures of 32 px, and networks of a few channels."""

import pytest

from models.model import Model
from tests.fakes.tiny import tiny_model
from training.gan_options import GanOptions


@pytest.fixture(scope="session")
def model() -> Model:
    return tiny_model()


@pytest.fixture
def options() -> GanOptions:
    return GanOptions(
        resolution=32,
        channel_base=256,
        channel_max=16,
        w_dim=64,
        mapping_layers=2,
        batch=4,
        r1_every=2,
        pl_weight=2.0,
        pl_every=2,
        mbstd_group=4,
        pool=64,
    )

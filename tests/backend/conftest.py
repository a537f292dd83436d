"""What the tests of this folder share."""

from collections.abc import Iterator

import httpx
import pytest

from backend.broker import EmbeddedBroker
from tests.fakes.live_server import LiveServer, running
from tests.fakes.pictures import png


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A broker without a server."""
    broker = EmbeddedBroker(tmp_path_factory.mktemp("broker"))
    broker.start()
    yield broker.url
    broker.stop()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """One server for all tests that leave it as it was."""
    with running(
        tmp_path_factory.mktemp("home"),
        max_edits=50,
        max_exported_pixels=2**24,
        max_steps=100,
        preview_interval_s=0.1,
    ) as live:
        yield live


@pytest.fixture(scope="session")
def client(server: LiveServer) -> Iterator[httpx.Client]:
    with server.client() as live_client:
        yield live_client


@pytest.fixture(scope="session")
def latent_id(client: httpx.Client) -> str:
    """The latent of an 80 × 60 picture, encoded without steps."""
    response = client.post(
        "/encode?wait=20", data={"model": "fake", "steps": "0"}, files={"image": png()}
    )
    return str(response.json()["result"]["latent_id"])

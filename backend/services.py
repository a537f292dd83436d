"""What routes work with: built once in `create_app`, handed to routes as a value."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from backend.dispatcher import Dispatcher
from backend.events import Events
from backend.kits import Kits
from backend.previews import Previews
from backend.queue import JobQueue
from backend.records.adoption import Adoption
from backend.records.library import Library
from backend.settings import Settings
from backend.sign_in import Visitors
from contracts.errors import UnknownModel
from contracts.models import ModelInfo
from service.catalog import Catalog
from service.job_store import JobStore


@dataclass(frozen=True)
class Services:
    """The server's named objects."""

    settings: Settings
    store: JobStore
    queue: JobQueue
    library: Library
    adoption: Adoption
    catalog: Catalog
    events: Events
    dispatcher: Dispatcher
    previews: Previews
    kits: Kits
    visitors: Visitors
    strips: asyncio.Lock
    """Held while a strip is drawn."""
    worlds: asyncio.Lock
    """Held while a world's file is taken in, which is in memory whole."""
    health_store: JobStore
    """The store again, on a client that does not wait for a broker that is away."""
    health_queue: JobQueue

    def model(self, model_id: str) -> ModelInfo:
        """A model that is installed.

        Raises:
            UnknownModel: it is not.
        """
        return self.model_folder(model_id)[0]

    def model_folder(self, model_id: str) -> tuple[ModelInfo, Path]:
        """A model that is installed, and where.

        Raises:
            UnknownModel: it is not.
        """
        known = self.catalog.models()
        if model_id not in known:
            raise UnknownModel("there is no such model: see GET /models")
        return known[model_id]


def _services(connection: HTTPConnection) -> Services:
    services = connection.app.state.services
    assert isinstance(services, Services)
    return services


Server = Annotated[Services, Depends(_services)]

"""`GET /models`: what is installed."""

from fastapi import APIRouter
from fastapi.concurrency import run_in_threadpool

from backend.owner import Owner
from backend.services import Server
from contracts.base import Value
from contracts.catalog import ModelInfo

router = APIRouter(tags=["models"])


class Models(Value):
    """The installed models."""

    models: tuple[ModelInfo, ...]


@router.get("/models")
async def models(server: Server, _: Owner) -> Models:
    """List the models and what can be edited with each."""
    known = await run_in_threadpool(server.catalog.models)
    return Models(models=tuple(info for info, _ in known.values()))

"""The app: builds the server's named objects once, and joins routes, errors and the gate."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import to_thread
from fastapi import FastAPI
from redis.asyncio import Redis as AsyncRedis
from redis.exceptions import RedisError

from backend.channels import Channels
from backend.dispatcher import Depths, Dispatcher
from backend.errors import add_error_handlers
from backend.events import Events
from backend.kits import Kits
from backend.openapi import add_description
from backend.page import add_page
from backend.previews import Previews
from backend.queue import JobQueue
from backend.records.adoption import Adoption
from backend.records.database import Database
from backend.records.library import Library
from backend.records.retention import (
    remove_leftovers,
    remove_unused_edits,
    remove_unused_masks,
)
from backend.records.takeover import take_over
from backend.reference import add_reference
from backend.routes import (
    edit,
    encode,
    generate,
    health,
    images,
    jobs,
    kits,
    lands,
    latents,
    live,
    masks,
    models,
    session,
    sessions,
    worlds,
)
from backend.security import Gate
from backend.services import Services
from backend.settings import Settings
from backend.sign_in import Visitors
from backend.sweeper import Sweeper
from backend.threads import run_in_threadpool
from contracts.errors import Busy, StartError
from contracts.version import VERSION
from service.broker import connect, connect_waiting
from service.catalog import Catalog
from service.files import Files
from service.job_store import JobStore
from service.known_kits import read_kits
from service.store import files_at

log = logging.getLogger(__name__)

TAKE_OVER_S = 1.0  # between two tries
TIDY_S = 3600.0  # between two looks at what the store holds

ROUTES = (
    health, models, kits, images, encode, masks, edit, live, generate, lands, worlds, jobs, latents,
    sessions, session,
)  # fmt: skip
DESCRIPTION = "Paint attributes on your own picture, with spatial StyleGAN2 latents."


def create_app(settings: Settings) -> FastAPI:
    """Build the app for a broker that is (or will be) at `settings.redis_url`.

    Raises:
        StartError: the settings would let strangers in, or name no broker.
    """
    check_exposure(settings)
    if settings.redis_url is None:
        raise StartError("set REDIS_URL, or use `latentbrush serve`, which brings its own broker")
    waiting = connect_waiting(settings.redis_url)
    channels = Channels(waiting)
    database, files = Database(settings.records_url), files_at(settings.store_url)
    library = Library(database, files)
    services = _services(settings, settings.redis_url, library, waiting, channels)
    sweeper = Sweeper(
        services.store,
        services.queue,
        library,
        services.adoption,
        max_attempts=settings.max_attempts,
        heartbeat_ttl_s=settings.heartbeat_ttl_s,
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await _taken_over(database, files)
        chores = [
            asyncio.create_task(_sweep(sweeper, settings.sweep_s)),
            asyncio.create_task(channels.run()),
            asyncio.create_task(_tidy(database, files, settings.store_ttl_days)),
        ]
        async with services.previews.listening(), services.visitors.listening():
            yield
        for chore in chores:
            chore.cancel()
        await services.kits.close()
        await asyncio.gather(*chores, return_exceptions=True)
        await waiting.aclose()
        database.close()

    app = FastAPI(
        title="Latentbrush",
        version=VERSION,
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.state.services = services
    add_error_handlers(app, settings.retry_after_s)
    for module in ROUTES:
        app.include_router(module.router)
    add_description(app)
    add_reference(app)
    add_page(app, settings.frontend_dir)
    app.add_middleware(Gate, settings=settings, visitors=services.visitors)
    return app


def check_exposure(settings: Settings) -> None:
    """Refuse to listen to other machines without keys.

    Raises:
        StartError: it would.
    """
    if not settings.is_local and not settings.api_keys:
        raise StartError(
            f"set LATENTBRUSH_API_KEYS to listen on {settings.host}: without keys anyone who "
            "reaches this address could use it (or listen on 127.0.0.1)"
        )


def _services(
    settings: Settings,
    redis_url: str,
    library: Library,
    waiting: AsyncRedis,
    channels: Channels,
) -> Services:
    redis = connect(redis_url)
    impatient = connect(redis_url, num_retries=0)
    store = JobStore(redis, settings.job_ttl_s)
    queue = JobQueue(redis, settings.job_timeout_s)
    adoption = Adoption(store, library)
    events = Events(waiting, channels, adoption)
    depths = Depths(settings.max_queue_depth, settings.max_owner_depth)
    dispatcher = Dispatcher(store, queue, events, library, adoption, depths)
    catalog = Catalog(settings.models_dirs)
    return Services(
        settings=settings,
        store=store,
        queue=queue,
        library=library,
        adoption=adoption,
        catalog=catalog,
        events=events,
        dispatcher=dispatcher,
        previews=Previews(waiting, channels, store),
        kits=Kits(read_kits(settings.kits_file), settings.home, catalog, dispatcher),
        visitors=Visitors(settings.api_keys, waiting, channels),
        strips=asyncio.Lock(),
        worlds=asyncio.Lock(),
        health_store=JobStore(impatient, settings.job_ttl_s),
        health_queue=JobQueue(impatient, settings.job_timeout_s),
    )


async def _taken_over(database: Database, files: Files) -> None:
    """Have the records of the release before, also where another server is at it."""
    while True:
        try:
            await run_in_threadpool(take_over, database, files)
            return
        except Busy as error:
            log.warning("records cannot be taken over yet: %s", error.message)
            await asyncio.sleep(TAKE_OVER_S)


async def _sweep(sweeper: Sweeper, interval_s: float) -> None:
    while True:
        try:
            await run_in_threadpool(sweeper.sweep)
        except RedisError as error:
            log.warning("lost jobs cannot be looked for: %s", error)
        except Exception:  # whatever it is, the next look may find them
            log.exception("lost jobs cannot be looked for")
        await asyncio.sleep(interval_s)


async def _tidy(database: Database, files: Files, ttl_days: int) -> None:
    while True:
        try:
            await to_thread.run_sync(_tidy_once, database, files, ttl_days, abandon_on_cancel=True)
        except Exception:  # a store of any kind may raise anything; the next look is in an hour
            log.exception("the store cannot be tidied")
        await asyncio.sleep(TIDY_S)


def _tidy_once(database: Database, files: Files, ttl_days: int) -> None:
    remove_leftovers(database, files)
    if ttl_days:
        remove_unused_edits(database, files, ttl_days * 24 * 3600.0)
        remove_unused_masks(database, files, ttl_days * 24 * 3600.0)

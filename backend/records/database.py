"""The database of records: SQLite in the data folder by default, PostgreSQL by its URL.

What a transaction has written is on the disk when it ends, whatever is killed.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    ArgumentError,
    IntegrityError,
    InterfaceError,
    InternalError,
    NoSuchModuleError,
    OperationalError,
    ProgrammingError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from backend.records.tables import METADATA
from contracts.errors import NO_ROOM, Busy, NoRoom, StartError

log = logging.getLogger(__name__)

WAIT_S = 10.0  # for a connection, and of a writer for the one before in SQLite
POOL = 20  # connections at most: the threads that wait for records are more, and wait for these
FULL = ("database or disk is full", "No space left on device")  # SQLite's words, PostgreSQL's
READING, WRITING = "BEGIN", "BEGIN IMMEDIATE"
HOW = "how"  # the option of a connection that says how its transactions begin
AWAY = (OperationalError, InterfaceError, InternalError, PoolTimeout)  # what else is, is a bug


class Database:
    """Transactions."""

    def __init__(self, url: str) -> None:
        """Open it, and make the tables that are not there.

        Raises:
            StartError: it cannot be opened.
        """
        try:
            self._engine = _engine(url)
            _make_tables(self._engine)
        except (ArgumentError, NoSuchModuleError, ImportError) as error:
            raise StartError(f"LATENTBRUSH_DATABASE_URL cannot be used: {error}") from None
        except OSError as error:
            raise StartError(f"the database cannot be kept there: {error.strerror}") from None
        except SQLAlchemyError as error:
            said = str(error.__cause__ or error).splitlines()[0]
            raise StartError(f"the database does not open: {said}") from None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that changes nothing, and waits for no other.

        Raises:
            Busy: the database does not answer.
        """
        with _told(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction; one at a time in SQLite.

        Raises:
            Busy: the database does not answer, or others write for too long.
            NoRoom: the disk is full.
        """
        with _told(), self._engine.connect() as connection:
            with connection.execution_options(**{HOW: WRITING}).begin():
                yield connection

    def check(self) -> None:
        """See that it answers.

        Raises:
            Busy: it does not.
        """
        with self.reading() as connection:
            connection.execute(select(1))

    def close(self) -> None:
        """Let go of it."""
        self._engine.dispose()


@contextmanager
def _told() -> Iterator[None]:
    """Say in our words what may become of a database."""
    try:
        yield
    except AWAY as error:
        said = str(getattr(error, "orig", error))
        if any(words in said for words in FULL):
            raise NoRoom(NO_ROOM) from error
        log.error("the database does not answer: %s", said)
        raise Busy("the database does not answer: try again in a moment") from error


def _engine(url: str) -> Engine:
    if make_url(url).get_backend_name() != "sqlite":
        limits = "-c lock_timeout=10s -c statement_timeout=60s"
        waits = {"connect_timeout": round(WAIT_S), "options": limits}
        return create_engine(
            url,
            connect_args=waits,
            pool_size=POOL,
            max_overflow=0,
            pool_timeout=WAIT_S,
            pool_pre_ping=True,
        )
    Path(make_url(url).database or "").parent.mkdir(parents=True, exist_ok=True)
    waits = {"timeout": WAIT_S, "check_same_thread": False}
    engine = create_engine(
        url, connect_args=waits, pool_size=POOL, max_overflow=0, pool_timeout=WAIT_S
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        connection.isolation_level = None  # transactions are begun below, and not by the driver
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "temp_store = MEMORY"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get(HOW, READING))

    return engine


def _make_tables(engine: Engine) -> None:
    """Make the tables that are not there; two servers of one PostgreSQL may do so at once."""
    try:
        METADATA.create_all(engine)
    except (ProgrammingError, IntegrityError):  # the other was faster
        METADATA.create_all(engine)


def put(connection: Connection, table: Table, row: Mapping[str, object]) -> None:
    """Write a row, in place of the one with its key."""
    statement, keys = _insertion(connection, table, row)
    rest = {name: statement.excluded[name] for name in row if name not in keys}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=rest))


def put_new(connection: Connection, table: Table, row: Mapping[str, object]) -> bool:
    """Write a row unless there is one with its key; whether it was written."""
    statement, keys = _insertion(connection, table, row)
    kept = statement.on_conflict_do_nothing(index_elements=keys)
    return connection.execute(kept.returning(table.c[keys[0]])).first() is not None


def _insertion(
    connection: Connection, table: Table, row: Mapping[str, object]
) -> tuple[postgresql.Insert | sqlite.Insert, list[str]]:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    keys = [column.name for column in table.primary_key]
    return dialect.insert(table).values(**row), keys

"""Records of one kind, each its owner's. One that cannot be read is as if it were not there: a
damaged one is set aside and told, one of another release stays.
"""

import json
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError
from sqlalchemy import ColumnElement, Connection, Row, Table, delete, insert, select, update

from backend.records.database import Database, put, put_new
from backend.records.tables import DAMAGED, MASK_USES
from contracts.errors import Busy, NoRoom

log = logging.getLogger(__name__)

R = TypeVar("R", bound=BaseModel)

RENEW_S = 3600.0  # a record younger than this is not made young again when it is asked for


@dataclass(frozen=True)
class Shelf(Generic[R]):
    """Records of one kind.

    Attributes:
        read: a record from its JSON.
        columns: what of a record stands in columns of its own.
        masks: ids of the masks that a record needs.
    """

    database: Database
    table: Table
    read: Callable[[str | bytes], R]
    columns: Callable[[R], Mapping[str, object]] = lambda _: {}
    masks: Callable[[R], Iterable[str]] = lambda _: ()

    def put(self, connection: Connection, owner: str, record_id: str, record: R) -> None:
        """Write a record, which is young then."""
        put(connection, self.table, self._row(owner, record_id, record, time.time()))
        self._note_masks(connection, owner, record_id, record)

    def put_old(
        self, connection: Connection, owner: str, record_id: str, record: R, touched_at: float
    ) -> None:
        """Write a record that was asked for last then, unless there is one of its id."""
        if put_new(connection, self.table, self._row(owner, record_id, record, touched_at)):
            self._note_masks(connection, owner, record_id, record)

    def get(self, owner: str, record_id: str) -> R | None:
        """A record; asking for it makes it young again, so that it is kept (`retention.py`)."""
        with self.database.reading() as connection:
            row = connection.execute(select(self.table).where(self._is(owner, record_id))).first()
        if row is None:
            return None
        record = self.parsed(row)
        if record is not None and time.time() - row.touched_at > RENEW_S:
            with suppress(Busy, NoRoom), self.database.writing() as connection:
                young = update(self.table).values(touched_at=time.time())
                connection.execute(young.where(self._is(owner, record_id)))
        return record

    def add(self, owner: str, record_id: str, record: R) -> None:
        """Write a record in a transaction of its own."""
        with self.database.writing() as connection:
            self.put(connection, owner, record_id, record)

    def remove(self, connection: Connection, owner: str, record_id: str) -> bool:
        """Remove a record; whether there was one."""
        found = connection.execute(delete(self.table).where(self._is(owner, record_id)))
        self._forget_masks(connection, owner, record_id)
        return found.rowcount > 0

    def parsed(self, row: "Row[tuple[object, ...]]") -> R | None:
        """A record of a row, or None where it cannot be read: if it is damaged, it is set aside; if
        another release wrote it, it waits for that."""
        try:
            return self.read(row.body)
        except ValidationError as error:
            places = [".".join(map(str, each["loc"])) for each in error.errors()]
        if is_json_object(row.body):
            log.error("%s %s is of another release: %s", self.table.name, row.id, places)
            return None
        log.error("%s %s is damaged and set aside", self.table.name, row.id)
        damaged = {"owner": row.owner, "kind": self.table.name, "id": row.id, "body": row.body}
        with suppress(Busy, NoRoom), self.database.writing() as connection:
            same = self._is(row.owner, row.id) & (self.table.c.body == row.body)
            if connection.execute(delete(self.table).where(same)).rowcount:
                put(connection, DAMAGED, damaged | {"found_at": time.time()})
        return None

    def _row(
        self, owner: str, record_id: str, record: R, touched_at: float
    ) -> Mapping[str, object]:
        about = {"owner": owner, "id": record_id, "touched_at": touched_at}
        return {**about, **self.columns(record), "body": record.model_dump_json()}

    def _is(self, owner: str, record_id: str) -> ColumnElement[bool]:
        return (self.table.c.owner == owner) & (self.table.c.id == record_id)

    def _note_masks(self, connection: Connection, owner: str, record_id: str, record: R) -> None:
        self._forget_masks(connection, owner, record_id)
        holder = {"owner": owner, "kind": self.table.name, "holder_id": record_id}
        needed = [holder | {"mask_id": mask_id} for mask_id in set(self.masks(record))]
        if needed:
            connection.execute(insert(MASK_USES), needed)

    def _forget_masks(self, connection: Connection, owner: str, record_id: str) -> None:
        uses = MASK_USES.c
        is_holder = (uses.owner == owner) & (uses.kind == self.table.name)
        connection.execute(delete(MASK_USES).where(is_holder & (uses.holder_id == record_id)))


def is_json_object(text: str) -> bool:
    """Whether a text is whole, whatever it says."""
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False

"""What an owner keeps by name, changes and deletes: sessions, and worlds. Every change is a
revision, so that nobody overwrites what they have not read.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import select

from backend.records.shelf import Shelf
from contracts.errors import NotFound, SessionConflict
from contracts.ids import IdKind, is_id
from contracts.jobs import now
from contracts.sessions import SessionChange, SessionRecord, SessionWrite
from contracts.worlds import WorldChange, WorldRecord, WorldWrite

Record = TypeVar("Record", SessionRecord, WorldRecord)
Write = TypeVar("Write", SessionWrite, WorldWrite)
Change = TypeVar("Change", SessionChange, WorldChange)


@dataclass(frozen=True)
class Named(Generic[Record, Write, Change]):
    """Records of one kind.

    Attributes:
        first: a new one, of what a client says of it.
        id_kind: what their ids begin with.
        id_name: the field of a record that holds its id.
        unknown: what is raised where there is none, or it is another's.
    """

    shelf: Shelf[Record]
    first: Callable[[Write], Record]
    id_kind: IdKind
    id_name: str
    unknown: type[NotFound]

    def add(self, owner: str, wanted: Write) -> Record:
        """Keep a new one."""
        made = self.first(wanted)
        self.shelf.add(owner, getattr(made, self.id_name), made)
        return made

    def get(self, owner: str, record_id: str) -> Record:
        """An owner's record.

        Raises:
            NotFound: there is none, or it is another's.
        """
        found = self.shelf.get(owner, record_id) if is_id(self.id_kind, record_id) else None
        if found is None:
            raise self._missing()
        return found

    def all(self, owner: str) -> list[Record]:
        """An owner's records, the latest change first."""
        table = self.shelf.table
        with self.shelf.database.reading() as connection:
            rows = connection.execute(select(table).where(table.c.owner == owner)).all()
        found = [record for row in rows if (record := self.shelf.parsed(row)) is not None]
        return sorted(found, key=lambda each: each.updated_at, reverse=True)

    def change(self, owner: str, record_id: str, wanted: Change) -> Record:
        """Write one anew.

        Raises:
            NotFound: there is none, or it is another's.
            SessionConflict: it was changed since the revision that `wanted` was made from.
        """
        before = self.get(owner, record_id)
        update = written(wanted) | {"revision": wanted.revision + 1, "updated_at": now()}
        changed = before.model_copy(update=update)
        with self.shelf.database.writing() as connection:
            table = self.shelf.table
            at = (table.c.owner == owner) & (table.c.id == record_id)
            kept = connection.execute(
                select(table.c.revision).where(at).with_for_update()
            ).scalar_one_or_none()
            if kept is None:
                raise self._missing()
            if kept != wanted.revision:
                raise SessionConflict("it was changed elsewhere: read it again")
            self.shelf.put(connection, owner, record_id, changed)
        return changed

    def drop(self, owner: str, record_id: str) -> None:
        """Forget one.

        Raises:
            NotFound: there is none, or it is another's.
        """
        with self.shelf.database.writing() as connection:
            is_one = is_id(self.id_kind, record_id)
            if not (is_one and self.shelf.remove(connection, owner, record_id)):
                raise self._missing()

    def _missing(self) -> NotFound:
        kind = self.shelf.table.name.removesuffix("s")
        return self.unknown(f"there is no such {kind}: it may have been deleted")


def written(wanted: SessionChange | WorldChange) -> dict[str, Any]:
    """What a client says of one."""
    return {name: value for name, value in wanted if name != "revision"}

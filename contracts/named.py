"""What an owner keeps by name, changes and deletes: sessions, and worlds. Every change is a
revision, so that nobody overwrites what they have not read.
"""

import threading
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from contracts.blobs import Files
from contracts.errors import NotFound, SessionConflict
from contracts.ids import IdKind, is_id, new_id
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
        kind: the folder that they lie in, of each owner's.
        id_kind: what their ids begin with.
        id_name: the field of a record that holds its id.
        unknown: what is raised where there is none, or it is another's.
    """

    files: Files
    record: type[Record]
    kind: str
    id_kind: IdKind
    id_name: str
    unknown: type[NotFound]
    _changing: threading.Lock = field(default_factory=threading.Lock)

    def add(self, owner: str, wanted: Write) -> Record:
        """Keep a new one."""
        begun_at, new = now(), new_id(self.id_kind)
        about = {"revision": 1, "created_at": begun_at, "updated_at": begun_at}
        made = self.record.model_validate({self.id_name: new} | about | written(wanted))
        self._write(owner, new, made)
        return made

    def get(self, owner: str, record_id: str) -> Record:
        """An owner's record.

        Raises:
            NotFound: there is none, or it is another's.
        """
        place = self._place(owner, record_id)
        text = self.files.read(place) if is_id(self.id_kind, record_id) else None
        if text is None:
            raise self.unknown(f"there is no such {self.kind[:-1]}: it may have been deleted")
        return self.record.model_validate_json(text)

    def all(self, owner: str) -> list[Record]:
        """An owner's records, the latest change first."""
        names = self.files.names(f"records/{owner}/{self.kind}")
        texts = [text for name in names if (text := self.files.read(name)) is not None]
        found = [self.record.model_validate_json(text) for text in texts]
        return sorted(found, key=lambda each: each.updated_at, reverse=True)

    def change(self, owner: str, record_id: str, wanted: Change) -> Record:
        """Write one anew.

        Raises:
            NotFound: there is none, or it is another's.
            SessionConflict: it was changed since the revision that `wanted` was made from.
        """
        with self._changing:
            before = self.get(owner, record_id)
            if wanted.revision != before.revision:
                raise SessionConflict("it was changed elsewhere: read it again")
            update = written(wanted) | {"revision": before.revision + 1, "updated_at": now()}
            changed = before.model_copy(update=update)
            self._write(owner, record_id, changed)
        return changed

    def drop(self, owner: str, record_id: str) -> None:
        """Forget one.

        Raises:
            NotFound: there is none, or it is another's.
        """
        with self._changing:
            self.get(owner, record_id)
            self.files.remove(self._place(owner, record_id))

    def _write(self, owner: str, record_id: str, record: Record) -> None:
        self.files.write(self._place(owner, record_id), record.model_dump_json().encode())

    def _place(self, owner: str, record_id: str) -> str:
        return f"records/{owner}/{self.kind}/{record_id}.json"


def written(wanted: SessionWrite | SessionChange | WorldWrite | WorldChange) -> dict[str, Any]:
    """What a client says of one."""
    return {name: value for name, value in wanted if name != "revision"}

"""Takes over the records of releases that kept them as files: `records/<owner>/<kind>/<id>.json` in
the store. Once; the files stay where they are, and may be deleted.
"""

import json
import logging
import time
from pathlib import PurePosixPath

from pydantic import ValidationError
from sqlalchemy import Connection

from backend.records.database import Database, put_new
from backend.records.shelves import Shelves
from backend.records.tables import ABOUT
from contracts.records import Answered
from service.files import Files

log = logging.getLogger(__name__)

DONE = "records of files"


def take_over(database: Database, files: Files) -> None:
    """Take over what is there, unless that has been done; what cannot be read is told and left.

    It is one transaction, which begins with saying that it is done: a second server waits for it,
    and has nothing to do then.
    """
    with database.writing() as connection:
        if not put_new(connection, ABOUT, {"name": DONE, "value": ""}):
            return
        names = [name for name in files.names("records") if name.endswith(".json")]
        if names:
            log.warning("%d records are taken over into the database", len(names))
        shelves = Shelves(database)
        for name in names:
            try:
                _take_over(connection, shelves, files, name)
            except (ValidationError, ValueError, KeyError) as error:
                log.error("%s is damaged and left where it is: %s", name, type(error).__name__)


def _take_over(connection: Connection, shelves: Shelves, files: Files, name: str) -> None:
    parts, text = PurePosixPath(name).parts, files.read(name)
    if len(parts) != 4 or text is None:
        return
    _, owner, kind, file = parts
    record_id, shelf = file.removesuffix(".json"), shelves.by_kind.get(kind)
    if kind == "edits":
        shelf = shelves.answers
        text = Answered(key=record_id, result=json.loads(text)).model_dump_json().encode()
    if shelf is None:
        return  # what somebody else put there
    touched_at = time.time() - files.age_s(name)
    shelf.put_old(connection, owner, record_id, shelf.read(text), touched_at)

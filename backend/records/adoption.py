"""What a job has made becomes its owner's: before anybody hears that it has ended, or, where nobody
asks, soon after."""

import logging

from backend.records.library import Library
from contracts.errors import Busy, NoRoom
from contracts.jobs import JobRecord, settled
from service.job_store import JobStore

log = logging.getLogger(__name__)


class Adoption:
    """Takes in what jobs have made. Safe to run in several servers at once."""

    def __init__(self, store: JobStore, library: Library) -> None:
        self._store = store
        self._library = library

    def settled(self, record: JobRecord) -> JobRecord:
        """A job, of which nothing is left to take in.

        Raises:
            Busy, NoRoom: it cannot be kept now; it waits in the broker.
        """
        if record.made is None:
            return record
        self._library.take_in(record.owner, record.made, record.job_id)
        self._store.change(record.job_id, lambda r: None if r.made is None else settled(r))
        return settled(record)

    def settle(self, job_id: str) -> None:
        """Take in what a job has made, if there is something."""
        record = self._store.get(job_id)
        if record is not None:
            self.settled(record)

    def sweep(self) -> None:
        """Take in what jobs have made that nobody asked for yet."""
        for record in self._store.unsettled():
            try:
                self.settled(record)
            except (Busy, NoRoom) as error:  # again at the next look
                log.warning("what jobs have made cannot be kept: %s", error.message)
                return
            except Exception:  # one that cannot be taken in keeps no other from it
                log.exception("what %s has made cannot be taken in", record.job_id)

"""Job records and the signs of life of workers, in the broker. The record is the truth.

A record changes only through `change`, a pure transition under optimistic locking, and every change
is published, so that whoever waits is woken. Keys: `lb:job:<id>` the record, `lb:active` the ids of
jobs that have not ended, `lb:unsettled` of those whose works are not their owners' yet,
`lb:queued:<queue>` the owners of those that wait there, by their ids,
`lb:pace` how many seconds jobs take, by queue, `lb:worker:<name>` a live worker, `lb:workers` their
names by the time that they expire.
"""

import json
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, cast

from redis import Redis
from redis.client import Pipeline
from redis.exceptions import ResponseError, WatchError

from contracts.base import Value
from contracts.jobs import Job, JobRecord, JobStatus

ACTIVE_KEY = "lb:active"
UNSETTLED_KEY = "lb:unsettled"
PACE_KEY = "lb:pace"
PACE_SHARE = 0.1  # of the newest job in how long jobs take
WORKER_KEY = "lb:worker:"
WORKERS_KEY = "lb:workers"
FORGET_WORKERS_S = (
    3600.0  # so far may clocks differ: whether a worker lives is its own key's to say
)

Transition = Callable[[JobRecord], JobRecord | None]
"""The job's next state, or None to leave it as it is. Called again when another was faster."""


class WorkerState(Value):
    """What a worker says of itself, every few seconds."""

    name: str
    state: str
    """starting, idle or busy."""
    device: str
    models: tuple[str, ...]
    queues: tuple[str, ...]
    job_id: str | None = None


def job_key(job_id: str) -> str:
    """Where a job's record is."""
    return f"lb:job:{job_id}"


def queued_key(queue: str) -> str:
    """Where the owners of a queue's jobs are, by their ids."""
    return f"lb:queued:{queue}"


def channel_of(job_id: str) -> str:
    """Where a job's changes are published."""
    return f"lb:events:{job_id}"


class JobStore:
    """Jobs and workers, as every process sees them."""

    def __init__(self, redis: Redis, job_ttl_s: int) -> None:
        self._redis = redis
        self._job_ttl_s = job_ttl_s

    def create(self, record: JobRecord) -> None:
        """Write a new job down. From here on it is not lost."""
        with self._redis.pipeline() as pipe:
            self._write(pipe, record)
            pipe.execute()

    def get(self, job_id: str) -> JobRecord | None:
        """A job, or None when it never was or is forgotten."""
        return _parsed(self._redis.get(job_key(job_id)))

    def change(self, job_id: str, transition: Transition) -> JobRecord | None:
        """Apply a transition; the new record, or None when it did not apply."""
        key = job_key(job_id)
        with self._redis.pipeline() as pipe:
            while True:
                try:
                    pipe.watch(key)  # type: ignore[no-untyped-call]
                    before = _parsed(pipe.get(key))
                    after = None if before is None else transition(before)
                    if before is None or after is None:
                        return None
                    has_moved = after.status != before.status
                    pace_s = self._pace_with(pipe, after) if has_moved else None
                    pipe.multi()
                    self._write(pipe, after)
                    if pace_s is not None:
                        pipe.hset(PACE_KEY, after.queue, pace_s)
                    for event in _events(before, after):
                        pipe.publish(channel_of(job_id), event)
                    pipe.execute()
                    return after
                except WatchError:
                    continue

    def unsettled(self) -> list[JobRecord]:
        """The jobs that have made what is not their owners' yet."""
        return self._records(UNSETTLED_KEY)

    def forget(self, job_id: str) -> None:
        """Drop the record of a job that has ended, is settled, and that nobody will ask for."""
        with self._redis.pipeline() as pipe:
            pipe.delete(job_key(job_id))
            pipe.srem(UNSETTLED_KEY, job_id)
            pipe.execute()

    def owners_waiting(self, queue: str) -> Counter[str]:
        """How many jobs each owner has that wait in a queue."""
        return Counter(_text(owner) for owner in self._redis.hvals(queued_key(queue)))

    def pace_s(self, queue: str) -> float:
        """How long the jobs of a queue took of late, in seconds; 0 when none has ended."""
        return float(self._redis.hget(PACE_KEY, queue) or 0)

    def active(self) -> list[JobRecord]:
        """The jobs that have not ended."""
        return self._records(ACTIVE_KEY)

    def _records(self, key: str) -> list[JobRecord]:
        """The jobs of a set, the oldest first."""
        keys = [job_key(_text(job_id)) for job_id in self._redis.smembers(key)]
        records = [_parsed(text) for text in self._redis.mget(keys)] if keys else []
        return sorted((r for r in records if r is not None), key=lambda r: r.created_at)

    def say_alive(self, state: WorkerState, ttl_s: float) -> None:
        """Keep a worker's sign of life for `ttl_s`."""
        now_s = time.time()
        with self._redis.pipeline() as pipe:
            pipe.set(WORKER_KEY + state.name, state.model_dump_json(), px=int(ttl_s * 1000))
            pipe.zadd(WORKERS_KEY, {state.name: now_s + ttl_s})
            pipe.zremrangebyscore(WORKERS_KEY, 0, now_s - FORGET_WORKERS_S)
            pipe.execute()

    def say_dead(self, name: str) -> None:
        """Remove a worker's sign of life."""
        with self._redis.pipeline() as pipe:
            pipe.delete(WORKER_KEY + name)
            pipe.zrem(WORKERS_KEY, name)
            pipe.execute()

    def is_full(self) -> bool:
        """Whether the broker's disk is full, so that it writes nothing down."""
        try:
            found = self._redis.info("persistence")
        except ResponseError:  # one that does not say
            return False
        return bool(found.get("aof_last_write_status", "ok") != "ok")

    def workers(self) -> list[WorkerState]:
        """The live workers, by name."""
        found = cast(list[bytes | str], self._redis.zrange(WORKERS_KEY, 0, -1))
        names = sorted(_text(name) for name in found)
        texts = self._redis.mget([WORKER_KEY + name for name in names]) if names else []
        return [WorkerState.model_validate_json(text) for text in texts if text is not None]

    def _write(self, pipe: Pipeline, record: JobRecord) -> None:
        ended = record.status.is_final
        pipe.set(
            job_key(record.job_id),
            record.model_dump_json(),
            ex=self._job_ttl_s if ended and record.made is None else None,
        )
        (pipe.srem if ended else pipe.sadd)(ACTIVE_KEY, record.job_id)
        (pipe.srem if record.made is None else pipe.sadd)(UNSETTLED_KEY, record.job_id)
        if record.status == JobStatus.QUEUED:
            pipe.hset(queued_key(record.queue), record.job_id, record.owner)
        else:
            pipe.hdel(queued_key(record.queue), record.job_id)

    def _pace_with(self, pipe: Pipeline, record: JobRecord) -> float | None:
        """How long jobs take, with one more that has ended."""
        if record.status != JobStatus.SUCCEEDED or not (record.started_at and record.finished_at):
            return None
        seconds = (record.finished_at - record.started_at).total_seconds()
        before = cast(bytes | None, pipe.hget(PACE_KEY, record.queue))
        return (
            seconds if before is None else (1 - PACE_SHARE) * float(before) + PACE_SHARE * seconds
        )


def event_text(event: str, data: dict[str, Any]) -> str:
    """An event as it is published: its name and its data."""
    return json.dumps({"event": event, "data": data})


def done_event(job: Job) -> str:
    """The last event of a job."""
    return event_text("done", job.model_dump(mode="json"))


def _events(before: JobRecord, after: JobRecord) -> list[str]:
    events = []
    if after.progress != before.progress or after.status != before.status:
        events.append(event_text("progress", progress_data(after)))
    if after.preview is not None and after.preview != before.preview:
        events.append(event_text("preview", after.preview.model_dump(mode="json")))
    if after.status.is_final and not before.status.is_final:
        events.append(done_event(after.public()))
    return events


def progress_data(record: JobRecord) -> dict[str, Any]:
    """The data of a `progress` event."""
    return {"status": record.status.value, **record.progress.model_dump(mode="json")}


def _parsed(text: Any) -> JobRecord | None:
    return None if text is None else JobRecord.model_validate_json(text)


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value

"""The way to the workers: RQ as transport. It carries job ids, as JSON, and nothing else.

Owners take turns: everybody's first job comes before anybody's second.
"""

from redis import Redis
from redis.client import Pipeline
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer

from contracts.jobs import ALL_QUEUES, JOB_FUNCTION, JobRecord
from service.job_store import queued_key

FAILURE_TTL_S = 300  # RQ's own note of a failure; the record is ours


TURNS = """
local ids = redis.call('LRANGE', KEYS[1], 0, -1)
local mine = redis.call('HGET', KEYS[2], ARGV[1])
local owners, turns = {}, {}
local turn = 1
for i, id in ipairs(ids) do
  owners[i] = redis.call('HGET', KEYS[2], id) or ''
  if owners[i] == mine then turn = turn + 1 end
end
for i, id in ipairs(ids) do
  turns[owners[i]] = (turns[owners[i]] or 0) + 1
  if turns[owners[i]] > turn then
    return redis.call('LINSERT', KEYS[1], 'BEFORE', id, ARGV[1])
  end
end
return redis.call('RPUSH', KEYS[1], ARGV[1])
"""
"""Puts a job behind its owner's others, and before the jobs that others have beyond as many."""


class FairQueue(Queue):
    """RQ's queue, in which owners take turns."""

    def push_job_id(
        self, job_id: str, pipeline: Pipeline | None = None, at_front: bool = False
    ) -> None:
        """Put a job where its owner's turn is."""
        if at_front:
            super().push_job_id(job_id, pipeline, at_front)
        else:
            redis = self.connection if pipeline is None else pipeline
            redis.eval(TURNS, 2, self.key, queued_key(self.name), job_id)


class JobQueue:
    """Puts jobs into queues by name."""

    def __init__(self, redis: Redis, job_timeout_s: int) -> None:
        self._redis = redis
        self._job_timeout_s = job_timeout_s
        self._queues = {
            name: FairQueue(name, connection=redis, serializer=JSONSerializer)
            for name in ALL_QUEUES
        }

    def depths(self) -> dict[str, int]:
        """How many jobs wait, by queue."""
        return {name: len(queue) for name, queue in self._queues.items()}

    def depth(self, queue: str) -> int:
        """How many jobs wait in a queue."""
        return len(self._queues[queue])

    def push(self, record: JobRecord) -> None:
        """Put a job at the end of its queue."""
        self._queues[record.queue].enqueue_call(
            JOB_FUNCTION,
            args=(record.job_id,),
            job_id=record.job_id,
            timeout=self._job_timeout_s,
            result_ttl=0,
            failure_ttl=FAILURE_TTL_S,
            description=record.kind.value,
        )

    def waiting(self) -> set[str]:
        """The ids of all jobs that wait in a queue."""
        return {job_id for queue in self._queues.values() for job_id in queue.get_job_ids()}

    def remove(self, record: JobRecord) -> None:
        """Take a job out of its queue, with RQ's own note of it, if it is there."""
        if self._queues[record.queue].remove(record.job_id):
            self._redis.delete(Job.key_for(record.job_id))

"""The way to the workers: RQ as transport. It carries job ids, as JSON, and nothing else."""

from redis import Redis
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer

from contracts.jobs import ALL_QUEUES, JOB_FUNCTION, JobRecord

FAILURE_TTL_S = 300  # RQ's own note of a failure; the record is ours


class JobQueue:
    """Puts jobs into queues by name."""

    def __init__(self, redis: Redis, job_timeout_s: int) -> None:
        self._redis = redis
        self._job_timeout_s = job_timeout_s
        self._queues = {
            name: Queue(name, connection=redis, serializer=JSONSerializer) for name in ALL_QUEUES
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

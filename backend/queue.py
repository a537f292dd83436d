"""The way to the workers: RQ as transport. It carries job ids, as JSON, and nothing else."""

from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from contracts.jobs import JOB_FUNCTION, QUEUES, JobRecord

FAILURE_TTL_S = 300  # RQ's own note of a failure; the record is ours


class JobQueue:
    """Puts jobs into queues by name."""

    def __init__(self, redis: Redis, job_timeout_s: int) -> None:
        self._job_timeout_s = job_timeout_s
        self._queues = {
            name: Queue(name, connection=redis, serializer=JSONSerializer) for name in QUEUES
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

    def has(self, record: JobRecord) -> bool:
        """Whether the job waits in its queue."""
        return self._queues[record.queue].get_job_position(record.job_id) is not None

    def remove(self, record: JobRecord) -> None:
        """Take a job out of its queue, if it is there."""
        self._queues[record.queue].remove(record.job_id)

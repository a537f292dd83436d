"""How every process talks to the broker: one client, which waits out a broker's restart."""

from redis import Redis
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as BrokerGone
from redis.exceptions import TimeoutError as BrokerSlow
from redis.retry import Retry

NUM_RETRIES = 12  # 0.05 s doubling to 1 s: rides out about 8 s, a broker starts in 0.1 s


def connect(url: str, *, num_retries: int = NUM_RETRIES) -> Redis:
    """A client whose commands are tried again while the broker is away."""
    return Redis.from_url(
        url,
        retry=Retry(ExponentialBackoff(cap=1.0, base=0.05), num_retries),
        retry_on_error=[BrokerGone, BrokerSlow],
    )

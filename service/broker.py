"""How every process talks to the broker."""

from redis import Redis
from redis.asyncio import BlockingConnectionPool
from redis.asyncio import Redis as AsyncRedis
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as BrokerGone
from redis.exceptions import RedisError, ResponseError
from redis.exceptions import TimeoutError as BrokerSlow
from redis.retry import Retry

from contracts.errors import StartError

NUM_CONNECTIONS = 16  # of thousands that wait
NUM_RETRIES = 12  # 0.05 s doubling to 1 s: rides out about 8 s, a broker starts in 0.1 s


def connect(url: str, *, num_retries: int = NUM_RETRIES) -> Redis:
    """A client whose commands are tried again while the broker is away."""
    return Redis.from_url(
        url,
        retry=Retry(ExponentialBackoff(cap=1.0, base=0.05), num_retries),
        retry_on_error=[BrokerGone, BrokerSlow],
    )


def check_broker(url: str, *, num_retries: int = NUM_RETRIES) -> None:
    """See that there is a broker.

    Raises:
        StartError: the URL is none, or nobody answers there as one.
    """
    try:
        with connect(url, num_retries=num_retries) as redis:
            redis.ping()
    except ValueError:  # it says a part of the URL, which may be of the password
        raise StartError(
            "REDIS_URL is no broker's URL: it is redis://[:PASSWORD@]HOST[:PORT], rediss:// or "
            "unix://, with # / ? and @ of the password written as %23 %2F %3F and %40"
        ) from None
    except RedisError as error:
        if is_full(error):
            return  # there is one, and there will be room again
        raise StartError(f"REDIS_URL: no broker can be used there ({error})") from None


def is_full(error: Exception) -> bool:
    """Whether the broker refuses what it has no room for, on its disk or in its memory. It goes on
    by itself when there is room."""
    causes = (error, error.__context__)  # of several commands, the first says it
    said = [str(e) for e in causes if isinstance(e, ResponseError)]
    return any(words in text for text in said for words in ("MISCONF", "OOM command"))


def connect_waiting(url: str) -> AsyncRedis:
    """A client for the event loop. Commands take turns on its few connections."""
    pool = BlockingConnectionPool.from_url(url, max_connections=NUM_CONNECTIONS, timeout=None)
    return AsyncRedis.from_pool(pool)

"""The server's settings: the shared ones, who may reach it, and the limits on what is asked."""

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import NoDecode

from contracts.jobs import QUEUES
from service.settings import SharedSettings

Names = Annotated[tuple[str, ...], NoDecode]
"""Names with commas between them."""


class Settings(SharedSettings):
    """What the server needs to know."""

    host: str = Field(default="127.0.0.1", description="Address to listen on; others need keys.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port to listen on; 0 = any free.")
    api_keys: Names = Field(
        default=(),
        repr=False,
        description="Keys, with commas between them; each is a user who sees only their own. "
        "Needed to listen anywhere but on this machine.",
    )
    allowed_hosts: Names = Field(
        default=(),
        description="Host names that the server answers to, with commas between them, besides "
        "those of this machine. Unset: only this machine's names without keys, any name with keys.",
    )
    downloads: bool = Field(
        default=True,
        description="Whether who runs the server, that is, whoever uses one without keys, or has "
        "the first key, may have it fetch models from where their authors keep them.",
    )
    local_workers: Names = Field(
        default=QUEUES,
        description="Queues that `serve` starts a worker process for, with commas between them; "
        "empty where workers run elsewhere.",
    )
    database_url: str | None = Field(
        default=None,
        repr=False,
        description="Where records are kept, as an SQLAlchemy URL: "
        "`postgresql+psycopg://user:password@host/name` for several servers. Unset: an SQLite "
        "file `records.db` in the data folder.",
    )
    broker_sync_s: float = Field(
        default=1.0,
        ge=0,
        description="How often what the embedded broker has written is brought to the disk, in "
        "seconds: about so much is lost when the power fails; nothing is when a process is killed. "
        "0: nothing is lost at all, and every change waits for the disk.",
    )
    frontend_dir: Path = Field(
        default=Path(__file__).resolve().parent.parent / "frontend",
        description="Folder of the page.",
    )
    max_upload_bytes: int = Field(default=32 * 1024**2, gt=0, description="Largest upload.")
    max_session_bytes: int = Field(
        default=256 * 1024**2,
        gt=0,
        description="Largest file of a session or a world that is taken in.",
    )
    max_json_bytes: int = Field(default=8 * 1024**2, gt=0, description="Largest JSON body.")
    max_masks: int = Field(default=100_000, gt=0, description="Masks that one owner may keep.")
    max_steps: int = Field(default=2000, ge=0, description="Steps of one encode.")
    max_generated_pixels: int = Field(
        default=16_777_216, gt=0, description="Largest generated picture."
    )
    max_exported_pixels: int = Field(
        default=268_435_456, gt=0, description="Largest exported part of a land."
    )
    max_queue_depth: int = Field(
        default=1000, gt=0, description="Jobs that may wait in one queue; past it: 429."
    )
    max_owner_depth: int = Field(
        default=100,
        gt=0,
        description="Jobs of one owner that may wait in one queue; past it: 429. Owners take "
        "turns: everybody's first job comes before anybody's second.",
    )
    max_attempts: int = Field(
        default=3, gt=0, description="How often a job is begun whose workers die."
    )
    retry_after_s: int = Field(
        default=2, gt=0, description="What a refused client is told to wait, in seconds."
    )
    sync_wait_s: float = Field(
        default=60.0,
        gt=0,
        description="How long an upload, a heat map, a tile or a strip is waited for, in seconds.",
    )
    starting_s: float = Field(
        default=90.0,
        ge=0,
        description="How long after the start missing workers count as starting, in seconds.",
    )
    sweep_s: float = Field(
        default=1.0, gt=0, description="How often lost jobs are looked for, in seconds."
    )

    store_ttl_days: int = Field(
        default=30,
        ge=0,
        description="Days after which an edited picture that nobody asked for again is removed, "
        "and a mask that no session or land needs; 0 = never. Uploads, generated pictures and "
        "latents stay.",
    )

    @field_validator("api_keys", "allowed_hosts", "local_workers", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("local_workers")
    @classmethod
    def _queues_exist(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for queue in value:
            if queue not in QUEUES:
                raise ValueError(f"the queues are {', '.join(QUEUES)}; got {queue}")
        return value

    @property
    def records_url(self) -> str:
        """The SQLAlchemy URL of the database."""
        return self.database_url or f"sqlite:///{self.home / 'records.db'}"

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach the server."""
        return is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Whether a host name means this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False

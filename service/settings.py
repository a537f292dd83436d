"""The settings that the server and the workers share; each process adds its own to these.

Every field has a default, its unit in its name, and is set by the environment variable
`LATENTBRUSH_<NAME>`. Built once in `main` and passed down.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AliasChoices, BeforeValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from models.description import SHIPPED_DIR

PRIVATE_UMASK = 0o077
"""What a process writes can be read by its user alone."""


def _lower_case(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


class SharedSettings(BaseSettings):
    """Where things are kept, and for how long."""

    model_config = SettingsConfigDict(
        env_prefix="LATENTBRUSH_", frozen=True, extra="ignore", populate_by_name=True
    )

    data_dir: Path = Field(
        default=Path("~/.latentbrush"),
        description="Folder for the broker, pictures, latents and added models.",
    )
    redis_url: str | None = Field(
        default=None,
        validation_alias=AliasChoices("LATENTBRUSH_REDIS_URL", "REDIS_URL"),
        description="Broker; also read from `REDIS_URL`. Unset: an embedded one on a unix socket.",
    )
    blob_url: str | None = Field(
        default=None,
        description="Where pictures and latents are kept: a folder, or the fsspec URL of an object "
        "store (`s3://bucket/path`, with the extra `s3`). Unset: `store` in the "
        "data folder.",
    )
    max_pixels: int = Field(
        default=50_000_000,
        gt=0,
        description="Largest picture, read from its header before decoding.",
    )
    max_edits: int = Field(default=200, gt=0, description="Edits in one list.")
    job_ttl_s: int = Field(
        default=7 * 24 * 3600,
        gt=0,
        description="How long a finished job is remembered, in seconds.",
    )
    job_timeout_s: int = Field(
        default=3600, gt=0, description="How long one job may run, in seconds."
    )
    heartbeat_s: float = Field(
        default=2.0, gt=0, description="How often a worker says that it is alive, in seconds."
    )
    heartbeat_ttl_s: float = Field(
        default=10.0,
        gt=0,
        description="Silence after which a worker is taken for dead, in seconds.",
    )
    kits_file: Path | None = Field(
        default=None,
        description="A JSON list of models to fetch in place of the known ones: for mirrors, and "
        "for an institute's own (`docs/photos.md` has an example).",
    )
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], BeforeValidator(_lower_case)
    ] = Field(
        default="warning",
        description="debug, info, warning or error. Libraries never say more than info, since they "
        "would write down headers.",
    )

    @property
    def home(self) -> Path:
        """The data folder, absolute."""
        return self.data_dir.expanduser().resolve()

    @property
    def store_url(self) -> str:
        """The fsspec URL of the library."""
        return self.blob_url or str(self.home / "store")

    @property
    def models_dirs(self) -> tuple[Path, ...]:
        """Folders of models: the shipped ones, then the user's, which win."""
        return (SHIPPED_DIR, self.home / "models")

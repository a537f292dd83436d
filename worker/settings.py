"""A worker's settings: the shared ones and its device."""

from pydantic import Field

from service.settings import SharedSettings


class WorkerSettings(SharedSettings):
    """What one worker process needs to know."""

    device: str = Field(default="auto", description="auto, cpu, cuda, cuda:1, mps …")
    torch_threads: int = Field(
        default=0,
        ge=0,
        description="CPU threads of one worker's model, at most; 0 = every core for brushes, half "
        "of them for a worker of batch jobs alone. As many are taken as other work leaves free.",
    )
    model_memory_mb: int = Field(
        default=2048,
        gt=0,
        description="Weights, and what is kept of recent pictures, in one worker's memory. "
        "The model used longest ago makes room for the next that is loaded; one that is larger "
        "alone is loaded all the same.",
    )
    preview_interval_s: float = Field(
        default=0.4, gt=0, description="Least time between two previews of an encode, in seconds."
    )

"""The options of a GAN run, and presets for what machines and data there are."""

from dataclasses import dataclass, replace
from typing import Any

from models.generator import GeneratorConfig
from training.errors import TrainingError
from training.priors import NAMES


@dataclass(frozen=True)
class GanOptions:
    """What a run is made of; written to the run's `options.json`."""

    data: str = "portraits"  # or "people", "aerial", "planet", or a folder of pictures
    scale: float = 1.0  # of land, before squares are cut from it
    prior: str | None = None  # of a spatially trained generator: one of training.priors.NAMES
    resolution: int = 64
    channel_base: int = 3072
    channel_max: int = 128
    w_dim: int = 128
    mapping_layers: int = 2
    conv_clamp: float | None = None
    grid: int = 32
    batch: int = 16
    lr: float = 2e-3
    r1_gamma: float = 1.0
    r1_every: int = 16
    pl_weight: float = 0.0  # 2 in the paper; costs a third of the speed on a CPU
    pl_every: int = 8
    teacher: float = 0.0  # weight of the renders that latents stand for; procedural data only
    mbstd_group: int = 1  # 4 in the paper; 1 switches it off
    style_mixing: float = 0.5  # probability
    ema_kimg: float = 5.0  # half-life
    augment: bool = False  # adaptive augmentation, for folders of less than about 20,000 pictures
    pool: int = 16_000  # drawn people kept in memory on a CPU
    seed: int = 0
    start: str | None = None  # id of the model that the run goes on from

    @property
    def generator(self) -> GeneratorConfig:
        """The architecture."""
        return GeneratorConfig(
            img_resolution=self.resolution,
            z_dim=self.w_dim,
            w_dim=self.w_dim,
            channel_base=self.channel_base,
            channel_max=self.channel_max,
            mapping_layers=self.mapping_layers,
            conv_clamp=self.conv_clamp,
            grid=self.grid,
            homogeneous=self.prior is not None,
        )

    def like(self, config: GeneratorConfig) -> "GanOptions":
        """The same with the size and widths of a generator that is to be gone on with."""
        return replace(
            self,
            resolution=config.img_resolution,
            channel_base=config.channel_base,
            channel_max=config.channel_max,
            w_dim=config.w_dim,
            mapping_layers=config.mapping_layers,
            conv_clamp=config.conv_clamp,
            grid=config.grid,
        )


PLANET = GanOptions(data="planet", prior="planet", channel_base=4096, channel_max=96)
"""Narrower than others where pictures are small, wider where they are sharp: a coast is sharp."""

PEOPLE = GanOptions(data="people", channel_base=4096, mapping_layers=4)
"""A third wider than portraits: strands, cloth and lashes are worth it."""

PRESETS: dict[str, GanOptions] = {
    "cpu32": GanOptions(resolution=32, batch=32, lr=8e-3),
    "cpu64": GanOptions(),
    "cpu128": GanOptions(resolution=128, pool=12_000),
    "people32": replace(PEOPLE, resolution=32, batch=32, lr=8e-3),
    "people64": PEOPLE,
    "people128": replace(PEOPLE, resolution=128, pool=12_000),
    "people256": replace(PEOPLE, resolution=256, batch=8, pool=4_000),
    "aerial64": GanOptions(data="aerial", prior="field"),
    "aerial128": GanOptions(data="aerial", prior="field", resolution=128),
    "planet64": PLANET,
    "planet128": replace(PLANET, resolution=128, ema_kimg=2.0),
    "gpu256": GanOptions(
        resolution=256,
        channel_base=16384,
        channel_max=256,
        w_dim=256,
        grid=32,
        batch=64,
        lr=2.5e-3,
        r1_gamma=2.0,
        pl_weight=2.0,
        mbstd_group=4,
        ema_kimg=20.0,
    ),
    "photos256": GanOptions(
        data="",
        resolution=256,
        channel_base=16384,
        channel_max=512,
        w_dim=512,
        mapping_layers=2,
        grid=32,
        r1_gamma=1.0,
        pl_weight=2.0,
        mbstd_group=4,
        style_mixing=0.9,
        ema_kimg=5.0,
        augment=True,
    ),
}


def with_overrides(preset: str, **overrides: Any) -> GanOptions:
    """A preset with the options that are not None replaced.

    Raises:
        TrainingError: no such preset or prior.
    """
    if preset not in PRESETS:
        raise TrainingError(f"--preset: choose one of {', '.join(PRESETS)}")
    if (prior := overrides.get("prior")) not in (None, *NAMES):
        raise TrainingError(f"--prior: no prior {prior!r}; there are: {', '.join(NAMES)}")
    made = replace(PRESETS[preset], **{k: v for k, v in overrides.items() if v is not None})
    return made

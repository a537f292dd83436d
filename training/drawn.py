"""The drawn sets of people: everything that lessons, labels and figures need to know of one.

`portraits` is what the released model has learnt; `people` is drawn with more care and is what the
next one learns.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from training import people, portraits
from training.drawing.factors import Factor


class Render(Protocol):
    """What draws factors [N, F] as `img` [N, 3, R, R] in [-1, 1]."""

    def __call__(
        self, factors: Tensor, resolution: int, device: str | torch.device = "cpu"
    ) -> Tensor: ...


@dataclass(frozen=True)
class DrawnSet:
    """A procedural set of people.

    Attributes:
        factors: what varies, in the order of a row.
        groups: names of factors, apart by blanks, by what of a person they belong to.
        unread: the phase of a texture, or seen in few pictures only.
        from_zero: below zero these draw nothing.
        subtle: what changes so little of a picture that a lesson compares it by itself more often.
        has_phases: a factor turns waves that w has to be told of (`training/phases.py`).
        sample: seed, first row and number of rows → factors [N, F].
        from_uniform: numbers in [0, 1) → factors, both [N, F].
        region_mask: factors, region and resolution → mask [N, 1, R, R].
    """

    name: str
    factors: Sequence[Factor]
    groups: dict[str, str]
    unread: frozenset[str]
    from_zero: frozenset[str]
    subtle: tuple[str, ...]
    has_phases: bool
    sample: Callable[[int, int, int], Tensor]
    from_uniform: Callable[[Tensor], Tensor]
    render: Render
    region_mask: Callable[[Tensor, str, int], Tensor]

    @property
    def names(self) -> list[str]:
        """The factors' names."""
        return [factor.name for factor in self.factors]

    @property
    def targets(self) -> tuple[str, ...]:
        """The factors that can be read from pictures."""
        return tuple(name for name in self.names if name not in self.unread)

    def region_of(self, name: str) -> str:
        """Where a factor shows."""
        return next(factor.region for factor in self.factors if factor.name == name)


_SOMETIMES = frozenset({"glasses_tint", "hat_hue", "shirt_collar"})
_FROM_ZERO = frozenset(
    "beard freckles grey_hair hair_redness lip_redness mouth_open moustache".split()
)

PORTRAITS = DrawnSet(
    name="portraits",
    factors=portraits.FACTORS,
    groups=portraits.factors.GROUPS,
    unread=_SOMETIMES | {"detail", "parting"},
    from_zero=_FROM_ZERO,
    subtle=("detail",),
    has_phases=True,
    sample=portraits.sample_factors,
    from_uniform=portraits.from_uniform,
    render=portraits.render,
    region_mask=portraits.region_mask,
)
PEOPLE = DrawnSet(
    name="people",
    factors=people.FACTORS,
    groups=people.GROUPS,
    unread=_SOMETIMES
    | {"parting", "glasses_shape", "hat_brim", "earring_size", "scarf_hue"},
    from_zero=_FROM_ZERO | {"baldness", "hair_bun", "ponytail", "knit", "stripes", "bokeh"},
    subtle=(
        "hair_curl", "freckles", "earrings", "earring_size", "brow_angle", "brow_height",
        "nose_size", "nose_length", "nose_bridge", "lashes", "lip_fullness", "eye_tilt", "knit",
    ),
    has_phases=False,
    sample=people.sample_factors,
    from_uniform=people.from_uniform,
    render=people.render,
    region_mask=people.region_mask,
)  # fmt: skip

DRAWN = {drawn.name: drawn for drawn in (PORTRAITS, PEOPLE)}


def set_of(factors: Tensor) -> DrawnSet:
    """The set whose factors [N, F] these are: no two have equally many.

    Raises:
        ValueError: none has so many.
    """
    for drawn in DRAWN.values():
        if len(drawn.factors) == factors.shape[1]:
            return drawn
    raise ValueError(f"no set of people has {factors.shape[1]} factors")

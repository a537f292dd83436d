"""Attributes: named directions in latent space, their strengths in σ, and where they show."""

import re
from dataclasses import dataclass

from torch import Tensor

from models.errors import AttributeUnknown
from models.latents import LatentMap


@dataclass(frozen=True)
class Attribute:
    """What a person sees of an attribute; strengths are in σ over generated pictures.

    Attributes:
        layers: style layers [from, to) that its direction moves.
        source: how its direction came to be, if it was not trained with the model.
        flipped: turned around since it was found.
        group: what of the picture it belongs to, for people to find it; "" if nobody said.
        opposite: what less of it is called, where that has a name of its own: less land is sea.
        offered: to be painted with; what does not work stays for the sessions that have it.
    """

    id: str
    title: str
    min: float = -3.0
    max: float = 3.0
    default: float = 2.0
    layers: tuple[int, int] | None = None
    source: str = ""
    flipped: bool = False
    group: str = ""
    opposite: str = ""
    offered: bool = True


@dataclass(frozen=True)
class AttributeSet:
    """Every attribute of a model.

    Attributes:
        directions: [A, L, D] as found; `find` turns them.
    """

    attributes: tuple[Attribute, ...]
    directions: Tensor

    def find(self, attribute_id: str) -> tuple[Attribute, Tensor]:
        """The attribute and its direction [L, D]: adding it to w moves the attribute by one σ.

        Raises:
            AttributeUnknown: the model has none of that id.
        """
        for attribute, direction in zip(self.attributes, self.directions, strict=True):
            if attribute.id == attribute_id:
                return attribute, -direction if attribute.flipped else direction
        known = ", ".join(attribute.id for attribute in self.attributes)
        raise AttributeUnknown(f"this model has no attribute {attribute_id!r}; it has: {known}")


def free_id(title: str, taken: set[str]) -> str:
    """An id like a title that no attribute has yet."""
    plain = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:48] or "direction"
    numbered = (f"{plain}-{k}" for k in range(2, len(taken) + 3))
    return next(name for name in (plain, *numbered) if name not in taken)


def shift(latent: LatentMap, direction: Tensor, strength: float) -> LatentMap:
    """Move a whole latent along a direction [L, D] by `strength` σ."""
    step = strength * direction
    return latent.map(lambda i, wmap: wmap + step[i][None, :, None, None])

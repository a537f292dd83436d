"""The square of a picture that a model wants a face in."""

from collections.abc import Callable

import torch

from models.faces.detection import Face
from models.faces.squares import Quad, around, turned

PORTRAITS = torch.tensor([[0.404, 0.4915], [0.596, 0.4915], [0.4145, 0.681], [0.5855, 0.681]])
"""Where eyes and corners of the mouth are in a drawn portrait, as shares of its side: means over
renders, by the detector itself (decision 17)."""


def ffhq_quad(face: Face) -> Quad:
    """The square of FFHQ (Karras et al. 2019, appendix A): as wide as two and a bit of the distance
    of the eyes, or 1.8 times that of eyes and mouth, and turned like the face."""
    between = face.eyes[1] - face.eyes[0]
    middle = face.eyes.mean(dim=0)
    down = face.mouth.mean(dim=0) - middle
    across = between - turned(down)
    across = across / across.norm() * max(2.0 * between.norm(), 1.8 * down.norm())
    return around(middle + 0.1 * down, across)


def portraits_quad(face: Face) -> Quad:
    """The square in which eyes and mouth come nearest to those of drawn portraits: by a similarity,
    by least squares."""
    points = torch.cat([face.eyes, face.mouth])
    from_middle, wanted = points - points.mean(dim=0), PORTRAITS - PORTRAITS.mean(dim=0)
    # p = side · R w, with R a rotation: complex numbers, p = z w.
    z = torch.view_as_complex(from_middle.contiguous())
    w = torch.view_as_complex(wanted.contiguous())
    factor = torch.view_as_real((z * w.conj()).sum() / (w * w.conj()).sum())
    middle = PORTRAITS.mean(dim=0) - 0.5
    centre = points.mean(dim=0) - middle[0] * factor - middle[1] * turned(factor)
    return around(centre, factor / 2)


ALIGNMENTS: dict[str, Callable[[Face], Quad]] = {"ffhq": ffhq_quad, "portraits": portraits_quad}
"""The squares that models want, by the name that their configuration has."""

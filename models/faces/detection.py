"""Where faces are in a picture, and their eyes and the corners of their mouths.

A cascade as in Zhang et al. 2016: proposals at every size, looked at more and more closely. Sizes
and thresholds are the paper's usual ones, but for the smallest face, which is ours.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from models.faces.networks import Detector, open_detector
from models.faces.squares import around, cut
from models.images import Pixels, to_img

LOOKED_AT_PX = 1024  # on the long side: larger pictures are made smaller
SMALLEST = 0.04  # of the short side; less is no face that anybody edits
LEAST_PX = 20  # nor is that
CELL_PX, STRIDE_PX = 12, 2  # of the first network
STEP = 0.709  # from one size to the next: half the area
SURE = (0.6, 0.7, 0.7)  # probabilities from which the three networks are believed
CROPS_PX = (24, 48)  # that the second and the third look at
ALIKE = 0.7  # overlap from which two boxes are one face
ALIKE_AT_A_SIZE = 0.5
AROUND = 2.2  # sides of a face's box, of the picture in which it is looked at again
UPRIGHT_PX = 160  # of that picture
SCALE = 127.5 / 128  # the networks were trained on (levels − 127.5) / 128


@dataclass(frozen=True)
class Face:
    """A face; left and right as seen in the picture.

    Attributes:
        score: probability in [0, 1].
        points: [5, 2] in pixels, (x, y): eyes, nose, corners of the mouth, left before right.
        box: x0, y0, x1, y1 in pixels.
    """

    score: float
    points: Tensor
    box: tuple[float, float, float, float]

    @property
    def eyes(self) -> Tensor:
        """[2, 2]."""
        return self.points[:2]

    @property
    def mouth(self) -> Tensor:
        """Its corners [2, 2]."""
        return self.points[3:]

    @property
    def area(self) -> float:
        """Of the box, in square pixels."""
        x0, y0, x1, y1 = self.box
        return (x1 - x0) * (y1 - y0)


@torch.inference_mode()
def cascade(pixels: Pixels) -> list[Face]:
    """The faces in a picture [H, W, 3], as the three networks find them."""
    height, width = pixels.shape[:2]
    shrink = min(1.0, LOOKED_AT_PX / max(height, width))
    size = (max(1, round(height * shrink)), max(1, round(width * shrink)))
    if shrink < 1:
        small = Image.fromarray(pixels).resize(size[::-1], Image.Resampling.BICUBIC, reducing_gap=3)
        pixels = np.asarray(small)
    img = to_img(pixels) * SCALE
    detector = open_detector()
    boxes = proposals(detector, img)
    boxes = refined(detector, img, boxes)
    found = looked_at(detector, img, boxes)
    zoom = torch.tensor([width / size[1], height / size[0]])
    return [
        Face(float(score), points * zoom, box_of(box * zoom.repeat(2)))
        for score, box, points in zip(*found, strict=True)
    ]


def find_faces(pixels: Pixels) -> list[Face]:
    """The faces in a picture [H, W, 3], the largest first. Each is looked at again upright, since
    the networks have seen few turned ones."""
    faces = [again(pixels, face) for face in cascade(pixels)]
    return sorted(faces, key=lambda face: -face.area)


def again(pixels: Pixels, face: Face) -> Face:
    """A face with its points as they are found once the picture is turned so that it is upright."""
    middle = face.points.mean(dim=0)
    across = face.eyes[1] - face.eyes[0] + face.mouth[1] - face.mouth[0]
    across = across / across.norm().clamp(min=1e-6) * (AROUND / 2 * face.area**0.5)
    quad = around(middle, across)
    found = cascade(cut(pixels, quad, UPRIGHT_PX))
    if not found:
        return face
    centre = torch.tensor([UPRIGHT_PX / 2, UPRIGHT_PX / 2])
    nearest = min(found, key=lambda other: float((other.points.mean(dim=0) - centre).norm()))
    shares = nearest.points / UPRIGHT_PX
    points = quad[0] + shares[:, :1] * (quad[3] - quad[0]) + shares[:, 1:] * (quad[1] - quad[0])
    return replace(face, points=points)


def box_of(edges: Tensor) -> tuple[float, float, float, float]:
    """Edges [4] as numbers."""
    x0, y0, x1, y1 = edges.tolist()
    return x0, y0, x1, y1


def scales(size: tuple[int, int]) -> Iterator[float]:
    """How much smaller the picture is made, so that faces of every size come to 12 px."""
    scale = CELL_PX / max(LEAST_PX, SMALLEST * min(size))
    while min(size) * scale >= CELL_PX:
        yield scale
        scale *= STEP


def proposals(detector: Detector, img: Tensor) -> Tensor:
    """Squares [M, 4] of a picture [1, 3, H, W] that may be faces."""
    height, width = img.shape[2:]
    boxes, scores = [torch.zeros(0, 4)], [torch.zeros(0)]
    for scale in scales((height, width)):
        size = (max(CELL_PX, round(height * scale)), max(CELL_PX, round(width * scale)))
        small = F.interpolate(img, size, mode="area")
        score, edges = detector.proposal(small)
        rows, columns = (score[0] > SURE[0]).nonzero(as_tuple=True)
        corner = torch.stack([columns, rows], dim=1) * float(STRIDE_PX)
        zoom = torch.tensor([width / size[1], height / size[0]]).repeat(2)
        found = torch.cat([corner, corner + CELL_PX], dim=1) * zoom
        found = corrected(found, edges[0, :, rows, columns].T)
        sure = score[0, rows, columns]
        kept = apart(found, sure, ALIKE_AT_A_SIZE)
        boxes.append(found[kept])
        scores.append(sure[kept])
    every, sure = torch.cat(boxes), torch.cat(scores)
    return squares(every[apart(every, sure, ALIKE)])


def refined(detector: Detector, img: Tensor, boxes: Tensor) -> Tensor:
    """Those squares that still look like faces, and nearer to them."""
    score, edges = detector.refinement(crops(img, boxes, CROPS_PX[0]))
    sure = score > SURE[1]
    boxes, score = corrected(boxes[sure], edges[sure]), score[sure]
    return squares(boxes[apart(boxes, score, ALIKE)])


def looked_at(detector: Detector, img: Tensor, boxes: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Scores [M], boxes [M, 4] and points [M, 5, 2] of the faces among some squares."""
    score, edges, points = detector.output(crops(img, boxes, CROPS_PX[1]))
    sure = score > SURE[2]
    boxes, score = boxes[sure], score[sure]
    size = boxes[:, 2:] - boxes[:, :2]
    points = boxes[:, None, :2] + points[sure] * size[:, None]
    boxes = corrected(boxes, edges[sure])
    kept = apart(boxes, score, ALIKE, within=True)
    return score[kept], boxes[kept], points[kept]


def corrected(boxes: Tensor, edges: Tensor) -> Tensor:
    """Boxes [M, 4] whose edges move by shares [M, 4] of their size."""
    return boxes + edges * (boxes[:, 2:] - boxes[:, :2]).repeat(1, 2)


def squares(boxes: Tensor) -> Tensor:
    """The squares around the middles of boxes [M, 4], as long as their longer side."""
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    half = (boxes[:, 2:] - boxes[:, :2]).amax(dim=1, keepdim=True) / 2
    return torch.cat([middle - half, middle + half], dim=1)


def crops(img: Tensor, boxes: Tensor, side: int) -> Tensor:
    """What a picture [1, 3, H, W] shows in squares: [M, 3, side, side]; grey outside of it."""
    height, width = img.shape[2:]
    found = [torch.zeros(0, 3, side, side)]
    for x0, y0, x1, y1 in boxes.round().int().tolist():
        x1, y1 = max(x1, x0 + 1), max(y1, y0 + 1)
        inside = img[:, :, max(0, y0) : max(0, y1), max(0, x0) : max(0, x1)]
        left, top = max(0, -x0), max(0, -y0)
        right, bottom = max(0, x1 - max(width, x0)), max(0, y1 - max(height, y0))
        whole = F.pad(inside, [left, right, top, bottom])
        found.append(F.interpolate(whole, (side, side), mode="area"))
    return torch.cat(found)


def apart(boxes: Tensor, scores: Tensor, alike: float, within: bool = False) -> Tensor:
    """Which boxes [M, 4] to keep: the surest of those that overlap, in order.

    Args:
        alike: share of their union that two have in common, from which they are one; or, `within`,
            of the smaller one.
    """
    order = scores.argsort(descending=True)
    low = torch.maximum(boxes[:, None, :2], boxes[None, :, :2])
    high = torch.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    common = (high - low).clamp(min=0).prod(dim=2)
    area = (boxes[:, 2:] - boxes[:, :2]).prod(dim=1)
    pair = (area[:, None], area[None])
    of = torch.minimum(*pair) if within else pair[0] + pair[1] - common
    is_one = common > alike * of
    kept: list[int] = []
    for k in order.tolist():
        if not any(is_one[k, other] for other in kept):
            kept.append(k)
    return torch.tensor(kept, dtype=torch.long)

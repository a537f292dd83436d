"""Finding faces for a job: the way from contract values to `models/faces`, and back."""

from collections.abc import Sequence

from torch import Tensor

from contracts.faces import Alignment, FaceInfo, FacesResult, Landmarks, Point, Quad
from models.faces.alignment import ALIGNMENTS
from models.faces.detection import Face, find_faces
from models.images import Pixels


def faces_in(pixels: Pixels, aligned: Alignment) -> FacesResult:
    """The faces in a picture [H, W, 3], each with the square that a model wants."""
    return FacesResult(faces=tuple(told(face, aligned) for face in find_faces(pixels)))


def told(face: Face, aligned: Alignment) -> FaceInfo:
    """A face as it is told to a client."""
    eye_left, eye_right = points_of(face.eyes)
    mouth_left, mouth_right = points_of(face.mouth)
    return FaceInfo(
        score=min(1.0, face.score),
        landmarks=Landmarks(
            eye_left=eye_left, eye_right=eye_right, mouth_left=mouth_left, mouth_right=mouth_right
        ),
        quad=quad_of(points_of(ALIGNMENTS[aligned](face))),
    )


def quad_of(corners: Sequence[Point]) -> Quad:
    """Four corners."""
    top_left, bottom_left, bottom_right, top_right = corners
    return top_left, bottom_left, bottom_right, top_right


def points_of(tensor: Tensor) -> list[Point]:
    """Points [N, 2], to a hundredth of a pixel."""
    return [(round(x, 2), round(y, 2)) for x, y in tensor.tolist()]

"""What a lesson is: pictures that are known from their latents."""

from typing import TYPE_CHECKING, Protocol

from torch import Tensor

from models.noise import Noise

if TYPE_CHECKING:
    from training.gan import GanTraining


class Lesson(Protocol):
    """What there is to learn from in data that are known from their latents."""

    def begin(self, training: "GanTraining") -> None:
        """Prepare a generator that has not had the lesson."""

    def __call__(self, training: "GanTraining") -> tuple[Tensor, int]:
        """Draw latents; how far what the generator makes of them is from what it should, and how
        many pictures that were."""


class LessonOfLand(Lesson, Protocol):
    """Land whose fields are known: what sharpening goes by, as well.

    Attributes:
        known: sides of the squares, in pixels, over which pictures are held to the known land.
        fold: pixels per side that are one place to the critic.
        num_channels: of z, that mean something.
    """

    known: list[int]
    fold: int
    num_channels: int

    def draw(self, training: "GanTraining", noise: Noise) -> tuple[Tensor, Tensor, Tensor]:
        """What the generator makes of a batch of fields, what it should, and the maps of every
        channel [N, M, R, R]."""

    def reminder(self, training: "GanTraining", step: int) -> Tensor | None:
        """A loss to add, so that nothing of the lesson is forgotten."""


class LandOfFields(Protocol):
    """Land of which it is known what field it was drawn from."""

    def batch(self, num: int) -> tuple[Tensor, Tensor]:
        """Fields z [num, Z, h, w] with their surround, and pictures [num, 3, R, R]."""
        ...

"""How far a search in several parts is, with what it has found so far."""

from torch import Tensor

from models.heat import error_map
from models.images import to_pixels
from models.inversion import OnStep
from models.step import Report, Step


class Progress:
    """Counts the steps of all parts.

    Attributes:
        steps: of all of them; may become fewer while they run, so that nobody sees it go back.
        passed: steps that are done.
    """

    def __init__(self, report: Report, img: Tensor, steps: int) -> None:
        self._report = report
        self._img = img
        self.steps = steps
        self.passed = 0

    def part(self, message: str) -> OnStep:
        """What to call with each step of the next part."""
        begun = self.passed

        def on_step(step: int, _: int, drawn: Tensor | None) -> None:
            self.passed = begun + step
            shown = () if drawn is None else (drawn, error_map(drawn, self._img))
            self._report(Step(self.passed, self.steps, message, *map(to_pixels, shown)))

        return on_step

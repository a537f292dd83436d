"""The shape alphabet of this project, and the check that public doors use.

N batch · C channels · D channels of w · L style layers · H W picture · h w latent grid ·
I O input and output channels of a convolution · k kernel size · R picture resolution.
Tensors index [y, x]; pictures are NCHW float32 in [-1, 1] unless said otherwise.
"""

from collections.abc import Sequence

from torch import Tensor

from models.errors import ShapeError


def check_shape(name: str, tensor: Tensor, expected: Sequence[int | None]) -> None:
    """Raise `ShapeError` unless `tensor` has the sizes `expected` (None: any size).

    Raises:
        ShapeError: naming what was expected and what came.
    """
    fits = tensor.ndim == len(expected) and all(
        want is None or want == got for want, got in zip(expected, tensor.shape, strict=True)
    )
    if not fits:
        want = "[" + ", ".join("*" if size is None else str(size) for size in expected) + "]"
        raise ShapeError(f"{name}: expected shape {want}, got {list(tensor.shape)}")

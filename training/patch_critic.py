"""A critic that looks at patches: is this, at every place, a picture of the land of these maps?

Source: Isola et al. 2017 (pix2pix), with spectral normalisation (Miyato et al. 2018) and the hinge
loss (Lim and Ye 2017). The plain discriminator sees whole pictures and no maps; here every place is
an example, so that texture comes thousands of pictures sooner (decision 69).
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

SLOPE = 0.2
NEAR, AROUND = 5, 15  # pixels: what detail stands out from, and over what it is as strong as usual
FAINT = 0.02  # strength of detail, of a range from -1 to 1, below which it counts for less
GAIN = 5.0
"""Of the logits: layers of norm 1 leave them near 0, far from the hinge's margins, where a critic
looks at averages and not at what is hardest to tell (decision 70)."""


class PatchCritic(nn.Module):
    """Logits for patches of two sizes, 20 and 56 times `fold` pixels wide.

    Args:
        fold: pixels per side that are one place with as many more channels, so that patches of
            finer pictures show as much of a land.
    """

    def __init__(self, maps: int, width: int = 48, fold: int = 1) -> None:
        super().__init__()
        self.fold = fold
        widths = (6 * fold**2 + maps, width, 2 * width, 3 * width)
        self.near = nn.ModuleList(conv(widths[k], widths[k + 1], 2 if k else 1) for k in range(3))
        self.far = nn.ModuleList([conv(3 * width, 4 * width, 2), conv(4 * width, 4 * width, 1)])
        self.heads = nn.ModuleList([conv(3 * width, 1, 1), conv(4 * width, 1, 1)])

    def forward(self, img: Tensor, maps: Tensor, dtype: torch.dtype) -> list[Tensor]:
        """Logits [N, 1, h, w] of every size, for pictures [N, 3, R, R] and maps [N, M, R, R]."""
        seen = F.pixel_unshuffle(torch.cat([img, detail(img)], dim=1), self.fold)
        x = torch.cat([seen, F.avg_pool2d(maps, self.fold)], dim=1).contiguous(
            memory_format=torch.channels_last
        )
        said = []
        with torch.autocast(img.device.type, dtype, enabled=dtype != torch.float32):
            for layers, head in zip((self.near, self.far), self.heads, strict=True):
                for layer in layers:
                    x = F.leaky_relu(layer(x), SLOPE)
                said.append(GAIN * head(x).float())
        return said


def detail(img: Tensor) -> Tensor:
    """How pictures [N, 3, R, R] differ from the mean around every pixel, over how much they usually
    do there: what is faint in the dark of a sea or of a wood is then as plain as a coast."""
    differs = img - around(img, NEAR)
    usual = around(differs.square().mean(dim=1, keepdim=True), AROUND).sqrt()
    return differs / (usual + FAINT)


def around(x: Tensor, side: int) -> Tensor:
    """Means over squares of so many pixels, of which those outside do not count."""
    return F.avg_pool2d(x, side, 1, side // 2, count_include_pad=False)


def conv(inputs: int, outputs: int, stride: int) -> nn.Module:
    """A convolution whose kernel, as a matrix, has spectral norm 1."""
    side = 3 if stride == 1 else 4
    made: nn.Module = spectral_norm(nn.Conv2d(inputs, outputs, side, stride, 1))
    return made


def hinge(real: Sequence[Tensor], fake: Sequence[Tensor]) -> Tensor:
    """The critic's loss."""
    losses = [F.relu(1 - a).mean() + F.relu(1 + b).mean() for a, b in zip(real, fake, strict=True)]
    return torch.stack(losses).sum()


def fooling(fake: Sequence[Tensor]) -> Tensor:
    """The generator's loss."""
    return -torch.stack([logits.mean() for logits in fake]).sum()

"""Colours: short hand-picked ramps, read with a continuous position."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from training.drawing.colours import constant, mix, ramp
from training.drawing.shapes import smooth
from training.people.factors import Columns

SKIN = ("#fae0d0", "#f5d0b4", "#e9b894", "#d29c74", "#ad7a55", "#84563c", "#5f3d2e")
HAIR = ("#1d191b", "#33241f", "#5a3a28", "#8a5f3a", "#c0935a", "#e6cb94")
RED_HAIR = ("#2b1413", "#561d18", "#8a331b", "#b8532a", "#d98047", "#eeb07a")
EYES = ("#4a2c1c", "#7a4a22", "#8f7a34", "#4f8a5a", "#3f8f9c", "#4a86c8", "#7f93a8")
# Hues run from red to pink and stop, so that each end is a colour of its own.
CLOTHES = ("#c9473f", "#d97b36", "#d8ad45", "#5f9a5c", "#2d8a86", "#3a70ae", "#5f5aa6", "#a9528a")
BACKDROP = ("#e6a58f", "#e8c58a", "#a9c78f", "#7fbfb2", "#7fb4da", "#9aa0dc", "#c397cf", "#e29bb1")


@dataclass(frozen=True)
class Colors:
    """The colours of a batch of people without their light, each [N, 3, 1, 1]."""

    skin: Tensor
    flush: Tensor  # skin where blood shows through
    hair: Tensor
    brow: Tensor
    beard: Tensor
    iris: Tensor
    lips: Tensor
    clothes: Tensor
    hat: Tensor
    backdrop: Tensor


def choose_colors(f: Columns) -> Colors:
    """Work out everybody's colours from the factors."""
    age = f["age"]
    warmth = f["skin_warmth"] * constant(age, 0.025, 0.0, -0.065)
    skin = (ramp(f["skin_tone"], SKIN) * (1.0 + warmth)).clamp(max=1.0)
    grown = mix(ramp(f["hair_lightness"], HAIR), ramp(f["hair_lightness"], RED_HAIR),
                f.amount("hair_redness"))  # fmt: skip
    grey = ramp(0.30 + 0.70 * f["hair_lightness"], ("#63616a", "#98979d", "#e0dedd"))
    turned = 1.0 - (1.0 - f.amount("grey_hair")) * (1.0 - 0.85 * smooth((age - 0.72) * 3.2))
    hair = mix(grown, grey, turned)
    natural_lips = mix(skin * constant(skin, 0.90, 0.66, 0.64), "#c05a58", 0.35)
    clothes = _with_lightness(ramp(f["clothing_hue"], CLOTHES), f["clothing_lightness"])
    lipstick = f.amount("lip_redness", 0.72 * smooth(0.5 - 1.5 * f["femininity"]))
    return Colors(
        skin=skin,
        flush=mix(skin * constant(skin, 1.02, 0.78, 0.74), "#e0525c", 0.34),
        hair=hair,
        brow=mix(mix(grown, grey, 0.7 * turned) * 0.62, skin * 0.5, 0.15),
        beard=mix(grown, grey, turned) * 0.86,
        iris=ramp(f["eye_hue"], EYES),
        lips=mix(natural_lips, "#b81d3a", 0.85 * lipstick),
        clothes=clothes,
        hat=mix(ramp(f["hat_hue"], CLOTHES), "#4a4048", 0.12),
        backdrop=_backdrop(f),
    )


def _with_lightness(color: Tensor, light: Tensor) -> Tensor:
    dark = mix(color, "#1d2238", 0.72 * (1.0 - 2.0 * light).clamp(min=0.0))
    return mix(dark, "#f6f0e6", 0.78 * (2.0 * light - 1.0).clamp(min=0.0))


def _backdrop(f: Columns) -> Tensor:
    color, light = ramp(f["background_hue"], BACKDROP), f["background_lightness"]
    dark = mix(color, color.square() * 0.36, (1.0 - 1.8 * light).clamp(min=0.0))
    return mix(dark, "#ffffff", 0.55 * (1.8 * light - 0.8).clamp(min=0.0))

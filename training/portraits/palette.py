"""Colours: short hand-picked ramps, read with a continuous position."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from training.drawing.colours import constant, mix, ramp
from training.portraits.factors import Columns

SKIN = ("#fbdec8", "#f6cba9", "#e6ae86", "#c98a60", "#98613f", "#693f2b")
HAIR = ("#1f1a1d", "#3b2a26", "#6a432d", "#9a6a40", "#d2a565", "#f0dba8")
RED_HAIR = ("#2e1418", "#611f1b", "#96361c", "#c2562a", "#de8246", "#f0ad74")
EYES = ("#4a2c1c", "#7a4a22", "#8f7a34", "#4f8a5a", "#3f8f9c", "#4a86c8", "#7f93a8")
# Hues run from red to pink and stop, so that each end is a colour of its own.
CLOTHES = ("#d9534a", "#e88a3c", "#e3bb45", "#6fae63", "#2f9a92", "#3f7fc0", "#6a62b8", "#b85a94")
BACKDROP = ("#f2b8a0", "#f3d08c", "#b9d69a", "#8fd0c0", "#8fc3e6", "#a9aee8", "#d3a6dc", "#f0aabf")


@dataclass(frozen=True)
class Colors:
    """The colours of a batch of people, each [N, 3, 1, 1]: mid tones and where light is missing."""

    skin: Tensor
    skin_shade: Tensor
    skin_light: Tensor
    hair: Tensor
    hair_shade: Tensor
    hair_light: Tensor
    iris: Tensor
    lips: Tensor
    clothes: Tensor
    hat: Tensor
    backdrop: Tensor


def choose_colors(f: Columns) -> Colors:
    """Work out everybody's colours from the factors."""
    skin = ramp(f["skin_tone"], SKIN)
    shade = skin * constant(skin, 0.80, 0.66, 0.65)
    hair = mix(ramp(f["hair_lightness"], HAIR), ramp(f["hair_lightness"], RED_HAIR),
               f.amount("hair_redness"))  # fmt: skip
    grey = ramp(0.35 + 0.65 * f["hair_lightness"], ("#6d6a72", "#a3a1a8", "#e4e2e4"))
    hair = mix(hair, grey, f.amount("grey_hair"))
    natural_lips = mix(skin * constant(skin, 0.93, 0.70, 0.68), "#c4605c", 0.3)
    clothes = ramp(f["clothing_hue"], CLOTHES)
    light = f["clothing_lightness"]
    clothes = mix(mix(clothes, "#1d2238", 0.72 * (1.0 - 2.0 * light).clamp(min=0.0)),
                  "#fbf6ee", 0.78 * (2.0 * light - 1.0).clamp(min=0.0))  # fmt: skip
    backdrop = ramp(f["background_hue"], BACKDROP)
    light = f["background_lightness"]
    backdrop = mix(mix(backdrop, backdrop.square() * 0.42, (1.0 - 1.8 * light).clamp(min=0.0)),
                   "#ffffff", 0.6 * (1.8 * light - 0.8).clamp(min=0.0))  # fmt: skip
    return Colors(
        skin=skin,
        skin_shade=shade,
        skin_light=mix(skin, "#fff4e2", 0.32),
        hair=hair,
        hair_shade=hair * constant(hair, 0.52, 0.46, 0.52),
        hair_light=mix(hair * 1.12, "#ffe9cf", 0.22),
        iris=ramp(f["eye_hue"], EYES),
        lips=mix(natural_lips, "#c01f3c", 0.85 * f.amount("lip_redness")),
        clothes=clothes,
        hat=ramp(f["hat_hue"], CLOTHES),
        backdrop=backdrop,
    )

"""What varies in a picture of a person: the list of factors, and how they are drawn from a seed."""

from __future__ import annotations

from torch import Tensor

from training.drawing.factors import Columns as DrawingColumns
from training.drawing.factors import Factor, binary, sample, spread

FACTORS: tuple[Factor, ...] = (
    # Head and skin.
    Factor("age", "Older", 0.0, 1.0, "person"),
    Factor("femininity", "Feminine face", -1.0, 1.0, "person"),
    Factor("skin_tone", "Darker skin", 0.0, 1.0, "skin"),
    Factor("skin_warmth", "Warmer skin", -1.0, 1.0, "skin"),
    Factor("face_width", "Wider face", -1.0, 1.0, "face_shape"),
    Factor("face_length", "Longer face", -1.0, 1.0, "face_shape"),
    Factor("jaw", "Squarer jaw", -1.0, 1.0, "face_shape"),
    Factor("cheeks", "Fuller cheeks", -1.0, 1.0, "face_shape"),
    Factor("blush", "Blush", 0.0, 1.0, "skin"),
    Factor("freckles", "Freckles", -1.5, 1.0, "skin"),
    # Hair.
    Factor("hair_lightness", "Lighter hair", 0.0, 1.0, "hair"),
    Factor("hair_redness", "Redder hair", -0.5, 1.0, "hair"),
    Factor("grey_hair", "Grey hair", -3.0, 1.0, "hair"),
    Factor("hair_length", "Longer hair", 0.0, 1.0, "hair"),
    Factor("hair_volume", "Fuller hair", 0.0, 1.0, "hair"),
    Factor("hair_curl", "Curly hair", 0.0, 1.0, "hair"),
    Factor("fringe", "Fringe", 0.0, 1.0, "hair"),
    Factor("parting", "Hair parting", -1.0, 1.0, "hair"),
    Factor("baldness", "Bald head", -2.2, 1.0, "hair"),
    Factor("hair_bun", "Bun", -3.0, 1.0, "hair"),
    Factor("ponytail", "Ponytail", -3.0, 1.0, "hair"),
    # Eyes and brows.
    Factor("eye_hue", "Eye colour", 0.0, 1.0, "eyes"),
    Factor("eye_size", "Bigger eyes", -1.0, 1.0, "eyes"),
    Factor("eye_openness", "Open eyes", 0.0, 1.0, "eyes"),
    Factor("eye_tilt", "Upturned eyes", -1.0, 1.0, "eyes"),
    Factor("gaze_x", "Look to the right", -1.0, 1.0, "eyes"),
    Factor("gaze_y", "Look down", -1.0, 1.0, "eyes"),
    Factor("lashes", "Longer lashes", 0.0, 1.0, "eyes"),
    Factor("brow_height", "Raised brows", -1.0, 1.0, "brows"),
    Factor("brow_angle", "Angry brows", -1.0, 1.0, "brows"),
    Factor("brow_thickness", "Thick brows", 0.0, 1.0, "brows"),
    # Nose and mouth.
    Factor("nose_size", "Bigger nose", -1.0, 1.0, "nose"),
    Factor("nose_length", "Longer nose", -1.0, 1.0, "nose"),
    Factor("nose_bridge", "Stronger bridge of the nose", -1.0, 1.0, "nose"),
    Factor("mouth_width", "Wider mouth", -1.0, 1.0, "mouth"),
    Factor("smile", "Smile", -0.6, 1.0, "expression"),
    Factor("mouth_open", "Open mouth", -1.0, 1.0, "chin"),
    Factor("lip_redness", "Lipstick", -0.5, 1.0, "mouth"),
    Factor("lip_fullness", "Full lips", 0.0, 1.0, "mouth"),
    Factor("beard", "Beard", -1.2, 1.0, "chin"),
    Factor("moustache", "Moustache", -1.6, 1.0, "chin"),
    # Things worn.
    binary("glasses", "Glasses", "eyes", 0.25),
    Factor("glasses_shape", "Square glasses", 0.0, 1.0, "eyes"),
    Factor("glasses_tint", "Tinted glasses", -1.5, 1.0, "eyes"),
    binary("hat", "Hat", "head", 0.2),
    Factor("hat_hue", "Hat colour", 0.0, 1.0, "head"),
    Factor("hat_brim", "Brim of the hat", -1.0, 1.0, "head"),
    binary("earrings", "Earrings", "ears", 0.3),
    Factor("earring_size", "Longer earrings", 0.0, 1.0, "ears"),
    binary("scarf", "Scarf", "neck_clothes", 0.15),
    Factor("scarf_hue", "Scarf colour", 0.0, 1.0, "neck_clothes"),
    Factor("clothing_hue", "Clothing colour", 0.0, 1.0, "neck_clothes"),
    Factor("clothing_lightness", "Lighter clothing", 0.0, 1.0, "neck_clothes"),
    Factor("collar", "Open collar", 0.0, 1.0, "neck_clothes"),
    Factor("shirt_collar", "Shirt collar", -1.0, 1.0, "neck_clothes"),
    Factor("knit", "Knitted clothing", -1.0, 1.0, "neck_clothes"),
    Factor("stripes", "Striped clothing", -2.0, 1.0, "neck_clothes"),
    # Pose, light and backdrop.
    Factor("yaw", "Turn to the right", -1.0, 1.0, "everything"),
    Factor("pitch", "Look down with the head", -1.0, 1.0, "everything"),
    Factor("roll", "Tilt the head", -1.0, 1.0, "everything"),
    Factor("light_direction", "Light from the right", -1.0, 1.0, "everything"),
    Factor("light_warmth", "Warm light", -1.0, 1.0, "everything"),
    Factor("background_hue", "Background colour", 0.0, 1.0, "background"),
    Factor("background_lightness", "Lighter background", 0.0, 1.0, "background"),
    Factor("bokeh", "Lights in the background", -1.0, 1.0, "background"),
)

GROUPS = {
    "hair": "hair_lightness hair_redness grey_hair hair_length hair_volume hair_curl fringe "
    "baldness hair_bun ponytail",
    "face": "age femininity skin_tone skin_warmth face_width face_length jaw cheeks blush "
    "freckles nose_size nose_length nose_bridge beard moustache yaw pitch roll",
    "eyes": "eye_hue eye_size eye_openness eye_tilt gaze_x gaze_y lashes brow_height brow_angle "
    "brow_thickness",
    "mouth": "smile mouth_open mouth_width lip_redness lip_fullness",
    "worn": "hat hat_brim glasses earrings earring_size scarf",
    "clothes": "clothing_hue clothing_lightness collar knit stripes",
    "light": "light_direction light_warmth",
    "background": "background_hue background_lightness bokeh",
}
"""What of a person the attributes belong to, for people to find them."""


class Columns(DrawingColumns):
    """The factors of a batch by name, each [N, 1, 1, 1]."""

    known = FACTORS

    def __init__(self, factors: Tensor) -> None:
        """Take factors [N, F] in the order of `FACTORS`."""
        super().__init__(factors)
        self._factors = factors

    def rows(self, rows: Tensor) -> Columns:
        """Those of some pictures."""
        return Columns(self._factors[rows])

    def amount(self, name: str, threshold: Tensor | float = 0.0) -> Tensor:
        """How far the factor is above a threshold in [0, 1), as a share: [N, 1, 1, 1] in [0, 1].

        The most of a factor is the same wherever its threshold lies.
        """
        return ((self[name] - threshold) / (1.0 - threshold)).clamp(min=0.0)


def sample_factors(seed: int, start: int, num: int) -> Tensor:
    """Factors [num, F] of rows `start` to `start + num - 1` of a seed."""
    return sample(FACTORS, seed, start, num)


def from_uniform(uniform: Tensor) -> Tensor:
    """Numbers in [0, 1), [N, F], as factors."""
    return spread(FACTORS, uniform)

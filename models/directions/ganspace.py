"""GANSpace's edits: components of w that its authors named, each with layers and a strength.

Facts: harskish/ganspace@0d5879e (Apache-2.0), notebooks figure_teaser and figure_edit_zoo, and the
names of hamzapehlivan/StyleRes, which has the table of the first. e4e, HFGI and others use rows.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from models.attributes import Attribute
from models.directions.direction import Direction, Layers

SIMILAR = 0.05  # of a spread, which its authors measure on 5,000 w: five times its standard error


@dataclass(frozen=True)
class Edit:
    """A component with a meaning.

    Attributes:
        name: of what the positive end of the slider does.
        component: from 0.
        strength: in σ of the component, as published; negative against its sign.
    """

    name: str
    component: int
    layers: Layers
    strength: float


@dataclass(frozen=True)
class Zoo:
    """The edits that are published for one network.

    Attributes:
        word: in the names of its files, with or without the ending of a plural.
        num_layers: L of the network.
        edits: by what of the picture they belong to.
        spread: σ of its first components, which tell a file by whatever name; empty if unknown.
    """

    word: str
    num_layers: int
    edits: Mapping[str, tuple[Edit, ...]]
    spread: tuple[float, ...] = ()

    def has(self, title: str, num_layers: int, spread: Tensor | None) -> bool:
        """Whether a file is of this network: by its numbers where they are known, else its name.

        Args:
            title: the file's name.
            num_layers: of the model that it is for.
            spread: [N], σ of the file's components, if it has them.
        """
        if num_layers != self.num_layers:
            return False
        if not self.spread or spread is None:
            return bool(re.search(rf"(?<![a-z]){self.word}(s|es)?(?![a-z])", title.lower()))
        known = torch.tensor(self.spread)
        seen = spread[: len(known)]
        return seen.shape == known.shape and bool(((seen / known - 1).abs() < SIMILAR).all())


FFHQ = Zoo(
    "ffhq",
    18,
    {
        "hair": (
            Edit("Frizzy hair", 31, (2, 6), 20),
            Edit("Happy frizzy hair", 30, (0, 8), 20),
            Edit("Curly hair", 47, (3, 6), 20),
            Edit("Straight bowl cut", 20, (4, 5), -20),
            Edit("Hairline", 21, (4, 5), -20),
            Edit("Bald", 21, (2, 5), 20),
            Edit("Dark hair", 16, (8, 9), 20),
            Edit("Dark hair and light position", 14, (8, 9), 20),
            Edit("White hair", 57, (7, 10), -24),
        ),
        "face": (
            Edit("Head angle up", 11, (1, 4), 20),
            Edit("Face roundness", 37, (0, 5), 20),
            Edit("Short face", 32, (2, 6), -20),
            Edit("Large jaw", 22, (3, 6), 20),
            Edit("Nose length", 51, (4, 5), -20),
            Edit("Wrinkles", 20, (6, 7), -18),
            Edit("Boyishness", 8, (2, 5), 20),
            Edit("Elderly woman", 34, (6, 7), 20),
            Edit("Happy elderly lady", 27, (4, 7), 20),
            Edit("Trimmed beard", 58, (7, 9), 20),
            Edit("Mascara against beard", 41, (6, 9), 20),
            Edit("Displeased", 36, (4, 7), 20),
            Edit("Disgusted", 43, (6, 8), -30),
            Edit("In awe", 23, (3, 6), -15),
            Edit("Screaming", 35, (3, 7), -15),
        ),
        "eyes": (
            Edit("Eye openness", 54, (7, 8), 20),
            Edit("Eye wrinkles", 28, (6, 8), 20),
            Edit("Eyebrow thickness", 37, (8, 9), 20),
            Edit("Fearful eyes", 54, (4, 10), 20),
            Edit("Scary eyes", 33, (6, 8), 20),
        ),
        "mouth": (
            Edit("Smile", 46, (4, 5), -20),
            Edit("Big smile", 19, (4, 5), 20),
            Edit("Wide smile", 23, (3, 6), 20),
            Edit("Huge grin", 28, (4, 6), 20),
            Edit("Caricature smile", 26, (3, 8), 13),
            Edit("Show front teeth", 59, (4, 5), 40),
            Edit("Lipstick", 34, (10, 11), 20),
            Edit("Lipstick and age", 34, (6, 11), 20),
        ),
        "light": (
            Edit("Light left or right", 15, (8, 9), 10),
            Edit("Sunlight in face", 10, (8, 9), 10),
            Edit("Overexposed", 27, (8, 18), 15),
        ),
        "background": (
            Edit("Background blur", 49, (6, 9), 20),
            Edit("Dark background, shiny hair", 13, (8, 9), 20),
        ),
    },
    spread=(2.856, 2.627, 2.594, 2.418, 2.266, 2.245, 2.095, 1.968),
)

CARS = Zoo(
    "car",
    16,
    {
        "": (
            Edit("Redness", 22, (9, 11), -8),
            Edit("Horizontal flip", 0, (0, 5), 2),
            Edit("Add grass", 41, (9, 11), -18),
            Edit("Blocky shape", 16, (3, 6), 25),
            Edit("Autumn", 50, (8, 9), 20),
            Edit("Fall foliage", 50, (7, 16), 20),
            Edit("Focal length", 15, (0, 4), -10),
            Edit("Car model", 44, (0, 9), 18.5),
            Edit("Reflections", 18, (7, 9), 20),
            Edit("Blown out highlight", 29, (8, 9), -14),
            Edit("Flat vs tall", 13, (0, 4), 12),
            Edit("Front wheel turn", 32, (5, 6), 20),
            Edit("Ground smoothness", 35, (9, 10), -20),
            Edit("Image contrast", 37, (7, 16), 20),
            Edit("Sepia", 45, (9, 11), -20),
            Edit("Sunset", 38, (7, 16), 20),
            Edit("Side to front", 1, (0, 5), -2),
            Edit("Sports car", 10, (3, 7), -7.5),
            Edit("White car", 14, (8, 9), 5.3),
        )
    },
)

HORSES = Zoo(
    "horse",
    14,
    {
        "": (
            Edit("Add rider", 3, (3, 5), -2.9),
            Edit("Colouring", 11, (5, 7), -7.8),
            Edit("White horse", 20, (7, 9), 11.8),
            Edit("Green background", 8, (9, 11), 9),
        )
    },
)

CATS = Zoo(
    "cat",
    14,
    {
        "": (
            Edit("Eyes closed", 45, (5, 8), 20),
            Edit("Fluffiness", 27, (2, 5), 20),
            Edit("Head distance", 18, (0, 6), 20),
            Edit("Light position", 28, (8, 9), 12.7),
        )
    },
)

CHURCHES = Zoo(
    "church",
    14,
    {
        "": (
            Edit("Clouds", 20, (7, 9), -20),
            Edit("Clouds 2", 20, (5, 7), -20),
            Edit("Direct sunlight", 8, (7, 9), -8.4),
            Edit("Sun direction", 15, (8, 9), 20),
            Edit("Vibrant", 8, (12, 14), -20),
            Edit("Blue skies", 11, (9, 14), 9.9),
            Edit("Trees", 12, (5, 6), -19.1),
        )
    },
)

ZOOS = (FFHQ, CARS, HORSES, CATS, CHURCHES)


def named_edits(
    title: str, components: Sequence[Direction], spread: Tensor | None
) -> list[Direction]:
    """The published edits of a file's components; none, if nobody named those.

    At the amount that an attribute has by default, an edit adds to w what its authors' strength is.
    (They set the coordinate to it. An added amount can be painted again, and is 0 at 0.)

    Args:
        title: the file's name.
        components: as they came, of length 1.
        spread: [N], their σ, if the file has them.
    """
    num_layers = len(components[0].rows)
    zoo = next((zoo for zoo in ZOOS if zoo.has(title, num_layers, spread)), None)
    return [
        replace(
            components[edit.component],
            name=edit.name,
            source=f"GANSpace component {edit.component}, {components[edit.component].source}",
            layers=edit.layers,
            sigmas=edit.strength / Attribute.default,
            spread=None if spread is None else spread[edit.component].item(),
            group=group,
        )
        for group, edits in (zoo.edits.items() if zoo else ())
        for edit in edits
        if edit.component < len(components)
    ]

"""Teaching an encoder to read land: the fields of z that lands were drawn from are known.

Redrawing does not teach it. Texture cannot be redrawn tree by tree, so what comes nearest in pixels
is a colour, whatever it stands for: a coast was found as wood. The land of a lesson
(`training/land_lesson.py`, `training/planet_lesson.py`) has the amounts that its generator was
taught to draw, and the encoder learns the w of those amounts, whatever the light. Ours.
"""

from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor

from models.generator import SURROUND
from models.latents import LatentMap
from models.model import Encoding, Model
from training.domains import LANDS
from training.encoder import EncoderTraining, Taught, latent_error
from training.gan_options import GanOptions
from training.generated import draw_latents, drawn_from
from training.lesson import LandOfFields

BATCH = 8  # of drawn land, and as many generated pictures
GAIN, TINT, OFFSET, GRAIN = 0.3, 0.15, 0.15, 0.03  # largest changes of the light
BLURRED = 0.2  # share of the pictures


class LandReading:
    """The lesson of encoders of land (`training.encoder.Lesson`): every latent is known."""

    encoding: Encoding | None = Encoding(
        space="S8", steps=4, plain="S4", plain_steps=0, plain_truncation=0.7
    )
    """The twin is what the encoder reads, which knows what the land is; a search for the same
    colours finds other land. It is pulled to the mean, where land of all kinds can be painted
    (decision 61)."""

    def __init__(self, lands: LandOfFields, batch: int = BATCH) -> None:
        self.lands = lands
        self.batch = batch

    def __call__(self, model: Model, training: EncoderTraining, passed: float) -> Taught:
        rng = torch.Generator().manual_seed(int(torch.randint(2**31, ())))
        z, land = (x.to(model.device) for x in self.lands.batch(self.batch))
        inside = z[:, :, SURROUND:-SURROUND, SURROUND:-SURROUND]
        fields = LatentMap((model.generator.mapping.cells(inside),) * model.generator.num_ws)
        generated = draw_latents(model, self.batch, rng)
        img = torch.cat([land, drawn_from(model, generated)])
        known = LatentMap(
            tuple(torch.cat(pair) for pair in zip(fields.layers, generated.layers, strict=True))
        )
        img, known = turned(in_any_light(img), known)
        maps = model.predict(img, training.encoder)
        drawn, own = (
            latent_error(model, [v[half] for v in maps], part(known, half))
            for half in (slice(0, self.batch), slice(self.batch, None))
        )
        return Taught(drawn + own, {"latent_error": drawn.item(), "generated": own.item()})


def land_of_lesson(model: Model, data: str, seed: int) -> LandOfFields | None:
    """More of the land that a model had its lesson on; None if it had none on these data."""
    known = {attribute.id for attribute in model.attributes.attributes}
    domain = LANDS.get(data)
    if model.prior is None or domain is None or not known.issuperset(domain.taught):
        return None
    config = model.generator.config
    return domain.fields(
        GanOptions(resolution=config.img_resolution, w_dim=config.z_dim, seed=seed)
    )


def part(known: LatentMap, chosen: slice) -> LatentMap:
    """Some of the latents."""
    return replace(known, layers=tuple(x[chosen] for x in known.layers))


def in_any_light(img: Tensor) -> Tensor:
    """Pictures [N, 3, H, W] as another camera would have them: brightness, tint, haze, grain."""
    n, device = len(img), img.device

    def up_to(most: float, *size: int) -> Tensor:
        return most * (2 * torch.rand(n, *size, 1, 1, device=device) - 1)

    lit = (img + 1) * (1 + up_to(GAIN, 1)) * (1 + up_to(TINT, 3)) - 1 + up_to(OFFSET, 1)
    hazy = F.avg_pool2d(lit, 3, stride=1, padding=1, count_include_pad=False)
    is_hazy = torch.rand(n, 1, 1, 1, device=device) < BLURRED
    grain = GRAIN * torch.rand(n, 1, 1, 1, device=device) * torch.randn_like(img)
    return (torch.where(is_hazy, hazy, lit) + grain).clamp(-1, 1)


def turned(img: Tensor, known: LatentMap) -> tuple[Tensor, LatentMap]:
    """Pictures and their latents, all mirrored or turned in one of the eight ways: fields of land
    have no direction."""
    quarter, is_mirrored = int(torch.randint(4, ())), bool(torch.rand(()) < 0.5)

    def turn(x: Tensor) -> Tensor:
        return torch.rot90(x.flip(3) if is_mirrored else x, quarter, dims=(2, 3))

    return turn(img), replace(known, layers=tuple(turn(x) for x in known.layers))

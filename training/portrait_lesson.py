"""What only drawn people allow: the render that a latent stands for, to learn from.

Every second step is at half the size, where four times as many pictures cost as much. Some latents
come in pairs that differ in one factor: what it changes is compared by itself, or the weak ones
would drown in what all pictures have in common. Ours.
"""

import copy

import torch
from torch import Tensor

from models.attributes import Attribute, AttributeSet
from models.model import Model
from models.noise import no_noise
from models.perceptual import PerceptualNet
from training import labels
from training.drawn import DRAWN, PORTRAITS, DrawnSet
from training.gan import GanTraining
from training.gan_options import GanOptions
from training.phases import hear_phases
from training.taught import taught_directions
from training.teacher import change_loss, factors_of, pyramid_loss, render_of, whole_loss

PAIRED = 0.25  # of the latents of a step at full size have a second one; at half size all do
SUBTLE = 0.6  # of the pairs differ in what a picture shows least; the others in any factor
HALVED = 32  # pixels from which on it is: less has not that many octaves
HALF_BATCH = 2  # times the pictures of a step at full size
CHANGE_WEIGHT = 0.2


class PortraitLesson:
    """Drawn people with the latents that they stand for."""

    def __init__(self, options: GanOptions, net: PerceptualNet | None) -> None:
        """Take what compares pictures.

        Args:
            net: a perceptual network of the run's resolution, which then takes part.
        """
        self.options = options
        self.drawn = DRAWN[options.data]
        self.net = net and copy.deepcopy(net).eval().requires_grad_(False)
        self.is_half = True

    def begin(self, training: GanTraining) -> None:
        """Prepare a generator that has not had the lesson."""
        if self.drawn.has_phases:
            hear_phases(training.generator, training.group)
        training.ema.load_state_dict(training.generator.state_dict())

    def __call__(self, training: GanTraining) -> tuple[Tensor, int]:
        """The loss of a batch, and its pictures."""
        batch, size = self.options.batch, self.options.resolution
        self.is_half = not self.is_half and size >= HALVED
        if self.is_half:
            batch, size = HALF_BATCH * batch, size // 2
        pairs = batch // 2 if self.is_half else round(PAIRED * batch)
        z = torch.randn(batch, self.options.w_dim, device=training.device)
        z = paired(z, pairs, self.drawn)
        generator = training.generator
        w = generator.mapping(z)
        generator.mapping.w_avg.lerp_(w.detach().mean(dim=0), 0.005)
        img = generator.synthesis(generator.broadcast(w), no_noise, training.dtype, finest=size)
        target, weight = render_of(z, size, self.drawn)
        if self.is_half:
            loss = pyramid_loss(img, target, weight)
        else:
            loss = whole_loss(img, target, weight, self.net)
        if pairs:
            changed = change_loss(img[: 2 * pairs], target[: 2 * pairs])
            loss = loss + CHANGE_WEIGHT * changed
        return loss, batch


def paired(z: Tensor, pairs: int, drawn: DrawnSet = PORTRAITS) -> Tensor:
    """Latents z [N, Z] with the first `pairs` coming again after themselves, one factor of each
    drawn anew: a subtle one, or any."""
    factor = torch.randint(len(drawn.factors), (pairs,))
    subtle = torch.tensor([drawn.names.index(name) for name in drawn.subtle])
    is_subtle = torch.rand(pairs) < SUBTLE
    factor[is_subtle] = subtle[torch.randint(len(subtle), (int(is_subtle.sum()),))]
    first, second, others = z[:pairs], z[pairs : 2 * pairs], z[2 * pairs :]
    changed = first.clone()
    row = torch.arange(pairs)
    changed[row, factor] = second[row, factor]
    return torch.cat([first, changed, others])


def factor_attributes(model: Model, drawn: DrawnSet = PORTRAITS) -> AttributeSet:
    """What is seen of the factors as attributes of a model that had the lesson; one σ is one
    standard deviation of the factor."""
    rows = taught_directions(model, lambda z: labels.standardise(factors_of(z, drawn)))
    titles = {factor.name: factor.title for factor in drawn.factors}
    attributes = tuple(Attribute(name, titles[name]) for name in drawn.targets)
    return AttributeSet(attributes, rows)

"""The second part of the lesson: texture, by a game on patches whose land is known. Ours, after
pix2pix; for land whose fields are known.

From afar pictures are still held to the land of their field; trees, houses and furrows, whose
places no field knows, are the critic's to judge, and a set of patches of them is compared with the
known land's.
"""

import torch
from torch import Tensor

from models.noise import fresh_noise
from training.errors import TrainingError
from training.gan import GanTraining, adam
from training.land_lesson import BATCH, difference
from training.patch_critic import PatchCritic, fooling, hinge
from training.runs import Run
from training.schedule import LESSONS_END, Every, Length, set_cosine_lr
from training.texture import texture_loss_apart
from training.together import update
from training.warmup import open_land_lesson

LR = 8e-4  # at its highest
CRITIC_LR = 5e-4
STEP = 2 / 255  # of 8 bits
MAPPING_SPEED = 10  # undoes a part of the mapping's learning rate multiplier of 0.01
FOOLING = 0.5  # weight of what the critic says
TRUTH = 2.0  # weight of the difference from the known land, averaged over pixels
TEXTURE = 0.25  # weight of how far patches are from the known land's, as sets


def sharpen(training: GanTraining, run: Run, length: Length) -> None:
    """Let the generator draw what its fields leave open.

    Raises:
        TrainingError: the run has had no lesson on land.
    """
    options, generator = training.options, training.generator
    if options.prior is None or not training.has_had_lesson:
        raise TrainingError("--sharpen-minutes: for land, after --warmup-minutes")
    preview = training.preview()
    lesson = open_land_lesson(training)
    with torch.random.fork_rng():
        torch.manual_seed(options.seed)  # the same critic in every process
        critic = PatchCritic(lesson.num_channels, fold=lesson.fold).to(training.device)
    opt_critic = adam(critic, CRITIC_LR, 0)
    opt = torch.optim.Adam(
        [{"params": part.parameters()} for part in (generator.synthesis, generator.mapping)],
        betas=(0.0, 0.99),
    )

    def judged(img: Tensor, maps: Tensor) -> list[Tensor]:
        # Steps of 8 bits, which known land has and drawn land has not, are drowned in noise.
        drowned = img + 2 * STEP * (torch.rand_like(img) - 0.5)
        said: list[Tensor] = critic(drowned, maps, training.dtype)
        return said

    progress = training.enter("sharpening", critic=critic, opt_critic=opt_critic, opt=opt)
    snapshots = Every(180)
    for now in training.group.until_one_ends(length.watch("Sharpening", progress)):
        set_cosine_lr(opt, LESSONS_END * now.passed, LR, LR * MAPPING_SPEED)
        set_cosine_lr(opt_critic, LESSONS_END * now.passed, CRITIC_LR)
        img, target, maps = lesson.draw(training, fresh_noise)
        criticism = hinge(judged(target, maps), judged(img.detach(), maps))
        update(opt_critic, criticism, training.group)
        critic.requires_grad_(False)
        loss = FOOLING * fooling(judged(img, maps)) + TRUTH * difference(img, target, lesson.known)
        loss = loss + TEXTURE * texture_loss_apart(img, target)
        if (reminder := lesson.reminder(training, now.step)) is not None:
            loss = loss + reminder
        update(opt, loss, training.group)
        critic.requires_grad_(True)
        training.nimg += BATCH * training.group.size
        training.update_ema(BATCH)
        if now.step % 100 == 0:
            run.log(nimg=training.nimg, critic_loss=criticism.item(), sharpening_loss=loss.item())
        training.progress = now.after
        if snapshots.due():
            training.snapshot(run, preview)
    training.leave(run, preview)

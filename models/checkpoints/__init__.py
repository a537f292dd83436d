"""Foreign checkpoints: StyleGAN2 generators, and encoders for them, without running their code.

`read_checkpoint` is the way in, `read_style_encoder` that to an encoder alone. `pickles` reads
values, `tensors` the numbers in them, and one module for each family of files gives the weights our
names; those of encoders stay as they are.
"""

from models.checkpoints.checkpoint import Checkpoint
from models.checkpoints.reader import read_checkpoint, read_style_encoder

__all__ = ["Checkpoint", "read_checkpoint", "read_style_encoder"]

"""Foreign checkpoints: any StyleGAN2 generator out of a file, without running code from it.

`read_checkpoint` is the way in. `pickles` reads values, `tensors` the numbers in them, and one
module for each family of files gives the weights our names.
"""

from models.checkpoints.checkpoint import Checkpoint
from models.checkpoints.reader import read_checkpoint

__all__ = ["Checkpoint", "read_checkpoint"]

"""Directions in latent space that were not trained with the model: found, imported, or learnt.

`direction` says what one is and scales it; `found` finds them without labels; `files` reads those
made elsewhere; `labelled` learns them from a person's labels.
"""

from models.directions.direction import Direction, in_sigma
from models.directions.files import read_directions
from models.directions.found import pca, sefa
from models.directions.labelled import from_labels

__all__ = ["Direction", "from_labels", "in_sigma", "pca", "read_directions", "sefa"]

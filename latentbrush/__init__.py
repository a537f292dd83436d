"""Latentbrush from Python: a model that encodes a picture, and edits that are painted on it.

What is here is meant to stay as it is; everything else may change with any release.
"""

from contracts.version import VERSION as __version__
from models.editor import Editor, Reconstruction
from models.errors import ModelError
from models.painting import Move, Resample, Subject, Transplant

__all__ = [
    "Editor",
    "ModelError",
    "Move",
    "Reconstruction",
    "Resample",
    "Subject",
    "Transplant",
    "__version__",
]

"""Errors that `models` raises; their messages may be shown to a user.

ModelError
├─ ShapeError        a tensor's sizes are not what the function takes
├─ CheckpointError   a model's files are missing, damaged or of another format
│  ├─ UnsafeCheckpoint  a file asks for code to be run
│  ├─ OtherEncoder   a file's encoder is of no kind that is run here
│  └─ OtherGenerator  a direction of another kind of generator than StyleGAN2
├─ SpaceError        no such latent space, or a latent that does not fit the generator
├─ ClassUnknown      a class-conditional model has no such class, or the model has none
├─ NoEncoder         the model has no encoder, and no steps were asked for
├─ AttributeUnknown  the model has no such attribute
└─ PictureError      a file is no picture, damaged, or of a kind that is not read
   └─ PictureTooLarge  it has more pixels, or numbers, than may be read
"""


class ModelError(ValueError):
    """Base of every error that `models` raises on purpose."""


class ShapeError(ModelError):
    """A tensor's sizes are not what the function takes."""


class CheckpointError(ModelError):
    """A model's files are missing, damaged or of another format."""


class UnsafeCheckpoint(CheckpointError):
    """A model's file asks for something other than numbers, text and containers."""


class OtherEncoder(CheckpointError):
    """A file's encoder is of no kind that is run here, or the file has none."""


class OtherGenerator(CheckpointError):
    """A direction belongs to another kind of generator than StyleGAN2."""


class SpaceError(ModelError):
    """There is no such latent space, or a latent does not fit the generator."""


class ClassUnknown(ModelError):
    """The model has no such class."""


class NoEncoder(ModelError):
    """The model has no encoder, and no optimisation steps were asked for."""


class AttributeUnknown(ModelError):
    """The model has no such attribute."""


class PictureError(ModelError):
    """A file is not a picture, is damaged, or is of a kind that is not read."""


class PictureTooLarge(PictureError):
    """A picture has more pixels, or numbers, than may be read."""

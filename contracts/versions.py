"""A model's version, `GENERATOR:ATTRIBUTES`, which `models/description.py` makes."""


def is_same_generator(version: str, other: str) -> bool:
    """Whether two versions of a model draw the same picture of the same latent."""
    return version.partition(":")[0] == other.partition(":")[0]

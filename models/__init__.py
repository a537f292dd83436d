"""Pure PyTorch: generator, spatial latents, encoder, inversion, attributes, edits, checkpoints.

Read in this order: `shapes`, `latents`, `generator`, `edits`, `model`.
"""

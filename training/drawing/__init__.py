"""What drawn sets have in common: factors of a seed, shapes, colours, and drawing in chunks."""

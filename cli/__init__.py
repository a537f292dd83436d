"""The `latentbrush` command: the only package that may import every other."""

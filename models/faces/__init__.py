"""Finding faces, and the squares that models of faces want them in."""

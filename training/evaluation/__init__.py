"""Measuring models on data they have not seen: `generator`, `inversion`, `editing`."""

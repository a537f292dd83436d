"""Procedural data, training loops, metrics and evaluation."""

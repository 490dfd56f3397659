"""Algorithms by name, one folder each, and the pretraining that they may begin with."""

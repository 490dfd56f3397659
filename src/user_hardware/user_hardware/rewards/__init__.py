"""Judges of a step."""

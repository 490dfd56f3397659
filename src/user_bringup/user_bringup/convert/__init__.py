"""Transitions out of recordings of raw topics."""

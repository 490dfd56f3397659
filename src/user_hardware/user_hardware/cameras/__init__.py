"""Cameras: adapters to image drivers, by topic."""

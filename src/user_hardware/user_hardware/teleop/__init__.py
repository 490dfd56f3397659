"""Devices in a person's hand, and the scripted person of the simulation."""

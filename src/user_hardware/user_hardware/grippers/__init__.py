"""Grippers: adapters that never wait."""

"""Executables of user_policies."""

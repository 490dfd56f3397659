"""Policies by name: observations in, action chunks out."""

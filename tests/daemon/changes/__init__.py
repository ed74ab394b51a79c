"""Feeds of changes."""

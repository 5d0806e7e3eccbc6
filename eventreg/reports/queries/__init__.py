"""Reads of this room, by subject."""

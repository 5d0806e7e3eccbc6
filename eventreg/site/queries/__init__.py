"""Reads over several rooms, by who asks."""

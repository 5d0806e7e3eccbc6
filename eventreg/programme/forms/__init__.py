"""Forms of this room, by subject."""

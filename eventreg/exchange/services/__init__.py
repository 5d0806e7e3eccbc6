"""Use cases of this room, by subject."""

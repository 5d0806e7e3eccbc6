"""Drafts of what is asked: reading them as they are, changing them, what differs, and what cannot be done to them."""

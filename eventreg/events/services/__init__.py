"""Use cases that write events, by subject: making one, its privacy notice, its team."""

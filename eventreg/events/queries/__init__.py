"""Reads of events, by who reads: the public page, registering, the team."""

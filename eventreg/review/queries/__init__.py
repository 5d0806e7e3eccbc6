"""Reads of the review, each within one event, by subject."""

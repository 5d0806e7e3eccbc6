"""Reads of registrations, by subject."""

"""Institutions as records: names in several languages, acronym, country, link.

Owns organizations. What they are at an event (host, funder, …) belongs to `events`.
"""

"""Institutions as records: names in several languages, acronym, kind, country, link, logo; one directory for all events.

Owns organizations. What they are at an event (host, funder, …) belongs to `events`; who may change a record depends on where
it is used, which rooms above tell through `directory`.
"""

"""The seminar that the product starts with, as data, and fictional registrations for trying and measuring.

Owns no table: it calls the use cases of the rooms below. What is known of the seminar and what is only a demonstration are
kept apart in `data/`, and pages show the latter as such.
"""

"""The database's history: one file a revision, on SQLite and PostgreSQL alike, each going up and down again.

A file is named by its number (`0001_tables.py`), which is its revision; the largest number is the head. A released file
never changes. `tools/migration.py` writes a new one from the models; `tests/migrations` holds models and outcome equal.
"""

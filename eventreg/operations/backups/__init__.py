"""A whole instance in one file, the same for SQLite and PostgreSQL: restored on either, whatever it came from.

The file is a gzipped tar: `tables/<name>.jsonl` (one row a line, a JSON list in the order of the manifest's columns),
`uploads/<name>` and `materials/<name>` as sealed on disk, with a passphrase `keys.sealed`, and last, since it tells what was
written, `manifest.json` (version, revision, tables with columns and counts, hashes). Every part is checked against the manifest.
"""

"""Writes the database's migrations from the models. Read what it wrote: it cannot know what a change means for rows.

    first             write revision 0001 anew (only until it is released: then it never changes)
    next MESSAGE      write the next revision, with what the models have and the migrations do not

A new CHECK on a table that exists is not seen, and is added by hand; `tests/migrations` tells when one is missing.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from alembic import command
from sqlalchemy import Engine

from eventreg.app import import_models
from eventreg.db.engines import open_engine
from eventreg.migrations import runner

VERSIONS = runner.FOLDER / "versions"
FIRST = "0001"


def write_first() -> None:
    """Write the first revision from an empty database, over the one that is there."""
    for old in VERSIONS.glob(f"{FIRST}_*.py"):
        old.unlink()
    _write(FIRST, "The tables of every room", "tables", render_as_batch=False)


def write_next(message: str) -> None:
    """Write the revision after the head, from a database at the head."""
    number = f"{int(runner.head()) + 1:04d}"
    name = re.sub(r"\W+", "_", message.lower()).strip("_")
    _write(number, message, name, render_as_batch=True)


def _write(number: str, message: str, name: str, *, render_as_batch: bool) -> None:
    target = VERSIONS / f"{number}_{name}.py"
    with tempfile.TemporaryDirectory() as scratch:
        engine = _empty_database(Path(scratch))
        with runner.alone(engine) as connection:
            # One after the other: from nothing to the head the runner would make what the models say.
            for revision in (FIRST, "head") if number != FIRST else ():
                runner.upgrade_on(connection, revision)
        with runner.alone(engine) as connection:
            config = runner.alembic_config(connection)
            config.attributes["render_as_batch"] = render_as_batch
            config.set_main_option("file_template", target.stem)
            command.revision(config, message, autogenerate=True, rev_id=number)
        engine.dispose()
    written = target.read_text(encoding="utf-8")
    target.write_text(re.sub(r"\n *# ### .*", "", written), encoding="utf-8")
    for arguments in (["format", "--quiet"], ["check", "--quiet", "--fix"]):
        subprocess.run([Path(sys.executable).with_name("ruff"), *arguments, target], check=True)


def _empty_database(folder: Path) -> Engine:
    import_models()
    return open_engine(f"sqlite:///{folder / 'migration.db'}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("first")
    commands.add_parser("next").add_argument("message")
    arguments = parser.parse_args()
    if arguments.command == "first":
        write_first()
    else:
        write_next(arguments.message)


if __name__ == "__main__":
    main()

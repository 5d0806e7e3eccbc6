"""Only the database in use is loaded, and what few use is not: it takes megabytes in every process."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from eventreg.config import Config
from tests.support.databases import POSTGRESQL

#: what a web process and a worker do first
WORK = """
import json, sys
from pathlib import Path
from eventreg.app import create_app
from eventreg.config import load_config
from eventreg.db import transaction
from eventreg.jobs.services import schedule
from eventreg.kernel.clock import now
from eventreg.worker import run_worker
app = create_app(load_config(environment={}, instance=Path(sys.argv[1]), database_url=sys.argv[2]))
assert app.test_client().get("/", base_url="http://127.0.0.1").status_code == 200
assert app.test_client().get("/readyz").status_code == 200
with app.app_context(), transaction():
    schedule("test", "test", {}, now())
run_worker(app, once=True)
print(json.dumps(sorted(sys.modules)))
app.test_client().post("/sign-in")
print(json.dumps(sorted(sys.modules)))
"""
#: what seals, draws, sets and reads files, calendars and passwords
SEALING = "cryptography"
FEW_USE = {SEALING, "PIL", "alembic", "icalendar", "python_calamine", "segno", "typst", "xlsxwriter", "zxcvbn_rs_py"}


@pytest.mark.both_databases
def test_the_other_database_is_not_loaded_nor_what_few_use(config: Config, database_kind: str) -> None:
    process = subprocess.run(
        [sys.executable, "-c", WORK, str(config.instance), config.database_url],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded, loaded_to_write = (set(json.loads(line)) for line in process.stdout.splitlines()[-2:])
    assert FEW_USE & loaded == set()
    assert FEW_USE & loaded_to_write == {SEALING}, "ahead of the turn to write"
    theirs = {"psycopg", "psycopg_binary", "sqlalchemy.dialects.postgresql"}
    ours = {"sqlite3", "sqlalchemy.dialects.sqlite"}
    if database_kind == POSTGRESQL:
        theirs, ours = ours, theirs
    assert theirs & loaded == set()
    assert ours & loaded

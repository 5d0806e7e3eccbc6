"""A worker that is killed in the middle of its work, without a word: what it did is whole, and the next one does the rest.

assert work("eventreg.bulk.services.writing.written_message", dies_at=12, is_after=True) == -signal.SIGKILL
let_leases_end(RUN_JOB)
assert work() == 0
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from eventreg.db import db, transaction
from eventreg.jobs.models import Job
from eventreg.kernel import clock
from tests.support.warm import Commands

Work = Callable[..., int]
_WORKER = """
import os, signal, sys
from importlib import import_module
from eventreg.app import create_app
from eventreg.worker import run_worker
place, dies_at, is_after = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "True"
done = 0
def until_killed(*args, **values):
    global done
    done += 1
    if done == dies_at and not is_after:
        os.kill(os.getpid(), signal.SIGKILL)
    result = whole(*args, **values)
    if done == dies_at:
        os.kill(os.getpid(), signal.SIGKILL)
    return result
if place:
    module, _dot, name = place.rpartition(".")
    whole = getattr(import_module(module), name)
    setattr(import_module(module), name, until_killed)
run_worker(create_app(), once=True)
"""


@pytest.fixture
def work(commands: Commands, instance: Path) -> Work:
    """Run a worker of its own on the test's instance until it has nothing to do, or is killed; return how it ended.

    It kills itself at its `dies_at`-th call of the function at `place`: before it, or when it `is_after`, with what it
    did not committed.
    """

    def run(place: str = "", *, dies_at: int = 0, is_after: bool = False, **settings: str) -> int:
        url = db.engine.url.render_as_string(hide_password=False)
        ours = {"EVENTREG_INSTANCE": str(instance), "EVENTREG_DATABASE_URL": url, **settings}
        return commands.run(place, str(dies_at), str(is_after), environment=ours, program=_WORKER).returncode

    return run


def let_leases_end(kind: str = "") -> None:
    """Let what a killed worker had in hand be due again, as it would be minutes later; without a kind all that waits."""
    db.session.rollback()
    with transaction() as session:
        for job in session.scalars(select(Job).where(Job.kind == kind) if kind else select(Job)):
            job.due_at = clock.now() - timedelta(seconds=1)

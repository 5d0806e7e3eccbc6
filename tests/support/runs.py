"""One run of the suite, over all its workers: a folder they share, loopback only, markers, the end of PostgreSQL."""

from __future__ import annotations

import gc
import shutil
import signal
import tempfile
import threading
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from pytest_timeout import timeout_sigalrm

from tests.support.databases import end_postgresql
from tests.support.sockets import block_other_hosts
from tests.support.waiting import patience

_SHARED = pytest.StashKey[Path]()
#: how much there has to be before Python looks for garbage; a test makes a great deal and keeps nothing
_GARBAGE = (20_000, 20, 20)
# How long something takes says how busy the machine is: speed belongs in bench/.
settings.register_profile("house", suppress_health_check=[HealthCheck.too_slow], deadline=None)
settings.load_profile("house")
#: what begins first of the files, each given to one worker: the walk; all else that needs a browser, so that two are started and
#: no more; what waits longest; then whatever takes seconds by its nature, then the rest
_FIRST = ("tests/browser/test_every_page.py", "tests/browser/", "tests/serving/")
_MARKERS = (
    "both_databases: runs on SQLite and on PostgreSQL",
    "on_postgresql: runs on PostgreSQL alone",
)


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder that all workers of a run share."""
    for marker in _MARKERS:
        config.addinivalue_line("markers", marker)
    # Whoever starts the run in the background has interrupts ignored, and so would all that it starts.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    given = getattr(config, "workerinput", {}).get("eventreg_shared")
    config.stash[_SHARED] = Path(given or tempfile.mkdtemp(prefix="eventreg-tests-"))
    block_other_hosts()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Tell a worker of pytest-xdist the folder."""
    node.workerinput["eventreg_shared"] = str(node.config.stash[_SHARED])  # type: ignore[attr-defined]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Leave what is loaded by now out of every look for garbage: it stays to the end, and there is much of it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GARBAGE)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let several workers begin with what takes longest, so that none is left alone with it at the end."""
    if hasattr(config, "workerinput"):
        slow = {item.path for item in items if item.get_closest_marker("slow")}
        items.sort(key=lambda item: (_place(item.nodeid), item.path not in slow))


def _place(nodeid: str) -> int:
    return next((place for place, beginning in enumerate(_FIRST) if nodeid.startswith(beginning)), len(_FIRST))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give each worker a file after the other, in their order: what a file's tests stand on is made once."""
    from xdist.scheduler import LoadFileScheduling

    class ByFile(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return _FIRST[1] if _place(nodeid) == 1 else super()._split_scope(nodeid)

    config.option.loadscopereorder = False
    return ByFile(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_timeout_set_timer(item: Any, settings: Any) -> bool | None:
    """Let a test that reaches its time-out go on while the machine is busy, as long as there is `patience`; then it fails."""
    if settings.method != "signal" or threading.current_thread() is not threading.main_thread():
        return None
    began = perf_counter()

    def ring(*_signal: object) -> None:
        left = began + patience(settings.timeout) - perf_counter()
        if left > 0:
            signal.setitimer(signal.ITIMER_REAL, left)
        else:
            timeout_sigalrm(item, settings)

    def cancel() -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)

    item.cancel_timeout = cancel
    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, settings.timeout)
    return True


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what the run started, once all workers are done."""
    if not hasattr(config, "workerinput"):
        end_postgresql(config.stash[_SHARED])
        shutil.rmtree(config.stash[_SHARED], ignore_errors=True)


def shared_of(config: pytest.Config) -> Path:
    """Return the folder that all workers of this run share."""
    return config.stash[_SHARED]


@pytest.fixture(scope="session")
def shared_folder(pytestconfig: pytest.Config) -> Path:
    """A folder that all workers of this run share."""
    return shared_of(pytestconfig)

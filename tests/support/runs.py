"""One run of the suite, over all its workers: a folder they share, loopback only, markers, the end of PostgreSQL."""

from __future__ import annotations

import fcntl
import gc
import os
import re
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from importlib import import_module
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import IO, Any

import pytest
from hypothesis import HealthCheck, settings
from pytest_timeout import timeout_sigalrm

from tests.support.databases import end_postgresql
from tests.support.sockets import block_other_hosts
from tests.support.waiting import patience

_SHARED = pytest.StashKey[Path]()
_HELD = pytest.StashKey[IO[str]]()
_PREFIX = "eventreg-tests-"
#: making, writing and removing the files of a test costs 1 ms of the processor there, and 5 on a disk
_MEMORY, _ROOM_NEEDED = Path("/dev/shm"), 4 * 2**30  # noqa: S108 - each run makes folders of its own in it
_numbers = count(1)
#: how much there has to be before Python looks for garbage; a test makes a great deal and keeps nothing
_GARBAGE = (20_000, 20, 20)
# How long something takes says how busy the machine is: speed belongs in bench/.
settings.register_profile("house", suppress_health_check=[HealthCheck.too_slow], deadline=None)
settings.load_profile("house")
#: what begins first of the files, each given to one worker: the walk; all else that needs a browser, so that two are started and
#: no more; what waits longest; then whatever takes seconds by its nature, then the rest
_FIRST = (
    "tests/browser/test_every_page.py", "tests/browser/", "tests/serving/", "tests/db/test_hanging.py",
    "tests/web/test_database_hangs.py",
)  # fmt: skip
#: what one worker is given whole: what browsers are started for but the walk, and what stands on the source, parsed
_TOGETHER = ("tests/browser/", "tests/architecture/")
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
    if given := getattr(config, "workerinput", {}).get("eventreg_shared"):
        config.stash[_SHARED] = Path(given)
    else:
        root = _MEMORY if _has_room(_MEMORY) else Path(tempfile.gettempdir())
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(root))
        clear_left(root)
        config.stash[_SHARED], config.stash[_HELD] = begin_folder(root)
    block_other_hosts()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Tell a worker of pytest-xdist the folder. Who starts workers collects nothing."""
    gc.enable()
    node.workerinput["eventreg_shared"] = str(node.config.stash[_SHARED])  # type: ignore[attr-defined]


def pytest_sessionstart(session: pytest.Session) -> None:
    """Let each worker load a share of all tests first: where they are not compiled yet, none compiles what another does."""
    own = getattr(session.config, "workerinput", None)
    if own and session.config.args == session.config.getini("testpaths"):
        files = sorted((session.config.rootpath / "tests").rglob("test_*.py"))
        for file in files[int(own["workerid"].removeprefix("gw")) :: own["workercount"]]:
            import_module(".".join(file.relative_to(session.config.rootpath).with_suffix("").parts))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Leave what is loaded by now out of every look for garbage: it stays to the end, and there is much of it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GARBAGE)
    gc.enable()


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
            together = () if _place(nodeid) == 0 else _TOGETHER
            return next(filter(nodeid.startswith, together), "") or super()._split_scope(nodeid)

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


def _has_room(memory: Path) -> bool:
    """Say whether there is a file system in memory that programs may be run from, with room for all tests."""
    if not (memory.is_dir() and os.access(memory, os.W_OK)):
        return False
    found = os.statvfs(memory)
    return not found.f_flag & os.ST_NOEXEC and found.f_bavail * found.f_frsize >= _ROOM_NEEDED


def begin_folder(root: Path) -> tuple[Path, IO[str]]:
    """Make the folder of a run, and hold it until the file is closed or the process ends, however it does."""
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=root))
    held = (folder / "begins").open("w")
    fcntl.flock(held, fcntl.LOCK_EX)
    (folder / "begins").rename(folder / "held")
    return folder, held


def clear_left(root: Path) -> None:
    """Remove the folders of runs that were killed: they may take memory. A server that is left there sees it and ends."""
    for path in root.glob(f"{_PREFIX}*/held"):
        try:
            with path.open("r+") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # it goes on, or is somebody else's
            continue
        shutil.rmtree(path.parent, ignore_errors=True)


@pytest.fixture
def tmp_path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of this test alone, which goes with it unless it failed. For pytest's, all that are there are looked through."""
    failed = request.session.testsfailed
    name = re.sub(r"\W", "_", request.node.name)[:30]
    folder = tmp_path_factory.getbasetemp() / f"{next(_numbers)}-{name}"
    folder.mkdir(mode=0o700)
    yield folder
    if request.session.testsfailed == failed:
        shutil.rmtree(folder, ignore_errors=True)


def shared_of(config: pytest.Config) -> Path:
    """Return the folder that all workers of this run share."""
    return config.stash[_SHARED]


@pytest.fixture(scope="session")
def shared_folder(pytestconfig: pytest.Config) -> Path:
    """A folder that all workers of this run share."""
    return shared_of(pytestconfig)

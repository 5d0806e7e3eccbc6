"""Work in a process of its own."""

from __future__ import annotations

import enum
import os
import subprocess
import sys
from pathlib import Path

import pytest

from eventreg.kernel.errors import Refused
from eventreg.migrations.runner import SchemaUnfit
from eventreg.serving.subprocesses import run_apart


class Color(enum.Enum):
    """A reason."""

    RED = "red"


def test_work_is_done_in_another_process(tmp_path: Path) -> None:
    run_apart(lambda: (tmp_path / "pid").write_text(str(os.getpid())) and None)
    assert int((tmp_path / "pid").read_text()) != os.getpid()


def test_what_it_raises_is_raised_here() -> None:
    def fail() -> None:
        raise SchemaUnfit("The database is empty. Run: eventreg migrate")

    with pytest.raises(SchemaUnfit, match="Run: eventreg migrate"):
        run_apart(fail)


def test_what_cannot_go_through_a_pipe_comes_as_its_trace() -> None:
    def fail() -> None:
        raise Refused(Color.RED, needs=lambda: None)

    with pytest.raises(RuntimeError, match="Refused"):
        run_apart(fail)


def test_process_that_dies_does_not_pass_for_done() -> None:
    with pytest.raises(ChildProcessError, match="-9"):
        run_apart(lambda: os.kill(os.getpid(), 9))


#: every second of many blocks is freed: where do the next ones go?
_GAPS = """
import ctypes
from eventreg.serving.subprocesses import share_what_is_loaded
c = ctypes.CDLL(None)
c.malloc.restype, c.malloc.argtypes, c.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]
blocks = [(c.malloc(size), c.malloc(24))[0] for size in range(24, 3000) for _ in range(3)]
for block in blocks:
    c.free(block)
share_what_is_loaded()
print(sum(c.malloc(size) < max(blocks) for size in range(24, 3000)))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="of glibc")
def test_what_forks_make_lies_in_no_gap_of_the_pages_they_share() -> None:
    found = subprocess.run([sys.executable, "-c", _GAPS], capture_output=True, text=True, check=True)
    assert int(found.stdout) == 0

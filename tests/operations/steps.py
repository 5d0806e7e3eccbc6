"""Every step by which a process changes a folder, as Python itself reports it: to stop there, to fail there, to look."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

#: called with a step and the name of what it changes, before it is done
Act = Callable[[str, str], None]
_CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link"}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def before_each_change(folder: Path, act: Act) -> None:
    """Call `act` before anything below `folder` is made, written, renamed or removed. For the rest of this process."""
    inside = False

    def hear(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal inside
        if inside or not (event in _CHANGES or (event == "open" and (arguments[2] or 0) & _WRITING)):
            return
        name = os.fsdecode(arguments[0]) if isinstance(arguments[0], str | bytes | os.PathLike) else ""
        is_by_folder = event in ("os.remove", "os.rmdir") and arguments[1] != -1
        if not is_by_folder and not name.startswith(f"{folder}/"):
            return
        inside = True
        try:
            act(event, name)
        finally:
            inside = False

    sys.addaudithook(hear)


def in_a_process(work: Callable[[], None]) -> int:
    """Do something in a process split off this one, and return its exit code: 0, or -9 where it was killed."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

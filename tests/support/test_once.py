"""What is made once is made once, whoever asks at the same moment."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tests.support.once import once
from tests.support.runs import begin_folder, clear_left
from tests.support.waiting import join


def test_one_of_many_makes_it_and_the_others_wait_until_it_is_whole(tmp_path: Path) -> None:
    makers, found = [], []

    def make(folder: Path) -> None:
        makers.append(threading.current_thread().name)
        (folder / "a").write_text("1")
        threading.Event().wait(0.1)
        (folder / "b").write_text("2")

    def ask() -> None:
        found.append({each.name for each in once(tmp_path / "thing", make).iterdir()})

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    join(threads)
    assert found == [{"a", "b"}] * 6
    assert len(makers) == 1


def test_what_failed_is_begun_anew(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        (folder / "half").touch()
        raise ValueError("half way")

    with pytest.raises(ValueError, match="half way"):
        once(tmp_path / "thing", fail)
    assert list(once(tmp_path / "thing", lambda folder: (folder / "whole").touch()).iterdir()) == [
        tmp_path / "thing" / "whole"
    ]


def test_folder_of_a_run_is_cleared_once_the_run_is_over_however_it_ended(tmp_path: Path) -> None:
    folder, held = begin_folder(tmp_path)
    (folder / "pg").mkdir()
    clear_left(tmp_path)
    assert (folder / "pg").is_dir()
    held.close()
    clear_left(tmp_path)
    assert list(tmp_path.iterdir()) == []

"""The processes of `eventreg serve`: they live and end together. Case 61, and what case 62 stands on."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from math import inf
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

import psutil
import pytest

from bench.bounds import bar
from tests.packaging.copies import clean_environment, free_port, page
from tests.serving.servers import EVENTREG, are_gone, serving
from tests.support.databases import PostgresTemplate
from tests.support.waiting import patience, until
from tests.support.warm import Commands

pytestmark = pytest.mark.slow

#: memory of all processes after start, in MB (proportional set size): the supervisor and one web worker. Loaded once and shared
#: are 70: nothing is loaded that no process needs. The rest are pages that each process copies by counting references to what is
#: in them. A compiled statement or template that is kept from before the fork saves 5 at the most.
_MOST_MEMORY = bar("memory fresh (PSS of all processes)")
#: and when all threads have worked, and two minutes after that
_MOST_MEMORY_AT_WORK, _MOST_MEMORY_AT_REST = (
    bar(f"memory {state} (PSS of all processes)") for state in ("after use", "at rest")
)


def test_server_starts_and_ends_as_a_whole(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        server.mail()
        family = server.family()
        assert "Server" not in build_opener(ProxyHandler({})).open(f"{server.address}/").headers
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(timeout=patience(15)) == 0
        assert are_gone(family)
    assert "Traceback" not in server.log.read_text()


def test_ctrl_c_ends_everything_in_order(demo_folder: Path, commands: Commands) -> None:
    with serving(demo_folder, commands=commands) as server:
        family = server.family()
        for process in family:  # as a terminal does: to the whole group
            with suppress(psutil.NoSuchProcess):  # one may have ended already, because another was told first
                process.send_signal(signal.SIGINT)
        assert server.process.wait(timeout=patience(15)) == 0
        assert are_gone(family)
    assert "Traceback" not in server.log.read_text()


def test_killed_supervisor_takes_everybody_along_and_frees_the_port(demo_folder: Path, commands: Commands) -> None:
    with serving(demo_folder, commands=commands) as server:
        family = server.family()
        server.process.kill()
        server.process.wait()
        until(lambda: are_gone(family), "the end of every process")
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", server.port))
    with serving(demo_folder, commands=commands, port=server.port) as again:
        assert again.is_alive()


def test_mail_worker_that_dies_is_started_again(demo_folder: Path, commands: Commands) -> None:
    with serving(demo_folder, commands=commands) as server:
        first = server.mail()
        first.kill()

        until(lambda: server.mail().pid != first.pid, "another mail worker")
        assert server.is_alive()
        assert "The mail worker ended (signal 9)" in server.log.read_text()


def test_web_worker_that_dies_is_started_again(demo_folder: Path, commands: Commands) -> None:
    with serving(demo_folder, commands=commands) as server:
        first = {worker.pid for worker in server.web()}
        for worker in server.web():
            worker.kill()
        until(lambda: server.is_complete() and not first & {worker.pid for worker in server.web()}, "other web workers")
        assert server.is_alive()
        assert "Web worker 1 ended (signal 9)" in server.log.read_text()


def test_fresh_worker_answers_though_the_database_is_away(demo_folder: Path, commands: Commands) -> None:
    with serving(demo_folder, commands=commands, has_mail_worker=False) as server:
        database = server.instance / "eventreg.db"
        database.rename(demo_folder / "away")
        database.mkdir()
        (first,) = server.web()
        first.kill()
        until(lambda: first not in server.web() and server.is_alive(), "an answer of another one")


def test_mail_worker_can_be_left_to_others(demo_folder: Path, commands: Commands) -> None:
    with serving(demo_folder, commands=commands, has_mail_worker=False, workers=1) as server:
        assert len(server.family()) == 2


def test_second_start_keeps_data_and_shows_a_new_link(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        first = server.sign_in_link()
        home = page(f"{server.address}/")[1]
        assert first not in server.log.read_text()
        assert any((server.instance / "compiled").iterdir()), "templates, for the next start"
    with serving(tmp_path, port=server.port) as server:
        assert server.sign_in_link() != first
        assert page(f"{server.address}/")[1] == home


@pytest.mark.on_postgresql
def test_postgresql_is_served_the_same_way(tmp_path: Path, postgres_template: PostgresTemplate) -> None:
    url = postgres_template.empty()
    try:
        for _start in range(2):
            with serving(tmp_path, EVENTREG_DATABASE_URL=url) as server:
                assert page(f"{server.address}/readyz")[0] == 200
                assert "/events/tapachula-migration-security" in page(f"{server.address}/")[1]
    finally:
        postgres_template.drop(url)


def test_ipv6_is_served_too(demo_folder: Path, commands: Commands) -> None:
    with serving(demo_folder, commands=commands, host="[::1]") as server:
        assert server.sign_in_link().startswith(f"http://[::1]:{server.port}/")


def test_terminal_that_is_gone_does_not_matter(demo_folder: Path) -> None:
    port = free_port()
    command = f"{EVENTREG} serve --prepare --bind 127.0.0.1:{port} | true"
    environment = clean_environment() | {"EVENTREG_INSTANCE": str(demo_folder / "instance")}
    with subprocess.Popen(command, shell=True, env=environment, start_new_session=True) as shell:  # noqa: S602 - a pipe
        try:
            until(lambda: _answers(port), "an answer")
        finally:
            os.killpg(shell.pid, signal.SIGTERM)


def _answers(port: int) -> bool:
    with suppress(OSError):
        return page(f"http://127.0.0.1:{port}/healthz")[0] == 200
    return False


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="the kernel does not tell proportional sizes")
def test_processes_share_their_memory(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        until(lambda: len(server.family()) == 2, "the end of the mail worker")
        sizes = [_proportional_megabytes(process.pid) for process in server.family()]
    assert sum(sizes) < _MOST_MEMORY, sizes


def test_no_token_reaches_the_log(demo_folder: Path, commands: Commands) -> None:
    token = "Zm9yYmlkZGVuLXRva2VuLWZvcmJpZGRlbg"
    lines = [f"GET /my/{token} HTTP/9.9", f"G[]T /my/{token} HTTP/1.1", f"GET /my/{token} HTTP/1.1\r\nbro ken: {token}"]
    with serving(demo_folder, commands=commands) as server:
        page_of_nobody = subprocess.run(
            ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", f"{server.address}/my/{token}"],
            capture_output=True,
            check=True,
            text=True,
        )
        assert page_of_nobody.stdout == "404"
        for line in lines:
            with socket.create_connection(("127.0.0.1", server.port), timeout=patience()) as client:
                client.sendall(f"{line}\r\nHost: 127.0.0.1\r\n\r\n".encode())
                assert client.recv(4000).split()[1] == b"400"
    assert token not in server.log.read_text()


def test_child_ends_without_the_kernels_help_too() -> None:
    program = (
        "import os, sys, time; from eventreg.serving import subprocesses; sys.platform = 'other'; parent = os.getpid()\n"
        "if os.fork() == 0: subprocesses.end_with(parent); print(os.getpid(), flush=True); time.sleep(10_000)\n"
        "else: time.sleep(10_000)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
        until(lambda: are_gone([child]), "the end of the child")


def _proportional_megabytes(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise AssertionError(f"process {pid} has no proportional size")


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="the kernel does not tell proportional sizes")
def test_memory_taken_by_hashing_passwords_is_given_back(tmp_path: Path) -> None:
    with serving(tmp_path, EVENTREG_LIMITS="off") as server:
        with ThreadPoolExecutor(16) as pool:
            tries = pool.map(
                lambda _: server.send_sign_in("nobody@instituto.example", password="a wrong phrase"), range(48)
            )
            statuses = list(tries)
        assert set(statuses) == {422}

        def megabytes() -> float:
            with suppress(FileNotFoundError, ProcessLookupError):  # one may end while we look
                return sum(_proportional_megabytes(one.pid) for one in server.family())
            return inf

        until(lambda: megabytes() < _MOST_MEMORY_AT_WORK, "the memory given back")
        worked = server.web()
        until(lambda: are_gone(worked) and megabytes() < _MOST_MEMORY_AT_REST, "fresh processes")

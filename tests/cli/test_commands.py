"""Every command helps, works, or says in one line why not."""

from __future__ import annotations

import json
import re
import socket
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import click
import pytest

from eventreg.cli import eventreg
from tests.cli.conftest import Run
from tests.packaging.copies import clean_environment
from tests.support.waiting import worked

#: seconds of a processor for the help, which is typed all the time
_QUICK = 0.3


#: `eventreg` with the command line loaded and nothing else: a child for each line of its input, with the arguments in it
_EACH = """
import json, os, sys
from eventreg.cli import main
for line in sys.stdin:
    files = [os.memfd_create(name) for name in ("stdout", "stderr")]
    child = os.fork()
    if child == 0:
        for number, file in enumerate(files, 1):
            os.dup2(file, number)
        sys.argv = ["eventreg", *json.loads(line)]
        sys.exit(main())
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(json.dumps([code, *(os.pread(file, 1 << 20, 0).decode() for file in files)]), flush=True)
    for file in files:
        os.close(file)
"""


def _commands() -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for name, command in eventreg.commands.items():
        found.append((name,))
        if isinstance(command, click.Group):
            found += [(name, inner) for inner in command.commands]
    return found


def test_help_of_every_command_has_an_example() -> None:
    commands = [(), *_commands()]
    given = "".join(json.dumps([*command, "--help"]) + "\n" for command in commands)
    told = subprocess.run(
        [sys.executable, "-c", _EACH],
        input=given,
        env=clean_environment(),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    for command, line in zip(commands, told.stdout.splitlines(), strict=True):
        code, out, err = json.loads(line)
        assert (code, err) == (0, ""), command
        assert re.search(r"Example:\n +(\w+=\S+ )?eventreg", out), (command, out)


def test_all_promised_commands_are_there() -> None:
    promised = {"serve", "deliver", "migrate", "demo", "user", "backup", "restore", "doctor"}
    assert promised <= set(eventreg.commands)
    assert {("user", name) for name in ("add", "list", "password", "link", "close")} <= set(_commands())


def test_help_is_quick(run_cold: Run) -> None:
    def once() -> float:
        before = worked()
        assert run_cold("--help").returncode == 0
        return worked() - before

    assert min(once() for _ in range(5)) < _QUICK


@pytest.mark.parametrize(
    ("arguments", "environment", "reason"),
    [
        (("srve",), {}, "No such command 'srve'"),
        (("serve", "--port", "1"), {}, "No such option"),
        (("serve", "--bind", "nowhere"), {}, "no address with a port"),
        (("serve", "--bind", "192.0.2.1:8000"), {}, "no address 192.0.2.1"),
        (("serve",), {}, "Run: eventreg migrate"),
        (("deliver", "--once"), {}, "Run: eventreg migrate"),
        (("user", "list"), {}, "Run: eventreg migrate"),
        (("demo",), {}, "Run: eventreg migrate"),
        (("backup", "b.tar.gz"), {}, "Run: eventreg migrate"),
        (("restore", "nothing.tar.gz"), {}, "No such file or directory: nothing.tar.gz"),
        (("migrate",), {"EVENTREG_BASE_URI": "x"}, "nearest known one is EVENTREG_BASE_URL"),
        (("doctor",), {"EVENTREG_TIME_ZONE": "Mars/Olympus"}, "EVENTREG_TIME_ZONE"),
        (("serve",), {"EVENTREG_DATABASE_URL": "postgresql+psycopg://127.0.0.1:1/x"}, "database cannot be used"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(
    arguments: tuple[str, ...], environment: dict[str, str], reason: str, run: Run
) -> None:
    done = run(*arguments, **environment)
    assert done.returncode not in (0, -9), done.stdout
    lines = done.stderr.splitlines()
    assert "Traceback" not in done.stderr
    assert [line for line in lines if line.startswith("eventreg: ")] == lines[-1:]
    assert reason in lines[-1]


def test_unusable_keys_are_told(run: Run, tmp_path: Path) -> None:
    run("migrate")
    keys = tmp_path / "instance" / "keys" / "keys.json"
    keys.parent.mkdir()
    keys.write_text("{}")
    done = run("user", "list")
    assert done.returncode == 1
    assert f"keys file {keys} cannot be read" in done.stderr


def test_taken_port_is_told(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = run("serve", "--prepare", "--bind", f"127.0.0.1:{port}")
    assert done.returncode == 1
    assert done.stderr.startswith(f"eventreg: Something else listens on 127.0.0.1:{port} already.")


def test_migrate_makes_a_private_instance_and_is_idle_afterwards(run_cold: Run, tmp_path: Path) -> None:
    assert "(before: empty)" in run_cold("migrate").stdout
    for name, mode in (("instance", 0o700), ("instance/eventreg.db", 0o600)):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == mode
    assert "already" in run_cold("migrate").stdout


def test_demo_is_loaded_once_and_shows_a_fresh_link_each_time(prepared: Run) -> None:
    done = [prepared("demo", "--registrations", "7"), prepared("demo")]
    assert [one.returncode for one in done] == [0, 0]
    links = [re.search(r"http://127\.0\.0\.1:8000/sign-in/\S+", one.stdout) for one in done]
    assert None not in links
    assert links[0][0] != links[1][0]  # type: ignore[index]
    assert "/events/tapachula-migration-security" in done[0].stdout
    assert "sign-in" not in done[0].stderr


def test_event_that_became_a_real_one_gets_no_fictional_people(prepared: Run, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "instance" / "eventreg.db") as connection:
        connection.execute("UPDATE events SET demonstration_note = '{}'")
    done = prepared("demo", "--registrations", "7")
    assert done.returncode == 1
    assert "tapachula-migration-security is a real one" in done.stderr


def test_demo_adds_as_many_registrations_as_asked(prepared: Run, tmp_path: Path) -> None:
    prepared("demo", "--registrations", "7")
    with sqlite3.connect(tmp_path / "instance" / "eventreg.db") as connection:
        assert connection.execute("SELECT count(*) FROM registrations").fetchone() == (7,)


def test_users_are_added_listed_and_let_in(prepared: Run) -> None:
    added = prepared("user", "add", "--administrator", "--name", "Ana Ejemplo", "ana@instituto.example")
    assert added.returncode == 0, added.stderr
    assert re.search(r"^http://127\.0\.0\.1:8000/sign-in/\S+$", added.stdout, re.MULTILINE)
    assert "ana@instituto.example\tAna Ejemplo\tadministrator" in prepared("user", "list").stdout
    assert prepared("user", "link", "ANA@instituto.example").stdout.startswith("http://127.0.0.1:8000/sign-in/")
    long_enough = "a long enough passphrase\n"
    assert prepared("user", "password", "ana@instituto.example", given=long_enough).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "given", "reason"),
    [
        (("add", "--name", "Ana", "ana"), "", "email address like"),
        (("add", "--name", "Ana", "--language", "xx", "ana@instituto.example"), "", "speaks es, en, fr, not xx"),
        (("link", "nobody@instituto.example"), "", "no account with the address nobody@instituto.example"),
        (("password", "nobody@instituto.example"), "a long enough passphrase\n", "no account"),
    ],
)
def test_refusals_about_users_are_told(arguments: tuple[str, ...], given: str, reason: str, prepared: Run) -> None:
    done = prepared("user", *arguments, given=given)
    assert done.returncode == 1
    assert reason in done.stderr.splitlines()[-1]


def test_short_password_is_refused(prepared: Run) -> None:
    prepared("user", "add", "--name", "Ana", "ana@instituto.example")
    done = prepared("user", "password", "ana@instituto.example", given="short\n")
    assert done.returncode == 1
    assert "characters or more" in done.stderr


def test_erasing_an_address_that_nobody_has(prepared: Run) -> None:
    done = prepared("erase", "--dry-run", "nadie@instituto.example")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_deliver_once_ends_when_nothing_is_due(prepared: Run) -> None:
    done = prepared("deliver", "--once")
    assert done.returncode == 0, done.stderr


def test_links_lead_to_where_the_instance_was_served_last(prepared: Run, tmp_path: Path) -> None:
    (tmp_path / "instance" / "server.address").write_text("http://127.0.0.1:8123\n")
    assert "http://127.0.0.1:8123/sign-in/" in prepared("demo").stdout
    set_one = prepared("demo", EVENTREG_BASE_URL="https://events.institute.example")
    assert "https://events.institute.example/sign-in/" in set_one.stdout


@pytest.mark.slow
def test_backup_and_restore_by_command(prepared: Run, tmp_path: Path) -> None:
    target = str(tmp_path / "backup.tar.gz")
    passphrase = {"EVENTREG_BACKUP_PASSPHRASE": "correct horse battery staple"}
    plain = prepared("backup", str(tmp_path / "plain.tar.gz"))
    assert "The keys are not in it" in plain.stdout
    assert prepared("backup", "--with-keys", target, **passphrase).returncode == 0
    assert "is there already" not in prepared("backup", target).stdout

    refused = prepared("restore", target, **passphrase)
    assert refused.returncode == 1
    assert "--replace" in refused.stderr
    other = {"EVENTREG_INSTANCE": str(tmp_path / "other")}
    erasures = str(tmp_path / "instance" / "uploads" / ".erased.jsonl")
    done = prepared("restore", "--erasures", erasures, target, **passphrase, **other)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert prepared("doctor", **other).returncode == 0
    unfit = prepared("restore", str(tmp_path / "plain.tar.gz"), EVENTREG_INSTANCE=str(tmp_path / "third"))
    assert unfit.returncode == 0
    assert "The keys of the backup's instance are not here" in unfit.stderr
    assert "is not known here, and is back: mail is held" in unfit.stderr


def test_short_passphrase_is_refused(prepared: Run, tmp_path: Path) -> None:
    target = tmp_path / "backup.tar.gz"
    done = prepared("backup", "--with-keys", str(target), EVENTREG_BACKUP_PASSPHRASE="short")
    assert done.returncode == 1
    assert not target.exists()


def test_python_of_the_command_is_the_one_of_the_tests(run_cold: Run) -> None:
    assert Path(sys.executable).with_name("eventreg").exists()
    assert run_cold("--version").stdout.startswith("eventreg ")


def test_an_account_is_closed(prepared: Run) -> None:
    prepared("user", "add", "--name", "Ana Ejemplo", "ana@instituto.example")
    done = prepared("user", "close", "ana@instituto.example")
    assert done.returncode == 0
    assert "ana@instituto.example\tAna Ejemplo\tclosed" in prepared("user", "list").stdout
    again = prepared("user", "close", "ana@instituto.example")
    assert again.returncode != 0
    assert again.stderr.count("\n") == 1

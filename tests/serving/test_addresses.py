"""Where a server may listen, and the address that follows from it."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from eventreg.serving.addresses import Bind, CannotListen, UnixBind, check_free, listen, parse_bind


@pytest.mark.parametrize(
    ("text", "bind", "base_url"),
    [
        ("127.0.0.1:8000", Bind("127.0.0.1", 8000), "http://127.0.0.1:8000"),
        ("localhost:80", Bind("localhost", 80), "http://localhost"),
        ("[::1]:8000", Bind("::1", 8000), "http://[::1]:8000"),
        ("0.0.0.0:8000", Bind("0.0.0.0", 8000), "http://127.0.0.1:8000"),  # noqa: S104 - read, not bound
        ("[::]:8000", Bind("::", 8000), "http://127.0.0.1:8000"),
    ],
)
def test_address_in_a_browser_follows_the_one_listened_on(text: str, bind: Bind, base_url: str) -> None:
    assert parse_bind(text) == bind
    assert str(bind) == text
    assert bind.base_url == base_url


@pytest.mark.parametrize("text", ["", "8000", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:70000", "::1:8000", "a b:80"])
def test_what_is_no_address_with_a_port_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no address with a port"):
        parse_bind(text)


def test_port_that_is_taken_is_refused_with_another_one_to_use() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(CannotListen, match=rf"listens on 127.0.0.1:{port}.*PORT={port + 1}"):
            check_free(Bind("127.0.0.1", port))
    check_free(Bind("127.0.0.1", port))


def test_path_is_listened_on_for_every_user_of_the_machine(tmp_path: Path) -> None:
    path = tmp_path / "eventreg.sock"
    bind = parse_bind(f"unix:{path}")
    assert bind == UnixBind(path)
    assert bind.base_url is None
    with listen(bind):
        assert path.stat().st_mode & 0o777 == 0o666
        with pytest.raises(CannotListen, match="a server answers there"):
            listen(bind)
    check_free(bind)  # what a server that is gone has left is in nobody's way


def test_path_of_something_else_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("kept")
    with pytest.raises(CannotListen):
        listen(UnixBind(file))
    assert file.read_text() == "kept"

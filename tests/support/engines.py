"""Firefox and WebKit, each behind the same few acts: open a page, press a key, read what stands there. Our pages ask for no more.

Playwright would drive a Firefox or a WebKit of its own making. These are the system's: Firefox by WebDriver BiDi, which it speaks
itself, WebKit by the WebDriver server that comes with it.
"""

from __future__ import annotations

import itertools
import json
import re
import shutil
import socket
import struct
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from tests.packaging.copies import clean_environment, free_port
from tests.support.browser import FOCUSED, OVERFLOW, is_named
from tests.support.waiting import patience, until

#: as WebDriver writes them
_KEYS = {
    "Tab": "\ue004", "Enter": "\ue007", "Shift": "\ue008", "Escape": "\ue00c", "ArrowUp": "\ue013", "ArrowDown": "\ue015",
}  # fmt: skip
_MOST_TABS = 200
#: between two pages there may be an empty one
_ARRIVED = "() => !window.isLeft && document.readyState === 'complete' && !!document.querySelector('h1')"
_GROUP = """() => { const group = document.activeElement.closest('fieldset');
    return group ? group.querySelector('legend').innerText.trim() : '' }"""
#: a page says what went wrong on it
_WATCH = """() => { window.complaints ??= (() => { const told = [];
    addEventListener('error', event => told.push(event.message || `${event.target.outerHTML} is not there`), true);
    addEventListener('unhandledrejection', event => told.push(String(event.reason)));
    addEventListener('securitypolicyviolation', event => told.push(`${event.violatedDirective} ${event.blockedURI}`));
    return told })() }"""
_LEAVE = "() => { window.isLeft = true; return window.complaints }"


#: of Firefox: nothing moves slowly, and every address but this machine's leads to a proxy that is not there
_PREFERENCES = (
    ("ui.prefersReducedMotion", 1),
    ("network.proxy.type", 1),
    ("network.proxy.http", "127.0.0.1"),
    ("network.proxy.http_port", 9),
    ("network.proxy.ssl", "127.0.0.1"),
    ("network.proxy.ssl_port", 9),
)
#: of WebKit's window: nothing moves slowly, and what surrounds a page is as narrow as a phone
_STILL = "[Settings]\ngtk-enable-animations=0\n"
_NARROW = "* { min-width: 0; min-height: 0; margin: 0; padding: 0; font-size: 1px; }"
#: of WebKit's surroundings: no desktop, no graphics card
_HOUSEHOLD = {
    "NO_AT_BRIDGE": "1",
    "GTK_A11Y": "none",
    "LIBGL_ALWAYS_SOFTWARE": "1",
    "WEBKIT_DISABLE_COMPOSITING_MODE": "1",
}


class NoAnswer(Exception):
    """A browser says that it cannot do this, or not now."""


class Hand(ABC):
    """Somebody at a browser who has a keyboard and no mouse."""

    def __init__(self, files: Path) -> None:
        #: where files are put that are taken from a page
        self.files = files
        #: what any page complained of
        self.complaints: list[str] = []

    @abstractmethod
    def evaluate(self, function: str, *values: Any) -> Any:
        """Return what a function of the page's language returns for these values."""

    @abstractmethod
    def resize(self, width: int, height: int) -> None:
        """Make the inside of the window so large."""

    @abstractmethod
    def forget(self) -> None:
        """Be somebody else: whoever was signed in is not any more."""

    @abstractmethod
    def _load(self, address: str) -> None:
        """Load a page."""

    @abstractmethod
    def _act(self, strokes: list[dict[str, Any]]) -> None:
        """Press keys and let go of them."""

    def open(self, address: str) -> None:
        """Open a page by its address."""
        self._leave()
        self._load(address)
        self._arrive(address)

    def press(self, key: str) -> None:
        """Press a key, as "Tab", "Shift+Tab" or "a"."""
        keys = [_KEYS.get(each, each) for each in (key.split("+") if len(key) > 1 else [key])]
        down = [{"type": "keyDown", "value": each} for each in keys]
        self._act([*down, *({"type": "keyUp", "value": each} for each in reversed(keys))])

    def type(self, text: str) -> None:
        """Press a key for each sign."""
        for sign in text:
            self.press(sign)

    def reach(self, words: str, *, group: str = "", is_before: bool = False) -> None:
        """Press Tab until the focus is on what is called so, or on whatever comes first in a group of fields, by its name."""
        seen = []
        for _ in range(_MOST_TABS):
            self.press("Shift+Tab" if is_before else "Tab")
            seen.append(self.focused())
            if (not words or is_named(seen[-1], words)) and (not group or is_named(self.evaluate(_GROUP), group)):
                return
        raise AssertionError(f"Tab never reaches {words!r}; it went over {list(dict.fromkeys(seen))}")

    def write(self, label: str, text: str) -> None:
        """Fill in the next field that is called so."""
        self.reach(label)
        self.type(text)

    def tick(self, words: str, *, group: str = "") -> None:
        """Press the space bar on the next box or choice that is called so."""
        self.reach(words, group=group)
        self.press(" ")

    def follow(self, words: str, *, is_before: bool = False) -> None:
        """Press Enter on the next link or button that is called so, and wait for the page that it leads to."""
        self.reach(words, is_before=is_before)
        self.go("Enter")

    def go(self, key: str) -> None:
        """Press a key that leads to another page."""
        self._leave()
        self.press(key)
        self._arrive(key)

    def fetch(self, pattern: str) -> bytes:
        """Press Enter on what has the focus, and return the file of such a name that it brings."""
        before = set(self.files.glob(pattern))
        self.press("Enter")
        # One that is still coming is empty, or has another name.
        return until(
            lambda: [each for each in self.files.glob(pattern) if each not in before and each.stat().st_size], pattern
        )[0].read_bytes()

    def sees(self, words: str) -> None:
        """Wait until words stand on the page."""
        until(lambda: words in self.text("body"), f"{words!r} on the page")

    def text(self, selector: str) -> str:
        """Return what is to be read in a part of the page."""
        text: str = self.evaluate("selector => document.querySelector(selector).innerText.trim()", selector)
        return text

    def focused(self) -> str:
        """Return what has the focus: its label or its text."""
        text: str = self.evaluate(FOCUSED)
        return text

    def _leave(self) -> None:
        self.complaints += [
            f"{self.evaluate('() => location.pathname')}: {each}" for each in self.evaluate(_LEAVE) or ()
        ]

    def _arrive(self, by: str) -> None:
        until(self._is_there, f"another page by {by}")
        self.evaluate(_WATCH)
        if (wider := self.evaluate(OVERFLOW)) > 0:
            self.complaints.append(f"{self.evaluate('() => location.pathname')} is {wider} px wider than its window")

    def _is_there(self) -> bool:
        with suppress(NoAnswer):  # between two pages there is nobody to ask
            return bool(self.evaluate(_ARRIVED))
        return False


class WebSocket:
    """A connection on which messages are sent and received whole (RFC 6455), as far as a browser on this machine needs."""

    def __init__(self, port: int, path: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._incoming = self._socket.makefile("rb")
        self._socket.sendall(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ZXZlbnRyZWctdGVzdHMhIQ==\r\n\r\n".encode()
        )
        assert b" 101 " in self._incoming.readline()
        while self._incoming.readline().strip():
            pass

    def send(self, text: str) -> None:
        """Send a message. Its bytes are masked since they must be, and not with zeros."""
        data = text.encode()
        length = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + struct.pack(">H", len(data))
        self._socket.sendall(b"\x81" + length + b"\x01" * 4 + bytes(byte ^ 1 for byte in data))

    def receive(self) -> str:
        """Return the next message."""
        message = b""
        while True:
            first, length = self._incoming.read(2)
            if length >= 126:
                length = int.from_bytes(self._incoming.read(2 if length == 126 else 8))
            message += self._incoming.read(length)
            if first & 0x80:
                return message.decode()

    def close(self) -> None:
        """Close the connection."""
        self._incoming.close()
        self._socket.close()


class Firefox(Hand):
    """A Firefox, over WebDriver BiDi: a new tab for each person."""

    def __init__(self, wire: WebSocket, files: Path) -> None:
        super().__init__(files)
        self._wire, self._numbers = wire, itertools.count(1)
        self._ask("session.new", capabilities={})
        behaviour = {"type": "allowed", "destinationFolder": str(files)}
        self._ask("browser.setDownloadBehavior", downloadBehavior=behaviour)
        self._ask("script.addPreloadScript", functionDeclaration=_WATCH)
        self._context = ""
        self.forget()

    def evaluate(self, function: str, *values: Any) -> Any:
        """Return what a function of the page's language returns for these values."""
        found = self._ask(
            "script.callFunction",
            functionDeclaration=f"async values => JSON.stringify(await ({function})(...JSON.parse(values)) ?? null)",
            arguments=[{"type": "string", "value": json.dumps(values)}],
            target={"context": self._context},
            awaitPromise=True,
        )
        assert found["type"] == "success", found["exceptionDetails"]["text"]
        return json.loads(found["result"]["value"])

    def resize(self, width: int, height: int) -> None:
        """Make the inside of the window so large."""
        size = {"width": width, "height": height}
        self._ask("browsingContext.setViewport", context=self._context, viewport=size)

    def forget(self) -> None:
        """Be somebody else: whoever was signed in is not any more."""
        self._ask("storage.deleteCookies")
        before, self._context = self._context, self._ask("browsingContext.create", type="tab")["context"]
        if before:
            self._ask("browsingContext.close", context=before)

    def _load(self, address: str) -> None:
        self._ask("browsingContext.navigate", context=self._context, url=address, wait="complete")

    def _act(self, strokes: list[dict[str, Any]]) -> None:
        self._ask(
            "input.performActions", context=self._context, actions=[{"type": "key", "id": "keys", "actions": strokes}]
        )

    def _ask(self, method: str, **parameters: Any) -> Any:
        number = next(self._numbers)
        self._wire.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while (answer := json.loads(self._wire.receive())).get("id") != number:
            pass
        if answer["type"] == "error":
            raise NoAnswer(f"{method}: {answer['error']}: {answer['message']}")
        return answer["result"]


class WebKit(Hand):
    """A window of a WebKit, over WebDriver."""

    def __init__(self, address: str, files: Path) -> None:
        super().__init__(files)
        self._client = httpx.Client(base_url=address, timeout=patience(), trust_env=False)
        self._client.base_url = f"{address}/session/{self._ask('/session', {'capabilities': {}})['sessionId']}"

    def evaluate(self, function: str, *values: Any) -> Any:
        """Return what a function of the page's language returns for these values."""
        return self._ask("/execute/sync", {"script": f"return ({function})(...arguments)", "args": values})

    def resize(self, width: int, height: int) -> None:
        """Make the inside of the window so large: what surrounds it is added."""
        for _ in range(2):
            around = self.evaluate("() => [outerWidth - innerWidth, outerHeight - innerHeight]")
            self._ask("/window/rect", {"width": width + around[0], "height": height + around[1]})
        assert self.evaluate("() => [innerWidth, innerHeight]") == [width, height]

    def forget(self) -> None:
        """Be somebody else: whoever was signed in is not any more."""
        self._client.delete("/cookie")

    def close(self) -> None:
        """Close the window, and the browser with it."""
        self._client.delete("")
        self._client.close()

    def _load(self, address: str) -> None:
        self._ask("/url", {"url": address})

    def _act(self, strokes: list[dict[str, Any]]) -> None:
        self._ask("/actions", {"actions": [{"type": "key", "id": "keys", "actions": strokes}]})

    def _ask(self, path: str, body: dict[str, Any]) -> Any:
        answer = self._client.post(path, json=body)
        found = answer.json()["value"]
        if answer.is_error:
            raise NoAnswer(f"{path}: {found['error']}: {found['message']}")
        return found


def _found(*names: str) -> str:
    """Return the path of a program that `tools/setup_tests.sh` saw to."""
    path = next(filter(None, map(shutil.which, names)), None)
    assert path, f"no {names[0]}: make test-browsers sets it up"
    return path


@contextmanager
def _running(command: list[str], **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, **options) as process:
        try:
            yield process
        finally:
            process.terminate()


@contextmanager
def started_firefox(folder: Path) -> Iterator[Hand]:
    """Run a Firefox, whose profile lies in `folder`, until the block is left. No address but of this machine is open to it."""
    (folder / "user.js").write_text(
        "".join(f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in _PREFERENCES)
    )
    command = [_found("firefox-esr", "firefox"), "--headless", "--remote-debugging-port=0"]
    said = folder / "said"
    with (
        said.open("wb") as log,
        _running([*command, "--profile", str(folder)], stdout=log, stderr=log, env=_at_home(folder)),
    ):
        port = until(lambda: re.search(r"BiDi listening on ws://127\.0\.0\.1:(\d+)", said.read_text()), "a Firefox")[1]
        wire = WebSocket(int(port), "/session")
        try:
            yield Firefox(wire, folder)
        finally:
            wire.close()


@contextmanager
def started_webkit(folder: Path) -> Iterator[Hand]:
    """Run a WebKit, whose home is `folder`, on a screen that nobody sees, until the block is left."""
    looks = folder / ".config" / "gtk-3.0"
    looks.mkdir(parents=True)
    (looks / "settings.ini").write_text(_STILL)
    (looks / "gtk.css").write_text(_NARROW)
    screen = [
        _found("Xvfb"),
        "-displayfd",
        "1",
        "-screen",
        "0",
        "2000x1500x24",
        "-nolisten",
        "tcp",
    ]
    port = free_port()
    driver = [_found("WebKitWebDriver"), f"--port={port}"]
    with (
        _running(screen, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as display,
        (folder / "said").open("wb") as log,
    ):
        assert display.stdout
        at = {"DISPLAY": f":{display.stdout.readline().decode().strip()}", **_HOUSEHOLD}
        with _running(driver, stdout=log, stderr=log, env=_at_home(folder) | at):
            until(lambda: _listens(port), "WebKit's driver")
            hand = WebKit(f"http://127.0.0.1:{port}", folder)
            try:
                yield hand
            finally:
                hand.close()


def _at_home(folder: Path) -> dict[str, str]:
    at = {"HOME": folder, "XDG_CONFIG_HOME": folder / ".config", "XDG_RUNTIME_DIR": folder}
    return clean_environment() | {name: str(path) for name, path in at.items()}


def _listens(port: int) -> bool:
    with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False

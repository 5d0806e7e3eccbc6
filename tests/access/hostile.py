"""What people type who mean no good, and what people type who mean well and have unusual names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

#: a mark that would show as an element or run if it came through alive
LIVE = "zzlive"

TEXTS = {
    "markup": f"<script>{LIVE}()</script><img src=x onerror={LIVE}()><{LIVE}>",
    "closing": f"--></textarea></title></option></script><{LIVE}><!--",
    "double quote": f'" onmouseover="{LIVE}()" x="',
    "single quote": f"' onfocus='{LIVE}()' autofocus='",
    "script link": f"javascript:{LIVE}()",
    "template": "{{7*7}}{% debug %}${7*7}#{7*7}",
    "format": "%s %d %(name)s {name} {0} {self.__class__} %_\\%",
    "nul": "a\0b",
    "controls": "a\x01\x08\x0b\x1b\x7f\x85b",
    "line ends": "A\r\nBcc: v@evil.example\r\n\r\nHello",
    "calendar": "END:VEVENT\nBEGIN:VALARM;x=y,z\\n",
    "right to left": "\u202egpj.exe\u2066x",
    # One that is longer in bytes than in characters is enough: to write them all so is work for the tests' own client.
    "long": ("ñ" * 10 + "n" * 90) * 100,
    "signs": "👩🏽\u200d⚖️🇲🇽\U000e0041" + "Z" + "\u0351\u0321" * 16,
    "surrogate": "a\ud800b",
    "not a character": "\ufffe\uffff\U0010ffff",
    "sql": "'; DROP TABLE events; --",
    "path": "../../etc/passwd",
    "number": "-1",
    "large number": "99999999999999999999",
    "odd digits": "٣²①",
    "other host": "//evil.example/x",
    "link marker": "[[link:my:AAAAAAAAAAAA:1]]",
    "white space": " \t\u00a0\u3000\u2028\u2029",
}

#: what has to stand alone to mean something: as a number, as an address, by its length; or is refused, with all beside it
_ALONE = ("nul", "controls", "long", "surrogate", "not a character", "number", "large number", "odd digits", "other host",
          "white space")  # fmt: skip
#: kinds that do no less for standing one after the other, in texts that a field of 150 characters holds
_TOGETHER = {
    "programs": ("script link", "closing", "markup", "path"),
    "quotes": ("double quote", "single quote", "sql", "template", "link marker", "right to left"),
    "lines": ("calendar", "line ends", "format", "signs"),
}
JOINED = {name: "".join(TEXTS[kind] for kind in kinds) for name, kinds in _TOGETHER.items()}
#: of as many kinds as a column of 40 characters holds
SHORT = f"<{LIVE}>\" onx=1 ' ony=2 {{{{7*7}}}}%s\r\nB:\u202e"
#: every kind of text in as few texts as can be
COMBINED = JOINED | {kind: TEXTS[kind] for kind in _ALONE}

#: percent-encoded pieces of addresses that are no text, or mean something to some program
PIECES = (
    "%00", "%ff%fe", "%ed%a0%80", "%0d%0aSet-Cookie:%20a=b", "..%2f..%2fetc%2fpasswd", "%2e%2e", "%252e%252e%252f",
    "%3Cscript%3E", "%7B%7B7*7%7D%7D", "-1", "0", "99999999999999999999", "%D9%A3", "a" * 3000, "%", "%zz", "%E2%80%AE",
    "AAAA====", "A" * 36, "a%20b", ";", "%5c%5cevil.example",
)  # fmt: skip


def in_turn(kinds: Iterable[Any], first: int = 1) -> list[Any]:
    """Return kinds as parameters: the `first` for every change, the others, which go the same way, among what is slow."""
    return [
        pytest.param(kind, marks=[pytest.mark.slow] if number >= first else []) for number, kind in enumerate(kinds)
    ]

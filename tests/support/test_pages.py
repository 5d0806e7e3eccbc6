"""The page client sees what is wrong with a page, and fills in forms as a browser does."""

from __future__ import annotations

import pytest

from tests.support.forms import Entry, Form
from tests.support.html import parse
from tests.support.pagechecks import check_headers, faults_of

_SOUND = """<!DOCTYPE html><html lang="en"><head><title>Events – Desk</title></head><body>
<main id="main"><h1>Events</h1>{}</main></body></html>"""


def _faults(body: str) -> str:
    root, faults = parse(_SOUND.format(body))
    return "\n".join(faults + faults_of(root))


def test_a_sound_page_has_no_fault() -> None:
    assert _faults('<p>Text</p><form><label for="q">Search</label><input id="q" name="q"></form>') == ""


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("<div><p>open</div></p>", "unexpected-end-tag"),
        ("<h1>Second</h1>", "one h1"),
        ('<p id="a"></p><p id="a"></p>', "is there 2 times"),
        ('<a href="#gone">Go</a>', "leads nowhere"),
        ('<input name="q">', "has no label"),
        ('<form method="post"></form>', "0 CSRF tokens"),
        ('<form><input type="hidden" name="csrf_token" value="x"></form>', "would show its CSRF token"),
        ('<p style="color:red">x</p>', "is inline"),
        ('<p onclick="go()">x</p>', "is inline"),
        ("<script>go()</script>", "is inline"),
        ('<img src="//tracker.example/x.png" alt="">', "leaves for another host"),
        ('<link rel="stylesheet" href="https://fonts.example/x.css">', "leaves for another host"),
        ('<a href="javascript:go()">Go</a>', "javascript:"),
        ('<a href="/"></a>', "has no name"),
        ('<img src="/x.png">', "has no alt"),
    ],
)
def test_a_fault_is_seen(body: str, fault: str) -> None:
    assert fault in _faults(body)


def test_headers_that_are_missing_are_seen() -> None:
    faults = "\n".join(check_headers({}, is_public=False))
    assert all(name in faults for name in ("Content-Security-Policy", "nosniff", "no-store", "noindex", "no-referrer"))


_FORM = """<form method="post" enctype="multipart/form-data" id="f">
<input type="hidden" name="csrf_token" value="t">
<label for="name">Name (optional)</label><input id="name" name="name" value="Ana">
<fieldset><legend>Days</legend>
<input type="checkbox" id="d1" name="days" value="1" checked><label for="d1">Thursday</label>
<input type="checkbox" id="d2" name="days" value="2"><label for="d2">Friday</label></fieldset>
<label><input type="checkbox" name="agrees" value="y"> I agree</label>
<label for="c">Country</label><select id="c" name="country">
<option value="">Choose</option><option value="MX">Mexico</option></select>
<label for="t">Note</label><textarea id="t" name="note">
two
lines</textarea>
<label for="l">Letter</label><input type="file" id="l" name="letter">
<button>Send</button></form>
<button form="f" name="switch_language" value="es">Español</button>"""


def _form() -> Form:
    root, _ = parse(_SOUND.format(_FORM))
    return Form(root, next(root.iter("form")), "/register")


def test_a_form_is_sent_as_it_stands() -> None:
    sent = _form().fill("Send", {})
    assert (sent.method, sent.action, sent.is_multipart) == ("POST", "/register", True)
    assert dict(sent.pairs) == {
        "csrf_token": "t", "name": "Ana", "days": "1", "country": "", "note": "two\nlines", "letter": ("", b""),
    }  # fmt: skip


def test_a_form_is_filled_by_its_labels() -> None:
    entries: dict[str, Entry] = {
        "Name": "Eva",
        "Days": ["Friday"],
        "I agree": True,
        "Country": "Mexico",
        "Letter": ("a.pdf", b"%PDF"),
    }
    sent = _form().fill("Español", entries)
    assert sent.values("name") == ["Eva"]
    assert sent.values("days") == ["2"]
    assert sent.values("agrees") == ["y"]
    assert sent.values("country") == ["MX"]
    assert sent.values("letter") == [("a.pdf", b"%PDF")]
    assert sent.values("switch_language") == ["es"]


@pytest.mark.parametrize(
    "entries", [{"Surname": "x"}, {"Country": "Atlantis"}, {"Days": ["Sunday"]}], ids=["field", "option", "choice"]
)
def test_what_the_form_does_not_offer_cannot_be_entered(entries: dict[str, str]) -> None:
    with pytest.raises(AssertionError):
        _form().fill("Send", entries)

"""No page answers 500 to any input, and nothing that was typed comes back alive (case 63)."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote, urljoin, urlsplit
from xml.etree.ElementTree import Element

import pytest
from werkzeug.datastructures import ImmutableMultiDict

import eventreg
from eventreg.db import db
from eventreg.mail.models import MailMessage
from eventreg.registration.models import Registration
from tests.access.hostile import COMBINED, JOINED, LIVE, PIECES, TEXTS, in_turn
from tests.support.forms import Form
from tests.support.html import elements, parse
from tests.support.pages import Page, Pages
from tests.world import World, rules

#: what pages read from the address; `test_every_argument_is_tried` holds it to the source
_QUERY = ("act", "added", "after", "answer.diet", "apply", "audience", "before", "but", "category", "change", "check",
          "choose", "closed", "column", "columns", "count", "country", "day", "days", "duplicates", "event", "field", "from",
          "has.institution", "institution", "kind", "lang", "language", "least.answer.age", "loaded", "mail", "move",
          "moved", "newer", "next", "note",
          "of", "older", "only", "open", "order", "page", "part", "q", "ready", "record", "role", "rows",
          "saved", "scope", "section", "session",
          "shown", "since", "sort", "stage", "state", "status", "tag", "to", "trouble", "turned", "unanswered",
          "until", "updates", "v", "version", "way", "who", "width", "with")  # fmt: skip
#: fields of a form that stay as they are
_KEPT = frozenset({"csrf_token", "submission_key"})
_FIRST = next(iter(COMBINED))
_READ = re.compile(r'args\.get(?:list)?\(\s*"([\w-]+)"|"([\w-]+)" in request\.args')


def assert_inert(page: Page) -> None:
    """Fail when the page is an error of ours, or holds what somebody typed as markup."""
    assert page.status < 500, f"{page.address}: {page.status}"
    if page.is_html and LIVE in page.html:
        assert not _live_parts(page.root), f"{page.address}: {_live_parts(page.root)}"
    assert "49{% debug" not in page.html
    assert "49%s" not in page.html
    assert "{{7*7}}$49" not in page.html
    for name, value in page.headers.items():
        assert "\n" not in value, name
        assert name not in ("Bcc", "X-Evil")


def _live_parts(root: Element) -> list[str]:
    found = []
    for element in root.iter():
        if element.tag == LIVE:
            found.append(f"<{LIVE}>")
        if element.tag == "script" and not element.get("src") and LIVE in (element.text or ""):
            # What machines read of an event is data: it has to be whole, and nothing runs it.
            if element.get("type") == "application/ld+json":
                json.loads(element.text or "")
            else:
                found.append("script")
        for name, value in element.attrib.items():
            is_event = name.lower().startswith("on")
            is_script = name in ("href", "src", "action") and value.strip().lower().startswith("javascript:")
            if is_event or is_script:
                found.append(f"<{element.tag} {name}={value[:40]!r}>")
    return found


@dataclass(frozen=True)
class Found:
    """Every form that somebody is shown, and the secret that its tokens belong to."""

    forms: tuple[tuple[Page, Form], ...]
    secret: str


@pytest.fixture(scope="module")
def found(built_world: World) -> dict[str, Found]:
    """The forms by who is shown them. Reading them costs more than sending them, and each test begins with the same."""
    built_world.restore()
    return {actor: _find(built_world, actor) for actor in ("owner", "administrator")}


def _find(world: World, actor: str) -> Found:
    visitor = world.visitor(actor)
    forms = tuple(_forms(world, visitor))
    with visitor.client.session_transaction() as session:
        return Found(forms, session["csrf_token"])


def test_every_kind_of_text_is_tried() -> None:
    assert not [kind for kind, text in TEXTS.items() if not [one for one in COMBINED.values() if text in one]]
    assert max(map(len, JOINED.values())) <= 150


@pytest.mark.parametrize("piece", in_turn(PIECES, 4))
def test_hostile_addresses(world: World, piece: str) -> None:
    """Each piece at every place; of the event's, which is read for all pages by one function, at every fourth."""
    guest, owner = world.visitor("anonymous"), world.visitor("owner")
    for number, (verb, rule) in enumerate(rules(world.app), PIECES.index(piece)):
        for name in sorted(rule.arguments - ({"slug"} if number % 4 else set())) if verb == "GET" else ():
            visitor = owner if rule.rule.startswith("/manage/") else guest
            assert_inert(visitor.get(world.address(rule, **{name: piece}), None, sound=False))


def test_every_argument_is_tried(found: dict[str, Found]) -> None:
    """What the source reads from the address by name, and what the forms bring that are sent by it."""
    sources = Path(eventreg.__file__).parent.rglob("*.py")
    read = {first or second for path in sources for first, second in _READ.findall(path.read_text(encoding="utf-8"))}
    sent = {
        control.get("name") or ""
        for shown in found.values()
        for _page, form in shown.forms
        if (form.element.get("method") or "get") == "get"
        for control in elements(form.element, "input", "select", "textarea")
    }
    assert len(read) > 15
    assert (read | sent) - {""} - set(_QUERY) == set()


class Noted(ImmutableMultiDict[str, str]):
    """What an address brings, and which of it somebody asks for by its name."""

    asked: ClassVar[set[str]] = set()

    def _note(self, name: str) -> None:
        if name in self:
            self.asked.add(name)

    def get(self, key: str, *more: Any, **options: Any) -> Any:
        self._note(key)
        return super().get(key, *more, **options)

    def getlist(self, key: str, *more: Any, **options: Any) -> Any:
        self._note(key)
        return super().getlist(key, *more, **options)

    def __getitem__(self, key: str) -> Any:
        self._note(key)
        return super().__getitem__(key)

    def to_dict(self, *options: Any, **more: Any) -> Any:
        self.asked.update(self)
        return super().to_dict(*options, **more)


@pytest.fixture(scope="module")
def readers(built_world: World) -> set[str]:
    """The pages that read more of their address than the layout does, which is the language."""
    built_world.restore()
    usual, found = built_world.app.request_class, set()
    built_world.app.request_class = type("NotedRequest", (usual,), {"parameter_storage_class": Noted})
    for visitor, address in _addresses(built_world):
        Noted.asked.clear()
        visitor.get(f"{address}?{_query('x')}", None, sound=False)
        if Noted.asked - {"lang"}:
            found.add(address)
    built_world.app.request_class = usual
    assert len(found) > 50, sorted(found)
    return found


@pytest.mark.parametrize("kind", in_turn(COMBINED))
def test_hostile_queries(world: World, readers: set[str], kind: str) -> None:
    """A page that reads nothing of it gets what its layout might show, all of it alike; every kind is read by those that do."""
    text = COMBINED[kind][:200]
    for visitor, address in _addresses(world):
        if address in readers:
            assert_inert(visitor.get(f"{address}?{_query(text)}", None, sound=False))
        elif kind in JOINED:
            assert_inert(visitor.get(f"{address}?{_query(text, ('lang', 'q', text))}", None, sound=False))


def _query(text: str, names: Iterable[str] = _QUERY) -> str:
    return "&".join(f"{_encoded(name)}={_encoded(text)}" for name in names)


# A form can hold no surrogate: what a browser sends in its place is a question mark.
@pytest.mark.parametrize("kind", in_turn(kind for kind in COMBINED if kind != "surrogate"))
def test_hostile_answers_in_every_form(world: World, found: dict[str, Found], kind: str) -> None:
    """Every field of every form holds the text, then every form is sent; then, if it was kept, every page is read again."""
    for actor, shown in found.items():
        visitor = world.visitor(actor)
        with visitor.client.session_transaction() as session:
            session["csrf_token"] = shown.secret
        for page, form in shown.forms:
            if actor == "owner" or _is_for_administrators(page.address):
                for button in [None, *form.buttons()[1:2]]:
                    _send(visitor, page, form, button, kind)
    for reader, address in _addresses(world) if _is_held(world, COMBINED[kind]) else ():
        assert_inert(reader.get(address, None, sound=False))


def _is_held(world: World, text: str) -> bool:
    """Say whether a row holds what is whole in any writing of the text."""
    part = max(re.findall(r"""[^\s"'\\]+""", text), key=len, default="")[:30]
    cells = (cell for rows in world.rows().values() for row in rows for cell in row if isinstance(cell, str))
    return bool(part) and any(part in cell or json.dumps(part)[1:-1] in cell for cell in cells)


#: names that are accepted are read with one another, seven people at a time
_NAMES = [kind for kind in TEXTS if kind not in ("nul", "surrogate", "white space")]


@pytest.mark.parametrize("kinds", in_turn(_NAMES[start::3] for start in range(3)), ids=", ".join)
def test_hostile_names_are_shown_and_mailed_inert(world: World, kinds: list[str]) -> None:
    """Registrations that are accepted with such names: their pages, the organizers' pages, their mails (case 32)."""
    guest, owner = world.visitor("anonymous"), world.visitor("owner")
    receipts = [page for kind in kinds if (page := _register(world, guest, kind)) is not None]
    assert receipts
    for receipt in receipts:
        assert_inert(receipt.follow())
    for verb, rule in rules(world.app):
        if verb == "GET" and rule.rule.startswith("/manage"):
            assert_inert(owner.get(world.address(rule), None, sound=False))
    for reference in _references_of(world, "hostil"):
        assert_inert(owner.get(f"/manage/events/{world.event.slug}/registrations/{reference}"))
    assert_mails_inert(world)


def _register(world: World, guest: Pages, kind: str) -> Page | None:
    """Register somebody with such a name; return the answer, or None where it is refused."""
    form = guest.get(f"/events/{world.event.slug}/register?category=academia")
    typed = {
        "given_name": TEXTS[kind][:150],
        "institution": TEXTS[kind][:150],
        "country": "Mexico",
        "Email address": f"hostil-{kind.replace(' ', '-')}@instituto.example",
        "Days attended": [form.texts("label", class_="govuk-checkboxes__label")[0]],
        "Field of work": TEXTS[kind][:500],
        "Diet": TEXTS[kind][:150],
        "I agree to the use of my data": True,
    }
    sent = form.submit("Send registration", typed)
    if sent.status == 422:
        assert_inert(sent)
        return None
    return sent


def _references_of(world: World, beginning: str) -> list[str]:
    with world.app.app_context():
        wanted = db.select(Registration.reference).where(Registration.email.startswith(beginning))
        found = list(db.session.scalars(wanted))
        db.session.remove()
    assert found
    return found


def test_too_much_is_a_plain_page(world: World) -> None:
    """Case 26: up to 50 MB is read; above that a plain 413."""
    visitor = world.visitor("anonymous")
    address = f"/events/{world.event.slug}/register"
    data = {"category": "government", "letter": (io.BytesIO(b"x" * 53 * 1024 * 1024), "carta.pdf")}
    page = visitor.post(address, data, 413, content_type="multipart/form-data")
    assert page.has("too large")
    many = {f"field{number}": "x" for number in range(3000)}
    assert visitor.post(address, many, sound=False).status < 500


def test_files_are_taken_where_a_form_sends_some_and_nowhere_else(world: World, found: dict[str, Found]) -> None:
    """Case 67: other addresses take no body of that size."""
    senders: dict[str, bool] = {}
    for forms in found.values():
        for _page, form in forms.forms:
            if form.element.get("method") == "post":
                endpoint, _values = world.app.url_map.bind("").match(_path(form), "POST")
                is_upload = form.element.get("enctype") == "multipart/form-data"
                senders[endpoint] = senders.get(endpoint, False) or is_upload
                for button in elements(form.element, "button"):
                    if button.get("formenctype") == "multipart/form-data":
                        other, _values = world.app.url_map.bind("").match(button.get("formaction") or "", "POST")
                        senders[other] = True
    takers = {name for name, view in world.app.view_functions.items() if getattr(view, "takes_files", False)}
    assert takers == {endpoint for endpoint, is_upload in senders.items() if is_upload}


def _path(form: Form) -> str:
    return urlsplit(urljoin(form.address, form.element.get("action") or "")).path


def _forms(world: World, visitor: Pages) -> Iterator[tuple[Page, Form]]:
    for verb, rule in rules(world.app):
        if verb != "GET" or rule.rule.startswith("/static"):
            continue
        addresses = [world.address(rule)]
        if rule.endpoint in ("registration.register", "onbehalf.add_person"):
            addresses += [f"{addresses[0]}?category={category.key}" for category in world.event.categories]
        if rule.endpoint == "bulk.show_run":
            # Also the draft of a message: its page is another.
            written = world.public_ids["bulk.attach"]
            addresses.append(addresses[0].replace(world.public_ids["bulk.show_run"], written))
        for address in addresses:
            page = visitor.get(address, None, sound=False)
            if page.is_html and page.status == 200:
                yield from ((page, form) for form in page.forms())


def _addresses(world: World) -> Iterator[tuple[Pages, str]]:
    """Yield the address of every page, with somebody who may read it."""
    owner, administrator = world.visitor("owner"), world.visitor("administrator")
    for verb, rule in rules(world.app):
        if verb == "GET":
            address = world.address(rule)
            yield owner, address
            if _is_for_administrators(address):
                yield administrator, address


def _is_for_administrators(address: str) -> bool:
    """Say whether a page of the desk belongs to no event: the owner has been through those of the event."""
    return address.startswith("/manage/") and not address.startswith("/manage/events/")


def _send(visitor: Pages, page: Page, form: Form, button: str | None, kind: str) -> None:
    """Send a form that holds the text everywhere; one that can hold none with the first kind alone."""
    submission, text = form.fill(button, {}), COMBINED[kind]
    if submission.action.rstrip("/").endswith(("sign-out", "sessions/end")):
        return
    submission.pairs = [
        (
            name,
            value
            if name in _KEPT
            else (text[:300], b"%PDF-1.7 " + text.encode())
            if isinstance(value, tuple)
            else text,
        )
        for name, value in submission.pairs
    ]
    for control in elements(form.element, "input", "select", "textarea"):
        name = control.get("name")
        if name and name not in _KEPT and not submission.values(name):
            submission.pairs.append((name, text))
    if kind == _FIRST or not _KEPT.issuperset(name for name, _value in submission.pairs):
        assert_inert(visitor.send(submission, page.address, sound=False))


def assert_mails_inert(world: World) -> None:
    with world.app.app_context():
        messages = list(db.session.scalars(db.select(MailMessage)))
        db.session.remove()
    assert messages
    for message in messages:
        for header in (message.subject, message.sender_name, message.recipient, message.reply_to):
            assert "\r" not in header
            assert "\n" not in header
        root, _ = parse(message.html)
        assert not _live_parts(root), message.template
        assert not [line for line in message.calendar.splitlines() if line.startswith("BEGIN:VALARM")]


def _encoded(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"))

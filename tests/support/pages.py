"""The page client: fetches pages as a browser without JavaScript, and checks each for what must hold on all."""

from __future__ import annotations

import io
import re
import secrets
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

import pytest
from flask import Flask, has_app_context
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from eventreg.accounts.models import Account, AccountSession
from eventreg.db import db, transaction
from eventreg.events.models import Event
from eventreg.kernel.clock import now
from eventreg.kernel.tokens import new_public_id
from eventreg.web.access import Audience, stamp_of
from tests.builders import a_team_member, an_event
from tests.support.forms import Form, Submission, controls_of
from tests.support.html import elements, parse, text_of
from tests.support.pagechecks import check_headers, faults_of

_LATELY = timedelta(hours=11)
_REDIRECTS = {301, 302, 303, 307, 308}


class Page:
    """One answer. HTML pages were checked when they came in."""

    def __init__(self, pages: Pages, address: str, response: TestResponse) -> None:
        self.pages = pages
        self.address = address
        self.response = response
        self.status = response.status_code
        self.headers = response.headers
        self.body = response.data
        self.is_html = response.mimetype == "text/html" and self.status not in _REDIRECTS
        #: the source as text
        self.html = response.get_data(as_text=True) if (response.mimetype or "").startswith("text/") else ""

    @cached_property
    def parsed(self) -> tuple[Element, list[str]]:
        """The document, and what is wrong with it as HTML."""
        return parse(self.html) if self.is_html else (Element("html"), [])

    @property
    def root(self) -> Element:
        """The document."""
        return self.parsed[0]

    @cached_property
    def text(self) -> str:
        """What a person reads of the page's body, white space folded; of anything but HTML the body itself."""
        return text_of(next(self.root.iter("body"))) if self.is_html else self.html

    @cached_property
    def main(self) -> str:
        """What a person reads of the main part."""
        return text_of(next(self.root.iter("main")))

    @property
    def title(self) -> str:
        """The page's title."""
        return next(self.root.iter("title")).text or ""

    @property
    def heading(self) -> str:
        """The page's h1."""
        return text_of(next(self.root.iter("h1")))

    @property
    def language(self) -> str:
        """The language that the page says it is in."""
        return self.root.get("lang") or ""

    @property
    def location(self) -> str:
        """Where a redirect leads, without the host."""
        parts = urlsplit(self.headers["Location"])
        return (
            parts.path + (f"?{parts.query}" if parts.query else "") + (f"#{parts.fragment}" if parts.fragment else "")
        )

    def all(self, *tags: str, **attributes: str) -> list[Element]:
        """Return elements by tag and attributes: `page.all("a", class_="govuk-link")`."""
        return list(elements(self.root, *tags, **attributes))

    def texts(self, *tags: str, **attributes: str) -> list[str]:
        """Return what a person reads of each of these elements."""
        return [text_of(element) for element in self.all(*tags, **attributes)]

    def errors(self) -> list[str]:
        """Return the lines of the error summary."""
        summary = self.all(id="error-summary")
        return [text_of(link) for link in elements(summary[0], "a")] if summary else []

    def has(self, text: str) -> bool:
        """Say whether a person can read this text."""
        return " ".join(text.split()) in self.text

    def link(self, text: str) -> str:
        """Return the address of the link with this text."""
        found = [link for link in self.all("a") if text_of(link) == text and link.get("href")]
        assert found, f"no link {text!r}; there are {self.texts('a')}"
        return urljoin(self.address, found[0].get("href") or "")

    def click(self, text: str, status: int = 200) -> Page:
        """Follow the link with this text."""
        return self.pages.get(self.link(text), status)

    def follow(self, status: int = 200) -> Page:
        """Go where this redirect leads."""
        assert self.status in _REDIRECTS, f"{self.address} answered {self.status}, no redirect:\n{self._excerpt()}"
        return self.pages.get(urljoin(self.address, self.location), status)

    def forms(self) -> list[Form]:
        """Return the forms of the page."""
        return list(self._forms)

    def form(self, button: str | None = None) -> Form:
        """Return the form with this button; without a name, the only form of the main part."""
        main = {id(form) for form in elements(next(self.root.iter("main")), "form")}
        if button is None:
            found = [form for form in self.forms() if id(form.element) in main]
        else:
            found = [form for form in self.forms() if button in form.buttons()]
        assert len(found) == 1, (
            f"{len(found)} forms with {button!r}; there are {[form.buttons() for form in self.forms()]}"
        )
        return found[0]

    def submit(self, button: str, entries: Mapping[str, Any] | None = None, status: int | None = None) -> Page:
        """Type `entries` into the form with this button and press it. A redirect is returned, see `follow`."""
        submission = self.form(button).fill(button, entries or {})
        return self.pages.send(submission, self.address, status)

    def assert_sound(self, is_public: bool) -> None:
        """Fail with everything that is wrong with the page."""
        faults = list(check_headers(dict(self.headers), is_public))
        if self.is_html:
            faults += self.parsed[1] + faults_of(self.root)
        assert not faults, f"{self.address} ({self.status}):\n  " + "\n  ".join(faults)

    @cached_property
    def _forms(self) -> list[Form]:
        controls = controls_of(self.root)
        return [Form(self.root, form, self.address, controls) for form in self.root.iter("form")]

    def _excerpt(self) -> str:
        if not self.is_html:
            return self.html[:600]
        errors = self.errors()
        return f"{self.heading}\n{errors}\n{self.main[:600]}" if self.all("main") else self.html[:600]


class Pages:
    """Somebody at a browser: keeps cookies, prefers a language."""

    def __init__(self, app: Flask, language: str = "en") -> None:
        self.app = app
        self.client = app.test_client()
        self.language = language

    def get(self, address: str, status: int | None = 200, **options: Any) -> Page:
        """Fetch a page and check it. `sound=False` for what is no page of ours (a mail shown in its frame)."""
        return self._open("GET", address, status, **options)

    def post(
        self, address: str, data: Mapping[str, Any] | None = None, status: int | None = None, **options: Any
    ) -> Page:
        """Post without a form, as nobody but a test does. `token=True` adds a valid CSRF token."""
        fields = dict(data or {})
        if options.pop("token", False):
            fields["csrf_token"] = self.csrf_token()
        return self._open("POST", address, status, data=fields, **options)

    def send(self, submission: Submission, referrer: str, status: int | None = None, **options: Any) -> Page:
        """Send what a form holds."""
        action = urljoin(referrer, submission.action)
        if submission.method == "GET":
            return self._open("GET", action.split("?")[0], status, query_string=submission.pairs, **options)
        data: dict[str, list[Any]] = {}
        for name, value in submission.pairs:
            data.setdefault(name, []).append(_as_sent(value, submission.is_multipart))
        kind = "multipart/form-data" if submission.is_multipart else "application/x-www-form-urlencoded"
        return self._open("POST", action, status, data=data, content_type=kind, **options)

    def csrf_token(self) -> str:
        """Return a token that this visitor's session accepts."""
        with self.client.session_transaction() as session:
            secret: str = session.setdefault("csrf_token", secrets.token_hex(20))
        return str(URLSafeTimedSerializer(self.app.secret_key or "", salt="wtf-csrf-token").dumps(secret))

    def sign_in(self, account: Any, session_id: str = "") -> Pages:
        """Sign in with an account, without the form; tests of signing in use the form.

        Pages of one account share a session that still lasts, so that reading in a prepared world writes nothing.
        """
        if not session_id:
            with self.app.app_context():
                session_id = session_row(account.id)
        with self.client.session_transaction() as session:
            session["_user_id"] = account.get_id()
            session["_fresh"] = True
            session["row"] = session_id
        return self

    def _open(self, method: str, address: str, status: int | None, **options: Any) -> Page:
        sound = options.pop("sound", True)
        headers = {"Accept-Language": self.language, **options.pop("headers", {})}
        response = self.client.open(address, method=method, headers=headers, **options)
        forget_reads()
        page = Page(self, address, response)
        if status is not None:
            assert page.status == status, f"{method} {address} answered {page.status}, not {status}:\n{page._excerpt()}"
        if sound:
            page.assert_sound(self._is_public(method, address))
        return page

    def _is_public(self, method: str, address: str) -> bool:
        adapter = self.app.url_map.bind("localhost")
        try:
            endpoint, _ = adapter.match(urlsplit(address).path, method=method)
        except HTTPException:
            return False
        stamp = stamp_of(self.app.view_functions[endpoint])
        return stamp is not None and stamp.audience is Audience.PUBLIC


def session_row(account_id: int) -> str:
    """Return the public id of a session of the account that began lately, a new one if there is none."""
    at = now()
    found = db.session.scalar(
        select(AccountSession.public_id)
        .where(
            AccountSession.account_id == account_id,
            AccountSession.ended_at.is_(None),
            AccountSession.began_at > at - _LATELY,
        )
        .order_by(AccountSession.id.desc())
        .limit(1)
    )
    if found is not None:
        return found
    row = AccountSession(
        public_id=new_public_id(),
        account_id=account_id,
        began_at=at,
        seen_at=at,
        proved_at=at,
        way="password",
        client="Firefox, Linux",
    )
    with transaction() as session:
        session.add(row)
        session.flush()
        return row.public_id


def forget_reads() -> None:
    """Let the test's own session read afresh what a request has changed."""
    if has_app_context():
        db.session.remove()


@pytest.fixture
def pages(app: Flask) -> Pages:
    """Somebody who reads English and is not signed in."""
    return Pages(app)


@pytest.fixture
def paginas(app: Flask) -> Pages:
    """Somebody who reads Spanish and is not signed in."""
    return Pages(app, "es")


@pytest.fixture
def event(app: Flask) -> Event:
    """An event as `an_event` makes it; a test file that needs another one has its own."""
    return an_event()


@pytest.fixture
def owner(event: Event) -> Account:
    """Who owns the event, and reads English."""
    return a_team_member(event, language="en", name="Olga Organizadora")


@pytest.fixture
def desk(pages: Pages, owner: Account) -> Pages:
    """The owner at the desk."""
    return pages.sign_in(owner)


def tokens_in(text: str) -> Iterator[str]:
    """Yield whatever looks like a personal token."""
    yield from re.findall(r"[A-Za-z0-9_-]{36}", text)


def _as_sent(value: Any, is_multipart: bool) -> Any:
    if isinstance(value, tuple):
        name, content = value
        return (io.BytesIO(content), name) if is_multipart else name
    # A browser sends line ends as CR LF.
    return re.sub(r"\r\n|\r|\n", "\r\n", value)

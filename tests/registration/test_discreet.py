"""A discreet event tells nobody whose address is registered (case 74): two events that differ in that alone answer alike.

Each row is somebody at a browser who types an address and looks at whatever there is to be seen before and after; what they see
of both events is the same, word for word. That it takes as long is measured in `bench/discreet.py`.
"""

from __future__ import annotations

import difflib
import io
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from eventreg.db import db
from eventreg.events.models import Event
from eventreg.kernel.tokens import personal_token
from eventreg.mail.models import MailMessage
from eventreg.registration.emails import SAVED_FORM
from eventreg.registration.models import Invitation, OptionPlace, Registration, SavedForm, SessionPlace
from eventreg.registration.queries import forms
from eventreg.registration.queries.places import invitation_token
from eventreg.registration.queries.registrations import own_token
from eventreg.web.instance import keys
from tests.belongings import a_session
from tests.builders import a_questionnaire, a_registration, an_event, register_somebody, text
from tests.registration.arriving import an_access_code, an_invitation
from tests.registration.filling import PDF, posted
from tests.registration.requesting import do_jobs
from tests.registration.test_option_places import asking
from tests.support.pages import Page, Pages

VICTIM, OTHER, THIRD = "victima@instituto.example", "otra@instituto.example", "tercera@instituto.example"
#: what is another one for each visitor or event, whoever is registered
_OWN = re.compile(
    r'(?<=name="csrf_token" value=")[^"]+|(?<=name="csrf_token" type="hidden" value=")[^"]+'
    r'|(?<=name="submission_key" value=")[^"]+|(?<=name="form-earlier" value=")[^"]+'
    r'|(?<=name="form-unanswered" value=")[^"]+|(?<=name="way_in" value=")[^"]+|(?<=value=")\d+(?=")'
    r'|[\w-]{36}(?=[/"?<]|$)|(?<=/sessions/)[\w-]{12}|(?<=value=")[\w-]{12}(?=")|discreto-[ab]|taller-[ab]|UNA-VEZ-[ab]'
)
_HEADERS = ("Content-Type", "Cache-Control", "Location", "Referrer-Policy", "X-Robots-Tag", "Vary")


def an_event_that_knows(letter: str, *emails: str, **changes: Any) -> Event:
    """A discreet event with a code, an invitation, one place in an option and a session, and places for one person more."""
    event = an_event(
        slug=f"discreto-{letter}",
        title=text("Encuentro", "Meeting"),
        capacity=len(emails) + 1,
        is_discreet=True,
        **changes,
    )
    a_session(event, takes_sign_up=True, places=1, public_id=f"taller-{letter}")
    data = asking(1)
    data["sections"][1]["questions"].append(
        {"key": "workshops", "kind": "sessions", "label": text("Talleres", "Workshops")}
    )
    a_questionnaire(event, data)
    an_access_code(event, code=f"UNA-VEZ-{letter}", most_uses=1)
    an_invitation(event, is_bound=False, email="invitada@instituto.example")
    for email in emails:
        a_registration(event, email=email)
    return event


class Watcher:
    """Somebody who types an address into the forms of one event, and keeps all that is to be seen."""

    def __init__(self, app: Flask, event: Event) -> None:
        self.event, self.pages = event, Pages(app)
        self.letter = event.slug[-1]
        self.seen: list[tuple[Any, ...]] = []
        self.key = "k" * 22

    def get(self, path: str, status: int | None = None) -> Page:
        return self._saw(self.pages.get(path, status))

    def look(self) -> None:
        """Look at each public page, and at the forms, for what has become of the places."""
        for path in ("/", self.path(), self.path("register"), self.path("register?category=government")):
            self.get(path)

    def send(self, email: str, key: str = "", **more: Any) -> Page:
        fields = {**posted(self.event, email=email, submission_key=key or self.key), **more}
        letter = fields.pop("letter") if "letter" not in more else more["letter"]
        files = {"letter": letter} if "letter" in more else {}
        kind = {"content_type": "multipart/form-data"} if files else {}
        page = self._saw(self.pages.post(self.path("register"), fields | files, token=True, **kind))
        return self._saw(page.follow()) if page.status == 303 else page

    def path(self, rest: str = "") -> str:
        return f"/events/{self.event.slug}/{rest}".rstrip("/")

    def _saw(self, page: Page) -> Page:
        body = _OWN.sub("*", page.html)
        headers = tuple(_OWN.sub("*", page.headers.get(name, "")) for name in _HEADERS)
        self.seen.append((page.status, headers, len(body), body))
        return page


def _sends_once(visitor: Watcher) -> None:
    visitor.look()
    assert visitor.send(VICTIM).heading == "Check your email"
    visitor.look()


def _sends_one_form_twice(visitor: Watcher) -> None:
    for _ in range(2):
        visitor.send(VICTIM)
    visitor.send(VICTIM, switch_language="es")
    visitor.send(VICTIM, keep_form="1")


def _sends_two_forms(visitor: Watcher) -> None:
    visitor.send(VICTIM)
    visitor.send(VICTIM, "n" * 22)


def _sends_the_key_with_another_address(visitor: Watcher, **pressed: str) -> None:
    visitor.send(VICTIM)
    asked = visitor.send("yo@instituto.example")
    assert asked.status == 409
    button = "Correct the email address" if pressed else "Register one more person"
    answer = asked.submit(button, {}, 303)
    visitor._saw(answer)
    visitor._saw(answer.follow())
    visitor.send("yo@instituto.example", visitor.key)


def _corrects_the_address(visitor: Watcher) -> None:
    _sends_the_key_with_another_address(visitor, corrects="1")


def _chooses_what_has_one_place(visitor: Watcher) -> None:
    visitor.look()
    visitor.send(VICTIM, visit="border")
    visitor.look()
    visitor.send(THIRD, "o" * 22, visit="border")
    visitor.look()


def _chooses_a_session_with_one_place(visitor: Watcher) -> None:
    visitor.send(VICTIM, workshops=f"taller-{visitor.letter}")
    visitor.look()
    visitor.send(THIRD, "o" * 22, workshops=f"taller-{visitor.letter}")


def _uploads(visitor: Watcher) -> None:
    visitor.send(VICTIM, given_name="", letter=(io.BytesIO(PDF), "carta.pdf"))
    visitor.send(VICTIM)
    visitor.send(VICTIM, switch_language="es")


def _sends_a_file_that_is_gone(visitor: Watcher) -> None:
    page = visitor.send(VICTIM, **{"letter-kept": "AAAAAAAAAAAA"})
    assert page.status != 303


def _comes_by_a_code(visitor: Watcher) -> None:
    for key in ("a" * 22, "b" * 22):
        page = visitor.get(visitor.path("register")).submit("Use the code", {"Code": f"UNA-VEZ-{visitor.letter}"})
        visitor._saw(page)
        way_in = next((each.get("value") for each in page.all("input") if each.get("name") == "way_in"), "")
        visitor.send(VICTIM, key, way_in=way_in)
    visitor.look()


def _comes_by_an_invitation(visitor: Watcher) -> None:
    invitation = db.session.scalars(select(Invitation).where(Invitation.event_id == visitor.event.id)).one()
    token = invitation_token(invitation)
    page = visitor.get(f"/my/invitation/{token}/register")
    way_in = next(each.get("value") for each in page.all("input") if each.get("name") == "way_in")
    visitor.send(VICTIM, way_in=way_in)
    visitor.get(f"/my/invitation/{token}")


def _asks_for_the_link(visitor: Watcher) -> None:
    for _ in range(7):
        visitor._saw(visitor.pages.post(visitor.path("my-link"), {"email": VICTIM}, token=True))


def _asks_for_earlier_answers(visitor: Watcher) -> None:
    visitor._saw(visitor.pages.post(visitor.path("register/earlier"), {"email": VICTIM}, token=True))


def _keeps_a_form_and_sends_it(visitor: Watcher) -> None:
    fields = posted(visitor.event, email=VICTIM, keep_email=VICTIM)
    del fields["letter"]
    visitor._saw(visitor.pages.post(visitor.path("register/keep"), fields, token=True))
    saved = db.session.scalars(select(SavedForm).where(SavedForm.event_id == visitor.event.id)).one()
    token, key = personal_token(keys(), SAVED_FORM, saved.public_id, saved.generation), forms.resumed_key(saved)
    visitor.get(f"/my/form/{token}")
    visitor.send(VICTIM, key)
    visitor.get(f"/my/form/{token}")


def _changes_an_address_to_it(visitor: Watcher) -> None:
    own = db.session.scalars(
        select(Registration).where(Registration.event_id == visitor.event.id, Registration.email == OTHER)
    ).one()
    page = visitor.pages.post(f"/my/{own_token(own, 'my')}/address", {"email": VICTIM}, token=True)
    visitor._saw(page)


_ROWS: tuple[Callable[[Watcher], None], ...] = (
    _sends_once, _sends_one_form_twice, _sends_two_forms, _sends_the_key_with_another_address, _corrects_the_address,
    _chooses_what_has_one_place, _chooses_a_session_with_one_place, _uploads, _sends_a_file_that_is_gone, _comes_by_a_code,
    _comes_by_an_invitation, _asks_for_the_link, _asks_for_earlier_answers, _keeps_a_form_and_sends_it,
    _changes_an_address_to_it,
)  # fmt: skip


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("row", _ROWS, ids=lambda row: row.__name__.strip("_"))
@pytest.mark.parametrize("verifies", [False, True])
def test_whoever_types_an_address_sees_the_same(app: Flask, row: Callable[[Watcher], None], verifies: bool) -> None:
    events = [
        an_event_that_knows("a", VICTIM, OTHER, verifies_addresses=verifies),
        an_event_that_knows("b", "nadie@instituto.example", OTHER, verifies_addresses=verifies),
    ]
    known, unknown = (Watcher(app, event) for event in events)
    for watcher in (known, unknown):
        row(watcher)
    assert known.seen
    for of_known, of_unknown in zip(known.seen, unknown.seen, strict=True):
        assert of_known[:-2] == of_unknown[:-2]
        told = "\n".join(difflib.unified_diff(of_known[-1].splitlines(), of_unknown[-1].splitlines(), n=0, lineterm=""))
        assert not told, told
    # The page would be alike too if nobody was looked for: one of the two is registered by it, the other is not.
    people = [db.session.scalars(select(Registration.event_id).where(Registration.email == VICTIM)).all()][0]
    assert Counter(people)[events[0].id] == 1


@pytest.mark.both_databases
def test_what_the_page_does_not_say_goes_by_mail(app: Flask) -> None:
    event = an_event_that_knows("a", OTHER)
    visitor = Watcher(app, event)
    visitor.send(OTHER)
    visitor.send(VICTIM, "n" * 22)
    do_jobs()
    sent = {(row.recipient, row.template) for row in db.session.scalars(select(MailMessage))}
    assert {(OTHER, "registration/link"), (VICTIM, "registration/confirmed")} <= sent
    assert not {(VICTIM, "registration/link"), (OTHER, "registration/confirmed")} & sent
    place = select(Registration.status).where(Registration.email == VICTIM)
    assert db.session.scalars(place).one().value == "confirmed"


@pytest.mark.both_databases
def test_what_is_full_is_taken_off_the_answers_and_told_by_mail(app: Flask) -> None:
    event = an_event_that_knows("a", OTHER)
    visitor = Watcher(app, event)
    for number, email in enumerate((VICTIM, THIRD)):
        visitor.send(email, f"{number}" * 22, visit="border", workshops="taller-a")
    db.session.rollback()
    for held in (OptionPlace, SessionPlace):
        assert db.session.scalar(select(func.count()).select_from(held)) == 1
    told = select(MailMessage.recipient).where(
        MailMessage.template == "registration/changed", MailMessage.audience == "participant"
    )
    assert db.session.scalars(told).all() == [THIRD]


def test_held_mail_is_said_with_whom_to_ask(app: Flask) -> None:
    event = an_event_that_knows("a", OTHER, holds_mail=True)
    page = Watcher(app, event).send(OTHER)
    assert page.has("Messages of this event are held")
    assert page.has(event.contact_email)


def test_the_team_sees_what_the_public_does_not(app: Flask) -> None:
    """How many places are left is for nobody who can type an address."""
    event = an_event_that_knows("a", OTHER, VICTIM)
    register_somebody(event, visit="border")
    for path in ("", "/register?category=government"):
        page = Pages(app).get(f"/events/{event.slug}{path}")
        assert not re.search("waiting list|Full|left", page.text)


@pytest.mark.both_databases
def test_a_code_is_used_by_whichever_form_came_with_it(app: Flask) -> None:
    event = an_event_that_knows("a", VICTIM)
    _comes_by_a_code(visitor := Watcher(app, event))
    assert any("have already used it" in seen[3] for seen in visitor.seen)
    assert db.session.scalar(select(func.count()).select_from(Registration)) == 1

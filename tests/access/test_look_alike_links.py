"""A look-alike host is shown as the DNS has it, wherever a link is shown or mailed (cases 32, 63)."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask
from sqlalchemy import select

from eventreg.db import db, transaction
from eventreg.events.models import Event, Partner
from eventreg.events.rules.institutions import PartnerRole
from eventreg.events.rules.settings import AttendanceMode
from eventreg.mail.models import MailMessage
from eventreg.registration.emails import OWN_PAGE
from eventreg.registration.queries.registrations import own_token
from tests.belongings import a_material, a_session
from tests.builders import a_team_member, an_account, an_event, an_institution, register_somebody, text
from tests.support.pages import Pages

MIXED = "https://iоm.int/x"  # the second letter is Cyrillic
HIDDEN = "https://iom.int@evil.example/x"
WORDS = text(f"Vea <{MIXED}> y [aquí]({HIDDEN})", f"See <{MIXED}> and [here]({HIDDEN})")


def an_event_full_of_links() -> Event:
    event = an_event(description=WORDS, joining=text("Sala", "Room"), joining_url=MIXED, attendance=AttendanceMode.BOTH)
    with transaction() as session:
        for number, website in enumerate((MIXED, HIDDEN), 5):
            institution = an_institution(name=text(f"Centro {number}", f"Centre {number}"), website=website)
            session.merge(event).partners.append(
                Partner(organization=institution, role=PartnerRole.PARTNER, position=number)
            )
    return event


def shown(app: Flask, event: Event) -> Iterator[str]:
    session = a_session(event, description=WORDS)
    for url in (MIXED, HIDDEN):
        a_material(event, session, url=url)
    registration = register_somebody(event, language="en").registration
    assert registration is not None
    pages = Pages(app)
    for path in (
        f"/events/{event.slug}",
        f"/events/{event.slug}/sessions/{session.public_id}",
        f"/my/{own_token(registration, OWN_PAGE)}",
    ):
        yield pages.get(path).html
    yield Pages(app).sign_in(an_account(is_administrator=True)).get("/manage/organizations/").html
    yield Pages(app).sign_in(a_team_member(event)).get(f"/manage/events/{event.slug}/materials").html
    for message in db.session.scalars(select(MailMessage).where(MailMessage.recipient == registration.email)):
        yield message.html
        yield message.text


def test_no_page_and_no_mail_shows_a_look_alike_host_or_a_name_before_the_host(app: Flask) -> None:
    found = list(shown(app, an_event_full_of_links()))
    assert not [html for html in found if "iоm.int" in html or "iom.int@" in html]
    assert all("xn--im-fmc.int" in html for html in found)

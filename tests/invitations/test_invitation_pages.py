"""What an invitation's link opens: seeing it, registering by it, declining it, and what is said when it is over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from eventreg.db import db
from eventreg.events.models import Event
from eventreg.events.rules.publication import Publication
from eventreg.kernel.clock import now
from eventreg.kernel.tokens import personal_token
from eventreg.registration.emails import SAVED_FORM
from eventreg.registration.models import Invitation, Registration, SavedForm
from eventreg.registration.queries.places import carried_invitation, find_way_in, invitation_token
from eventreg.registration.rules.ways_in import WayKind
from eventreg.web.instance import keys
from tests.builders import a_category, a_registration, an_event
from tests.registration.arriving import an_invitation, changed
from tests.registration.filling import typed
from tests.support.pages import Page, Pages

EVA = "eva@instituto.example"


def address_of(invitation: Invitation, rest: str = "") -> str:
    return f"/my/invitation/{invitation_token(invitation)}{rest}"


def invited(event: Event, **changes: Any) -> Invitation:
    values = {"email": EVA, "given_name": "Eva", "family_name": "D'Ávila", "institution": "Instituto Ñ", **changes}
    return an_invitation(event, **values)


def opened(pages: Pages, invitation: Invitation, rest: str = "", status: int = 200) -> Page:
    return pages.get(address_of(invitation, rest), status)


def typed_by(event: Event, **more: str) -> dict[str, Any]:
    return {**typed(event), "Email address": EVA, **more}


def test_it_says_who_is_invited_to_what_and_leads_to_both_answers(app: Flask) -> None:
    event, pages = an_event(), Pages(app, "en")
    page = opened(pages, invited(event, note="We count on you.\nClara"))
    for words in ("You are invited", "Dear Eva D'Ávila,", "We count on you.", EVA, "Government"):
        assert page.has(words), words


def test_it_leads_into_the_form_with_what_is_known_filled_in(app: Flask) -> None:
    event, pages = an_event(), Pages(app, "en")
    invitation = invited(event, skips_approval=True)
    form = opened(pages, invitation, "/register")
    assert form.has(f"Your invitation is for {EVA}: register with it.")
    for value in ("Eva", "D&#39;Ávila", EVA):
        assert f'value="{value}"' in form.html
    assert form.submit("Send registration", typed_by(event)).status == 303
    (person,) = db.session.scalars(select(Registration))
    used = db.session.get_one(Invitation, invitation.id, populate_existing=True)
    assert (person.came_by, person.email, used.registration_id) == (WayKind.INVITATION, EVA, person.id)
    # A used one leads to one's link.
    over = opened(pages, invitation, status=410)
    assert over.has("You are registered already")
    assert over.has("Send me my link")


def test_another_address_is_refused_beside_the_field_and_nothing_typed_is_lost(app: Flask) -> None:
    event, pages = an_event(), Pages(app, "en")
    form = opened(pages, invited(event), "/register")
    again = form.submit("Send registration", {**typed_by(event), "Email address": "otra@instituto.example"})
    assert again.status == 422
    assert again.has("This invitation is for another email address. Register with the address that it was sent to.")
    assert 'value="otra@instituto.example"' in again.html
    assert db.session.scalars(select(Registration)).all() == []
    assert again.submit("Send registration", {"Email address": EVA.upper()}).status == 303


def test_one_that_is_bound_to_no_address_takes_any(app: Flask) -> None:
    event, pages = an_event(), Pages(app, "en")
    form = opened(pages, invited(event, is_bound=False), "/register")
    assert (
        form.submit("Send registration", {**typed_by(event), "Email address": "otra@instituto.example"}).status == 303
    )


def test_it_opens_a_private_category_and_none_beside(app: Flask) -> None:
    event, pages = an_event(), Pages(app, "en")
    a_category(event, "speakers", is_private=True, name={"es": "Ponentes", "en": "Speakers"})
    form = opened(pages, invited(event, category="speakers"), "/register")
    assert form.has("Speakers")
    assert "change_category" not in form.html
    assert form.submit("Send registration", typed_by(event)).status == 303


def test_looking_changes_nothing_and_declining_is_confirmed(app: Flask) -> None:
    # case 9: mail scanners follow every link
    event, pages = an_event(), Pages(app, "en")
    invitation = invited(event)
    for rest in ("", "/register", "/decline"):
        assert opened(pages, invitation, rest).status == 200
    assert db.session.get_one(Invitation, invitation.id, populate_existing=True).declined_at is None
    page = opened(pages, invitation, "/decline").submit("Decline the invitation")
    assert page.status == 303
    page = page.follow()
    assert page.has("You have declined the invitation")
    assert db.session.get_one(Invitation, invitation.id, populate_existing=True).declined_at is not None
    opened(pages, invitation, "/register", status=302)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"taken_back_at": True}, "This invitation was taken back"),
        ({"expires_at": True}, "The time of this invitation is over"),
        ({"used_at": True}, "You are registered already"),
    ],
)
def test_one_that_is_over_says_what_to_do(app: Flask, changes: dict[str, Any], words: str) -> None:
    event, pages = an_event(), Pages(app, "en")
    invitation = invited(event, **dict.fromkeys(changes, now() - timedelta(seconds=1)))
    assert opened(pages, invitation, status=410).has(words)
    opened(pages, invitation, "/decline", status=410)


def test_whoever_registered_otherwise_is_told_so(app: Flask) -> None:
    event, pages = an_event(), Pages(app, "en")
    a_registration(event, email=EVA)
    assert opened(pages, invited(event), status=410).has("You are registered already")


def test_an_older_link_and_one_of_a_hidden_event_open_nothing(app: Flask) -> None:
    event, pages = an_event(), Pages(app, "en")
    invitation = invited(event)
    address = address_of(invitation)
    changed(invitation, generation=2)
    pages.get(address, 404)
    draft = an_event(publication=Publication.DRAFT)
    opened(pages, invited(draft), status=404)
    cancelled = an_event(publication=Publication.CANCELLED)
    assert opened(pages, invited(cancelled)).has("This event does not take place.")


def test_the_invitation_of_another_event_proves_nothing(app: Flask) -> None:
    # case 2
    event, other = an_event(), an_event()
    proof = carried_invitation(invited(other))
    assert find_way_in(event, proof) is None
    assert find_way_in(other, proof) is not None
    assert find_way_in(other, proof[:-2]) is None


def test_a_form_that_is_kept_keeps_the_invitation(app: Flask) -> None:
    event, pages = an_event(), Pages(app, "en")
    form = opened(pages, invited(event), "/register").submit("Save for later")
    assert 'name="way_in" value="invitation:' in form.html


def test_going_on_with_a_kept_form_registers_by_the_invitation(app: Flask) -> None:
    event, pages = an_event(), Pages(app, "en")
    a_category(event, "speakers", is_private=True, name={"es": "Ponentes", "en": "Speakers"})
    invitation = invited(event, category="speakers")
    asked = opened(pages, invitation, "/register").submit("Save for later", typed_by(event))
    assert asked.submit("Send me the link").status == 303
    saved = db.session.scalars(select(SavedForm)).one()
    token = personal_token(keys(), SAVED_FORM, saved.public_id, saved.generation)
    assert pages.get(f"/my/form/{token}").submit("Send registration").status == 303
    assert db.session.get_one(Invitation, invitation.id, populate_existing=True).registration_id is not None

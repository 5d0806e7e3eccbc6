"""Organizers invite people: one by form, many from a list that is tried first; the list says how far each has come."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from eventreg.db import db, transaction
from eventreg.events.models import Event, TeamMember
from eventreg.events.rules.team import TeamRole
from eventreg.invitations.services.invitations import decline_invitation
from eventreg.kernel.clock import now
from eventreg.mail.models import MailMessage
from eventreg.registration.emails import Occasion
from eventreg.registration.models import Invitation
from eventreg.registration.queries.places import invitation_token
from eventreg.registration.services.registering import register
from tests.builders import a_registration, a_team_member, an_event
from tests.registration.arriving import an_invitation, by
from tests.registration.test_ways_in import form_by
from tests.support.pages import Pages

EVA = "eva@instituto.example"


def desk(app: Flask, event: Event, role: TeamRole = TeamRole.OWNER, rest: str = "") -> tuple[Pages, str]:
    pages = Pages(app, "en").sign_in(a_team_member(event, role))
    return pages, f"/manage/events/{event.slug}/invitations{rest}"


def invitations() -> list[Invitation]:
    db.session.rollback()
    return list(db.session.scalars(select(Invitation).order_by(Invitation.id)))


def test_one_is_invited_by_form_and_stands_in_the_list(app: Flask) -> None:
    event = an_event()
    pages, address = desk(app, event)
    page = pages.get(address).click("Invite a person")
    sent = page.submit(
        "Send the invitation",
        {"Email address": EVA, "Given name": "Eva", "Family name": "Núñez", "They take part as": "academia"},
    )
    assert sent.status == 303
    assert sent.follow().has("The invitation is on its way.")
    (made,) = invitations()
    assert (made.email, made.is_bound, made.skips_approval) == (EVA, True, False)
    listed = pages.get(address)
    for words in ("Eva Núñez", EVA, "Academia", "Sent"):
        assert listed.has(words), words
    assert pages.get(address + "?q=nunez").has("Eva Núñez")
    assert pages.get(address + "?state=declined").has("No invitation fits.")


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(app: Flask) -> None:
    event = an_event()
    a_registration(event, email=EVA)
    pages, address = desk(app, event, rest="/new")
    again = pages.get(address).submit("Send the invitation", {"Email address": EVA, "Given name": "Eva"})
    assert again.status == 422
    assert again.has("This address is registered already")
    assert 'value="Eva"' in again.html
    past = pages.get(address).submit(
        "Send the invitation", {"Email address": "x@y.example", "It works until the end of": "2020-01-01"}
    )
    assert past.has("Choose a moment that has not passed")
    assert invitations() == []


def test_a_list_is_tried_then_made(app: Flask) -> None:
    event = an_event()
    pages, address = desk(app, event, rest="/list")
    text = "ana@x.example;Ana;Demo;COLEF;en;academia\nnot-an-address;Eva"
    tried = pages.get(address).submit("Check list", {"People, one a line": text})
    assert tried.has("Refused")
    assert "Create and send" not in tried.html
    assert invitations() == []
    mended = tried.submit("Change the list").submit("Check list", {"People, one a line": text.split("\n")[0]})
    assert mended.has("1 person can be invited.")
    assert mended.submit("Create and send").status == 303
    (made,) = invitations()
    assert (made.email, made.given_name, made.language) == ("ana@x.example", "Ana", "en")


def test_a_file_is_taken_as_a_list(app: Flask) -> None:
    event = an_event()
    pages, address = desk(app, event, rest="/list")
    content = "Nombre;Apellidos;Correo\nAna;Núñez;ana@x.example".encode("cp1252")
    tried = pages.get(address).submit("Check list", {"Or a CSV file": ("list.csv", content)})
    assert tried.has("Ana Núñez")
    assert tried.submit("Create without sending").status == 303
    assert [(row.family_name, row.sent_at) for row in invitations()] == [("Núñez", None)]
    assert not db.session.scalars(select(MailMessage).where(MailMessage.record_kind == "invitation")).all()


def test_who_registered_by_it_is_one_click_away(app: Flask) -> None:
    event = an_event()
    invitation = an_invitation(event, email=EVA)
    person = register(event.id, form_by(by(invitation), event, email=EVA), Occasion.load(event)).registration
    assert person is not None
    pages, address = desk(app, event)
    assert pages.get(address).link(person.reference).startswith(f"/manage/events/{event.slug}/registrations/")
    one = pages.get(f"{address}/{invitation.public_id}")
    assert one.has("See the registration")
    assert "/take-back" not in one.html


def test_reminding_extending_and_taking_back(app: Flask) -> None:
    event = an_event()
    invitation = an_invitation(event, sent_at=now() - timedelta(days=2))
    pages, address = desk(app, event)
    assert pages.get(address).submit("Remind the one who has not answered").follow().has("1 message is on its way.")
    one = f"{address}/{invitation.public_id}"
    assert pages.get(one).submit("Remind").follow().has("The reminder is on its way.")
    assert pages.get(one).submit("Remind").follow().has("We wrote to this person less than a day ago.")
    until = (now() + timedelta(days=9)).date().isoformat()
    assert pages.get(one).submit("Save", {"It works until the end of": until}).follow().has("Saved.")
    assert pages.get(one).submit("Revoke").follow().has("Its link no longer works.")
    (row,) = invitations()
    assert row.taken_back_at is not None
    assert row.expires_at is not None


def test_one_without_an_address_shows_its_link_to_hand_over(app: Flask) -> None:
    event = an_event()
    given, mailed = an_invitation(event, email="", sent_at=None, is_bound=False), an_invitation(event)
    pages, address = desk(app, event)
    assert "/my/invitation/" in pages.get(f"{address}/{given.public_id}").html
    assert "/my/invitation/" not in pages.get(f"{address}/{mailed.public_id}").html


def test_another_events_invitation_is_not_there(app: Flask) -> None:
    # case 2
    event, other = an_event(), an_event()
    theirs = an_invitation(other)
    pages, address = desk(app, event)
    pages.get(f"{address}/{theirs.public_id}", 404)
    for act in ("send", "remind", "extend", "take-back"):
        pages.post(f"{address}/{theirs.public_id}/{act}", {"csrf_token": pages.csrf_token()}, status=404)
    assert theirs.email not in pages.get(address).html


@pytest.mark.parametrize("role", [TeamRole.REVIEWER])
def test_who_may_not_write_to_people_sees_the_list_alone(app: Flask, role: TeamRole) -> None:
    event = an_event()
    invitation = an_invitation(event)
    pages, address = desk(app, event, role)
    assert "/invitations/new" not in pages.get(address).html
    assert "/take-back" not in pages.get(f"{address}/{invitation.public_id}").html
    pages.get(f"{address}/new", 403)


def test_a_narrowed_member_sees_its_categories_and_no_address(app: Flask) -> None:
    event = an_event()
    account = a_team_member(event, TeamRole.REVIEWER)
    with transaction() as session:
        member = session.scalars(select(TeamMember).where(TeamMember.account_id == account.id)).one()
        member.only_categories, member.withheld = ["academia"], ["see_contact_data"]
    seen = an_invitation(event, "academia", given_name="Vista", email="vista@x.example")
    hidden = an_invitation(event, "government", given_name="Oculta")
    pages = Pages(app, "en").sign_in(account)
    address = f"/manage/events/{event.slug}/invitations"
    page = pages.get(address)
    assert page.has("Vista")
    assert not page.has("Oculta")
    assert seen.email not in page.html
    assert not pages.get(address + "?q=vista@x").has("Vista")
    pages.get(f"{address}/{hidden.public_id}", 404)


def test_the_history_tells_of_invitations(app: Flask) -> None:
    event = an_event()
    invitation = an_invitation(event)
    decline_invitation(invitation_token(invitation))
    pages, address = desk(app, event)
    pages.get(f"{address}/new").submit("Send the invitation", {"Email address": EVA})
    history = pages.get(f"/manage/events/{event.slug}/history")
    for words in ("Declined an invitation to take part", "Created an invitation", "Sent an invitation to take part"):
        assert history.has(words), words

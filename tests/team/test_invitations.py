"""Invitations to a team: who may be invited as what, what the link opens, and what it never does."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from eventreg.accounts.models import Account, GuardedAttempt
from eventreg.accounts.services.accounts import close_account
from eventreg.db import db, transaction
from eventreg.events.links import invitation_address, invitation_token
from eventreg.events.models import Event, TeamInvitation, TeamMember
from eventreg.events.rules.team import Narrowing, TeamReason, TeamRole
from eventreg.kernel.errors import NotFound, Refused
from eventreg.mail.content import fill
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState
from eventreg.team.services import (
    Newcomer,
    NewMember,
    accept_invitation,
    decline_invitation,
    invite,
    revoke_invitation,
    send_invitation_again,
)
from eventreg.web.instance import config
from tests.builders import a_team_member, an_account, an_event
from tests.support.apps import AppMaker
from tests.support.pages import Pages
from tests.support.waiting import join, meeting

SERVER = {"mail_server": "127.0.0.1", "mail_default_sender": "registro@equipo.example"}
#: nobody has it (RFC 2606), though it does not end in .example; no worker runs here
OUTSIDE = "nora@example.org"
NEW = Newcomer("Nora Nueva", "en")


@pytest.fixture
def owner(event: Event) -> Account:
    """Who invites."""
    return a_team_member(event, name="Olga Dueña")


def wish(email: str = "nora@instituto.example", role: TeamRole = TeamRole.REVIEWER, **changes: object) -> NewMember:
    return NewMember(**{"email": email, "name": "Nora Nueva", "language": "es", "role": role, **changes})  # type: ignore[arg-type]


def account_of(email: str = "nora@instituto.example") -> Account:
    db.session.expire_all()
    return db.session.scalars(select(Account).where(Account.email == email)).one()


def members(event: Event) -> dict[int, TeamRole]:
    db.session.expire_all()
    rows = db.session.scalars(select(TeamMember).where(TeamMember.event_id == event.id))
    return {member.account_id: member.role for member in rows}


def mails() -> list[MailMessage]:
    db.session.expire_all()
    return list(db.session.scalars(select(MailMessage).where(MailMessage.template == "events/invitation")))


def refused_with(reason: TeamReason) -> pytest.RaisesExc[Refused]:
    return pytest.raises(Refused, check=lambda error: error.reason is reason)


def path(public_id: str) -> str:
    return f"/invitations/{invitation_token(public_id)}"


# Inviting


def test_an_account_is_made_without_a_password_and_a_mail_goes_in_its_language(event: Event, owner: Account) -> None:
    public_id = invite(event.id, wish(language="en", note="Hasta pronto"), owner.id)
    account = account_of()
    assert (account.password_hash, account.language) == ("", "en")
    (mail,) = mails()
    assert (mail.event_id, mail.account_id, mail.language) == (None, account.id, "en")
    assert "Olga Dueña" in mail.text
    assert "Hasta pronto" in mail.text
    assert invitation_token(public_id) not in mail.text + mail.html
    links = fill(mail.text, mail.marker, lambda *_parts: invitation_address(public_id))
    assert invitation_address(public_id) in links
    assert members(event) == {owner.id: TeamRole.OWNER}


def test_links_of_mails_come_from_the_configured_address(event: Event, owner: Account, app: Flask) -> None:
    """Case 13."""
    public_id = invite(event.id, wish(), owner.id)
    with app.test_request_context(headers={"Host": "evil.example"}):
        assert invitation_address(public_id).startswith(config().base_url)
        assert "evil" not in invitation_address(public_id)


def test_one_invites_below_ones_own_role(event: Event, owner: Account) -> None:
    manager = a_team_member(event, "manager")
    for account, role in (
        (owner, TeamRole.OWNER),
        (manager, TeamRole.MANAGER),
        (a_team_member(event, "viewer"), TeamRole.DOOR),
    ):
        with refused_with(TeamReason.ROLE_NOT_YOURS):
            invite(event.id, wish(role=role), account.id)
    assert mails() == []


def test_whoever_belongs_to_the_team_is_not_invited(event: Event, owner: Account) -> None:
    a_team_member(event, "viewer", email="nora@instituto.example")
    with refused_with(TeamReason.ALREADY_MEMBER):
        invite(event.id, wish(), owner.id)


def test_a_closed_account_is_not_invited(event: Event, owner: Account) -> None:
    close_account(an_account(email="nora@instituto.example").id)
    with refused_with(TeamReason.ACCOUNT_CLOSED):
        invite(event.id, wish(), owner.id)


def test_an_earlier_invitation_ends_with_the_next(event: Event, owner: Account) -> None:
    first = invite(event.id, wish(), owner.id)
    invite(event.id, wish(role=TeamRole.VIEWER), owner.id)
    with refused_with(TeamReason.INVITATION_OVER):
        accept_invitation(invitation_token(first), None, NEW)


def test_inviting_is_limited_by_account_and_by_address(make_app: AppMaker) -> None:
    """Case 15."""
    with make_app(limits=True).app_context():
        event = an_event()
        owner, other = a_team_member(event), a_team_member(event)
        for _ in range(5):
            invite(event.id, wish(), owner.id)
        with refused_with(TeamReason.TOO_MANY_INVITATIONS):
            invite(event.id, wish(), other.id)
        for number in range(35):
            invite(event.id, wish(f"nora{number}@instituto.example"), owner.id)
        with refused_with(TeamReason.TOO_MANY_INVITATIONS):
            invite(event.id, wish("otra@instituto.example"), owner.id)
        kept = db.session.scalars(select(GuardedAttempt.subject)).all()
        assert not [subject for subject in kept if "@" in subject]


def test_a_held_event_sends_invitations_to_example_alone(make_app: AppMaker) -> None:
    with make_app(**SERVER).app_context():
        event = an_event(holds_mail=True)
        owner = a_team_member(event)
        invite(event.id, wish(), owner.id)
        invite(event.id, wish(OUTSIDE), owner.id)
        states = {mail.recipient: mail.state for mail in mails()}
    assert states == {
        "nora@instituto.example": DeliveryState.QUEUED,
        OUTSIDE: DeliveryState.HELD,
    }


def test_invitations_are_sent_again_and_taken_back(event: Event, owner: Account, clock: object) -> None:
    public_id = invite(event.id, wish(), owner.id)
    clock.shift(timedelta(days=13))  # type: ignore[attr-defined]
    send_invitation_again(event.id, public_id, owner.id)
    clock.shift(timedelta(days=13))  # type: ignore[attr-defined]
    assert len(mails()) == 2
    revoke_invitation(event.id, public_id, owner.id)
    with refused_with(TeamReason.INVITATION_OVER):
        accept_invitation(invitation_token(public_id), None, NEW)


def test_another_events_invitation_is_not_there(event: Event, owner: Account) -> None:
    """Case 2."""
    other = an_event()
    foreign = invite(other.id, wish(), a_team_member(other).id)
    for act in (send_invitation_again, revoke_invitation):
        with pytest.raises(NotFound):
            act(event.id, foreign, owner.id)


def test_a_manager_takes_no_managers_invitation_back(event: Event, owner: Account) -> None:
    public_id = invite(event.id, wish(role=TeamRole.MANAGER), owner.id)
    with refused_with(TeamReason.ROLE_NOT_YOURS):
        revoke_invitation(event.id, public_id, a_team_member(event, "manager").id)


# Answering


def test_reading_an_invitation_changes_nothing(event: Event, owner: Account, pages: Pages) -> None:
    """Case 9: mail scanners open links."""
    public_id = invite(event.id, wish(), owner.id)
    for _ in range(2):
        page = pages.get(path(public_id))
    assert page.has("Olga Dueña invites you to the team that organizes this event.")
    assert page.has("Sees who registered, decides, reads the messages.")
    assert len(members(event)) == 1
    assert account_of().last_signed_in_at is None


def test_somebody_new_says_who_they_are_and_is_signed_in(event: Event, owner: Account, pages: Pages) -> None:
    public_id = invite(event.id, wish(narrowing=Narrowing(("academia",), (), ("see_contact_data",))), owner.id)
    form = {
        "Your name": "Nora N. Nueva",
        "Language of your mails and of these pages": "English",
        "Password": "cuatro ciruelas en la sopa",
    }
    arrived = pages.get(path(public_id)).submit("Accept the invitation", form, 303).follow()
    assert arrived.title.startswith("Today")
    account = account_of()
    assert (account.name, account.language) == ("Nora N. Nueva", "en")
    assert account.password_hash
    member = db.session.scalars(select(TeamMember).where(TeamMember.account_id == account.id)).one()
    assert (member.role, member.only_categories, member.withheld) == (
        TeamRole.REVIEWER,
        ["academia"],
        ["see_contact_data"],
    )
    pages.get(path(public_id), 410)


def test_a_password_that_is_refused_joins_nobody(event: Event, owner: Account, pages: Pages) -> None:
    public_id = invite(event.id, wish(), owner.id)
    page = pages.get(path(public_id)).submit("Accept the invitation", {"Password": "corta"}, 422)
    assert page.errors()
    assert len(members(event)) == 1
    assert pages.get(path(public_id)).submit("Accept the invitation", {"Your name": ""}, 422).errors()


@pytest.mark.parametrize(
    "changes",
    [
        {"password": "cuatro ciruelas en la sopa"},
        {"is_administrator": True},
        {"may_create_events": True},
        {"totp_sealed": b"x", "totp_confirmed_at": "now"},
        {"last_signed_in_at": "now"},
    ],
)
def test_the_link_is_no_way_round_another_way_in(
    event: Event, owner: Account, pages: Pages, changes: dict[str, object]
) -> None:
    """Whoever has a password, a second factor, rights of an administrator, or has been here signs in as always."""
    from eventreg.kernel.clock import now

    values = {name: now() if value == "now" else value for name, value in changes.items()}
    invited = an_account(**values, email="nora@instituto.example")  # type: ignore[arg-type]
    public_id = invite(event.id, wish(), owner.id)
    page = pages.get(path(public_id))
    assert page.has("You have an account here.")
    answer = pages.post(path(public_id), {"name": "X", "language": "es"}, 303, token=True)
    assert answer.location == "/sign-in?next=/manage/"
    assert invited.id not in members(event)
    pages.get("/manage/", 302)


def test_whoever_has_rights_elsewhere_signs_in_first(event: Event, owner: Account) -> None:
    a_team_member(an_event(), "viewer", email="nora@instituto.example")
    public_id = invite(event.id, wish(), owner.id)
    with refused_with(TeamReason.SIGN_IN_FIRST):
        accept_invitation(invitation_token(public_id), None, NEW)


def test_whoever_is_signed_in_accepts_by_a_button(event: Event, owner: Account, pages: Pages) -> None:
    invited = an_account(email="nora@instituto.example", name="Nora Antigua")
    public_id = invite(event.id, wish(), owner.id)
    desk = pages.sign_in(invited)
    waiting = desk.get("/manage/")
    assert waiting.has(event.title["en"])
    waiting.click("See the invitation").submit("Accept the invitation", {}, 303).follow()
    assert members(event)[invited.id] is TeamRole.REVIEWER
    assert account_of().name == "Nora Antigua"
    assert desk.get(path(public_id), 410)


def test_somebody_elses_invitation_is_not_accepted(event: Event, owner: Account, pages: Pages) -> None:
    public_id = invite(event.id, wish(), owner.id)
    stranger = pages.sign_in(an_account())
    assert stranger.get(path(public_id)).has("This invitation is for another account")
    stranger.post(path(public_id), {"name": "X", "language": "es"}, 409, token=True)
    assert len(members(event)) == 1


def test_declining_ends_it(event: Event, owner: Account, pages: Pages) -> None:
    public_id = invite(event.id, wish(), owner.id)
    assert pages.get(path(public_id)).submit("Decline the invitation", {}, 200).has("You declined the invitation")
    with refused_with(TeamReason.INVITATION_OVER):
        decline_invitation(invitation_token(public_id))


def test_an_invitation_ends_after_fourteen_days(event: Event, owner: Account, clock: object) -> None:
    public_id = invite(event.id, wish(), owner.id)
    clock.shift(timedelta(days=14, seconds=1))  # type: ignore[attr-defined]
    with refused_with(TeamReason.INVITATION_OVER):
        accept_invitation(invitation_token(public_id), None, NEW)


@pytest.mark.both_databases
def test_used_twice_at_once_it_succeeds_once(event: Event, owner: Account, app: Flask) -> None:
    """Case 10."""
    token = invitation_token(invite(event.id, wish(), owner.id))
    ready, outcomes = meeting(4), []

    def accept() -> None:
        with app.app_context():
            ready.wait()
            try:
                outcomes.append(accept_invitation(token, None, NEW).slug)
            except Refused as refused:
                outcomes.append(refused.reason.value)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=accept) for _ in range(4)]
    for thread in threads:
        thread.start()
    join(threads)
    assert sorted(outcomes) == sorted([event.slug, *["invitation_over"] * 3])
    assert len(members(event)) == 2


@pytest.mark.parametrize("token", ["A" * 36, "x", "ñ"])
def test_what_is_no_token_opens_nothing(app: Flask, pages: Pages, token: str) -> None:
    pages.get(f"/invitations/{token}", 410)


# The link on the page of whoever invites


def test_without_a_mail_server_the_inviter_hands_the_link_over(event: Event, owner: Account, pages: Pages) -> None:
    desk = pages.sign_in(owner)
    form = {"Email address": "nora@instituto.example", "Name": "Nora Nueva", "Role": "Reviewer"}
    page = desk.get(f"/manage/events/{event.slug}/team").submit("Send the invitation", form, 303).follow()
    (invitation,) = db.session.scalars(select(TeamInvitation))
    assert page.has("No email leaves this machine. Hand this link over yourself")
    assert invitation_address(invitation.public_id) in page.html


def test_nobody_but_the_inviter_is_shown_the_link(event: Event, owner: Account, pages: Pages) -> None:
    public_id = invite(event.id, wish(), owner.id)
    colleague = pages.sign_in(a_team_member(event))
    assert invitation_token(public_id) not in colleague.get(f"/manage/events/{event.slug}/team").html


def test_the_link_to_somebodys_account_is_shown_to_nobody(event: Event, owner: Account, pages: Pages) -> None:
    a_team_member(an_event(), "viewer", email="nora@instituto.example")
    public_id = invite(event.id, wish(), owner.id)
    page = pages.sign_in(owner).get(f"/manage/events/{event.slug}/team")
    assert invitation_token(public_id) not in page.html
    assert page.has("This person has an account and finds the invitation under “Your events”")


def test_where_mail_leaves_no_link_is_shown(make_app: AppMaker) -> None:
    app = make_app(**SERVER)
    with app.app_context():
        event = an_event(holds_mail=True)
        owner = a_team_member(event)
        public_id = invite(event.id, wish(OUTSIDE), owner.id)
        page = Pages(app).sign_in(owner).get(f"/manage/events/{event.slug}/team")
        token = invitation_token(public_id)
    assert token not in page.html
    assert page.has("The email is held, since this event holds its messages.")


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({"Email address": "nada"}, "Write an email address"),
        ({"Email address": "nora@instituto.example", "Name": ""}, "Write a name"),
        ({"Email address": "nora@instituto.example", "A few words from you": "x" * 501}, "Write up to 500 characters"),
    ],
)
def test_what_is_refused_stands_beside_it_and_nothing_typed_is_lost(
    event: Event, owner: Account, pages: Pages, entries: dict[str, str], words: str
) -> None:
    page = pages.sign_in(owner).get(f"/manage/events/{event.slug}/team")
    form = {"Name": "Nora Nueva", **entries}
    again = page.submit("Send the invitation", form, 422)
    assert any(words in error for error in again.errors())
    assert again.form("Send the invitation").values()["email"] == [entries["Email address"]]
    with transaction():
        assert mails() == []

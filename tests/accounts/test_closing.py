"""A colleague leaves: everything the account opens ends at once; and what else administrators do for accounts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from eventreg.accounts.emails import Notice, enqueue_notice
from eventreg.accounts.models import Account, AccountSession, SignInLink
from eventreg.accounts.queries import get_account
from eventreg.accounts.rules.profiles import AccountReason
from eventreg.accounts.services.accounts import NeedsSuccessor, close_everywhere, close_unused
from eventreg.accounts.services.sign_in import make_sign_in_link
from eventreg.audit.models import AuditEntry
from eventreg.audit.queries import find_broken_position
from eventreg.audit.services import Actor
from eventreg.db import db, transaction
from eventreg.events.models import Event, TeamInvitation, TeamMember
from eventreg.events.rules.team import TeamRole
from eventreg.kernel.clock import now
from eventreg.kernel.errors import Refused
from eventreg.mail.models import MailMessage
from eventreg.privacy.running import forget_messages_of_accounts
from eventreg.team.services import NewMember, invite
from tests.builders import a_team_member, an_account, an_event
from tests.support.pages import Pages


@pytest.fixture
def administrator(app: Flask) -> Account:
    """Who runs the instance."""
    return an_account(is_administrator=True, name="Ada Administradora")


def join(event: Event, account: Account, role: TeamRole) -> None:
    with transaction() as session:
        session.add(TeamMember(event_id=event.id, account_id=account.id, role=role))


def roles_of(event: Event) -> dict[int, TeamRole]:
    db.session.expire_all()
    rows = db.session.scalars(select(TeamMember).where(TeamMember.event_id == event.id))
    return {member.account_id: member.role for member in rows}


def closed(account: Account) -> bool:
    db.session.expire_all()
    return db.session.get_one(Account, account.id).closed_at is not None


@pytest.mark.both_databases
def test_every_right_on_every_event_ends_at_once(app: Flask, administrator: Account) -> None:
    first, second = an_event(), an_event()
    owner = a_team_member(first)
    leaving = a_team_member(first, "reviewer")
    join(second, leaving, TeamRole.MANAGER)
    other_owner = a_team_member(second)
    invite(second.id, NewMember("nora@instituto.example", "Nora", "es", TeamRole.VIEWER), leaving.id)
    third = an_event()
    invite(third.id, NewMember(leaving.email, "X", "es", TeamRole.VIEWER), a_team_member(third).id)
    make_sign_in_link(leaving.id)
    desk = Pages(app).sign_in(leaving)
    desk.get(f"/manage/events/{first.slug}/registrations")
    close_everywhere(leaving.id, None, Actor.account(administrator.id))
    assert closed(leaving)
    assert roles_of(first) == {owner.id: TeamRole.OWNER}
    assert roles_of(second) == {other_owner.id: TeamRole.OWNER}
    assert all(row.ended_at is not None for row in db.session.scalars(select(TeamInvitation)))
    assert all(row.ended_at is not None for row in db.session.scalars(select(AccountSession)))
    assert all(row.used_at is not None for row in db.session.scalars(select(SignInLink)))
    desk.get(f"/manage/events/{first.slug}/registrations", 302)
    for event in (first, second):
        entry = db.session.scalars(
            select(AuditEntry).where(AuditEntry.chain == event.id, AuditEntry.action == "team_member_removed")
        ).one()
        assert entry.actor_id == administrator.id
        assert find_broken_position(event.id) is None


@pytest.mark.both_databases
def test_nobody_leaves_an_event_without_an_owner(app: Flask, administrator: Account) -> None:
    alone, shared = an_event(), an_event()
    leaving = a_team_member(alone)
    join(shared, leaving, TeamRole.OWNER)
    colleague = a_team_member(shared)
    with pytest.raises(NeedsSuccessor):
        close_everywhere(leaving.id, None, Actor.account(administrator.id))
    assert not closed(leaving)
    assert roles_of(alone) == {leaving.id: TeamRole.OWNER}
    assert leaving.id in roles_of(shared)
    heir = a_team_member(alone, "viewer")
    close_everywhere(leaving.id, heir.id, Actor.account(administrator.id))
    assert roles_of(alone) == {heir.id: TeamRole.OWNER}
    assert roles_of(shared) == {colleague.id: TeamRole.OWNER}
    told = db.session.scalars(select(MailMessage).where(MailMessage.template == "events/handed_over")).all()
    assert [mail.recipient for mail in told] == [heir.email]


def test_nobody_closes_the_account_they_close_with(administrator: Account) -> None:
    with pytest.raises(Refused) as refused:
        close_everywhere(administrator.id, None, Actor.account(administrator.id))
    assert refused.value.reason is AccountReason.OWN_ACCOUNT


def test_an_administrator_closes_an_account_through_the_screens(
    app: Flask, administrator: Account, pages: Pages
) -> None:
    event = an_event()
    leaving = a_team_member(event, name="Lía Saliente")
    page = pages.sign_in(administrator).get("/manage/accounts").click(f"Close: Lía Saliente, {leaving.email}")
    assert page.has(event.title["en"])
    form = {"New owner": f"Ada Administradora ({administrator.email})"}
    done = page.submit("Close the account", form, 303).follow()
    assert done.has("The account is closed.")
    assert closed(leaving)
    assert roles_of(event) == {administrator.id: TeamRole.OWNER}


def test_closing_asks_for_a_fresh_sign_in(app: Flask, administrator: Account, pages: Pages, clock: object) -> None:
    leaving = an_account()
    page = pages.sign_in(administrator).get(f"/manage/accounts/{leaving.id}/close")
    clock.shift(timedelta(hours=1))  # type: ignore[attr-defined]
    assert "/sign-in/again" in page.submit("Close the account", {}, 303).location
    assert not closed(leaving)


def test_the_list_says_who_is_who(app: Flask, administrator: Account, pages: Pages) -> None:
    event = an_event()
    member = a_team_member(event, "reviewer", name="Rosa Revisora")
    page = pages.sign_in(administrator).get("/manage/accounts")
    assert page.has("Ada Administradora (you)")
    rows = [row for row in page.texts("tr") if member.email in row]
    assert len(rows) == 1
    assert " 1 " in rows[0]
    assert "never" in rows[0]


def test_an_account_is_added_and_its_link_handed_over_where_no_mail_leaves(
    app: Flask, administrator: Account, pages: Pages
) -> None:
    form = {"Email address": "nora@instituto.example", "Name": "Nora Nueva", "Extra permissions": "Create events"}
    desk = pages.sign_in(administrator)
    done = desk.get("/manage/accounts").submit("Add the account", form, 200)
    assert done.has("No email leaves this machine.")
    assert done.has("It works for 7 days.")
    db.session.expire_all()
    account = db.session.scalars(select(Account).where(Account.email == "nora@instituto.example")).one()
    assert (account.may_create_events, account.is_administrator) == (True, False)
    mail = db.session.scalars(select(MailMessage).where(MailMessage.template == "accounts/welcome")).one()
    assert (mail.account_id, mail.event_id) == (account.id, None)
    token = done.texts("code")[0].rsplit("/", 1)[1]
    assert token not in mail.text
    Pages(app).get(f"/sign-in/{token}").submit("Sign in", {}, 303)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"Email address": "nada", "Name": "Nora"}, "Write an email address"),
        ({"Email address": "nora@instituto.example", "Name": ""}, "Write a name"),
    ],
)
def test_what_is_wrong_stands_beside_it(
    app: Flask, administrator: Account, pages: Pages, form: dict[str, str], words: str
) -> None:
    page = pages.sign_in(administrator).get("/manage/accounts").submit("Add the account", form, 422)
    assert words in page.errors()[0]


def test_only_administrators_see_accounts(app: Flask, pages: Pages) -> None:
    pages.sign_in(a_team_member(an_event())).get("/manage/accounts", 403)


def test_a_link_is_sent_to_an_account(app: Flask, administrator: Account, pages: Pages) -> None:
    account = an_account(name="Nora Nueva", email="nora@instituto.example")
    page = pages.sign_in(administrator).get("/manage/accounts")
    done = page.submit("Send a sign-in link: Nora Nueva, nora@instituto.example", {}, 200)
    assert done.has("It works for 20 minutes.")
    mail = db.session.scalars(select(MailMessage).where(MailMessage.account_id == account.id)).one()
    assert mail.template == "accounts/sign_in_link"


def test_an_account_that_nobody_used_for_two_years_is_closed(app: Flask, clock: Any) -> None:
    event = an_event()
    owner, colleague = a_team_member(event, "owner"), a_team_member(event, "reviewer")
    runs_it, used = an_account(is_administrator=True), a_team_member(event, "reviewer")
    clock.shift(timedelta(days=730))
    assert close_unused(now()) == 0
    with transaction() as session:
        session.get_one(Account, used.id).last_signed_in_at = now()
    clock.shift(timedelta(days=1))
    assert close_unused(now()) == 1
    assert close_unused(now()) == 0
    db.session.rollback()
    ids = (owner.id, colleague.id, runs_it.id, used.id)
    accounts = [db.session.get_one(Account, id_, populate_existing=True) for id_ in ids]
    assert [each.closed_at is None for each in accounts] == [True, False, True, True]


def test_mails_to_an_account_are_forgotten_after_ninety_days(app: Flask, clock: Any) -> None:
    account = an_account()
    with transaction():
        enqueue_notice(get_account(account.id), Notice.FACTOR_ON)
    clock.shift(timedelta(days=89))
    assert forget_messages_of_accounts(now()) == 0
    clock.shift(timedelta(days=2))
    assert forget_messages_of_accounts(now()) == 1
    assert forget_messages_of_accounts(now()) == 0
    message = db.session.scalars(select(MailMessage)).one()
    assert (message.recipient, message.subject, message.text) == ("", "", "")

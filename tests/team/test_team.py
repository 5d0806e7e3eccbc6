"""Who belongs to a team: changed, removed, leaving, handing over; and the page that says what each role sees and does."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from eventreg.accounts.models import Account
from eventreg.audit.models import AuditEntry
from eventreg.audit.queries import find_broken_position
from eventreg.db import db, transaction
from eventreg.events.models import Event, TeamMember
from eventreg.events.rules.team import (
    GROUPS,
    NARROWABLE,
    NEEDS,
    NO_DAY,
    OF_THE_WHOLE,
    PERMISSIONS,
    WITHHOLDABLE,
    Grant,
    Narrowing,
    Permission,
    Scope,
    TeamReason,
    TeamRole,
    agree,
    followed_days,
    grant_of,
)
from eventreg.events.services.team import change_member, hand_over, leave_team, remove_member
from eventreg.kernel.errors import NotFound, Refused
from eventreg.mail.models import MailMessage
from tests.builders import a_team_member, an_account, an_event
from tests.support.pages import Pages


def membership(event: Event, account: Account) -> TeamMember:
    db.session.expire_all()
    return db.session.scalars(
        select(TeamMember).where(TeamMember.event_id == event.id, TeamMember.account_id == account.id)
    ).one()


def is_member(event: Event, account: Account) -> bool:
    db.session.expire_all()
    return bool(db.session.scalars(select(TeamMember).where(TeamMember.account_id == account.id)).all())


def address(event: Event, rest: str = "") -> str:
    return f"/manage/events/{event.slug}/team{rest}"


def actions(event: Event) -> list[str]:
    entries = select(AuditEntry.action).where(AuditEntry.chain == event.id).order_by(AuditEntry.position)
    return list(db.session.scalars(entries))


# What is agreed


def test_what_rests_on_something_withheld_is_withheld_too() -> None:
    without_contact = Grant(TeamRole.MANAGER, withheld=frozenset({Permission.SEE_CONTACT_DATA}))
    for permission in (Permission.SEE_MESSAGES, Permission.SEND_MESSAGES, Permission.SEE_HISTORY):
        assert not without_contact.allows(permission)
    assert without_contact.allows(Permission.EXPORT)
    assert not without_contact.sight.has_contact_data


def test_whoever_sees_a_part_neither_reads_the_whole_history_nor_lets_others_in_nor_deletes() -> None:
    narrowed = Grant(TeamRole.MANAGER, scope=Scope(categories=frozenset({"academia"})))
    assert {found for found in PERMISSIONS[TeamRole.MANAGER] if not narrowed.allows(found)} == {
        Permission.SHAPE_REVIEW,
        Permission.SEE_TO_DATA,
        Permission.SEE_HISTORY,
        Permission.EDIT_TEAM,
    }


@pytest.mark.parametrize("role", list(TeamRole))
def test_a_role_has_what_its_rights_rest_on(role: TeamRole) -> None:
    for permission in PERMISSIONS[role]:
        assert NEEDS.get(permission, frozenset()) <= PERMISSIONS[role]


def test_everything_that_can_be_withheld_belongs_to_a_role_that_can_be_narrowed() -> None:
    for permission in WITHHOLDABLE:
        assert any(permission in PERMISSIONS[role] for role in NARROWABLE)
    assert Permission.OWN not in WITHHOLDABLE
    assert Permission.OWN in OF_THE_WHOLE


@pytest.mark.parametrize("giver", list(TeamRole))
@pytest.mark.parametrize("role", list(TeamRole))
def test_roles_below_ones_own_are_given_and_no_other(giver: TeamRole, role: TeamRole) -> None:
    may = giver in (TeamRole.OWNER, TeamRole.MANAGER) and list(TeamRole).index(role) > list(TeamRole).index(giver)
    if may:
        assert agree(Grant(giver), role, Narrowing(), [], []) == Narrowing()
    else:
        with pytest.raises(Refused) as refused:
            agree(Grant(giver), role, Narrowing(), [], [])
        assert refused.value.reason is TeamReason.ROLE_NOT_YOURS


def test_who_is_kept_from_sensitive_answers_is_kept_from_files_and_gives_them_to_nobody() -> None:
    giver = Grant(TeamRole.MANAGER, withheld=frozenset({Permission.SEE_SENSITIVE}))
    assert not giver.allows(Permission.SEE_FILES)
    assert agree(giver, TeamRole.REVIEWER, Narrowing(), [], []).withheld == ("see_files",)
    assert Grant(TeamRole.REVIEWER).allows(Permission.SEE_FILES)
    assert not Grant(TeamRole.REVIEWER, withheld=frozenset({Permission.SEE_FILES})).allows(Permission.SEE_FILES)


def test_nobody_gives_more_than_they_have() -> None:
    giver = Grant(TeamRole.MANAGER, withheld=frozenset({Permission.SEE_CONTACT_DATA}))
    assert agree(giver, TeamRole.REVIEWER, Narrowing(), [], []).withheld == ("see_contact_data",)


@pytest.mark.parametrize(
    "wish",
    [Narrowing(only_categories=("academy",)), Narrowing(only_days=("2027-03-13",)), Narrowing(withheld=("own",))],
)
def test_a_name_that_is_not_understood_does_not_widen_what_was_meant_to_be_narrow(wish: Narrowing) -> None:
    with pytest.raises(Refused) as refused:
        agree(Grant(TeamRole.OWNER), TeamRole.REVIEWER, wish, ["academia"], [])
    assert refused.value.reason is TeamReason.UNKNOWN_PART


def test_the_door_has_all_of_its_role() -> None:
    wish = Narrowing(only_categories=("academia",), withheld=("decide",))
    assert agree(Grant(TeamRole.OWNER), TeamRole.DOOR, wish, ["academia"], []) == Narrowing()


# Changing, removing, leaving


def test_an_owner_agrees_anew_with_a_member(event: Event) -> None:
    owner, reviewer = a_team_member(event), a_team_member(event, "reviewer")
    wish = Narrowing(("academia",), (), ("see_contact_data",))
    change_member(event.id, membership(event, reviewer).id, TeamRole.MANAGER, wish, owner.id)
    member = membership(event, reviewer)
    assert (member.role, member.only_categories, member.withheld) == (
        TeamRole.MANAGER,
        ["academia"],
        ["see_contact_data"],
    )
    assert actions(event)[-1] == "team_member_changed"


@pytest.mark.parametrize("other", ["owner", "manager"])
def test_a_manager_touches_nobody_of_the_own_rank_or_above(event: Event, other: str) -> None:
    manager, colleague = a_team_member(event, "manager"), a_team_member(event, other)
    member_id = membership(event, colleague).id
    with pytest.raises(Refused):
        remove_member(event.id, member_id, manager.id)
    with pytest.raises(Refused):
        change_member(event.id, member_id, TeamRole.VIEWER, Narrowing(), manager.id)
    assert is_member(event, colleague)


def test_a_member_of_another_event_is_not_there(event: Event) -> None:
    """Case 2."""
    owner, foreign = a_team_member(event), a_team_member(an_event(), "reviewer")
    member_id = db.session.scalars(select(TeamMember.id).where(TeamMember.account_id == foreign.id)).one()
    with pytest.raises(NotFound):
        remove_member(event.id, member_id, owner.id)
    with pytest.raises(NotFound):
        change_member(event.id, member_id, TeamRole.VIEWER, Narrowing(), owner.id)
    with pytest.raises(NotFound):
        hand_over(event.id, member_id, owner.id, stays_owner=False)


def test_a_right_that_is_withdrawn_is_gone_at_the_next_request(event: Event, pages: Pages) -> None:
    """Case 3: signed in the whole time."""
    owner, reviewer = a_team_member(event), a_team_member(event, "reviewer")
    desk = pages.sign_in(reviewer)
    member_id = membership(event, reviewer).id
    desk.get(f"/manage/events/{event.slug}/messages")
    change_member(event.id, member_id, TeamRole.REVIEWER, Narrowing(withheld=("see_messages",)), owner.id)
    desk.get(f"/manage/events/{event.slug}/messages", 403)
    desk.get(f"/manage/events/{event.slug}/registrations")
    remove_member(event.id, member_id, owner.id)
    desk.get(f"/manage/events/{event.slug}/registrations", 404)
    desk.get(f"/manage/events/{event.slug}", 404)


def test_a_member_leaves_by_oneself(event: Event, pages: Pages) -> None:
    a_team_member(event)
    viewer = a_team_member(event, "viewer")
    page = pages.sign_in(viewer).get(address(event))
    assert page.submit("Leave the team", {}).follow().has("belongs to no event yet")
    assert not is_member(event, viewer)
    assert actions(event)[-1] == "team_member_left"


@pytest.mark.both_databases
def test_an_event_always_has_an_owner(event: Event) -> None:
    first, second = a_team_member(event), a_team_member(event)
    leave_team(event.id, first.id)
    with pytest.raises(Refused) as refused:
        leave_team(event.id, second.id)
    assert refused.value.reason is TeamReason.LAST_OWNER
    assert membership(event, second).role is TeamRole.OWNER


def test_the_last_owner_is_told_what_to_do_instead(event: Event, pages: Pages) -> None:
    page = pages.sign_in(a_team_member(event)).get(address(event)).submit("Leave the team", {}, 409)
    assert page.has("An event needs an owner. Transfer ownership first.")


# Handing over


def test_ownership_is_handed_over_and_both_are_told(event: Event) -> None:
    owner, manager = a_team_member(event), a_team_member(event, "manager", language="en")
    hand_over(event.id, membership(event, manager).id, owner.id, stays_owner=False)
    assert membership(event, manager).role is TeamRole.OWNER
    assert membership(event, owner).role is TeamRole.MANAGER
    told = db.session.scalars(select(MailMessage).where(MailMessage.template == "events/handed_over")).all()
    assert {(mail.recipient, mail.language, mail.account_id) for mail in told} == {
        (owner.email, "es", owner.id),
        (manager.email, "en", manager.id),
    }
    assert all(mail.event_id is None for mail in told)
    assert "team_handed_over" in actions(event)


def test_a_new_owner_loses_what_narrowed_the_member(event: Event) -> None:
    owner, manager = a_team_member(event), a_team_member(event, "manager")
    member_id = membership(event, manager).id
    change_member(event.id, member_id, TeamRole.MANAGER, Narrowing(("academia",), (), ("decide",)), owner.id)
    hand_over(event.id, member_id, owner.id, stays_owner=True)
    member = membership(event, manager)
    assert (member.role, member.only_categories, member.withheld) == (TeamRole.OWNER, [], [])
    assert membership(event, owner).role is TeamRole.OWNER


def test_only_an_owner_hands_over(event: Event) -> None:
    a_team_member(event)
    manager, viewer = a_team_member(event, "manager"), a_team_member(event, "viewer")
    with pytest.raises(Refused):
        hand_over(event.id, membership(event, viewer).id, manager.id, stays_owner=False)


# The page


def test_every_right_is_a_row_of_the_table_once() -> None:
    rows = [found for group in GROUPS.values() for found in group]
    assert sorted(rows, key=str) == sorted(Permission, key=str)


def test_the_table_says_what_the_rules_say(event: Event, pages: Pages) -> None:
    page = pages.sign_in(a_team_member(event, "viewer")).get(address(event))
    table = page.all("table")[-1]
    assert page.has("Viewer: figures only (you)")
    from tests.support.html import elements, text_of

    rows = {text_of(row): row for row in elements(table, "tr")}
    yes = sum(1 for cell in elements(table, "td") if text_of(cell) == "Yes")
    assert yes == sum(len(PERMISSIONS[role]) for role in TeamRole)
    assert len(rows) == len(Permission) + 1


@pytest.mark.parametrize("role", ["reviewer", "door", "viewer"])
def test_everybody_on_the_team_sees_who_is_on_it_without_addresses(event: Event, pages: Pages, role: str) -> None:
    owner = a_team_member(event)
    page = pages.sign_in(a_team_member(event, role)).get(address(event))
    assert page.has(owner.name)
    assert owner.email not in page.html
    assert not page.has("Invite a team member")


def test_what_narrows_a_member_stands_there_in_words(event: Event, pages: Pages) -> None:
    owner, reviewer = a_team_member(event), a_team_member(event, "reviewer")
    wish = Narrowing(("academia",), (event.days[0].held_on.isoformat(),), ("see_contact_data",))
    change_member(event.id, membership(event, reviewer).id, TeamRole.REVIEWER, wish, owner.id)
    page = pages.sign_in(reviewer).get(address(event))
    assert page.has("Only Academia")
    assert page.has("Only who comes on")
    assert page.has("Not: Sees mail addresses and telephone numbers")


def test_an_owner_changes_a_member_through_the_screens(event: Event, pages: Pages) -> None:
    owner, reviewer = a_team_member(event), a_team_member(event, "reviewer")
    desk = pages.sign_in(owner)
    page = desk.get(address(event)).click(f"Change {reviewer.name}")
    page.submit("Save role", {"Only these categories": ["Academia"], "Role": "Manager"}).follow()
    member = membership(event, reviewer)
    assert (member.role, member.only_categories) == (TeamRole.MANAGER, ["academia"])


def test_handing_over_asks_for_a_fresh_sign_in(event: Event, pages: Pages, clock: object) -> None:
    from datetime import timedelta

    owner, manager = a_team_member(event), a_team_member(event, "manager")
    desk = pages.sign_in(owner)
    page = desk.get(address(event, f"/{membership(event, manager).id}"))
    clock.shift(timedelta(hours=1))  # type: ignore[attr-defined]
    answer = page.submit("Transfer ownership", {})
    assert answer.status == 303
    assert "/sign-in/again" in answer.location
    assert membership(event, manager).role is TeamRole.MANAGER


def test_changing_a_member_of_the_own_rank_is_no_page(event: Event, pages: Pages) -> None:
    manager, other = a_team_member(event, "manager"), a_team_member(event, "manager")
    pages.sign_in(manager).get(address(event, f"/{membership(event, other).id}"), 404)


def test_a_member_who_is_no_more_ends_their_invitations(event: Event) -> None:
    from eventreg.events.models import TeamInvitation
    from eventreg.team.services import NewMember, invite

    owner, manager = a_team_member(event), a_team_member(event, "manager")
    with db.session.no_autoflush:
        invite(event.id, NewMember("segunda@instituto.example", "Segunda", "es", TeamRole.REVIEWER), manager.id)
    remove_member(event.id, membership(event, manager).id, owner.id)
    assert db.session.scalars(select(TeamInvitation)).one().ended_at is not None


def test_a_member_who_is_given_less_has_nothing_waiting_that_gives_more(event: Event) -> None:
    """Else somebody invites a second address of their own in time, and joins by it with what they had."""
    from eventreg.events.models import TeamInvitation
    from eventreg.team.services import NewMember, invite

    owner, manager = a_team_member(event), a_team_member(event, "manager")
    invite(event.id, NewMember("segunda@instituto.example", "Segunda", "es", TeamRole.REVIEWER), manager.id)
    wish = Narrowing(only_categories=("academia",), withheld=("see_contact_data",))
    change_member(event.id, membership(event, manager).id, TeamRole.REVIEWER, wish, owner.id)
    assert db.session.scalars(select(TeamInvitation)).one().ended_at is not None


def test_days_that_were_agreed_follow_when_their_dates_move() -> None:
    first, second, third = date(2027, 3, 11), date(2027, 3, 12), date(2027, 3, 13)
    agreed = [first.isoformat()]
    assert followed_days(agreed, {second: third}) == tuple(agreed)
    assert followed_days(agreed, {first: third}) == (third.isoformat(),)
    assert followed_days(agreed, {first: second, second: first}) == (second.isoformat(),)
    assert followed_days([], {first: second}) == ()
    # The day that was agreed is gone, and another takes its date: nobody is seen by it, and least of all everybody.
    assert followed_days(agreed, {second: first}) == (NO_DAY.isoformat(),)


@pytest.mark.both_databases
def test_the_trail_of_the_team_holds(event: Event) -> None:
    owner, reviewer = a_team_member(event), a_team_member(event, "reviewer")
    change_member(event.id, membership(event, reviewer).id, TeamRole.VIEWER, Narrowing(), owner.id)
    remove_member(event.id, membership(event, reviewer).id, owner.id)
    with transaction():
        assert find_broken_position(event.id) is None


def test_a_grant_reads_what_is_stored() -> None:
    grant = grant_of(
        TeamRole.REVIEWER, False, only_categories=["a"], only_days=["2027-03-11"], withheld=["decide", "?"]
    )
    assert not grant.allows(Permission.DECIDE)
    assert not grant.scope.is_whole


def test_an_account_without_rights_belongs_nowhere(event: Event, pages: Pages) -> None:
    pages.sign_in(an_account()).get(address(event), 404)

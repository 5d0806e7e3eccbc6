"""The team of an event: who is on it, what each role sees and does; changing, removing, leaving, handing over."""

from collections.abc import Sequence
from typing import Any

from flask import g, redirect, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from eventreg.events.links import invitation_address
from eventreg.events.models import Category, Event, TeamInvitation, TeamMember
from eventreg.events.queries import events, team
from eventreg.events.rules.team import GROUPS, PERMISSIONS, Grant, Permission, TeamRole, grant_of, roles_to_give
from eventreg.events.services.team import change_member, hand_over, leave_team, remove_member
from eventreg.events.views.desk import render_desk
from eventreg.events.wording import narrowing_words
from eventreg.kernel.clock import now
from eventreg.kernel.errors import NotFound
from eventreg.mail.rules import is_fictional
from eventreg.team.forms import AgreementForm, HandOverForm, InviteForm
from eventreg.team.views import blueprint
from eventreg.web import freshness, instance, templating
from eventreg.web.access import Answer, Sending, may, requires, sends
from eventreg.web.refusals import Refusals

_ONE = "/manage/events/<slug>/team/<int(max=2147483647):member_id>"


@blueprint.get("/manage/events/<slug>/team")
@requires(Permission.ENTER)
def show_team(slug: str) -> Answer:
    """Show who belongs to the team and what each role sees and does; invite from here."""
    return team_page()


@blueprint.get(_ONE)
@requires(Permission.EDIT_TEAM)
def edit_member(slug: str, member_id: int) -> Answer:
    """Show what is agreed with a member, to change it."""
    return _member_page(member_id)


@blueprint.post(_ONE)
@requires(Permission.EDIT_TEAM)
def save_member(slug: str, member_id: int) -> Answer:
    """Agree anew with a member."""
    form = AgreementForm(*choices())
    with form.refusals(beside="role") as outcome:
        form.check()
        change_member(g.event.id, member_id, form.chosen_role, form.narrowing(), current_user.id)
        return _to_team()
    return _member_page(member_id, form, outcome.status_code)


@blueprint.post(f"{_ONE}/remove")
@requires(Permission.EDIT_TEAM)
def remove_from_team(slug: str, member_id: int) -> Answer:
    """Take a member's rights away."""
    with Refusals() as outcome:
        remove_member(g.event.id, member_id, current_user.id)
        return _to_team()
    return team_page(problem=outcome.problem, code=409)


@blueprint.post(f"{_ONE}/owner")
@requires(Permission.OWN)
@freshness.requires_fresh_sign_in(back="team.edit_member")
@sends(Sending.NAMED)
def hand_event_over(slug: str, member_id: int) -> Answer:
    """Make a member the owner."""
    form = HandOverForm()
    hand_over(g.event.id, member_id, current_user.id, stays_owner=form.stays.data == "owner")
    return _to_team()


@blueprint.post("/manage/events/<slug>/team/leave")
@requires(Permission.ENTER)
def leave(slug: str) -> Answer:
    """Give up one's own rights."""
    with Refusals() as outcome:
        leave_team(g.event.id, current_user.id)
        return redirect(url_for("site.manage_events"), 303)
    return team_page(problem=outcome.problem, code=409)


def team_page(form: InviteForm | None = None, problem: str = "", code: int = 200) -> Answer:
    """Return the page. `form`: an invitation that was refused; `problem`: why something else was."""
    event: Event = g.event
    grant: Grant = g.event_access.grant
    categories = events.list_categories([event.id])
    can_edit = may(Permission.EDIT_TEAM)
    waiting = team.list_open_invitations(event.id, now()) if can_edit else []
    page = render_desk(
        "team/team.html",
        "team",
        members=[_member_shown(line, grant, categories) for line in team.list_members(event.id)],
        invitations=[_invitation_shown(event, line, categories) for line in waiting],
        can_edit=can_edit,
        form=(form or _empty_form()) if can_edit else None,
        problem=problem,
        own_narrowing=narrowing_words(grant, _names(categories)),
        groups=GROUPS,
        permissions=PERMISSIONS,
        mine=grant.role,
    )
    return page, code


def choices() -> tuple[list[TeamRole], Sequence[Category], Any]:
    """Return the roles, categories and days that a form about the team of this request's event offers."""
    event: Event = g.event
    return roles_to_give(g.event_access.grant), events.list_categories([event.id]), events.list_days(event.id)


def agreed_grant(agreed: TeamMember | TeamInvitation) -> Grant:
    """Return what a membership or an invitation gives."""
    return grant_of(
        agreed.role,
        is_administrator=False,
        only_categories=agreed.only_categories,
        only_days=agreed.only_days,
        withheld=agreed.withheld,
    )


def _member_page(member_id: int, form: AgreementForm | None = None, code: int = 200) -> Answer:
    event: Event = g.event
    line = team.get_member(event.id, member_id)
    if line.member.role not in roles_to_give(g.event_access.grant):
        raise NotFound
    page = render_desk(
        "team/team_member.html",
        "team",
        name=line.account.name,
        address=line.account.email,
        member=line.member,
        form=form or _form_of(line.member),
        hand_over=HandOverForm(formdata=None) if may(Permission.OWN) else None,
    )
    return page, code


def _form_of(member: TeamMember) -> AgreementForm:
    return AgreementForm(
        *choices(),
        formdata=None,
        role=member.role.value,
        only_categories=member.only_categories,
        only_days=member.only_days,
        withheld=member.withheld,
    )


def _empty_form() -> InviteForm:
    return InviteForm(*choices(), formdata=None, role=TeamRole.REVIEWER.value, language=g.event.languages[0])


def _member_shown(line: team.MemberLine, own: Grant, categories: Sequence[Category]) -> dict[str, Any]:
    member = line.member
    return {
        "id": member.id,
        "name": line.account.name,
        "address": line.account.email,
        "is_me": member.account_id == current_user.id,
        "role": _(member.role.title),
        "narrowing": narrowing_words(agreed_grant(member), _names(categories)),
        "can_change": member.role in roles_to_give(own),
    }


def _invitation_shown(event: Event, line: team.InvitationLine, categories: Sequence[Category]) -> dict[str, Any]:
    invitation, account = line.invitation, line.account
    is_direct = team.opens_directly(account, invitation.id, now())
    leaves = instance.config().sends_mail
    is_kept = event.holds_mail and not is_fictional(account.email) and instance.config().demo_mail != "send"
    return {
        "public_id": invitation.public_id,
        "name": account.name,
        "address": account.email,
        "role": _(invitation.role.title),
        "narrowing": narrowing_words(agreed_grant(invitation), _names(categories)),
        "inviter": line.inviter,
        "expires_at": invitation.expires_at,
        # Where mail leaves, a link proves a mailbox and is for its owner alone (docs/decisions/0023).
        "link": invitation_address(invitation.public_id)
        if not leaves and is_direct and invitation.invited_by_id == current_user.id
        else "",
        "is_held": not leaves or is_kept,
        "has_account": not is_direct,
        "can_change": invitation.role in roles_to_give(g.event_access.grant),
    }


def _names(categories: Sequence[Category]) -> dict[str, str]:
    return {category.key: templating.plain_in_reader_language(category.name) for category in categories}


def _to_team() -> Response:
    return redirect(url_for("team.show_team", slug=g.event.slug), 303)

"""Invitations to a team: made from the team's page, answered on a page of their own."""

from collections.abc import Callable

from flask import g, redirect, render_template, url_for
from flask_login import current_user

from eventreg.accounts.queries import get_account
from eventreg.accounts.rules.codes import SignInWay
from eventreg.accounts.sessions import begin_session
from eventreg.events.links import invitation_id_of
from eventreg.events.queries.events import get_event_whole, list_categories
from eventreg.events.queries.team import InvitationLine, find_open_invitation, opens_directly
from eventreg.events.rules.team import Permission, TeamReason
from eventreg.events.wording import narrowing_words
from eventreg.i18n.languages import switch_language
from eventreg.kernel.clock import now
from eventreg.team import services
from eventreg.team.forms import InviteForm, NewcomerForm
from eventreg.team.views import blueprint
from eventreg.team.views.members import agreed_grant, choices, team_page
from eventreg.web.access import Answer, Sending, personal, requires, sends
from eventreg.web.refusals import Refusals
from eventreg.web.templating import plain_in_reader_language

_ONE = "/manage/events/<slug>/team/invitations/<public_id>"


@blueprint.post("/manage/events/<slug>/team/invitations")
@requires(Permission.EDIT_TEAM)
@sends(Sending.NAMED)
def invite_to_team(slug: str) -> Answer:
    """Invite somebody; the form is ready for the next one afterwards."""
    form = InviteForm(*choices())
    with form.refusals(beside="email") as outcome:
        form.check()
        services.invite(g.event.id, form.wish(), current_user.id)
        return _to_invitations()
    return team_page(form, code=outcome.status_code)


@blueprint.post(f"{_ONE}/again")
@requires(Permission.EDIT_TEAM)
@sends(Sending.NAMED)
def send_invitation_once_more(slug: str, public_id: str) -> Answer:
    """Send an invitation once more."""
    return _act(services.send_invitation_again, public_id)


@blueprint.post(f"{_ONE}/revoke")
@requires(Permission.EDIT_TEAM)
def take_invitation_back(slug: str, public_id: str) -> Answer:
    """Take an invitation back."""
    return _act(services.revoke_invitation, public_id)


@blueprint.get("/invitations/<token>")
@personal
def show_invitation(token: str) -> Answer:
    """Say who invites to what, and what one will see. Changes nothing: mail scanners open links before people do."""
    return _page(token)


@blueprint.post("/invitations/<token>")
@personal
def accept(token: str) -> Answer:
    """Join the team. Whoever is new is signed in; whoever has a way in already takes that one first."""
    form = NewcomerForm()
    newcomer = services.Newcomer(form.name.data or "", form.language.chosen, form.password.data or "")
    signed_in_id = current_user.id if current_user.is_authenticated else None
    with form.refusals(beside="password") as outcome:
        accepted = services.accept_invitation(token, signed_in_id, newcomer)
        if accepted.signs_in:
            account = get_account(accepted.account_id)
            begin_session(account, SignInWay.INVITATION)
            switch_language(account.language)
        return redirect(url_for("site.manage_event", slug=accepted.slug), 303)
    if outcome.is_for(TeamReason.SIGN_IN_FIRST):
        return redirect(url_for("accounts.sign_in", next=url_for("site.manage_events")), 303)
    return _page(token, None if outcome.is_for(*TeamReason) else form, outcome.status_code)


@blueprint.post("/invitations/<token>/decline")
@personal
def decline(token: str) -> Answer:
    """Say no."""
    with Refusals():
        services.decline_invitation(token)
        return render_template("team/invitation_declined.html")
    return _over_page()


def _act(act: Callable[[int, str, int], None], public_id: str) -> Answer:
    with Refusals() as outcome:
        act(g.event.id, public_id, current_user.id)
        return _to_invitations()
    return team_page(problem=outcome.problem, code=409)


def _to_invitations() -> Answer:
    return redirect(url_for("team.show_team", slug=g.event.slug, _anchor="invitations"), 303)


def _page(token: str, form: NewcomerForm | None = None, code: int = 200) -> Answer:
    public_id = invitation_id_of(token)
    line = find_open_invitation(public_id, now()) if public_id is not None else None
    if line is None:
        return _over_page()
    account, invitation = line.account, line.invitation
    is_mine = current_user.is_authenticated and current_user.id == account.id
    is_other = current_user.is_authenticated and not is_mine
    is_direct = not is_mine and not is_other and opens_directly(account, invitation.id, now())
    new = form or NewcomerForm(formdata=None, name=account.name, language=account.language)
    page = render_template(
        "team/invitation.html",
        token=token,
        form=new if is_direct else None,
        is_mine=is_mine,
        is_other=is_other,
        address=account.email,
        inviter=line.inviter,
        note=invitation.note,
        expires_at=invitation.expires_at,
        **_offered(line),
    )
    return page, code


def _offered(line: InvitationLine) -> dict[str, object]:
    """Return the event, and what one will see and do there."""
    event = get_event_whole(line.invitation.event_id)
    grant = agreed_grant(line.invitation)
    names = {category.key: plain_in_reader_language(category.name) for category in list_categories([event.id])}
    return {
        "event": event,
        "role": line.invitation.role,
        "rights": [found for found in Permission if grant.allows(found)],
        "narrowing": narrowing_words(grant, names),
    }


def _over_page() -> Answer:
    return render_template("team/invitation_over.html"), 410

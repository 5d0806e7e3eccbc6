"""A personal invitation, for whoever is invited: see it, register by it, decline it. Only the posts write anything."""

from __future__ import annotations

from dataclasses import dataclass

from flask import redirect, render_template, url_for
from flask_babel import gettext as _

from eventreg.accounts.models import Account
from eventreg.db import db
from eventreg.events.models import Category, Event
from eventreg.events.queries.events import get_event_whole
from eventreg.events.rules.publication import PUBLIC
from eventreg.invitations.queries import tell_stories
from eventreg.invitations.rules.invitations import OPEN, InvitationState, state_of
from eventreg.invitations.services.invitations import decline_invitation
from eventreg.invitations.views import blueprint
from eventreg.kernel import clock
from eventreg.kernel.errors import NotFound
from eventreg.kernel.tokens import new_submission_key
from eventreg.questionnaires.queries import definition_of, get_current_version
from eventreg.registration.emails import Occasion
from eventreg.registration.models import Invitation
from eventreg.registration.queries.places import carried_invitation, get_invitation_by_token
from eventreg.registration.rules.ways_in import WayKind
from eventreg.registration.views import form_pages
from eventreg.registration.views.filled_form import FilledForm
from eventreg.web.access import Answer, personal
from eventreg.web.limits import limited
from eventreg.web.refusals import Refusals

_GONE = 410

#: what an invitation fills in of the form, by what a question identifies a person by
_FILLED_IN = ("email", "given_name", "family_name", "institution")


@dataclass(frozen=True)
class _Opened:
    """An invitation that was opened by its personal link, with its event."""

    invitation: Invitation
    event: Event
    category: Category
    occasion: Occasion
    state: InvitationState

    @classmethod
    def by(cls, token: str) -> _Opened:
        """Load what the link opens; of an event that is not public it opens nothing. Raises NotFound."""
        invitation = get_invitation_by_token(token)
        event = get_event_whole(invitation.event_id)
        if event.publication not in PUBLIC:
            raise NotFound
        category = event.category_of(invitation)
        state = state_of(tell_stories(event.id, [invitation])[invitation.id], clock.now())
        return cls(invitation, event, category, form_pages.occasion_of(event), state)

    @property
    def is_open(self) -> bool:
        """Whether it can still be answered."""
        return self.state in OPEN


@blueprint.get("/my/invitation/<token>")
@personal
def show_invitation(token: str) -> Answer:
    """Show the invitation with the two answers that it asks for, or what has become of it."""
    opened = _Opened.by(token)
    refusal = form_pages.refusal_now(opened.event) or form_pages.refusal_in(opened.event, opened.category)
    if opened.is_open and refusal is not None:
        return form_pages.closed_page(opened.occasion, refusal, opened.category)
    if not opened.is_open:
        return _over(opened)
    inviter = db.session.get(Account, opened.invitation.invited_by_id) if opened.invitation.invited_by_id else None
    return render_template(
        "invitations/invitation.html",
        token=token,
        invitation=opened.invitation,
        category=opened.category,
        inviter=inviter.name if inviter is not None else "",
        **form_pages.page_frame(opened.occasion),
    )


@blueprint.get("/my/invitation/<token>/register")
@personal
def register_by_invitation(token: str) -> Answer:
    """Show the form of the category, with what is known of the person filled in; the invitation goes along."""
    opened = _Opened.by(token)
    refusal = form_pages.refusal_now(opened.event) or form_pages.refusal_in(opened.event, opened.category)
    if not opened.is_open or refusal is not None:
        return redirect(url_for("invitations.show_invitation", token=token))
    invitation, version = opened.invitation, get_current_version(opened.event.id)
    known = {
        question.key: [value]
        for question in definition_of(version).questions_for(opened.category.key)
        if question.column in _FILLED_IN and (value := getattr(invitation, question.column))
    }
    came_by, key = WayKind.INVITATION, new_submission_key()
    form = FilledForm(opened.event, opened.category, version, key, is_sent=False, came_by=came_by, answers=known)
    form.bind(invitation.email if invitation.is_bound else "")
    return form_pages.form_page(opened.occasion, form, carried=carried_invitation(invitation))


@blueprint.get("/my/invitation/<token>/decline")
@personal
def ask_to_decline(token: str) -> Answer:
    """Ask once more: a mail program that opens links must not decline for anybody."""
    opened = _Opened.by(token)
    if not opened.is_open:
        return _over(opened)
    return render_template("invitations/invitation_decline.html", token=token, **form_pages.page_frame(opened.occasion))


@blueprint.post("/my/invitation/<token>/decline")
@personal
@limited("30 per 10 minutes")
def decline_own_invitation(token: str) -> Answer:
    """Say no, and say thank you."""
    opened = _Opened.by(token)
    with Refusals():
        decline_invitation(token)
        return redirect(url_for("invitations.show_invitation", token=token), 303)
    return _over(opened)


def _over(opened: _Opened) -> Answer:
    """Say what has become of an invitation, and what to do now."""
    page = render_template(
        "invitations/invitation_over.html",
        heading=_(opened.state.own_title),
        sentence=_(opened.state.explained),
        is_registered=opened.state is InvitationState.REGISTERED,
        **form_pages.page_frame(opened.occasion),
    )
    return page if opened.state is InvitationState.DECLINED else (page, _GONE)

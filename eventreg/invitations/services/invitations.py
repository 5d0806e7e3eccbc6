"""People are invited one by one or from a list that is tried first; invitations are extended, taken back, declined.

What is known of invited people is deleted some time after the event: who came is known by the registration.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime

from eventreg.audit.services import Actor, note
from eventreg.db import db, transaction
from eventreg.events.models import Event
from eventreg.events.organizers import Organizer
from eventreg.events.queries.events import get_event_whole, holding_event
from eventreg.events.rules.team import Scope
from eventreg.i18n.languages import known_languages
from eventreg.invitations.queries import find_live_keys, find_open_keys
from eventreg.invitations.rules import invitations
from eventreg.invitations.services.messages import lock_story, schedule_invitations, send_now
from eventreg.kernel import clock, tokens
from eventreg.kernel.errors import Refused
from eventreg.kernel.text import email_key
from eventreg.mail.services import drop_of_record
from eventreg.registration.models import Invitation
from eventreg.registration.queries.places import RECORD_KIND, get_invitation_by_token

Lines = Sequence[tuple[int, invitations.NewInvitation]]


def invite(event_id: int, wish: invitations.NewInvitation, who: Organizer, *, sends: bool) -> Invitation:
    """Make one invitation, and send it if it is to be sent.

    Raises Refused as `checked` does, and ADDRESS_MISSING or NOT_NOW when it is to be sent and cannot be.
    """
    now = clock.now()
    with holding_event(event_id) as event:
        kept = invitations.checked(wish, _known(event, [wish.email], who.scope, now), now)
        invitation = _made(event, kept, who, now)
        db.session.add(invitation)
        db.session.flush()
        note(invitation, "invitation_made", who, now, category=kept.category)
        if sends:
            send_now(event, invitation, who, now)
    return invitation


def try_list(event_id: int, lines: Lines, who: Organizer, *, sends: bool) -> list[invitations.Verdict]:
    """Say line by line what `invite_list` would do now. Writes nothing. Raises Refused as `invite_list` does."""
    _check_length(lines)
    return _judged(get_event_whole(event_id), lines, sends, who.scope, clock.now())


def invite_list(event_id: int, lines: Lines, who: Organizer, *, sends: bool) -> tuple[list[invitations.Verdict], bool]:
    """Invite everybody of a list, or nobody: returns what came of each line, and whether it was done.

    Nothing is written when one line is refused. Those who are to be sent theirs are written to by a job, some a step.
    Raises Refused: NOBODY_IN_LIST, TOO_MANY_LINES, NOT_NOW.
    """
    now = clock.now()
    _check_length(lines)
    with holding_event(event_id) as event:
        verdicts = _judged(event, lines, sends, who.scope, now)
        if any(verdict.refusal for verdict in verdicts):
            return verdicts, False
        rows = [_made(event, verdict.wish, who, now) for verdict in verdicts]
        db.session.add_all(rows)
        db.session.flush()
        note(event, "invitations_made", who, now, count=len(rows))
        if sends:
            schedule_invitations(event, [row.id for row in rows], who, now)
    return verdicts, True


def extend_invitation(event_id: int, public_id: str, until: datetime | None, who: Organizer) -> None:
    """Give an invitation another end, or none. Raises NotFound, Refused (OVER, EXPIRES_TOO_EARLY, ALREADY_INVITED)."""
    now = clock.now()
    with transaction():
        _event, invitation, story = lock_story(event_id, public_id, who.scope)
        if (reason := invitations.refusal_to_extend(story, until, now)) is not None:
            raise Refused(reason)
        if invitations.state_of(story, now) not in invitations.OPEN and find_open_keys(
            event_id, {invitation.email_key} - {""}, now
        ):
            # It has expired and the person was invited anew: both at once would be two.
            raise Refused(invitations.InvitationReason.ALREADY_INVITED)
        invitation.expires_at = until
        note(invitation, "invitation_extended", who, now, until=until.isoformat() if until else "")


def take_invitation_back(event_id: int, public_id: str, who: Organizer) -> None:
    """End an invitation: its link leads in no more, and what still waits to be sent is dropped.

    Raises NotFound, Refused (OVER).
    """
    now = clock.now()
    with transaction():
        _event, invitation, story = lock_story(event_id, public_id, who.scope)
        if story.used_at or story.declined_at or story.taken_back_at:
            raise Refused(invitations.InvitationReason.OVER)
        invitation.taken_back_at = now
        drop_of_record(event_id, RECORD_KIND, invitation.id, now)
        note(invitation, "invitation_taken_back", who, now)


def decline_invitation(token: str) -> None:
    """Say no for whoever holds the link; said twice it is said once. Raises NotFound, Refused (OVER)."""
    now = clock.now()
    seen = get_invitation_by_token(token)
    event_id, public_id = seen.event_id, seen.public_id
    with transaction():
        _event, invitation, story = lock_story(event_id, public_id)
        if story.declined_at is not None:
            return
        if story.used_at or story.taken_back_at:
            raise Refused(invitations.InvitationReason.OVER)
        invitation.declined_at = now
        drop_of_record(event_id, RECORD_KIND, invitation.id, now)
        note(invitation, "invitation_declined", Actor("participant"), now)


def _check_length(lines: Lines) -> None:
    if not lines:
        raise Refused(invitations.InvitationReason.NOBODY_IN_LIST)
    if len(lines) > invitations.MOST_LINES:
        raise Refused(invitations.InvitationReason.TOO_MANY_LINES, limit=invitations.MOST_LINES)


def _judged(event: Event, lines: Lines, sends: bool, scope: Scope, now: datetime) -> list[invitations.Verdict]:
    known = _known(event, [wish.email for _, wish in lines], scope, now)
    return invitations.judged(lines, known, now, needs_address=sends)


def _known(event: Event, emails: Iterable[str], scope: Scope, now: datetime) -> invitations.InvitationLimits:
    keys = {key for email in emails if (key := email_key(email))}
    return invitations.InvitationLimits(
        categories=[category.key for category in event.categories if scope.has_category(category.key)],
        languages=known_languages(),
        invited=find_open_keys(event.id, keys, now),
        registered=find_live_keys(event.id, keys),
    )


def _made(event: Event, wish: invitations.NewInvitation, who: Organizer, now: datetime) -> Invitation:
    category = next(found for found in event.categories if found.key == wish.category)
    return Invitation(
        public_id=tokens.new_public_id(),
        event_id=event.id,
        category_id=category.id,
        email_key=email_key(wish.email),
        generation=1,
        invited_by_id=who.id,
        created_at=now,
        **{name: value for name, value in asdict(wish).items() if name != "category"},
    )

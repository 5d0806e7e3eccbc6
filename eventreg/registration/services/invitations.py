"""People are invited one by one or from a list that is tried first; invitations are extended, taken back, declined."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from eventreg.audit.services import Actor, record
from eventreg.db import transaction
from eventreg.events.models import Event
from eventreg.events.queries.for_registration import get_event_whole, lock_event
from eventreg.events.rules.team import WHOLE, Scope
from eventreg.i18n.languages import known_languages
from eventreg.kernel import clock
from eventreg.kernel.errors import NotFound
from eventreg.kernel.tokens import new_public_id
from eventreg.mail.services import drop_of_record
from eventreg.registration.models import Invitation
from eventreg.registration.queries.invitations import (
    RECORD_KIND,
    find_live_keys,
    find_open_keys,
    get_invitation_by_token,
    lock_invitation,
    tell_stories,
)
from eventreg.registration.rules.invitation_wishes import Known, Verdict, Wish, checked, judged
from eventreg.registration.rules.invitations import (
    MOST_LINES,
    OPEN,
    InvitationReason,
    InvitationRefused,
    Story,
    refusal_to_extend,
    state_of,
)
from eventreg.registration.rules.searching import email_key
from eventreg.registration.services.invitation_messages import schedule_invitations, send_now

Lines = Sequence[tuple[int, Wish]]


def invite(event_id: int, wish: Wish, account_id: int, *, sends: bool, scope: Scope = WHOLE) -> Invitation:
    """Make one invitation, and send it if it is to be sent.

    Raises InvitationRefused as `checked` does, and ADDRESS_MISSING or NOT_NOW when it is to be sent and cannot be.
    """
    now = clock.now()
    with transaction() as session:
        event = lock_event(event_id)
        kept = checked(wish, _known(event, [wish.email], scope, now), now)
        invitation = _made(event, kept, account_id, now)
        session.add(invitation)
        session.flush()
        _record(invitation, "invitation_made", Actor.account(account_id), now, {"category": kept.category})
        if sends:
            send_now(event, invitation, account_id, now)
    return invitation


def try_list(event_id: int, lines: Lines, *, sends: bool, scope: Scope = WHOLE) -> list[Verdict]:
    """Say line by line what `invite_list` would do now. Writes nothing. Raises InvitationRefused as `invite_list` does."""
    _check_length(lines)
    return _judged(get_event_whole(event_id), lines, sends, scope, clock.now())


def invite_list(
    event_id: int, lines: Lines, account_id: int, *, sends: bool, scope: Scope = WHOLE
) -> tuple[list[Verdict], bool]:
    """Invite everybody of a list, or nobody: returns what came of each line, and whether it was done.

    Nothing is written when one line is refused. Those who are to be sent theirs are written to by a job, some a step.
    Raises InvitationRefused: NOBODY_IN_LIST, TOO_MANY_LINES, NOT_NOW.
    """
    now = clock.now()
    _check_length(lines)
    with transaction() as session:
        event = lock_event(event_id)
        verdicts = _judged(event, lines, sends, scope, now)
        if any(verdict.refusal for verdict in verdicts):
            return verdicts, False
        rows = [_made(event, verdict.wish, account_id, now) for verdict in verdicts]
        session.add_all(rows)
        session.flush()
        record(
            event_id=event.id,
            actor=Actor.account(account_id),
            action="invitations_made",
            record_kind="event",
            record_id=event.id,
            at=now,
            detail={"count": len(rows)},
        )
        if sends:
            schedule_invitations(event, [row.id for row in rows], account_id, now)
    return verdicts, True


def extend_invitation(
    event_id: int, public_id: str, until: datetime | None, account_id: int, scope: Scope = WHOLE
) -> None:
    """Give an invitation another end, or none. Raises NotFound, InvitationRefused (OVER, EXPIRES_TOO_EARLY, ALREADY_INVITED)."""
    now = clock.now()
    with transaction():
        invitation, story = locked(event_id, public_id, scope)
        if (reason := refusal_to_extend(story, until, now)) is not None:
            raise InvitationRefused(reason)
        if state_of(story, now) not in OPEN and find_open_keys(event_id, {invitation.email_key} - {""}, now):
            # It has expired and the person was invited anew: both at once would be two.
            raise InvitationRefused(InvitationReason.ALREADY_INVITED)
        invitation.expires_at = until
        detail = {"until": until.isoformat() if until else ""}
        _record(invitation, "invitation_extended", Actor.account(account_id), now, detail)


def take_invitation_back(event_id: int, public_id: str, account_id: int, scope: Scope = WHOLE) -> None:
    """End an invitation: its link leads in no more, and what still waits to be sent is dropped.

    Raises NotFound, InvitationRefused (OVER).
    """
    now = clock.now()
    with transaction():
        invitation, story = locked(event_id, public_id, scope)
        if story.used_at or story.declined_at or story.taken_back_at:
            raise InvitationRefused(InvitationReason.OVER)
        invitation.taken_back_at = now
        drop_of_record(event_id, RECORD_KIND, invitation.id, now)
        _record(invitation, "invitation_taken_back", Actor.account(account_id), now)


def decline_invitation(token: str) -> None:
    """Say no for whoever holds the link; said twice it is said once. Raises NotFound, InvitationRefused (OVER)."""
    now = clock.now()
    seen = get_invitation_by_token(token)
    event_id, public_id = seen.event_id, seen.public_id
    with transaction():
        invitation, story = locked(event_id, public_id)
        if story.declined_at is not None:
            return
        if story.used_at or story.taken_back_at:
            raise InvitationRefused(InvitationReason.OVER)
        invitation.declined_at = now
        drop_of_record(event_id, RECORD_KIND, invitation.id, now)
        _record(invitation, "invitation_declined", Actor("participant"), now)


def locked(event_id: int, public_id: str, scope: Scope = WHOLE) -> tuple[Invitation, Story]:
    """Hold an invitation of the event and scope, and return it with its story. Raises NotFound, and as `lock_event`."""
    event = lock_event(event_id)
    invitation = lock_invitation(event_id, public_id)
    if invitation.category_id not in {category.id for category in event.categories if _is_in(scope, category.key)}:
        raise NotFound
    return invitation, tell_stories(event_id, [invitation])[invitation.id]


def _check_length(lines: Lines) -> None:
    if not lines:
        raise InvitationRefused(InvitationReason.NOBODY_IN_LIST)
    if len(lines) > MOST_LINES:
        raise InvitationRefused(InvitationReason.TOO_MANY_LINES, limit=MOST_LINES)


def _judged(event: Event, lines: Lines, sends: bool, scope: Scope, now: datetime) -> list[Verdict]:
    known = _known(event, [wish.email for _, wish in lines], scope, now)
    return judged(lines, known, now, needs_address=sends)


def _known(event: Event, emails: Iterable[str], scope: Scope, now: datetime) -> Known:
    keys = {key for email in emails if (key := email_key(email))}
    return Known(
        categories=[category.key for category in event.categories if _is_in(scope, category.key)],
        languages=known_languages(),
        invited=find_open_keys(event.id, keys, now),
        registered=find_live_keys(event.id, keys),
    )


def _is_in(scope: Scope, category_key: str) -> bool:
    return scope.categories is None or category_key in scope.categories


def _made(event: Event, wish: Wish, account_id: int, now: datetime) -> Invitation:
    category = next(found for found in event.categories if found.key == wish.category)
    return Invitation(
        public_id=new_public_id(),
        event_id=event.id,
        category_id=category.id,
        email=wish.email,
        email_key=email_key(wish.email),
        given_name=wish.given_name,
        family_name=wish.family_name,
        institution=wish.institution,
        language=wish.language,
        is_bound=wish.is_bound,
        skips_approval=wish.skips_approval,
        note=wish.note,
        generation=1,
        invited_by_id=account_id,
        created_at=now,
        expires_at=wish.expires_at,
    )


def _record(
    invitation: Invitation, action: str, actor: Actor, now: datetime, detail: Mapping[str, Any] | None = None
) -> None:
    record(
        event_id=invitation.event_id,
        actor=actor,
        action=action,
        record_kind=RECORD_KIND,
        record_id=invitation.id,
        at=now,
        detail=detail,
    )

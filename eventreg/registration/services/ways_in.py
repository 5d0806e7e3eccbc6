"""Whether a way in still leads in, decided under the lock of the event's row, and what its use leaves behind.

Forms that were used and made no registration.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import select

from eventreg.db import change_rows, db, delete_rows, transaction
from eventreg.events.models import Category, Event
from eventreg.kernel.errors import Refused
from eventreg.kernel.text import email_key
from eventreg.registration.models import AccessCode, Invitation, Registration, UsedForm
from eventreg.registration.queries.places import count_uses
from eventreg.registration.queries.registrations import address_hash
from eventreg.registration.rules import ways_in
from eventreg.registration.rules.states import RegisteringReason

_Row = TypeVar("_Row", AccessCode, Invitation)


def check_way_in(event: Event, category: Category, way_in: ways_in.WayIn, email: str, now: datetime) -> ways_in.WayIn:
    """Return a way in as it stands now, or refuse it: it no longer leads into the category, or not with this address.

    The caller holds the event's row. Raises Refused.
    """
    if way_in.kind is ways_in.WayKind.LINK:
        refusal = ways_in.refusal_of_link(way_in.generation, category.link_generation, category.is_private)
        found = way_in
    elif way_in.kind is ways_in.WayKind.CODE:
        refusal, found = _look_at_code(event, category, way_in, now)
    else:
        refusal, found = _look_at_invitation(event, category, way_in, email, now)
    if refusal is not None:
        raise Refused(refusal)
    return found


def note_use(way_in: ways_in.WayIn, registration: Registration, now: datetime) -> None:
    """Leave behind who came by it: a code counts its registrations, an invitation is used."""
    if way_in.kind is ways_in.WayKind.CODE:
        registration.access_code_id = way_in.record_id
    else:
        note_invitation_used(way_in, registration, now)


def note_invitation_used(way_in: ways_in.WayIn, registration: Registration, now: datetime) -> None:
    """Have an invitation lead to a registration, and in no more."""
    if way_in.kind is not ways_in.WayKind.INVITATION:
        return
    invitation = _fresh(Invitation, registration.event_id, way_in.record_id)
    if invitation is not None:
        invitation.used_at, invitation.registration_id = now, registration.id


def open_again(registration: Registration) -> None:
    """Have an invitation lead in again whose only use was never verified: an address was mistyped, a message not seen."""
    change_rows(
        Invitation,
        Invitation.event_id == registration.event_id,
        Invitation.registration_id == registration.id,
        used_at=None,
        registration_id=None,
    )


def _look_at_code(
    event: Event, category: Category, way_in: ways_in.WayIn, now: datetime
) -> tuple[RegisteringReason | None, ways_in.WayIn]:
    code = _fresh(AccessCode, event.id, way_in.record_id)
    if code is None or code.category_id != category.id:
        return RegisteringReason.CODE_OFF, way_in
    state = ways_in.CodeState(code.is_active, code.expires_at, code.most_uses, count_uses(code.id))
    return ways_in.refusal_of_code(state, now), replace(way_in, skips_approval=code.skips_approval)


def _look_at_invitation(
    event: Event, category: Category, way_in: ways_in.WayIn, email: str, now: datetime
) -> tuple[RegisteringReason | None, ways_in.WayIn]:
    row = _fresh(Invitation, event.id, way_in.record_id)
    if row is None or row.category_id != category.id:
        return RegisteringReason.INVITATION_OVER, way_in
    is_over = any((row.used_at, row.taken_back_at, row.declined_at))
    state = ways_in.InvitationState(row.generation, is_over, row.expires_at, row.email_key if row.is_bound else "")
    refusal = ways_in.refusal_of_invitation(way_in.generation, state, email_key(email) if email else "", now)
    return refusal, replace(way_in, skips_approval=row.skips_approval)


def _fresh(model: type[_Row], event_id: int, record_id: int) -> _Row | None:
    """Return a row as it stands now, not as the page before the lock has seen it."""
    return db.session.scalars(
        select(model).where(model.event_id == event_id, model.id == record_id).execution_options(populate_existing=True)
    ).one_or_none()


#: longer than a page can be sent (12 hours) and than a form is kept for later (14 days)
REMEMBERED_FOR = timedelta(days=30)


def note_used(event: Event, hashed: str, email: str, now: datetime, access_code_id: int | None = None) -> None:
    """Remember a form that made no registration, in the caller's transaction; `access_code_id`: the code that it used up."""
    used = {"address_hash": address_hash(hashed, email), "used_at": now, "access_code_id": access_code_id}
    db.session.merge(UsedForm(event_id=event.id, submission_hash=hashed, **used))


def sweep_used_forms(now: datetime) -> int:
    """Forget the forms that nobody can send any more, but for who used up a code; return how many. A duty of the worker."""
    with transaction():
        return delete_rows(UsedForm, UsedForm.used_at <= now - REMEMBERED_FOR, UsedForm.access_code_id.is_(None))

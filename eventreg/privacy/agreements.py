"""Sharing agreements: to whom outside the team an event gives data of its people, written down before it does.

An export for somebody says which agreement it is made under, and has its categories and columns alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from eventreg.audit.services import Actor, change, note, plain
from eventreg.db import db, get_of_event, transaction
from eventreg.events.models import Event, Partner
from eventreg.events.queries.events import holding_event, lock_event
from eventreg.exchange.rules.exports import Recipient
from eventreg.kernel.clock import now
from eventreg.kernel.errors import N_, Conflict, Refused
from eventreg.organizations.forms import name_with_acronym
from eventreg.privacy.models import SharingAgreement

MOST_AGREEMENTS = 100
_WITH_NAME = joinedload(SharingAgreement.partner).joinedload(Partner.organization)


class AgreementReason(Conflict):
    """Why an agreement was not written down, or is not changed."""

    NO_RECIPIENT = "no_recipient", N_("Choose an institution, or write who it is"), "recipient", 422
    NO_CATEGORIES = "no_categories", N_("Choose at least one category"), "categories", 422
    NO_COLUMNS = "no_columns", N_("Choose at least one column"), "columns", 422
    IS_OVER = "is_over", N_("Choose a day that is not over"), "until", 422
    TOO_MANY = "too_many", N_("An event has at most %(most)s agreements"), "recipient", 422
    ENDED = "ended", N_("This agreement has ended. Write down another one.")
    CHANGED_MEANWHILE = "changed_meanwhile", N_("Somebody else changed this agreement meanwhile")


@dataclass(frozen=True)
class Terms:
    """What is agreed: columns of `SharingAgreement`."""

    partner_id: int | None
    recipient: str
    categories: list[str]
    columns: list[str]
    purpose: Mapping[str, str]
    until: date


def list_agreements(event_id: int) -> Sequence[SharingAgreement]:
    """Return what was ever agreed at an event, the newest first, each with the institution that it names: one statement."""
    return db.session.scalars(
        select(SharingAgreement)
        .where(SharingAgreement.event_id == event_id)
        .options(_WITH_NAME)
        .order_by(SharingAgreement.id.desc())
    ).all()


def get_agreement(event_id: int, agreement_id: int) -> SharingAgreement:
    """Return an agreement of the event. Raises NotFound."""
    return get_of_event(SharingAgreement, event_id, (_WITH_NAME,), id=agreement_id)


def is_standing(agreement: SharingAgreement, event: Event) -> bool:
    """Say whether something may be given under it today, in the event's zone."""
    return agreement.ended_at is None and agreement.until >= now().astimezone(ZoneInfo(event.time_zone)).date()


def recipient_name(agreement: SharingAgreement) -> str:
    """Return who is given something, an institution in the reader's language."""
    partner = agreement.partner
    return name_with_acronym(partner.organization) if partner is not None else agreement.recipient


def list_recipients(event: Event) -> Sequence[Recipient]:
    """Return for whom an export can be made today, each with the most that it may hold."""
    return [
        Recipient(str(each.id), recipient_name(each), frozenset(each.categories), tuple(each.columns))
        for each in list_agreements(event.id)
        if is_standing(each, event)
    ]


def add_agreement(event_id: int, terms: Terms, actor: Actor) -> None:
    """Write down what is agreed with somebody. Raises NotFound, LifecycleRefused, Refused."""
    with holding_event(event_id) as event:
        if len(list_agreements(event_id)) >= MOST_AGREEMENTS:
            raise Refused(AgreementReason.TOO_MANY, most=MOST_AGREEMENTS)
        agreement = SharingAgreement(event_id=event_id, created_at=now(), **_values(event, terms))
        db.session.add(agreement)
        db.session.flush()
        told = {name: plain(getattr(agreement, name)) for name in _TOLD}
        note(agreement, "agreement_added", actor, **told)


def change_agreement(event_id: int, agreement_id: int, seen_revision: int | None, terms: Terms, actor: Actor) -> None:
    """Agree anew; what it said before stays in the history. Raises NotFound, LifecycleRefused, Refused."""
    with transaction():
        event, agreement = _open(event_id, agreement_id)
        if agreement.revision != seen_revision:
            raise Refused(AgreementReason.CHANGED_MEANWHILE)
        change(agreement, _values(event, terms), "agreement_changed", actor, recipient=agreement.recipient)


def end_agreement(event_id: int, agreement_id: int, actor: Actor) -> None:
    """Give nothing under it any more. Raises NotFound, LifecycleRefused, Refused: ENDED."""
    with transaction():
        _event, agreement = _open(event_id, agreement_id)
        agreement.ended_at, agreement.revision = now(), agreement.revision + 1
        note(agreement, "agreement_ended", actor, recipient=agreement.recipient)


def _open(event_id: int, agreement_id: int) -> tuple[Event, SharingAgreement]:
    event = lock_event(event_id)
    agreement = get_agreement(event_id, agreement_id)
    if agreement.ended_at is not None:
        raise Refused(AgreementReason.ENDED)
    return event, agreement


_TOLD = tuple(each.name for each in fields(Terms) if each.name != "partner_id")


def _values(event: Event, terms: Terms) -> dict[str, Any]:
    """Return what is written: of an institution its name of today. Raises Refused."""
    values = {each.name: getattr(terms, each.name) for each in fields(Terms)}
    if terms.partner_id is not None:
        partner = get_of_event(Partner, event.id, (joinedload(Partner.organization),), id=terms.partner_id)
        values["recipient"] = name_with_acronym(partner.organization)[:200]
    known = {category.key for category in event.categories}
    for is_wrong, reason in (
        (not values["recipient"], AgreementReason.NO_RECIPIENT),
        (not terms.categories or not set(terms.categories) <= known, AgreementReason.NO_CATEGORIES),
        (not terms.columns, AgreementReason.NO_COLUMNS),
        (terms.until < now().astimezone(ZoneInfo(event.time_zone)).date(), AgreementReason.IS_OVER),
    ):
        if is_wrong:
            raise Refused(reason)
    return values

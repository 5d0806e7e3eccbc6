"""The list of participants of an event: whom it names, to whom, and who says so.

A category is shown to nobody, to the other confirmed participants, or to everybody. On the list is who is confirmed and knows
it and, where a permission is asked for, gave it. A person says what of it may stand there, and can only take away.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, exists, select, true

from eventreg.attendees.queries.people import list_definitions
from eventreg.audit.services import Actor, change, note
from eventreg.db import db
from eventreg.events.models import Event
from eventreg.events.queries.events import holding_event, holding_event_in_any_state
from eventreg.events.rules.categories import LIST_CONSENT, ListedColumn, ShownTo
from eventreg.events.rules.publication import ALIVE
from eventreg.events.rules.settings import check_seen
from eventreg.i18n import formats
from eventreg.kernel.clock import now
from eventreg.kernel.errors import N_, NotFound, Refused, Titled
from eventreg.kernel.text import sort_value
from eventreg.questionnaires.rules.schema import Question
from eventreg.registration.models import Consent, Decision, Registration
from eventreg.registration.queries.answers import current_consents
from eventreg.registration.queries.registrations import lock_registration
from eventreg.registration.rules.states import Status
from eventreg.registration.services.answers import CONSENT_KIND


class Viewer(Titled):
    """Who looks at a list of participants."""

    PUBLIC = "public", N_("Everybody, on the event's page")
    CONFIRMED = "confirmed", N_("A confirmed participant")
    #: pending, on the waiting list, declined, withdrawn
    WAITING = "waiting", N_("Somebody who is not confirmed")

    @property
    def sees(self) -> frozenset[ShownTo]:
        """How a category must be shown for this one to find its people."""
        return frozenset({ShownTo.PUBLIC, ShownTo.CONFIRMED} if self is Viewer.CONFIRMED else {ShownTo.PUBLIC})


@dataclass(frozen=True)
class ListRules:
    """Who is on the list of an event, as the team has set it or is about to."""

    columns: tuple[ListedColumn, ...]
    #: the key of the permission that is needed, where any version asks for it; else none is
    consent: str
    #: by the ids of categories
    shown_to: Mapping[int, ShownTo]

    @classmethod
    def of(cls, event: Event) -> ListRules:
        """Return those that stand; the event has its categories."""
        columns = tuple(each for each in ListedColumn if each.value in event.participant_columns)
        return cls(columns, event.participant_consent, {each.id: each.shown_to for each in event.categories})

    def categories_for(self, viewer: Viewer) -> list[int]:
        """Return the ids of the categories whose people somebody finds."""
        return [id_ for id_, shown_to in self.shown_to.items() if self.columns and shown_to in viewer.sees]


@dataclass(frozen=True)
class Listed:
    """A line of the list: what of a person may be said, in words; empty where it may not or is not known."""

    name: str
    institution: str
    country: str


#: people on a page of the list
A_PAGE = 200


@dataclass(frozen=True)
class ListPage:
    """A page of the list, with how many are on all of them, and the numbers of the pages before and after, where there are."""

    people: Sequence[Listed]
    count: int
    previous: int | None
    following: int | None


def page_of(listed: Sequence[Listed], number: int | None = 1) -> ListPage:
    """Return a page of the list, by its number from 1 on. Raises NotFound for one that is not there."""
    start = ((number or 0) - 1) * A_PAGE
    if start < 0 or (start and start >= len(listed)):
        raise NotFound
    page = start // A_PAGE + 1
    has_more = start + A_PAGE < len(listed)
    return ListPage(
        listed[start : start + A_PAGE], len(listed), page - 1 if start else None, page + 1 if has_more else None
    )


def can_have_list(event: Event) -> bool:
    """Say whether an event can have a list: at a discreet one somebody is on it once their address is confirmed, or not at all.

    Else whoever types an address, with a name and the permission, would see by the list whether it was registered.
    """
    return not event.is_discreet or event.verifies_addresses


def has_list(event: Event, viewer: Viewer, rules: ListRules | None = None) -> bool:
    """Say whether there is a list for somebody. Without one its page does not exist; it ends with the event."""
    is_there = event.publication in ALIVE and can_have_list(event)
    return is_there and bool((rules or ListRules.of(event)).categories_for(viewer))


def list_participants(event: Event, viewer: Viewer, language: str, rules: ListRules | None = None) -> list[Listed]:
    """Return whom somebody finds on the list of an event, in the order of what it says. `rules`: in place of those that stand.

    Read anew each time, so that it is never older than what a person has taken back.
    """
    rules = rules or ListRules.of(event)
    if not has_list(event, viewer, rules):
        return []
    statement = select(
        Registration.badge_name,
        Registration.given_name,
        Registration.family_name,
        Registration.institution,
        Registration.country,
        Registration.listed_columns,
    ).where(*_on_list(event.id, rules), Registration.category_id.in_(rules.categories_for(viewer)))
    people = (
        Listed(*(said_of(row, each, language) if each in listed_of(row, rules) else "" for each in ListedColumn))
        for row in db.session.execute(statement)
    )
    # By what is said, and nothing else: the order must not tell what somebody hides.
    return sorted((each for each in people if each != Listed("", "", "")), key=_place)


def find_lacking(registration: Registration, rules: ListRules) -> Question | None:
    """Return the permission that somebody did not give, or took back, and the list needs; None: nothing is lacking."""
    asked = list_permissions(registration.event_id).get(rules.consent)
    return None if asked is None or current_consents(registration.id).get(rules.consent) else asked


def list_permissions(event_id: int) -> dict[str, Question]:
    """Return the consents that an event asks for or has asked for, by their keys, as they are worded last."""
    found: dict[str, Question] = {}
    for definition in list_definitions(event_id).values():
        for question in definition.questions():
            if question.kind == CONSENT_KIND:
                found.setdefault(question.key, question)
    return found


def listed_of(row: Any, rules: ListRules) -> list[ListedColumn]:
    """Return what a person, as a registration or a row, lets the list say, of what it says."""
    return [each for each in rules.columns if row.listed_columns is None or each.value in row.listed_columns]


def save_rules(event_id: int, seen_revision: int | None, rules: ListRules, actor: Actor) -> None:
    """Set who is on the list of an event and what it says. A category that is not named stays as it is.

    Raises NotFound, LifecycleRefused, and Refused: CHANGED_MEANWHILE, or for a list that would say nothing.
    """
    with holding_event(event_id) as event:
        check_seen(event.settings_revision, seen_revision)
        if not rules.columns and any(each is not ShownTo.NOBODY for each in rules.shown_to.values()):
            raise Refused(N_("Choose at least one thing that the list says"), field="columns")
        if rules.consent not in {LIST_CONSENT, *list_permissions(event_id)}:
            raise Refused(N_("Choose one of the permissions that people are asked for"), field="consent")
        values = {"participant_columns": [each.value for each in rules.columns], "participant_consent": rules.consent}
        has_changed = change(event, values, "participants_changed", actor)
        for category in event.categories:
            shown_to = {"shown_to": rules.shown_to.get(category.id, category.shown_to)}
            has_changed |= change(category, shown_to, "category_shown", actor, category=category.key)
        event.settings_revision += has_changed


def choose_listed(event_id: int, registration_id: int, chosen: Collection[str]) -> bool:
    """Let the list say of a person what is chosen, and nothing that it comes to say later. Says whether that is a change."""
    columns = [each.value for each in ListedColumn if each.value in chosen]
    with holding_event_in_any_state(event_id):
        registration = lock_registration(event_id, registration_id)
        if registration.listed_columns == columns:
            return False
        changed = {"listed_columns": [registration.listed_columns, columns]}
        registration.listed_columns = columns
        note(registration, "listing_changed", Actor.participant(registration_id), changed=changed)
        return True


def _on_list(event_id: int, rules: ListRules) -> Sequence[ColumnElement[bool]]:
    """Return what a registration must fulfil to be on the list, whatever its category."""
    # Whoever was confirmed a moment ago and was not told yet is not: that can still be undone.
    untold = exists().where(
        Decision.registration_id == Registration.id,
        Decision.undone_at.is_(None),
        Decision.mails_at > now(),
        Decision.status_known != Status.CONFIRMED,
    )
    newest = (
        select(Consent.is_given)
        .where(Consent.registration_id == Registration.id, Consent.purpose == rules.consent)
        .order_by(Consent.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    is_asked = rules.consent in list_permissions(event_id)
    return (
        Registration.event_id == event_id,
        Registration.status == Status.CONFIRMED,
        ~untold,
        newest.is_(True) if is_asked else true(),
    )


def said_of(row: Any, column: ListedColumn, language: str) -> str:
    """Return what a column says of a registration, or of a row with its columns; empty where nothing is known."""
    match column:
        case ListedColumn.NAME:
            return row.badge_name or f"{row.given_name} {row.family_name}".strip()
        case ListedColumn.INSTITUTION:
            return str(row.institution)
        case ListedColumn.COUNTRY:
            return formats.country(row.country, language) if row.country else ""


def _place(listed: Listed) -> tuple[bool, Sequence[str]]:
    return not listed.name, [sort_value(said) for said in (listed.name, listed.institution, listed.country)]

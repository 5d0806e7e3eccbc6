"""What the program itself says in an event's privacy notice: made of the questions, periods, team and sharing that are set.

It stands in the notice's version as facts, in no language, and is told in the reader's. Whatever changes one of them makes the
next version within the same transaction, so that nobody registers under words that were not true: see `keep_up`. The record of
processing activities of the instance is made of the same facts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import func, select

from eventreg.attendees.listing import ListShape
from eventreg.audit.services import SYSTEM, note
from eventreg.db import db
from eventreg.events.models import TO_BE_MADE, Category, Event, PrivacyNotice
from eventreg.events.queries.events import find_current_notice, list_credited
from eventreg.events.queries.team import list_grants
from eventreg.events.rules.categories import ShownTo
from eventreg.events.rules.institutions import PartnerRole
from eventreg.events.rules.publication import Publication
from eventreg.events.rules.team import Grant, Permission, TeamRole
from eventreg.i18n.languages import speaking
from eventreg.kernel.clock import now
from eventreg.kernel.errors import N_
from eventreg.privacy import rules
from eventreg.privacy.agreements import list_agreements
from eventreg.privacy.holdings import ANSWERS, CONSENTS, HOLDINGS, REGISTRATION, UPLOADS, Holding
from eventreg.privacy.participants import can_have_list
from eventreg.privacy.retention import WHO, period_of
from eventreg.privacy.rules import Starts
from eventreg.questionnaires import kinds as question_kinds
from eventreg.questionnaires.queries import definition_of, find_newest_version
from eventreg.questionnaires.rules.schema import Question, Seeking
from eventreg.registration.models import Registration
from eventreg.registration.queries.answers import DAYS_KIND
from eventreg.registration.services.answers import CONSENT_KIND, FILE_KINDS

#: of whatever is noted on rows of these kinds, something may stand in a notice
FOLLOWED = ("event", "category", "privacy_notice", "partner", "questionnaire", "team_member", "sharing_agreement")
#: what is said of each question, so the holdings need not say it once more
_BY_QUESTION = (REGISTRATION, ANSWERS, UPLOADS, CONSENTS)
_UNSAID = N_("Preparing and holding the event")
Facts = Mapping[str, Any]


def keep_up(event_id: int) -> None:
    """Make the newest notice say what is set, at the end of the transaction that set it.

    A version that somebody may have read stays as it was, and the next one says it. One that the organizers wrote before the
    program said its part stays until they publish another.
    """
    notice = find_current_notice(event_id)
    if notice is None or not notice.made:
        return
    event = db.session.get_one(Event, event_id)
    facts = facts_of(event)
    if facts == notice.made:
        return
    is_unread = event.publication is Publication.DRAFT and not count_by_notice(event_id).get(notice.id)
    if is_unread or notice.made == TO_BE_MADE:
        notice.made, notice.periods = facts, dict(event.retention)
        return
    following = PrivacyNotice(
        event_id=event_id, version=notice.version + 1, summary=notice.summary, body=notice.body,
        transfers=notice.transfers, periods=dict(event.retention), made=facts, published_at=now(),
    )  # fmt: skip
    db.session.add(following)
    db.session.flush()
    note(following, "notice_followed", SYSTEM, version=following.version)


def count_by_notice(event_id: int) -> dict[int, int]:
    """Return how many people gave answers under which version, by its id."""
    of_event = (Registration.event_id == event_id, Registration.privacy_notice_id.is_not(None))
    counted = select(Registration.privacy_notice_id, func.count()).where(*of_event)
    rows = db.session.execute(counted.group_by(Registration.privacy_notice_id))
    return {id_: number for id_, number in rows if id_ is not None}


def facts_of(event: Event) -> dict[str, Any]:
    """Return what is set, as JSON."""
    version = find_newest_version(event.id)
    questions = list(definition_of(version).questions()) if version is not None else []
    asked = [each for each in questions if question_kinds.get(each.kind).seeking is not Seeking.NOT]
    own = (each.retention_days for each in asked if WHO & {*each.columns})
    person = rules.shortest(period_of(REGISTRATION, event.retention), *own)
    grants = [grant for _account, grant in list_grants(event.id)]
    return {
        "responsible": [each.organization.name for each in list_credited(event.id) if each.role is PartnerRole.HOST],
        "contact": [event.contact_name, event.contact_email],
        "asked": _grouped(asked, person, event.retention),
        "kinds": {each.key: _days(each, person, event.retention) for each in HOLDINGS if each not in _BY_QUESTION},
        "roles": {
            permission.value: _roles(grants, permission)
            for permission in (Permission.SEE_REGISTRATIONS, Permission.SEE_SENSITIVE)
        },
        **outsiders(event),
    }


def outsiders(event: Event) -> dict[str, Any]:
    """Return whom the event gives data of its people outside of the team.

    "shared": {"to", "what": texts, "why", "until"} for each agreement; "listed": {"who", "to"} for each category on the list of
    participants. A text is by language, or one of the program's own.
    """
    version = find_newest_version(event.id)
    questions = definition_of(version).questions() if version is not None else ()
    titles: dict[str, Any] = {each.key: each.label for each in questions}
    titles |= {each.column: _in_each(event, each.title) for each in ListShape().every_fixed if each.column}
    shared = [
        {
            "to": each.recipient,
            "what": [titles[name] for name in each.columns if name in titles],
            "why": each.purpose,
            "until": each.until.isoformat(),
        }
        for each in list_agreements(event.id)
        if each.ended_at is None
    ]
    categories = db.session.scalars(
        select(Category).filter_by(event_id=event.id).order_by(Category.position, Category.id)
    )
    shown = [each for each in categories if each.shown_to is not ShownTo.NOBODY and can_have_list(event)]
    listed = [(each.name, each.shown_to) for each in shown]
    return {"shared": shared, "listed": [{"who": who, "to": to.title} for who, to in listed]}


def _in_each(event: Event, title: Any) -> dict[str, str]:
    """Return a text of the program in each language of an event."""
    found = {}
    for language in event.languages:
        with speaking(language):
            found[language] = str(title)
    return found


@dataclass(frozen=True)
class Entry:
    """What the record of processing activities says of one event."""

    event: Event
    notice: PrivacyNotice | None
    made: Mapping[str, Any]
    people: int


def list_entries() -> list[Entry]:
    """Return the events of the instance, the newest first, as the record says them in the language in force."""
    newest = select(func.max(PrivacyNotice.version)).where(PrivacyNotice.event_id == Event.id).correlate(Event)
    is_newest = (PrivacyNotice.event_id == Event.id) & (PrivacyNotice.version == newest.scalar_subquery())
    found = db.session.execute(
        select(Event, PrivacyNotice).outerjoin(PrivacyNotice, is_newest).order_by(Event.id.desc())
    )
    counted = select(Registration.event_id, func.count()).group_by(Registration.event_id)
    people = {row[0]: row[1] for row in db.session.execute(counted)}
    return [
        Entry(event, notice, told(notice.made if notice and notice.made else facts_of(event)), people.get(event.id, 0))
        for event, notice in found.all()
    ]


def _grouped(questions: Sequence[Question], person: int, chosen: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return what is asked, together where it is for the same and goes at the same time, in the form's order."""
    groups: dict[tuple[str, int, bool], dict[str, Any]] = {}
    for question in questions:
        why = question.purpose or (REGISTRATION.purpose if question.columns else _UNSAID)
        days = _kept(question, person, chosen)
        group = groups.setdefault(
            (repr(why), days, question.is_sensitive),
            {"what": [], "why": why, "days": days, "is_sensitive": question.is_sensitive},
        )
        group["what"].append(question.label)
    return list(groups.values())


def _kept(question: Question, person: int, chosen: Mapping[str, int]) -> int:
    """Return the days for which the answer to a question is kept."""
    if question.kind == DAYS_KIND:
        return person
    if question.columns:
        return rules.shortest(person, question.retention_days)
    holding = UPLOADS if question.kind in FILE_KINDS else CONSENTS if question.kind == CONSENT_KIND else ANSWERS
    own = question.retention_days
    return min(person, own if own is not None else period_of(holding, chosen))


def _days(holding: Holding, person: int, chosen: Mapping[str, int]) -> int:
    """Return the days for which a kind is kept: what belongs to a person goes with the person."""
    goes_along = holding.owner is not None and holding.made is None
    return rules.shortest(period_of(holding, chosen), person if goes_along else None)


def _roles(grants: Sequence[Grant], permission: Permission) -> list[str]:
    allowed = {grant.role for grant in grants if grant.allows(permission)}
    return [role.value for role in TeamRole if role in allowed]


class Until(NamedTuple):
    """When something is deleted."""

    days: int
    counts_from_event: bool = True


def told(facts: Facts) -> dict[str, Any]:
    """Return the facts of a notice in the language in force, as `privacy/_made.html` shows them; nothing where there are none."""
    if not facts:
        return {}
    asked: dict[Until, list[dict[str, Any]]] = {}
    for group in facts.get("asked", ()):
        asked.setdefault(Until(group["days"]), []).append({**group, "why": said(group["why"])})
    kinds: dict[Until, list[Holding]] = {}
    for holding in HOLDINGS:
        if (days := facts.get("kinds", {}).get(holding.key)) is not None:
            kinds.setdefault(Until(days, holding.period.starts is Starts.ENDED), []).append(holding)
    roles = {role.value: _(role.title) for role in TeamRole}
    seen = facts.get("roles", {})
    return {
        **facts,
        "asked": sorted(asked.items(), key=lambda entry: entry[0], reverse=True),
        "kinds": sorted(kinds.items(), key=lambda entry: entry[0], reverse=True),
        "team": [roles[role] for role in seen.get(Permission.SEE_REGISTRATIONS.value, ()) if role in roles],
        "sealed": [roles[role] for role in seen.get(Permission.SEE_SENSITIVE.value, ()) if role in roles],
        "shared": [
            {
                **each,
                "what": [said(text) for text in each["what"]],
                "why": said(each["why"]),
                "until": date.fromisoformat(each["until"]),
            }
            for each in facts.get("shared", ())
        ],
        "listed": [{"who": said(each["who"]), "to": said(each["to"])} for each in facts.get("listed", ())],
    }


def said(text: Any) -> Any:
    """Return a text by language as it is, and one of the program's own in the language in force."""
    return _(text) if isinstance(text, str) else text

"""Fictional registrations as rows, a few statements for hundreds of people."""

from __future__ import annotations

import base64
import hashlib
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select

from eventreg.audit.services import Act, Actor, Target, note_all
from eventreg.db import db
from eventreg.demo.rules.people import History, Person
from eventreg.events.models import Event, TeamMember
from eventreg.events.queries.events import find_current_notice, list_days
from eventreg.events.rules.team import TeamRole
from eventreg.exchange.rules.importing import CategoryRule
from eventreg.kernel import sealing, tokens
from eventreg.kernel.keys import Keys
from eventreg.kernel.text import email_key, phone_key, pick, search_text, sort_institution, sort_name, sort_position
from eventreg.questionnaires.queries import definition_of, get_current_version
from eventreg.questionnaires.rules.schema import Definition, Question
from eventreg.registration.models import Answer, Consent, Decision, Place, Registration
from eventreg.registration.queries.answers import sealed_place
from eventreg.registration.rules import availability
from eventreg.registration.rules.states import Status
from eventreg.registration.services.answers import CONSENT_KIND
from eventreg.web.instance import keys

_REFERENCE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_REFERENCE_LENGTH = 6

#: rows with and without a value in some column go in one statement; else each change between them begins another
_ALIKE: dict[str, Any] = {"render_nulls": True}

Row = dict[str, Any]


@dataclass(frozen=True)
class Setting:
    """What the rows refer to."""

    event_id: int
    languages: tuple[str, ...]
    reference_prefix: str
    questionnaire_id: int
    definition: Definition
    notice_id: int | None
    #: by their id
    days: Mapping[int, date]
    #: who decided
    organizer_id: int
    #: references that are taken
    references: set[str]
    seed: int
    keys: Keys

    @classmethod
    def load(cls, event: Event, seed: int) -> Setting:
        """Load it for an event. Raises NotFound when the event asks nothing."""
        version = get_current_version(event.id)
        notice = find_current_notice(event.id)
        organizer_id = db.session.scalars(
            select(TeamMember.account_id)
            .where(TeamMember.event_id == event.id, TeamMember.role == TeamRole.OWNER)
            .order_by(TeamMember.id)
            .limit(1)
        ).one()
        return cls(
            event_id=event.id,
            languages=tuple(event.languages),
            reference_prefix=event.reference_prefix,
            questionnaire_id=version.id,
            definition=definition_of(version),
            notice_id=notice.id if notice is not None else None,
            days={day.id: day.held_on for day in list_days(event.id)},
            organizer_id=organizer_id,
            references=set(db.session.scalars(select(Registration.reference))),
            seed=seed,
            keys=keys(),
        )


@dataclass(frozen=True)
class Invented:
    """One fictional registration before it is a row."""

    person: Person
    rule: CategoryRule
    status: Status
    history: History
    questions: Sequence[Question]
    answers: Mapping[str, Sequence[str]]


def insert_registrations(setting: Setting, invented: Sequence[Invented]) -> None:
    """Write the rows of these people in the caller's transaction, which holds the event's row."""
    rows = [_registration(setting, one) for one in invented]
    written = db.session.execute(
        insert(Registration).returning(Registration.public_id, Registration.id).execution_options(**_ALIKE), rows
    )
    ids = {row.public_id: row.id for row in written}
    known = [(ids[row["public_id"]], row["public_id"], one) for row, one in zip(rows, invented, strict=True)]
    _insert(Answer, [row for id_, public_id, one in known for row in _answers(setting, id_, public_id, one)])
    _insert(Consent, [row for id_, _, one in known for row in _consents(setting, id_, one)])
    _insert(Decision, [_decision(setting, id_, one) for id_, _, one in known if one.history.decided])
    _insert(Place, [_place(setting, id_, one) for id_, _, one in known if one.rule.takes_place(one.status)])
    acts = [act for id_, _, one in known for act in _acts(setting, id_, one)]
    note_all(sorted(acts, key=lambda act: act.at))


def _insert(model: type[Any], rows: Sequence[Row]) -> None:
    if rows:
        db.session.execute(insert(model).execution_options(**_ALIKE), rows)


def _registration(setting: Setting, one: Invented) -> Row:
    person, history = one.person, one.history
    reference = _reference(setting, person.number)
    identity = {
        column: value
        for question in one.questions
        for column, value in zip(question.columns, one.answers.get(question.key, ()), strict=False)
    }
    columns = ("given_name", "family_name", "badge_name", "institution", "position", "country", "phone")
    values = {name: identity.get(name, "") for name in columns}
    searched = {name: values[name] for name in ("given_name", "family_name", "badge_name", "institution", "phone")}
    was_approved = history.decided is not None and one.status is Status.CONFIRMED
    return {
        **values,
        "public_id": _public_id(setting.seed, person.number),
        "reference": reference,
        "event_id": setting.event_id,
        "category_id": one.rule.id,
        "questionnaire_id": setting.questionnaire_id,
        "privacy_notice_id": setting.notice_id,
        "status": one.status,
        "revision": history.revision,
        "language": person.language,
        "email": person.email,
        "email_key": email_key(person.email),
        "sort_name": sort_name(values["family_name"], values["given_name"]),
        "sort_institution": sort_institution(values["institution"]),
        "sort_position": sort_position(values["position"]),
        "phone_key": phone_key(values["phone"]),
        "search_text": search_text(**searched, email=person.email, reference=reference),
        "submission_hash": hashlib.sha256(f"demo/{setting.seed}/{person.number}".encode()).hexdigest(),
        "submitted_at": history.submitted_at,
        "status_changed_at": history.changed_at,
        "approved_at": history.decided.at if history.decided is not None and was_approved else None,
        "waitlisted_at": history.submitted_at if one.status is Status.WAITLISTED else None,
    }


def _answers(setting: Setting, registration_id: int, public_id: str, one: Invented) -> list[Row]:
    rows = []
    for question in one.questions:
        if question.column is not None or question.kind == CONSENT_KIND:
            continue
        for position, value in enumerate(one.answers.get(question.key, ())):
            sealed = None
            if question.is_sensitive:
                place = sealed_place(public_id, question.key, position)
                sealed = sealing.seal(setting.keys, value.encode(), place)
            rows.append(
                {
                    "registration_id": registration_id,
                    "question_key": question.key,
                    "position": position,
                    "value": None if sealed is not None else value,
                    "sealed": sealed,
                }
            )
    return rows


def _consents(setting: Setting, registration_id: int, one: Invented) -> list[Row]:
    rows = []
    for question in one.questions:
        if question.kind == CONSENT_KIND:
            text = pick(question.label, one.person.language, setting.languages)
            rows.append(
                {
                    "registration_id": registration_id,
                    "purpose": question.key,
                    "is_given": bool(one.answers.get(question.key)),
                    "text": text.text,
                    "language": text.language,
                    "questionnaire_id": setting.questionnaire_id,
                    "at": one.history.submitted_at,
                }
            )
    return rows


def _decision(setting: Setting, registration_id: int, one: Invented) -> Row:
    decided = one.history.decided
    assert decided is not None  # noqa: S101 - the caller chose those with one
    return {
        "registration_id": registration_id,
        "action": decided.action,
        "status_before": decided.before,
        "status_after": decided.after,
        "status_known": decided.before,
        "revision": one.history.revision,
        "reason": decided.reason,
        "account_id": setting.organizer_id,
        "decided_at": decided.at,
        "mails_at": decided.at + availability.UNDO_WINDOW,
    }


def _place(setting: Setting, registration_id: int, one: Invented) -> Row:
    return {
        "event_id": setting.event_id,
        "category_id": one.rule.id,
        "registration_id": registration_id,
        "taken_at": one.history.submitted_at,
    }


def _acts(setting: Setting, registration_id: int, one: Invented) -> list[Act]:
    def act(actor: Actor, action: str, at: datetime) -> Act:
        return Act(target, action, actor, at)

    target = Target(Registration, registration_id, setting.event_id)
    history, person = one.history, Actor.participant(registration_id)
    acts = [act(person, f"registered_{history.first_status.value}", history.submitted_at)]
    if history.decided is not None:
        organizer = Actor.account(setting.organizer_id)
        acts.append(act(organizer, f"decided_{history.decided.action.value}", history.decided.at))
    if history.withdrew_at is not None:
        acts.append(act(person, "withdrew", history.withdrew_at))
    return acts


def _public_id(seed: int, number: int) -> str:
    digest = hashlib.sha256(f"demo public id/{seed}/{number}".encode()).digest()
    return base64.urlsafe_b64encode(digest[: tokens.PUBLIC_ID_BYTES]).decode("ascii")


def _reference(setting: Setting, number: int) -> str:
    """Return a reference that nobody has, the same for the same seed and number unless it was taken."""
    chance = random.Random(f"{setting.seed}/{number}/reference")  # noqa: S311 - a code, no secret
    while True:
        code = "".join(chance.choices(_REFERENCE_ALPHABET, k=_REFERENCE_LENGTH))
        reference = f"{setting.reference_prefix}-{code}"
        if reference not in setting.references:
            setting.references.add(reference)
            return reference

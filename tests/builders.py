"""Small worlds for tests: plainly fictional, each builder says what it makes, keyword arguments change it.

Every builder writes and commits at once and returns the row; what it refers to was made before. Addresses end in
`.example`.
"""

from __future__ import annotations

import copy
import secrets
from base64 import b64decode
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from itertools import count
from typing import Any

from eventreg.accounts.models import Account
from eventreg.accounts.rules.profiles import address_key
from eventreg.db import db, transaction
from eventreg.events.models import Category, Event, EventDay, Partner, PrivacyNotice, ProgrammeSession, TeamMember
from eventreg.events.rules.categories import ApprovalRule
from eventreg.events.rules.institutions import PartnerRole
from eventreg.events.rules.programme import SessionKind
from eventreg.events.rules.publication import Publication
from eventreg.events.rules.team import TeamRole
from eventreg.kernel.clock import now
from eventreg.kernel.text import email_key
from eventreg.kernel.tokens import new_public_id, new_reference
from eventreg.media.models import Picture
from eventreg.organizations.models import Organization
from eventreg.questionnaires.models import QuestionnaireDraft, QuestionnaireVersion
from eventreg.questionnaires.queries import definition_of, get_current_version
from eventreg.questionnaires.rules.schema import Stage
from eventreg.registration.emails import Occasion
from eventreg.registration.models import Place, Registration
from eventreg.registration.rules.states import Status
from eventreg.registration.services.answers import insert_answers, record_consents, refresh_search
from eventreg.registration.services.registering import Receipt, Submission, register
from eventreg.settings.models import LegalPage
from tests.questionnaire import DEFINITION
from tests.support.reused import hash_of

_numbers = count(1)
_RED_PIXEL = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC")

AT_ONCE, BY_ORGANIZER = ApprovalRule.AT_ONCE, ApprovalRule.BY_ORGANIZER

#: the categories of an event unless a test says others: one that confirms at once, one that waits for an organizer
CATEGORIES: tuple[dict[str, Any], ...] = (
    {"key": "government", "name": {"es": "Gobierno", "en": "Government"}, "approval": AT_ONCE},
    {
        "key": "academia",
        "name": {"es": "Academia", "en": "Academia"},
        "approval": BY_ORGANIZER,
        "pending_counts": True,
    },
)


def text(es: str, en: str) -> dict[str, str]:
    """Return content in both languages."""
    return {"es": es, "en": en}


def an_event(categories: Sequence[Mapping[str, Any]] = CATEGORIES, **changes: Any) -> Event:
    """A published event of two days in six weeks (or from `first_day`), open since yesterday, without a limit of places."""
    number, at = next(_numbers), now()
    first_day = changes.pop("first_day", (at + timedelta(days=42)).date())
    values: dict[str, Any] = {
        "slug": f"encuentro-{number}",
        "publication": Publication.PUBLISHED,
        "languages": ["es", "en"],
        "title": text(f"Encuentro de prueba {number}", f"Trial meeting {number}"),
        "summary": text("Dos días de prueba.", "Two days of trial."),
        "city": "Ciudad de Prueba",
        "country": "MX",
        "region": ["GT", "MX"],
        "time_zone": "America/Mexico_City",
        "reference_prefix": "PRU",
        "venue": text("Casa de Pruebas", "House of Trials"),
        "registration_opens_at": at - timedelta(days=1),
        "registration_closes_at": at + timedelta(days=28),
        "changes_until": at + timedelta(days=35),
        "promotes_until": at + timedelta(days=35),
        "contact_name": "Clara Contacto",
        "contact_email": "clara@anfitriona.example",
        "contact_phone": "+52 55 5555 0100",
        "contact_language": "es",
        "created_at": at,
    }
    with transaction() as session:
        event = Event(**{**values, **changes})
        event.days = [_day(first_day), _day(first_day + timedelta(days=1))]
        event.partners = [Partner(organization=_institution(), role=PartnerRole.HOST, position=0)]
        event.categories = [
            Category(**{"position": position, **category}) for position, category in enumerate(categories)
        ]
        session.add(event)
        session.flush()
        session.add_all([_notice(event), _version(event, 1)])
        session.flush()
    return event


def a_legal_page(key: str = "imprint", **changes: Any) -> LegalPage:
    """A public legal page of the instance."""
    values = {
        "key": key,
        "position": 1,
        "title": text("Aviso legal", "Imprint"),
        "body": text("Nosotros.", "We."),
        "is_published": True,
        "changed_at": now(),
    }
    with transaction() as session:
        page = LegalPage(**{**values, **changes})
        session.add(page)
        session.flush()
    return page


def an_institution(**changes: Any) -> Organization:
    """An institution."""
    with transaction() as session:
        institution = _institution(**changes)
        session.add(institution)
        session.flush()
    return institution


def a_picture(**changes: Any) -> Picture:
    """A picture: a red pixel."""
    values = {
        "public_id": new_public_id(),
        "media_type": "image/png",
        "width": 1,
        "height": 1,
        "content": _RED_PIXEL,
        "created_at": now(),
    }
    with transaction() as session:
        picture = Picture(**{**values, **changes})
        session.add(picture)
        session.flush()
    return picture


def a_notice(event: Event, **changes: Any) -> PrivacyNotice:
    """A privacy notice of an event, version 1."""
    with transaction() as session:
        notice = _notice(event, **changes)
        session.add(notice)
        session.flush()
    return notice


def a_questionnaire(event: Event, definition: Mapping[str, Any] = DEFINITION, **changes: Any) -> QuestionnaireVersion:
    """What an event asks; the next version when it asks something already."""
    with transaction() as session:
        earlier = session.query(QuestionnaireVersion).filter_by(event_id=event.id).count()
        version = _version(event, earlier + 1, definition, **changes)
        session.add(version)
        session.flush()
    return version


def a_draft_document() -> dict[str, Any]:
    """What the builders' events ask, with a purpose each, and one question more."""
    definition = copy.deepcopy(DEFINITION)
    for section in definition["sections"]:
        for question in section["questions"]:
            question.setdefault("purpose", text("Para el encuentro", "For the meeting"))
    definition["sections"][1]["questions"].append(
        {
            "key": "arrival",
            "kind": "short_text",
            "label": text("Llegada", "Arrival"),
            "purpose": text("El traslado", "The transfer"),
            "is_required": True,
        }
    )
    return definition


def a_draft(event: Event, **changes: Any) -> QuestionnaireDraft:
    """What organizers are writing: `a_draft_document`."""
    definition = a_draft_document()
    values = {"event_id": event.id, "definition": definition, "changed_at": now()}
    with transaction() as session:
        draft = QuestionnaireDraft(**{**values, **changes})
        session.add(draft)
        session.flush()
    return draft


def a_category(event: Event, key: str = "press", **changes: Any) -> Category:
    """One more category of an event: confirms at once, without a limit of its own."""
    values = {"event_id": event.id, "key": key, "position": 9, "name": text("Prensa", "Press"), "approval": AT_ONCE}
    with transaction() as session:
        category = Category(**{**values, **changes})
        session.add(category)
        session.flush()
    return category


def an_account(password: str = "", **changes: Any) -> Account:
    """Somebody who can sign in: by links alone, unless there is a password."""
    number = next(_numbers)
    email = changes.pop("email", f"organizadora{number}@equipo.example")
    values = {
        "email": email,
        "email_key": address_key(email),
        "name": f"Olga Organizadora {number}",
        "language": "es",
        "password_hash": hash_of(password) if password else "",
        "created_at": now(),
    }
    with transaction() as session:
        account = Account(**{**values, **changes})
        session.add(account)
        session.flush()
    return account


def a_team_member(event: Event, role: TeamRole | str = TeamRole.OWNER, **account: Any) -> Account:
    """An account with a role on an event."""
    member = an_account(**account)
    with transaction() as session:
        session.add(TeamMember(event_id=event.id, account_id=member.id, role=TeamRole(role)))
    return member


def a_registration(
    event: Event,
    category: str = "government",
    status: Status | str = Status.CONFIRMED,
    *,
    answers: Mapping[str, Sequence[str]] | None = None,
    has_place: bool | None = None,
    at: datetime | None = None,
    **changes: Any,
) -> Registration:
    """A registration as it stands after a while: a row, answers and, where it counts, a place. No message.

    `answers` are those that stand in no column. For what happens on registering, use `register_somebody`.
    """
    number, at, status = next(_numbers), at or now(), Status(status)
    found = next(row for row in event.categories if row.key == category)
    email = changes.pop("email", f"persona{number}@instituto.example")
    values: dict[str, Any] = {
        "public_id": new_public_id(),
        "reference": new_reference(event.reference_prefix),
        "event_id": event.id,
        "category_id": found.id,
        "status": status,
        "language": "es",
        "given_name": "Ana",
        "family_name": f"Demostración {number}",
        "institution": "Instituto de Prueba",
        "country": "MX",
        "email": email,
        "email_key": email_key(email),
        "submission_hash": secrets.token_hex(32),
        "submitted_at": at,
        "status_changed_at": at,
        "waitlisted_at": at if status is Status.WAITLISTED else None,
    }
    with transaction() as session:
        version = get_current_version(event.id)
        registration = Registration(
            **{"questionnaire_id": version.id, "badge_name": "", "position": "", "phone": "", **values, **changes}
        )
        refresh_search(registration)
        session.add(registration)
        session.flush()
        _answer(event, registration, category, version, answers, at)
        counts = status is Status.CONFIRMED or (status is Status.PENDING and found.pending_counts)
        if counts if has_place is None else has_place:
            session.add(Place(event_id=event.id, category_id=found.id, registration_id=registration.id, taken_at=at))
    return registration


def a_submission(event: Event, category: str = "government", **answers: Any) -> Submission:
    """A form that was checked: `a_submission(event, email="ana@instituto.example", days=[…])`."""
    version = get_current_version(event.id)
    number = next(_numbers)
    values: dict[str, Any] = {
        "given_name": "Ana",
        "family_name": "Demostración",
        "institution": "Instituto de Prueba",
        "country": "MX",
        "email": f"persona{number}@instituto.example",
        "days": [str(day.id) for day in event.days],
        "agrees": "yes",
    }
    language = answers.pop("language", "es")
    key = answers.pop("submission_key", secrets.token_urlsafe(18))
    files = answers.pop("files", ())
    return Submission(
        submission_key=key,
        category_key=category,
        questionnaire_id=version.id,
        definition=definition_of(version),
        privacy_notice_id=None,
        language=language,
        answers={
            name: [value] if isinstance(value, str) else list(value) for name, value in {**values, **answers}.items()
        },
        files=files,
    )


def register_somebody(event: Event, category: str = "government", **answers: Any) -> Receipt:
    """Register a person by the service: place, audit, messages and all."""
    submission = a_submission(event, category, **answers)
    return register(event.id, submission, Occasion.load(event))


def _institution(**changes: Any) -> Organization:
    number = next(_numbers)
    values = {
        "key": f"institucion-{number}",
        "name": text("Institución Anfitriona", "Host Institution"),
        "short_name": text("Anfitriona", "Host"),
    }
    return Organization(**{**values, **changes})


def _notice(event: Event, **changes: Any) -> PrivacyNotice:
    values = {
        "event_id": event.id,
        "version": 1,
        "summary": text("Usamos sus datos para el encuentro.", "We use your data for the meeting."),
        "body": text("## Para qué\n\nPara el encuentro.", "## What for\n\nFor the meeting."),
        "published_at": now(),
    }
    return PrivacyNotice(**{**values, **changes})


def _version(
    event: Event, number: int, definition: Mapping[str, Any] = DEFINITION, **changes: Any
) -> QuestionnaireVersion:
    values = {"event_id": event.id, "version": number, "definition": dict(definition), "published_at": now()}
    return QuestionnaireVersion(**{**values, **changes})


def _day(held_on: Any) -> EventDay:
    sessions = [
        ProgrammeSession(
            kind=SessionKind.SESSION, starts_at=time(9), ends_at=time(11), title=text("Apertura", "Opening"), note={}
        )
    ]
    return EventDay(held_on=held_on, starts_at=time(9), ends_at=time(18), sessions=sessions)


def _answer(
    event: Event,
    registration: Registration,
    category: str,
    version: QuestionnaireVersion,
    answers: Mapping[str, Sequence[str]] | None,
    at: datetime,
) -> None:
    days = db.session.query(EventDay.id).filter_by(event_id=event.id).order_by(EventDay.held_on)
    given: dict[str, Sequence[str]] = {"days": [str(day.id) for day in days], "agrees": ["yes"], **(answers or {})}
    questions = definition_of(version).questions_for(category)
    insert_answers(registration, questions, given)
    shown = definition_of(version).questions_for(category, Stage.REGISTRATION)
    record_consents(registration, shown, given, language=registration.language, fallbacks=event.languages, now=at)

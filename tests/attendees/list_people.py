"""Random people for tests of the list, with what plain Python knows of each."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from eventreg.attendees.models import Note, Tag, Tagging
from eventreg.attendees.rules.annotations import TagColour
from eventreg.db import transaction
from eventreg.events.models import Event
from eventreg.kernel.clock import now
from eventreg.kernel.text import folded
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState
from eventreg.registration.models import AnswerRequest, Registration
from eventreg.registration.rules.asked import RequestKind
from eventreg.registration.rules.states import Status
from eventreg.registration.rules.ways_in import WayKind
from tests.builders import a_questionnaire, a_registration, a_team_member, an_event
from tests.questionnaire import EVERY_KIND

ZONE = ZoneInfo("America/Mexico_City")
NUMBER = 36
NAMES = (
    ("Ana", "Núñez"),
    ("ana", "nunez"),
    ("Ángel", "de la O"),
    ("Zoé", ""),
    ("李", "伟"),
    ("Íñigo", "Ñandú"),
    ("Eva", "Oz"),
)
INSTITUTIONS = ("Universidad de Prueba", "universidad de prueba", "Éxodo", "Zona 100%", "")
TEXTS = ("Derecho penal", "DERECHO  PENAL", "Ámbito rural_", "50% más", "12", "7", "~", "!x")
FAMILIES_OF = {"country": ("MX", "GT", "US", "")}

Pick = Callable[[random.Random, Event], Sequence[str]]


def _some(*values: str, most: int = 2) -> Pick:
    def pick(chance: random.Random, _event: Event) -> Sequence[str]:
        chosen = chance.sample(values, chance.randint(0, min(most, len(values))))
        return [value for value in values if value in chosen]

    return pick


def _one(*values: str) -> Pick:
    return lambda chance, _event: [chance.choice(values)] if chance.random() < 0.7 else []


def _span(chance: random.Random, _event: Event) -> Sequence[str]:
    first = date(2027, 3, 1) + timedelta(days=chance.randint(0, 9))
    return [str(first), str(first + timedelta(days=chance.randint(0, 4)))] if chance.random() < 0.7 else []


def _days(chance: random.Random, event: Event) -> Sequence[str]:
    return [str(day.id) for day in chance.sample(event.days, chance.randint(1, 2))] if chance.random() < 0.8 else []


ANSWERED: Mapping[str, Pick] = {
    "days": _days,
    "sex": _one("woman", "man"),
    "topics": _some("law", "data"),
    "travels": _one("yes", "no"),
    "diet": _one("vegan", "kosher"),
    "profile": _one("https://a.example/ANA", "https://b.example/eva"),
    "field": _one(*TEXTS),
    "letter": _one("fileAAAAAAAA", "fileBBBBBBBB"),
    "arrival": _one("2027-03-01", "2027-03-05", "2027-02-28", "1999-12-31"),
    "stay_abroad": _span,
    "flight_at": _one("09:30", "13:45", "00:05"),
    "experience": _one("0", "7", "12", "80", "12.5", "-3", "-12", "-12.5"),
    "preferences": lambda chance, _event: chance.sample(("law", "data", "trade"), chance.randint(0, 2)),
    "companion": _one("Julia", "ÁNGELA"),
    "other_institution": _one("Éxodo", "exodo", "Zona"),
    "mother_tongue": _one("es", "fr", "quc"),
    "worked_in": _some("DE", "FR", "US"),
    "nights": _some("2027-03-10", "2027-03-11", "2027-03-12"),
    "agrees": _one("yes"),
    "listed": _one("yes"),
}


@dataclass
class Person:
    """One registration with the values of every field of the list, as texts."""

    registration: Registration
    category: str
    #: by name of the field; nothing where there is none
    values: dict[str, Sequence[str]] = field(default_factory=dict)
    notes: int = 0
    tags: Sequence[str] = ()

    @property
    def id(self) -> int:
        return self.registration.id


@dataclass
class Crowd:
    """An event's people."""

    event: Event
    people: list[Person]
    tags: Mapping[str, str]


def a_crowd(seed: int = 7, number: int = NUMBER) -> Crowd:
    """An event that asks everything, with random people; some registered under its first version, which asks less."""
    chance, event = random.Random(seed), an_event()
    account = a_team_member(event)
    people = [_person(event, chance, index, is_early=True) for index in range(number // 6)]
    a_questionnaire(event, EVERY_KIND)
    people += [_person(event, chance, index, is_early=False) for index in range(number - len(people))]
    return Crowd(event, people, _add_what_teams_add(event, people, account.id, chance))


def _person(event: Event, chance: random.Random, index: int, *, is_early: bool) -> Person:
    category = chance.choice(("government", "academia"))
    asked = {key: pick for key, pick in ANSWERED.items() if not is_early or key in _ASKED_FIRST}
    asked = {key: pick for key, pick in asked.items() if _ASKED_OF.get(key, category) == category}
    answers = {key: list(pick(chance, event)) for key, pick in asked.items()}
    given, family = chance.choice(NAMES)
    registration = a_registration(
        event,
        category,
        chance.choice(list(Status)),
        answers=answers,
        given_name=given,
        family_name=family,
        badge_name=chance.choice(("", "Ana", "Éva")),
        institution=chance.choice(INSTITUTIONS),
        position=chance.choice(("Directora", "DIRECTORA", "Técnico", "")),
        country=chance.choice(FAMILIES_OF["country"]),
        language=chance.choice(("es", "en")),
        phone=chance.choice(("", "+52 962 123 4567", "962 123 4567", f"55 5555 {index:04d}")),
        came_by=chance.choice((None, *WayKind)),
        at=now() - timedelta(days=chance.randint(0, 5), minutes=chance.randint(0, 3)),
    )
    return Person(registration, category, _values(registration, category, answers, event))


#: what the first version asks, and what it asks of one category
_ASKED_FIRST = frozenset({"days", "sex", "topics", "travels", "diet", "profile", "field", "letter", "agrees", "listed"})
_ASKED_OF = {"profile": "academia", "field": "academia", "letter": "government"}


def _values(
    registration: Registration, category: str, answers: Mapping[str, Sequence[str]], event: Event
) -> dict[str, Sequence[str]]:
    def some(*values: str) -> Sequence[str]:
        return [value for value in values if value]

    held_on = {str(day.id): day.held_on.isoformat() for day in event.days}
    columns = {
        f"answer.{name}": some(getattr(registration, name))
        for name in ("given_name", "family_name", "institution", "country", "email", "phone")
    }
    found = {f"answer.{key}": values for key, values in answers.items()} | columns
    for purpose in ("agrees", "listed"):
        found[f"answer.{purpose}"] = ["yes"] if answers.get(purpose) else ["no"]
    return found | {
        "status": [registration.status.value],
        "category": [category],
        "country": some(registration.country),
        "institution": some(registration.institution),
        "language": [registration.language],
        "way": some(registration.came_by.value if registration.came_by else ""),
        "day": [held_on[value] for value in answers["days"]],
        "received": [registration.submitted_at.astimezone(ZONE).date().isoformat()],
    }


def _add_what_teams_add(
    event: Event, people: Sequence[Person], account_id: int, chance: random.Random
) -> Mapping[str, str]:
    at = now()
    with transaction() as session:
        tags = [
            Tag(
                public_id=f"tag{index}{event.id:08d}",
                event_id=event.id,
                name=name,
                name_key=folded(name),
                colour=TagColour.RED,
                created_at=at,
            )
            for index, name in enumerate(("Mesa", "árbol"))
        ]
        session.add_all(tags)
        session.flush()
        for person in people:
            chosen = [tag for tag in tags if chance.random() < 0.3]
            session.add_all(Tagging(registration_id=person.id, tag_id=tag.id) for tag in chosen)
            person.tags = [tag.name_key for tag in chosen]
            person.notes = chance.choice((0, 0, 1, 2))
            session.add_all(
                Note(registration_id=person.id, account_id=account_id, text="Nota", written_at=at)
                for _ in range(person.notes)
            )
            states = chance.choice(_MAILS)
            session.add_all(mail_about(event.id, person.id, state, at) for state in states)
            person.values |= {
                "tag": [tag.public_id for tag in chosen],
                "note": ["yes"] if person.notes else [],
                "trouble": ["mail"] if _is_troubled(states) else [],
                "unanswered": _ask(session, event.id, person, chance, at),
            }
    mark_duplicates(people)
    return {tag.name_key: tag.public_id for tag in tags}


_SENT, _FAILED, _DROPPED = DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.DROPPED
_MAILS = ((), (_SENT,), (_FAILED,), (_FAILED, _SENT), (_SENT, _FAILED), (_FAILED, _DROPPED))
_mail_number = iter(range(10**9))


def _is_troubled(states: Sequence[DeliveryState]) -> bool:
    kept = [state for state in states if state is not _DROPPED]
    return bool(kept) and kept[-1] is _FAILED


def mail_about(event_id: int, registration_id: int, state: DeliveryState, at: datetime) -> MailMessage:
    number = next(_mail_number)
    texts = dict.fromkeys(("recipient", "subject", "text", "html", "marker"), "x")
    return MailMessage(
        key=f"test/{number}",
        message_id=f"<{number}@eventreg.example>",
        event_id=event_id,
        record_kind="registration",
        record_id=registration_id,
        template="registration/confirmed",
        audience="participant",
        language="es",
        state=state,
        give_up_at=at,
        created_at=at,
        **texts,
    )


def _ask(session: Any, event_id: int, person: Person, chance: random.Random, at: datetime) -> list[str]:
    """Ask somebody, perhaps, something that is perhaps answered; return what is not, as filters name it."""
    kind = chance.choice((None, RequestKind.FOLLOW_UP, RequestKind.AGAIN))
    if kind is None:
        return []
    section, is_answered = "more" if kind is RequestKind.FOLLOW_UP else "", chance.random() < 0.3
    session.add(
        AnswerRequest(
            event_id=event_id,
            registration_id=person.id,
            kind=kind,
            questionnaire_id=person.registration.questionnaire_id,
            section_key=section,
            requested_at=at,
            answered_at=at if is_answered else None,
        )
    )
    concerned = {Status.CONFIRMED} if section else {Status.CONFIRMED, Status.PENDING, Status.WAITLISTED}
    is_open = not is_answered and person.registration.status in concerned
    return [f"{kind.value}.{section}" if section else kind.value] if is_open else []


def mark_duplicates(people: Sequence[Person], *, by_phone: bool = True) -> None:
    """Say of each of these people whether they look like another one of them."""
    living = [each for each in people if each.registration.status is not Status.CANCELLED]
    for person in people:
        same = [each for each in living if each is not person and _is_alike(person, each, by_phone)]
        person.values["duplicates"] = ["yes"] if person in living and same else []


def _is_alike(one: Person, two: Person, by_phone: bool) -> bool:
    first, second = one.registration, two.registration
    has_phone = by_phone and bool(first.phone_key) and first.phone_key == second.phone_key
    return first.sort_name == second.sort_name or has_phone

"""An event with many people, made quickly: each with twenty-five answers beside what identifies them."""

from __future__ import annotations

import random
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import timedelta
from hashlib import blake2b
from typing import Any

from sqlalchemy import func, insert, literal, select, text

from eventreg.attendees.models import Tag, Tagging
from eventreg.attendees.rules.annotations import TagColour
from eventreg.db import db, transaction
from eventreg.demo.rules.people import documents, invent, read
from eventreg.events.bundles.parts import part_registry
from eventreg.events.bundles.reading import DocumentBundle
from eventreg.events.models import Category
from eventreg.kernel.clock import now
from eventreg.kernel.text import (
    email_key,
    phone_key,
    search_text,
    sort_institution,
    sort_name,
    sort_position,
)
from eventreg.kernel.tokens import PUBLIC_ID_BYTES
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState
from eventreg.making.services.wholes import Placing, put_in_event
from eventreg.questionnaires.queries import get_current_version
from eventreg.questionnaires.services import publish
from eventreg.registration.models import Answer, Registration
from eventreg.registration.rules.states import Status

ANSWERS = 25
#: people whose answers are written one by one; those of the others are copies of theirs
_MODELS = 500
_STEP = 5_000
#: people in a hundred
_STATUSES = {
    Status.CONFIRMED: 55,
    Status.PENDING: 20,
    Status.WAITLISTED: 10,
    Status.DECLINED: 8,
    Status.CANCELLED: 7,
}
_SYLLABLES = [first + second for first in "bcdfglmnprst" for second in "aeiou"]
_KINDS = ("choice", "yes_no", "multiple_choice", "short_text", "number", "date", "choice", "long_text")
_OPTIONS = ("one", "two", "three", "four", "five")
_ONE_IN_FAILED, _ONE_IN_TAGGED, _ONE_IN_TWICE = 100, 20, 100
#: somebody whom a search finds alone
RARE = "Ocelote"


def make_crowd(size: int, slug: str, prefix: str, answers: int = ANSWERS) -> int:
    """Make an event of `size` registrations with so many answers each and return its id."""
    event_id = _make_event(slug, prefix)
    with transaction() as session:
        version = get_current_version(event_id)
        categories = list(session.scalars(select(Category.id).where(Category.event_id == event_id)))
        before = session.scalar(select(func.max(Registration.id))) or 0
    for start in range(0, size, _STEP):
        with transaction() as session:
            rows = [
                _person(event_id, version.id, categories, prefix, number, size)
                for number in range(start, min(start + _STEP, size))
            ]
            session.execute(insert(Registration), rows)
    with transaction() as session:
        ids = list(
            session.scalars(
                select(Registration.id)
                .where(Registration.event_id == event_id, Registration.id > before)
                .order_by(Registration.id)
            )
        )
        session.execute(
            insert(Answer), [row for place, id_ in enumerate(ids[:_MODELS]) for row in _answers(id_, place, answers)]
        )
    _copy_answers(ids)
    _add_mail_and_tags(event_id, ids)
    return event_id


def settle() -> None:
    """Let PostgreSQL take stock of its tables, as it does by itself after a while. SQLite is never told to."""
    db.session.rollback()
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def questionnaire() -> dict[str, Any]:
    """Return what the event asks: who one is, and twenty-five questions of eight kinds."""
    identity = [
        _question("given_name", "short_text", column="given_name", is_required=True),
        _question("family_name", "short_text", column="family_name"),
        _question("institution", "institution", column="institution"),
        _question("position", "short_text", column="position"),
        _question("country", "country", column="country"),
        _question("email", "email", column="email", is_required=True),
        _question("phone", "phone", column="phone"),
    ]
    asked = [_question(key_of(number), _KINDS[number % len(_KINDS)]) for number in range(ANSWERS)]
    sections = (("you", identity), ("more", asked))
    return {
        "sections": [
            {"key": key, "title": {"es": key, "en": key}, "questions": questions} for key, questions in sections
        ]
    }


def key_of(number: int) -> str:
    """Return the key of one of the twenty-five questions."""
    return f"ask_{number}"


def _question(key: str, kind: str, **parts: Any) -> dict[str, Any]:
    words = {
        "label": {"es": f"Pregunta {key}", "en": f"Question {key}"},
        "purpose": {"es": "Medir", "en": "To measure"},
    }
    if "choice" in kind:
        parts["options"] = [{"value": each, "label": {"es": each, "en": each}} for each in _OPTIONS]
    return {"key": key, "kind": kind, **words, **parts}


def _make_event(slug: str, prefix: str) -> int:
    data = read("seminar")
    demonstration = {**data["demonstration"], "reference_prefix": prefix}
    event, parts = documents({**data, "organizations": [], "demonstration": demonstration}, read("programme"), now())
    placing = Placing(slug, now(), action="event_created")
    event_id = put_in_event(DocumentBundle(event, parts), placing, part_registry().whole(parts.keys()))
    publish(event_id, questionnaire())
    return event_id


def _person(
    event_id: int, version_id: int, categories: list[int], prefix: str, number: int, size: int
) -> dict[str, Any]:
    chance = random.Random(f"{prefix}/{number}")
    person = invent(number + 1, chance)
    family = f"{person.family_name} {''.join(chance.choices(_SYLLABLES, k=3)).title()}"
    if number == size // 2:
        family = RARE
    reference = f"{prefix}-{number:06d}"
    at = now() - timedelta(days=20) * (1 - number / size)
    names = {"given_name": person.given_name, "family_name": family, "badge_name": person.badge_name}
    email = f"{prefix.lower()}.{person.email}"
    # Now and then somebody has the telephone of the one before, as who registers twice.
    phone = f"+52 962 {(number - (number % _ONE_IN_TWICE == 1)) * 7_919 % 10**7:07d}"
    status = chance.choices(list(_STATUSES), list(_STATUSES.values()))[0]
    return {
        **names,
        # Of as many bytes as a real one, or no link can be built and no message goes.
        "public_id": urlsafe_b64encode(blake2b(reference.encode(), digest_size=PUBLIC_ID_BYTES).digest()).decode(
            "ascii"
        ),
        "reference": reference,
        "event_id": event_id,
        "category_id": chance.choice(categories),
        "questionnaire_id": version_id,
        "status": status,
        "language": person.language,
        "institution": person.institution,
        "position": person.position,
        "country": person.country,
        "email": email,
        "email_key": email_key(email),
        "phone": phone,
        "phone_key": phone_key(phone),
        "sort_name": sort_name(family, person.given_name),
        "sort_institution": sort_institution(person.institution),
        "sort_position": sort_position(person.position),
        "search_text": search_text(
            **names, institution=person.institution, email=email, reference=reference, phone=person.phone
        ),
        "submission_hash": f"{prefix}/{number}",
        "submitted_at": at,
        "status_changed_at": at,
    }


def _answers(registration_id: int, place: int, count: int) -> Iterator[dict[str, Any]]:
    # By the place among the event's people: the same share of every event is found by an answer.
    chance = random.Random(place)
    for number in range(count):
        yield {
            "registration_id": registration_id,
            "question_key": key_of(number),
            "position": 0,
            "value": _value(_KINDS[number % len(_KINDS)], chance),
        }


def _value(kind: str, chance: random.Random) -> str:
    word = "".join(chance.choices(_SYLLABLES, k=3))
    return {
        "choice": chance.choice(_OPTIONS),
        "multiple_choice": chance.choice(_OPTIONS),
        "yes_no": "yes" if chance.random() < 0.1 else "no",
        "short_text": f"Área {word}",
        "long_text": f"Una respuesta larga sobre {word}, con acentos y muchas palabras más, hasta el final.",
        "number": str(chance.randrange(60)),
        "date": f"2027-03-{chance.randint(1, 28):02d}",
    }[kind]


def _copy_answers(ids: list[int]) -> None:
    """Give everybody else the answers of one of the models."""
    columns = (Answer.question_key, Answer.position, Answer.value, Answer.sort_value)
    first = ids[0]
    for start in range(_MODELS, len(ids), _STEP):
        least, most = ids[start], ids[min(start + _STEP, len(ids)) - 1]
        model = literal(first) + (Registration.id - literal(first)) % literal(_MODELS)
        copied = (
            select(Registration.id, *columns)
            .join(Answer, Answer.registration_id == model)
            .where(Registration.id.between(least, most))
        )
        with transaction() as session:
            session.execute(
                insert(Answer).from_select(
                    ["registration_id", *(column.key for column in columns)], copied, include_defaults=False
                )
            )


def _add_mail_and_tags(event_id: int, ids: list[int]) -> None:
    at = now()
    with transaction() as session:
        tag = Tag(
            public_id=f"tag{event_id:09d}",
            event_id=event_id,
            name="VIP",
            name_key="vip",
            colour=TagColour.RED,
            created_at=at,
        )
        session.add(tag)
        session.flush()
        session.execute(insert(Tagging), [{"registration_id": id_, "tag_id": tag.id} for id_ in ids[::_ONE_IN_TAGGED]])
        session.execute(insert(MailMessage), [_message(event_id, id_, at) for id_ in ids[::_ONE_IN_FAILED]])


def _message(event_id: int, registration_id: int, at: Any) -> dict[str, Any]:
    return {
        "key": f"bench-{registration_id}",
        "event_id": event_id,
        "record_kind": "registration",
        "record_id": registration_id,
        "template": "registration/confirmed",
        "audience": "participant",
        "language": "es",
        "recipient": f"persona{registration_id}@nadie.example",
        "subject": "Prueba",
        "text": "Prueba",
        "html": "<p>Prueba</p>",
        "marker": "m",
        "message_id": f"<bench-{registration_id}@eventreg.example>",
        "state": DeliveryState.FAILED,
        "give_up_at": at,
        "created_at": at,
    }

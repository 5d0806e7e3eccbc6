"""Loading the seminar, or finding it loaded; fictional registrations in any number, for trying and measuring."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from eventreg.accounts.models import Account
from eventreg.accounts.queries import find_account_by_address
from eventreg.accounts.rules.profiles import address_key
from eventreg.accounts.services.accounts import create_account
from eventreg.audit.services import SYSTEM, note
from eventreg.db import db, transaction
from eventreg.demo.rules.answers import invent_answers
from eventreg.demo.rules.people import documents, draw_status, invent, invent_history, read, settle
from eventreg.demo.services.rows import Invented, Setting, insert_registrations
from eventreg.events.bundles.parts import part_registry
from eventreg.events.bundles.reading import DocumentBundle
from eventreg.events.models import Event, TeamMember
from eventreg.events.queries.events import lock_event
from eventreg.events.rules.team import TeamRole
from eventreg.events.services import settings, team
from eventreg.exchange.rules.importing import CategoryRule
from eventreg.kernel import clock
from eventreg.kernel.errors import Refused
from eventreg.making.services.wholes import Placing, insert_event
from eventreg.questionnaires.services import publish
from eventreg.registration.models import Registration
from eventreg.registration.queries.places import get_seats
from eventreg.registration.rules.states import Status

#: people in one transaction: others get their turn in between
_STEP = 500
#: the registrations came in over this time before now
_SPREAD = timedelta(days=20)

Progress = Callable[[int], None]
Drawn = Sequence[tuple[random.Random, CategoryRule, Status]]


class NotADemonstration(ValueError):
    """The event is a real one: nobody fictional is put among its people, and its places are its own."""


@dataclass(frozen=True)
class _Order:
    """What was asked for."""

    count: int
    seed: int
    now: datetime


def add_registrations(event_id: int, count: int, seed: int = 1, progress: Progress | None = None) -> None:
    """Add `count` fictional registrations to a demonstration: the same ones for the same seed on the same database.

    They stand in every status, with answers, consents, decisions and audit entries; no mail is written. Where more
    people have a place than there are, the event's limits rise to what is taken. `progress` is told how many are there
    after each step. Raises NotFound, and NotADemonstration for an event without a demonstration note.
    """
    order = _Order(count, seed, clock.now())
    for done in range(0, count, _STEP):
        size = min(_STEP, count - done)
        with transaction():
            _add_step(event_id, order, done, size)
        if progress is not None:
            progress(done + size)


def _add_step(event_id: int, order: _Order, done: int, size: int) -> None:
    event = lock_event(event_id)
    if not event.demonstration_note:
        raise NotADemonstration(event.slug)
    # Numbers go on after the newest registration, so that another order brings other people.
    first = (db.session.scalar(select(func.max(Registration.id))) or 0) + 1
    drawn = _draw(event, order.seed, first, size)
    statuses = _settle(event, drawn, order.now)
    setting = Setting.load(event, order.seed)
    insert_registrations(
        setting,
        [
            _invent(setting, first + index, chance, rule, status, _submitted_at(order, done + index), order.now)
            for index, ((chance, rule, _), status) in enumerate(zip(drawn, statuses, strict=True))
        ],
    )


def _draw(event: Event, seed: int, first: int, size: int) -> Drawn:
    rules = [CategoryRule(row.id, row.key, row.approval, row.pending_counts) for row in event.categories]
    drawn = []
    for number in range(first, first + size):
        chance = random.Random(f"{seed}/{number}")  # noqa: S311 - a reproducible demo, no secret
        rule = chance.choice(rules)
        drawn.append((chance, rule, draw_status(rule, chance)))
    return drawn


def _settle(event: Event, drawn: Drawn, now: datetime) -> list[Status]:
    """Fit statuses and places to each other; the event's limits rise where that is needed, and the trail says so."""
    before = get_seats(event)
    after, statuses = settle(before, [(rule, status) for _, rule, status in drawn])
    if (before.capacity, before.limits) != (after.capacity, after.limits):
        event.capacity = after.capacity
        for category in event.categories:
            category.places = after.limits[category.id]
        note(event, "capacity_raised", SYSTEM, now, old=before.capacity, new=after.capacity)
    return statuses


def _submitted_at(order: _Order, index: int) -> datetime:
    return order.now - _SPREAD * (1 - index / order.count)


def _invent(
    setting: Setting,
    number: int,
    chance: random.Random,
    rule: CategoryRule,
    status: Status,
    submitted_at: datetime,
    now: datetime,
) -> Invented:
    person = invent(number, chance)
    asked = setting.definition.questions_for(rule.key)
    answers = invent_answers(asked, person, setting.days, chance)
    hidden = setting.definition.hidden_keys(rule.key, None, answers)
    questions = [question for question in asked if question.key not in hidden]
    return Invented(
        person=person,
        rule=rule,
        status=status,
        history=invent_history(rule, status, person.language, submitted_at, now, chance),
        questions=questions,
        answers=answers,
    )


@dataclass(frozen=True)
class Loaded:
    """The demo's seminar as it is in the database."""

    event_id: int
    slug: str
    #: the organizer's account, owner of this event only
    account_id: int
    #: whether this call made it
    is_new: bool


def load_seminar(now: datetime) -> Loaded:
    """Make the Tapachula seminar with all that belongs to it, or find it: whole or not at all, however often it is called.

    `now` dates it: registration opens at once, the first day is 45 days later. Its mail is held.
    """
    data = read("seminar")
    found = _find_whole(data)
    if found is not None:
        return found
    try:
        with transaction():
            return _load(data, now)
    except (IntegrityError, Refused):
        # Somebody else loaded it while this call waited for its turn.
        with transaction():
            return _load(data, now)


def find_seminar() -> Loaded | None:
    """Return the seminar when it is loaded and nothing of it is missing; makes nothing."""
    return _find_whole(read("seminar"))


def _find_whole(data: dict[str, Any]) -> Loaded | None:
    """Return the seminar when nothing of it is missing, without taking the lock."""
    row = db.session.execute(
        select(Event.id, TeamMember.account_id)
        .join(TeamMember, TeamMember.event_id == Event.id)
        .join(Account, Account.id == TeamMember.account_id)
        .where(
            Event.slug == data["slug"],
            Account.email_key == address_key(data["demonstration"]["organizer"]["email"]),
            Account.closed_at.is_(None),
            TeamMember.role == TeamRole.OWNER,
        )
    ).one_or_none()
    return Loaded(row.id, data["slug"], row.account_id, is_new=False) if row is not None else None


def _load(data: dict[str, Any], now: datetime) -> Loaded:
    event_id = db.session.scalar(select(Event.id).where(Event.slug == data["slug"]))
    is_new = event_id is None
    if event_id is None:
        event_id = _make(data, now)
    account_id = _organizer(data["demonstration"]["organizer"])
    team.add_team_member(event_id, account_id, TeamRole.OWNER, now)
    if is_new:
        # Last: the program's part of it is made of all that is set.
        settings.publish_notice(event_id, **read("notice"))
    return Loaded(event_id, data["slug"], account_id, is_new)


def _make(data: dict[str, Any], now: datetime) -> int:
    event, parts = documents(data, read("programme"), now)
    placing = Placing(data["slug"], now, action="event_created")
    event_id = insert_event(DocumentBundle(event, parts), placing, part_registry().whole(parts.keys()))
    publish(event_id, read("questionnaire"))
    return event_id


def _organizer(entry: dict[str, str]) -> int:
    account = find_account_by_address(entry["email"])
    if account is not None:
        return account.id
    return create_account(entry["email"], entry["name"], entry["language"])

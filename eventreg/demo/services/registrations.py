"""Fictional registrations in any number, for trying and measuring."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from eventreg.audit.services import SYSTEM, note
from eventreg.db import db, transaction
from eventreg.demo.rules.answers import invent_answers
from eventreg.demo.rules.people import draw_status, invent, invent_history, settle
from eventreg.demo.services.rows import Invented, Setting, insert_registrations
from eventreg.events.models import Event
from eventreg.events.queries.events import lock_event
from eventreg.exchange.rules.importing import CategoryRule
from eventreg.kernel import clock
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

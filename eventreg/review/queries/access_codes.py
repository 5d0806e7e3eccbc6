"""The access codes of an event with who came by each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from eventreg.db import db
from eventreg.events.models import Category
from eventreg.events.rules.team import Scope
from eventreg.registration.models import AccessCode, Registration
from eventreg.registration.queries.scoping import in_scope, is_shown
from eventreg.registration.rules.refusals import RegisteringReason
from eventreg.registration.rules.states import Status
from eventreg.registration.rules.ways_in import CodeState, refusal_of_code


@dataclass(frozen=True)
class ListedCode:
    """A code as the team sees it. `people` are live registrations that one may know of; `uses` counts all of them."""

    code: AccessCode
    category: Category
    uses: int
    people: Sequence[Registration]
    #: why it does not lead in now
    refusal: RegisteringReason | None


def list_codes(event_id: int, scope: Scope, now: datetime) -> list[ListedCode]:
    """Return the codes of an event and scope, the newest last: three statements."""
    rows = db.session.execute(
        select(AccessCode, Category)
        .join(Category, Category.id == AccessCode.category_id)
        .where(AccessCode.event_id == event_id)
        .order_by(AccessCode.id)
    ).all()
    uses, people = _uses(event_id), _people(event_id, scope)
    return [
        ListedCode(
            code,
            category,
            uses.get(code.id, 0),
            people.get(code.id, ()),
            refusal_of_code(CodeState(code.is_active, code.expires_at, code.most_uses, uses.get(code.id, 0)), now),
        )
        for code, category in rows
        if is_shown(category, scope)
    ]


def _uses(event_id: int) -> Mapping[int, int]:
    rows = db.session.execute(
        select(Registration.access_code_id, func.count())
        .where(
            Registration.event_id == event_id,
            Registration.access_code_id.is_not(None),
            Registration.status != Status.CANCELLED,
        )
        .group_by(Registration.access_code_id)
    )
    return {code_id: count for code_id, count in rows if code_id is not None}


def _people(event_id: int, scope: Scope) -> Mapping[int, Sequence[Registration]]:
    statement = (
        select(Registration)
        .where(
            Registration.event_id == event_id,
            Registration.access_code_id.is_not(None),
            Registration.status != Status.CANCELLED,
        )
        .order_by(Registration.id)
    )
    found: dict[int, list[Registration]] = defaultdict(list)
    for registration in db.session.scalars(in_scope(statement, event_id, scope)):
        found[registration.access_code_id or 0].append(registration)
    return found

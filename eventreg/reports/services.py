"""What leaves as a count or a list, recorded: answers by day where they are sensitive or a file, the people of a session.

And figures that are kept as they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from eventreg.attendees.queries.people import list_definitions
from eventreg.audit.services import Actor, note
from eventreg.db import db, found
from eventreg.events.models import Event
from eventreg.events.organizers import Organizer
from eventreg.events.queries.events import get_event_whole, holding_event_in_any_state
from eventreg.events.queries.programme import get_session
from eventreg.events.rules.team import Sight
from eventreg.i18n.languages import current_language
from eventreg.kernel import text
from eventreg.questionnaires import kinds
from eventreg.questionnaires.rules.schema import Question
from eventreg.registration.models import ErasedRegistration
from eventreg.reports.models import FrozenFigures
from eventreg.reports.queries.days import DayCount, count_by_day, list_countable, list_session_people


@dataclass(frozen=True)
class Counted:
    """The answers that were given, in words and in the order of the newest wording, and how often on each day."""

    question: Question
    label: str
    #: (value, words)
    answers: list[tuple[str, str]]
    days: list[DayCount]


def count_answers_by_day(
    event_id: int, key: str, who: Organizer, language: str, *, sees_sensitive: bool, is_file: bool
) -> Counted:
    """Count the answers to a question, and record that. Raises NotFound for a question that is not for this reader."""
    definitions = list_definitions(event_id)
    question = found(list_countable(definitions, sees_sensitive=sees_sensitive).get(key))
    is_sensitive = any(
        asked.is_sensitive for definition in definitions.values() if (asked := definition.find(key)) is not None
    )
    with holding_event_in_any_state(event_id) as event:
        if is_sensitive or is_file:
            note(event, "counted_by_day", who, question=key, **({"format": "csv"} if is_file else {}))
    event = get_event_whole(event_id)
    days = count_by_day(event, definitions, key, who.scope)
    given = {value for day in days for value in day.answers}
    context, kind = kinds.Context.of(event), kinds.get(question.kind)
    values = [option.value for option in question.options] or list(kind.fixed_values)
    values += sorted(given.difference(values))
    words = {value: "; ".join(kind.display(question, [value], context, language)) or value for value in values}
    return Counted(question, context.text(question.label, language), list(words.items()), days)


def export_session_people(event_id: int, public_id: str, sight: Sight, actor: Actor) -> bytes:
    """Return who signed up for a session as CSV (RFC 4180, UTF-8 with a byte order mark, cells inert), and record it.

    Mail addresses are in it for whoever may see them. Raises NotFound.
    """
    with holding_event_in_any_state(event_id) as event:
        session = get_session(event_id, public_id).session
        title = text.pick(session.title, event.languages[0], event.languages).text
        people = list_session_people(event_id, session.id, sight.scope)
        note(event, "exported", actor, format="csv", count=len(people), sessions=[title])
        head = [_("Reference"), _("Person"), _("Institution"), _("Country"), _("Category"), _("Status")]
        lines = []
        for person in people:
            category = text.pick(person.category.name, current_language(), event.languages).text
            line = [person.reference, person.full_name, person.institution, person.country, category]
            line.append(_(person.status.title))
            lines.append(line + ([person.email] if sight.has_contact_data else []))
    return text.csv_file(head + ([_("Email address")] if sight.has_contact_data else []), lines)


def keep_figures(event: Event, told: Mapping[str, Any], actor: Actor, at: datetime) -> FrozenFigures:
    """Keep the figures of an event as they were told, and record it, in the caller's transaction, which holds its row."""
    kept = FrozenFigures(event_id=event.id, frozen_at=at, author_id=actor.id, figures=dict(told))
    db.session.add(kept)
    db.session.flush()
    note(event, "figures_kept", actor, at)
    return kept


def last_kept(event_id: int) -> datetime | None:
    """Return when the program itself kept figures of an event last, as it does before the first of its data goes."""
    by_program = (FrozenFigures.event_id == event_id, FrozenFigures.author_id.is_(None))
    return db.session.scalar(
        select(FrozenFigures.frozen_at).where(*by_program).order_by(FrozenFigures.frozen_at.desc()).limit(1)
    )


def list_kept(event_id: int) -> Sequence[FrozenFigures]:
    """Return the figures of an event that were kept, the newest first."""
    of_event = select(FrozenFigures).where(FrozenFigures.event_id == event_id)
    return db.session.scalars(of_event.order_by(FrozenFigures.frozen_at.desc(), FrozenFigures.id.desc())).all()


def are_people_gone(event_id: int) -> bool:
    """Say whether somebody who registered was let go, so that the figures of today tell less than those that were kept."""
    of_event = select(ErasedRegistration.id).where(ErasedRegistration.event_id == event_id)
    return db.session.scalar(of_event.limit(1)) is not None

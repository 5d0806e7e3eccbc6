"""Files that a worker makes, step by step, for whoever asked to fetch within a day.

Each step reads some people, writes what comes of them to a sealed file of its own and says how far it is; the last puts
these together. So a worker that dies is followed by another that goes on, and the progress is true. The order of the people
is settled when the export begins and kept the same way. Everything on the disk is sealed by the keys of uploads.

People whom the team has put in from a file are told the same way, some a step, where that was wanted; and before that shown.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from eventreg.db import change_rows, db, transaction
from eventreg.events.announcing import WrittenTo
from eventreg.events.models import Event
from eventreg.events.queries.events import lock_event_in_any_state
from eventreg.exchange.models import Export
from eventreg.exchange.rules.exports import KEPT_FOR, STEPS, ExportState, Plan
from eventreg.exchange.rules.importing import NewPerson
from eventreg.exchange.services import files
from eventreg.exchange.services.formats import FORMATS
from eventreg.exchange.sheets.printed import CannotPrint
from eventreg.i18n.languages import speaking
from eventreg.jobs.services import schedule
from eventreg.kernel import clock
from eventreg.kernel.errors import NotFound
from eventreg.kernel.sealing import CannotUnseal
from eventreg.mail.services import enqueue_all
from eventreg.media.store import CannotKeep
from eventreg.questionnaires.queries import definition_of, get_current_version
from eventreg.registration.emails import News, Occasion, participant_message
from eventreg.registration.models import Registration
from eventreg.registration.queries.answers import DAYS_KIND, list_day_ids
from eventreg.registration.rules.states import Status
from eventreg.registration.services.answers import fill_identity
from eventreg.registration.services.registering import NEWS_OF


def make_some(work: Mapping[str, Any], now: datetime) -> bool:
    """Do the next step of an export, and say whether one is left. Done twice it is as good as once."""
    public_id = work["public_id"]
    export = files.find_export_by_id(public_id)
    if export is None or export.state is not ExportState.MAKING:
        return False  # its event was deleted, or somebody else has made it
    plan = export.plan
    try:
        with speaking(plan.language):
            if export.done < export.count:
                _gather(export, plan)
                return True
            _finish(export, plan, now)
    except (NotFound, CannotKeep, CannotUnseal, CannotPrint):
        # Trying again would not help: the event or a part is gone, the disk is full, or a key is missing.
        with transaction():
            _change(public_id, state=ExportState.FAILED)
        files.remove_files(public_id)
    return False


def _gather(export: Export, plan: Plan) -> None:
    """Write what comes of the next people to a file of its own, and say so."""
    public_id, count, done, step = export.public_id, export.count, export.done, STEPS[plan.format]
    source = files.Source(export.event_id, plan, export.created_at)
    ids = json.loads(b"".join(files.opened_part(public_id, files.PEOPLE)))[done : done + step]
    chunks = FORMATS[plan.format].part(source, ids, count, done, step)
    files.write_part(public_id, _part_name(done), chunks)
    with transaction():
        # Only if nobody was faster: the same step done twice counts once.
        _change(public_id, Export.done == done, done=done + len(ids))


def _finish(export: Export, plan: Plan, now: datetime) -> None:
    """Put the parts together."""
    public_id, size = export.public_id, 0

    def counted(chunks: Iterable[bytes]) -> Iterator[bytes]:
        nonlocal size
        for chunk in chunks:
            size += len(chunk)
            yield chunk

    source = files.Source(export.event_id, plan, export.created_at)
    starts = range(0, export.count, STEPS[plan.format])
    parts = (files.opened_part(public_id, _part_name(start)) for start in starts)
    chunks = FORMATS[plan.format].whole(source, parts, export.count)
    db.session.rollback()
    files.write_part(public_id, "", counted(chunks))
    with transaction():
        _change(public_id, state=ExportState.READY, size=size, ready_at=now, expires_at=now + KEPT_FOR)
    files.remove_parts(public_id)


def _part_name(start: int) -> str:
    return f"{start:08d}"


def _change(public_id: str, *conditions: Any, **values: Any) -> None:
    change_rows(Export, Export.public_id == public_id, Export.state == ExportState.MAKING, *conditions, **values)


TELL_ADDED_JOB = "registration.tell_added"
#: people written to in one step: a second of work, in which nobody else can write to a small database
PEOPLE_A_STEP = 50


def kept_of(people: Sequence[NewPerson]) -> list[list[Any]]:
    """Return what a trial keeps of those who would be told, as JSON takes it; of the first in each language and status with
    the answers that their message shows."""
    found: list[list[Any]] = []
    first = set[tuple[str, Status]]()
    for each in people:
        if each.status in NEWS_OF:
            shown = [] if (each.language, each.status) in first else each.questions
            first.add((each.language, each.status))
            answers = {q.key: list(each.answers.get(q.key, ())) for q in shown if q.column or q.kind == DAYS_KIND}
            found.append([each.row, each.category_key, each.language, each.status.value, answers])
    return found


def foretold(event: Event, kept: Sequence[Sequence[Any]], names: Mapping[int, str]) -> Sequence[WrittenTo]:
    """Return who would be told, of what `kept_of` kept, with the message where it is the first. Writes nothing."""
    occasion, asked = Occasion.load(event), list(definition_of(get_current_version(event.id)).questions())
    categories, found = {each.key: each.id for each in event.categories}, []
    for row, category, language, status, answers in kept:
        message = None
        if answers and category in categories:
            # In no table, and its link leads nowhere.
            person = Registration(
                public_id="A" * 12, reference=f"{event.reference_prefix}-000000", event_id=event.id, language=language,
                email="", status=Status(status), category_id=categories[category], revision=1, link_generation=1,
            )  # fmt: skip
            fill_identity(person, [q for q in asked if q.column], answers)
            days = frozenset(int(id_) for q in asked if q.kind == DAYS_KIND for id_ in answers.get(q.key, ()))
            message = participant_message(occasion, person, News(NEWS_OF[person.status], days), clock.now())
        found.append(WrittenTo(names.get(row, ""), category, language, str(row), message))
    return found


def schedule_telling(event_id: int, key: str, registration_ids: Sequence[int], now: datetime) -> None:
    """Have these people told what came of their registration, in the caller's transaction. `key` names the file."""
    if registration_ids:
        work = {"event_id": event_id, "key": key, "ids": list(registration_ids)}
        schedule(TELL_ADDED_JOB, f"{TELL_ADDED_JOB}:{key}", work, now)


def tell_added(work: Mapping[str, Any], now: datetime) -> int:
    """Write to the next people; returns to how many. A job of the worker, in its transaction.

    Whoever was decided on meanwhile was told by that; whoever is declined with the file, or withdrew, is not written to.
    """
    event = lock_event_in_any_state(work["event_id"])
    if event.is_called_off:
        return 0
    ids = list(work["ids"])
    people = db.session.scalars(
        select(Registration)
        .where(Registration.event_id == event.id, Registration.id.in_(ids[:PEOPLE_A_STEP]))
        .order_by(Registration.id)
    ).all()
    told = [each for each in people if each.status in NEWS_OF and each.status_changed_at == each.submitted_at]
    occasion, days = Occasion.load(event), list_day_ids(told)
    enqueue_all([participant_message(occasion, each, News(NEWS_OF[each.status], days[each.id]), now) for each in told])
    schedule_telling(event.id, work["key"], ids[PEOPLE_A_STEP:], now)
    return len(told)

"""A file of people: taken and kept sealed for a day, tried as often as one likes, then put in whole or not at all.

People whom the team has put in from a file are told, where that was wanted: by a job, some people a step.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from eventreg.attendees.queries.people import list_definitions
from eventreg.audit.services import Actor
from eventreg.db import db, get_of_event, lock_row, transaction
from eventreg.events.models import Event
from eventreg.events.queries.events import get_event_whole, lock_event_in_any_state
from eventreg.exchange.incoming.matching import Targets
from eventreg.exchange.incoming.setting import Setting
from eventreg.exchange.incoming.trial import Trial, compare, try_table
from eventreg.exchange.models import Import
from eventreg.exchange.rules.importing import BulkOvertaken, FileReason, Line, Outcome, Table, Terms
from eventreg.exchange.rules.tables import read_table
from eventreg.exchange.services.people import Put, put_people
from eventreg.i18n.languages import speaking
from eventreg.jobs.services import schedule
from eventreg.kernel import clock, text, tokens
from eventreg.kernel.errors import NotFound, Refused
from eventreg.kernel.sealing import CannotUnseal
from eventreg.mail.services import enqueue_all
from eventreg.media.store import CannotKeep, SealedFile, path_of, replace_file, sealed_parts, sweep_folder, write_file
from eventreg.questionnaires.kinds import Context
from eventreg.registration.emails import News, Occasion, participant_message
from eventreg.registration.models import Registration
from eventreg.registration.queries.answers import list_day_ids
from eventreg.registration.services.registering import NEWS_OF
from eventreg.web.instance import config, keys

_KEPT_FOR = timedelta(hours=24)
_LONGEST_NAME = 200


@dataclass(frozen=True)
class Importer:
    """Who puts a file in."""

    #: an account, or the system: a command on the machine
    actor: Actor
    #: of what is shown of the trial
    language: str
    sees_sensitive: bool


@dataclass(frozen=True)
class Tried:
    """What a trial showed."""

    lines: Sequence[Line]
    incomplete: int

    @property
    def is_refused(self) -> bool:
        """Whether a row stands in the way of all of them."""
        return any(line.outcome is Outcome.REFUSED for line in self.lines)


def take_file(event_id: int, name: str, content: bytes, importer: Importer) -> Import:
    """Keep a file for a day and match its columns. Raises Refused with a `FileReason`."""
    event, table = _event(event_id), read_table(content)
    category = event.categories[0].key if len(event.categories) == 1 else ""
    terms = Terms(category=category, language=event.languages[0])
    row = _new_row(event, name, len(content), _matching(event, table, importer), terms, importer)
    row.expires_at = row.created_at + _KEPT_FOR
    try:
        write_file(config().imports, row.public_id, sealed_parts(keys(), content, _place(row.public_id)))
    except CannotKeep as error:
        raise Refused(FileReason.CANNOT_BE_KEPT) from error
    with transaction() as session:
        session.add(row)
    return row


def open_table(row: Import) -> Table:
    """Return what a file holds that waits. Raises Refused (GONE)."""
    if row.done_at is not None or row.expires_at is None or row.expires_at <= clock.now():
        raise Refused(FileReason.GONE)
    return read_table(_open(row.public_id, _place(row.public_id)))


def try_file(event_id: int, public_id: str, matching: Sequence[str], terms: Terms, importer: Importer) -> Tried:
    """Try a file with its columns matched so, and keep what the trial showed. Raises NotFound and Refused."""
    row = get_of_event(Import, event_id, public_id=public_id)
    trial = _try(event_id, open_table(row), matching, terms, importer)
    _keep_trial(public_id, trial.lines, trial.incomplete)
    with transaction():
        waiting = lock_row(select(Import).where(Import.id == row.id))
        waiting.details, waiting.tried_at = _details(matching, terms), clock.now()
    return Tried(trial.lines, trial.incomplete)


def open_trial(row: Import) -> Tried:
    """Return what the last trial of a file showed. Raises Refused (GONE)."""
    if row.tried_at is None or row.done_at is not None:
        raise Refused(FileReason.GONE)
    kept = json.loads(_open(_trial_id(row.public_id), _trial_place(row.public_id)))
    return Tried([Line.of_data(each) for each in kept["lines"]], kept["incomplete"])


def matching_of(row: Import) -> list[str]:
    """Return which column of a file is which of ours, "" for none."""
    return list(row.details["matching"])


def terms_of(row: Import) -> Terms:
    """Return the terms a file is put in under."""
    return Terms.of_data(row.details["terms"])


def stamp_of(row: Import, tried: Tried) -> str:
    """Return what tells a trial of a file from any other of it: its columns and terms, and what comes of each row."""
    said = repr((row.details, [(line.row, line.digest) for line in tried.lines]))
    return hashlib.blake2b(said.encode(), digest_size=12).hexdigest()


def confirm_import(event_id: int, public_id: str, importer: Importer, seen: str | None = None) -> Put:
    """Put a file in as its last trial showed it, all or nothing.

    `seen`: the stamp of the trial that was looked at, where a colleague may have tried it otherwise since. Raises
    NotFound, and Refused: DIFFERS, having kept the new trial, when anything is otherwise now; GONE.
    """
    row = get_of_event(Import, event_id, public_id=public_id)
    shown, table, terms = open_trial(row), open_table(row), terms_of(row)
    if seen is not None and seen != stamp_of(row, shown):
        raise Refused(FileReason.DIFFERS)
    try:
        trial = _try(event_id, table, matching_of(row), terms, importer)
        now = compare(shown.lines, trial.lines)
        if now is not None or shown.is_refused:
            _keep_trial(public_id, now or trial.lines, trial.incomplete)
            raise Refused(FileReason.DIFFERS)
        put = _write(row, trial, terms, importer)
    except BulkOvertaken as overtaken:
        # Between the trial above and the lock: looked at once more, so that the page says what it was.
        again = _try(event_id, table, matching_of(row), terms, importer)
        _keep_trial(public_id, compare(shown.lines, again.lines) or again.lines, again.incomplete)
        raise Refused(FileReason.DIFFERS) from overtaken
    _forget(public_id)
    return put


def import_at_once(
    event_id: int, name: str, content: bytes, terms: Terms, importer: Importer, *, is_dry: bool
) -> tuple[Trial, Put | None]:
    """Try a file, and put it in unless a row is refused, or it is only tried. Raises Refused."""
    event, table = _event(event_id), read_table(content)
    matching = _matching(event, table, importer)
    trial = _try(event_id, table, matching, terms, importer)
    if is_dry or trial.counts[Outcome.REFUSED]:
        return trial, None
    return trial, _write(_new_row(event, name, len(content), matching, terms, importer), trial, terms, importer)


def sweep_imports(now: datetime) -> int:
    """Remove files whose day is over and those that no row knows. Returns how many went. A duty of the worker."""
    with transaction() as session:
        for row in session.scalars(select(Import).where(Import.expires_at <= now)):
            row.expires_at = None
    waiting = set(db.session.scalars(select(Import.public_id).where(Import.expires_at.is_not(None))))
    return sweep_folder(config().imports, waiting | {_trial_id(public_id) for public_id in waiting}, now)


def _event(event_id: int) -> Event:
    event = get_event_whole(event_id)
    if event.is_called_off or not list_definitions(event_id):
        raise Refused(FileReason.NOT_NOW)
    return event


def _matching(event: Event, table: Table, importer: Importer) -> list[str]:
    """Return which of our columns each column of a file looks like, "" for none."""
    with speaking(importer.language) as language:
        targets = Targets(event, list_definitions(event.id), Context.of(event), language)
        return [each.name for each in targets.match(table.head)]


def _new_row(event: Event, name: str, size: int, matching: Sequence[str], terms: Terms, importer: Importer) -> Import:
    return Import(
        public_id=tokens.new_public_id(),
        event_id=event.id,
        account_id=importer.actor.id,
        name=text.showable(name)[-_LONGEST_NAME:],
        details=_details(matching, terms),
        size=size,
        created_at=clock.now(),
    )


def _try(event_id: int, table: Table, matching: Sequence[str], terms: Terms, importer: Importer) -> Trial:
    event = _event(event_id)
    with speaking(importer.language) as language:
        setting = Setting(
            event,
            list_definitions(event_id),
            matching,
            table.head,
            terms,
            language,
            sees_sensitive=importer.sees_sensitive,
        )
        return try_table(setting, table)


def _write(row: Import, trial: Trial, terms: Terms, importer: Importer) -> Put:
    questionnaire_id = next(iter(list_definitions(row.event_id)))
    plan = trial.plan(row.public_id, questionnaire_id, row.name)
    is_kept = row.id is not None

    def finish(put: Put, now: datetime) -> None:
        kept = lock_row(select(Import).where(Import.id == row.id)) if is_kept else row
        if kept.done_at is not None:
            raise Refused(FileReason.GONE)
        kept.done_at, kept.expires_at, kept.added, kept.changed = now, None, len(put.added), len(put.changed)
        db.session.add(kept)
        if terms.tells:
            schedule_telling(row.event_id, row.public_id, put.added, now)

    return put_people(row.event_id, plan, importer.actor, finish)


def _details(matching: Sequence[str], terms: Terms) -> dict[str, Any]:
    return {"matching": list(matching), "terms": terms.as_data()}


def _keep_trial(public_id: str, lines: Sequence[Line], incomplete: int) -> None:
    content = json.dumps({"lines": [line.as_data() for line in lines], "incomplete": incomplete}).encode()
    parts = sealed_parts(keys(), content, _trial_place(public_id))
    try:
        replace_file(config().imports, _trial_id(public_id), parts, leaves_room=False)
    except CannotKeep as error:
        raise Refused(FileReason.CANNOT_BE_KEPT) from error


def _open(file_id: str, place: str) -> bytes:
    try:
        return b"".join(SealedFile(keys(), path_of(config().imports, file_id), place))
    except (NotFound, CannotUnseal) as error:
        raise Refused(FileReason.GONE) from error


def _forget(public_id: str) -> None:
    for file_id in (public_id, _trial_id(public_id)):
        with suppress(OSError):
            path_of(config().imports, file_id).unlink(missing_ok=True)


def _trial_id(public_id: str) -> str:
    return f"{public_id}-trial"


def _place(public_id: str) -> str:
    return f"imports/{public_id}"


def _trial_place(public_id: str) -> str:
    return f"imports/{public_id}/trial"


TELL_ADDED_JOB = "registration.tell_added"
#: people written to in one step: a second of work, in which nobody else can write to a small database
PEOPLE_A_STEP = 50


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

"""Files of people that are taken out: how they are read, where they lie, and what becomes of them.

People are read a few hundred at a time, and nothing of the database is held between two portions. What a worker makes is
sealed by the keys of uploads, a part for each step and then the whole; it is fetched while the rights last, and deleted when
its time is over.
"""

import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import or_, select, update

from eventreg.accounts.models import Account
from eventreg.attendees.cells import questions_of
from eventreg.attendees.listing import BESIDE, ListOf, put_marks
from eventreg.attendees.queries.people import Person, list_definitions, list_people
from eventreg.audit.services import Actor, Target, note
from eventreg.db import db, get_of_event, transaction
from eventreg.events.models import Event
from eventreg.events.queries.events import get_event_whole, holding_event_in_any_state
from eventreg.events.rules.team import Sight
from eventreg.exchange.models import Export
from eventreg.exchange.rules import exports
from eventreg.exchange.sheets.columns import FIXED, Sheet, list_sheet_columns
from eventreg.exchange.sheets.formats import Stamp
from eventreg.jobs.services import schedule
from eventreg.kernel import clock, text
from eventreg.kernel.errors import N_, NotFound, Refused
from eventreg.media.store import CannotKeep, SealedFile, make_folder, path_of, replace_file, sealed_stream
from eventreg.questionnaires.kinds import Context
from eventreg.web.instance import config, keys

#: called with how many more people were read
Progress = Callable[[int], None]
PORTION = 500


class Source:
    """The sheet and the stamp of an export, and its people portion by portion."""

    def __init__(self, event_id: int, plan: exports.Plan, at: datetime, progress: Progress | None = None) -> None:
        self.event, self.plan, self.at = get_event_whole(event_id), plan, at
        self._progress = progress or (lambda _read: None)
        definitions, context = list_definitions(event_id), Context.of(self.event)
        self.questions = questions_of(definitions)
        names = exports.COLUMNS_OF.get(plan.format, plan.columns)
        columns = list_sheet_columns(
            definitions, context, plan.language, names, leaves_out_contact_data=plan.leaves_out_contact_data
        )
        #: how many columns were chosen, beside those that fit
        self.chosen = len(columns)
        if plan.format is exports.ExportFormat.PDF_LIST:
            columns = columns[: exports.MOST_PRINTED_COLUMNS]
        self.sheet = Sheet(
            columns,
            definitions,
            self.event.categories,
            context,
            plan.language,
            self.event.time_zone,
            has_contact_data=plan.has_contact_data,
            has_sensitive=plan.has_sensitive,
            is_on_paper=plan.format in exports.PRINTED,
        )
        self._group = FIXED[plan.grouped_by].writer(self.sheet.words) if plan.grouped_by else None
        self._marked = [each.fixed for each in columns if each.fixed is not None and each.fixed.is_in_files]
        sight = Sight(plan.scope, has_contact_data=plan.has_contact_data)
        self._of = ListOf(event_id, self.event.categories, sight, plan.language)

    def head(self) -> list[str]:
        """Return what stands over the columns."""
        return self.sheet.head(self.plan.titles)

    def stamp(self, count: int) -> Stamp:
        """Return what the file says of itself."""
        return stamp_of(self.event, self.plan, self.at, count)

    def group_of(self, person: Person) -> str:
        """Return the value that what is printed is divided by."""
        return self._group(person) if self._group is not None else ""

    def people(self, ids: Sequence[int]) -> Iterator[list[Person]]:
        """Yield these people in portions, three or four statements each."""
        for start in range(0, len(ids), PORTION):
            some = ids[start : start + PORTION]
            found = list_people(self.event.id, some, opens_sensitive=self.plan.has_sensitive, beside=BESIDE)
            put_marks(self._of, {person.id: person for person in found}, self._marked)
            _let_go()
            self._progress(len(found))
            yield found

    def rows(self, ids: Sequence[int]) -> Iterator[list[list[str]]]:
        """Yield their cells in portions."""
        for people in self.people(ids):
            yield [self.sheet.row(person) for person in people]


def stamp_of(event: Event, plan: exports.Plan, at: datetime, count: int) -> Stamp:
    """Return what a file says of itself."""
    return Stamp(
        slug=event.slug,
        event_title=text.pick(event.title, plan.language, event.languages).text,
        taken_at=at,
        time_zone=event.time_zone,
        taken_by=plan.taken_by,
        words=plan.words,
        count=count,
        language=plan.language,
        has_contact_data=plan.holds_contact_data,
        has_sensitive=plan.has_sensitive,
    )


def _let_go() -> None:
    """End the read snapshot, so that a slow download does not keep the database from tidying up."""
    db.session.expunge_all()
    db.session.rollback()


MAKE_JOB = "review.make_export"
#: the part that says who is in it
PEOPLE = "people"


def set_aside(public_id: str, ids: Sequence[int], at: datetime) -> None:
    """Keep who is in an export and have it made, in the transaction that records it. Raises Refused when the disk is full."""
    try:
        write_part(public_id, PEOPLE, [json.dumps(list(ids)).encode()])
    except CannotKeep as error:
        sentence = N_("The disk is full: the file cannot be kept until you fetch it")
        raise Refused(sentence, field="format") from error
    schedule(MAKE_JOB, f"{MAKE_JOB}:{public_id}", {"public_id": public_id}, at, sends=False)


def exports_folder() -> Path:
    """Return where files are made and kept (0700)."""
    return make_folder(config().exports)


def write_part(public_id: str, part: str, chunks: Iterable[bytes]) -> None:
    """Write a part of an export, or without a name the whole, in place of what there was. Raises CannotKeep."""
    replace_file(
        exports_folder(), _name(public_id, part), sealed_stream(keys(), chunks, content_place(public_id, part))
    )


def opened_part(public_id: str, part: str) -> SealedFile:
    """Open what `write_part` wrote. Raises NotFound."""
    return SealedFile(keys(), path_of(exports_folder(), _name(public_id, part)), content_place(public_id, part))


def open_file(public_id: str) -> Iterator[bytes]:
    """Yield the whole of an export that is ready. Raises NotFound at once where it is gone."""
    return iter(opened_part(public_id, ""))


def remove_parts(public_id: str) -> None:
    """Remove the parts of an export whose whole is there."""
    for path in exports_folder().glob(f"{public_id}~*"):
        path.unlink(missing_ok=True)


def remove_files(public_id: str) -> None:
    """Remove whatever there is of an export on the disk."""
    for path in exports_folder().glob(f"{public_id}*"):
        path.unlink(missing_ok=True)


def _name(public_id: str, part: str) -> str:
    return f"{public_id}~{part}" if part else public_id


def content_place(public_id: str, part: str = "") -> str:
    """Return the place that a part of an export, or without a name the whole, is bound to."""
    return f"exports/{public_id}/{part}"


class MayNoLonger(Exception):
    """The file holds what its taker may not see any more."""


def fetch_export(
    event_id: int, public_id: str, actor: Actor, sight: Sight, *, sees_sensitive: bool
) -> tuple[Export, Iterator[bytes]]:
    """Return a file that is ready with its content, and record that it was fetched.

    Raises NotFound for anybody else's, or one whose time is over, and MayNoLonger.
    """
    at = clock.now()
    with holding_event_in_any_state(event_id):
        export = get_of_event(Export, event_id, public_id=public_id, account_id=actor.id)
        if export.state is not exports.ExportState.READY or export.expires_at is None or export.expires_at <= at:
            raise NotFound
        if not exports.may_fetch(export.plan, sight, sees_sensitive=sees_sensitive):
            raise MayNoLonger
        content = open_file(public_id)
        _note(export, "export_fetched", actor)
        db.session.flush()
        db.session.expunge(export)
    return export, content


def delete_export(event_id: int, public_id: str, actor: Actor) -> None:
    """Delete one's own file before its time, made or not; the record stays. Raises NotFound."""
    with holding_event_in_any_state(event_id):
        export = get_of_event(Export, event_id, public_id=public_id, account_id=actor.id)
        if export.state in (exports.ExportState.READY, exports.ExportState.MAKING):
            export.state = exports.ExportState.EXPIRED
            _note(export, "export_deleted", actor)
    remove_files(public_id)


def sweep_exports(now: datetime) -> int:
    """Delete files whose time is over and what nobody waits for. Returns how many exports that was."""
    with transaction():
        ended = _end(exports.ExportState.EXPIRED, Export.state == exports.ExportState.READY, Export.expires_at <= now)
        ended += _end(
            exports.ExportState.FAILED,
            Export.state == exports.ExportState.MAKING,
            Export.created_at <= now - exports.GIVEN_UP_AFTER,
        )
    for public_id in ended:
        remove_files(public_id)
    _sweep_folder(now)
    return len(ended)


def _end(state: exports.ExportState, *conditions: object) -> list[str]:
    return list(
        db.session.scalars(
            update(Export)
            .where(*conditions)  # type: ignore[arg-type]
            .values(state=state)
            .returning(Export.public_id)
            .execution_options(synchronize_session=False)
        )
    )


def _sweep_folder(now: datetime) -> None:
    """Remove what no export knows: of events that were deleted, and of workers that died in the middle."""
    kept = or_(Export.state == exports.ExportState.READY, Export.state == exports.ExportState.MAKING)
    known = set(db.session.scalars(select(Export.public_id).where(kept)))
    for path in exports_folder().iterdir():
        is_young = datetime.fromtimestamp(path.stat().st_mtime, tz=now.tzinfo) > now - exports.GIVEN_UP_AFTER
        owner = path.name.lstrip(".").partition(".")[0].partition("~")[0]
        if is_young or (owner in known and not path.name.startswith(".")):
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _note(export: Export, action: str, actor: Actor) -> None:
    file = {"format": export.format.value, "count": export.count, "file": export.details["file_name"]}
    note(Target(Event, export.event_id, export.event_id), action, actor, **file)


#: shown at once; the history has all
MOST_SHOWN = 200


def list_exports(event_id: int, account_id: int | None = None) -> Sequence[tuple[Export, str | None]]:
    """Return the exports of an event, the newest first, each with the name of who took it; None: a command on the machine.

    With `account_id` that account's alone.
    """
    statement = (
        select(Export, Account.name)
        .outerjoin(Account, Account.id == Export.account_id)
        .where(Export.event_id == event_id)
        .order_by(Export.created_at.desc(), Export.id.desc())
        .limit(MOST_SHOWN)
    )
    if account_id is not None:
        statement = statement.where(Export.account_id == account_id)
    return [(export, name) for export, name in db.session.execute(statement)]


def find_export_by_id(public_id: str) -> Export | None:
    """Return an export as it is now, for whoever makes it."""
    return db.session.scalars(select(Export).where(Export.public_id == public_id)).one_or_none()

"""Reads of questionnaires.

Who has registered and answered what is asked here and answered by the room above that knows; the assembly plugs it in. Only
counts come down: nothing of what anybody answered.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select

from eventreg.accounts.queries import list_account_names
from eventreg.audit.models import AuditEntry
from eventreg.db import Part, db, read_together
from eventreg.events.models import EventDay
from eventreg.events.rules.team import Scope
from eventreg.kernel.errors import NotFound
from eventreg.questionnaires.models import QuestionnaireDraft, QuestionnaireVersion
from eventreg.questionnaires.rules.changes import Figures
from eventreg.questionnaires.rules.drafts.reading import questions_in
from eventreg.questionnaires.rules.parsing import parse_definition
from eventreg.questionnaires.rules.schema import Definition
from eventreg.web.sockets import FunctionSocket

#: a process meets few versions: those of the events that are open, and those that old answers were given under
_KEPT = 256
_parsed: dict[int, tuple[dict[str, Any], Definition]] = {}


def get_current_version(event_id: int) -> QuestionnaireVersion:
    """Return what an event asks now: its newest published version. Raises NotFound when nothing was published."""
    found = find_newest_version(event_id)
    if found is None:
        raise NotFound
    return found


def find_newest_version(event_id: int) -> QuestionnaireVersion | None:
    """Return what an event asks now, or None when nothing was published."""
    return db.session.scalar(_newest_version(event_id))


def versions_of(event_id: int) -> Part:
    """Return all that an event has asked, the newest first, to be read with other things."""
    of_event = QuestionnaireVersion.event_id == event_id
    return Part((QuestionnaireVersion,), [(QuestionnaireVersion, of_event)], [QuestionnaireVersion.version.desc()])


def find_newest_and_draft(event_id: int) -> tuple[QuestionnaireVersion | None, QuestionnaireDraft | None]:
    """Return what an event asks now and what organizers are writing: one statement."""
    of_event = QuestionnaireVersion.event_id == event_id
    newest = select(func.max(QuestionnaireVersion.version)).where(of_event).correlate(None).scalar_subquery()
    versions, drafts = read_together(
        Part((QuestionnaireVersion,), [(QuestionnaireVersion, of_event & (QuestionnaireVersion.version == newest))]),
        Part((QuestionnaireDraft,), [(QuestionnaireDraft, QuestionnaireDraft.event_id == event_id)]),
    )
    return next(iter(versions), None), next(iter(drafts), None)


def list_version_numbers(version_ids: Collection[int]) -> dict[int, int]:
    """Return the numbers of versions by their ids: one statement."""
    rows = db.session.execute(
        select(QuestionnaireVersion.id, QuestionnaireVersion.version).where(QuestionnaireVersion.id.in_(version_ids))
    )
    return {row.id: row.version for row in rows}


def get_numbered_version(event_id: int, number: int) -> QuestionnaireVersion:
    """Return a version of an event by its number. Raises NotFound."""
    found = db.session.scalar(
        select(QuestionnaireVersion).where(
            QuestionnaireVersion.event_id == event_id, QuestionnaireVersion.version == number
        )
    )
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True)
class PastVersion:
    """A version with who published it (empty where nobody is known), and the one before it."""

    version: QuestionnaireVersion
    publisher: str
    before: QuestionnaireVersion | None


def list_past_versions(event_id: int, before: int | None = None, most: int = 20) -> Sequence[PastVersion]:
    """Return versions of an event, the newest first, at most so many, below number `before`: three statements."""
    statement = select(QuestionnaireVersion).where(QuestionnaireVersion.event_id == event_id)
    if before is not None:
        statement = statement.where(QuestionnaireVersion.version < before)
    rows = db.session.scalars(statement.order_by(QuestionnaireVersion.version.desc()).limit(most + 1)).all()
    publishers = _publishers_of([row.id for row in rows[:most]])
    names = list_account_names(set(publishers.values()))
    return [
        PastVersion(row, names.get(publishers.get(row.id, 0), ""), rows[place + 1] if place + 1 < len(rows) else None)
        for place, row in enumerate(rows[:most])
    ]


def find_draft(event_id: int) -> QuestionnaireDraft | None:
    """Return what organizers are writing for an event, or None: then nothing differs from what is asked now."""
    return db.session.scalar(select(QuestionnaireDraft).where(QuestionnaireDraft.event_id == event_id))


@dataclass(frozen=True)
class Board:
    """How what organizers write stands to what is published."""

    #: what they see and change
    document: dict[str, Any]
    draft: QuestionnaireDraft | None
    #: the document that is asked now; None: nothing was published yet
    published: dict[str, Any] | None
    published_at: datetime | None
    #: names; empty where nobody is known
    published_by: str
    changed_by: str


def get_board(event_id: int) -> Board:
    """Return the draft of an event beside what it asks now, with when and by whom each was made."""
    draft = find_draft(event_id)
    version = db.session.scalar(_newest_version(event_id))
    publisher = _publishers_of([version.id]).get(version.id) if version is not None else None
    changer = draft.changed_by_id if draft is not None else None
    names = list_account_names({account for account in (publisher, changer) if account is not None})
    published = version.definition if version is not None else None
    return Board(
        document=draft.definition if draft is not None else published or {"sections": []},
        draft=draft,
        published=published,
        published_at=version.published_at if version is not None else None,
        published_by=names.get(publisher or 0, ""),
        changed_by=names.get(changer or 0, ""),
    )


def list_published_keys(event_id: int) -> set[str]:
    """Return the keys of all questions that any published version of an event has: answers may hang on them."""
    documents = db.session.scalars(
        select(QuestionnaireVersion.definition).where(QuestionnaireVersion.event_id == event_id)
    )
    return {question["key"] for document in documents for question in questions_in(document)}


def _newest_version(event_id: int) -> Select[QuestionnaireVersion]:
    return (
        select(QuestionnaireVersion)
        .where(QuestionnaireVersion.event_id == event_id)
        .order_by(QuestionnaireVersion.version.desc())
        .limit(1)
    )


def _publishers_of(version_ids: Collection[int]) -> dict[int, int]:
    """Return the accounts that published these versions, by version; those that no account published are left out."""
    rows = db.session.execute(
        select(AuditEntry.record_id, AuditEntry.actor_id).where(
            AuditEntry.record_kind == "questionnaire",
            AuditEntry.record_id.in_(version_ids),
            AuditEntry.action == "questionnaire_published",
            AuditEntry.actor_kind == "account",
        )
    )
    return {row[0]: row[1] for row in rows if row[0] is not None and row[1] is not None}


def draft_document(event_id: int) -> dict[str, Any]:
    """Return what organizers see and change: the draft, else what the event asks now, else nothing in it."""
    draft = find_draft(event_id)
    if draft is not None:
        return draft.definition
    try:
        return get_current_version(event_id).definition
    except NotFound:
        return {"sections": []}


def get_version(version_id: int) -> QuestionnaireVersion:
    """Return a version by its id: the one that answers were given under. Raises NotFound."""
    found = db.session.get(QuestionnaireVersion, version_id)
    if found is None:
        raise NotFound
    return found


def definition_of(version: QuestionnaireVersion) -> Definition:
    """Return a version's definition, parsed once a process.

    A published row never changes; it is compared all the same, since an id means another row in another database.
    """
    kept = _parsed.get(version.id)
    if kept is not None and kept[0] == version.definition:
        return kept[1]
    definition = parse_definition(version.definition)
    if len(_parsed) >= _KEPT:
        _parsed.clear()
    _parsed[version.id] = (version.definition, definition)
    return definition


def day_dates(event_id: int) -> dict[int, date]:
    """Return the dates of an event's days by their ids, in order."""
    days = select(EventDay.id, EventDay.held_on).where(EventDay.event_id == event_id).order_by(EventDay.held_on)
    return {day.id: day.held_on for day in db.session.execute(days)}


#: the job that asks people again; its handler is plugged in by the assembly. Payload: `event_id`, `version_id`,
#: `question_keys`, `note` (text by language), `account_id`, `at` (ISO 8601)
ASK_AGAIN_JOB = "questionnaires.ask_again"


@dataclass(frozen=True)
class WantedCounts:
    """What is to be counted."""

    #: keys of questions whose answers are rows, consents or files
    keys: Collection[str] = ()
    #: key of a question to the column of the registration that holds its answer
    columns: Mapping[str, str] = field(default_factory=dict)
    #: keys of questions of which each value is counted
    values_of: Collection[str] = ()


#: (event, what, scope) to how many people live with the event (confirmed, pending, waitlisted), and how many of them answered;
#: a bounded number of statements, however many people and questions there are
count_registered: FunctionSocket[[int, WantedCounts, Scope], Figures] = FunctionSocket("registered")

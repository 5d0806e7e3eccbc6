"""Notes of the team on a registration: written, changed, removed; colleagues named in them are told; their column and card."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, Self

from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import ColumnElement, Select, delete, func, select
from sqlalchemy.orm import aliased

from eventreg.accounts.models import Account
from eventreg.accounts.queries import get_account
from eventreg.attendees.annotations.base import Annotation, Form, annotating
from eventreg.attendees.emails import enqueue_mentioned
from eventreg.attendees.fields import Cell, CountedApart, ListField, text
from eventreg.attendees.fields.asking import ByCondition, ColumnFilter, Ordering
from eventreg.attendees.fields.offer import ListOf, Words
from eventreg.attendees.models import Note, NoteMention
from eventreg.attendees.queries.people import Person
from eventreg.attendees.rules.annotations import LONGEST_NOTE, named_in, read_note
from eventreg.attendees.rules.listing import MINE, YES
from eventreg.audit import services as audit
from eventreg.db import Part, change_rows, db, found
from eventreg.events.bundles import fields
from eventreg.events.bundles.parts import Entry, Intake
from eventreg.events.models import Event, EventDay
from eventreg.events.organizers import Organizer
from eventreg.events.queries.events import holding_event_in_any_state
from eventreg.events.queries.team import grants_of, list_grants, team_of
from eventreg.events.rules.team import Grant, Permission, Scope
from eventreg.kernel.clock import now
from eventreg.kernel.text import showable
from eventreg.questionnaires.rules.schema import Seeking
from eventreg.registration.models import Registration
from eventreg.registration.queries import answers, scoping
from eventreg.team.parts import find_or_add_account, taken_account
from eventreg.web.access import Sending
from eventreg.web.fields import whole_number
from eventreg.web.forms import lazy_gettext as _l

#: of one registration, and named in one of them, in an event's file
_MOST_ON_ONE = 1_000


@dataclass(frozen=True)
class NoteLine:
    """A note with who wrote it and whom it names."""

    note: Note
    author: str
    #: names of those whom it names, by account id
    mentioned: Mapping[int, str]
    #: the accounts that have not seen it yet
    unseen: frozenset[int]


_author, _named, _naming = aliased(Account), aliased(Account), aliased(Note)


def notes_on(registration_id: int) -> Sequence[Part]:
    """Return the notes on a registration, the newest first, and whom they name, to be read with other things."""
    note, mention = Note.registration_id == registration_id, NoteMention.note_id == _naming.id
    return [
        Part((Note, _author.name), [(Note, note), (_author, _author.id == Note.account_id)], [Note.id.desc()]),
        Part(
            (NoteMention, _named.name),
            [
                (_naming, _naming.registration_id == registration_id),
                (NoteMention, mention),
                (_named, _named.id == NoteMention.account_id),
            ],
            [_named.name],
        ),
    ]


def lines_of(rows: Sequence[Any], mentions: Sequence[Any]) -> Sequence[NoteLine]:
    """Return the notes that were read so."""
    return [
        _line(note, author, [(each, name) for each, name in mentions if each.note_id == note.id])
        for note, author in rows
    ]


def get_own_note(registration_id: int, note_id: int, account_id: int) -> Note:
    """Return a note on this registration that the account wrote. Raises NotFound for any other."""
    own = select(Note).filter_by(id=note_id, registration_id=registration_id, account_id=account_id)
    return found(db.session.scalar(own))


def list_mentions(note_id: int) -> Sequence[NoteMention]:
    """Return whom a note names."""
    return db.session.scalars(select(NoteMention).where(NoteMention.note_id == note_id)).all()


def list_mentionable(
    event: Event, registration: Registration, but_account_id: int, team: Sequence[tuple[Account, Grant]] | None = None
) -> Sequence[Account]:
    """Return those of the team, read where it is not given, who may see this registration, but for the one who writes."""
    members = [
        (account, grant.scope)
        for account, grant in (list_grants(event.id) if team is None else team)
        if account.id != but_account_id and grant.allows(Permission.SEE_REGISTRATIONS)
    ]
    is_narrowed = any(scope.days is not None for _account, scope in members)
    days = _days_attended(event, registration) if is_narrowed else frozenset()
    return [account for account, scope in members if _is_covered(scope, registration.category.key, days)]


def _is_covered(scope: Scope, category_key: str, days: frozenset[date]) -> bool:
    """Say whether a registration is in scope; one that was never asked for days, and has none, comes on all of them."""
    if not scope.has_category(category_key):
        return False
    return scope.days is None or not days or not days.isdisjoint(scope.days)


def _days_attended(event: Event, registration: Registration) -> frozenset[date]:
    day_ids = answers.find_day_ids(registration)
    rows = db.session.scalars(select(EventDay).where(EventDay.event_id == event.id, EventDay.id.in_(day_ids)))
    return frozenset(day.held_on for day in rows)


def _line(note: Note, author: str, mentions: Sequence[tuple[NoteMention, str]]) -> NoteLine:
    return NoteLine(
        note,
        author,
        {each.account_id: name for each, name in mentions},
        frozenset(each.account_id for each, _name in mentions if each.seen_at is None),
    )


@dataclass(frozen=True)
class Written:
    """A note as it was written: its text, whom was chosen from the list, and whether those named get a mail."""

    text: str
    chosen: Collection[int] = ()
    sends_mail: bool = False

    @classmethod
    def in_form(cls, form: Form) -> Self:
        """Return what a form brings."""
        chosen = frozenset(id_ for each in form.getlist("mention") if (id_ := whole_number(each)) is not None)
        return cls(form.get("note", ""), chosen, bool(form.get("mail")))


def write_note(event_id: int, reference: str, written: Written, who: Organizer) -> Note:
    """Keep a note on a registration in scope. Named are those chosen and those written as "@name" who may see it.

    Earlier notes on it that name the writer count as read: who answers has read. Raises NotFound, Refused and
    LifecycleRefused.
    """
    text = read_note(written.text)
    with annotating(event_id, reference, who) as (event, registration):
        at = now()
        note = Note(registration_id=registration.id, account_id=who.account_id, text=text, written_at=at)
        db.session.add(note)
        db.session.flush()
        _see(registration.id, who.account_id, at)
        named = _name(event, registration, note, written, who)
        audit.note(registration, "note_written", who, at, **_mentioned(named))
        return note


def change_note(event_id: int, reference: str, note_id: int, written: Written, who: Organizer) -> None:
    """Put another text in place of one's own note; whoever is named anew is told.

    Raises NotFound for somebody else's, Refused and LifecycleRefused.
    """
    text = read_note(written.text)
    with annotating(event_id, reference, who) as (event, registration):
        note = get_own_note(registration.id, note_id, who.account_id)
        at = now()
        named = _name(event, registration, note, Written(text, written.chosen, written.sends_mail), who)
        if note.text == text and not named:
            return
        note.text, note.changed_at = text, at
        audit.note(registration, "note_changed", who, at, **_mentioned(named))


def remove_note(event_id: int, reference: str, note_id: int, who: Organizer) -> None:
    """Remove one's own note for good: that there was one stays in the history, what stood in it does not.

    Raises NotFound for somebody else's, and LifecycleRefused.
    """
    with annotating(event_id, reference, who) as (_event, registration):
        db.session.delete(get_own_note(registration.id, note_id, who.account_id))
        audit.note(registration, "note_removed", who)


def see_mentions(event_id: int, reference: str, who: Organizer) -> None:
    """Mark as read what names this account in the notes on a registration in scope. Raises NotFound."""
    with holding_event_in_any_state(event_id):
        _see(scoping.get_in_scope(event_id, reference, who.scope).id, who.account_id, now())


def _see(registration_id: int, account_id: int, at: datetime) -> None:
    notes = select(Note.id).where(Note.registration_id == registration_id)
    change_rows(
        NoteMention,
        NoteMention.account_id == account_id,
        NoteMention.seen_at.is_(None),
        NoteMention.note_id.in_(notes),
        seen_at=at,
    )


def _name(event: Event, registration: Registration, note: Note, written: Written, who: Organizer) -> Collection[int]:
    """Bring whom a note names up to date; returns who is named anew, each told by mail where that is wished."""
    able: Mapping[int, Account] = {each.id: each for each in list_mentionable(event, registration, who.account_id)}
    names = {id_: account.name for id_, account in able.items()}
    wanted = named_in(written.text, names) | {id_ for id_ in written.chosen if id_ in able}
    before = {mention.account_id for mention in list_mentions(note.id)}
    gone, added = before - wanted, sorted(wanted - before)
    if gone:
        db.session.execute(delete(NoteMention).where(NoteMention.note_id == note.id, NoteMention.account_id.in_(gone)))
    db.session.add_all([NoteMention(note_id=note.id, account_id=id_) for id_ in added])
    db.session.flush()
    if added and written.sends_mail:
        by = get_account(who.account_id).name
        for id_ in added:
            enqueue_mentioned(event, able[id_], by, registration.reference)
    return added


def _mentioned(named: Collection[int]) -> dict[str, list[int]]:
    return {"mentioned": list(named)} if named else {}


class Notes(ListField):
    """Whether the team noted something, and how often."""

    name, column = "note", "notes"
    title = _l("Notes")
    filter_title = _l("Marks")
    seeking = Seeking.CHOICE
    is_optional = False
    is_mark = is_self_evident = is_in_files = True
    #: with any note; with one that names whoever reads the list and has not looked yet
    choices = (YES, MINE)
    uncounted = passing = (MINE,)

    def held(self, of: ListOf) -> ColumnFilter:
        return ByCondition({YES: _has_note(), MINE: _names_me()}.__getitem__, _has_note())

    def ordering(self, of: ListOf) -> Ordering:
        number = select(func.count()).select_from(Note).where(Note.registration_id == Registration.id)
        return Ordering(number.correlate(Registration).scalar_subquery())

    def counted_apart(self, of: ListOf) -> CountedApart | None:
        return CountedApart(text(YES), lambda statement: statement.where(_has_note()))

    def marked(self, of: ListOf, ids: Any) -> Sequence[Select[Any]]:
        notes = self.mark_of(Note.registration_id, func.count()).where(Note.registration_id.in_(ids))
        return [notes.group_by(Note.registration_id)]

    def mark(self, person: Person, first: str, second: str) -> None:
        person.marked[self.column] = int(first)

    def value_text(self, value: str, words: Words) -> str:
        return _("Mentions you") if value == MINE else _("With a note")

    def writer(self, words: Words) -> Cell:
        return lambda person: str(person.marked.get(self.column, ""))

    def data(self, person: Person, cell: str, words: Words) -> Any:
        return person.marked.get(self.column, 0)


def _has_note() -> ColumnElement[bool]:
    # From the few notes to the people: asking each person costs a look for everybody of a large event.
    return Registration.id.in_(select(Note.registration_id))


def _names_me() -> ColumnElement[bool]:
    named = select(Note.registration_id).join(NoteMention, NoteMention.note_id == Note.id)
    # What is made in the background is made for nobody.
    reader = getattr(current_user, "id", 0)
    return Registration.id.in_(named.where(NoteMention.account_id == reader, NoteMention.seen_at.is_(None)))


_NOTE = fields.Record(
    fields.Field("text", fields.text(LONGEST_NOTE)),
    fields.Field("written_at", fields.INSTANT),
    fields.Field("changed_at", fields.optional(fields.INSTANT), None),
)
_MENTION = fields.Record(fields.Field("seen_at", fields.optional(fields.INSTANT), None))


class NoteAnnotation(Annotation):
    """What the team notes about a registration, for itself alone."""

    key, table, field = "notes", Note, Notes
    template, form_input = "attendees/_notes.html", "note"
    endpoint, right = "add_note", Permission.SEE_REGISTRATIONS
    sending = Sending.NAMED
    acts: ClassVar = {
        "note_written": _l("Wrote a note"),
        "note_changed": _l("Changed a note"),
        "note_removed": _l("Removed a note"),
    }

    def read(self, event: Event, registration: Registration) -> Sequence[Part]:
        return [*notes_on(registration.id), team_of(event.id)]

    def shown(
        self, event: Event, registration: Registration, rows: Sequence[list[Any]], form: Form | None, *, is_open: bool
    ) -> Mapping[str, Any]:
        *noted, team = rows
        notes, grants = lines_of(*noted), grants_of(team)
        written = Written("", sends_mail=True) if form is None else Written.in_form(form)
        return {
            "notes": notes,
            "mention_by": next((line.author for line in notes if current_user.id in line.unseen), ""),
            "mentionable": list_mentionable(event, registration, current_user.id, grants) if is_open else [],
            "longest_note": LONGEST_NOTE,
            "new_note": written,
            "new_note_text": showable(written.text),
        }

    def save(self, event_id: int, reference: str, form: Form, who: Organizer) -> str:
        """Keep a note; the colleagues named in it see so on their front page, and by mail if that was ticked."""
        return f"note-{write_note(event_id, reference, Written.in_form(form), who).id}"

    def taken(self, registration_id: int) -> Any:
        notes = select(Note).where(Note.registration_id == registration_id).order_by(Note.id)
        return [self._taken(note) for note in db.session.scalars(notes)]

    def given(self, data: Any, registration_id: int, place: str, intake: Intake) -> None:
        for where, each in fields.listed(data, place, _MOST_ON_ONE):
            self._given(each, registration_id, where, intake)

    def _taken(self, note: Note) -> Entry:
        mentions = db.session.execute(
            select(NoteMention, Account)
            .join(Account, Account.id == NoteMention.account_id)
            .where(NoteMention.note_id == note.id)
        ).all()
        return {
            **_NOTE.taken(note),
            "by": taken_account(db.session.get_one(Account, note.account_id)),
            "mentions": sorted(
                ({"account": taken_account(account), **_MENTION.taken(mention)} for mention, account in mentions),
                key=lambda each: str(each["account"]["email"]),
            ),
        }

    def _given(self, data: Any, registration_id: int, place: str, intake: Intake) -> None:
        values = _NOTE.given(data, place, intake.fitting)
        # Whoever wrote elsewhere does not come in here by it: unknown people get an account that is closed.
        author = find_or_add_account(data.get("by"), f"{place}.by", closed_at=intake.at)
        note = Note(registration_id=registration_id, account_id=author.id, **values)
        intake.add(note)
        for where, each in fields.listed(data.get("mentions", []), f"{place}.mentions", _MOST_ON_ONE):
            mention = _MENTION.given(each, where, intake.fitting)
            account = find_or_add_account(each.get("account"), f"{where}.account", closed_at=intake.at)
            intake.claim("mention", (note.id, account.id), where)
            intake.remember("mention", (note.id, account.id), note.id)
            db.session.add(NoteMention(note_id=note.id, account_id=account.id, **mention))

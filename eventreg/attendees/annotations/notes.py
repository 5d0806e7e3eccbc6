"""Notes of the team on a registration: written, changed, removed; colleagues named in them are told."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update

from eventreg.accounts.models import Account
from eventreg.accounts.queries import get_account
from eventreg.attendees.emails import enqueue_mentioned
from eventreg.attendees.models import Note, NoteMention
from eventreg.attendees.queries.notes import get_own_note, list_mentionable, list_mentions
from eventreg.attendees.rules.notes import named_in, read_note
from eventreg.audit import services as audit
from eventreg.db import db, transaction
from eventreg.events.models import Event
from eventreg.events.organizers import Organizer
from eventreg.events.queries.events import lock_event, lock_event_in_any_state
from eventreg.kernel.clock import now
from eventreg.registration.models import Registration
from eventreg.registration.queries.scoping import get_in_scope


@dataclass(frozen=True)
class Written:
    """A note as it was written: its text, whom was chosen from the list, and whether those named get a mail."""

    text: str
    chosen: Collection[int] = ()
    sends_mail: bool = False


def write_note(event_id: int, reference: str, written: Written, who: Organizer) -> Note:
    """Keep a note on a registration in scope. Named are those chosen and those written as "@name" who may see it.

    Earlier notes on it that name the writer count as read: who answers has read. Raises NotFound, Refused and
    LifecycleRefused.
    """
    text = read_note(written.text)
    with transaction():
        event = lock_event(event_id)
        registration = get_in_scope(event_id, reference, who.scope)
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
    with transaction():
        event = lock_event(event_id)
        registration = get_in_scope(event_id, reference, who.scope)
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
    with transaction() as session:
        lock_event(event_id)
        registration = get_in_scope(event_id, reference, who.scope)
        session.delete(get_own_note(registration.id, note_id, who.account_id))
        audit.note(registration, "note_removed", who)


def see_mentions(event_id: int, reference: str, who: Organizer) -> None:
    """Mark as read what names this account in the notes on a registration in scope. Raises NotFound."""
    with transaction():
        lock_event_in_any_state(event_id)
        _see(get_in_scope(event_id, reference, who.scope).id, who.account_id, now())


def _see(registration_id: int, account_id: int, at: datetime) -> None:
    notes = select(Note.id).where(Note.registration_id == registration_id)
    db.session.execute(
        update(NoteMention)
        .where(NoteMention.account_id == account_id, NoteMention.seen_at.is_(None), NoteMention.note_id.in_(notes))
        .values(seen_at=at)
        .execution_options(synchronize_session=False)
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

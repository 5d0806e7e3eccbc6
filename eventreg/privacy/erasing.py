"""Erasing a person: everything that is held about them at one event goes in one transaction, whoever asked for it.

What is the person's own goes by `HOLDINGS`. What belongs to the team together (views of the list, runs, exports, the history)
is looked through for whoever it names. What was erased is in the ledger before the transaction commits, and its files go
after that. Done again, nothing is left to do.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, delete, exists, false, func, or_, select, update

from eventreg.accounts.rules.guarding import Limit
from eventreg.accounts.services import guards
from eventreg.accounts.services.guards import Try
from eventreg.attendees.models import Note, NoteMention
from eventreg.audit.models import AuditEntry
from eventreg.audit.services import SYSTEM, Actor, note
from eventreg.bulk.models import Run, RunItem
from eventreg.db import SKEW, after_commit, change_rows, db, delete_rows
from eventreg.events.announcing import Announcing
from eventreg.events.models import Event
from eventreg.events.queries.events import holding_event_in_any_state, list_days
from eventreg.events.rules.publication import ALIVE, Publication
from eventreg.exchange.models import Export, Import
from eventreg.exchange.rules.exports import ExportState
from eventreg.exchange.services import files, importing
from eventreg.jobs.models import Job, JobState
from eventreg.jobs.services import schedule
from eventreg.kernel import text
from eventreg.kernel.errors import N_, Refused
from eventreg.kernel.keys import fingerprint
from eventreg.mail.held_files import remove_held_file
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState
from eventreg.mail.services import forget_messages
from eventreg.media.store import path_of
from eventreg.privacy import ledger
from eventreg.privacy.copies import COPIES_BY_REGISTRATION
from eventreg.privacy.holdings import ERASURES, HISTORY, HOLDINGS, INVITATIONS, MESSAGES, REGISTRATION
from eventreg.privacy.models import DataCopy, Hold
from eventreg.privacy.people import LEDGERED, Marks, Person, named_in_ledger, naming, of_public_ids
from eventreg.privacy.retention import find_hold, today_of
from eventreg.registration.models import (
    AddressChange,
    ErasureRequest,
    Invitation,
    Registration,
    SavedForm,
    Upload,
    UsedForm,
)
from eventreg.registration.queries.registrations import address_hash
from eventreg.registration.rules.states import Status
from eventreg.registration.services import links, promotion, statuses
from eventreg.registration.services.places import PlaceCount
from eventreg.selfservice import services as own
from eventreg.web.instance import config, keys

FORGET_JOB = "privacy.forget_messages"
#: a registration may be asked to be erased so often in an hour: each time its holder gets a mail
ASKS_BY_REGISTRATION = Limit("own-erasure/registration", 5, 60)
#: after so long a receipt that has not gone is looked at again
_LOOKS_AGAIN = timedelta(minutes=10)
#: bytes of a file that waits to be put in: a larger one is ended unread, since others wait as long as it is read
_LOOKED_INTO = 200_000
#: ids named in one statement
_PORTION = 500


class Held(Refused):
    """The law keeps the data of the event for now."""

    def __init__(self, hold: Hold) -> None:
        super().__init__(
            N_("The law obliges the organizers to keep these data until %(day)s. Reason: %(reason)s"),
            day=hold.until, reason=hold.reason, status_code=409,
        )  # fmt: skip


@dataclass
class Erased:
    """What was done, and what cannot be called back: of that the team tells whoever has it."""

    count: int = 0
    #: public ids of exports that the person may be in, and how many mails the contact person got about them
    exports: list[str] = field(default_factory=list)
    contact_mails: int = 0


def check_not_held(event: Event, now: datetime) -> None:
    """Raise Held where the law keeps the data of an event today, in its zone."""
    hold = find_hold(event.id, today_of(event, now))
    if hold is not None:
        raise Held(hold)


def erase(
    event_id: int,
    find: Callable[[], Person],
    by: Actor,
    now: datetime,
    *,
    announcing: Announcing | None = None,
    because: str = "",
    request_id: int = 0,
    then: Callable[[Erased], None] | None = None,
    is_recorded: bool = False,
) -> Erased:
    """Erase a person at an event, files too, once it is committed. Raises Held, Unannounced, NotFound.

    `request_id`: the request that is carried out, which keeps its address for the receipt. `then` is done in the same
    transaction. `is_recorded`: the ledger says so already, and whatever it says is done, also where a hold stands by now.
    """
    with holding_event_in_any_state(event_id) as event:
        if not is_recorded:
            check_not_held(event, now)
        person = find()
        if person.is_nobody:
            return Erased()
        person.addresses |= {text.email_key(each.email) for each in person.rows if each.email}
        public_ids = person.public_ids
        count = _set_places_free(event, person, now)
        erased = _let_go(event, person, request_id, now)
        note(event, "person_erased", by, now, **({"because": because} if because else {}))
        db.session.flush()
        if count is not None:
            promoted = promotion.promote_from_waiting_list(event, count, now, announcing=announcing)
            if is_recorded:
                _hold_mail([each.id for each in promoted], now)
        if then is not None:
            then(erased)
        if not is_recorded:
            # The last act before the commit: whoever is named is erased, by the next start if need be.
            db.session.flush()
            ledger.record(config().erased, fingerprint(keys().links), public_ids, now)
        return erased


def _set_places_free(event: Event, person: Person, now: datetime) -> PlaceCount | None:
    """Withdraw from an event that is still to come, so that the places pass on; of one that is over the status stays."""
    days = [day.held_on for day in list_days(event.id)]
    is_over = bool(days) and now.astimezone(ZoneInfo(event.time_zone)).date() > max(days)
    if is_over or event.publication not in (Publication.DRAFT, *ALIVE):
        return None
    count = PlaceCount(event)
    for each in person.registrations:
        if each.status is not Status.CANCELLED:
            statuses.merge_away(each, now)
            count.free(each)
    db.session.flush()
    return count


def _hold_mail(ids: Sequence[int], now: datetime) -> None:
    """Hold what tells people that they moved up: they may have done so long ago, before something was restored."""
    waiting = (MailMessage.record_kind == "registration", MailMessage.record_id.in_(ids))
    waits = update(MailMessage).where(*waiting, MailMessage.state == DeliveryState.QUEUED)
    db.session.execute(waits.values(state=DeliveryState.HELD, due_at=now, due_set_at=now))


def _let_go(event: Event, person: Person, request_id: int, now: datetime) -> Erased:
    erased = Erased(count=len(person.registrations) or 1)
    marks = Marks.of(person)
    erased.exports = _exports_since(event.id, person)
    _end_files(event.id, marks, erased)
    of_person = ERASURES.of_people(person.ids) | func.lower(ErasureRequest.email).in_(person.addresses)
    others = ERASURES.ids(of_person, ErasureRequest.event_id == event.id, ErasureRequest.id != request_id)
    requests = list(db.session.scalars(others))
    ERASURES.let_go(requests)
    _forget_messages(event.id, person, marks, requests, erased, now)
    _forget_tries(event.id, person)
    for run_id in _own_runs(person):
        _end_run(run_id, now)
    for holding in HOLDINGS:
        if holding.is_shared or holding is HISTORY:
            ids = naming(holding, event.id, marks)
            holding.let_go(ids)
    invited = [each.id for each in person.invitations]
    INVITATIONS.let_go(invited)
    change_rows(Invitation, Invitation.id.in_(invited), Invitation.used_at.is_(None), taken_back_at=now)
    about = (AuditEntry.record_kind == "invitation") & AuditEntry.record_id.in_(invited)
    of_invitations = HISTORY.id.in_(select(AuditEntry.id).where(about))
    for which in (HISTORY.of_people(person.ids), of_invitations):
        HISTORY.let_go(list(db.session.scalars(HISTORY.ids(which))))
    _leave_out_of_notes(event.id, person, marks)
    copies = select(DataCopy.public_id).where(DataCopy.registration_id.in_(person.ids))
    uploads = select(Upload.public_id).where(_held_for(person))
    for folder, kept in ((config().uploads, uploads), (config().copies, copies)):
        for public_id in db.session.scalars(kept):
            after_commit(partial(path_of(folder, public_id).unlink, missing_ok=True))
    delete_rows(Upload, _held_for(person))
    db.session.execute(delete(SavedForm).where(SavedForm.id.in_([each.id for each in person.forms])))
    delete_rows(AddressChange, func.lower(AddressChange.email).in_(person.addresses))
    REGISTRATION.let_go(person.ids)
    for each in person.rows:
        if each in db.session:
            db.session.expunge(each)
    return erased


def _held_for(person: Person) -> ColumnElement[bool]:
    hashes = [each.submission_hash for each in person.registrations] + [each.submission_hash for each in person.forms]
    return Upload.registration_id.in_(person.ids) | Upload.submission_hash.in_(hashes)


def _exports_since(event_id: int, person: Person) -> list[str]:
    """Return the exports that the person is in, or may be: of those before it was kept who is, all since they are here."""
    if not person.registrations:
        return []
    since = min(each.submitted_at for each in person.registrations)
    taken = select(Export.public_id, Export.people).where(Export.event_id == event_id, Export.created_at >= since)
    rows = db.session.execute(taken.order_by(Export.id))
    return [public_id for public_id, people in rows if people is None or not {*people}.isdisjoint(person.ids)]


def _end_files(event_id: int, marks: Marks, erased: Erased) -> None:
    """End what is kept of files that the person is in, or may be: as a whole, and the row says so."""
    kept = Export.state.in_((ExportState.MAKING, ExportState.READY))
    ended = select(Export).where(Export.public_id.in_(erased.exports), kept)
    for export in db.session.scalars(ended):
        export.state, export.details = ExportState.EXPIRED, {**export.details, "is_erased": True}
        after_commit(partial(files.remove_files, export.public_id))
    waiting = select(Import).where(Import.event_id == event_id, Import.expires_at.is_not(None))
    for row in db.session.scalars(waiting):
        if not _may_hold(row, marks):
            continue
        row.expires_at = None
        after_commit(partial(importing.forget_files, row.public_id))


def _may_hold(row: Import, marks: Marks) -> bool:
    """Say whether a file that waits to be put in names somebody, also where it is too large to look while others wait."""
    if row.size > _LOOKED_INTO or row.done_at is not None or marks.are_in(row.name):
        return True
    try:
        mended = json.dumps(importing.mends_of(row).as_data(), ensure_ascii=False)
        rows = [cells for _number, cells in importing.open_table(row).rows]
    except Refused:
        return True
    return any(marks.are_in_line(cells) for cells in [*rows, [mended]])


def _forget_messages(
    event_id: int, person: Person, marks: Marks, requests: Sequence[int], erased: Erased, now: datetime
) -> None:
    def about(kind: str, ids: Sequence[int]) -> ColumnElement[bool]:
        return (MailMessage.record_kind == kind) & MailMessage.record_id.in_(ids)

    in_text = [MailMessage.text.contains(each, autoescape=True) for each in marks.references]
    #: digests: each names many
    of_many = (MailMessage.event_id == event_id) & (MailMessage.record_kind == "event") & or_(false(), *in_text)
    to_team = MailMessage.audience.in_(("contact", "team"))
    contact = select(func.count()).where(to_team, about("registration", person.ids) | of_many)
    erased.contact_mails = db.session.scalar(contact) or 0
    mentioned = select(NoteMention.account_id).join(Note, Note.id == NoteMention.note_id)
    colleagues = list(db.session.scalars(mentioned.where(Note.registration_id.in_(person.ids))))
    which = [
        about("registration", person.ids),
        about("invitation", [each.id for each in person.invitations]),
        about("saved_form", [each.id for each in person.forms]),
        about("erasure", requests),
        MailMessage.id.in_(person.letters),
        of_many & to_team,
    ]
    if colleagues:
        named = or_(*(MailMessage.subject.contains(each, autoescape=True) for each in marks.references))
        which.append(MailMessage.account_id.in_(colleagues) & named)
    ids = list(db.session.scalars(MESSAGES.ids(or_(*which))))
    forget(ids, now)
    for id_ in ids:
        after_commit(partial(remove_held_file, id_))


def forget(ids: Sequence[int], now: datetime) -> None:
    """Forget these messages, in the caller's transaction: those that a worker has in hand as soon as it has let them go."""
    left: list[int] = []
    for some in _portions(ids):
        forget_messages(some, now)
        left += db.session.scalars(select(MailMessage.id).where(MailMessage.id.in_(some), MailMessage.recipient != ""))
    if left:
        schedule(FORGET_JOB, f"{FORGET_JOB}:{left[0]}", {"ids": left}, now + SKEW, sends=False)


def forget_left(work: Mapping[str, Any], now: datetime) -> None:
    """Do so with those that were in hand, or are receipts that had to go first, for so long. A job of the worker."""
    ids, until = work["ids"], work.get("until", "")
    waits = MailMessage.state.in_((DeliveryState.QUEUED, DeliveryState.HELD, DeliveryState.SENDING))
    is_waited_for = db.session.scalar(select(MailMessage.id).where(MailMessage.id.in_(ids), waits).limit(1)) is not None
    if is_waited_for and now.isoformat() < until:
        schedule(FORGET_JOB, f"{FORGET_JOB}:{ids[0]}", work, now + _LOOKS_AGAIN, sends=False)
    else:
        forget(ids, now)


def _forget_tries(event_id: int, person: Person) -> None:
    """Forget what waits under the addresses, what counts their tries, and which forms they sent."""
    by_address = (links.LINKS_BY_ADDRESS, own.FORMS_BY_ADDRESS, own.EARLIER_BY_ADDRESS)
    for address in person.addresses:
        tries = [Try(limit, f"{event_id}/{address}") for limit in by_address]
        guards.forget(*tries, Try(links.CHANGES_BY_ADDRESS, address))
        sent = (links.link_job_key(event_id, address, kind) for kind in links.LINK_JOBS)
        jobs = (*sent, own.earlier_job_key(event_id, address))
        db.session.execute(delete(Job).where(Job.key.in_(jobs), Job.state != JobState.RUNNING))
    for each in person.registrations:
        by_registration = (links.CHANGES_BY_REGISTRATION, ASKS_BY_REGISTRATION, COPIES_BY_REGISTRATION)
        guards.forget(*(Try(limit, each.public_id) for limit in by_registration))
    for form in db.session.scalars(select(UsedForm).where(UsedForm.event_id == event_id)).all():
        if any(form.address_hash == address_hash(form.submission_hash, each) for each in person.addresses):
            db.session.delete(form)


def _own_runs(person: Person) -> Sequence[int]:
    """Return the runs that are of nobody else: their words were written to this person."""
    theirs = select(RunItem.run_id).where(RunItem.registration_id.in_(person.ids))
    others = exists().where(RunItem.run_id == Run.id, RunItem.registration_id.not_in(person.ids))
    return db.session.scalars(select(Run.id).where(Run.id.in_(theirs), ~others)).all()


def _end_run(run_id: int, now: datetime) -> None:
    run = db.session.get_one(Run, run_id)
    if run.begun_at is None:
        db.session.delete(run)
        return
    run.details, run.search_text = {}, ""
    if run.finished_at is None:
        run.stopped_at = now


def _leave_out_of_notes(event_id: int, person: Person, marks: Marks) -> None:
    """Take the person's name out of notes on others."""
    on_others = select(Note).join(Registration, Registration.id == Note.registration_id)
    on_others = on_others.where(Registration.event_id == event_id, Note.registration_id.not_in(person.ids))
    may_name = or_(*(Note.text.contains(form, autoescape=True) for form in marks.typed))
    for each in db.session.scalars(on_others.where(may_name)) if marks.typed else ():
        each.text = marks.left_out_of(each.text)


def _portions(ids: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(ids), _PORTION):
        yield ids[start : start + _PORTION]


def erase_recorded(now: datetime) -> int:
    """Erase whoever the ledger names and is still, or again, there: before anything is served. Returns how many."""
    ids, erased = sorted(ledger.read(config().erased).ids), 0
    for some in _portions(ids):
        named = [select(model.event_id).where(*named_in_ledger(model, some)) for model in LEDGERED]
        events = {event_id for statement in named for event_id in db.session.scalars(statement)}
        for event_id in sorted(events):
            find = partial(of_public_ids, event_id, some)
            erased += erase(event_id, find, SYSTEM, now, is_recorded=True).count
    return erased

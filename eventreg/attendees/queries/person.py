"""One registration with everything that the team may see of it, in a fixed number of statements.

Beside it: other registrations of what is likely the same person, a registration chosen by what somebody types of it, and
what happened since the list was shown, where the newest entry of the event's history is the clock.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import joinedload

from eventreg.accounts.models import Account
from eventreg.attendees.models import ReadyReason
from eventreg.attendees.queries.messages import MessageLine, list_messages_about
from eventreg.attendees.queries.reasons import in_order, reasons_of
from eventreg.audit.history import keys_in
from eventreg.audit.models import AuditEntry
from eventreg.audit.queries import Trace, TrailFilter, list_traces
from eventreg.audit.trail import Found, Group, acts_of, by_id, read_names
from eventreg.db import Part, db, read_together
from eventreg.events.checks import occupancy
from eventreg.events.models import Event
from eventreg.events.rules.seats import Seats
from eventreg.events.rules.team import Scope, Sight
from eventreg.kernel.errors import NotFound
from eventreg.kernel.text import folded
from eventreg.questionnaires.queries import definition_of, versions_of
from eventreg.questionnaires.rules.schema import Definition
from eventreg.registration.models import (
    AccessCode,
    Answer,
    AnswerRequest,
    Consent,
    Decision,
    Place,
    Registration,
    Upload,
)
from eventreg.registration.queries.answers import asked_of, find_asked, open_answer
from eventreg.registration.queries.scoping import conditions, get_in_scope, in_scope
from eventreg.registration.queries.sessions import ChosenSession, chosen_by

_MOST_EXPORTS = 20


class FileLine(NamedTuple):
    """A file without name and content, which stay sealed until somebody entitled asks for them."""

    public_id: str
    media_type: str
    size: int


@dataclass(frozen=True)
class Dossier:
    """A registration, what was asked, answered and agreed to, what happened, and what was written about it."""

    registration: Registration
    definition: Definition
    #: the version that the registration was made under
    base: Definition
    answers: Sequence[Answer]
    #: what was asked beside the form, in the order in which it was
    requests: Sequence[AnswerRequest]
    #: by public id
    files: Mapping[str, FileLine]
    consents: Sequence[Consent]
    #: the sessions the person signed up for
    sessions: Sequence[ChosenSession]
    #: of the questionnaire, by the version's id
    version_numbers: Mapping[int, int]
    #: newest first
    decisions: Sequence[Decision]
    #: ready-made, of the event
    reasons: Sequence[ReadyReason]
    #: newest first
    traces: Sequence[Trace]
    #: the lists that were taken away since the person registered, newest first, some at most
    exports: Sequence[Trace]
    #: what answers in the trail were given under, by the version's number
    wordings: Mapping[int, Definition]
    #: newest first
    messages: Sequence[MessageLine]
    #: of the accounts that acted, and of what else the trail names by a key
    names: Found
    seats: Seats
    #: whether the person counts among the taken places, as somebody declined does until the time to undo is over
    holds_place: bool

    @property
    def standing_decision(self) -> Decision | None:
        """The last decision, while it stands and nothing has happened since."""
        last = self.decisions[0] if self.decisions else None
        if last is None or last.undone_at is not None or last.status_after is not self.registration.status:
            return None
        return last


def get_dossier(event: Event, reference: str, scope: Scope) -> Dossier:
    """Return everything about a registration of this event, in a fixed number of statements.

    Raises NotFound, also for a registration out of scope.
    """
    registration = get_in_scope(event.id, reference, scope)
    id_ = registration.id
    answers, requests, consents, decisions, uploads, places, sessions, reasons, versions = read_together(
        _of(Answer, id_, Answer.question_key, Answer.position),
        _of(AnswerRequest, id_, AnswerRequest.id),
        _of(Consent, id_, Consent.id),
        _of(Decision, id_, Decision.id.desc()),
        Part((Upload.public_id, Upload.media_type, Upload.size), [(Upload, Upload.registration_id == id_)]),
        Part((Place.id,), [(Place, Place.registration_id == id_)]),
        chosen_by(id_),
        reasons_of(event.id),
        versions_of(event.id),
    )
    asked = asked_of(registration, versions, answers, requests)
    exported = TrailFilter(action="exported", since=registration.submitted_at)
    happened = list_traces(event.id, "registration", id_, exported, _MOST_EXPORTS)
    traces = [each for each in happened if (each.entry.record_kind, each.entry.record_id) == ("registration", id_)]
    return Dossier(
        registration=registration,
        definition=asked.definition,
        base=asked.base,
        answers=answers,
        requests=requests,
        files={public_id: FileLine(public_id, *rest) for public_id, *rest in uploads},
        consents=consents,
        sessions=[ChosenSession(*row) for row in sessions],
        version_numbers={version.id: version.version for version in versions},
        decisions=decisions,
        reasons=in_order(reasons),
        traces=traces,
        exports=[each for each in happened if each.entry.action == exported.action],
        wordings={version.version: definition_of(version) for version in versions},
        messages=list_messages_about(event.id, registration.id),
        names=_names(event.id, traces, decisions),
        seats=occupancy().seats_of(event),
        holds_place=bool(places),
    )


def _of(table: Any, registration_id: int, *order: Any) -> Part:
    return Part((table,), [(table, table.registration_id == registration_id)], order)


def list_answers(registration_id: int) -> Sequence[Answer]:
    """Return the answers of a registration, sensitive ones sealed."""
    return db.session.scalars(
        select(Answer).where(Answer.registration_id == registration_id).order_by(Answer.question_key, Answer.position)
    ).all()


def open_sensitive(registration: Registration, section_key: str) -> dict[str, list[str]]:
    """Return the sensitive answers of one section, by question. Whoever asks has the right, and records the look.

    Raises NotFound for a section that has none.
    """
    definition = find_asked(registration, for_team=True).definition
    asked = {
        question.key for section in definition.sections if section.key == section_key for question in section.questions
    }
    opened: dict[str, list[str]] = {}
    for answer in list_answers(registration.id):
        if answer.sealed is not None and answer.question_key in asked:
            opened.setdefault(answer.question_key, []).append(open_answer(registration, answer))
    if not opened:
        raise NotFound
    return opened


def _names(event_id: int, traces: Sequence[Trace], decisions: Sequence[Decision]) -> Found:
    """Return the names of what the trail is about; the person's own is known."""
    deciders = ((by_id("account"), str(decision.account_id)) for decision in decisions)
    return read_names(event_id, (key for key in (*keys_in(traces), *deciders) if key[0] != by_id("registration")))


def holds_place(registration_id: int) -> bool:
    """Say whether a registration counts among the taken places."""
    return bool(db.session.scalar(select(exists().where(Place.registration_id == registration_id))))


def find_codes(code_ids: Collection[int | None]) -> dict[int, AccessCode]:
    """Return these codes by id; no statement where there are none."""
    wanted = {code_id for code_id in code_ids if code_id is not None}
    if not wanted:
        return {}
    return {code.id: code for code in db.session.scalars(select(AccessCode).where(AccessCode.id.in_(wanted)))}


_MOST = 20


class OtherRegistration(NamedTuple):
    """A registration, at this event or another."""

    registration: Registration
    #: the mail address is the same; else the name, with the telephone number or the institution
    has_same_address: bool


def list_other_registrations(registration: Registration, sights: Mapping[int, Sight]) -> Sequence[OtherRegistration]:
    """Return the registrations with the same address, or the same name and telephone number or institution, newest first.

    `sights`: the events whose registrations the account may see, by id, with what it sees of them; of others nothing is
    told. At the registration's own event it is those with the same address, which were cancelled before. Where contact
    data is not for the account, neither there nor here, nothing is found by it.
    """
    own = sights[registration.event_id]
    allowed = [
        and_(
            Registration.event_id == event_id,
            *conditions(event_id, sight.scope),
            _alike(registration, event_id, has_contact_data=own.has_contact_data and sight.has_contact_data),
        )
        for event_id, sight in sights.items()
    ]
    rows = db.session.scalars(
        select(Registration)
        .options(joinedload(Registration.category))
        .where(Registration.id != registration.id, or_(*allowed))
        .order_by(Registration.submitted_at.desc(), Registration.id.desc())
        .limit(_MOST)
    )
    return [OtherRegistration(row, _shows_address(registration, row, own, sights)) for row in rows]


def _shows_address(one: Registration, other: Registration, own: Sight, sights: Mapping[int, Sight]) -> bool:
    has_contact_data = own.has_contact_data and sights[other.event_id].has_contact_data
    return has_contact_data and other.email_key == one.email_key


def _alike(registration: Registration, event_id: int, *, has_contact_data: bool) -> ColumnElement[bool]:
    """Return what makes another registration likely the same person's."""
    found: list[ColumnElement[bool]] = []
    if has_contact_data:
        found.append(Registration.email_key == registration.email_key)
    signs: list[ColumnElement[bool]] = []
    if has_contact_data and registration.phone_key:
        signs.append(Registration.phone_key == registration.phone_key)
    if registration.sort_institution:
        signs.append(Registration.sort_institution == registration.sort_institution)
    # Without either a name alone says nothing: many people are called alike.
    if signs and event_id != registration.event_id:
        found.append(and_(Registration.sort_name == registration.sort_name, or_(*signs)))
    return or_(*found) if found else false()


#: more than these nobody chooses from
MOST_OFFERED = 8
_LONGEST, _MOST_WORDS = 200, 8


def find_chosen(event_id: int, typed: str, scope: Scope) -> Sequence[Registration]:
    """Return whom a reference or a part of a name stands for, in scope: the one of that reference, else some by name.

    Addresses and telephone numbers are not looked at: whoever may not see them learns nothing by trying.
    """
    if not folded(typed[:_LONGEST]):
        return ()
    statement = (
        select(Registration)
        .options(joinedload(Registration.category))
        .where(
            Registration.event_id == event_id,
            is_called(typed),
        )
        .order_by(Registration.sort_name, Registration.id)
        .limit(MOST_OFFERED)
    )
    found = db.session.scalars(in_scope(statement, event_id, scope)).all()
    exact = [one for one in found if one.reference == typed.strip().upper()]
    return exact or found


def is_called(typed: str) -> ColumnElement[bool]:
    """Return the condition of having this reference, or every one of these words in the name."""
    words = folded(typed[:_LONGEST]).split()[:_MOST_WORDS]
    named = and_(*(Registration.sort_name.contains(word, autoescape=True) for word in words)) if words else false()
    return or_(Registration.reference == typed.strip().upper()[:16], named)


#: how acts begin that bring a registration into being
_REGISTERED = "registered_"


class Change(NamedTuple):
    """The newest act on one registration since then."""

    registration_id: int
    #: "account", "participant", "system"
    actor_kind: str
    #: who it was, of an account
    actor_name: str


def newest_position(event_id: int) -> int:
    """Return the position of the newest entry of an event's history, 0 when there is none: one look into an index."""
    return db.session.scalar(select(func.max(AuditEntry.position)).where(AuditEntry.chain == event_id)) or 0


def list_changes(event_id: int, since: int, ids: Collection[int]) -> list[Change]:
    """Return which of these registrations something was done to after a position: one statement."""
    statement = (
        select(AuditEntry.record_id, AuditEntry.actor_kind, Account.name)
        .outerjoin(Account, (AuditEntry.actor_kind == "account") & (Account.id == AuditEntry.actor_id))
        .where(
            AuditEntry.record_kind == "registration",
            AuditEntry.record_id.in_(ids),
            AuditEntry.chain == event_id,
            AuditEntry.position > since,
            AuditEntry.action.not_in(acts_of(Group.LOOKS)),
        )
        .order_by(AuditEntry.position)
    )
    rows = db.session.execute(statement)
    newest = {id_: Change(id_, kind, name or "") for id_, kind, name in rows if id_ is not None}
    return list(newest.values())


def registered_since(event_id: int, position: int) -> Select[int | None]:
    """Return the statement of the ids of registrations that came after a position."""
    return select(AuditEntry.record_id).where(
        AuditEntry.chain == event_id,
        AuditEntry.position > position,
        AuditEntry.record_kind == "registration",
        AuditEntry.action.startswith(_REGISTERED, autoescape=True),
    )

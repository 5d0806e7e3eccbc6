"""One registration with everything that the team may see of it, in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import exists, select

from eventreg.audit.details import parts_of
from eventreg.audit.history import keys_in
from eventreg.audit.queries import Trace, TrailFilter, list_traces, list_trail
from eventreg.audit.trail import Found, by_id, read_names
from eventreg.db import db
from eventreg.events.models import Event
from eventreg.events.occupancy import occupancy
from eventreg.events.rules.seats import Seats
from eventreg.events.rules.team import Scope
from eventreg.kernel.errors import NotFound
from eventreg.questionnaires.queries import list_version_numbers, list_wordings
from eventreg.questionnaires.rules.schema import Definition
from eventreg.registration.models import AccessCode, Answer, Consent, Decision, Place, Registration, Upload
from eventreg.registration.queries.answers import open_answer
from eventreg.registration.queries.asked import find_asked
from eventreg.registration.queries.consents import list_consents
from eventreg.registration.queries.scoping import get_in_scope
from eventreg.registration.queries.sessions import ChosenSession, list_chosen
from eventreg.review.queries.messages import MessageLine, list_messages_about

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
    #: by public id
    files: Mapping[str, FileLine]
    consents: Sequence[Consent]
    #: the sessions the person signed up for
    sessions: Sequence[ChosenSession]
    #: of the questionnaire, by the version's id
    version_numbers: Mapping[int, int]
    #: newest first
    decisions: Sequence[Decision]
    #: newest first
    traces: Sequence[Trace]
    #: what answers in the trail were given under, by the version's number, where it is not the registration's alone
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
    asked, consents = find_asked(registration, with_open=True, for_team=True), list_consents(registration.id)
    decisions = db.session.scalars(
        select(Decision).where(Decision.registration_id == registration.id).order_by(Decision.id.desc())
    ).all()
    traces = list_traces(event.id, "registration", registration.id)
    return Dossier(
        registration=registration,
        definition=asked.definition,
        base=asked.base,
        answers=list_answers(registration.id),
        files=_files(registration.id),
        consents=consents,
        sessions=list_chosen(registration.id),
        version_numbers=list_version_numbers({consent.questionnaire_id for consent in consents}),
        decisions=decisions,
        traces=traces,
        wordings=_wordings(event.id, traces),
        messages=list_messages_about(event.id, registration.id),
        names=_names(event.id, traces, decisions),
        seats=occupancy().seats_of(event),
        holds_place=holds_place(registration.id),
    )


def list_answers(registration_id: int) -> Sequence[Answer]:
    """Return the answers of a registration, sensitive ones sealed."""
    return db.session.scalars(
        select(Answer).where(Answer.registration_id == registration_id).order_by(Answer.question_key, Answer.position)
    ).all()


def list_exports_since(event_id: int, registration: Registration) -> Sequence[Trace]:
    """Return the lists of the event that were taken away since somebody registered, the newest first, some at most."""
    wanted = TrailFilter(action="exported", since=registration.submitted_at)
    return list_trail(event_id, wanted, _MOST_EXPORTS)


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


def _wordings(event_id: int, traces: Sequence[Trace]) -> Mapping[int, Definition]:
    changes = [part for trace in traces for part in parts_of(trace.entry.action, trace.detail)]
    numbers = {number for change in changes for number in change.under if number is not None}
    return list_wordings(event_id, numbers) if numbers else {}


def _names(event_id: int, traces: Sequence[Trace], decisions: Sequence[Decision]) -> Found:
    """Return the names of what the trail is about; the person's own is known."""
    deciders = ((by_id("account"), str(decision.account_id)) for decision in decisions)
    return read_names(event_id, (key for key in (*keys_in(traces), *deciders) if key[0] != by_id("registration")))


def _files(registration_id: int) -> dict[str, FileLine]:
    rows = db.session.execute(
        select(Upload.public_id, Upload.media_type, Upload.size).where(Upload.registration_id == registration_id)
    )
    return {row.public_id: FileLine(*row) for row in rows}


def holds_place(registration_id: int) -> bool:
    """Say whether a registration counts among the taken places."""
    return bool(db.session.scalar(select(exists().where(Place.registration_id == registration_id))))


def find_codes(code_ids: Collection[int | None]) -> dict[int, AccessCode]:
    """Return these codes by id; no statement where there are none."""
    wanted = {code_id for code_id in code_ids if code_id is not None}
    if not wanted:
        return {}
    return {code.id: code for code in db.session.scalars(select(AccessCode).where(AccessCode.id.in_(wanted)))}

"""What is held about people, kind by kind: why, for how long at most, and how its rows are found and let go.

Retention, erasure and the copy that a person asks for are made of these alone, so none of them can forget what another knows.
A column that can hold personal data, and that neither a holding reaches nor `KEPT` explains, fails a test: who adds a table
adds a line here.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, ColumnElement, Select, Text, cast, delete, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute

from eventreg.attendees.models import Note, SavedView, Tagging
from eventreg.audit.models import AuditDetail, AuditEntry
from eventreg.bulk.models import Run
from eventreg.db import Base, Unnumbered, after_commit, db, insert_rows
from eventreg.exchange.models import Export, Import
from eventreg.kernel import clock
from eventreg.kernel.errors import N_
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState
from eventreg.mail.services import forget_messages
from eventreg.media.store import path_of
from eventreg.privacy.rules import Period, Starts
from eventreg.registration.models import (
    AddressChange,
    Answer,
    AnswerRequest,
    Consent,
    Decision,
    ErasedRegistration,
    ErasureRequest,
    Invitation,
    Registration,
    SavedForm,
    SessionPlace,
    Upload,
)
from eventreg.registration.queries.answers import list_day_ids
from eventreg.registration.services.answers import refresh_search
from eventreg.selfservice.services import KEPT_FOR
from eventreg.web.instance import config

#: `(event_id)` or `(registration_ids)` to the condition that finds the rows of a holding
Finds = Callable[[Any], ColumnElement[bool]]


@dataclass(frozen=True, kw_only=True)
class Holding:
    """One kind of thing that is held. Rows that are let go are deleted, or stay and lose the columns in `empties`."""

    key: str
    #: what it is, and what it is for, as the notice says it
    title: str
    purpose: str
    model: type[Unnumbered]
    #: which rows belong to an event, and which to some of its people
    of_event: Finds
    of_people: Finds
    #: unless the event chooses another; a question can have one of its own
    period: Period
    #: columns that lose their value, and what they hold then; none: the row goes
    empties: Mapping[str, Any] | None = None
    #: counts the period where it starts with the row itself
    made: InstrumentedAttribute[Any] | None = None
    #: the event can choose a period; else the program's own is told
    is_chosen: bool = True
    #: the column that names whose row it is, where it is one registration's
    owner: InstrumentedAttribute[Any] | None = None
    #: letting a row go takes much else along
    is_heavy: bool = False
    #: rows are the team's, and may name several people: erasing one looks for those that do
    is_shared: bool = False

    @property
    def id(self) -> Any:
        """The column that names a row."""
        return self.model.__mapper__.primary_key[0]

    @property
    def columns(self) -> frozenset[str]:
        """The columns with personal data that it reaches, as "table.column"."""
        table = self.model.__table__
        names = self.empties if self.empties is not None else table.columns.keys()
        return frozenset(
            f"{self.model.__tablename__}.{name}" for name in names if table.columns[name].info.get("personal")
        )

    def ids(self, *conditions: ColumnElement[bool]) -> Select[Any]:
        """Return the statement for the ids of those rows of it that still hold something, in their order."""
        return select(self.id).where(*conditions, *self._holds_something()).order_by(self.id)

    def let_go(self, ids: Sequence[int]) -> int:
        """Let these rows go, in the caller's transaction; returns how many there were."""
        which = self.id.in_(ids)
        act: Any = delete(self.model).where(which)
        if self.empties is not None:
            act = update(self.model).where(which).values(dict(self.empties))
        statement = act.returning(self.id).execution_options(synchronize_session=False)
        return len(db.session.execute(statement).all())

    def _holds_something(self) -> list[ColumnElement[bool]]:
        if self.empties is None:
            return []
        columns = self.model.__table__.columns
        return [or_(*(_differs(columns[name], value) for name, value in self.empties.items()))]


def _differs(column: Any, value: Any) -> ColumnElement[bool]:
    if value is None:
        there: ColumnElement[bool] = column.is_not(None)
        return there
    if isinstance(column.type, JSON):
        # PostgreSQL compares no JSON.
        return cast(column, Text).is_distinct_from(json.dumps(value))
    differs: ColumnElement[bool] = column.is_distinct_from(value)
    return differs


def _of_event_by(owner: InstrumentedAttribute[Any]) -> Finds:
    return lambda event_id: owner.in_(select(Registration.id).where(Registration.event_id == event_id))


def _with_registration(model: type[Base], owner: InstrumentedAttribute[Any], **of: Any) -> Holding:
    """Return the holding of rows that belong to one registration each."""
    return Holding(model=model, of_event=_of_event_by(owner), of_people=owner.in_, owner=owner, **of)


def _of_team(model: type[Base], **of: Any) -> Holding:
    """Return the holding of rows that belong to an event, and to its people all together."""
    table: Any = model
    return Holding(
        model=model,
        of_event=lambda event_id: table.event_id == event_id,
        of_people=lambda ids: table.event_id.in_(select(Registration.event_id).where(Registration.id.in_(ids))),
        is_shared=True,
        **of,
    )


class _Registrations(Holding):
    """Registrations, with all that hangs on them. A shell stays that counts: how many came, as what, on which days."""

    def let_go(self, ids: Sequence[int]) -> int:
        people = db.session.scalars(select(Registration).where(Registration.id.in_(ids))).all()
        days, sessions = list_day_ids(people), defaultdict(list)
        signed_up = select(SessionPlace.registration_id, SessionPlace.session_id)
        for registration_id, session_id in db.session.execute(signed_up.where(SessionPlace.registration_id.in_(ids))):
            sessions[registration_id].append(session_id)
        shells = [
            {
                **{name: getattr(person, name) for name in _SHELL},
                "day_ids": sorted(days[person.id]),
                "session_ids": sorted(sessions[person.id]),
                "erased_at": clock.now(),
            }
            for person in people
        ]
        if shells:
            insert_rows(ErasedRegistration, shells)
        return super().let_go(ids)


@dataclass(frozen=True, kw_only=True)
class Identity(Holding):
    """What one question asks of a person and the registration itself holds, where it goes sooner than the person."""

    column: str

    def let_go(self, ids: Sequence[int]) -> int:
        for person in db.session.scalars(select(Registration).where(Registration.id.in_(ids))):
            setattr(person, self.column, "")
            refresh_search(person)
        db.session.flush()
        return len(ids)


def identity(column: str) -> Identity:
    """Return the holding of one column of the registration that a question fills."""
    of = REGISTRATION
    return Identity(
        key=f"column_{column}", title=IDENTITY[column], purpose=of.purpose, model=Registration, of_event=of.of_event,
        of_people=of.of_people, owner=of.owner, period=of.period, is_chosen=False, is_heavy=True,
        empties={column: ""}, column=column,
    )  # fmt: skip


class _Uploads(Holding):
    """Files: each goes from the disk once its row is gone for good."""

    def let_go(self, ids: Sequence[int]) -> int:
        public_ids = db.session.scalars(select(Upload.public_id).where(Upload.id.in_(ids))).all()
        paths = [path_of(config().uploads, public_id) for public_id in public_ids]

        def remove() -> None:
            for path in paths:
                path.unlink(missing_ok=True)

        after_commit(remove)
        return super().let_go(ids)


class _Messages(Holding):
    """Messages: what waits never goes, and of what was sent stays that it was."""

    def let_go(self, ids: Sequence[int]) -> int:
        forget_messages(ids, clock.now())
        return len(ids)

    def _holds_something(self) -> list[ColumnElement[bool]]:
        # One that is on its way keeps its words until it is there.
        return [MailMessage.state != DeliveryState.SENDING, *super()._holds_something()]


def _invitations_to(ids: Iterable[int]) -> ColumnElement[bool]:
    invited = select(Invitation.id).where(Invitation.registration_id.in_(list(ids)))
    return _OF_INVITATIONS & MailMessage.record_id.in_(invited)


def _details_of(ids: Iterable[int]) -> ColumnElement[bool]:
    ids = list(ids)
    is_about = (AuditEntry.record_kind == Registration.audited_as) & AuditEntry.record_id.in_(ids)
    is_by = (AuditEntry.actor_kind == "participant") & AuditEntry.actor_id.in_(ids)
    return AuditDetail.entry_id.in_(select(AuditEntry.id).where(is_about | is_by))


#: the columns of a registration that a question with a period of its own can fill, and what they are called
IDENTITY: Mapping[str, str] = {
    "family_name": N_("Family name"),
    "badge_name": N_("Name on the badge"),
    "institution": N_("Institution"),
    "position": N_("Position"),
    "country": N_("Country"),
    "phone": N_("Telephone"),
}
_OF_INVITATIONS = MailMessage.record_kind == "invitation"
_MAIL_TEXTS = ("recipient", "reply_to", "subject", "text", "html", "calendar", "enclosed")
_MAIL = {**dict.fromkeys(_MAIL_TEXTS, ""), "news": None}
#: the act by which the history says what went: it names nobody, and stays
RECEIPT = "data_let_go"
#: what a shell keeps
_SHELL = ("id", "event_id", "category_id", "status", "submitted_at", "status_changed_at")
_A_YEAR, _A_MONTH = Period(365), Period(30)

REGISTRATION = _Registrations(
    key="registration",
    title=N_("Name, institution, position, country, email and telephone"),
    purpose=N_("Handling the registration, answering the person and preparing the badge"),
    model=Registration,
    of_event=lambda event_id: Registration.event_id == event_id,
    of_people=Registration.id.in_,
    owner=Registration.id,
    period=_A_YEAR,
    is_heavy=True,
)
ANSWERS = _with_registration(
    Answer, Answer.registration_id, key="answers", period=_A_YEAR,
    title=N_("Answers"), purpose=N_("Preparing the event, as each question says"),
)  # fmt: skip
UPLOADS = _Uploads(
    key="uploads", period=_A_YEAR, is_heavy=True, model=Upload, owner=Upload.registration_id,
    of_event=_of_event_by(Upload.registration_id), of_people=Upload.registration_id.in_,
    title=N_("Files sent with the form"), purpose=N_("Deciding on the registration"),
)  # fmt: skip
CONSENTS = _with_registration(
    Consent, Consent.registration_id, key="consents", period=_A_YEAR,
    title=N_("What was agreed to"), purpose=N_("Proving what was agreed to, and when"),
)  # fmt: skip
MESSAGES = _Messages(
    key="messages",
    title=N_("Emails"),
    purpose=N_("Telling people about their registration, and proving what was written"),
    model=MailMessage,
    of_event=lambda event_id: (MailMessage.event_id == event_id) & ~_OF_INVITATIONS,
    of_people=lambda ids: (MailMessage.record_kind == "registration") & MailMessage.record_id.in_(list(ids)),
    period=_A_YEAR,
    empties=_MAIL,
)
INVITATION_MESSAGES = _Messages(
    key="invitation_messages",
    title=N_("Emails of invitations"),
    purpose=N_("Inviting people by name"),
    model=MailMessage,
    of_event=lambda event_id: (MailMessage.event_id == event_id) & _OF_INVITATIONS,
    of_people=_invitations_to,
    period=_A_MONTH,
    empties=_MAIL,
)
INVITATIONS = Holding(
    key="invitations",
    title=N_("Invitations"),
    purpose=N_("Inviting people by name"),
    model=Invitation,
    of_event=lambda event_id: Invitation.event_id == event_id,
    of_people=Invitation.registration_id.in_,
    period=_A_MONTH,
    empties=dict.fromkeys(("email", "email_key", "given_name", "family_name", "institution", "note"), ""),
)
HISTORY = Holding(
    key="history",
    title=N_("Details in the history"),
    purpose=N_("Answering who changed what, and when"),
    model=AuditDetail,
    of_event=lambda event_id: AuditDetail.entry_id.in_(
        select(AuditEntry.id).where(AuditEntry.chain == event_id, AuditEntry.action != RECEIPT)
    ),
    of_people=_details_of,
    period=Period(730),
)

ERASURES = Holding(
    key="erasures",
    title=N_("Requests to delete one's data"),
    purpose=N_("Telling the person that it was done"),
    model=ErasureRequest,
    of_event=lambda event_id: ErasureRequest.event_id == event_id,
    of_people=ErasureRequest.registration_id.in_,
    period=Period(30, Starts.MADE),
    empties={"email": ""},
    made=ErasureRequest.asked_at,
    is_chosen=False,
)

#: in the order in which the notice names them
HOLDINGS: tuple[Holding, ...] = (
    REGISTRATION,
    ANSWERS,
    UPLOADS,
    CONSENTS,
    MESSAGES,
    INVITATIONS,
    INVITATION_MESSAGES,
    _with_registration(
        Registration, Registration.id, key="copies", period=_A_MONTH, empties={"copy_email": ""},
        title=N_("Who gets copies of the emails"), purpose=N_("Sending the copies to whom the person named"),
    ),
    _with_registration(
        Note, Note.registration_id, key="notes", period=_A_YEAR,
        title=N_("Notes of the team"), purpose=N_("Working on registrations together"),
    ),
    _with_registration(
        Tagging, Tagging.registration_id, key="tags", period=_A_YEAR,
        title=N_("Tags"), purpose=N_("Working on registrations together"),
    ),
    _with_registration(
        Decision, Decision.registration_id, key="reasons", period=_A_YEAR, empties={"reason": ""},
        title=N_("Reasons of decisions"), purpose=N_("Telling people why, and answering questions about it"),
    ),
    _with_registration(
        AnswerRequest, AnswerRequest.registration_id, key="requests", period=_A_YEAR, empties={"reason": ""},
        title=N_("Why somebody was asked again"), purpose=N_("Completing the registration"),
    ),
    _with_registration(
        AddressChange, AddressChange.registration_id, key="addresses", period=Period(30, Starts.MADE),
        made=AddressChange.requested_at, is_chosen=False,
        title=N_("Changes of the email address"), purpose=N_("Making sure that a new address is the person's own"),
    ),
    HISTORY,
    ERASURES,
    _of_team(
        SavedForm, key="saved_forms", period=Period(KEPT_FOR.days, Starts.MADE), made=SavedForm.saved_at, is_chosen=False,
        title=N_("Forms kept for later"), purpose=N_("Going on with the form"),
    ),
    _of_team(
        Run, key="runs", period=_A_YEAR, empties={"details": {}, "search_text": ""},
        title=N_("Messages and decisions for many at once"), purpose=N_("Doing them, and looking up what was written"),
    ),
    _of_team(
        SavedView, key="saved_views", period=_A_YEAR,
        title=N_("Saved views of the list"), purpose=N_("Working with the list"),
    ),
    _of_team(
        Export, key="exports", period=_A_YEAR, empties={"query": "", "details": {}, "reason": ""},
        title=N_("What was exported, by whom and why"), purpose=N_("Knowing who has data of whom"),
    ),
    _of_team(
        Import, key="imports", period=_A_YEAR, empties={"name": "", "details": {}},
        title=N_("Files that people were imported from"), purpose=N_("Knowing where data came from"),
    ),
)  # fmt: skip

#: columns with personal data that no holding reaches, and why: "table.column", or "table" for all of it
KEPT: Mapping[str, str] = {
    "holds": "why the law keeps the event's data; of whoever placed them, not of those who are kept",
    "accounts": "of the team: closed by its holder, or after two years without use; the name stays with what it did",
    "account_sessions": "end with the account, and after a month",
    "events": "the contact person, whom the event names to the public",
    "contact_persons": "who hears of registrations, as the event's team set down; gone with the event, or when removed",
    "privacy_notices": "the contact person, whom the event names to the public",
    "event_speakers": "who speaks, as the programme tells the public",
    "sharing_agreements": "who outside the team is given data, as the notice names them",
    "text_versions": "texts of the event, as the public read them",
    "team_invitations": "of colleagues, gone once answered or taken back",
    "jobs": "rows that are done are gone; what waits looks for its people anew",
}

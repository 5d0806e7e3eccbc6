"""Finding registrations: by personal link, by the key of their form, by the team within one event, by address.

And what goes with them: what people are asked to answer beside the form they registered by, the words of messages that an
event has of its own. Into which registration one was merged is asked here and answered by the room above that knows: this
room declares, the assembly plugs in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, bindparam, case, exists, func, or_, select
from sqlalchemy.orm import joinedload

from eventreg.accounts.models import Account
from eventreg.db import db, found, lock_row
from eventreg.events.models import Event
from eventreg.kernel.text import email_key
from eventreg.kernel.tokens import lookup_hash, personal_token
from eventreg.mail.models import MailMessage
from eventreg.questionnaires.queries import definition_of, get_version
from eventreg.questionnaires.rules.schema import Definition, Question, Section
from eventreg.registration.models import AddressChange, AnswerRequest, MessageText, Registration, Upload, UsedForm
from eventreg.registration.queries.answers import find_asked, frozen_keys
from eventreg.registration.rules.asked import CONFIRMED, AskedQuestions, RequestKind
from eventreg.registration.rules.messages import OwnText
from eventreg.registration.rules.states import STANDING, Status
from eventreg.web.instance import holder_of, keys
from eventreg.web.sockets import FunctionSocket

#: of a registration whose link has never died
FIRST_LINK = 1


def get_by_token(token: str, purpose: str) -> Registration:
    """Return the registration whose personal link of this purpose `token` is. Raises NotFound."""
    with_category = select(Registration).options(joinedload(Registration.category))
    return holder_of(token, purpose, with_category, Registration.link_generation)


def own_token(registration: Registration, purpose: str) -> str:
    """Return the token that opens a registration for `purpose` while its generation stands."""
    return personal_token(keys(), purpose, registration.public_id, registration.link_generation)


def lock_registration(event_id: int, registration_id: int) -> Registration:
    """Load a registration afresh inside the transaction; the caller holds the event's row already. Raises NotFound."""
    return lock_row(select(Registration).where(Registration.event_id == event_id, Registration.id == registration_id))


def find_live_by_email(event_id: int, email: str) -> Registration | None:
    """Return the live registration with this address."""
    return db.session.scalars(
        select(Registration).where(
            Registration.event_id == event_id,
            Registration.email_key == email_key(email),
            Registration.status != Status.CANCELLED,
        )
    ).one_or_none()


def submission_hash(event_id: int, submission_key: str) -> str:
    """Return what of a form's random key is kept: a keyed hash, so that nothing in the database repeats a form.

    A key counts within its event: one that was used at another event names another form.
    """
    return lookup_hash(keys(), "submission", f"{event_id}/{submission_key}")


def address_hash(hashed: str, email: str) -> str:
    """Return what is kept of the address that a form was sent with: comparable for this form alone."""
    return lookup_hash(keys(), "submission address", f"{hashed}/{email_key(email)}")


@dataclass(frozen=True)
class Earlier:
    """What there is of a form that comes in, and of the address that it brings."""

    #: the registration that this very form made
    by_form: Registration | None
    #: the live one with this address
    by_address: Registration | None
    #: whether the form was sent before, with this address, or with another one
    is_sent_again: bool = False
    has_other_address: bool = False
    #: whether files are held for the form
    holds_files: bool = False

    @property
    def receipt(self) -> Registration | None:
        """The registration that the key of the form opens: not once its link has died, as whose it is may have changed."""
        made = self.by_form
        return made if made is not None and made.link_generation == FIRST_LINK else None


#: built once: whoever registers is looked for while all others wait
_EARLIER = (
    select(
        UsedForm.address_hash,
        Registration.id,
        exists().where(Upload.submission_hash == bindparam("hashed")).label("holds_files"),
    )
    .select_from(Event)
    .outerjoin(UsedForm, and_(UsedForm.event_id == Event.id, UsedForm.submission_hash == bindparam("hashed")))
    .outerjoin(
        Registration,
        and_(
            Registration.event_id == Event.id,
            or_(
                Registration.submission_hash == bindparam("hashed"),
                and_(Registration.email_key == bindparam("address"), Registration.status != Status.CANCELLED),
            ),
        ),
    )
    .where(Event.id == bindparam("event"))
)


def find_earlier(event: Event, hashed: str, email: str) -> Earlier:
    """Return whether a form was sent before, and who has its address: one statement for whoever is new.

    The caller holds the event's row.
    """
    asked = {"event": event.id, "hashed": hashed, "address": email_key(email)}
    rows = db.session.execute(_EARLIER, asked).all()
    found = [db.session.get_one(Registration, row.id) for row in rows if row.id is not None]
    by_form = next((row for row in found if row.submission_hash == hashed), None)
    by_address = next(
        (row for row in found if row.email_key == email_key(email) and row.status != Status.CANCELLED), None
    )
    used_with = rows[0].address_hash if rows else None
    if by_form is not None:
        # Rows of earlier releases do not say with which address they were sent.
        used_with = by_form.submission_address or address_hash(hashed, by_form.email)
    elif not event.verifies_addresses and by_address is None and used_with == address_hash(hashed, email):
        # Whoever had the address has withdrawn: the form is as good as new.
        used_with = None
    is_same = used_with == address_hash(hashed, email)
    return Earlier(
        by_form,
        by_address,
        is_same,
        has_other_address=used_with is not None and not is_same,
        holds_files=any(row.holds_files for row in rows),
    )


def find_first(event: Event, submission_key: str) -> Registration | None:
    """Return the live registration whose receipt the key of a form opens; none where receipts are shown to nobody."""
    if not event.shows_receipts:
        return None
    hashed = submission_hash(event.id, submission_key)
    return db.session.scalars(
        select(Registration).where(
            Registration.event_id == event.id,
            Registration.submission_hash == hashed,
            Registration.link_generation == FIRST_LINK,
            Registration.status != Status.CANCELLED,
        )
    ).one_or_none()


def get_address_change(token: str, purpose: str) -> AddressChange:
    """Return the change of address whose confirming link `token` is. Raises NotFound."""
    return holder_of(token, purpose, select(AddressChange))


def find_waiting_address(registration_id: int, now: datetime) -> AddressChange | None:
    """Return the change of address that is asked for and still can be confirmed."""
    return db.session.scalars(
        select(AddressChange).where(
            AddressChange.registration_id == registration_id,
            AddressChange.confirmed_at.is_(None),
            AddressChange.expires_at > now,
        )
    ).first()


@dataclass(frozen=True)
class Asking:
    """The questions of one request, and what the person was asked and answered before."""

    request: AnswerRequest
    #: the version that is asked, or for a correction what the person answered, as it was asked then
    definition: Definition
    before: AskedQuestions
    keys: frozenset[str]

    def questions(self, category_key: str) -> list[Question]:
        """Return the questions, in order, that somebody of this category is asked; the address has a way of its own."""
        asked = self.definition.questions_for(category_key)
        return [question for question in asked if question.key in self.keys and question.column != "email"]

    def section(self) -> Section | None:
        """Return the section of a follow-up."""
        return next((each for each in self.definition.sections if each.key == self.request.section_key), None)

    def version_of(self, key: str) -> int:
        """Return the version under which a question is answered by it."""
        if self.request.kind is RequestKind.CORRECTION:
            return self.before.versions[key]
        return self.request.questionnaire_id


def list_requests(registration_id: int) -> Sequence[AnswerRequest]:
    """Return the requests to one person in the order in which they were made."""
    return db.session.scalars(
        select(AnswerRequest).where(AnswerRequest.registration_id == registration_id).order_by(AnswerRequest.id)
    ).all()


def get_request(registration_id: int, request_id: int) -> AnswerRequest:
    """Return a request to this person. Raises NotFound for any other's."""
    statement = select(AnswerRequest).filter_by(registration_id=registration_id, id=request_id)
    return found(db.session.scalar(statement.execution_options(populate_existing=True)))


def find_asking(registration: Registration, request: AnswerRequest) -> Asking:
    """Return what a request asks."""
    before = find_asked(registration)
    if request.kind is RequestKind.CORRECTION:
        definition = before.definition
        keys = frozenset(request.question_keys) & before.versions.keys()
    else:
        definition = definition_of(get_version(request.questionnaire_id))
        keys = frozenset(request.question_keys)
    return Asking(request, definition, before, keys)


def standing_keys(event: Event, asking: Asking, now: datetime) -> set[str]:
    """Return the keys of questions whose answers stand, by the date after which they are changed no more.

    Whoever asks again, or to mend an answer, wants it in spite of that date: the first answer is taken, and stands then.
    """
    request = asking.request
    if request.kind is not RequestKind.FOLLOW_UP and request.answered_at is None:
        return set()
    return frozen_keys(event, asking.definition, now)


def find_mail_keys(registration: Registration, request: AnswerRequest) -> list[str]:
    """Return the keys of the messages by which the person was asked, or reminded, by this request."""
    keys = db.session.scalars(
        select(MailMessage.key).where(
            MailMessage.record_kind == "registration",
            MailMessage.record_id == registration.id,
            MailMessage.template.in_(
                [
                    "registration/ask_reminder",
                    "registration/handed_to",
                    *(f"registration/asked_{k.value}" for k in RequestKind),
                ]
            ),
        )
    )
    return [key for key in keys if f"-{request.id}-" in key]


def is_asked_still() -> ColumnElement[bool]:
    """Return what a request, joined with its registration, must fulfil to concern the person, answered or not."""
    concerned = case(
        (AnswerRequest.kind == RequestKind.FOLLOW_UP, Registration.status.in_(CONFIRMED)),
        else_=Registration.status.in_(STANDING),
    )
    return and_(AnswerRequest.taken_back_at.is_(None), concerned)


def has_unanswered(kind: RequestKind, section_key: str) -> ColumnElement[bool]:
    """Return what a registration must fulfil to have something of this kind, or this follow-up, not answered."""
    return exists().where(
        AnswerRequest.registration_id == Registration.id,
        AnswerRequest.kind == kind,
        AnswerRequest.section_key == section_key,
        AnswerRequest.answered_at.is_(None),
        is_asked_still(),
    )


def has_overdue(event: Event, at: datetime) -> ColumnElement[bool]:
    """Return what a registration of the event must fulfil to have anything not answered whose last day is over."""
    today = at.astimezone(ZoneInfo(event.time_zone)).date()
    is_over = AnswerRequest.answer_by < today
    if event.changes_until <= at:
        is_over |= AnswerRequest.answer_by.is_(None)
    return exists().where(
        AnswerRequest.registration_id == Registration.id,
        AnswerRequest.answered_at.is_(None),
        is_over,
        is_asked_still(),
    )


def has_any_unanswered() -> ColumnElement[bool]:
    """Return what a registration must fulfil to have anything that was asked not answered."""
    return exists().where(
        AnswerRequest.registration_id == Registration.id, AnswerRequest.answered_at.is_(None), is_asked_still()
    )


def count_unanswered(event_id: int) -> dict[tuple[RequestKind, str], tuple[int, int]]:
    """Return by kind and section how many people are asked, and how many of them have not answered. One statement."""
    waiting = case((AnswerRequest.answered_at.is_(None), AnswerRequest.registration_id))
    rows = db.session.execute(
        select(
            AnswerRequest.kind,
            AnswerRequest.section_key,
            func.count(AnswerRequest.registration_id.distinct()),
            func.count(waiting.distinct()),
        )
        .join(Registration, Registration.id == AnswerRequest.registration_id)
        .where(AnswerRequest.event_id == event_id, is_asked_still())
        .group_by(AnswerRequest.kind, AnswerRequest.section_key)
        .order_by(func.min(AnswerRequest.id))
    )
    return {(row[0], row[1]): (row[2], row[3]) for row in rows}


class StoredText(NamedTuple):
    """One text as it stands, with its revision and who saved it when. `by` is empty where that account is gone."""

    text: OwnText
    revision: int
    by: str
    at: datetime | None


#: where there is no row
NOTHING = StoredText(OwnText(), 0, "", None)


def read_texts(event_id: int) -> dict[tuple[str, str], OwnText]:
    """Return every text of an event by message and language: one statement."""
    rows = db.session.execute(
        select(MessageText.message, MessageText.language, MessageText.subject, MessageText.body).where(
            MessageText.event_id == event_id
        )
    )
    return {(row.message, row.language): OwnText(row.subject, row.body) for row in rows}


def read_message(event_id: int, key: str) -> dict[str, StoredText]:
    """Return the texts of one message by language, with what saving needs to know of them."""
    rows = db.session.execute(
        select(MessageText, Account.name)
        .outerjoin(Account, Account.id == MessageText.changed_by_id)
        .where(MessageText.event_id == event_id, MessageText.message == key)
        .execution_options(populate_existing=True)
    )
    return {
        row.language: StoredText(OwnText(row.subject, row.body), row.revision, name or "", row.changed_at)
        for row, name in rows
    }


#: the id of a registration to the reference of the one that it was merged into; None for any other
find_merged_into: FunctionSocket[[int], str | None] = FunctionSocket("merged")

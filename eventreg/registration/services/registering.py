"""A person registers: the one use case that must hold whatever happens.

The random key of a form is used once, with one address, whatever became of it: a form that comes again is known by it.
"""

import enum
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from eventreg.accounts.services.guards import Try, admit as admit_try
from eventreg.audit.services import Actor, note
from eventreg.db import db, transaction
from eventreg.db.transactions import clear_shelf
from eventreg.events.models import Category, Event, PrivacyNotice
from eventreg.events.queries.events import lock_event_in_any_state
from eventreg.kernel import clock
from eventreg.kernel.errors import Refused
from eventreg.kernel.text import email_key
from eventreg.kernel.tokens import new_public_id, new_reference
from eventreg.mail.services import OutgoingMessage, enqueue_all
from eventreg.questionnaires.rules.answers import has_all, most_files
from eventreg.questionnaires.rules.schema import Definition, Question, Stage
from eventreg.registration import emails
from eventreg.registration.emails.about_registration import Confirmed, Received, Waitlisted
from eventreg.registration.models import Registration, Upload
from eventreg.registration.queries.answers import DAYS_KIND, SESSIONS_KIND
from eventreg.registration.queries.places import limited_options
from eventreg.registration.queries.registrations import FIRST_LINK, Earlier, address_hash, find_earlier, submission_hash
from eventreg.registration.rules.availability import admit, refusal_to_register
from eventreg.registration.rules.states import TRANSITIONS, RegisteringReason, Status
from eventreg.registration.rules.ways_in import WayIn, WayKind
from eventreg.registration.services import answers as kept, discreet, links, ways_in
from eventreg.registration.services.places import PlaceCount, take_at_once, take_new
from eventreg.registration.services.ways_in import check_way_in

_TRIES = 3

Written = TypeVar("Written")

#: which message tells of which outcome
NEWS_OF = {each.status: each for each in (Confirmed, Received, Waitlisted)}


@dataclass(frozen=True)
class Submission:
    """A form whose answers were checked against its questionnaire. Answers are by question key, cleaned."""

    submission_key: str
    category_key: str
    #: the version whose questions were asked, and the notice that was shown with them
    questionnaire_id: int
    definition: Definition
    privacy_notice_id: int | None
    language: str
    answers: Mapping[str, Sequence[str]]
    files: Sequence[kept.NewFile] = field(default=())
    #: ids of the files by question that were shown as kept for this form
    kept_files: Mapping[str, Collection[str]] = field(default_factory=dict)
    #: how the person came, beside the public form; it leads into the category of `category_key`
    way_in: WayIn | None = None
    #: how else: by the team
    came_by: WayKind | None = None

    @property
    def way(self) -> WayKind | None:
        """How the person came; None: by the public form alone."""
        return self.way_in.kind if self.way_in is not None else self.came_by

    def questions(self) -> list[Question]:
        """Return what was asked: of the form's questions those whose conditions hold. What came for others counts for nothing."""
        files = {*self.kept_files, *(file.question_key for file in self.files)}
        answers = {**self.answers, **{key: [key] for key in files}}
        hidden = self.definition.hidden_keys(self.category_key, self.way, answers)
        asked = self.definition.questions_for(self.category_key, Stage.REGISTRATION)
        return [question for question in asked if question.key not in hidden]


class Outcome(enum.Enum):
    """What the sender is shown."""

    #: a new registration, or the same form once more: the receipt
    RECEIPT = "receipt"
    #: the form was sent before with another address: the sender is asked whether this is another person
    SENT_BEFORE = "sent_before"
    #: the address has a live registration: its holder gets the link, the sender learns nothing of it
    ALREADY_LIVE = "already_live"
    #: the event shows receipts to nobody: the same page for everybody
    CHECK_MAIL = "check_mail"


@dataclass(frozen=True)
class Receipt:
    """What came of a form. `registration` is set for the outcome RECEIPT alone."""

    outcome: Outcome
    registration: Registration | None = None


def register(event_id: int, submission: Submission, occasion: emails.Occasion) -> Receipt:
    """Register a person, decide at once who has a place, and queue the messages: all of it or nothing.

    The same submission key and address give the same receipt; the same key with another address changes nothing, and the
    sender is to be asked. Another submission with a live address changes nothing either, and sends its holder the link.
    Raises Refused (not open yet, closed, unknown category, a way in that no longer leads in, a file that cannot
    be kept or is gone), OptionsFull and Busy. `occasion` was loaded before the lock, its event whole: nothing in it decides
    anything. What it says is composed before the lock, too.
    """

    def begin(hashed: str, sealed: Sequence[Upload]) -> Callable[[], Receipt]:
        category = _find_category(occasion.event, submission)
        draft = _draft(occasion, category, submission, hashed) if category is not None else None
        return partial(_register, event_id, submission, draft, hashed, sealed)

    return write_form(event_id, submission, begin)


def write_form(
    event_id: int, submission: Submission, begin: Callable[[str, Sequence[Upload]], Callable[[], Written]]
) -> Written:
    """Call `begin` with the hash of a form's key and its files, sealed, and what it returns in a transaction.

    Both are called anew where two forms met.
    """
    hashed = submission_hash(event_id, submission.submission_key)
    asked = {question.key for question in submission.questions()}
    files = [file for file in submission.files if file.question_key in asked]
    sealed = kept.seal_files(event_id, hashed, files, clock.now())
    for attempt in range(_TRIES):
        write = begin(hashed, sealed)
        try:
            with transaction():
                return write()
        except IntegrityError:
            # Two random codes met, or (were the lock not held) two forms: the next try sees what the other one wrote.
            if attempt == _TRIES - 1:
                raise
    raise AssertionError("unreachable")


#: what the last one of a category came to, by the way they came: what the next one will probably come to
_came_to: dict[tuple[int, WayKind | None], Status] = {}


@dataclass(frozen=True)
class _Draft:
    """A registration made ready before the lock, with the messages of what it will probably come to. Nothing in it decides.

    Where the event or the way in is another one under the lock, all of it is made anew there; where something else is
    decided, the messages are: whoever let the lock go to compose them could lose the place.
    """

    occasion: emails.Occasion
    registration: Registration
    status: Status
    messages: Sequence[OutgoingMessage]


def _draft(occasion: emails.Occasion, category: Category, submission: Submission, hashed: str) -> _Draft:
    now, way_in = clock.now(), submission.way_in
    registration = new_registration(occasion.event, category, submission, _only(submission, "email"), hashed, now)
    if way_in is not None:
        registration.came_by, registration.approved_at = way_in.kind, now if way_in.skips_approval else None
    registration.status = _came_to.get((category.id, registration.came_by), Status.CONFIRMED)
    return _Draft(occasion, registration, registration.status, _messages(occasion, registration, submission, now))


def _register(
    event_id: int, submission: Submission, draft: _Draft | None, hashed: str, sealed: Sequence[Upload]
) -> Receipt:
    now = clock.now()
    event = lock_event_in_any_state(event_id)
    email = _only(submission, "email")
    earlier = find_earlier(event, hashed, email)
    refusal = refusal_to_register(now, event.registration_opens_at, event.registration_closes_at, event.publication)
    if refusal is not None and not earlier.is_sent_again:
        # Before it is looked whether the address is known: a closed door tells nobody who is inside.
        raise Refused(refusal, moment=event.registration_opens_at)
    if earlier.is_sent_again:
        return _answer_again(event, earlier)
    # Likewise before an address is told to be known: who may not come in learns nothing.
    category = _find_category(event, submission)
    if category is None:
        raise Refused(RegisteringReason.UNKNOWN_CATEGORY)
    _check_window(event, category, now)
    way_in = submission.way_in and check_way_in(event, category, submission.way_in, email, now)
    if earlier.has_other_address:
        return Receipt(Outcome.SENT_BEFORE)
    if earlier.by_address is not None and not event.is_discreet:
        ways_in.note_used(event, hashed, email, now)
        return _tell_holder(event, earlier.by_address, now)
    if draft is None or way_in != submission.way_in or not draft.occasion.is_still(event):
        clear_shelf()
        submission = replace(submission, way_in=way_in)
        draft = _draft(emails.Occasion.load(event), category, submission, hashed)
    enter = partial(_enter, event, draft, submission, sealed, earlier.holds_files, now)
    if event.is_discreet:
        discreet.enter_as_anybody(event, earlier, draft.registration, way_in, enter, now)
    else:
        enter()
    return Receipt(Outcome.RECEIPT, draft.registration) if event.shows_receipts else Receipt(Outcome.CHECK_MAIL)


def _enter(
    event: Event, draft: _Draft, submission: Submission, sealed: Sequence[Upload], holds_files: bool, now: datetime
) -> None:
    """Write a registration with its place, its answers and its messages."""
    registration, count = draft.registration, PlaceCount(event)
    registration.submitted_at = registration.status_changed_at = now
    registration.approved_at = registration.approved_at and now
    takes_place = _begin(event, registration, count, now)
    db.session.add(registration)
    db.session.flush()
    if submission.way_in is not None:
        ways_in.note_use(submission.way_in, registration, now)
    if takes_place:
        count.take(registration, now)
    keep_answers(event, registration, submission, sealed, now, holds_files=holds_files, takes_all=not event.is_discreet)
    _note_and_tell(draft, submission, now)
    if event.is_discreet:
        discreet.take_what_is_free(event, registration, now)


def _note_and_tell(draft: _Draft, submission: Submission, now: datetime) -> None:
    registration, way_in = draft.registration, submission.way_in
    came_by = {"way_in": way_in.kind.value} if way_in is not None else {}
    note(registration, f"registered_{registration.status.value}", Actor.participant(registration.id), now, **came_by)
    _came_to[registration.category_id, registration.came_by] = registration.status
    is_as_expected = registration.status is draft.status
    messages = draft.messages if is_as_expected else _messages(draft.occasion, registration, submission, now)
    enqueue_all([replace(message, record_id=registration.id, due_at=now) for message in messages])


def _begin(event: Event, registration: Registration, count: PlaceCount, now: datetime) -> bool:
    """Give somebody new their status, whose address may have to be verified first; returns whether it takes a place."""
    registration.calendar_uids, registration.calendar_revision = [], 0
    if event.verifies_addresses:
        registration.status = Status.UNVERIFIED
        return False
    takes_place = let_in(event.category_of(registration), registration, count, now)
    if registration.status is Status.CONFIRMED:
        emails.note_invited(event, registration)
    return takes_place


def let_in(category: Category, registration: Registration, count: PlaceCount, now: datetime) -> bool:
    """Give somebody new the status that the places of now come to; returns whether it takes one."""
    is_approved = registration.approved_at is not None
    admission = admit(category.approval, category.pending_counts, count.of(category), is_approved)
    registration.status = TRANSITIONS[Status.UNVERIFIED, admission.action]
    if registration.status is Status.WAITLISTED:
        registration.waitlisted_at = now
    return admission.takes_place


def _answer_again(event: Event, earlier: Earlier) -> Receipt:
    """Answer the same form once more as before; nobody is written to again."""
    if not event.shows_receipts:
        return Receipt(Outcome.CHECK_MAIL)
    if earlier.by_form is None:
        return Receipt(Outcome.ALREADY_LIVE)
    return Receipt(Outcome.RECEIPT, earlier.receipt) if earlier.receipt is not None else Receipt(Outcome.SENT_BEFORE)


def _tell_holder(event: Event, holder: Registration, now: datetime) -> Receipt:
    # The holder is written to a few times an hour at most, however often somebody else sends forms with the address.
    if admit_try(Try(links.LINKS_BY_ADDRESS, links.holder_of(event.id, holder.email))) is not None:
        links.schedule_link(event.id, holder.email, now)
    return Receipt(Outcome.CHECK_MAIL if event.verifies_addresses else Outcome.ALREADY_LIVE)


def _find_category(event: Event, submission: Submission) -> Category | None:
    """Return the category that the form is for: a private one is not there for whoever has no way in."""
    key, way_in = submission.category_key, submission.way_in
    if way_in is not None and way_in.category_key != key:
        return None
    known = (row for row in event.categories if row.key == key and (way_in is not None or not row.is_private))
    return next(known, None)


def _check_window(event: Event, category: Category, now: datetime) -> None:
    window = event.window_of(category)
    refusal = refusal_to_register(now, window.opens_at, window.closes_at, event.publication)
    if refusal is not None:
        raise Refused(refusal, moment=window.opens_at)


def new_registration(
    event: Event, category: Category, submission: Submission, email: str, hashed: str, now: datetime
) -> Registration:
    """Return the row of a form, without a status yet; it is not added to the session."""
    registration = Registration(
        public_id=new_public_id(),
        reference=new_reference(event.reference_prefix),
        event_id=event.id,
        category_id=category.id,
        questionnaire_id=submission.questionnaire_id,
        language=submission.language,
        email=email,
        email_key=email_key(email),
        submission_hash=hashed,
        submission_address=address_hash(hashed, email),
        # Of what the form did not ask, and for messages that are composed before there is a row.
        **dict.fromkeys(("family_name", "badge_name", "institution", "position", "country", "phone"), ""),
        revision=1,
        link_generation=FIRST_LINK,
        submitted_at=now,
        status_changed_at=now,
    )
    if submission.privacy_notice_id is not None:
        # Only a notice of this event is recorded, whatever the form said: looked up within the insert itself.
        registration.privacy_notice_id = (
            select(PrivacyNotice.id)
            .where(PrivacyNotice.event_id == event.id, PrivacyNotice.id == submission.privacy_notice_id)
            .scalar_subquery()
        )
    kept.fill_identity(registration, submission.questions(), submission.answers)
    return registration


def keep_answers(
    event: Event,
    registration: Registration,
    submission: Submission,
    sealed: Sequence[Upload],
    now: datetime,
    *,
    holds_files: bool,
    takes_all: bool = True,
) -> None:
    """Write answers, files, places of options and sessions, and what was said to the consents that came up.

    In the caller's transaction, who holds the event's row. Raises OptionsFull and Refused: a SessionReason or RegisteringReason.
    `takes_all`: the places that the answers need, or none of it is kept; else the caller takes what is free.
    """
    questions = submission.questions()
    asked = {question.key for question in questions}
    answers = {key: list(values) for key, values in submission.answers.items() if key in asked}
    answers.update(_attached(event, registration, submission, sealed, holds_files))
    kept.insert_answers(registration, questions, answers)
    if registration.status is Status.CONFIRMED and takes_all:
        wanted = {value for q in questions if q.kind == SESSIONS_KIND for value in answers.get(q.key, ())}
        take_at_once(event, registration, wanted, now)
    if registration.status is not Status.UNVERIFIED and takes_all:
        take_new(registration, limited_options(submission.definition), answers, now)
    kept.record_consents(
        registration, questions, answers, language=submission.language, fallbacks=event.languages, now=now
    )


def _attached(
    event: Event, registration: Registration, submission: Submission, sealed: Sequence[Upload], holds_files: bool
) -> dict[str, list[str]]:
    """Give the registration its files; returns their ids by question. Raises Refused (FILE_GONE)."""
    asked = [question for question in submission.questions() if question.kind in kept.FILE_KINDS]
    new = kept.attach_new(registration.id, sealed)
    open_keys = [question.key for question in asked if most_files(question) > 1 or question.key not in new]
    held = kept.attach_held(event.id, registration.submission_hash, registration.id, open_keys) if holds_files else {}
    found: dict[str, list[str]] = {}
    for question in asked:
        ids = [*held.get(question.key, ()), *new.get(question.key, ())]
        shown = submission.kept_files.get(question.key)
        if shown and not has_all(question, shown, ids):
            raise Refused(RegisteringReason.FILE_GONE)
        found[question.key] = ids[: most_files(question)]
        kept.detach(registration.id, ids[most_files(question) :])
    return found


def _messages(
    occasion: emails.Occasion, registration: Registration, submission: Submission, now: datetime
) -> Sequence[OutgoingMessage]:
    """Return what tells of a new registration by its status; it may have no row yet."""
    asked = {question.key for question in submission.questions()}
    day_ids = frozenset(
        int(value)
        for key in submission.definition.keys_of(DAYS_KIND)
        for value in submission.answers.get(key, ())
        if key in asked
    )
    if registration.status is Status.UNVERIFIED:
        link = (emails.VERIFY, registration.public_id, registration.link_generation)
        news = emails.News(emails.addresses.Verify, day_ids)
        return [emails.participant_message(occasion, registration, news, now, link=link)]
    return emails.messages_of(occasion, registration, emails.News(NEWS_OF[registration.status], day_ids), now)


def _only(submission: Submission, column: str) -> str:
    """Return the one answer that fills an identity column."""
    question = next(found for found in submission.definition.questions() if found.column == column)
    return submission.answers[question.key][0]

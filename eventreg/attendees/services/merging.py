"""Two registrations of one person become one; or somebody says that they are two people.

One stays, with its status, its place, its consents and its link. What was chosen of the other's answers goes over, and so do
its files, notes and tags. The other one is cancelled, its places are free, and its page says where it went.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from flask_babel import gettext as _
from sqlalchemy import delete, select, update

from eventreg.attendees.annotations import ANNOTATIONS
from eventreg.attendees.models import KeptApart, Merger
from eventreg.attendees.services.team_acts import change_address
from eventreg.audit.services import note
from eventreg.db import db
from eventreg.events.announcing import Announcing
from eventreg.events.models import Event
from eventreg.events.organizers import Organizer
from eventreg.events.queries.events import holding_event
from eventreg.i18n.languages import speaking
from eventreg.kernel import clock
from eventreg.kernel.errors import N_, Conflict, Refused
from eventreg.kernel.text import email_key
from eventreg.mail.services import enqueue_all
from eventreg.questionnaires.rules.schema import Question
from eventreg.registration.emails import News, Occasion, addresses, by_team, participant_message
from eventreg.registration.models import Answer, Registration, SessionPlace, Upload
from eventreg.registration.queries.answers import SESSIONS_KIND, find_asked, find_day_ids, load_answers
from eventreg.registration.queries.scoping import get_in_scope, lock_in_scope
from eventreg.registration.rules.asked import AskedQuestions
from eventreg.registration.rules.states import OptionsFull, Status
from eventreg.registration.services import answers, promotion, registering, statuses
from eventreg.registration.services.answer_changes import Answerable, SentFiles, put_answers, record_changes
from eventreg.registration.services.places import PlaceCount, take_wished

Answers = Mapping[str, Sequence[str]]


class MergeReason(Conflict):
    """Why nothing was merged."""

    #: one of them is not as it was shown
    CHANGED_MEANWHILE = (
        "changed_meanwhile",
        N_("One of the two has changed since you opened this page. Look once more, then merge."),
    )
    #: one of them was merged before, or both are one
    ALREADY_MERGED = "already_merged", N_("One of the two was merged already.")
    STAYS_CANCELLED = (
        "stays_cancelled",
        N_("A cancelled registration cannot be the one that stays: choose the other one."),
    )
    #: a decision can still be undone, and its messages wait
    BEING_DECIDED = "being_decided", N_("A decision on one of the two can still be undone. Try again in a minute.")
    CALLED_OFF = "called_off", N_("This event does not take place: nothing is merged any more.")
    #: an option that the one that stays would get is full
    FULL = "full", N_("An answer that would go over has no place left. Keep that of the registration that stays.")


@dataclass(frozen=True)
class Merging:
    """What somebody chose on the page that shows two registrations side by side."""

    #: references: the one that stays, and the one that goes into it
    stays: str
    goes: str
    #: the revisions that were shown
    stays_revision: int
    goes_revision: int
    #: keys of the questions whose answers are taken from the one that goes
    taken: Collection[str] = ()
    #: the one that goes is told by mail
    tells: bool = False


def merge(event_id: int, merging: Merging, who: Organizer, announcing: Announcing | None = None) -> Registration:
    """Make one of two; returns the one that stays.

    A sensitive answer goes over sealed anew, shown to nobody. Consents stay those of the one that stays. Raises NotFound,
    Unannounced, Refused and LifecycleRefused.
    """
    now = clock.now()
    with holding_event(event_id) as event:
        if event.is_called_off:
            raise Refused(MergeReason.CALLED_OFF)
        stays, goes = (lock_in_scope(event_id, reference, who.scope) for reference in (merging.stays, merging.goes))
        _check(stays, goes, merging, now)
        # First: messages about it carry the number, and no two of them the same.
        stays.revision += 1
        asked, other = find_asked(stays, for_team=True), find_asked(goes, for_team=True)
        values = load_answers(goes, other.definition)
        was_told = goes.status
        old_revision = goes.revision
        count = PlaceCount(event)
        if goes.status is not Status.CANCELLED:
            statuses.merge_away(goes, now)
            count.free(goes)
        else:
            goes.revision += 1
        db.session.add(Merger(registration_id=goes.id, into_id=stays.id, account_id=who.account_id, merged_at=now))
        _take_over(event, stays, goes, _Sides(asked, other, values), merging, who, now)
        for annotation in ANNOTATIONS:
            annotation.carry_over(goes, stays)
        note(stays, "merged", who, now, reference=goes.reference)
        note(goes, "merged_into", who, now, reference=stays.reference)
        db.session.flush()
        occasion = Occasion.load(event)
        if merging.tells and was_told is not Status.CANCELLED and goes.revision > old_revision:
            _tell(occasion, goes, stays, now, takes_back=was_told is Status.CONFIRMED)
        promotion.promote_from_waiting_list(event, count, now, occasion, announcing=announcing)
        return stays


def keep_apart(event_id: int, references: Collection[str], who: Organizer) -> None:
    """Note that these registrations are of different people: they look like doubles no more. Raises NotFound."""
    now = clock.now()
    with holding_event(event_id):
        found = {each.id: each for each in (get_in_scope(event_id, reference, who.scope) for reference in references)}
        people = [found[id_] for id_ in sorted(found)]
        rows = db.session.execute(select(KeptApart.first_id, KeptApart.second_id).where(KeptApart.first_id.in_(found)))
        known = {(first, second) for first, second in rows}
        for one, other in combinations(people, 2):
            if (one.id, other.id) in known:
                continue
            db.session.add(KeptApart(first_id=one.id, second_id=other.id, account_id=who.account_id, decided_at=now))
            note(one, "kept_apart", who, now, reference=other.reference)
            note(other, "kept_apart", who, now, reference=one.reference)


@dataclass(frozen=True)
class _Sides:
    """What both were asked, and what the one that goes answered."""

    asked: AskedQuestions
    other: AskedQuestions
    values: Answers


def _check(stays: Registration, goes: Registration, merging: Merging, now: datetime) -> None:
    merged = select(Merger.id).where(Merger.registration_id.in_((stays.id, goes.id))).limit(1)
    if stays.id == goes.id or db.session.scalar(merged) is not None:
        raise Refused(MergeReason.ALREADY_MERGED)
    if (stays.revision, goes.revision) != (merging.stays_revision, merging.goes_revision):
        raise Refused(MergeReason.CHANGED_MEANWHILE)
    if stays.status is Status.CANCELLED:
        raise Refused(MergeReason.STAYS_CANCELLED)
    if any(statuses.is_pending(statuses.find_last_decision(each.id), now) for each in (stays, goes)):
        raise Refused(MergeReason.BEING_DECIDED)


def _take_over(
    event: Event,
    stays: Registration,
    goes: Registration,
    sides: _Sides,
    merging: Merging,
    who: Organizer,
    now: datetime,
) -> None:
    """Put the chosen answers of the one that goes in place of those of the one that stays; an address too."""
    category = event.category_of(stays).key
    chosen = [
        question
        for question in sides.other.definition.questions()
        if question.key in merging.taken and question.kind != answers.CONSENT_KIND and question.is_asked_of(category)
    ]
    _move_files(stays, goes, [q for q in chosen if q.kind in answers.FILE_KINDS], sides.values)
    old_address = stays.email
    if any(question.column == "email" for question in chosen) and email_key(goes.email) != stays.email_key:
        change_address(stays, goes.email, now)
    questions = [question for question in chosen if question.column != "email"]
    task = Answerable(
        questions, {q.key: sides.other.versions[q.key] for q in questions if q.key in sides.other.versions}, sides.asked
    )
    try:
        changes = put_answers(event, stays, task, {q.key: sides.values.get(q.key, []) for q in questions}, _NO_FILES)
    except OptionsFull as full:
        raise Refused(MergeReason.FULL) from full
    if changes:
        record_changes(who, "answers_merged", stays, changes, now)
    if any(question.kind == SESSIONS_KIND for question in questions) and stays.status is Status.CONFIRMED:
        db.session.execute(delete(SessionPlace).where(SessionPlace.registration_id == stays.id))
        take_wished(stays, now)
    if stays.email != old_address:
        note(stays, "address_corrected", who, now, old=old_address, new=stays.email)
        db.session.flush()
        # The link that went to the address before is dead, so that the new one goes in any case.
        news = News(registering.NEWS_OF.get(stays.status, addresses.OwnLink), find_day_ids(stays))
        enqueue_all([participant_message(Occasion.load(event), stays, news, now)])


_NO_FILES = SentFiles("", [], None)


def _move_files(stays: Registration, goes: Registration, questions: Sequence[Question], values: Answers) -> None:
    ids = [value for question in questions for value in values.get(question.key, ())]
    if ids:
        db.session.execute(
            update(Upload)
            .where(Upload.registration_id == goes.id, Upload.public_id.in_(ids))
            .values(registration_id=stays.id)
        )
        db.session.execute(
            delete(Answer).where(
                Answer.registration_id == goes.id, Answer.question_key.in_([question.key for question in questions])
            )
        )


def _tell(occasion: Occasion, goes: Registration, stays: Registration, now: datetime, *, takes_back: bool) -> None:
    with speaking(goes.language):
        reason = _("You were registered twice. Your registration %(reference)s stands.", reference=stays.reference)
    news = News(by_team.TeamWithdrawn, find_day_ids(goes), reason=reason, takes_back=takes_back)
    enqueue_all([participant_message(occasion, goes, news, now)])

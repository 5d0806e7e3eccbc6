"""Participants change their answers: what changed is kept, told to both sides, and follows into the calendar.

Somebody counts from now on, or again: options that are full by then are taken off the answers, and both sides are told.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from eventreg.accounts.rules.guarding import Limit
from eventreg.accounts.services.guards import Try, demand
from eventreg.audit.services import SYSTEM, Actor, note
from eventreg.db import db
from eventreg.events.models import Event
from eventreg.events.queries.events import get_event_whole, holding_event
from eventreg.kernel import clock
from eventreg.kernel.errors import Refused
from eventreg.mail.content import Change
from eventreg.questionnaires import kinds
from eventreg.questionnaires.queries import definition_of, get_current_version, list_version_numbers
from eventreg.questionnaires.rules.answers import most_files
from eventreg.questionnaires.rules.schema import Definition, Question, Stage
from eventreg.registration.emails import News, Occasion, tell
from eventreg.registration.emails.by_team import TeamChanged
from eventreg.registration.emails.changing import Changed
from eventreg.registration.models import Registration, Upload
from eventreg.registration.queries import places, registrations
from eventreg.registration.queries.answers import (
    DAYS_KIND,
    current_consents,
    find_asked,
    find_day_ids,
    frozen_keys,
    load_answers,
)
from eventreg.registration.queries.registrations import submission_hash
from eventreg.registration.rules.asked import AskedQuestions
from eventreg.registration.rules.availability import may_change_answers
from eventreg.registration.rules.states import STANDING, ChangeReason, Status
from eventreg.registration.services.answers import (
    CONSENT_KIND,
    FILE_KINDS,
    NewFile,
    attach_held,
    attach_new,
    detach,
    fill_identity,
    replace_answers,
    seal_files,
)
from eventreg.registration.services.places import hold_exactly, take_what_is_free
from eventreg.registration.services.statuses import find_last_decision, is_pending

Answers = Mapping[str, Sequence[str]]
#: each change is told to an address that, where none is verified, somebody else may have typed
CHANGES = Limit("own-answers/registration", 20, 60, one_more_after=3)


@dataclass(frozen=True)
class AnswerChange:
    """One question whose answer changed, with the values before and after."""

    question: Question
    old: list[str]
    new: list[str]
    #: the question as the old answer was given to it; None: the same
    old_question: Question | None = None
    #: the ids of the versions that the old and the new answer were given under; None: the registration's
    version_ids: tuple[int | None, int | None] = (None, None)

    @property
    def is_secret(self) -> bool:
        """Whether only that it changed is told: what was answered is sensitive, or a file."""
        asked = (self.question, self.old_question or self.question)
        return any(question.is_sensitive or question.kind in FILE_KINDS for question in asked)


@dataclass(frozen=True)
class ChangedFiles:
    """Files that came with changed answers: new ones, those held for the form's key, ids of files that are to go."""

    form_key: str
    new: Sequence[NewFile] = ()
    removed: Collection[str] = ()


def change_answers(
    event_id: int, registration_id: int, answers: Answers, files: ChangedFiles | None = None
) -> list[AnswerChange]:
    """Put new answers in place of old ones and tell both sides what changed; returns the changes, [] when there are none.

    `answers` were checked against what the registration was asked (`queries.asked`). The mail address and the consents are
    changed by use cases of their own and stay as they are, as does what is frozen. What a changed answer hides is emptied:
    a change like another. Raises Refused: TOO_LATE; BEING_DECIDED while the messages of a decision wait, which tell of
    the answers as they were; TOO_MANY_FILES when a file cannot be kept; TooManyTries for whoever changes without end.
    """
    now = clock.now()
    hashed = submission_hash(event_id, files.form_key) if files is not None else ""
    sealed = seal_files(event_id, hashed, files.new, now) if files is not None else []
    with holding_event(event_id) as event:
        registration = registrations.lock_registration(event_id, registration_id)
        if not may_change_answers(registration.status, now, event.changes_until, event.publication):
            raise Refused(ChangeReason.TOO_LATE)
        if is_pending(find_last_decision(registration.id), now):
            raise Refused(ChangeReason.BEING_DECIDED)
        changes = put_answers(
            event, registration, _changeable(event, registration), answers, SentFiles(hashed, sealed, files)
        )
        if not changes:
            return []
        demand(Try(CHANGES, registration.public_id))
        registration.revision += 1
        record_changes(Actor.participant(registration.id), "answers_changed", registration, changes, now)
        db.session.flush()
        tell_changes(event.id, registration, changes, now)
        return changes


@dataclass(frozen=True)
class Answerable:
    """The questions that are answered now, with the version of each, and what the person was asked before."""

    questions: Sequence[Question]
    versions: Mapping[str, int]
    before: AskedQuestions


@dataclass(frozen=True)
class SentFiles:
    """The files of a form under the lock: their rows are ready, their bytes on the disk."""

    hashed: str
    sealed: Sequence[Upload]
    sent: ChangedFiles | None


def put_answers(
    event: Event, registration: Registration, task: Answerable, answers: Answers, files: SentFiles
) -> list[AnswerChange]:
    """Write answers in place of earlier ones, each under the version of its question; returns what differs from before.

    In the caller's transaction, which holds the event's row. An answer that is given again unchanged is kept under the
    new version.
    """
    questions = list(task.questions)
    before = load_answers(registration, task.before.definition)
    after = {question.key: list(answers.get(question.key, before.get(question.key, []))) for question in questions}
    if files.sent is not None:
        after |= _settle_files(registration, questions, files, before)
    hidden = _hidden_by(event, registration, task.before.definition, {**before, **after})
    asked_anew = {key for key in task.versions if task.versions[key] != task.before.versions.get(key)}
    emptied = [question for question in hidden if question.key not in asked_anew]
    after |= {question.key: [] for question in emptied}
    keys = {question.key for question in questions}
    questions += [question for question in emptied if question.key not in keys]
    task = Answerable(questions, {**task.before.versions, **task.versions}, task.before)
    changes = _differences(task, before, after)
    changed = {change.question.key for change in changes}
    written = [q for q in questions if q.key in changed or task.versions[q.key] != task.before.versions.get(q.key)]
    # Who does not stand has no place of an option: it is taken with the address verified, or with a decision anew.
    if registration.status in STANDING:
        hold_exactly(registration, [question for question in questions if question.key in changed], after, clock.now())
    fill_identity(registration, [question for question in questions if question.key in changed], after)
    replace_answers(registration, written, after, task.versions)
    if any(change.question.kind == DAYS_KIND for change in changes):
        # The next message brings the calendar up to date, also where none tells of this change.
        registration.calendar_revision = 0
    of_files = [change for change in changes if change.question.kind in FILE_KINDS]
    detach(registration.id, [old for change in of_files for old in change.old if old not in change.new])
    return changes


def _changeable(event: Event, registration: Registration) -> Answerable:
    category = event.category_of(registration)
    asked = find_asked(registration)
    frozen = frozen_keys(event, asked.definition, clock.now())
    questions = [
        question
        for question in asked.definition.questions_for(category.key, Stage.REGISTRATION)
        if question.kind != CONSENT_KIND and question.column != "email" and question.key not in frozen
    ]
    return Answerable(questions, asked.versions, asked)


def _hidden_by(event: Event, registration: Registration, definition: Definition, answers: Answers) -> list[Question]:
    """Return what participants answer and these answers hide: theirs are emptied. One that is frozen stands.

    The address and the consents have ways of their own, and what organizers noted is theirs.
    """
    questions = list(definition.questions())
    if all(question.condition is None for question in questions):
        return []
    category = event.category_of(registration).key
    consents = {key: ["yes"] for key, is_given in current_consents(registration.id).items() if is_given}
    standing = frozen_keys(event, definition, clock.now())
    came_by = registration.came_by
    hidden = definition.hidden_keys(category, came_by, {**consents, **answers}, standing)
    asked = definition.questions_for(category, Stage.REGISTRATION, Stage.FOLLOW_UP)
    return [q for q in asked if q.key in hidden and q.kind != CONSENT_KIND and q.column != "email"]


def _settle_files(
    registration: Registration, questions: Sequence[Question], files: SentFiles, before: Answers
) -> dict[str, list[str]]:
    """Return what becomes of the questions answered by files, as far as this form says anything of them.

    What arrives at a question that takes one takes its place; at one that takes several it is added.
    """
    asked = [question for question in questions if question.kind in FILE_KINDS]
    new = attach_new(registration.id, files.sealed)
    open_keys = [question.key for question in asked if most_files(question) > 1 or question.key not in new]
    held = attach_held(registration.event_id, files.hashed, registration.id, open_keys) if open_keys else {}
    removed = files.sent.removed if files.sent is not None else ()
    settled: dict[str, list[str]] = {}
    for question in asked:
        stand = [value for value in before.get(question.key, ()) if value not in removed]
        arrived = [*held.get(question.key, ()), *new.get(question.key, ())]
        most = most_files(question)
        kept = (arrived or stand)[-1:] if most == 1 else [*stand, *arrived][:most]
        detach(registration.id, [value for value in arrived if value not in kept])
        settled[question.key] = kept
    return settled


def _differences(task: Answerable, before: Answers, after: Answers) -> list[AnswerChange]:
    return [
        AnswerChange(
            question,
            list(before.get(question.key, ())),
            list(after[question.key]),
            task.before.definition.find(question.key),
            (task.before.versions.get(question.key), task.versions.get(question.key)),
        )
        for question in task.questions
        if list(before.get(question.key, ())) != list(after[question.key])
    ]


def record_changes(
    actor: Actor, action: str, registration: Registration, changes: Sequence[AnswerChange], now: datetime
) -> None:
    """Append to the trail what was there before and after; of a sensitive answer only that it changed.

    `under` are the numbers of the versions whose words the two are in, where one is not the registration's.
    """
    own = registration.questionnaire_id
    used = {id_ for change in changes for id_ in change.version_ids if id_ is not None}
    numbers = list_version_numbers(used | {own}) if used - {own} else {}

    def told(change: AnswerChange) -> str | dict[str, Any]:
        if change.is_secret:
            return "changed"
        under = [numbers.get(id_ or own) for id_ in change.version_ids]
        words = {"under": under} if any(number != numbers.get(own) for number in under) else {}
        return {"old": change.old, "new": change.new, **words}

    note(registration, action, actor, now, **{change.question.key: told(change) for change in changes})


def tell_changes(
    event_id: int,
    registration: Registration,
    changes: Sequence[AnswerChange],
    now: datetime,
    *,
    by_team: bool = False,
) -> None:
    """Tell the participant and the contact person what changed, each answer in the wording it was given under.

    What the team changed is told to the participant alone.
    """
    event = get_event_whole(event_id)
    occasion, context = Occasion.load(event), kinds.Context.of(event)
    news = News(
        TeamChanged if by_team else Changed,
        find_day_ids(registration),
        changes=lambda language: tuple(_in_words(change, context, language) for change in changes),
        renews_calendar=registration.status is Status.CONFIRMED and _comes_on_other_days(event, changes),
    )
    tell(occasion, registration, news, now)


def _comes_on_other_days(event: Event, changes: Sequence[AnswerChange]) -> bool:
    # Where nobody chose, somebody comes every day.
    every = {str(day.id) for day in event.days}
    of_days = [change for change in changes if change.question.kind == DAYS_KIND]
    return any((set(change.old) or every) != (set(change.new) or every) for change in of_days)


def _in_words(change: AnswerChange, context: kinds.Context, language: str) -> Change:
    label = context.text(change.question.label, language)
    if change.is_secret:
        return Change(label)
    old, new = (
        ", ".join(kinds.get(question.kind).display(question, values, context, language))
        for question, values in ((change.old_question or change.question, change.old), (change.question, change.new))
    )
    return Change(label, old, new)


def take_or_drop(registration: Registration, now: datetime) -> Sequence[AnswerChange]:
    """Take the places that the answers need; drop from them, and record, what has none left. Returns what was dropped.

    The caller holds the event's row and tells of the changes.
    """
    limits = places.limited_options(definition_of(get_current_version(registration.event_id)))
    if not limits:
        return []
    asked = find_asked(registration)
    before = load_answers(registration, asked.definition)
    full = take_what_is_free(registration, limits, before, now)
    if not full:
        return []
    after = {key: [value for value in values if (key, value) not in full] for key, values in before.items()}
    changes = [
        AnswerChange(
            question, before[question.key], after[question.key], question, (asked.versions.get(question.key),) * 2
        )
        for question in asked.definition.questions()
        if before.get(question.key, []) != after.get(question.key, [])
    ]
    replace_answers(registration, [change.question for change in changes], after, asked.versions)
    record_changes(SYSTEM, "options_full", registration, changes, now)
    return changes

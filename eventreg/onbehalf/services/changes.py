"""The team changes answers on the person's behalf, the mail address among them; and fills in what only organizers see, on no
page, in no message or file of the participant.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from eventreg.attendees.services.team_acts import TeamAct, change_address, open_for
from eventreg.audit.queries import TrailFilter, list_trail
from eventreg.audit.services import note
from eventreg.db import db, transaction
from eventreg.events.models import Event
from eventreg.events.organizers import Organizer
from eventreg.events.queries.events import holding_event
from eventreg.kernel import clock
from eventreg.kernel.text import email_key
from eventreg.mail.services import enqueue_all
from eventreg.onbehalf.rules import as_one_form
from eventreg.questionnaires.queries import definition_of, get_current_version
from eventreg.questionnaires.rules.schema import Question, Stage
from eventreg.registration.emails import VERIFY, News, Occasion, addresses, participant_message
from eventreg.registration.models import Registration
from eventreg.registration.queries.answers import find_asked, find_day_ids
from eventreg.registration.queries.registrations import submission_hash
from eventreg.registration.queries.scoping import lock_in_scope
from eventreg.registration.rules.asked import AskedQuestions
from eventreg.registration.rules.states import LIVE, Status
from eventreg.registration.services import answer_changes
from eventreg.registration.services.answers import CONSENT_KIND, seal_files
from eventreg.registration.services.registering import NEWS_OF

#: whose answers can be changed: of whoever is given up there is nothing to mend
#: more entries than this since a page was shown make no difference
_MOST = 50


@dataclass(frozen=True)
class ChangeDone:
    """What came of a change: the answers that differ, and whether the mail address does."""

    answers: Sequence[answer_changes.AnswerChange]
    has_new_address: bool


@dataclass(frozen=True)
class Edit:
    """What the team wrote: answers to the questions `keys`, checked against what the registration was asked."""

    answers: answer_changes.Answers
    keys: Collection[str]
    files: answer_changes.ChangedFiles
    #: the position in the trail up to which the history was seen when the form was first shown
    seen_entry: int = 0
    #: the address that is left is told too
    tells_old_address: bool = False


def change_for(event_id: int, reference: str, edit: Edit, act: TeamAct) -> ChangeDone:
    """Put answers in place of earlier ones on the person's behalf, and tell the person what changed if that is wished.

    Consents stay as they are: they are the person's. An answer that somebody else changed since the form was first shown,
    and that this form holds as it was then, is left as the other one made it. A new mail address gets a link of its own and
    the message of the present status; the old link dies. Raises what `open_for` raises, AddressTaken, OptionsFull and
    Refused (TOO_MANY_FILES).
    """
    now = clock.now()
    hashed = submission_hash(event_id, edit.files.form_key)
    sealed = seal_files(event_id, hashed, edit.files.new, now)
    with transaction():
        event, registration = open_for(event_id, reference, act, now, LIVE)
        asked = find_asked(registration)
        answers = _touched(registration, asked, edit)
        files = answer_changes.SentFiles(hashed, sealed, edit.files)
        changes = answer_changes.put_answers(
            event, registration, _answerable(event, registration, asked, edit.keys), answers, files
        )
        old_address, email = registration.email, _address(asked, answers)
        has_new_address = bool(email) and email_key(email) != registration.email_key
        if has_new_address:
            change_address(registration, email, now)
        if not changes and not has_new_address:
            return ChangeDone([], has_new_address=False)
        registration.revision += 1
        if changes:
            answer_changes.record_changes(act.who, "answers_edited", registration, changes, now)
        if has_new_address:
            note(registration, "address_corrected", act.who, now, old=old_address, new=email)
        db.session.flush()
        _tell(event, registration, changes, act, now, old_address=old_address if has_new_address else "", edit=edit)
        return ChangeDone(changes, has_new_address)


def answerable_keys(event: Event, registration: Registration, asked: AskedQuestions) -> list[str]:
    """Return the keys of what the team can answer for somebody: all that the person was asked but consents."""
    questions = as_one_form(asked.definition).questions_for(event.category_of(registration).key)
    return [question.key for question in questions if question.kind != CONSENT_KIND]


def _answerable(
    event: Event, registration: Registration, asked: AskedQuestions, keys: Collection[str]
) -> answer_changes.Answerable:
    able = {key for key in answerable_keys(event, registration, asked) if key in keys}
    questions = [q for q in asked.definition.questions() if q.key in able and q.column != "email"]
    return answer_changes.Answerable(questions, asked.versions, asked)


def _address(asked: AskedQuestions, answers: answer_changes.Answers) -> str:
    keys = [question.key for question in asked.definition.questions() if question.column == "email"]
    return next((answers[key][0] for key in keys if answers.get(key)), "")


def _touched(registration: Registration, asked: AskedQuestions, edit: Edit) -> answer_changes.Answers:
    """Return the answers without those that were changed by somebody else since and stand here as they were before."""
    before = _changed_since(registration, asked, edit.seen_entry)
    return {key: values for key, values in edit.answers.items() if key not in before or list(values) != before[key]}


def _changed_since(registration: Registration, asked: AskedQuestions, seen_entry: int) -> Mapping[str, list[str]]:
    """Return what stood in the answers that were changed since an entry of the trail, before; but for sensitive ones."""
    if not seen_entry:
        return {}
    about = TrailFilter(record_kind="registration", record_id=registration.id)
    first: dict[str, list[str]] = {}
    for trace in reversed(list_trail(registration.event_id, about, _MOST, after=seen_entry)):
        if trace.entry.action in ("address_corrected", "address_changed") and "old" in trace.detail:
            for key in (question.key for question in asked.definition.questions() if question.column == "email"):
                first.setdefault(key, [trace.detail["old"]])
        for key, change in trace.detail.items():
            if isinstance(change, dict) and isinstance(change.get("old"), list):
                first.setdefault(key, change["old"])
    return first


def _tell(
    event: Event,
    registration: Registration,
    changes: Sequence[answer_changes.AnswerChange],
    act: TeamAct,
    now: datetime,
    *,
    old_address: str,
    edit: Edit,
) -> None:
    """Tell the person what changed if wished; a new address gets its link in any case, or nobody could use it."""
    if old_address:
        _tell_addresses(event, registration, now, old_address if edit.tells_old_address else "")
    if changes and act.tells:
        answer_changes.tell_changes(event.id, registration, changes, now, by_team=True)


def _tell_addresses(event: Event, registration: Registration, now: datetime, old_address: str) -> None:
    occasion, day_ids = Occasion.load(event), find_day_ids(registration)
    if registration.status is Status.UNVERIFIED:
        link = (VERIFY, registration.public_id, registration.link_generation)
        messages = [participant_message(occasion, registration, News(addresses.Verify, day_ids), now, link=link)]
    else:
        news = News(NEWS_OF.get(registration.status, addresses.OwnLink), day_ids)
        messages = [participant_message(occasion, registration, news, now)]
    if old_address:
        left = News(addresses.AddressLeft, day_ids)
        messages.append(participant_message(occasion, registration, left, now, recipient=old_address))
    enqueue_all(messages)


def team_questions(event_id: int, category_key: str) -> Sequence[Question]:
    """Return what organizers fill in about somebody of this category, as it is asked now."""
    return definition_of(get_current_version(event_id)).questions_for(category_key, Stage.ORGANIZERS)


def change_team_answers(
    event_id: int,
    reference: str,
    answers: answer_changes.Answers,
    keys: Collection[str],
    files: answer_changes.ChangedFiles,
    who: Organizer,
) -> list[answer_changes.AnswerChange]:
    """Keep what organizers filled in for the questions `keys`; returns what changed. Nobody is written to.

    Raises NotFound, LifecycleRefused for an archived event, and Refused (TOO_MANY_FILES).
    """
    now = clock.now()
    hashed = submission_hash(event_id, files.form_key)
    sealed = seal_files(event_id, hashed, files.new, now)
    with holding_event(event_id) as event:
        registration = lock_in_scope(event_id, reference, who.scope)
        category = event.category_of(registration)
        version = get_current_version(event.id)
        questions = [question for question in team_questions(event.id, category.key) if question.key in keys]
        task = answer_changes.Answerable(
            questions,
            dict.fromkeys([question.key for question in questions], version.id),
            find_asked(registration, for_team=True),
        )
        changes = answer_changes.put_answers(
            event, registration, task, answers, answer_changes.SentFiles(hashed, sealed, files)
        )
        if changes:
            registration.revision += 1
            answer_changes.record_changes(who, "team_answers_changed", registration, changes, now)
        return changes

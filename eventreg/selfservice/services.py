"""What participants do for themselves: change language or consents, withdraw, verify an address, answer what they are asked,
keep a form for later, ask for their earlier answers.

A kept form is sealed as a whole until it is sent or its time is over. Asking for earlier answers only writes a row, so that its
answer and its time tell nothing.
"""

import json
from collections.abc import Mapping, Sequence, Set
from datetime import datetime, timedelta
from itertools import chain

from sqlalchemy import select

from eventreg.accounts.rules.guarding import Limit
from eventreg.accounts.services import guards
from eventreg.accounts.services.guards import Try, demand
from eventreg.audit.services import Actor, note
from eventreg.db import change_rows, db, delete_rows, transaction
from eventreg.events.queries.events import get_event_whole, holding_event, holding_event_in_any_state
from eventreg.events.rules.publication import ALIVE
from eventreg.jobs.services import schedule
from eventreg.kernel import clients, clock, sealing, tokens
from eventreg.kernel.errors import Refused
from eventreg.kernel.text import email_key
from eventreg.mail.services import drop_of_record, enqueue
from eventreg.questionnaires.queries import definition_of, find_newest_version, get_version
from eventreg.questionnaires.rules.schema import Question, Stage
from eventreg.registration.emails import News, Occasion, addresses, changing, tell
from eventreg.registration.models import Registration, SavedForm, Upload
from eventreg.registration.queries import registrations
from eventreg.registration.queries.answers import (
    current_consents,
    find_asked,
    find_day_ids,
    list_consents,
    load_answers,
)
from eventreg.registration.queries.forms import find_latest_elsewhere, resumed_key, sealed_form_place, were_sent
from eventreg.registration.queries.registrations import submission_hash
from eventreg.registration.rules.asked import AskedQuestions, closes_at, concerns
from eventreg.registration.rules.availability import admit, may_withdraw
from eventreg.registration.rules.states import Action, ChangeReason, Status
from eventreg.registration.services import answer_changes, promotion, registering, statuses
from eventreg.registration.services.answers import CONSENT_KIND, record_consents, seal_files
from eventreg.registration.services.links import LINKS_BY_CLIENT
from eventreg.registration.services.places import PlaceCount
from eventreg.web.instance import keys


def change_language(event_id: int, registration_id: int, language: str) -> None:
    """Have the person's messages written in another language from now on."""
    now = clock.now()
    with holding_event_in_any_state(event_id):
        registration = registrations.lock_registration(event_id, registration_id)
        if registration.language == language:
            return
        old, registration.language = registration.language, language
        note(registration, "language_changed", Actor.participant(registration_id), now, old=old, new=language)


def consents_since(registration: Registration, asked: AskedQuestions, category: str) -> dict[int, list[Question]]:
    """Return the permissions that a person was not asked for with the form, by the version that words them.

    Those that the event asks for by now, and those that the person gave since, as long as they stand. What a registration
    needs is asked of who is registered by a request, and what hangs on other answers likewise.
    """
    newest = find_newest_version(registration.event_id)
    if newest is None or newest.id == registration.questionnaire_id:
        return {}
    offered = [
        question
        for question in definition_of(newest).questions_for(category, Stage.REGISTRATION)
        if question.kind == CONSENT_KIND
        and question.key not in asked.versions
        and question.condition is None
        and not question.is_required_of(category)
    ]
    found, known = {newest.id: offered}, {*asked.versions, *(question.key for question in offered)}
    rows = {row.purpose: row for row in list_consents(registration.id)}
    for row in rows.values():
        if row.is_given and row.purpose not in known:
            words = definition_of(get_version(row.questionnaire_id)).questions_for(category)
            found.setdefault(row.questionnaire_id, []).extend(each for each in words if each.key == row.purpose)
    return found


def choose_mail(event_id: int, registration_id: int, *, wants_all: bool) -> None:
    """Write everything to the person from now on, or only what the registration needs: what waits of the rest never goes."""
    now = clock.now()
    with holding_event_in_any_state(event_id):
        registration = registrations.lock_registration(event_id, registration_id)
        if wants_all is (registration.mail_refused_at is None):
            return
        registration.mail_refused_at = None if wants_all else now
        act = "mail_wanted" if wants_all else "mail_refused"
        note(registration, act, Actor.participant(registration_id), now)
        if not wants_all:
            drop_of_record(event_id, "registration", registration_id, now, refused=True)


def record_consent_changes(event_id: int, registration_id: int, given: Mapping[str, bool], language: str) -> None:
    """Record what is agreed to from now on. Only what differs from the newest record of a purpose is appended.

    What a registration cannot do without stays agreed to: who takes that back withdraws.
    """
    now = clock.now()
    with holding_event_in_any_state(event_id) as event:
        registration = registrations.lock_registration(event_id, registration_id)
        standing, asked = current_consents(registration.id), find_asked(registration)
        category = event.category_of(registration).key
        since = consents_since(registration, asked, category)
        versions = {each.key: id_ for id_, questions in since.items() for each in questions} | dict(asked.versions)
        questions = [
            question
            for question in chain(asked.definition.questions(), *since.values())
            if question.kind == CONSENT_KIND
            and not question.is_required_of(category)
            and question.key in given
            and given[question.key] != standing.get(question.key, False)
        ]
        if not questions:
            return
        answers = {question.key: ["yes"] if given[question.key] else [] for question in questions}
        for version_id in sorted({versions[question.key] for question in questions}):
            shown = [question for question in questions if versions[question.key] == version_id]
            record_consents(
                registration,
                shown,
                answers,
                language=language,
                fallbacks=event.languages,
                now=now,
                version_id=version_id,
            )
        agreed = {key: bool(value) for key, value in answers.items()}
        note(registration, "consents_changed", Actor.participant(registration_id), now, **agreed)


def withdraw(event_id: int, registration_id: int) -> None:
    """Withdraw at the person's own wish; the place goes to the waiting list at once. Raises Refused."""
    now = clock.now()
    with holding_event(event_id) as event:
        registration = registrations.lock_registration(event_id, registration_id)
        if not may_withdraw(registration.status, event.publication):
            raise Refused(ChangeReason.NOT_POSSIBLE_NOW)
        known = statuses.overtake_pending_decision(registration, now)
        day_ids = find_day_ids(registration)
        statuses.move(registration, Action.WITHDRAW, now)
        count = PlaceCount(event)
        count.free(registration)
        note(registration, "withdrew", Actor.participant(registration_id), now)
        db.session.flush()
        occasion = Occasion.load(event)
        taken_back = known is Status.CONFIRMED
        tell(occasion, registration, News(changing.Withdrawn, day_ids, takes_back=taken_back), now)
        promotion.promote_from_waiting_list(event, count, now, occasion)


def verify_address(event_id: int, registration_id: int) -> Registration:
    """Let a registration count whose address was verified, with the places of now. Verified twice changes nothing.

    Raises Refused (LINK_EXPIRED, CALLED_OFF).
    """
    now = clock.now()
    with holding_event(event_id) as event:
        registration = registrations.lock_registration(event_id, registration_id)
        if registration.status is Status.CANCELLED:
            raise Refused(ChangeReason.LINK_EXPIRED)
        if registration.status is not Status.UNVERIFIED:
            return registration
        if event.is_called_off:
            raise Refused(ChangeReason.CALLED_OFF)
        category = event.category_of(registration)
        count = PlaceCount(event)
        is_approved = registration.approved_at is not None
        admission = admit(category.approval, category.pending_counts, count.of(category), is_approved)
        statuses.move(registration, admission.action, now)
        if admission.takes_place:
            count.take(registration, now)
        verified = registration.status.value
        note(registration, "address_verified", Actor.participant(registration_id), now, status=verified)
        db.session.flush()
        dropped = answer_changes.take_or_drop(registration, now)
        news = News(registering.NEWS_OF[registration.status], find_day_ids(registration))
        tell(Occasion.load(event), registration, news, now)
        if dropped:
            answer_changes.tell_changes(event_id, registration, dropped, now)
        return registration


def answer_request(
    event_id: int,
    registration_id: int,
    request_id: int,
    answers: answer_changes.Answers,
    files: answer_changes.ChangedFiles,
    language: str,
) -> list[answer_changes.AnswerChange]:
    """Keep the answers to a request under the version that it asks, and tell both sides what changed.

    Until its deadline it can be answered anew, but for what is frozen by then. Raises NotFound for another person's,
    TooManyTries, Refused (TOO_LATE, NOT_POSSIBLE_NOW, BEING_DECIDED, TOO_MANY_FILES).
    """
    now = clock.now()
    hashed = submission_hash(event_id, files.form_key)
    sealed = seal_files(event_id, hashed, files.new, now)
    with holding_event(event_id) as event:
        registration = registrations.lock_registration(event_id, registration_id)
        request = registrations.get_request(registration.id, request_id)
        if request.taken_back_at is not None or not concerns(request.kind, registration.status):
            raise Refused(ChangeReason.NOT_POSSIBLE_NOW)
        if event.publication not in ALIVE or now >= closes_at(request.answer_by, event.changes_until, event.time_zone):
            raise Refused(ChangeReason.TOO_LATE)
        if statuses.is_pending(statuses.find_last_decision(registration.id), now):
            raise Refused(ChangeReason.BEING_DECIDED)
        category = event.category_of(registration)
        asking = registrations.find_asking(registration, request)
        questions = asking.questions(category.key)
        standing = registrations.standing_keys(event, asking, now)
        others = [each for each in questions if each.kind != CONSENT_KIND and each.key not in standing]
        versions = {question.key: asking.version_of(question.key) for question in questions}
        changes = answer_changes.put_answers(
            event,
            registration,
            answer_changes.Answerable(others, versions, asking.before),
            answers,
            answer_changes.SentFiles(hashed, sealed, files),
        )
        record_consents(
            registration, _consents_said(registration, asking, category.key, answers, standing), answers,
            language=language, fallbacks=event.languages, now=now, version_id=request.questionnaire_id,
        )  # fmt: skip
        is_first, request.answered_at = request.answered_at is None, request.answered_at or now
        if is_first or changes:
            registration.revision += 1
            answer_changes.record_changes(
                Actor.participant(registration.id), "request_answered", registration, changes, now
            )
        db.session.flush()
        if changes:
            demand(Try(answer_changes.CHANGES, registration.public_id))
            answer_changes.tell_changes(event.id, registration, changes, now)
        return changes


def _consents_said(
    registration: Registration,
    asking: registrations.Asking,
    category_key: str,
    answers: answer_changes.Answers,
    standing: Set[str],
) -> list[Question]:
    """Return the consents to record: those that came up, but for what was said the same to the same words already."""
    consents = [each for each in asking.questions(category_key) if each.kind == CONSENT_KIND]
    if not consents:
        return []
    newest = {row.purpose: row for row in list_consents(registration.id)}
    given = {key: ["yes"] for key, row in newest.items() if row.is_given}
    given |= {each.key: list(answers.get(each.key, ())) for each in consents if each.key not in standing}
    stands = {**load_answers(registration, asking.definition), **given}
    hidden = asking.definition.hidden_keys(category_key, registration.came_by, stands, standing)

    def is_new(question: Question) -> bool:
        row = newest.get(question.key)
        is_same = row is not None and row.questionnaire_id == asking.request.questionnaire_id
        return row is None or not is_same or row.is_given is not bool(answers.get(question.key))

    return [each for each in consents if each.key not in standing | hidden and is_new(each)]


#: how long a form is kept, but never past the end of registration
KEPT_FOR = timedelta(days=14)

#: an address is written to so many times an hour, then once in twelve minutes, a client may keep so many forms
FORMS_BY_ADDRESS = Limit("saved-form/address", 5, 60, one_more_after=12)
FORMS_BY_CLIENT = Limit("saved-form/client", 20, 60)

Values = Mapping[str, Sequence[str]]


def save_form(
    event_id: int,
    category_id: int,
    submission_key: str,
    values: Values,
    *,
    email: str,
    language: str,
    client: str | None,
) -> None:
    """Keep a form and mail the link to it.

    It goes on under a key of its own, which only the link gives (`resumed_key`), and its files go over to that one; kept
    again from there, the newer text takes the place of the older, under the same link. Raises
    TooManyTries, with nothing kept, and Busy.
    """
    now = clock.now()
    tries = (
        Try(FORMS_BY_ADDRESS, f"{event_id}/{email_key(email)}"),
        Try(FORMS_BY_CLIENT, clients.client_network(client)),
    )
    with holding_event_in_any_state(event_id) as event:
        demand(*tries)
        kept_under = submission_hash(event_id, submission_key)
        saved = db.session.scalars(
            select(SavedForm).where(SavedForm.event_id == event_id, SavedForm.submission_hash == kept_under)
        ).one_or_none()
        if saved is None:
            saved = SavedForm(public_id=tokens.new_public_id(), event_id=event_id, generation=1)
            db.session.add(saved)
        elif email_key(saved.email) != email_key(email):
            # The link that went to another address dies.
            saved.generation += 1
        saved.category_id, saved.email, saved.language = category_id, email, language
        saved.submission_hash = submission_hash(event_id, resumed_key(saved))
        saved.sealed = _sealed(saved.public_id, values)
        saved.saved_at, saved.expires_at = now, min(now + KEPT_FOR, max(event.registration_closes_at, now))
        db.session.flush()
        change_rows(
            Upload,
            Upload.event_id == event_id,
            Upload.submission_hash == kept_under,
            Upload.held_until.is_not(None),
            held_until=saved.expires_at,
            submission_hash=saved.submission_hash,
        )
        enqueue(addresses.FormKept.compose(Occasion.load(event), saved, now))


def sweep_saved_forms(now: datetime) -> int:
    """Delete forms whose time is over and those that were sent. Returns how many went. A duty of the worker."""
    with transaction():
        return delete_rows(SavedForm, (SavedForm.expires_at <= now) | were_sent())


def _sealed(public_id: str, values: Values) -> bytes:
    content = json.dumps({name: list(each) for name, each in values.items()})
    return sealing.seal(keys(), content.encode("utf-8"), sealed_form_place(public_id))


SEND_EARLIER_JOB = "registration.send_earlier_answers"
#: counted apart from the links to one's registration: who asks for those in somebody's name leaves these
EARLIER_BY_ADDRESS = Limit("earlier-link/address", 5, 60, one_more_after=12)


def request_earlier_answers(event_id: int, email: str, language: str, client: str | None) -> None:
    """Ask for the link to one's earlier answers. Writes the same row whether or not the address is known.

    None where one was sent a few minutes ago, after several in the hour. Raises TooManyTries for a client that asked too often.
    """
    with transaction():
        demand(Try(LINKS_BY_CLIENT, clients.client_network(client)))
        if guards.admit(Try(EARLIER_BY_ADDRESS, f"{event_id}/{email_key(email)}")) is None:
            return
        payload = {"event_id": event_id, "email": email, "language": language}
        schedule(SEND_EARLIER_JOB, key=earlier_job_key(event_id, email), payload=payload, due_at=clock.now())


def earlier_job_key(event_id: int, email: str) -> str:
    """Return the key of the job that sends an address the link to its earlier answers."""
    return f"{SEND_EARLIER_JOB}:{event_id}:{tokens.lookup_hash(keys(), 'link', email_key(email))}"


def send_earlier_answers(event_id: int, email: str, language: str) -> bool:
    """Send the holder of an earlier registration the link. False when there is none. A job of the worker."""
    with transaction():
        registration = find_latest_elsewhere(event_id, email)
        if registration is None:
            return False
        event = get_event_whole(event_id)
        enqueue(addresses.EarlierAnswers.compose(Occasion.load(event), registration, language, clock.now()))
    return True

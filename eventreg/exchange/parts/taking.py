"""The registrations of an event, as a part of it that can be taken out and put in: people's data.

Many are read by a few statements.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from eventreg.accounts.models import Account
from eventreg.db import db
from eventreg.events.bundles.parts import Entry, Intake, Outlet
from eventreg.events.models import Category, EventDay, PrivacyNotice
from eventreg.exchange import parts
from eventreg.exchange.parts.giving import Giver
from eventreg.kernel.errors import N_, NotFound
from eventreg.programme.queries import list_sessions
from eventreg.questionnaires.models import QuestionnaireVersion
from eventreg.questionnaires.queries import definition_of
from eventreg.questionnaires.rules.schema import Definition
from eventreg.registration import models
from eventreg.registration.queries.answers import DAYS_KIND, SESSIONS_KIND, open_answer
from eventreg.registration.services.answers import open_upload
from eventreg.registration.services.promotion import schedule_passing_on
from eventreg.team.parts import taken_account

Rows = Mapping[int, Sequence[Any]]


class PeopleOutlet:
    """What the records of one event have in common."""

    def __init__(self, event_id: int, outlet: Outlet) -> None:
        self._event_id, self._outlet = event_id, outlet
        numbered = list(enumerate(session for session, _day in list_sessions(event_id)))
        self._sessions = {session.id: number for number, session in numbered}
        self._session_numbers = {session.public_id: number for number, session in numbered}
        self._days = _names(EventDay, EventDay.held_on, event_id)
        self._categories = _names(Category, Category.key, event_id)
        self._notices = _names(PrivacyNotice, PrivacyNotice.version, event_id)
        self._versions = _names(QuestionnaireVersion, QuestionnaireVersion.version, event_id)
        self._definitions = {
            row.id: definition_of(row)
            for row in db.session.scalars(select(QuestionnaireVersion).where(QuestionnaireVersion.event_id == event_id))
        }
        self._codes = _names(models.AccessCode, models.AccessCode.code, event_id)
        self._accounts: dict[int, dict[str, Any]] = {}

    def taken(self, registrations: Sequence[models.Registration]) -> Iterator[Entry]:
        """Yield a record for each registration."""
        ids = [row.id for row in registrations]
        answers = _by_registration(models.Answer, ids, models.Answer.question_key, models.Answer.position)
        uploads = _by_registration(models.Upload, ids, models.Upload.id)
        consents = _by_registration(models.Consent, ids, models.Consent.id)
        decisions = _by_registration(models.Decision, ids, models.Decision.id)
        places = _by_registration(models.Place, ids, models.Place.id)
        sign_ups = _by_registration(models.SessionPlace, ids, models.SessionPlace.id)
        seats = _by_registration(models.OptionPlace, ids, models.OptionPlace.question_key, models.OptionPlace.option)
        requests = _by_registration(models.AnswerRequest, ids, models.AnswerRequest.id)
        for row in registrations:
            files = list(self._files(row, answers.get(row.id, ()), uploads.get(row.id, ())))
            yield {
                "public_id": row.public_id,
                "reference": row.reference,
                "category": self._categories[row.category_id],
                "version": self._versions[row.questionnaire_id],
                "notice": self._notices.get(row.privacy_notice_id or 0),
                "access_code": self._codes.get(row.access_code_id or 0),
                **parts.REGISTRATION.taken(row),
                "answers": list(self._answers(row, answers.get(row.id, ()), uploads.get(row.id, ()))),
                "files": files,
                "consents": [self._consent(consent) for consent in consents.get(row.id, ())],
                "decisions": [self._decision(decision) for decision in decisions.get(row.id, ())],
                "place": next((self._place(place) for place in places.get(row.id, ())), None),
                # Ordered here: each database has its own order of letters.
                "option_places": sorted(
                    (parts.OPTION_PLACE.taken(seat) for seat in seats.get(row.id, ())),
                    key=lambda seat: (seat["question_key"], seat["option"]),
                ),
                "requests": [self._request(request) for request in requests.get(row.id, ())],
                "sign_ups": sorted(
                    (
                        {"session": self._sessions[each.session_id], **parts.SIGN_UP.taken(each)}
                        for each in sign_ups.get(row.id, ())
                    ),
                    key=lambda sign_up: sign_up["session"],
                ),
            }

    def _answers(
        self, row: models.Registration, answers: Sequence[models.Answer], uploads: Sequence[models.Upload]
    ) -> Iterator[Entry]:
        files = {upload.public_id for upload in uploads}
        # Ordered here: each database has its own order of letters.
        for answer in sorted(answers, key=lambda answer: (answer.question_key, answer.position)):
            is_sensitive = answer.sealed is not None
            if answer.value in files or (is_sensitive and not self._outlet.options.with_sensitive):
                continue
            definition = self._definitions[answer.questionnaire_id or row.questionnaire_id]
            value = self._told(definition, answer.question_key, open_answer(row, answer))
            if value is None:
                continue
            # None: that of the registration.
            version = self._versions.get(answer.questionnaire_id or 0)
            yield {**parts.ANSWER.taken(answer), "value": value, "is_sensitive": is_sensitive, "version": version}

    def _told(self, definition: Definition, question_key: str, value: str) -> str | None:
        """Return a value as a record tells it; None for a day or a session that was taken out of the event."""
        question = definition.find(question_key)
        if question is not None and question.kind == DAYS_KIND:
            day = self._days.get(int(value))
            return None if day is None else day.isoformat()
        if question is not None and question.kind == SESSIONS_KIND:
            number = self._session_numbers.get(value)
            return None if number is None else str(number)
        return value

    def _files(
        self, row: models.Registration, answers: Sequence[models.Answer], uploads: Sequence[models.Upload]
    ) -> Iterator[Entry]:
        positions = {answer.value: answer.position for answer in answers}
        options = self._outlet.options
        definition = self._definitions[row.questionnaire_id]
        # In the order of the answers, which a new event gives them again.
        for upload in sorted(uploads, key=lambda upload: (upload.question_key, positions.get(upload.public_id, 0))):
            question = definition.find(upload.question_key)
            is_sensitive = question is None or question.is_sensitive
            if not options.with_files or (is_sensitive and not options.with_sensitive):
                continue
            try:
                opened = open_upload(self._event_id, row.id, upload.public_id)
            except NotFound:
                continue  # the file is gone from the disk
            yield {**parts.UPLOAD.taken(upload), "name": opened.name, "file": self._outlet.keep(opened.content)}

    def _consent(self, consent: models.Consent) -> Entry:
        return {"version": self._versions[consent.questionnaire_id], **parts.CONSENT.taken(consent)}

    def _decision(self, decision: models.Decision) -> Entry:
        return {"by": self._account(decision.account_id), **parts.DECISION.taken(decision)}

    def _request(self, request: models.AnswerRequest) -> Entry:
        by = request.requested_by_id
        return {
            "version": self._versions[request.questionnaire_id],
            "by": None if by is None else self._account(by),
            **parts.REQUEST.taken(request),
        }

    def _account(self, account_id: int) -> dict[str, Any]:
        if account_id not in self._accounts:
            self._accounts[account_id] = taken_account(db.session.get_one(Account, account_id))
        return self._accounts[account_id]

    def _place(self, place: models.Place) -> Entry:
        return {"category": self._categories[place.category_id], **parts.PLACE.taken(place)}


def _names(model: Any, column: Any, event_id: int) -> dict[int, Any]:
    rows = db.session.execute(select(model.id, column).where(model.event_id == event_id))
    return {row[0]: row[1] for row in rows}


def _by_registration(model: Any, ids: Sequence[int], *order: Any) -> Rows:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in db.session.scalars(select(model).where(model.registration_id.in_(ids)).order_by(*order)):
        found[row.registration_id].append(row)
        db.session.expunge(row)
    return found


#: registrations that are read and written at a time
_BATCH = 200


class RegistrationsPart:
    """One record a registration, with its answers, files, consents, decisions, place and sign-ups.

    Sensitive answers are in it when they are asked for, readable, and are sealed again by the instance that takes them
    in. Changes of address that nobody confirmed, and messages, stay behind.
    """

    key = "registrations"
    title = N_("Registrations")
    needs = frozenset({"programme", "categories", "notice", "questionnaire"})
    is_about_people = True
    is_long = True
    is_offered = True

    def count(self, event_id: int) -> int:
        """See `Part.count`."""
        statement = (
            select(func.count()).select_from(models.Registration).where(models.Registration.event_id == event_id)
        )
        return db.session.scalar(statement) or 0

    def take_out(self, event_id: int, outlet: Outlet) -> Iterator[Entry]:
        """See `Part.take_out`. In the order in which they came."""
        taker, last = PeopleOutlet(event_id, outlet), 0
        while True:
            rows = db.session.scalars(
                select(models.Registration)
                .where(models.Registration.event_id == event_id, models.Registration.id > last)
                .order_by(models.Registration.id)
                .limit(_BATCH)
            ).all()
            if not rows:
                return
            yield from taker.taken(rows)
            last = rows[-1].id
            for row in rows:
                db.session.expunge(row)

    def put_in(self, records: Iterable[Entry], intake: Intake) -> None:
        """See `Part.put_in`."""
        giver = Giver(intake)
        for number, record in enumerate(records, 1):
            giver.give(record, f"registration {number}")
        if giver.has_released_places:
            # Places that were set free and not passed on yet: their time to undo is over by now, or soon.
            schedule_passing_on(intake.event_id, intake.at)

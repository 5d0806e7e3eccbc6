"""Records as registrations of a new event: everything checked, sensitive answers sealed by this instance."""

import re
import secrets
from collections import Counter
from typing import Any

from sqlalchemy import exists, insert, select

from eventreg.db import db
from eventreg.events.bundles.basis import checked_address, free_public_id
from eventreg.events.bundles.fields import BundleInvalid, listed, text
from eventreg.events.bundles.parts import Entry, Intake
from eventreg.events.models import Event, ProgrammeSession
from eventreg.exchange import parts
from eventreg.kernel import files, sealing
from eventreg.kernel.errors import Refused
from eventreg.kernel.text import email_key
from eventreg.kernel.tokens import new_reference
from eventreg.questionnaires.queries import definition_of, get_version
from eventreg.questionnaires.rules.schema import Definition
from eventreg.registration import models
from eventreg.registration.queries.answers import DAYS_KIND, SESSIONS_KIND, sealed_place
from eventreg.registration.rules.asked import RequestKind
from eventreg.registration.services.answers import FILE_KINDS, NewFile, attach_new, refresh_search, seal_files
from eventreg.team.parts import find_or_add_account
from eventreg.web.instance import keys

_REFERENCE = re.compile(r"[A-Za-z0-9-]{1,16}")
_MOST = 5000
_DIGITS = 7
_VALUE, _NAME = text(), text(200)


class Giver:
    """Writes the records of one event."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._prefix = db.session.get_one(Event, intake.event_id).reference_prefix
        self._accounts: dict[str, int] = {}
        #: public ids of sessions by their id
        self._sessions: dict[int, str] = {}
        #: whether places wait to be passed on
        self.has_released_places = False

    def give(self, record: Entry, place: str) -> None:
        """Write one registration with all that belongs to it. Raises BundleInvalid."""
        row = self._registration(record, place)
        definition = definition_of(get_version(row.questionnaire_id))
        rows = [
            self._answer(row, definition, data, where)
            for where, data in listed(record.get("answers", []), f"{place}.answers", _MOST)
        ]
        rows += self._files(row, record, place)
        if rows:
            db.session.execute(insert(models.Answer).execution_options(render_nulls=True), rows)
        for where, data in listed(record.get("consents", []), f"{place}.consents", _MOST):
            questionnaire_id = self._intake.find("version", data.get("version"), where)
            self._add(
                models.Consent(
                    registration_id=row.id, questionnaire_id=questionnaire_id, **parts.CONSENT.given(data, where)
                )
            )
        for where, data in listed(record.get("decisions", []), f"{place}.decisions", _MOST):
            self._add(
                models.Decision(
                    registration_id=row.id, account_id=self._account(data, where), **parts.DECISION.given(data, where)
                )
            )
        self._places(row, record, place)
        self._requests(row, record, place)
        if isinstance(record.get("reference"), str):
            self._intake.remember("registration", record["reference"], row.id)
        db.session.expunge(row)

    def _registration(self, record: Entry, place: str) -> models.Registration:
        values = parts.REGISTRATION.given(record, place)
        checked_address(values["email"], f"{place}.email")
        notice = record.get("notice")
        row = models.Registration(
            event_id=self._intake.event_id,
            public_id=free_public_id(models.Registration, record.get("public_id"), place),
            reference=self._reference(record.get("reference"), place),
            category_id=self._intake.find("category", record.get("category"), place),
            questionnaire_id=self._intake.find("version", record.get("version"), place),
            access_code_id=self._intake.names("access_code").get(record.get("access_code")),
            privacy_notice_id=None if notice is None else self._intake.find("notice", notice, place),
            email_key=email_key(values["email"]),
            # Of a form that was sent elsewhere: nothing is ever compared with it.
            submission_hash=secrets.token_hex(32),
            **values,
        )
        refresh_search(row)
        self._add(row)
        return row

    def _reference(self, wanted: Any, place: str) -> str:
        """Return the code that the person knows, unless somebody else has it here."""
        if wanted is None:
            return new_reference(self._prefix)
        if not isinstance(wanted, str) or not _REFERENCE.fullmatch(wanted):
            raise BundleInvalid(f"{place}.reference: is none")
        is_taken = db.session.scalar(select(exists().where(models.Registration.reference == wanted)))
        return new_reference(self._prefix) if is_taken else wanted

    def _answer(self, row: models.Registration, definition: Definition, data: Any, place: str) -> dict[str, Any]:
        values = parts.ANSWER.given(data, place)
        value = _VALUE.read(data.get("value"), f"{place}.value", self._intake.fitting)
        version_id = self._version_of(row, data, place)
        if version_id is not None:
            definition = definition_of(get_version(version_id))
        question = definition.find(values["question_key"])
        if question is not None and question.kind in FILE_KINDS:
            raise BundleInvalid(f"{place}: a file stands among the files")
        if question is not None and question.kind == DAYS_KIND:
            value = str(self._intake.find("day", value, place))
        if question is not None and question.kind == SESSIONS_KIND:
            value = self._session(value, place)
        is_sensitive = data.get("is_sensitive") is True or (question is not None and question.is_sensitive)
        found = _answer_row(row, values["question_key"], values["position"], value, is_sealed=is_sensitive)
        return {**found, "questionnaire_id": version_id}

    def _session(self, number: str, place: str) -> str:
        """Return the public id of the session that records call by this number."""
        known = number.isascii() and number.isdigit() and len(number) < _DIGITS
        session_id = self._intake.find("session", int(number) if known else number, place)
        if session_id not in self._sessions:
            self._sessions[session_id] = db.session.get_one(ProgrammeSession, session_id).public_id
        return self._sessions[session_id]

    def _version_of(self, row: models.Registration, data: Any, place: str) -> int | None:
        """Return the version that an answer was given under where it is not that of the registration."""
        if data.get("version") is None:
            return None
        found = self._intake.find("version", data["version"], place)
        return None if found == row.questionnaire_id else found

    def _files(self, row: models.Registration, record: Entry, place: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        counts: Counter[str] = Counter()
        for where, data in listed(record.get("files", []), f"{place}.files", 200):
            values = parts.UPLOAD.given(data, where)
            content = self._intake.read_file(data.get("file"), where)
            media_type = files.sniff(content) or files.sniff_office(content)
            if media_type is None:
                raise BundleInvalid(f"{where}: is no file of a kind that is kept")
            name = files.safe_name(_NAME.read(data.get("name"), f"{where}.name", self._intake.fitting), media_type)
            file = NewFile(values["question_key"], name, media_type, content)
            try:
                uploads = seal_files(row.event_id, row.submission_hash, [file], values["created_at"])
            except Refused as refused:
                raise BundleInvalid(f"{where}: the disk takes no more") from refused
            for key, public_ids in attach_new(row.id, uploads).items():
                rows += [_answer_row(row, key, counts[key], public_id, is_sealed=False) for public_id in public_ids]
                counts[key] += 1
        db.session.flush()
        return rows

    def _account(self, data: Any, place: str) -> int:
        by = data.get("by")
        key = str(by)
        if key not in self._accounts:
            # Whoever decided elsewhere does not come in here by it: unknown people get an account that is closed.
            account = find_or_add_account(by, f"{place}.by", closed_at=self._intake.at)
            self._accounts[key] = account.id
        return self._accounts[key]

    def _places(self, row: models.Registration, record: Entry, place: str) -> None:
        data = record.get("place")
        if data is not None:
            values = parts.PLACE.given(data, f"{place}.place")
            category_id = self._intake.find("category", data.get("category"), f"{place}.place")
            self._add(models.Place(event_id=row.event_id, category_id=category_id, registration_id=row.id, **values))
            self.has_released_places = self.has_released_places or values["released_at"] is not None
        for where, sign_up in listed(record.get("sign_ups", []), f"{place}.sign_ups", _MOST):
            values = parts.SIGN_UP.given(sign_up, where)
            session_id = self._intake.find("session", sign_up.get("session"), where)
            self._add(models.SessionPlace(session_id=session_id, registration_id=row.id, **values))

        for where, seat in listed(record.get("option_places", []), f"{place}.option_places", _MOST):
            values = parts.OPTION_PLACE.given(seat, where)
            self._intake.claim("option_place", (row.id, values["question_key"], values["option"]), where)
            self._intake.remember("option_place", (row.id, values["question_key"], values["option"]), row.id)
            self._add(models.OptionPlace(event_id=row.event_id, registration_id=row.id, **values))

    def _requests(self, row: models.Registration, record: Entry, place: str) -> None:
        for where, data in listed(record.get("requests", []), f"{place}.requests", _MOST):
            values = parts.REQUEST.given(data, where)
            if values["kind"] is RequestKind.FOLLOW_UP:
                self._intake.claim("follow_up", (row.id, values["section_key"]), where)
                self._intake.remember("follow_up", (row.id, values["section_key"]), row.id)
            by = None if data.get("by") is None else self._account(data, where)
            version_id = self._intake.find("version", data.get("version"), where)
            self._add(
                models.AnswerRequest(
                    event_id=row.event_id,
                    registration_id=row.id,
                    questionnaire_id=version_id,
                    requested_by_id=by,
                    **values,
                )
            )

    def _add(self, row: Any) -> None:
        db.session.add(row)
        # One by one: rows get their ids in the order in which they stand in the file.
        db.session.flush()


def _answer_row(row: models.Registration, key: str, position: int, value: str, *, is_sealed: bool) -> dict[str, Any]:
    sealed = None
    if is_sealed:
        sealed = sealing.seal(keys(), value.encode("utf-8"), sealed_place(row.public_id, key, position))
    return {
        "registration_id": row.id,
        "question_key": key,
        "position": position,
        "questionnaire_id": None,
        "value": None if sealed is not None else value,
        "sealed": sealed,
    }

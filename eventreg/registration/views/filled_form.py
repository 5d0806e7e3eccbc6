"""The questions of one category with what a person typed and uploaded, over as many tries as it takes.

How a form that was sent is answered when it cannot be taken: what is asked of it, and what is said of it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from types import TracebackType
from typing import Any

from flask import g, request
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage, MultiDict

from eventreg.db.transactions import from_shelf
from eventreg.events.models import Category, Event
from eventreg.i18n.countries import CODES
from eventreg.i18n.languages import current_language, switch_language
from eventreg.kernel import clock, files
from eventreg.kernel.errors import N_, Busy, Refused
from eventreg.kernel.text import email_key
from eventreg.questionnaires import kinds
from eventreg.questionnaires.forms import QuestionnaireForm, Steps, SummaryPart
from eventreg.questionnaires.kinds.fields import KeptFile
from eventreg.questionnaires.models import QuestionnaireVersion
from eventreg.questionnaires.queries import definition_of, get_current_version
from eventreg.questionnaires.rules.answers import Invalid, Reason, has_all, meant_address, most_files
from eventreg.questionnaires.rules.schema import Definition, Question
from eventreg.registration.forms import FRAME_FIELDS
from eventreg.registration.queries import places, sessions
from eventreg.registration.queries.answers import SESSIONS_KIND
from eventreg.registration.rules.sessions import SessionReason
from eventreg.registration.rules.states import OptionsFull, RegisteringReason
from eventreg.registration.rules.ways_in import WayKind
from eventreg.registration.services.answer_changes import ChangedFiles
from eventreg.registration.services.answers import HeldFile, NewFile, drop_held, hold_file, list_held, move_held
from eventreg.web.refusals import Refusals, said
from eventreg.web.traffic import has_token


class FilledForm:
    """A form of one event and category under one submission key; a new registration's, or of answers given before."""

    def __init__(
        self,
        event: Event,
        category: Category,
        version: QuestionnaireVersion,
        submission_key: str,
        *,
        is_sent: bool,
        came_by: WayKind | None,
        definition: Definition | None = None,
        answers: Mapping[str, Collection[str]] | None = None,
        standing: Mapping[str, Sequence[HeldFile]] | None = None,
        leave_out: Collection[str] = (),
        frozen: Collection[str] = (),
        typed: MultiDict[str, str] | None = None,
    ) -> None:
        """`answers` and `standing` files were given before; `leave_out` are keys of questions asked elsewhere, `frozen` of
        those whose answers stand. `definition`: what is asked, where it is not the whole version alone. `typed` was typed
        in another request, and is shown as if it came with this one. `came_by`: how the person came, or comes.
        """
        self._event, self._context = event, kinds.Context.of(event)
        self._sent = request.form if is_sent else None
        shown = self._sent if typed is None else typed
        #: whether files may be held for it already
        self._goes_on = shown is not None
        self._standing = dict(standing or {})
        self.category = category
        self.submission_key = submission_key
        #: the version whose questions are asked
        self.questionnaire_id = version.id
        self.definition = definition or definition_of(version)
        # What is full at a discreet event the team alone is shown.
        is_told = not event.is_discreet or "event_access" in g
        given = {key: list(values) for key, values in (answers or {}).items()}
        self._context = self._for_country(shown if shown is not None else given)
        self.questions = QuestionnaireForm(
            self.definition,
            category.key,
            replace(
                self._context,
                places_left=cache(lambda: places.list_option_places_left(event.id, self.definition) if is_told else {}),
                sessions=cache(lambda: sessions.list_session_choices(event, clock.now(), is_told=is_told)),
            ),
            current_language(),
            shown,
            given,
            leave_out,
            came_by=came_by,
            frozen=frozen,
        )
        self.new_files: list[NewFile] = []
        #: ids of standing files that are to go
        self.removed: set[str] = set()
        self._held: dict[str, list[HeldFile]] | None = None
        self._frame_errors: list[tuple[str, str]] = []
        self.steps = Steps(self.definition, self.questions, request.form.get("step", ""))
        self._only_address = ""
        #: the mail address that its sender was asked about before
        self.address_asked = request.form.get("form-address", "")

    @classmethod
    def fresh(cls, event: Event, category: Category, submission_key: str, came_by: WayKind | None = None) -> FilledForm:
        """Return an empty form for registering."""
        return cls(event, category, _current_version(event), submission_key, is_sent=False, came_by=came_by)

    @classmethod
    def sent(cls, event: Event, category: Category, submission_key: str, came_by: WayKind | None) -> FilledForm:
        """Return the form for registering as this request brings it."""
        return cls(event, category, _current_version(event), submission_key, is_sent=True, came_by=came_by)

    @property
    def notice_id(self) -> int | None:
        """The privacy notice that was shown with the form, as the form says."""
        sent = request.form.get("notice", "")
        return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else None

    def take_files(self) -> None:
        """Look at the files of this request: keep what fits its question, say beside it what does not."""
        for question in self.questions.files:
            if self._sent is not None and (ids := self.questions.wants_removed(self._sent, question.key)):
                self._remove(question.key, ids)
            is_many = most_files(question) > 1
            sent = [storage for storage in request.files.getlist(question.key) if storage.filename]
            free = max(0, most_files(question) - (len(self._kept(question)) if is_many else 0))
            for storage in sent[:free]:
                content = storage.read()
                try:
                    media_type, content = kinds.get(question.kind).take(question, content)
                except Invalid as invalid:
                    self.questions.refuse(question.key, invalid, _named(storage) if is_many else "")
                    continue
                name = files.safe_name(storage.filename or "", media_type)
                self.new_files.append(NewFile(question.key, name, media_type, content))
            if is_many and sent[free:]:
                names = ", ".join(map(_named, sent[free:]))
                limit = most_files(question)
                self.questions.refuse(question.key, Invalid(Reason.TOO_MANY_FILES, limit=limit, names=names))

    def is_valid(self) -> bool:
        """Check every answer. What nobody asked for is refused, not passed over."""
        with_file = {file.question_key for file in self.new_files} | self.counts_on.keys()
        with_file |= {question.key for question in self.questions.files if self._standing_left(question.key)}
        is_valid = self.questions.validate(with_file)
        unexpected = self.questions.unexpected(request.form, FRAME_FIELDS, request.files)
        if unexpected:
            message = _("The form held answers to questions that are not asked here. Check it and send it again.")
            self._frame_errors.append(("send", message))
        return is_valid and not unexpected and self._fits_address()

    def bind(self, address: str) -> FilledForm:
        """Let this address alone register, and say so beside its field; "" binds to none. Returns the form itself."""
        key = self._address_key()
        if address and key and address != self._only_address:
            self._only_address = address
            field = self.questions[key]
            sentence = _("Your invitation is for %(address)s: register with it.", address=address)
            field.description = field.description + " " + sentence if field.description else sentence
        return self

    def refuse_address(self, message: str) -> None:
        """Say beside the mail address what is wrong with it."""
        key = self._address_key()
        if key:
            self.questions[key].errors = [message]

    def ask_about_address(self) -> None:
        """Ask once, beside the mail address, whether its domain is meant that is one slip away from one that many have."""
        typed = self.typed_address()
        meant = meant_address(typed)
        if meant and typed != self.address_asked:
            self.refuse_address(
                _("Did you mean %(meant)s? If %(typed)s is right, send the form once more.", meant=meant, typed=typed)
            )
            self.address_asked = typed

    def _fits_address(self) -> bool:
        key = self._address_key()
        if not self._only_address or not key:
            return True
        if email_key(self.typed_address()) == email_key(self._only_address):
            return True
        self._say(key, Refused(RegisteringReason.OTHER_ADDRESS))
        return False

    def _address_key(self) -> str:
        asked = {bound.question.key: bound.question for bound in self.questions}
        return next((key for key, question in asked.items() if question.column == "email"), "")

    def refuse_full(self, options: Collection[tuple[str, str]]) -> None:
        """Say beside each question that the last place of what was chosen is gone; what was typed stays."""
        for key, value in options:
            question = self.definition.find(key)
            option = next((each for each in question.options if each.value == value), None) if question else None
            label = self._context.text(option.label, current_language()) if option else value
            self.questions.refuse(key, Invalid(Reason.FULL, option=label))

    def refuse_sessions(self, refused: Refused) -> None:
        """Say beside the question for sessions why the choice cannot be kept: the last place was just taken, or the like."""
        key = next((bound.question.key for bound in self.questions if bound.question.kind == SESSIONS_KIND), "")
        if key:
            self._say(key, refused)

    def refusals(self, *, busy: str = "", to_team: bool = False) -> FormRefusals:
        """Return what catches a refusal of its block and says it beside the question that it is about."""
        return FormRefusals(self, busy=busy or crowd_words(), to_team=to_team)

    def check(self) -> None:
        """Raise Refused where the form is only to be shown again: in another language, once more, or to be checked."""
        if "switch_language" in request.form:
            raise Refused("", status_code=200)
        if not has_token():
            raise Refused(SEND_AGAIN, status_code=400)
        if not self.is_valid() or self.misses_files():
            raise Refused("")

    def answers(self) -> dict[str, list[str]]:
        """Return the cleaned answers, after `is_valid`."""
        return self.questions.answers()

    def summary(self) -> list[SummaryPart]:
        """Return the answers as they are shown once more before they are sent, after `is_valid`."""
        return self.steps.summary(self._context)

    def typed_address(self) -> str:
        """Return what stands in the field of the mail address, whatever it is."""
        key = self._address_key()
        return next(iter(self.questions[key].typed), "") if key else ""

    def errors(self) -> list[tuple[str, str]]:
        """Return what is to be checked, in the order of the page."""
        return [*self.questions.errors_list(), *self._frame_errors]

    def has_values(self) -> bool:
        """Say whether the request brings anything but the frame around the questions."""
        return any(
            value.strip() for name, values in request.form.lists() if name not in FRAME_FIELDS for value in values
        )

    @property
    def counts_on(self) -> dict[str, list[str]]:
        """Ids of the files by question that the page showed as kept, so that whoever sent the form believes they are sent."""
        if self._sent is None:
            return {}
        replaced = {file.question_key for file in self.new_files}
        found = {}
        for question in self.questions.files:
            removed = self.questions.wants_removed(self._sent, question.key)
            shown = [id_ for id_ in self.questions.was_kept(self._sent, question.key) if id_ not in removed]
            if shown and (most_files(question) > 1 or question.key not in replaced):
                found[question.key] = shown
        return found

    def misses_files(self) -> bool:
        """Say whether a file that the page showed as kept is here no more."""
        return any(self._misses(question) for question in self.questions.files)

    def kept(self) -> FilledForm:
        """Keep the files for the next try, show which ones are kept, say which are gone. Returns the form itself."""
        is_many = {question.key: most_files(question) > 1 for question in self.questions.files}
        missed = [question.key for question in self.questions.files if self._misses(question)]
        for file in self.new_files:
            try:
                hold_file(self._event.id, self.submission_key, file, is_one_more=is_many[file.question_key])
            except (Refused, Busy):
                self._say(file.question_key, Refused(RegisteringReason.TOO_MANY_FILES))
        self._held = None
        for question in self.questions.files:
            shown = self._shown(question)
            self.questions.keep_files(
                question.key,
                [KeptFile(file.name, file.size, file.public_id, file.public_id in self.removed) for file in shown],
            )
            if question.key in missed and (is_many[question.key] or not shown):
                self._say(question.key, Refused(RegisteringReason.FILE_GONE))
        return self

    def faults(self, message: str = "") -> list[tuple[str, str]]:
        """Return what is to be checked, with the files kept for the next try. `message` is about the form as a whole."""
        return [*self.kept().errors(), *([("send", message)] if message else [])]

    def changed_files(self) -> ChangedFiles:
        """Return what becomes of the files of a registration that is there."""
        return ChangedFiles(self.submission_key, self.new_files, self.removed)

    def go_on_under(self, key: str) -> None:
        """Give the form another key, with the files that are held for it."""
        # Where they cannot be moved now, the form says that they are missed.
        with suppress(Busy):
            move_held(self._event.id, self.submission_key, key)
        self.submission_key, self._held = key, None

    def _for_country(self, answers: Mapping[str, Any]) -> kinds.Context:
        """Return the context with the country that was answered: examples are of there."""
        key = next((each.key for each in self.definition.questions() if each.column == "country"), "")
        answered = answers.get(key, "")
        code = answered if isinstance(answered, str) else "".join(answered[:1])
        return replace(self._context, country=code) if code in CODES else self._context

    def _misses(self, question: Question) -> bool:
        shown = self.counts_on.get(question.key, [])
        return bool(shown) and not has_all(question, shown, [file.public_id for file in self._shown(question)])

    def _shown(self, question: Question) -> Sequence[HeldFile]:
        """Return the files beside a question: those that stand and those held; of one alone, what was held goes before."""
        standing = self._standing.get(question.key, ())
        held = self._held_files().get(question.key, ()) if self._goes_on else ()
        return (held or standing) if most_files(question) == 1 else [*standing, *held]

    def _kept(self, question: Question) -> Sequence[HeldFile]:
        return [file for file in self._shown(question) if file.public_id not in self.removed]

    def _standing_left(self, key: str) -> bool:
        return any(file.public_id not in self.removed for file in self._standing.get(key, ()))

    def _say(self, key: str, refused: Refused) -> None:
        bound = self.questions[key]
        if not bound.errors:
            bound.errors = [said(refused)]

    def _remove(self, key: str, ids: Sequence[str]) -> None:
        drop_held(self._event.id, self.submission_key, ids)
        self._held = None
        self.removed |= {file.public_id for file in self._standing.get(key, ())}.intersection(ids)

    def _held_files(self) -> dict[str, list[HeldFile]]:
        if self._held is None:
            self._held = list_held(self._event.id, self.submission_key)
        return self._held


def _current_version(event: Event) -> QuestionnaireVersion:
    return from_shelf(("version", event.id), lambda: get_current_version(event.id))


def _named(storage: FileStorage) -> str:
    """Return the name of a file as a message repeats it."""
    return "".join(sign for sign in storage.filename or "" if sign.isprintable())[-60:]


SEND_AGAIN = N_("Send the form once more. It was open for a long time; nothing you wrote is lost.")


def follow_language() -> None:
    """Go on in the language that a form was sent to be shown in."""
    if "switch_language" in request.form:
        switch_language(request.form["switch_language"])


def crowd_words() -> str:
    """Return what is said where a lock was not had in time."""
    return _("Many people are sending at this moment. Nothing is lost: send the form once more.")


class FormRefusals(Refusals):
    """As `Refusals`: what others took meanwhile is said beside the question that it was chosen in, with 409."""

    def __init__(self, filled: FilledForm, *, busy: str = "", to_team: bool = False) -> None:
        super().__init__(busy=busy, to_team=to_team)
        self.filled = filled

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if isinstance(error, OptionsFull):
            self.filled.refuse_full(error.options)
        elif isinstance(error, Refused) and isinstance(error.reason, SessionReason):
            self.filled.refuse_sessions(error)
        else:
            return super().__exit__(kind, error, trace)
        self.refused, self.status_code = error, 409
        return True

"""The questions of one category with what a person typed and uploaded, over as many tries as it takes."""

from __future__ import annotations

from collections.abc import Collection

from flask import request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from eventreg.events.models import Category, Event
from eventreg.i18n.languages import current_language
from eventreg.kernel.errors import Busy
from eventreg.questionnaires.forms import QuestionnaireForm
from eventreg.questionnaires.kinds import Context, Invalid
from eventreg.questionnaires.kinds.fields import KeptFile
from eventreg.questionnaires.queries import definition_of, get_current_version
from eventreg.questionnaires.rules.files import check_file, safe_name
from eventreg.registration.rules.refusals import RegistrationRefused
from eventreg.registration.services.uploads import HeldFile, NewFile, drop_held, hold_file, list_held


class FilledForm:
    """A form of one event and category under one submission key."""

    def __init__(self, event: Event, category: Category, submission_key: str, sent: MultiDict[str, str] | None) -> None:
        self._event = event
        self._sent = sent
        self.category = category
        self.submission_key = submission_key
        version = get_current_version(event.id)
        #: the version whose questions are asked
        self.questionnaire_id = version.id
        self.definition = definition_of(version)
        self.questions = QuestionnaireForm(self.definition, category.key, Context.of(event), current_language(), sent)
        self.new_files: list[NewFile] = []
        self._held: dict[str, HeldFile] | None = None
        self._frame_errors: list[tuple[str, str]] = []

    @classmethod
    def fresh(cls, event: Event, category: Category, submission_key: str) -> FilledForm:
        """Return an empty form."""
        return cls(event, category, submission_key, None)

    @classmethod
    def sent(cls, event: Event, category: Category, submission_key: str) -> FilledForm:
        """Return the form as this request brings it."""
        return cls(event, category, submission_key, request.form)

    @property
    def notice_id(self) -> int | None:
        """The privacy notice that was shown with the form, as the form says."""
        sent = request.form.get("notice", "")
        return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else None

    def take_files(self) -> None:
        """Look at the files of this request: keep what fits its question, say beside it what does not."""
        for question in self.questions.files:
            if self._sent is not None and self.questions.wants_removed(self._sent, question.key):
                drop_held(self._event.id, self.submission_key, question.key)
            storage = request.files.get(question.key)
            if storage is None or not storage.filename:
                continue
            content = storage.read()
            try:
                media_type = check_file(question, content)
            except Invalid as invalid:
                self.questions.refuse(question.key, invalid)
                continue
            name = safe_name(storage.filename, media_type)
            self.new_files.append(NewFile(question.key, name, media_type, content))

    def is_valid(self, frame_fields: Collection[str]) -> bool:
        """Check every answer. What nobody asked for is refused, not passed over."""
        kept = {file.question_key for file in self.new_files}
        if any(question.is_required and question.key not in kept for question in self.questions.files):
            kept |= self._held_files().keys()
        is_valid = self.questions.validate(kept)
        unexpected = self.questions.unexpected(request.form, frame_fields, request.files)
        if unexpected:
            message = _("The form held answers to questions that are not asked here. Check it and send it again.")
            self._frame_errors.append(("send", message))
        return is_valid and not unexpected

    def answers(self) -> dict[str, list[str]]:
        """Return the cleaned answers, after `is_valid`."""
        return self.questions.answers()

    def errors(self) -> list[tuple[str, str]]:
        """Return what is to be checked, in the order of the page."""
        return [*self.questions.errors_list(), *self._frame_errors]

    def has_values(self, frame_fields: Collection[str]) -> bool:
        """Say whether the request brings anything but the frame around the questions."""
        return any(
            value.strip() for name, values in request.form.lists() if name not in frame_fields for value in values
        )

    def kept(self) -> FilledForm:
        """Keep the files for the next try and show which ones are kept. Returns the form itself."""
        for file in self.new_files:
            try:
                hold_file(self._event.id, self.submission_key, file)
            except (RegistrationRefused, Busy):
                continue  # the form shows no kept file, so that it is chosen again
        if self.questions.files:
            self._held = None
            for key, held in self._held_files().items():
                if any(question.key == key for question in self.questions.files):
                    self.questions.keep_file(key, KeptFile(held.name, held.size, held.public_id))
        return self

    def _held_files(self) -> dict[str, HeldFile]:
        if self._held is None:
            self._held = list_held(self._event.id, self.submission_key)
        return self._held

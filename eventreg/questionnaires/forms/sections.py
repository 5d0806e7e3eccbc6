"""The form by which organizers write a section.

What organizers say when they publish: who is asked to answer again, and with which words.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import HiddenField, RadioField, SelectMultipleField
from wtforms.widgets import HiddenInput

from eventreg.events.forms.settings import DayField
from eventreg.kernel.text import merged
from eventreg.questionnaires.rules.drafts.reading import fingerprint, texts
from eventreg.questionnaires.rules.schema import Stage
from eventreg.web.forms import choices, lazy_gettext
from eventreg.web.localized import LocalizedField, LocalizedForm


class _FollowUpDayField(DayField):
    """A date that belongs to a follow-up: under another choice it is out of sight, and not looked at."""

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        return form.stage.data != Stage.FOLLOW_UP.value or super().validate(form, extra_validators)


class SectionForm(LocalizedForm):
    """A section: its texts, and when it is answered."""

    seen = HiddenField()
    title = LocalizedField(lazy_gettext("Title"), limit=200, required="first")
    intro = LocalizedField(lazy_gettext("Introduction"), kind="textarea", limit=1000)
    stage = RadioField(lazy_gettext("When it is answered"), default=Stage.REGISTRATION.value)
    answer_by = _FollowUpDayField(
        lazy_gettext("To be answered until"),
        description=lazy_gettext(
            "Only for what is asked after the confirmation. Empty: as long as answers can be changed."
        ),
        render_kw={"type": "date"},
    )

    def __init__(self, languages: Sequence[str], stored: Mapping[str, Any] | None = None, **values: Any) -> None:
        self._stored = stored or {}
        super().__init__(languages, **values)
        self.stage.choices = choices(Stage)

    @staticmethod
    def values_of(stored: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the form shows of a section that is kept."""
        given = {name: stored.get(name) or "" for name in ("stage", "answer_by")}
        given = {name: value if isinstance(value, str) else "" for name, value in given.items()}
        return {
            "seen": fingerprint(stored), "title": texts(stored, "title"), "intro": texts(stored, "intro"),
            **given, "stage": given["stage"] or Stage.REGISTRATION.value,
        }  # fmt: skip

    def read(self) -> dict[str, Any]:
        """Return the section as data. Raises Refused, with the reasons beside the fields."""
        self.check()
        entry = {name: value for name, value in self._stored.items() if name not in (*self.data, "questions", "key")}
        entry["title"] = merged(texts(self._stored, "title"), self.title.data, self.languages)
        if intro := merged(texts(self._stored, "intro"), self.intro.data, self.languages):
            entry["intro"] = intro
        if self.stage.data != Stage.REGISTRATION.value or "stage" in self._stored:
            entry["stage"] = self.stage.data
        if self.stage.data == Stage.FOLLOW_UP.value and self.answer_by.day:
            entry["answer_by"] = self.answer_by.day.isoformat()
        return entry


LONGEST_NOTE = 1000


class PublishingForm(LocalizedForm):
    """The ticked questions and the note. `again` knows only questions that can be asked again."""

    again = SelectMultipleField(lazy_gettext("Ask those already registered to answer again"), widget=HiddenInput())
    note = LocalizedField(
        lazy_gettext("A word to those who are asked again"),
        kind="textarea",
        limit=LONGEST_NOTE,
        description=lazy_gettext("It stands in the message and on their page. Say why you ask."),
    )

    def __init__(self, languages: Sequence[str], askable: Sequence[str], **values: Any) -> None:
        super().__init__(languages, **values)
        self.again.choices = [(key, key) for key in askable]
        # What is offered no more is passed over: the page shows what it would do before anything is done.
        self.again.data = [key for key in self.again.data or () if key in askable]

"""The form by which organizers write a section."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from wtforms import HiddenField, RadioField, StringField

from eventreg.kernel.errors import Refused
from eventreg.kernel.text import merged
from eventreg.questionnaires.draft_wording import stage_name
from eventreg.questionnaires.rules.drafts.reading import fingerprint, texts
from eventreg.questionnaires.rules.schema import FIRST_DAY, LAST_DAY, Stage
from eventreg.web.forms import lazy_gettext
from eventreg.web.localized import LocalizedField, LocalizedForm


class SectionForm(LocalizedForm):
    """A section: its texts, and when it is answered."""

    seen = HiddenField()
    title = LocalizedField(lazy_gettext("Title"), limit=200, required="first")
    intro = LocalizedField(lazy_gettext("Introduction"), kind="textarea", limit=1000)
    stage = RadioField(lazy_gettext("When it is answered"), default=Stage.REGISTRATION.value)
    answer_by = StringField(
        lazy_gettext("To be answered until"),
        description=lazy_gettext(
            "Only for what is asked after the confirmation. Empty: as long as answers can be changed."
        ),
        render_kw={"type": "date"},
    )

    def __init__(self, languages: Sequence[str], stored: Mapping[str, Any] | None = None, **values: Any) -> None:
        self._stored = stored or {}
        super().__init__(languages, **values)
        self.stage.choices = [(stage.value, stage_name(stage)) for stage in Stage]

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
        # A date belongs to a follow-up; under another choice it is out of sight, and not looked at.
        is_follow_up = self.stage.data == Stage.FOLLOW_UP.value
        is_sound, answer_by = self.validate(), read_date(self.answer_by) if is_follow_up else ""
        if not is_sound or answer_by is None:
            raise Refused("")
        entry = {name: value for name, value in self._stored.items() if name not in (*self.data, "questions", "key")}
        entry["title"] = merged(texts(self._stored, "title"), self.title.data, self.languages)
        if intro := merged(texts(self._stored, "intro"), self.intro.data, self.languages):
            entry["intro"] = intro
        if self.stage.data != Stage.REGISTRATION.value or "stage" in self._stored:
            entry["stage"] = self.stage.data
        if answer_by:
            entry["answer_by"] = answer_by
        return entry


def read_date(bound: StringField) -> str | None:
    """Return a date as kept, "" for none, or None with the reason beside the field."""
    text = (bound.data or "").strip()
    if not text:
        return ""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or not FIRST_DAY <= day <= LAST_DAY:
        bound.errors = [_("Write a date")]
        return None
    return day.isoformat()

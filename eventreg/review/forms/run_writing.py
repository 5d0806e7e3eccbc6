"""A message to many, in the languages of whoever reads it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from wtforms import BooleanField, StringField

from eventreg.i18n.languages import own_name
from eventreg.kernel.typed import showable
from eventreg.registration.rules.message_texts import IN_WRITTEN_BODY, IN_WRITTEN_SUBJECT
from eventreg.review.forms.message_texts import WordsForm
from eventreg.review.forms.runs import RunForm
from eventreg.web.forms import lazy_gettext


class WriteRunForm(RunForm, WordsForm):
    """Subject and words by language, and as whom they are shown."""

    falls_back = BooleanField(lazy_gettext("Whoever reads a language left empty gets the words of another one"))
    who = StringField(
        lazy_gettext("Preview as"), description=lazy_gettext("Reference or name. Empty: the first of them."), default=""
    )

    def allowed_in(self, part: str) -> Collection[str]:
        return IN_WRITTEN_SUBJECT if part == "subject" else IN_WRITTEN_BODY

    @property
    def typed_who(self) -> str:
        """Who is asked for, as far as it is kept."""
        return showable(self.who.data or "").strip()[:200]

    def is_complete(self, by_language: Mapping[str, int]) -> bool:
        """Say whether everybody gets something to read; else what is missing stands beside the fields.

        `by_language`: how many people read which. A language left empty is pointed out, and must be agreed to.
        """
        subjects, bodies = self.subject.data, self.body.data
        if not bodies:
            self.body.refuse(self.languages[0], _("Write this text"))
            return False
        lacking = [code for code in bodies if code not in subjects]
        for code in lacking:
            self.subject.refuse(code, _("Write this text"))
        empty = [code for code in by_language if code not in bodies and not self.falls_back.data]
        for code in empty:
            self.body.refuse(code, self._nothing_for(code, by_language[code], bodies))
        return not lacking and not empty

    def _nothing_for(self, code: str, people: int, bodies: Mapping[str, Any]) -> str:
        return ngettext(
            "%(num)d person reads %(language)s. Write it, or tick below that they get the words in %(other)s",
            "%(num)d people read %(language)s. Write it, or tick below that they get the words in %(other)s",
            people, language=own_name(code), other=own_name(next(iter(bodies))),
        )  # fmt: skip

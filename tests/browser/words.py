"""What the seminar's pages say in a language: questions from its questionnaire, the rest from the translations."""

from __future__ import annotations

import re

from flask_babel import force_locale, gettext
from sqlalchemy import select

from eventreg.db import db
from eventreg.events.models import Category, Event
from eventreg.i18n.formats import country
from eventreg.questionnaires.queries import definition_of, get_current_version
from tests.browser.conftest import Site


class Words:
    """The words of one language."""

    def __init__(self, site: Site, language: str) -> None:
        self.language = language
        self._app = site.world.app
        with self._app.app_context():
            event_id = db.session.scalars(select(Event.id).where(Event.slug == site.seminar)).one()
            self._definition = definition_of(get_current_version(event_id))
            categories = db.session.scalars(select(Category).where(Category.event_id == event_id))
            self.categories = {category.key: category.name[language] for category in categories}
            db.session.remove()

    def say(self, text: str) -> str:
        """Return an English text of ours in this language."""
        with self._app.app_context(), force_locale(self.language):
            return str(gettext(text))

    def label(self, key: str) -> str:
        """Return a question's label."""
        question = self._definition.find(key)
        assert question is not None, key
        return question.label[self.language]

    def field(self, key: str) -> re.Pattern[str]:
        """Return what matches a question's label as it stands on the page, "(optional)" or not."""
        return re.compile(rf"^\s*{re.escape(self.label(key))}(\s+\([^)]*\))?\s*$")

    def option(self, key: str, value: str) -> str:
        """Return the label of an answer that is offered."""
        question = self._definition.find(key)
        assert question is not None, key
        return next(option.label[self.language] for option in question.options if option.value == value)

    def country(self, code: str) -> str:
        """Return a country's name."""
        return country(code, self.language)

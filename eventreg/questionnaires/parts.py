"""What an event asks, as a part of it that can be taken out and put in."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from eventreg.db import db
from eventreg.events.bundles import fields
from eventreg.events.bundles.parts import Document, Entry, Intake, Outlet
from eventreg.kernel.errors import N_
from eventreg.questionnaires.kinds import checked_definition
from eventreg.questionnaires.models import QuestionnaireDraft, QuestionnaireVersion
from eventreg.questionnaires.queries import day_dates, find_draft
from eventreg.questionnaires.rules.publishing import fitted, moved, with_days
from eventreg.questionnaires.rules.schema import NEEDED_COLUMNS, DefinitionInvalid

_MOST = 1000
#: parts of sections, questions and options of a draft, and what they are
_TEXTS = frozenset({"title", "intro", "label", "help", "purpose", "hint"})
_KEYS = frozenset({"categories", "required_for"})
_LINES = ("key", "value", "kind", "stage", "column", "answer_by", "frozen_after")
_FORMS: Mapping[str, type] = {
    **dict.fromkeys(_TEXTS | {"settings"}, dict),
    **dict.fromkeys(_KEYS | {"options"}, list),
    **dict.fromkeys(_LINES, str),
}


def _read_definition(value: Any, place: str, fitting: fields.Fitting) -> dict[str, Any]:
    definition = fields.mapping(fields.checked_json(value, place), place)
    try:
        checked_definition(definition, ())
        if fitting.languages:
            definition = fitted(definition, fitting.complete)
            checked_definition(definition, fitting.languages)
        if fitting.move:
            definition = moved(definition, fitting.move.day)
            # Nobody could register by a form that is read no more.
            checked_definition(definition, fitting.languages)
    except DefinitionInvalid as error:
        raise fields.BundleInvalid(f"{place}: {error}") from error
    return definition


_VERSION = fields.Record(
    fields.Field("version", fields.number(1)),
    fields.Field("definition", fields.Kind(lambda definition: definition, _read_definition)),
    fields.Field("published_at", fields.optional(fields.INSTANT), None),
)


def _read_draft(value: Any, place: str, fitting: fields.Fitting) -> dict[str, Any]:
    """Return a draft: of the form of a definition, and otherwise as unfinished as it was left."""
    draft = fields.mapping(fields.checked_json(value, place), place)
    for where, section in fields.listed(draft.get("sections"), f"{place}.sections", _MOST):
        _check_form(fields.mapping(section, where), where)
        for nested, question in fields.listed(section.get("questions"), f"{where}.questions", _MOST):
            _check_form(fields.mapping(question, nested), nested)
            for deepest, option in fields.listed(question.get("options", []), f"{nested}.options", _MOST):
                _check_form(fields.mapping(option, deepest), deepest)
    return moved(draft, fitting.move.day) if fitting.move else draft


def _check_form(entry: Mapping[str, Any], place: str) -> None:
    """Refuse parts that no draft written here ever has: the pages that go on with it count on their form."""
    for name, value in entry.items():
        form = _FORMS.get(name)
        if form is not None and value is not None and not isinstance(value, form):
            raise fields.BundleInvalid(f"{place}.{name}: is no {form.__name__}")
    for name in _TEXTS & entry.keys():
        if not all(isinstance(each, str) for each in (entry[name] or {}).values()):
            raise fields.BundleInvalid(f"{place}.{name}: holds what is no text")
    for name in _KEYS & entry.keys():
        if not all(isinstance(each, str) for each in entry[name] or ()):
            raise fields.BundleInvalid(f"{place}.{name}: holds what is no key")


class QuestionnairePart(Document):
    """Every published version, and the draft; a copy begins with the newest, and goes on with the draft."""

    key = "questionnaire"
    title = N_("Questions of the registration form")
    #: questions are asked of categories, and ask for days
    needs = frozenset({"categories", "days"})

    def taken(self, event_id: int, outlet: Outlet) -> Entry:
        rows = db.session.scalars(
            select(QuestionnaireVersion)
            .where(QuestionnaireVersion.event_id == event_id)
            .order_by(QuestionnaireVersion.version)
        )
        draft = find_draft(event_id)
        dates = {str(key): held_on.isoformat() for key, held_on in day_dates(event_id).items()}
        versions = [_VERSION.taken(row) for row in rows]
        return {
            "versions": [each | {"definition": with_days(each["definition"], dates)} for each in versions],
            "draft": None if draft is None else with_days(draft.definition, dates),
        }

    def given(self, entry: Entry, intake: Intake) -> None:
        """See `Document.given`. Registrations call a version by its number; conditions call days by their dates."""
        days = {str(held_on): str(key) for held_on, key in intake.names("day").items()}
        entries = fields.listed(entry.get("versions"), "versions", _MOST)
        for place, data in entries[-1:] if intake.is_copy else entries:
            definition = fields.mapping(data.get("definition"), f"{place}.definition")
            values = _VERSION.given({**data, "definition": with_days(definition, days)}, place, intake.fitting)
            if intake.is_copy:
                values |= {"version": 1, "published_at": intake.at}
            _require_identity(values["definition"], place)
            intake.claim("version", values["version"], place)
            row = QuestionnaireVersion(
                event_id=intake.event_id, **values | {"published_at": values["published_at"] or intake.at}
            )
            intake.add(row, "version", row.version)
        if entry.get("draft") is not None:
            draft = fields.mapping(entry["draft"], "draft")
            definition = _read_draft(with_days(draft, days), "draft", intake.fitting)
            intake.add(QuestionnaireDraft(event_id=intake.event_id, definition=definition, changed_at=intake.at))


def _require_identity(definition: dict[str, Any], place: str) -> None:
    """Refuse what leaves a registration without a name or a mail address, as publishing does."""
    if missing := sorted(NEEDED_COLUMNS - checked_definition(definition, ()).sure_columns()):
        raise fields.BundleInvalid(f"{place}: no required question, asked of everybody, fills the column {missing[0]}")

"""What somebody else saved of a question meanwhile, beside what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from eventreg.events.models import Event
from eventreg.i18n.languages import current_language
from eventreg.questionnaires import kinds
from eventreg.questionnaires.forms.options import OptionForm
from eventreg.questionnaires.forms.writing import QuestionForm
from eventreg.questionnaires.kinds import Context
from eventreg.questionnaires.kinds.condition_words import only_if
from eventreg.questionnaires.queries import draft_document
from eventreg.questionnaires.rules.drafts.reading import condition_of, read_draft


def differences(
    event: Event, typed: QuestionForm, entry: Mapping[str, Any], stored: QuestionForm, kind: str
) -> list[tuple[str, str]]:
    """Return (label, what is stored) of everything in which the two differ.

    `entry` is what was typed, as data; `kind` that of what is stored, which is shown in a form of the kind that was typed.
    """
    found = [
        (str(field.label.text), _shown(stored[name]))
        for name, field in typed._fields.items()
        if name not in ("csrf_token", "seen") and _shown(field) != _shown(stored[name])
    ]
    if kind != typed.kind.name and kind in kinds.NAMES:
        found.insert(0, (_("Question type"), kinds.get(kind).title))
    answers = [[_answer(row) for row in form.options if row.is_wanted] for form in (typed, stored)]
    if answers[0] != answers[1]:
        found.append((_("Answer options"), "; ".join(answers[1]) or "–"))
    found += [
        (str(kept.label.text), _shown(kept))
        for field, kept in zip(typed.settings.fields, stored.settings.fields, strict=True)
        if _shown(field) != _shown(kept)
    ]
    if entry.get("condition") != stored.stored.get("condition"):
        found.append((_("Ask it only when …"), condition_in_words(event, stored.stored) or _("Always ask it")))
    return found


def condition_in_words(event: Event, entry: Mapping[str, Any]) -> str:
    """Say when a question is asked; "" where it always is."""
    if entry.get("condition") is None:
        return ""
    condition = condition_of(entry)
    if condition is None:
        return _("A condition that cannot be read")
    questions = {question.key: question for question in read_draft(draft_document(event.id)).questions()}
    return only_if(condition, questions, Context.of(event), current_language())


def _answer(row: OptionForm) -> str:
    parts = [_shown(row.label), *([_shown(row.hint)] if row.hint.data else [])]
    return ", ".join(parts) + (f" ({row.places.data})" if row.places.data else "")


def _shown(field: Any) -> str:
    if isinstance(field.data, dict):
        return " | ".join(field.data[language] for language in field.languages if language in field.data) or "–"
    if isinstance(field.data, bool):
        return _("Yes") if field.data else _("No")
    labels = {value: str(label) for value, label, *_rest in getattr(field, "choices", None) or ()}
    if isinstance(field.data, list):
        return ", ".join(str(labels.get(value, value)) for value in field.data) or "–"
    return str(labels.get(field.data, field.data or "–"))

"""Saying a refusal in the reader's language, beside the field that it is about or at the head of the page.

form = TagForm()
with form.refusals() as outcome:                      # or `with Refusals() as outcome`, where there is no form
    create_tag(event.id, form.checked.name.data, …)
    return redirect(…)
return page(form, outcome.problem), outcome.status_code
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from types import TracebackType
from typing import Any
from zoneinfo import ZoneInfo

from flask import g
from flask_babel import gettext, ngettext

from eventreg.i18n import formats, languages
from eventreg.kernel.errors import Busy, Marked, Reason, Refused, TimeOf, ZoneOf
from eventreg.web import instance, templating


def said(refused: Refused, *, to_team: bool = False, **more: Any) -> str:
    """Return why something was refused, in the reader's language. `more` are details in words that only the room has.

    Details that are content in several languages are picked, lists of such are joined; texts that are marked are translated,
    lists of such are sentences; days are said in words, moments in the zone of the event at hand, else of the instance; what is
    called for its words is called now.
    """
    reason, details = refused.reason, refused.details | more
    sentence = (reason.for_team if to_team and isinstance(reason, Reason) else "") or refused.sentence
    if isinstance(sentence, tuple):
        return ngettext(*sentence, **{name: _worded(value) for name, value in details.items()})
    return gettext(sentence, **{name: _worded(value) for name, value in details.items()})


#: the category of a flashed message that says why something was not done
REFUSAL = "refusal"


class Refusals:
    """Catches a refusal of the block: says it beside its field of `form`, else as `problem`; `status_code` is the answer's code.

    `beside`: the field beside which it is said where the form has none of the name that the refusal gives.
    `busy` is said, with 503, when a lock was not had in time; without it that goes on to the page of errors.
    `to_team`: as `said`. `details`: in words that only the room has, whatever is refused.
    """

    def __init__(
        self, form: Any = None, *, beside: str = "", busy: str = "", to_team: bool = False, **details: Any
    ) -> None:
        self.form, self.beside, self.busy, self.to_team, self.details = form, beside, busy, to_team, details
        self.problem = ""
        self.status_code = 422
        self.refused: Refused | None = None

    def __enter__(self) -> Refusals:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if isinstance(error, Busy) and self.busy:
            self.problem, self.status_code = self.busy, 503
            return True
        if not isinstance(error, Refused) or error.has_own_page:
            return False
        self.refused, self.status_code = error, error.status_code
        sentence = said(error, to_team=self.to_team, **self.details) if error.sentence else ""
        fields = () if self.form is None else self.form
        if sentence and (field := error.field if error.field in fields else self.beside):
            refuse(self.form[field], sentence)
        else:
            self.problem = sentence
        return True

    def is_for(self, *reasons: Any) -> bool:
        """Say whether the block was refused for one of `reasons`."""
        return self.refused is not None and self.refused.reason in reasons


def refuse(field: Any, sentence: str) -> None:
    """Put a sentence beside a field; of a text in several languages beside the first."""
    if hasattr(field, "inputs"):
        field.refuse(next(iter(field.inputs)), sentence)
    else:
        field.errors = [*field.errors, sentence]


def _worded(value: Any) -> Any:
    match value:
        case Marked():
            return gettext(value)
        case Mapping():
            return templating.plain_in_reader_language(value)
        case [Mapping(), *_]:
            return templating.quoted_in_reader_language(value)
        case [str(), *_]:
            return " ".join(map(gettext, value))
        case datetime():
            return formats.instant(value, _zone(), languages.current_language())
        case date():
            return formats.plain_day(value, languages.current_language())
        case TimeOf(at):
            return formats.clock(at.astimezone(ZoneInfo(_zone())).time(), languages.current_language())
        case ZoneOf(at):
            return formats.zone_offset(at, _zone())
        case _ if callable(value):
            return value()
    return value


def _zone() -> str:
    """Return the zone in which moments are said."""
    zone: str = getattr(g.get("event"), "time_zone", None) or instance.config().time_zone
    return zone

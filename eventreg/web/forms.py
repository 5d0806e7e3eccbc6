"""The base of our forms."""

from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any, TypeVar, cast

from flask_babel import gettext, lazy_gettext as _lazy
from flask_wtf import FlaskForm
from wtforms import Form, PasswordField, StringField
from wtforms.meta import DefaultMeta

from eventreg.kernel.errors import Refused, Titled
from eventreg.kernel.text import is_blank
from eventreg.web.refusals import Refusals

View = TypeVar("View", bound=Callable[..., Any])


class _Reading(DefaultMeta):
    """How our forms make their fields: a text that shows nothing arrives as "", so that no room can take it for a name."""

    def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Any:
        """See `DefaultMeta.bind_field`."""
        field = super().bind_field(form, unbound_field, options)
        if isinstance(field, StringField) and not isinstance(field, PasswordField):
            field.filters = (_without_blank, *field.filters)
        return field


class _Checking:
    """What every form of ours can say of what was sent."""

    def check(self: Any) -> None:
        """Raise Refused, with the sentences beside the fields, where one is not as it must be."""
        if not self.validate():
            raise Refused("")

    def values_for(self: Any, row: Any) -> dict[str, Any]:
        """Return what the fields say of the columns of `row` that bear their names, for `audit.services.change`."""
        names = [bound.short_name for bound in self if bound.short_name in row.__table__.c]
        kept = SimpleNamespace(**{name: getattr(row, name) for name in names})
        for name in names:
            self[name].populate_obj(kept, name)
        return vars(kept)

    def refusals(self, *, beside: str = "", busy: str = "", to_team: bool = False, **details: Any) -> Refusals:
        """Return what catches a refusal of its block and says it beside the field. See `web.refusals`."""
        return Refusals(self, beside=beside, busy=busy, to_team=to_team, **details)


class BaseForm(_Checking, FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    """A form with a token against forgery. Messages of our own are given by each form, in the reader's language."""

    class Meta(_Reading, FlaskForm.Meta):  # type: ignore[misc]
        """See `_Reading`."""


class PlainForm(_Checking, Form):
    """A form that stands inside another one, whose token covers it."""

    Meta = _Reading


def errors_in(*forms: Form) -> list[tuple[str, str]]:
    """Return (id of the input, sentence) of everything to be checked in forms that stand on one page, in their order."""
    return [
        item
        for form in forms
        for bound in form
        if bound.errors
        for item in getattr(bound, "error_items", [(bound.id, bound.errors[0])])
    ]


def choices(members: Iterable[Titled]) -> list[tuple[str, str]]:
    """Return members of an enum as the choices of a field: the value, and what it is called in the reader's language."""
    return [(member.value, gettext(member.title)) for member in members]


def _without_blank(data: Any) -> Any:
    return "" if isinstance(data, str) and is_blank(data) else data


def lazy_gettext(text: str, **values: Any) -> str:
    """Translate `text` when it is shown: for labels that are written once, in the class of a form."""
    return cast(str, _lazy(text, **values))


def checks_token_itself(view: View) -> View:
    """Mark a view that checks the token against forgery itself, to show a filled form again when it is missing."""
    view.checks_token_itself = True  # type: ignore[attr-defined]
    return view

"""The page that asks where the link to a form that is kept goes; what was typed comes along in hidden fields."""

from __future__ import annotations

from flask import render_template, request

from eventreg.events.models import Category
from eventreg.registration.emails import Occasion
from eventreg.registration.forms import KeepForm
from eventreg.registration.views.filled_form import FilledForm
from eventreg.registration.views.framing import page_frame

#: what each page of the form makes anew, and what only says which button was pressed
NOT_CARRIED = KeepForm.own_fields | {
    "access_code", "category", "change_category", "choose_category", "csrf_token", "keep_form", "submission_key",
    "switch_language",
}  # fmt: skip
_NOT_STORED = {"Cache-Control": "no-store"}


def ask_where_to(occasion: Occasion, form: FilledForm) -> tuple[str, int, dict[str, str]]:
    """Show the page, with the address that stands in the form."""
    return keep_page(occasion, form.category, form.submission_key, KeepForm(None, email=form.typed_address()))


def keep_page(
    occasion: Occasion, category: Category, submission_key: str, form: KeepForm, code: int = 200
) -> tuple[str, int, dict[str, str]]:
    """Show the page as it stands."""
    carried = [(name, value) for name, values in request.form.lists() if name not in NOT_CARRIED for value in values]
    page = render_template(
        "registration/keep_form.html",
        form=form,
        carried=[*carried, ("submission_key", submission_key), ("category", category.key)],
        **page_frame(occasion),
    )
    return page, code, _NOT_STORED

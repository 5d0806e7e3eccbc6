"""Access codes: on the desk added, switched and taken away as a list; on the form typed, to come into their category."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Response as FlaskResponse, flash, g, redirect, request, url_for
from flask_babel import gettext as _, ngettext
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.fields import Field
from wtforms.validators import StopValidation

from eventreg.attendees.views.desk import categories_in_sight
from eventreg.events.forms.settings import clock_sentence
from eventreg.events.models import Category, Event
from eventreg.events.organizers import organizer
from eventreg.events.queries.events import get_event_whole
from eventreg.events.rules.dates import instant_of, read_moment
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.invitations import queries
from eventreg.invitations.rules.access_codes import CodeTerms
from eventreg.invitations.services import access_codes as codes
from eventreg.invitations.services.access_codes import export_codes, try_code
from eventreg.invitations.views import blueprint
from eventreg.kernel.clock import now
from eventreg.kernel.errors import N_, Refused
from eventreg.kernel.text import showable
from eventreg.registration.emails import Occasion
from eventreg.registration.rules.ways_in import WayKind
from eventreg.registration.views import form_pages
from eventreg.registration.views.filled_form import FilledForm, crowd_words
from eventreg.web import downloads, limits, refusals, templating, traffic
from eventreg.web.access import Answer, may, public, requires
from eventreg.web.fields import NumberField
from eventreg.web.forms import BaseForm, checks_token_itself, lazy_gettext


class CodesForm(BaseForm):
    """Access codes to be added: a list of one's own, or a number of new ones, and what holds for all of them."""

    codes = TextAreaField(
        lazy_gettext("Custom codes"),
        description=lazy_gettext("One a line. Case, accents, blanks and hyphens do not matter."),
    )
    count = NumberField(
        lazy_gettext("Number of codes to generate"),
        least=1,
        fault=N_("Write a number, 1 or more"),
        description=lazy_gettext("They are made at random, without letters and digits that look alike."),
    )
    category = SelectField(lazy_gettext("They lead into the category"))
    label = StringField(
        lazy_gettext("Intended for"), description=lazy_gettext("For the team: participants never see it.")
    )
    most_uses = NumberField(
        lazy_gettext("Maximum uses of each"),
        least=1,
        fault=N_("Write a number, 1 or more"),
        description=lazy_gettext("Empty: any number. 1: one person each."),
    )
    expires_at = StringField(
        lazy_gettext("Valid until"),
        description=lazy_gettext("Empty: as long as registration is open."),
        render_kw={"step": "1", "autocomplete": "off"},
    )
    skips_approval = BooleanField(
        lazy_gettext("Whoever uses one is confirmed at once, as long as there are places"),
        description=lazy_gettext("Also where the team decides in this category."),
    )

    def __init__(self, categories: Sequence[Category], zone: str, **values: Any) -> None:
        super().__init__(**values)
        self._zone = zone
        self.category.choices = [(row.key, templating.plain_in_reader_language(row.name)) for row in categories]
        self.until: datetime | None = None

    def validate_count(self, field: Any) -> None:
        """Refuse both a number and a list."""
        if field.number is not None and (self.codes.data or "").strip():
            raise StopValidation(_("Write codes of your own or a number of new ones, not both"))

    def validate_expires_at(self, field: Field) -> None:
        """Refuse what is no moment of the event's clocks."""
        text = (field.data or "").strip()
        local = read_moment(text)
        at = instant_of(local, self._zone) if local is not None else None
        if isinstance(at, datetime):
            self.until = at
        elif text:
            raise StopValidation(_("Write a date and a time") if at is None else clock_sentence(at))

    def validate(self, extra_validators: Any = None) -> bool:
        """Check what was sent; what no page can carry is not shown again."""
        is_sound = bool(super().validate(extra_validators))
        for bound in self:
            if isinstance(bound.data, str):
                bound.data = showable(bound.data)
        return is_sound

    def terms(self, *, may_decide: bool) -> CodeTerms:
        """Return what holds for the codes. Only whoever decides lets people past the decision."""
        skips_approval = bool(self.skips_approval.data) and may_decide
        return CodeTerms(self.category.data, self.label.data or "", self.most_uses.number, self.until, skips_approval)


@blueprint.get("/manage/events/<slug>/access-codes")
@requires(Permission.EDIT_EVENT)
def list_access_codes(slug: str) -> Answer:
    """List the codes, with who came by each, and a form to add some."""
    return _page(_form(g.event))


@blueprint.post("/manage/events/<slug>/access-codes")
@requires(Permission.EDIT_EVENT)
def add_access_codes(slug: str) -> Answer:
    """Add the codes that were written, or as many new ones as asked for."""
    event: Event = g.event
    form = _form(event)
    number = form.count.number
    with form.refusals() as outcome:
        form.check()
        terms = form.terms(may_decide=may(Permission.DECIDE))
        if number is None:
            added = codes.add_codes(event.id, terms, (form.codes.data or "").splitlines(), organizer())
        else:
            added = codes.make_codes(event.id, terms, number, organizer())
        flash(ngettext("%(num)d code was added.", "%(num)d codes were added.", added))
        return redirect(url_for("invitations.list_access_codes", slug=slug), 303)
    if outcome.problem:
        refusals.refuse(form.codes if number is None else form.count, outcome.problem)
    return _page(form), outcome.status_code


@blueprint.post("/manage/events/<slug>/access-codes/<int(max=2147483647):code_id>")
@requires(Permission.EDIT_EVENT)
def switch_access_code(slug: str, code_id: int) -> Answer:
    """Switch a code off or on. Who came by it stays registered."""
    is_active = request.form.get("do") == "on"
    codes.switch_code(g.event.id, code_id, organizer(), is_active=is_active)
    flash(_("The code works again.") if is_active else _("The code is switched off. Who came by it stays registered."))
    return redirect(url_for("invitations.list_access_codes", slug=slug, _anchor=f"code-{code_id}"), 303)


@blueprint.post("/manage/events/<slug>/access-codes.csv")
@requires(Permission.EDIT_EVENT)
def export_access_codes(slug: str) -> FlaskResponse:
    """Give the codes as CSV. A POST, since it is recorded who took them."""
    content = export_codes(g.event.id, organizer())
    return downloads.as_attachment(content, f"{slug}-codes.csv", "text/csv; charset=utf-8")


def _form(event: Event) -> CodesForm:
    return CodesForm(categories_in_sight(), event.time_zone)


def _page(form: CodesForm) -> str:
    event = get_event_whole(g.event.id)
    return render_desk(
        "invitations/access_codes.html",
        "codes",
        form=form,
        codes=queries.list_codes(event.id, g.event_access.scope, now()),
    )


@blueprint.post("/events/<slug>/register/code")
@public
@checks_token_itself
@limits.limited("30 per 10 minutes")
def use_code(slug: str) -> Answer:
    """Lead into the category of a code, with what was typed so far; or say beside the code why it leads nowhere."""
    occasion = form_pages.public_occasion(slug)
    event = occasion.event
    refusal = form_pages.refusal_now(event)
    if refusal is not None:
        return form_pages.closed_page(occasion, refusal)
    is_own = traffic.has_token()
    key = form_pages.submission_key_of(event, is_own)
    found = None
    with refusals.Refusals(busy=crowd_words()) as outcome:
        found = try_code(event, _typed_code(is_own), request.remote_addr)
    if found is None:
        return _again(occasion, key, outcome.problem, outcome.status_code)
    carried, category = found
    refusal = form_pages.refusal_in(event, category)
    if refusal is not None:
        return form_pages.closed_page(occasion, refusal, category)
    form = FilledForm.sent(event, category, key, WayKind.CODE)
    form.take_files()
    return form_pages.form_page(occasion, form, carried=carried)


def _typed_code(is_own: bool) -> str:
    typed = request.form.get("access_code", "").strip()
    if not is_own:
        sentence = N_("Send the code once more. The page was open for a long time; nothing you wrote is lost.")
        raise Refused(sentence, status_code=400)
    if not typed:
        raise Refused(N_("Enter the code"))
    return typed


def _again(occasion: Occasion, key: str, message: str, code: int) -> Answer:
    """Show the page that the code was typed on, with everything else that stood there."""
    event = occasion.event
    way_in = form_pages.sent_way_in(event)
    category = form_pages.find_category(event, request.form.get("category", ""), way_in)
    if category is None or "choose_category" in request.form:
        chosen = category.key if category is not None else ""
        return form_pages.category_page(occasion, key, chosen, code=code, code_error=message)
    form = FilledForm.sent(event, category, key, form_pages.way_kind(category, way_in))
    form.take_files()
    return form_pages.form_page(occasion, form, code=code, code_error=message)

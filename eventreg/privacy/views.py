"""Who sees whom: the list of participants, one's own choice of it, and its settings with what each sees; sharing agreements."""

from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from wtforms import HiddenField, SelectField, SelectMultipleField

from eventreg.audit.services import acting
from eventreg.events.models import Event
from eventreg.events.queries.events import get_event_whole
from eventreg.events.rules.categories import LIST_CONSENT, ListedColumn, ShownTo
from eventreg.events.rules.settings import SettingsReason
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.i18n.languages import current_language
from eventreg.kernel.errors import NotFound
from eventreg.privacy import participants
from eventreg.privacy.participants import ListRules, Viewer
from eventreg.registration.rules.states import Status
from eventreg.selfservice.views.page import OwnRegistration
from eventreg.web import access, limits
from eventreg.web.access import Answer, personal, requires
from eventreg.web.fields import whole_number
from eventreg.web.forms import BaseForm, choices, lazy_gettext
from eventreg.web.templating import plain_in_reader_language

blueprint = Blueprint("privacy", __name__)


def _viewer(own: OwnRegistration) -> Viewer:
    return Viewer.CONFIRMED if own.status is Status.CONFIRMED else Viewer.WAITING


@blueprint.get("/my/<token>/participants")
@personal
def show_participants(token: str) -> Answer:
    """Show the holder of a registration whom they find on the list: the confirmed find more than others."""
    own = OwnRegistration.open(token)
    if not participants.has_list(own.event, _viewer(own)):
        raise NotFound
    listed = participants.list_participants(own.event, _viewer(own), current_language())
    return render_template("privacy/participants.html", listed=listed, rules=ListRules.of(own.event), **own.frame())


@blueprint.post("/my/<token>/participants")
@personal
@limits.limited("60 per 10 minutes")
def choose_own_listing(token: str) -> Answer:
    """Keep what the list may say of the holder."""
    own = OwnRegistration.open(token)
    participants.choose_listed(own.event.id, own.registration.id, request.form.getlist("listed"))
    return own.back(_("What the list of participants says of you is saved."))


def own_section(own: OwnRegistration) -> Markup:
    """Return what one's own page says of the list: what of oneself is shown to whom, and the choice."""
    rules, registration = ListRules.of(own.event), own.registration
    shown_to = rules.shown_to[registration.category_id]
    is_seeing = participants.has_list(own.event, _viewer(own))
    if not is_seeing and (shown_to is ShownTo.NOBODY or not participants.has_list(own.event, Viewer.CONFIRMED)):
        return Markup()
    language = current_language()
    page = render_template(
        "privacy/_own.html", own=own, shown_to=shown_to.value, is_seeing=is_seeing,
        said=[(each, participants.said_of(registration, each, language)) for each in rules.columns],
        chosen=participants.listed_of(registration, rules), lacking=participants.find_lacking(registration, rules),
    )  # fmt: skip
    return Markup(page)  # noqa: S704 - a template of ours, which escapes


class ParticipantsForm(BaseForm):
    """Who is on the list of participants, beside the select of each category."""

    columns = SelectMultipleField(lazy_gettext("What the list says"), validate_choice=False)
    consent = SelectField(
        lazy_gettext("The permission that it needs"),
        description=lazy_gettext("Only whoever gave it is on the list; who takes it back is gone from it at once."),
        validate_choice=False,
    )
    revision = HiddenField()

    def __init__(self, event: Event, **values: Any) -> None:
        rules = ListRules.of(event)
        standing = {"columns": [each.value for each in rules.columns], "consent": rules.consent}
        super().__init__(data={**standing, "revision": str(event.settings_revision)}, **values)
        self.columns.choices = choices(ListedColumn)
        permissions = participants.list_permissions(event.id)
        self.permissions = {key: plain_in_reader_language(asked.label) for key, asked in permissions.items()}
        everybody = {} if LIST_CONSENT in permissions else {LIST_CONSENT: _("None: nobody is asked for one")}
        self.consent.choices = [*self.permissions.items(), *everybody.items()]
        self.shown_to = {row.id: self._of_category(row.id, row.shown_to) for row in event.categories}

    def _of_category(self, category_id: int, standing: ShownTo) -> str:
        known: dict[str, str] = {each.value: each.value for each in ShownTo}
        return known.get(request.form.get(f"shown-{category_id}", ""), str(standing.value))

    def rules(self) -> ListRules:
        """Return what was chosen."""
        columns = tuple(each for each in ListedColumn if each.value in (self.columns.data or ()))
        return ListRules(columns, self.consent.data, {id_: ShownTo(value) for id_, value in self.shown_to.items()})


@blueprint.get("/manage/events/<slug>/participants")
@requires(Permission.EDIT_EVENT)
def edit_participants(slug: str) -> Answer:
    """Show who is on the list of participants, and what each audience finds."""
    event = get_event_whole(g.event.id)
    return _participants_page(event, ParticipantsForm(event, formdata=None))


@blueprint.post("/manage/events/<slug>/participants")
@requires(Permission.EDIT_EVENT)
def save_participants(slug: str) -> Answer:
    """Save who is on the list, or show what each audience would find."""
    event = get_event_whole(g.event.id)
    form = ParticipantsForm(event)
    if request.form.get("do") == "preview":
        return _participants_page(event, form)
    with form.refusals() as outcome:
        form.check()
        participants.save_rules(event.id, whole_number(form.revision.data), form.rules(), acting())
        return redirect(url_for("privacy.edit_participants", slug=slug, saved=1), 303)
    if outcome.is_for(SettingsReason.CHANGED_MEANWHILE):
        form.revision.data = str(event.settings_revision)
    return _participants_page(event, form, outcome.problem), outcome.status_code


def _participants_page(event: Event, form: ParticipantsForm, problem: str = "") -> str:
    rules, language = form.rules(), current_language()
    previews = {
        viewer: participants.list_participants(event, viewer, language, rules)
        if participants.has_list(event, viewer, rules)
        else None
        for viewer in Viewer
    }
    return render_desk(
        "privacy/settings.html", "participants", form=form, rules=rules, previews=previews, problem=problem,
        categories=event.categories, ShownTo=ShownTo, sees_people=access.may(Permission.SEE_REGISTRATIONS),
        is_public=participants.has_list(event, Viewer.PUBLIC),
    )  # fmt: skip

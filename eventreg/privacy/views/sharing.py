"""Who sees whom: the list of participants, one's own choice of it, and its settings with what each sees; sharing agreements."""

from typing import Any

from flask import g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from wtforms import HiddenField, SelectField, SelectMultipleField

from eventreg.attendees.views.desk import categories_in_sight, field_words
from eventreg.audit.services import acting
from eventreg.events.forms.settings import DayField
from eventreg.events.models import Event
from eventreg.events.queries.events import get_event_whole
from eventreg.events.queries.partners import load_partners
from eventreg.events.rules.categories import LIST_CONSENT, ListedColumn, ShownTo
from eventreg.events.rules.settings import SettingsReason
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.i18n.languages import current_language
from eventreg.kernel.errors import NotFound, Refused
from eventreg.organizations.forms import name_with_acronym
from eventreg.privacy import agreements, participants
from eventreg.privacy.agreements import AgreementReason
from eventreg.privacy.models import SharingAgreement
from eventreg.privacy.participants import ListRules, Viewer
from eventreg.privacy.views import blueprint
from eventreg.registration.rules.states import Status
from eventreg.selfservice.views.page import OwnRegistration
from eventreg.web import limits
from eventreg.web.access import Answer, personal, requires
from eventreg.web.fields import TextField, whole_number
from eventreg.web.forms import BaseForm, choices, lazy_gettext
from eventreg.web.localized import LocalizedField, LocalizedForm
from eventreg.web.templating import plain_in_reader_language


def _viewer(own: OwnRegistration) -> Viewer:
    return Viewer.CONFIRMED if own.status is Status.CONFIRMED else Viewer.WAITING


@blueprint.get("/my/<token>/participants")
@personal
def show_participants(token: str) -> Answer:
    """Show the holder of a registration whom they find on the list: the confirmed find more than others."""
    own = OwnRegistration.open(token)
    if not participants.has_list(own.event, _viewer(own)):
        raise NotFound
    found = participants.list_participants(own.event, _viewer(own), current_language())
    listed = participants.page_of(found, whole_number(request.args.get("page", "1")))
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
        asked = permissions.get(self.consent.data or "")
        #: what stands below the permission where people give it
        self.promise = plain_in_reader_language(asked.help) if asked is not None else ""
        self.shown_to = {row.id: self._of_category(row.id, row.shown_to) for row in event.categories}

    def _of_category(self, category_id: int, standing: ShownTo) -> str:
        known: dict[str, str] = {each.value: each.value for each in ShownTo}
        return known.get(request.form.get(f"shown-{category_id}", ""), str(standing.value))

    def rules(self) -> ListRules:
        """Return what was chosen."""
        columns = tuple(each for each in ListedColumn if each.value in (self.columns.data or ()))
        return ListRules(columns, self.consent.data, {id_: ShownTo(value) for id_, value in self.shown_to.items()})


@blueprint.get("/manage/events/<slug>/participants")
@requires(Permission.SEE_TO_DATA)
def edit_participants(slug: str) -> Answer:
    """Show who is on the list of participants, and what each audience finds."""
    event = get_event_whole(g.event.id)
    return _participants_page(event, ParticipantsForm(event, formdata=None))


@blueprint.post("/manage/events/<slug>/participants")
@requires(Permission.SEE_TO_DATA)
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
        viewer: participants.page_of(participants.list_participants(event, viewer, language, rules))
        if participants.has_list(event, viewer, rules)
        else None
        for viewer in Viewer
    }
    return render_desk(
        "privacy/settings.html", "participants", form=form, rules=rules, previews=previews, problem=problem,
        categories=event.categories, ShownTo=ShownTo,
        is_public=participants.has_list(event, Viewer.PUBLIC), can_have_list=participants.can_have_list(event),
    )  # fmt: skip


class AgreementForm(LocalizedForm):
    """What is agreed with somebody about giving data to them."""

    partner_id = SelectField(lazy_gettext("Institution"), validate_choice=False)
    recipient = TextField(
        lazy_gettext("Or another recipient"),
        limit=200,
        description=lazy_gettext("A person or an office by name, where it is no institution of the event."),
    )
    purpose = LocalizedField(
        lazy_gettext("What it is given for"),
        limit=300,
        required="first",
        description=lazy_gettext("One sentence: people read it in the privacy notice."),
    )
    until = DayField(
        lazy_gettext("Until"), is_required=True, description=lazy_gettext("The last day on which data may be given.")
    )
    categories = SelectMultipleField(lazy_gettext("People of these categories"), validate_choice=False)
    columns = SelectMultipleField(lazy_gettext("These columns"), validate_choice=False)
    revision = HiddenField()

    def __init__(self, event: Event, agreement: SharingAgreement | None = None, **values: Any) -> None:
        super().__init__(event.languages, obj=agreement, **values)
        if agreement is not None and agreement.partner_id is not None:
            self.recipient.data = ""
        partners = {str(each.id): name_with_acronym(each.organization) for each in load_partners(event)}
        self.partner_id.choices = [("", _("None of them")), *partners.items()]
        #: keys to words, in the order of the page
        self.named = {row.key: plain_in_reader_language(row.name) for row in event.categories}
        self.categories.choices = list(self.named.items())
        words = field_words(categories_in_sight())
        self.titled: dict[str, str] = {}
        for name in words.shape.columns:
            # What a question puts into a column of its own is offered once.
            if (title := words.title(name)) not in self.titled.values():
                self.titled[name] = title
        self.columns.choices = list(self.titled.items())

    def terms(self) -> agreements.Terms:
        """Return what was chosen, in the order of the page. Raises Refused."""
        self.check()
        if (until := self.until.day) is None:
            raise Refused(AgreementReason.IS_OVER)
        return agreements.Terms(
            partner_id=whole_number(self.partner_id.data),
            recipient=self.recipient.data or "",
            categories=[key for key in self.named if key in (self.categories.data or ())],
            columns=[name for name in self.titled if name in (self.columns.data or ())],
            purpose=self.purpose.data,
            until=until,
        )


_AGREEMENTS = "/manage/events/<slug>/agreements"
_AGREEMENT = f"{_AGREEMENTS}/<int(max=2147483647):agreement_id>"


@blueprint.get(_AGREEMENTS)
@requires(Permission.SEE_TO_DATA)
def list_agreements(slug: str) -> Answer:
    """List what was agreed with whom, and the form for the next one."""
    event = get_event_whole(g.event.id)
    return _agreements_page(event, AgreementForm(event, formdata=None))


@blueprint.post(_AGREEMENTS)
@requires(Permission.SEE_TO_DATA)
def add_agreement(slug: str) -> Answer:
    """Write down what is agreed with somebody."""
    event = get_event_whole(g.event.id)
    form = AgreementForm(event)
    with form.refusals() as outcome:
        agreements.add_agreement(event.id, form.terms(), acting())
        return redirect(url_for("privacy.list_agreements", slug=slug, saved=1), 303)
    return _agreements_page(event, form, outcome.problem), outcome.status_code


@blueprint.get(_AGREEMENT)
@requires(Permission.SEE_TO_DATA)
def edit_agreement(slug: str, agreement_id: int) -> Answer:
    """Show what is agreed with somebody as a form."""
    event, agreement = get_event_whole(g.event.id), agreements.get_agreement(g.event.id, agreement_id)
    return _agreement_page(event, agreement, AgreementForm(event, agreement, formdata=None))


@blueprint.post(_AGREEMENT)
@requires(Permission.SEE_TO_DATA)
def save_agreement(slug: str, agreement_id: int) -> Answer:
    """Agree anew with somebody, or end it."""
    event, agreement = get_event_whole(g.event.id), agreements.get_agreement(g.event.id, agreement_id)
    form = AgreementForm(event)
    with form.refusals() as outcome:
        if request.form.get("do") == "end":
            agreements.end_agreement(event.id, agreement_id, acting())
        else:
            seen = whole_number(form.revision.data)
            agreements.change_agreement(event.id, agreement_id, seen, form.terms(), acting())
        return redirect(url_for("privacy.list_agreements", slug=slug, saved=1), 303)
    if outcome.is_for(AgreementReason.CHANGED_MEANWHILE):
        form.revision.data = str(agreement.revision)
    return _agreement_page(event, agreement, form, outcome.problem), outcome.status_code


def _agreements_page(event: Event, form: AgreementForm, problem: str = "") -> str:
    return render_desk(
        "privacy/agreements.html", "agreements", form=form, problem=problem, event=event,
        agreements=[
            (each, agreements.recipient_name(each), agreements.is_standing(each, event))
            for each in agreements.list_agreements(event.id)
        ],
    )  # fmt: skip


def _agreement_page(event: Event, agreement: SharingAgreement, form: AgreementForm, problem: str = "") -> str:
    return render_desk(
        "privacy/agreement.html", "agreements", form=form, problem=problem, agreement=agreement,
        name=agreements.recipient_name(agreement),
    )  # fmt: skip

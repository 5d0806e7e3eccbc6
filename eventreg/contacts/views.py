"""Pages: what one chooses to hear of, by the link in a mail or as a member of the team; and an event's contact persons."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from babel.dates import get_day_names
from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select
from wtforms import SelectField, SelectMultipleField

from eventreg.accounts.forms import LanguageField, MailAddressField
from eventreg.audit.services import acting
from eventreg.contacts import services
from eventreg.events.models import ContactPerson, Event
from eventreg.events.queries.events import get_event_whole
from eventreg.events.rules.settings import Hears
from eventreg.events.rules.team import Permission
from eventreg.events.today import Matter, Seen, TodayItem
from eventreg.events.views.desk import render_desk
from eventreg.i18n.countries import zone_place
from eventreg.i18n.languages import current_language
from eventreg.kernel import clock
from eventreg.kernel.errors import N_, NN_
from eventreg.web.access import Answer, personal, requires
from eventreg.web.fields import EnumField, TextField
from eventreg.web.forms import BaseForm, checks_token_itself, lazy_gettext
from eventreg.web.limits import limited
from eventreg.web.templating import plain_in_reader_language

blueprint = Blueprint("contacts", __name__)


class HearsNothing(TodayItem):
    """Contact persons who chose, by their link, to hear nothing."""

    icon, right = "mail-x", Permission.EDIT_EVENT
    title = NN_("Contact person hears nothing", "Contact persons hear nothing")
    about = N_("They chose so by the link in a message. Set it back, or leave it so.")

    def matters(self, seen: Sequence[Seen]) -> Iterator[Matter]:
        for each in seen:
            of_event = (ContactPerson.event_id == each.event.id, ContactPerson.declined_at.is_not(None))
            counted: Any = select(func.count(), func.min(ContactPerson.declined_at)).where(*of_event)
            yield Matter(each, self, counted, partial(url_for, "contacts.list_contacts", slug=each.event.slug))


class ChoiceForm(BaseForm):
    """How much somebody hears."""

    hears = EnumField(lazy_gettext("How much"), of=Hears)
    hour = SelectField(lazy_gettext("Hour of a summary"), coerce=int)
    weekday = SelectField(lazy_gettext("Day of a weekly summary"), coerce=int)

    def __init__(self, event: Event, **values: Any) -> None:
        super().__init__(**values)
        self.hour.choices = [(hour, f"{hour:02}:00") for hour in range(24)]
        self.weekday.choices = list(get_day_names("wide", "stand-alone", current_language()).items())
        zone = zone_place(event.time_zone, current_language())
        self.hour.description = _("By the clocks of the event: %(zone)s", zone=zone)

    def chosen(self) -> dict[str, Any]:
        """Return what was chosen. Raises Refused."""
        self.check()
        return self.values_for(ContactPerson())


class ContactForm(ChoiceForm):
    """A contact person, with what they hear."""

    name = TextField(lazy_gettext("Name"), limit=200, missing=N_("Write a name"))
    email = MailAddressField(lazy_gettext("Email address"))
    phone = TextField(lazy_gettext("Telephone"), limit=40)
    language = LanguageField(lazy_gettext("Language of the email"))
    only_categories = SelectMultipleField(
        lazy_gettext("Only these categories"), description=lazy_gettext("None chosen: people of all categories.")
    )

    def __init__(self, event: Event, person: ContactPerson | None = None, **values: Any) -> None:
        super().__init__(event, obj=person, **values)
        self.only_categories.choices = [(each.key, plain_in_reader_language(each.name)) for each in event.categories]
        if person is not None and person.is_public:
            # Who that is, the event's settings say.
            for field in ("name", "email", "phone", "language"):
                del self[field]

    def chosen(self) -> dict[str, Any]:
        """Return what was filled in. Raises Refused."""
        return super().chosen() | ({"language": self.language.chosen} if "language" in self else {})


@blueprint.get("/contact/<token>")
@personal
def show_choice(token: str) -> Answer:
    """Show what the holder of the link chose, and nothing else. Changes nothing: mail scanners open links."""
    return _choice_page(token)


@blueprint.post("/contact/<token>")
@personal
@checks_token_itself
@limited("60 per 10 minutes")
def save_choice(token: str) -> Answer:
    """Keep what the holder of the link chose. The button of a mail program (RFC 8058) chooses nothing."""
    person = services.get_by_token(token)
    form = ChoiceForm(get_event_whole(person.event_id), obj=person)
    is_one_click = request.form.get("List-Unsubscribe") == "One-Click"
    if not is_one_click and not BaseForm().validate():
        abort(400)
    with form.refusals() as outcome:
        services.choose(token, {"hears": Hears.NOTHING} if is_one_click else form.chosen(), clock.now())
        return redirect(url_for("contacts.show_choice", token=token, saved=1), 303)
    return _choice_page(token, form), outcome.status_code


def _choice_page(token: str, form: ChoiceForm | None = None) -> str:
    person = services.get_by_token(token)
    event = get_event_whole(person.event_id)
    form = form or ChoiceForm(event, formdata=None, obj=person)
    return render_template("contacts/choice.html", form=form, event=event, is_saved="saved" in request.args)


@blueprint.get("/manage/events/<slug>/hearing")
@requires(Permission.SEE_REGISTRATIONS)
def show_own_choice(slug: str) -> Answer:
    """Show what a member of the team hears of."""
    return _own_page(
        ChoiceForm(get_event_whole(g.event.id), formdata=None, obj=services.find_own(g.event.id, acting().id or 0))
    )


@blueprint.post("/manage/events/<slug>/hearing")
@requires(Permission.SEE_REGISTRATIONS)
def save_own_choice(slug: str) -> Answer:
    """Keep what a member of the team chose."""
    form = ChoiceForm(get_event_whole(g.event.id), obj=services.find_own(g.event.id, acting().id or 0))
    with form.refusals() as outcome:
        services.choose_own(g.event.id, acting().id or 0, form.chosen(), acting())
        return redirect(url_for("contacts.show_own_choice", slug=slug, saved=1), 303)
    return _own_page(form), outcome.status_code


def _own_page(form: ChoiceForm) -> str:
    return render_desk("contacts/own_choice.html", "hearing", form=form)


@blueprint.get("/manage/events/<slug>/contacts")
@requires(Permission.EDIT_EVENT)
def list_contacts(slug: str) -> Answer:
    """Show the contact persons, and a form for another one, or for the one who is to be changed."""
    event, public_id = get_event_whole(g.event.id), request.args.get("change", "")
    person = services.get_contact(event.id, public_id) if public_id else None
    return _page(event, ContactForm(event, person or _new(event), formdata=None), person)


@blueprint.post("/manage/events/<slug>/contacts")
@requires(Permission.EDIT_EVENT)
def save_contacts(slug: str) -> Answer:
    """Add or change a contact person, name another one to the public, or remove one."""
    event, public_id, order = get_event_whole(g.event.id), request.form.get("who", ""), request.form.get("do", "")
    person = services.get_contact(event.id, public_id) if public_id else None
    form = ContactForm(event, person)
    with form.refusals() as outcome:
        if order == "remove":
            services.remove_contact(event.id, public_id, acting())
        elif order == "name":
            services.make_public(event.id, public_id, acting())
        else:
            set_back = {"usual": {"hears": Hears.USUAL}, "leave": {}}
            values = set_back[order] if order in set_back else form.chosen()
            services.save_contact(event.id, public_id, values, acting())
        return redirect(url_for("contacts.list_contacts", slug=slug, saved=1), 303)
    return _page(event, form, person), outcome.status_code


def _new(event: Event) -> ContactPerson:
    return ContactPerson(hears=Hears.USUAL, hour=8, weekday=0, language=event.languages[0], only_categories=[])


def _page(event: Event, form: ContactForm, person: ContactPerson | None) -> str:
    names = {each.key: plain_in_reader_language(each.name) for each in event.categories}
    return render_desk(
        "contacts/contacts.html", "contacts", form=form, person=person, names=names,
        contacts=[(each, services.reader_of(event, each)) for each in services.list_contacts(event.id)],
    )  # fmt: skip

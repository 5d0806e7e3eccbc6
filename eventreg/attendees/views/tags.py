"""The tags of an event, and those of one registration."""

from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _, ngettext
from wtforms import SelectField, StringField

from eventreg.attendees.annotations import tags
from eventreg.attendees.models import Tag
from eventreg.attendees.queries.reasons import count_tagged, get_tag, list_tags
from eventreg.attendees.rules.tags import LONGEST_NAME, TagColour, read_colour
from eventreg.attendees.views import blueprint
from eventreg.attendees.views.desk import back_to
from eventreg.attendees.views.person import dossier_page, typed_tags
from eventreg.audit.services import acting
from eventreg.events.models import Event
from eventreg.events.organizers import organizer
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.web.access import Answer, may, requires
from eventreg.web.forms import BaseForm, lazy_gettext
from eventreg.web.refusals import Refusals


class TagForm(BaseForm):
    """The name of a tag and its colour."""

    name = StringField(lazy_gettext("Name"), render_kw={"autocomplete": "off", "maxlength": str(LONGEST_NAME)})
    colour = SelectField(lazy_gettext("Colour"), validate_choice=False)

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.colour.choices = [(colour.value, _(colour.title)) for colour in TagColour]

    @property
    def chosen_colour(self) -> TagColour:
        """The colour that was chosen, grey for any that is none."""
        return read_colour(self.colour.data)


@blueprint.get("/manage/events/<slug>/tags")
@requires(Permission.DECIDE)
def show_tags(slug: str) -> Answer:
    """List the tags with how many carry each, and a form for one more."""
    return _list(TagForm())


@blueprint.post("/manage/events/<slug>/tags")
@requires(Permission.DECIDE)
def add_one_tag(slug: str) -> Answer:
    """Make a tag."""
    form = TagForm()
    with form.refusals() as outcome:
        tag = tags.create_tag(g.event.id, form.name.data or "", form.chosen_colour, acting())
        flash(_("The tag “%(name)s” is there.", name=tag.name))
        return redirect(url_for("attendees.show_tags", slug=slug), 303)
    return _list(form), outcome.status_code


@blueprint.get("/manage/events/<slug>/tags/<public_id>")
@requires(Permission.SHAPE_REVIEW)
def edit_tag(slug: str, public_id: str) -> Answer:
    """Show one tag, to be changed or removed."""
    tag = get_tag(g.event.id, public_id)
    return _one(tag, TagForm(name=tag.name, colour=tag.colour.value))


@blueprint.post("/manage/events/<slug>/tags/<public_id>")
@requires(Permission.SHAPE_REVIEW)
def save_tag(slug: str, public_id: str) -> Answer:
    """Give a tag another name or colour, on everybody who carries it."""
    tag = get_tag(g.event.id, public_id)
    form = TagForm()
    with form.refusals() as outcome:
        tags.change_tag(g.event.id, public_id, form.name.data or "", form.chosen_colour, acting())
        flash(_("Saved."))
        return redirect(url_for("attendees.show_tags", slug=slug), 303)
    return _one(tag, form), outcome.status_code


@blueprint.post("/manage/events/<slug>/tags/<public_id>/remove")
@requires(Permission.SHAPE_REVIEW)
def remove_one_tag(slug: str, public_id: str) -> Answer:
    """Remove a tag, from everybody who carries it as well."""
    tag = get_tag(g.event.id, public_id)
    name, count = tag.name, tags.remove_tag(g.event.id, public_id, acting())
    words = ngettext(
        "The tag “%(name)s” is gone, from %(num)d registration.",
        "The tag “%(name)s” is gone, from %(num)d registrations.",
        count,
        name=name,
    )
    flash(words)
    return redirect(url_for("attendees.show_tags", slug=slug), 303)


@blueprint.post("/manage/events/<slug>/registrations/<reference>/tags")
@requires(Permission.DECIDE)
def save_tags(slug: str, reference: str) -> Answer:
    """Put on and take off what was changed since the page was shown."""
    chosen, seen = request.form.getlist("tag"), request.form.getlist("seen_tag")
    name, colour = request.form.get("new_tag", ""), read_colour(request.form.get("new_tag_colour"))
    with Refusals() as outcome:
        tags.change_tags(g.event.id, reference, chosen, seen, name, colour, organizer())
        return back_to(reference, "tags")
    return dossier_page(reference, faults=[("new_tag", outcome.problem)], typed=typed_tags()), outcome.status_code


def _list(form: TagForm) -> str:
    event: Event = g.event
    scope = g.event_access.scope
    return render_desk(
        "attendees/tags.html",
        "registrations",
        form=form,
        tags=list_tags(event.id),
        counts=count_tagged(event.id, scope),
        url_of=lambda tag: url_for("attendees.list_registrations", slug=event.slug, tag=tag.public_id),
        list_url=url_for("attendees.list_registrations", slug=event.slug),
        can_change=may(Permission.SHAPE_REVIEW) and event.publication.effects.is_changeable,
        is_whole=scope.is_whole,
    )


def _one(tag: Tag, form: TagForm) -> str:
    event: Event = g.event
    count = count_tagged(event.id, g.event_access.scope).get(tag.id, 0)
    return render_desk("attendees/tag.html", "registrations", tag=tag, form=form, count=count)

"""What the team puts on registrations: what the cards bring; an event's tags; one's own note, and what names oneself."""

from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _, ngettext
from flask_login import current_user
from wtforms import SelectField, StringField

from eventreg.attendees.annotations import ANNOTATIONS, notes, tags
from eventreg.attendees.annotations.base import Annotation
from eventreg.attendees.annotations.notes import Written
from eventreg.attendees.models import Tag
from eventreg.attendees.rules.annotations import LONGEST_NAME, LONGEST_NOTE, TagColour, named_in, read_colour
from eventreg.attendees.views import blueprint, desk, person
from eventreg.audit.services import acting
from eventreg.events.models import Event
from eventreg.events.organizers import organizer
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.kernel.text import showable
from eventreg.web.access import Answer, Sending, may, requires, sends
from eventreg.web.forms import BaseForm, lazy_gettext
from eventreg.web.refusals import Refusals


def _takes(annotation: Annotation) -> None:
    """Let the card of an annotation be sent."""

    @requires(annotation.right)
    @sends(annotation.sending)
    def save(slug: str, reference: str) -> Answer:
        with Refusals() as outcome:
            return desk.back_to(reference, annotation.save(g.event.id, reference, request.form, organizer()))
        return person.dossier_page(reference, refused=annotation, fault=outcome.problem), outcome.status_code

    address = f"/manage/events/<slug>/registrations/<reference>/{annotation.key}"
    blueprint.add_url_rule(address, annotation.endpoint, save, methods=["POST"])


for _annotation in ANNOTATIONS:
    _takes(_annotation)


class TagForm(BaseForm):
    """The name of a tag and its colour."""

    name = StringField(lazy_gettext("Name"), render_kw={"autocomplete": "off", "maxlength": str(LONGEST_NAME)})
    colour = SelectField(lazy_gettext("Colour"), validate_choice=False)

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.colour.choices = [(colour.value, _(colour.title)) for colour in TagColour]


@blueprint.get("/manage/events/<slug>/tags")
@requires(Permission.DECIDE)
def show_tags(slug: str) -> Answer:
    """List the tags with how many carry each, and a form for one more."""
    return _tags_page(TagForm())


@blueprint.post("/manage/events/<slug>/tags")
@requires(Permission.DECIDE)
def add_one_tag(slug: str) -> Answer:
    """Make a tag."""
    form = TagForm()
    with form.refusals() as outcome:
        tag = tags.create_tag(g.event.id, form.name.data or "", read_colour(form.colour.data), acting())
        flash(_("The tag “%(name)s” is there.", name=tag.name))
        return redirect(url_for("attendees.show_tags", slug=slug), 303)
    return _tags_page(form), outcome.status_code


@blueprint.get("/manage/events/<slug>/tags/<public_id>")
@requires(Permission.SHAPE_REVIEW)
def edit_tag(slug: str, public_id: str) -> Answer:
    """Show one tag, to be changed or removed."""
    tag = tags.get_tag(g.event.id, public_id)
    return _tag_page(tag, TagForm(name=tag.name, colour=tag.colour.value))


@blueprint.post("/manage/events/<slug>/tags/<public_id>")
@requires(Permission.SHAPE_REVIEW)
def save_tag(slug: str, public_id: str) -> Answer:
    """Give a tag another name or colour, on everybody who carries it."""
    tag = tags.get_tag(g.event.id, public_id)
    form = TagForm()
    with form.refusals() as outcome:
        tags.change_tag(g.event.id, public_id, form.name.data or "", read_colour(form.colour.data), acting())
        flash(_("Saved."))
        return redirect(url_for("attendees.show_tags", slug=slug), 303)
    return _tag_page(tag, form), outcome.status_code


@blueprint.post("/manage/events/<slug>/tags/<public_id>/remove")
@requires(Permission.SHAPE_REVIEW)
def remove_one_tag(slug: str, public_id: str) -> Answer:
    """Remove a tag, from everybody who carries it as well."""
    tag = tags.get_tag(g.event.id, public_id)
    name, count = tag.name, tags.remove_tag(g.event.id, public_id, acting())
    words = ngettext(
        "The tag “%(name)s” is gone, from %(num)d registration.",
        "The tag “%(name)s” is gone, from %(num)d registrations.",
        count,
        name=name,
    )
    flash(words)
    return redirect(url_for("attendees.show_tags", slug=slug), 303)


def _tags_page(form: TagForm) -> str:
    event: Event = g.event
    scope = g.event_access.scope
    return render_desk(
        "attendees/tags.html",
        "tags",
        form=form,
        tags=tags.list_tags(event.id),
        counts=tags.count_tagged(event.id, scope),
        url_of=lambda tag: url_for("attendees.list_registrations", slug=event.slug, tag=tag.public_id),
        list_url=url_for("attendees.list_registrations", slug=event.slug),
        can_change=may(Permission.SHAPE_REVIEW) and event.publication.effects.is_changeable,
        is_whole=scope.is_whole,
    )


def _tag_page(tag: Tag, form: TagForm) -> str:
    event: Event = g.event
    count = tags.count_tagged(event.id, g.event_access.scope).get(tag.id, 0)
    return render_desk("attendees/tag.html", "tags", tag=tag, form=form, count=count)


_NOTE = "/manage/events/<slug>/registrations/<reference>/notes/<int(max=2147483647):note_id>"


@blueprint.get(_NOTE)
@requires(Permission.SEE_REGISTRATIONS)
def edit_note(slug: str, reference: str, note_id: int) -> Answer:
    """Show one's own note, to be changed or removed."""
    return _note_page(reference, note_id)


@blueprint.post(_NOTE)
@requires(Permission.SEE_REGISTRATIONS)
@sends(Sending.NAMED)
def save_note(slug: str, reference: str, note_id: int) -> Answer:
    """Change one's own note, or remove it."""
    if request.form.get("do") == "remove":
        notes.remove_note(g.event.id, reference, note_id, organizer())
        flash(_("The note is gone."))
        return desk.back_to(reference, "notes")
    with Refusals() as outcome:
        notes.change_note(g.event.id, reference, note_id, Written.in_form(request.form), organizer())
        return desk.back_to(reference, f"note-{note_id}")
    return _note_page(reference, note_id, Written.in_form(request.form), outcome.problem), outcome.status_code


@blueprint.post("/manage/events/<slug>/registrations/<reference>/mentions")
@requires(Permission.SEE_REGISTRATIONS)
def mark_mentions_read(slug: str, reference: str) -> Answer:
    """Mark as read what names oneself in the notes on a registration."""
    notes.see_mentions(g.event.id, reference, organizer())
    return desk.back_to(reference, "notes")


def _note_page(reference: str, note_id: int, written: Written | None = None, problem: str = "") -> str:
    registration = desk.the_registration(reference)
    note = notes.get_own_note(registration.id, note_id, current_user.id)
    able = notes.list_mentionable(g.event, registration, current_user.id)
    # Ticked are those whom the text does not name: taken out of it, nobody is named any more.
    ticked = {each.account_id for each in notes.list_mentions(note.id)} - named_in(
        note.text, {a.id: a.name for a in able}
    )
    state = desk.read_list_state(desk.categories_in_sight())
    return render_desk(
        "attendees/note.html",
        "registrations",
        registration=registration,
        note=note,
        text=showable(written.text) if written is not None else note.text,
        chosen=written.chosen if written is not None else ticked,
        mentionable=able,
        sends_mail=written is None or written.sends_mail,
        faults=[("note", problem)] if problem else [],
        longest_note=LONGEST_NOTE,
        back_url=desk.url_of(reference),
        here=lambda address: desk.with_query(address, state),
    )

"""The team's notes on one registration, and what names oneself in them.

Where one was named in a note and has not looked yet, as front pages show it.
"""

from collections.abc import Sequence
from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from eventreg.attendees.annotations import notes
from eventreg.attendees.annotations.notes import Written
from eventreg.attendees.queries.notes import get_own_note, list_mentionable, list_mentions, list_open_mentions
from eventreg.attendees.rules.notes import LONGEST_NOTE, named_in
from eventreg.attendees.views import blueprint, desk, person
from eventreg.events.models import Event
from eventreg.events.organizers import organizer
from eventreg.events.rules.team import Permission, Scope
from eventreg.events.views.desk import render_desk
from eventreg.i18n import formats, languages
from eventreg.kernel.text import showable
from eventreg.web.access import Answer, requires
from eventreg.web.refusals import Refusals
from eventreg.web.templating import plain_in_reader_language

_NOTES = "/manage/events/<slug>/registrations/<reference>/notes"
_ONE = f"{_NOTES}/<int(max=2147483647):note_id>"


@blueprint.post(_NOTES)
@requires(Permission.SEE_REGISTRATIONS)
def add_note(slug: str, reference: str) -> Answer:
    """Keep a note; the colleagues named in it see so on their front page, and by mail if that was ticked."""
    with Refusals() as outcome:
        note = notes.write_note(g.event.id, reference, _written(), organizer())
        return desk.back_to(reference, f"note-{note.id}")
    return person.dossier_page(
        reference, faults=[("note", outcome.problem)], typed=person.typed_note()
    ), outcome.status_code


@blueprint.get(_ONE)
@requires(Permission.SEE_REGISTRATIONS)
def edit_note(slug: str, reference: str, note_id: int) -> Answer:
    """Show one's own note, to be changed or removed."""
    return _page(reference, note_id)


@blueprint.post(_ONE)
@requires(Permission.SEE_REGISTRATIONS)
def save_note(slug: str, reference: str, note_id: int) -> Answer:
    """Change one's own note, or remove it."""
    if request.form.get("do") == "remove":
        notes.remove_note(g.event.id, reference, note_id, organizer())
        flash(_("The note is gone."))
        return desk.back_to(reference, "notes")
    with Refusals() as outcome:
        notes.change_note(g.event.id, reference, note_id, _written(), organizer())
        return desk.back_to(reference, f"note-{note_id}")
    return _page(reference, note_id, _written(), outcome.problem), outcome.status_code


@blueprint.post("/manage/events/<slug>/registrations/<reference>/mentions")
@requires(Permission.SEE_REGISTRATIONS)
def mark_mentions_read(slug: str, reference: str) -> Answer:
    """Mark as read what names oneself in the notes on a registration, and go back to where the button was."""
    notes.see_mentions(g.event.id, reference, organizer())
    wish = request.form.get("back")
    if wish == "overview":
        return redirect(url_for("site.manage_event", slug=slug), 303)
    if wish == "events":
        return redirect(url_for("site.manage_events"), 303)
    return desk.back_to(reference, "notes")


def _written() -> Written:
    return Written(request.form.get("note", ""), person.chosen_colleagues(), bool(request.form.get("mail")))


def _page(reference: str, note_id: int, written: Written | None = None, problem: str = "") -> str:
    registration = desk.the_registration(reference)
    note = get_own_note(registration.id, note_id, current_user.id)
    able = list_mentionable(g.event, registration, current_user.id)
    # Ticked are those whom the text does not name: taken out of it, nobody is named any more.
    ticked = {each.account_id for each in list_mentions(note.id)} - named_in(note.text, {a.id: a.name for a in able})
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


def mentions_shown(seen: Sequence[tuple[Event, Scope]], *, names_events: bool = False) -> list[dict[str, Any]]:
    """Return the rows of `site/_mentions.html`: of these events, whose registrations the account may see as far as said."""
    events = {event.id: event for event, _scope in seen}
    found = list_open_mentions(current_user.id, {event.id: scope for event, scope in seen})
    return [
        {
            "name": line.full_name,
            "reference": line.reference,
            "event": plain_in_reader_language(events[line.event_id].title) if names_events else "",
            "by": line.by,
            "at": formats.short_instant(line.at, events[line.event_id].time_zone, languages.current_language()),
            "href": desk.registration_url(events[line.event_id].slug, line.reference) + "#notes",
            "action": url_for(
                "attendees.mark_mentions_read", slug=events[line.event_id].slug, reference=line.reference
            ),
        }
        for line in found
    ]

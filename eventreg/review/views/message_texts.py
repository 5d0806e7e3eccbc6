"""The words of the system's messages: all of them, and one to be put into the event's own words and looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from flask import Response, g, redirect, request, url_for
from flask_babel import gettext as _

from eventreg.audit.services import acting
from eventreg.events.models import Event
from eventreg.events.queries.for_registration import get_event_whole
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.i18n.languages import own_name
from eventreg.kernel.clock import now
from eventreg.kernel.errors import NotFound
from eventreg.mail.markers import mask
from eventreg.mail.services import OutgoingMessage
from eventreg.registration.emails import Occasion, every_message, find_message
from eventreg.registration.emails.messages import Message
from eventreg.registration.emails.placeholders import offered
from eventreg.registration.emails.previews import preview_message, sample_person
from eventreg.registration.emails.usual_words import usual_words
from eventreg.registration.models import Registration
from eventreg.registration.queries.answers import find_day_ids
from eventreg.registration.queries.message_texts import StoredText, read_message, read_texts
from eventreg.registration.rules.message_texts import OwnText
from eventreg.registration.services.message_texts import save_message_texts
from eventreg.review.forms.message_texts import MessageTextForm
from eventreg.review.queries.choosing import find_chosen
from eventreg.review.views import blueprint
from eventreg.review.views.mail_frames import mail_in_frame
from eventreg.web.access import Answer, may, requires

_ALL = "/manage/events/<slug>/messages/texts"
_ONE = f"{_ALL}/<key>"


class Line(NamedTuple):
    """One message in the list: its words by language, and which of these are the event's own."""

    message: type[Message]
    texts: Mapping[str, OwnText]
    own: frozenset[str]


@blueprint.get(_ALL)
@requires(Permission.EDIT_EVENT)
def list_message_texts(slug: str) -> str:
    """Show every message to participants: when it goes, and its words in each language."""
    event = get_event_whole(g.event.id)
    occasion, stored, at = Occasion.load(event), read_texts(event.id), now()
    groups: dict[str, list[Line]] = {}
    for message in every_message():
        groups.setdefault(message.group.title, []).append(_line(occasion, stored, message, at))
    return render_desk(
        "review/message_texts.html",
        "words",
        groups=groups.items(),
        names={code: own_name(code) for code in event.languages},
    )


@blueprint.get(_ONE)
@requires(Permission.EDIT_EVENT)
def edit_message_text(slug: str, key: str) -> Answer:
    """Show the words of one message in all languages, beside the usual ones."""
    return _page(MessageTextForm(_message(key), g.event.languages, read_message(g.event.id, key), formdata=None))


@blueprint.post(_ONE)
@requires(Permission.EDIT_EVENT)
def save_message_text(slug: str, key: str) -> Answer:
    """Save the words; or only show the page again: filled with the usual words, or with a preview of what was typed."""
    form, order = _sent(key), request.form.get("do", "")
    if order == "usual":
        _fill_with_usual(form)
        return _page(form)
    if order.startswith("theirs:"):
        _take_theirs(form, order.removeprefix("theirs:"))
        return _page(form)
    if order == "reset":
        for language in form.languages:
            form.fill(language, OwnText())
    if not form.validate():
        return _page(form), 422
    if order == "preview":
        return _page(form, preview=_shown(form))
    outcome = save_message_texts(g.event.id, form.message.key, form.edits(), acting())
    if outcome.conflicts:
        for language, theirs in outcome.conflicts.items():
            form.seen[language] = theirs.revision
        for language in outcome.saved:
            form.seen[language] = read_message(g.event.id, form.message.key)[language].revision
        return _page(form, conflicts=outcome.conflicts), 409
    return redirect(url_for("review.edit_message_text", slug=slug, key=key, saved=1), 303)


@blueprint.post(f"{_ONE}/html")
@requires(Permission.EDIT_EVENT)
def show_message_text_html(slug: str, key: str) -> Response | tuple[str, int]:
    """Show the HTML part of what was typed alone, for the frame of the preview. Writes nothing."""
    form = _sent(key)
    if not form.validate():
        return _("Nothing to show."), 422
    message, _person = _shown(form)
    return mail_in_frame(message)


def _message(key: str) -> type[Message]:
    if (message := find_message(key)) is None:
        raise NotFound
    return message


def _sent(key: str) -> MessageTextForm:
    form = MessageTextForm(_message(key), g.event.languages, {})
    form.see(request.form)
    return form


def _line(occasion: Occasion, stored: Mapping[tuple[str, str], OwnText], message: type[Message], at: datetime) -> Line:
    own = {code: stored.get((message.key, code), OwnText()) for code in occasion.event.languages}
    texts = {code: _filled(mine, usual_words(occasion, message, code, at)) for code, mine in own.items()}
    return Line(message, texts, frozenset(code for code, mine in own.items() if mine))


def _fill_with_usual(form: MessageTextForm) -> None:
    """Put the usual words where nothing is written yet."""
    occasion, at = Occasion.load(get_event_whole(g.event.id)), now()
    for language, text in form.texts().items():
        form.fill(language, _filled(text, usual_words(occasion, form.message, language, at)))


def _filled(text: OwnText, usual: OwnText) -> OwnText:
    return OwnText(text.subject or usual.subject, text.body or usual.body)


def _take_theirs(form: MessageTextForm, language: str) -> None:
    stored = read_message(g.event.id, form.message.key)
    if language in form.languages and language in stored:
        form.fill(language, stored[language].text)
        form.seen[language] = stored[language].revision


def _shown(form: MessageTextForm) -> tuple[OutgoingMessage, Registration | None]:
    """Return the message as somebody would get it, and whose registration it is shown with (None: somebody made up)."""
    event = get_event_whole(g.event.id)
    language = form.as_language.data
    person = next(iter(_people(form)), None)
    occasion = Occasion.load(event).trying(form.message.key, language, form.texts()[language])
    days = find_day_ids(person) if person is not None else frozenset[int]()
    shown = person if person is not None else sample_person(event, language)
    return preview_message(occasion, form.message, language, shown, days, now()), person


def _people(form: MessageTextForm) -> Sequence[Registration]:
    """Return whom the form names, as far as the reader may know of registrations."""
    if not form.who.data or not may(Permission.SEE_REGISTRATIONS):
        return ()
    return find_chosen(g.event.id, form.who.data, g.event_access.scope)


def _page(
    form: MessageTextForm,
    *,
    preview: tuple[OutgoingMessage, Registration | None] | None = None,
    conflicts: Mapping[str, StoredText] | None = None,
) -> str:
    event: Event = get_event_whole(g.event.id)
    occasion, at = Occasion.load(event), now()
    people = _people(form) if preview is not None else ()
    shown, person = preview or (None, None)
    return render_desk(
        "review/message_text.html",
        "words",
        form=form,
        message=form.message,
        usual={language: usual_words(occasion, form.message, language, at) for language in event.languages},
        placeholders=offered(form.message.in_body()),
        preview=shown,
        preview_text=mask(shown.text, shown.marker, _("[personal link]")) if shown is not None else "",
        person=person,
        people=people if len(people) > 1 else (),
        is_nobody=shown is not None and bool(form.who.data) and not people,
        conflicts=conflicts or {},
        can_choose=may(Permission.SEE_REGISTRATIONS),
    )

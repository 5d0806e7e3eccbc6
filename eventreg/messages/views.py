"""The messages of an event as they arrive, with personal links left out; and the words of all messages, each to be put into
the event's own words and looked at.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from flask import Blueprint, Response, g, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select

from eventreg.attendees.queries.messages import find_reference, get_message_in_scope, get_message_page, goes_again
from eventreg.attendees.queries.person import find_chosen
from eventreg.attendees.views.desk import mail_in_frame
from eventreg.audit.services import acting
from eventreg.db import found
from eventreg.events.models import Event
from eventreg.events.organizers import Organizer, organizer
from eventreg.events.queries.events import get_event_whole
from eventreg.events.rules.team import Permission
from eventreg.events.today import Matter, Seen, TodayItem
from eventreg.events.views.desk import render_desk, tabs_by_state
from eventreg.i18n.languages import own_name
from eventreg.kernel.clock import now
from eventreg.kernel.errors import NN_
from eventreg.mail.content import mask
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState, Standing, standing, what_happened
from eventreg.mail.services import OutgoingMessage
from eventreg.messages import emails, services
from eventreg.messages.forms import MessageTextForm
from eventreg.registration.emails import Occasion, every_message, find_message
from eventreg.registration.emails.messages import Message
from eventreg.registration.emails.placeholders import offered
from eventreg.registration.models import Registration
from eventreg.registration.queries.answers import find_day_ids
from eventreg.registration.queries.registrations import StoredText, read_message, read_texts
from eventreg.registration.queries.scoping import about_scope
from eventreg.registration.rules.messages import OwnText
from eventreg.reports.queries.figures import count_standings
from eventreg.web import fields, instance
from eventreg.web.access import Answer, Sending, may, requires, sends
from eventreg.web.refusals import Refusals

blueprint = Blueprint("messages", __name__)


_ONE = "/manage/events/<slug>/messages/<int(max=2147483647):message_id>"


@blueprint.get("/manage/events/<slug>/messages")
@requires(Permission.SEE_MESSAGES)
def list_messages(slug: str) -> str:
    """Show the event's messages, newest first."""
    event: Event = g.event
    asked = next((found for found in Standing if found.value == request.args.get("state")), None)
    scope = g.event_access.scope
    newer, older = fields.whole_number(request.args.get("newer")), fields.whole_number(request.args.get("older"))
    page = get_message_page(event.id, asked, newer, older, scope)
    counts = count_standings(event.id, scope)
    kept = {"state": asked.value} if asked is not None else {}
    return render_desk(
        "messages/messages.html",
        "sent",
        lines=page.lines,
        tabs=tabs_by_state(Standing, counts, asked, partial(_list_url, slug), _("All messages")),
        sends_mail=instance.config().sends_mail,
        newer_url=_list_url(slug, **kept, newer=page.newer_than) if page.newer_than else "",
        older_url=_list_url(slug, **kept, older=page.older_than) if page.older_than else "",
    )


@blueprint.get(_ONE)
@requires(Permission.SEE_MESSAGES)
def show_message(slug: str, message_id: int) -> str:
    """Show one message with its headers, text and state; its HTML part stands in a frame of its own."""
    return _page(_message(message_id))


@blueprint.get(f"{_ONE}/html")
@requires(Permission.SEE_MESSAGES)
def show_message_html(slug: str, message_id: int) -> Response:
    """Show the HTML part alone, for the frame of the page above."""
    return mail_in_frame(_message(message_id))


@blueprint.post(f"{_ONE}/release")
@requires(Permission.SEND_MESSAGES)
@sends(Sending.NAMED)
def release(slug: str, message_id: int) -> Answer:
    """Let a held message go."""
    return _act(services.release_message, message_id)


@blueprint.post(f"{_ONE}/again")
@requires(Permission.SEND_MESSAGES)
@sends(Sending.NAMED)
def send_again(slug: str, message_id: int) -> Answer:
    """Try a message again that did not arrive or stayed in doubt."""
    return _act(services.send_message_again, message_id)


@blueprint.post(f"{_ONE}/leave")
@requires(Permission.SEND_MESSAGES)
def leave(slug: str, message_id: int) -> Answer:
    """Take a message in doubt as delivered."""
    return _act(services.leave_message, message_id)


@blueprint.post(f"{_ONE}/repeat")
@requires(Permission.SEND_MESSAGES)
@sends(Sending.NAMED)
def repeat(slug: str, message_id: int) -> Answer:
    """Send a message that was sent once more, as a new one."""
    return _act(services.repeat_message, message_id)


class Held(TodayItem):
    """Messages that are kept and shown, and go when somebody releases them."""

    icon, right = "mail-warning", Permission.SEE_MESSAGES
    title = NN_("Held message", "Held messages")

    def matters(self, seen: Sequence[Seen]) -> Iterator[Matter]:
        for each in seen:
            id_, scope = each.event.id, each.grant.scope
            counted: Any = select(func.count(), func.min(MailMessage.created_at)).where(
                MailMessage.event_id == id_, MailMessage.state == DeliveryState.HELD, *about_scope(id_, scope)
            )
            href = partial(_list_url, each.event.slug, state=Standing.HELD.value)
            yield Matter(each, self, counted, href, about=_why_held(each.event))


def _why_held(event: Event) -> str:
    if not instance.config().sends_mail:
        return _("No mail server is set up: written and kept here, nobody has received them.")
    if event.holds_mail:
        return _("This event writes to addresses ending in .example only; the others are kept here.")
    return _("Kept here; they go when somebody releases them.")


def _message(message_id: int) -> MailMessage:
    return get_message_in_scope(g.event.id, message_id, g.event_access.scope)


def _act(act: Callable[[int, int, Organizer], None], message_id: int) -> Answer:
    with Refusals() as outcome:
        act(g.event.id, message_id, organizer())
        return redirect(url_for("messages.show_message", slug=g.event.slug, message_id=message_id), 303)
    return _page(_message(message_id), outcome.problem), outcome.status_code


def _page(message: MailMessage, problem: str = "") -> str:
    event: Event = g.event
    return render_desk(
        "messages/message.html",
        "sent",
        message=message,
        problem=problem,
        at=url_for("messages.show_message", slug=event.slug, message_id=message.id),
        text=mask(message.text, message.marker, _("[personal link]")),
        standing=standing(message.state, message.attempts),
        told=what_happened(message.state, message.outcome, message.bounce),
        reference=find_reference(event.id, message),
        sends_mail=instance.config().sends_mail,
        goes_again=message.state is DeliveryState.SENT and goes_again(message),
    )


def _list_url(slug: str, **values: Any) -> str:
    return url_for("messages.list_messages", slug=slug, **values)


_ALL = "/manage/events/<slug>/messages/texts"
_MESSAGE_TEXTS_ONE = f"{_ALL}/<key>"


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
        groups.setdefault(_(message.group.title), []).append(_line(occasion, stored, message, at))
    return render_desk(
        "messages/message_texts.html",
        "words",
        groups=groups.items(),
        names={code: own_name(code) for code in event.languages},
    )


@blueprint.get(_MESSAGE_TEXTS_ONE)
@requires(Permission.EDIT_EVENT)
def edit_message_text(slug: str, key: str) -> Answer:
    """Show the words of one message in all languages, beside the usual ones."""
    form = MessageTextForm(found(find_message(key)), g.event.languages, read_message(g.event.id, key), formdata=None)
    return _page_of_message_texts(form)


@blueprint.post(_MESSAGE_TEXTS_ONE)
@requires(Permission.EDIT_EVENT)
def save_message_text(slug: str, key: str) -> Answer:
    """Save the words; or only show the page again: filled with the usual words, or with a preview of what was typed."""
    form, order = _sent(key), request.form.get("do", "")
    if order == "usual":
        _fill_with_usual(form)
        return _page_of_message_texts(form)
    if order.startswith("theirs:"):
        _take_theirs(form, order.removeprefix("theirs:"))
        return _page_of_message_texts(form)
    if order == "reset":
        for language in form.languages:
            form.fill(language, OwnText())
    if not form.validate():
        return _page_of_message_texts(form), 422
    if order == "preview":
        return _page_of_message_texts(form, preview=_shown(form))
    outcome = services.save_message_texts(g.event.id, form.message.key, form.edits(), acting())
    if outcome.conflicts:
        stored = read_message(g.event.id, form.message.key) if outcome.saved else {}
        form.seen |= {language: theirs.revision for language, theirs in outcome.conflicts.items()}
        form.seen |= {language: stored[language].revision for language in outcome.saved}
        return _page_of_message_texts(form, conflicts=outcome.conflicts), 409
    return redirect(url_for("messages.edit_message_text", slug=slug, key=key, saved=1), 303)


@blueprint.post(f"{_MESSAGE_TEXTS_ONE}/html")
@requires(Permission.EDIT_EVENT)
def show_message_text_html(slug: str, key: str) -> Response | tuple[str, int]:
    """Show the HTML part of what was typed alone, for the frame of the preview. Writes nothing."""
    form = _sent(key)
    if not form.validate():
        return _("Nothing to show."), 422
    return mail_in_frame(_shown(form)[0])


def _sent(key: str) -> MessageTextForm:
    form = MessageTextForm(found(find_message(key)), g.event.languages, {})
    form.see(request.form)
    return form


def _line(occasion: Occasion, stored: Mapping[tuple[str, str], OwnText], message: type[Message], at: datetime) -> Line:
    own = {code: stored.get((message.key, code), OwnText()) for code in occasion.event.languages}
    texts = {code: _filled(mine, emails.usual_words(occasion, message, code, at)) for code, mine in own.items()}
    return Line(message, texts, frozenset(code for code, mine in own.items() if mine))


def _fill_with_usual(form: MessageTextForm) -> None:
    """Put the usual words where nothing is written yet."""
    occasion, at = Occasion.load(get_event_whole(g.event.id)), now()
    for language, text in form.texts().items():
        form.fill(language, _filled(text, emails.usual_words(occasion, form.message, language, at)))


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
    shown = person if person is not None else emails.sample_person(event, language)
    return emails.preview_message(occasion, form.message, language, shown, days, now()), person


def _people(form: MessageTextForm) -> Sequence[Registration]:
    """Return whom the form names, as far as the reader may know of registrations."""
    if not form.who.data or not may(Permission.SEE_REGISTRATIONS):
        return ()
    return find_chosen(g.event.id, form.who.data, g.event_access.scope)


def _page_of_message_texts(
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
        "messages/message_text.html",
        "words",
        form=form,
        message=form.message,
        usual={language: emails.usual_words(occasion, form.message, language, at) for language in event.languages},
        placeholders=offered(form.message.in_body()),
        preview=shown,
        preview_text=mask(shown.text, shown.marker, _("[personal link]")) if shown is not None else "",
        person=person,
        people=people if len(people) > 1 else (),
        is_nobody=shown is not None and bool(form.who.data) and not people,
        conflicts=conflicts or {},
    )

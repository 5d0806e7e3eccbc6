"""The messages of an event as they arrive, with personal links left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, g, redirect, request, url_for
from flask_babel import gettext as _

from eventreg.events.models import Event
from eventreg.events.organizers import Organizer, organizer
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.mail.markers import mask
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState, Standing, standing
from eventreg.mail.wording import OUTCOMES, STANDINGS
from eventreg.review.queries.figures import count_standings
from eventreg.review.queries.messages import find_reference, get_message_in_scope, get_message_page, goes_again
from eventreg.review.services.messages import leave_message, release_message, repeat_message, send_message_again
from eventreg.review.views import blueprint
from eventreg.review.views.mail_frames import mail_in_frame
from eventreg.web.access import Answer, may, requires
from eventreg.web.fields import whole_number
from eventreg.web.instance import config
from eventreg.web.refusals import Refusals

_ONE = "/manage/events/<slug>/messages/<int(max=2147483647):message_id>"


@blueprint.get("/manage/events/<slug>/messages")
@requires(Permission.SEE_MESSAGES)
def list_messages(slug: str) -> str:
    """Show the event's messages, newest first."""
    event: Event = g.event
    asked = next((found for found in Standing if found.value == request.args.get("state")), None)
    scope = g.event_access.scope
    newer, older = whole_number(request.args.get("newer")), whole_number(request.args.get("older"))
    page = get_message_page(event.id, asked, newer, older, scope)
    counts = count_standings(event.id, scope)
    kept = {"state": asked.value} if asked is not None else {}
    return render_desk(
        "review/messages.html",
        "sent",
        lines=page.lines,
        tabs=_tabs(slug, asked, counts),
        standings=STANDINGS,
        can_see_registrations=may(Permission.SEE_REGISTRATIONS),
        sends_mail=config().sends_mail,
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
def release(slug: str, message_id: int) -> Answer:
    """Let a held message go."""
    return _act(release_message, message_id)


@blueprint.post(f"{_ONE}/again")
@requires(Permission.SEND_MESSAGES)
def send_again(slug: str, message_id: int) -> Answer:
    """Try a message again that failed or stayed in doubt."""
    return _act(send_message_again, message_id)


@blueprint.post(f"{_ONE}/leave")
@requires(Permission.SEND_MESSAGES)
def leave(slug: str, message_id: int) -> Answer:
    """Take a message in doubt as delivered."""
    return _act(leave_message, message_id)


@blueprint.post(f"{_ONE}/repeat")
@requires(Permission.SEND_MESSAGES)
def repeat(slug: str, message_id: int) -> Answer:
    """Send a message that was sent once more, as a new one."""
    return _act(repeat_message, message_id)


def _message(message_id: int) -> MailMessage:
    return get_message_in_scope(g.event.id, message_id, g.event_access.scope)


def _act(act: Callable[[int, int, Organizer], None], message_id: int) -> Answer:
    with Refusals() as outcome:
        act(g.event.id, message_id, organizer())
        return redirect(url_for("review.show_message", slug=g.event.slug, message_id=message_id), 303)
    return _page(_message(message_id), outcome.problem), outcome.status_code


def _page(message: MailMessage, problem: str = "") -> str:
    event: Event = g.event
    shown = standing(message.state, message.attempts)
    return render_desk(
        "review/message.html",
        "sent",
        message=message,
        problem=problem,
        at=url_for("review.show_message", slug=event.slug, message_id=message.id),
        text=mask(message.text, message.marker, _("[personal link]")),
        standing=shown,
        standing_label=STANDINGS[shown],
        outcome=OUTCOMES.get(message.outcome) if message.outcome else None,
        reference=find_reference(event.id, message),
        sends_mail=config().sends_mail,
        is_held=message.state is DeliveryState.HELD,
        can_send=may(Permission.SEND_MESSAGES),
        is_failed=message.state is DeliveryState.FAILED,
        is_doubtful=message.state is DeliveryState.DOUBTFUL,
        goes_again=message.state is DeliveryState.SENT and goes_again(message),
    )


def _tabs(slug: str, asked: Standing | None, counts: dict[Standing, int]) -> list[dict[str, Any]]:
    every = {
        "text": _("All messages"),
        "href": _list_url(slug),
        "count": sum(counts.values()),
        "current": asked is None,
    }
    return [every] + [
        {
            "text": STANDINGS[found],
            "href": _list_url(slug, state=found.value),
            "count": counts.get(found, 0),
            "current": asked is found,
        }
        for found in Standing
        if counts.get(found) or asked is found
    ]


def _list_url(slug: str, **values: Any) -> str:
    return url_for("review.list_messages", slug=slug, **values)

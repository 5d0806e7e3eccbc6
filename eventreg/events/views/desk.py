"""The frame of an event's pages on the desk: its name in the bar, and the ways to its parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from flask import current_app, url_for
from flask_babel import gettext as _

from eventreg.events.models import Event
from eventreg.events.rules.team import Permission
from eventreg.web.access import may
from eventreg.web.templating import plain_in_reader_language

OVERVIEW, REGISTRATIONS, INVITATIONS, MESSAGES, EVENT, QUESTIONS, PROGRAMME, INSTITUTIONS, TEAM, HISTORY = (
    "overview",
    "registrations",
    "invitations",
    "messages",
    "event",
    "questions",
    "programme",
    "institutions",
    "team",
    "history",
)


class Part(NamedTuple):
    """A page of the desk: who may open it, and under which name it stands in the navigation."""

    key: str
    text: str
    endpoint: str
    permission: Permission


def desk(event: Event, nav: str, part: str = "") -> dict[str, Any]:
    """Return what `layouts/desk.html` needs; parts that the account may not open are left out.

    `nav` is the key of the page in the bar; `part` that of the page among those of EVENT or PROGRAMME.
    """
    return {
        "event": event,
        "nav": nav,
        "desk_title": plain_in_reader_language(event.title),
        "desk_line": event.city,
        "desk_url": url_for("site.manage_event", slug=event.slug),
        "desk_navigation": _open(event.slug, _parts()),
        "desk_parts": _open(event.slug, _parts_of(nav)),
        "desk_part": part,
    }


def _parts() -> Sequence[Part]:
    return (
        Part(OVERVIEW, _("Overview"), "site.manage_event", Permission.ENTER),
        Part(REGISTRATIONS, _("Registrations"), "review.list_registrations", Permission.SEE_REGISTRATIONS),
        Part(INVITATIONS, _("Invitations"), "review.show_invitations", Permission.SEE_REGISTRATIONS),
        Part(MESSAGES, _("Messages"), "review.list_messages", Permission.SEE_MESSAGES),
        Part(EVENT, _("Event"), "events.edit_texts", Permission.EDIT_EVENT),
        Part(QUESTIONS, _("Questions"), "questionnaires.list_questions", Permission.EDIT_EVENT),
        Part(PROGRAMME, _("Programme"), "events.edit_programme", Permission.EDIT_PROGRAMME),
        Part(INSTITUTIONS, _("Institutions"), "events.list_partners", Permission.EDIT_EVENT),
        Part(TEAM, _("Team"), "events.show_team", Permission.ENTER),
        Part(HISTORY, _("History"), "site.show_history", Permission.SEE_HISTORY),
    )


def _parts_of(nav: str) -> Sequence[Part]:
    if nav == EVENT:
        return (
            Part("texts", _("Texts"), "events.edit_texts", Permission.EDIT_EVENT),
            Part("settings", _("Dates and places"), "events.edit_settings", Permission.EDIT_EVENT),
            Part("categories", _("Categories"), "events.list_categories", Permission.EDIT_EVENT),
            Part("codes", _("Access codes"), "review.list_access_codes", Permission.EDIT_EVENT),
            Part("notice", _("Privacy notice"), "events.edit_notice", Permission.EDIT_EVENT),
            Part("look", _("Look"), "events.edit_look", Permission.EDIT_EVENT),
            Part("publication", _("Publication"), "events.show_publication", Permission.PUBLISH),
        )
    if nav == MESSAGES:
        return (
            Part("messages", _("Messages"), "review.list_messages", Permission.SEE_MESSAGES),
            Part("words", _("Texts"), "review.list_message_texts", Permission.EDIT_EVENT),
        )
    if nav == QUESTIONS:
        return (
            Part("questions", _("Questions"), "questionnaires.list_questions", Permission.EDIT_EVENT),
            Part("preview", _("Preview"), "registration.preview_questions", Permission.EDIT_EVENT),
            Part("publish", _("Publish"), "questionnaires.review_publishing", Permission.EDIT_EVENT),
            Part("versions", _("Versions"), "questionnaires.list_question_versions", Permission.EDIT_EVENT),
        )
    if nav == PROGRAMME:
        return (
            Part("sessions", _("Sessions"), "events.edit_programme", Permission.EDIT_PROGRAMME),
            Part("speakers", _("Speakers"), "events.list_speakers", Permission.EDIT_PROGRAMME),
            Part("materials", _("Materials"), "events.list_materials", Permission.EDIT_PROGRAMME),
            Part("outcomes", _("Conclusions"), "events.list_outcomes", Permission.EDIT_PROGRAMME),
        )
    return ()


def _open(slug: str, parts: Sequence[Part]) -> list[dict[str, str]]:
    return [
        {"key": part.key, "text": part.text, "href": url_for(part.endpoint, slug=slug)}
        for part in parts
        if may(part.permission) and part.endpoint in current_app.view_functions
    ]

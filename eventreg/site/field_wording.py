"""Names and values of what changed, as the audit trail keeps them, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _

from eventreg.events.models import named_columns
from eventreg.events.rules.categories import ApprovalRule
from eventreg.events.rules.programme import MaterialAudience, SpeakerRole
from eventreg.events.rules.publication import Publication
from eventreg.events.rules.team import TeamRole
from eventreg.events.wording import audience_name, speaker_role_name, team_role_name
from eventreg.events.wording.settings import approval_name
from eventreg.i18n import formats
from eventreg.i18n.languages import current_language, own_name
from eventreg.registration.rules.states import Status
from eventreg.registration.rules.ways_in import WayKind
from eventreg.registration.wording import status_for_team
from eventreg.review.rules.runs import RunAct
from eventreg.review.wording import came_by_words
from eventreg.review.wording.runs import act_verb

#: says what a key in a part of a record stands for
Said = Callable[[str, str], str]


def field_words(part: str) -> str:
    """Return the name of a part of a record; of one that is not known, as an answer of a form, its key."""
    return _field_catalogue().get(part, part)


def value_words(value: Any, part: str = "", said: Said | None = None) -> str:
    """Return a value that a detail holds: text, figure, yes or no, a choice, a list, or a text in several languages.

    `said` says what a key stands for, given the key and its part; it returns the key where it does not know.
    """
    if isinstance(value, str) and (choice := _choices(part).get(value)):
        return choice
    if value is None or value == "" or value == [] or value == {}:
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Mapping):
        return _mapping_words(value, said)
    if isinstance(value, list):
        return formats.joined([value_words(one, part, said) for one in value], current_language())
    text = str(value)
    if said is not None and (words := said(text, part)) != text:
        return words
    return _value_catalogue().get(text, text)


def _choices(part: str) -> Mapping[str, str]:
    if part == "publication":
        return _publications()
    if part == "approval":
        return {rule.value: approval_name(rule) for rule in ApprovalRule}
    if part == "way_in":
        return {way.value: came_by_words(way, None) for way in WayKind}
    if part == "audience":
        # Of a material, and of a message.
        return {
            **{audience.value: audience_name(audience) for audience in MaterialAudience},
            "participant": _("Participant"),
            "contact": _("Contact person"),
            "team": _("Team"),
        }
    return {act.value: act_verb(act) for act in RunAct} if part == "act" else {}


def _mapping_words(value: Mapping[str, Any], said: Said | None) -> str:
    """Say a text by language, or parts with their values."""
    names = {part: own_name(part) if len(part) == 2 else field_words(part) for part in value}
    return "; ".join(
        f"{names[part]}{formats.colon(current_language())} {value_words(one, part, said)}"
        for part, one in value.items()
    )


def _value_catalogue() -> Mapping[str, str]:
    return {
        "changed": _("changed"),
        "password": _("password"),
        "link": _("link"),
        "invitation": _("invitation"),
        **{status.value: status_for_team(status) for status in Status},
        **{role.value: team_role_name(role) for role in TeamRole},
        **{value: words for value, words in _publications().items() if value != Publication.CANCELLED.value},
    }


def _publications() -> Mapping[str, str]:
    return {
        Publication.DRAFT.value: _("Draft"),
        Publication.PUBLISHED.value: _("Published"),
        Publication.REGISTRATION_CLOSED.value: _("Registration closed"),
        Publication.CANCELLED.value: _("Event cancelled"),
        Publication.ARCHIVED.value: _("Archived"),
    }


def _field_catalogue() -> Mapping[str, str]:
    of_event = {column.name: _(column.info["label"]) for column in named_columns()}
    return {
        **of_event,
        **_of_texts(),
        **_of_places_and_times(),
        **_of_rules(),
        **_of_questions(),
        **_of_acts(),
        **_of_records(),
    }


def _of_texts() -> Mapping[str, str]:
    return {
        "name": _("Name"),
        "short_name": _("Short name"),
        "acronym": _("Acronym"),
        "texts": _("Texts"),
        "subject": _("Subject"),
        "body": _("Text"),
        "text": _("Text"),
        "note": _("Note"),
        "credit": _("Wording of the credit"),
        "website": _("Website"),
        "url": _("Link"),
        "position": _("Place in the order"),
        "logo_id": _("Logo"),
        "picture": _("Picture"),
        "logo": _("Logo"),
        "file": _("File"),
        "file_name": _("File"),
        "biography": _("Short biography"),
        "affiliation": _("Position and institution"),
        "addressee": _("To whom it is addressed"),
        "phrase": _("Phrase of the funder"),
    }


def _of_places_and_times() -> Mapping[str, str]:
    return {
        "room": _("Room"),
        "room_id": _("Room"),
        "day": _("Day"),
        "days": _("Days"),
        "day_id": _("Day"),
        "held_on": _("Day"),
        "starts_at": _("Begins"),
        "ends_at": _("Ends"),
        "released_at": _("Shown from"),
        "preview_until": _("Preview until"),
    }


def _of_rules() -> Mapping[str, str]:
    return {
        "language": _("Language"),
        "places": _("Places"),
        "approval": _("Approval"),
        "pending_counts": _("Pending ones take a place"),
        "kind": _("Kind"),
        "role": _("Role"),
        "only_categories": _("Only these categories"),
        "only_days": _("Only these days"),
        "withheld": _("Not allowed"),
        "takes_sign_up": _("One signs up for it"),
        "is_public": _("Shown on the site"),
        "is_logo_first": _("Logo stands first"),
        "is_published": _("Shown on the site"),
        "is_administrator": _("Administrator"),
        "may_create_events": _("May make events"),
    }


def _of_questions() -> Mapping[str, str]:
    return {
        "label": _("Question"),
        "help": _("Help"),
        "purpose": _("Purpose"),
        "intro": _("Introduction"),
        "options": _("Answers offered"),
        "settings": _("Settings"),
        "is_required": _("Required"),
        "required_for": _("Required of these categories only"),
        "categories": _("Categories"),
        "condition": _("Asked only if"),
        "frozen_after": _("Answers can be changed until"),
        "is_sensitive": _("Sensitive"),
        "retention_days": _("Days until the answer is deleted"),
        "column": _("Fills in of the person"),
        "stage": _("When it is asked"),
        "answer_by": _("Answered by"),
        "questions_added": _("Added"),
        "questions_moved": _("Moved"),
        "asked_again": _("Asked again"),
        "questions_changed": _("Changed"),
        "questions_removed": _("Retired"),
    }


def _of_acts() -> Mapping[str, str]:
    return {
        "status": _("Status"),
        "reason": _("Reason"),
        "without_mail": _("Without an email"),
        "act": _("Act"),
        "changed": _("Changed"),
        "added": _("Added"),
        "people_added": _("People added"),
        "people_changed": _("People changed"),
        "version": _("Version"),
        "questions": _("Questions"),
        "sessions": _("Sessions"),
        "speakers": _("Speakers"),
        "people": _("People"),
        "with_people": _("With people"),
        "files": _("Files"),
        "sensitive": _("Sensitive answers"),
        "with_sensitive": _("With sensitive answers"),
        "without_contact_data": _("Without contact data"),
        "format": _("Format"),
        "count": _("Count"),
        "message": _("Message"),
        "message_text": _("Message"),
        "minutes": _("Minutes"),
        "put_on": _("Put on"),
        "taken_off": _("Taken off"),
        "colour": _("Colour"),
        "left": _("Left"),
        "by": _("By"),
        "second_factor": _("Second factor"),
        "organization": _("Institution"),
        "organization_id": _("Institution"),
        "stays": _("Merged into"),
        "direction": _("Moved"),
        "category": _("Category"),
        "from": _("From"),
        "to": _("To"),
        "given_name": _("Given name"),
        "family_name": _("Family name"),
        "email": _("Email address"),
        "phone": _("Telephone"),
        "institution": _("Institution"),
    }


def _of_records() -> Mapping[str, str]:
    return {
        **{role.value: speaker_role_name(role, 2) for role in SpeakerRole},
        "key": _("Key"),
        "session": _("Session"),
        "hours": _("Hours"),
        "sign_ups": _("People signed up"),
        "is_shared": _("Shared with the team"),
        "filters": _("Filters"),
        "question": _("Question"),
        "counts_toward_event": _("Its people count towards the places of the event"),
        "opens_at": _("Registration opens"),
        "closes_at": _("Registration closes"),
        "is_private": _("Private: not offered on the public form"),
        "link_of": _("Another link for"),
        "goes": _("Merged away"),
        "moved": _("Moved"),
        "partners": _("Partner institutions"),
        "reference": _("Reference"),
        "stays_owner": _("Stays in the team as an owner"),
        "until": _("Until"),
        "way_in": _("How the person came"),
    }

"""Events in words: who stands behind one, and what each institution is there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask_babel import gettext as _
from flask_babel import ngettext

from eventreg.events.crediting import (
    Credit,
    Credits,
    Member,
    credits_of,
    host_name,
    institutions_line,
    partner_role_name,
    role_name,
)
from eventreg.events.rules.programme import MaterialAudience, OutcomeKind, SessionKind, SpeakerRole
from eventreg.events.rules.team import Grant, Permission, TeamRole
from eventreg.i18n import formats
from eventreg.i18n.languages import current_language

#: the words of the credits stand in a file of their own, and are asked for here like all others
__all__ = [
    "Credit",
    "Credits",
    "Member",
    "credits_of",
    "host_name",
    "institutions_line",
    "partner_role_name",
    "role_name",
]


def team_role_name(role: TeamRole) -> str:
    """Return what a team member is at an event, in a word or two."""
    return {
        TeamRole.OWNER: _("Owner"),
        TeamRole.MANAGER: _("Manager"),
        TeamRole.REVIEWER: _("Reviewer"),
        TeamRole.DOOR: _("Door team"),
        TeamRole.VIEWER: _("Viewer: figures only"),
    }[role]


def session_kind_name(kind: SessionKind) -> str:
    """Return what an item of the programme is, in a word."""
    return {
        SessionKind.SESSION: _("Session"),
        SessionKind.PANEL: _("Panel"),
        SessionKind.KEYNOTE: _("Keynote"),
        SessionKind.WORKSHOP: _("Workshop"),
        SessionKind.CEREMONY: _("Ceremony"),
        SessionKind.VISIT: _("Visit"),
        SessionKind.BREAK: _("Break"),
    }[kind]


def speaker_role_name(role: SpeakerRole, count: int = 1) -> str:
    """Return what `count` people do in a session, as a label before their names."""
    if role is SpeakerRole.MODERATOR:
        return _("Moderation")
    if role is SpeakerRole.SPEAKER:
        return ngettext("Speaker", "Speakers", count)
    if role is SpeakerRole.PANELLIST:
        return _("On the panel")
    return _("Rapporteur")


def role_in_words(role: TeamRole) -> str:
    """Return in a sentence what a role sees and does."""
    return {
        TeamRole.OWNER: _("Sees and does everything, exports the whole event, transfers ownership."),
        TeamRole.MANAGER: _("Prepares the event, decides on registrations, writes to people, invites colleagues."),
        TeamRole.REVIEWER: _("Sees who registered, decides, reads the messages."),
        TeamRole.DOOR: _("Knows that the event exists. What the door needs appears here on the days of the event."),
        TeamRole.VIEWER: _("Sees figures and no person. For a funder, for example."),
    }[role]


def permission_words(permission: Permission) -> str:
    """Return what a permission allows, as the row of a table or the label of a box."""
    return {
        Permission.ENTER: _("Opens the event's front page and this one"),
        Permission.SEE_FIGURES: _("Sees figures: how many registered, by status and category"),
        Permission.SEE_REGISTRATIONS: _("Sees who registered, with the answers"),
        Permission.SEE_CONTACT_DATA: _("Sees mail addresses and telephone numbers"),
        Permission.SEE_SENSITIVE: _("Sees sensitive answers and files; each look is recorded"),
        Permission.DECIDE: _("Decides on registrations"),
        Permission.SHAPE_REVIEW: _("Changes ready-made reasons and tags"),
        Permission.ADD_PEOPLE: _("Adds people, also from a file, and merges doubles"),
        Permission.SEE_MESSAGES: _("Sees messages as they arrive"),
        Permission.SEND_MESSAGES: _("Releases messages and sends them again"),
        Permission.EXPORT: _("Exports lists"),
        Permission.EDIT_PROGRAMME: _("Edits the programme, speakers and materials"),
        Permission.EDIT_EVENT: _("Edits texts, dates, places, categories and institutions"),
        Permission.PUBLISH: _("Publishes, closes, cancels and archives"),
        Permission.SEE_HISTORY: _("Sees the audit log"),
        Permission.EDIT_TEAM: _("Invites, changes and removes members below the own role"),
        Permission.EXPORT_EVENT: _("Exports the whole event"),
        Permission.OWN: _("Transfers ownership, releases held messages"),
    }[permission]


def permission_groups() -> list[tuple[str, tuple[Permission, ...]]]:
    """Return every permission under what it is about, as the table of roles shows them."""
    return [
        (_("Event"), (Permission.ENTER, Permission.SEE_FIGURES)),
        (
            _("People"),
            (
                Permission.SEE_REGISTRATIONS,
                Permission.SEE_CONTACT_DATA,
                Permission.SEE_SENSITIVE,
                Permission.DECIDE,
                Permission.SHAPE_REVIEW,
                Permission.ADD_PEOPLE,
                Permission.EXPORT,
            ),
        ),
        (_("Messages"), (Permission.SEE_MESSAGES, Permission.SEND_MESSAGES)),
        (_("Content"), (Permission.EDIT_PROGRAMME, Permission.EDIT_EVENT, Permission.PUBLISH)),
        (
            _("Team"),
            (Permission.EDIT_TEAM, Permission.SEE_HISTORY, Permission.EXPORT_EVENT, Permission.OWN),
        ),
    ]


def narrowing_words(grant: Grant, category_names: Mapping[str, str]) -> list[str]:
    """Return what narrows a member, a sentence each; nothing for whoever has the whole role.

    `category_names`: by key, in the reader's language. A category that is gone is named by its key.
    """
    language = current_language()
    words = []
    if grant.scope.categories is not None:
        named = [name for key, name in category_names.items() if key in grant.scope.categories]
        gone = sorted(key for key in grant.scope.categories if key not in category_names)
        words.append(_("Only %(categories)s", categories=formats.joined(named + gone, language)))
    if grant.scope.days is not None:
        words.append(_("Only who comes on %(days)s", days=_days(grant.scope.days, language)))
    words += [
        _("Not: %(permission)s", permission=permission_words(permission))
        for permission in Permission
        if permission in grant.withheld
    ]
    return words


def _days(days: frozenset[date], language: str) -> str:
    return formats.days(sorted(days), language)


def audience_name(audience: MaterialAudience) -> str:
    """Return who can open a material, in a word or two."""
    return {
        MaterialAudience.EVERYBODY: _("Everybody"),
        MaterialAudience.CONFIRMED: _("Confirmed participants"),
    }[audience]


def outcome_kind_name(kind: OutcomeKind) -> str:
    """Return what an outcome is."""
    return {OutcomeKind.REMARK: _("Remark"), OutcomeKind.RECOMMENDATION: _("Recommendation")}[kind]

"""Events in words: who stands behind one, and what each institution is there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from eventreg.events.models import Event, Partner
from eventreg.events.rules.institutions import PartnerRole
from eventreg.events.rules.programme import SessionKind, SpeakerRole
from eventreg.events.rules.programme_entries import ProgrammeReason, ProgrammeRefused
from eventreg.events.rules.team import TeamRole
from eventreg.web.templating import in_reader_language, plain_in_reader_language


class Member(NamedTuple):
    """An institution as a page credits it. `full_name` is empty when `name` says it all."""

    name: Markup
    full_name: Markup
    url: str


class Credit(NamedTuple):
    """A role with the institutions that have it, in their order."""

    role: str
    members: list[Member]


def credits_of(event: Event) -> list[Credit]:
    """Return who stands behind an event whose partners are loaded, in the order of the roles."""
    return [
        Credit(role_name(role, len(partners)), [_member(partner) for partner in partners])
        for role in PartnerRole
        if (partners := _with_role(event, role))
    ]


def role_name(role: PartnerRole, count: int = 1) -> str:
    """Return the words above the names of `count` institutions of one role."""
    if role is PartnerRole.HOST:
        return ngettext("Host institution", "Host institutions", count)
    if role is PartnerRole.CO_ORGANIZER:
        return ngettext("In close coordination with", "In close coordination with", count)
    if role is PartnerRole.FUNDER:
        return ngettext("With funding from", "With funding from", count)
    return ngettext("In partnership with", "In partnership with", count)


def host_name(event: Event) -> str:
    """Return the short name of the first host, for the head of a page; empty when there is none."""
    return next((_short_name(partner) for partner in _with_role(event, PartnerRole.HOST)), "")


def institutions_line(event: Event) -> str:
    """Return the short names of all institutions, for the foot of a page: "OIM México · CASEDE A.C. · ECOSUR"."""
    names = (_short_name(partner) for role in PartnerRole for partner in _with_role(event, role))
    return " · ".join(dict.fromkeys(names))


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
        return ngettext("Moderation", "Moderation", count)
    if role is SpeakerRole.SPEAKER:
        return ngettext("Speaker", "Speakers", count)
    if role is SpeakerRole.PANELLIST:
        return ngettext("On the panel", "On the panel", count)
    return ngettext("Report", "Report", count)


def programme_refused(refused: ProgrammeRefused) -> str:
    """Return why the programme was not changed."""
    if refused.reason is ProgrammeReason.HAS_SIGN_UPS:
        count = refused.details["count"]
        return ngettext(
            "%(num)d person signed up for this session. Confirm that it is removed all the same.",
            "%(num)d people signed up for this session. Confirm that it is removed all the same.",
            count,
        )
    if refused.reason is ProgrammeReason.TOO_MANY:
        return _("There can be %(limit)s at most.", limit=refused.details["limit"])
    return {
        ProgrammeReason.ENDS_BEFORE_START: _("The end has to come after the start"),
        ProgrammeReason.NO_TITLE: _("Write this text"),
        ProgrammeReason.NO_SUCH_DAY: _("Choose a day of the event"),
        ProgrammeReason.NO_SUCH_ROOM: _("This room is gone. Choose another one"),
        ProgrammeReason.NO_SUCH_ORGANIZATION: _("This institution is gone. Choose another one"),
        ProgrammeReason.CHANGED_MEANWHILE: _(
            "Somebody else changed this meanwhile, so nothing was saved. Look at what it says now, and save again."
        ),
        ProgrammeReason.CANNOT_MOVE: _("There is nothing to change places with: set the times by hand."),
    }[refused.reason]


def _with_role(event: Event, role: PartnerRole) -> Sequence[Partner]:
    return [partner for partner in event.partners if partner.role is role]


def _short_name(partner: Partner) -> str:
    organization = partner.organization
    return plain_in_reader_language(organization.short_name) or plain_in_reader_language(organization.name)


def _member(partner: Partner) -> Member:
    organization = partner.organization
    name = in_reader_language(organization.name)
    short = in_reader_language(organization.short_name)
    is_web = urlsplit(organization.website).scheme in ("http", "https")
    return Member(short or name, name if short and short != name else Markup(), organization.website if is_web else "")

"""Events in words: who stands behind one, and what each institution is there.

Dates, places and categories in words.

The credits of an event: who stands behind it, in words, with logos and the sentences that were agreed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from flask_babel import gettext as _, ngettext
from markupsafe import Markup

from eventreg.events.models import Event, Partner
from eventreg.events.rules.categories import ApprovalRule
from eventreg.events.rules.institutions import PartnerRole
from eventreg.events.rules.programme import MaterialAudience, OutcomeKind, SessionKind, SpeakerRole
from eventreg.events.rules.settings import AttendanceMode
from eventreg.events.rules.team import Grant, Permission, TeamRole
from eventreg.i18n import formats, languages
from eventreg.kernel.links import web_address
from eventreg.media.models import Picture
from eventreg.web.templating import in_reader_language, plain_in_reader_language


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
    language = languages.current_language()
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


def attendance_name(mode: AttendanceMode) -> str:
    """Return how people take part."""
    return {
        AttendanceMode.ONSITE: _("On site"),
        AttendanceMode.ONLINE: _("Online"),
        AttendanceMode.BOTH: _("On site and online"),
    }[mode]


def approval_name(rule: ApprovalRule) -> str:
    """Return who confirms a registration."""
    return {
        ApprovalRule.AT_ONCE: _("At once, while there are places"),
        ApprovalRule.BY_ORGANIZER: _("By an organizer"),
    }[rule]


class Member(NamedTuple):
    """An institution as a page credits it. `full_name` is empty when `name` says it all."""

    name: Markup
    full_name: Markup
    url: str


class Credit(NamedTuple):
    """A role, or the words agreed with an institution, with those that have it, in their order."""

    role: str | Markup
    members: list[Member]


class Logo(NamedTuple):
    """A logo as a page shows it, with the name of whose it is."""

    picture: Picture
    name: str


@dataclass(frozen=True)
class Credits:
    """Who stands behind an event, as `components/institutions.html` takes it. False where nobody does."""

    groups: list[Credit]
    logos: list[Logo]
    #: sentences that institutions oblige the organizers to use
    phrases: list[Markup]

    def __bool__(self) -> bool:
        return bool(self.groups)


def credits_of(event: Event) -> Credits:
    """Return who stands behind an event whose partners are loaded with their logos, in the order of the roles.

    Those for whom words of their own were agreed stand under these.
    """
    groups = [group for role in PartnerRole for group in _groups(_with_role(event, role), role)]
    return Credits(groups, _logos(event), phrases_of(event))


def phrases_of(event: Event) -> list[Markup]:
    """Return the sentences that institutions oblige the organizers to use, in the order of the roles, each once."""
    found = (in_reader_language(partner.phrase) for role in PartnerRole for partner in _with_role(event, role))
    return [phrase for phrase in dict.fromkeys(found) if phrase]


def role_name(role: PartnerRole, count: int = 1) -> str:
    """Return the words above the names of `count` institutions of one role."""
    if role is PartnerRole.HOST:
        return ngettext("Host institution", "Host institutions", count)
    if role is PartnerRole.CO_ORGANIZER:
        return ngettext("In close coordination with", "In close coordination with", count)
    if role is PartnerRole.FUNDER:
        return ngettext("With funding from", "With funding from", count)
    return ngettext("In partnership with", "In partnership with", count)


def partner_role_name(role: PartnerRole) -> str:
    """Return what an institution is at an event, as organizers choose it."""
    return {
        PartnerRole.HOST: _("Host"),
        PartnerRole.CO_ORGANIZER: _("Co-organizer"),
        PartnerRole.FUNDER: _("Funder"),
        PartnerRole.PARTNER: _("Partner"),
    }[role]


def host_name(event: Event) -> str:
    """Return the short name of the first host, for the head of a page; empty when there is none."""
    return next((_short_name(partner) for partner in _with_role(event, PartnerRole.HOST)), "")


def institutions_line(event: Event) -> str:
    """Return the short names of all institutions, for the foot of a page: "OIM México · CASEDE A.C. · ECOSUR"."""
    names = (_short_name(partner) for role in PartnerRole for partner in _with_role(event, role))
    return " · ".join(dict.fromkeys(names))


def _with_role(event: Event, role: PartnerRole) -> Sequence[Partner]:
    return [partner for partner in event.partners if partner.role is role]


def _groups(partners: Sequence[Partner], role: PartnerRole) -> list[Credit]:
    plain = [partner for partner in partners if not any(partner.credit.values())]
    groups: list[Credit] = []
    for partner in partners:
        if partner in plain:
            if partner is plain[0]:
                groups.append(Credit(role_name(role, len(plain)), [_member(each) for each in plain]))
        elif groups and _follows(partners, partner):
            groups[-1].members.append(_member(partner))
        else:
            groups.append(Credit(in_reader_language(partner.credit), [_member(partner)]))
    return groups


def _logos(event: Event) -> list[Logo]:
    """Return the logos: those that must be first, then by role and order. An institution with two roles shows it once."""
    partners = [partner for role in PartnerRole for partner in _with_role(event, role)]
    partners.sort(key=lambda partner: not partner.is_logo_first)
    records = {partner.organization.id: partner.organization for partner in partners}.values()
    return [Logo(each.logo, plain_in_reader_language(each.name)) for each in records if each.logo is not None]


def _follows(partners: Sequence[Partner], partner: Partner) -> bool:
    """Say whether the partner before has the same words of its own: both stand under them then."""
    at = partners.index(partner)
    return at > 0 and partners[at - 1].credit == partner.credit


def _short_name(partner: Partner) -> str:
    organization = partner.organization
    texts = (plain_in_reader_language(organization.short_name), organization.acronym)
    return next(filter(None, texts), "") or plain_in_reader_language(organization.name)


def _member(partner: Partner) -> Member:
    organization = partner.organization
    name = in_reader_language(organization.name)
    short = in_reader_language(organization.short_name)
    return Member(short or name, name if short and short != name else Markup(), web_address(organization.website))

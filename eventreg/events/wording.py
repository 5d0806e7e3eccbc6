"""Events in words: dates, places, categories, and the institutions behind one, with the credits that were agreed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from flask_babel import gettext as _, ngettext
from markupsafe import Markup

from eventreg.events.models import Event, Partner
from eventreg.events.rules.institutions import PartnerRole
from eventreg.events.rules.programme import SpeakerRole
from eventreg.events.rules.team import Grant, Permission
from eventreg.i18n import formats, languages
from eventreg.kernel.links import web_address
from eventreg.media.models import Picture
from eventreg.web.templating import in_reader_language, plain_in_reader_language


def speaker_role_name(role: SpeakerRole, count: int = 1) -> str:
    """Return what `count` people do in a session, as a label before their names."""
    if role is SpeakerRole.MODERATOR:
        return _("Moderation")
    if role is SpeakerRole.SPEAKER:
        return ngettext("Speaker", "Speakers", count)
    if role is SpeakerRole.PANELLIST:
        return _("On the panel")
    return _("Rapporteur")


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
        _("Not: %(permission)s", permission=_(permission.title))
        for permission in Permission
        if permission in grant.withheld
    ]
    return words


def _days(days: frozenset[date], language: str) -> str:
    return formats.days(sorted(days), language)


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
                groups.append(Credit(ngettext(*role.above, len(plain)), [_member(each) for each in plain]))
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

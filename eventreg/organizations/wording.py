"""Institutions in words: their kinds, and why something was refused."""

from __future__ import annotations

import re

from flask_babel import gettext as _

from eventreg.organizations.models import Organization
from eventreg.organizations.rules.entries import LONGEST_WEBSITE
from eventreg.organizations.rules.kinds import OrganizationKind
from eventreg.organizations.rules.refusals import OrganizationReason, OrganizationRefused
from eventreg.web.templating import plain_in_reader_language


def kind_name(kind: OrganizationKind) -> str:
    """Return what an institution is, in a word or two."""
    return {
        OrganizationKind.INTERNATIONAL: _("International organization"),
        OrganizationKind.GOVERNMENT: _("Government"),
        OrganizationKind.ACADEMIC: _("Academic institution"),
        OrganizationKind.CIVIL_SOCIETY: _("Civil society organization"),
        OrganizationKind.FOUNDATION: _("Foundation"),
        OrganizationKind.PRIVATE: _("Private company"),
        OrganizationKind.OTHER: _("Other"),
    }[kind]


def name_with_acronym(organization: Organization) -> str:
    """Return the name in the reader's language, with the acronym where the name does not bear it: "Colegio (ECOSUR)"."""
    name = plain_in_reader_language(organization.name)
    acronym = organization.acronym
    is_borne = re.search(rf"(?<!\w){re.escape(acronym)}(?!\w)", name, re.IGNORECASE) is not None
    return name if not acronym or is_borne else f"{name} ({acronym})"


def refusal_sentence(refused: OrganizationRefused) -> str:
    """Say in the reader's language why an institution was not recorded, changed or merged."""
    return {
        OrganizationReason.NO_NAME: _("Write the name in one language at least"),
        OrganizationReason.WEBSITE: _(
            "Write a web address of at most %(limit)s characters, for example https://institution.org",
            limit=LONGEST_WEBSITE,
        ),
        OrganizationReason.LIKELY_DOUBLE: _("It may be in the directory already. Choose which one it is."),
        OrganizationReason.CHANGED_MEANWHILE: _(
            "Somebody else has saved this institution since you opened it. Nothing of yours was saved yet."
        ),
        OrganizationReason.LOGO_GONE: _("Choose the logo again: we no longer have it"),
        OrganizationReason.NOT_ALLOWED: _(
            "Another team's event names this institution too, so only an administrator can change it."
        ),
        OrganizationReason.SAME: _("Choose two different institutions"),
    }[OrganizationReason(refused.reason)]

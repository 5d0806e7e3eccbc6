"""Institutions in words: their names and kinds."""

import re

from flask_babel import gettext as _

from eventreg.organizations.models import Organization
from eventreg.organizations.rules import OrganizationKind
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

"""Institutions in words: their names and kinds."""

import re

from eventreg.organizations.models import Organization
from eventreg.web.templating import plain_in_reader_language


def name_with_acronym(organization: Organization) -> str:
    """Return the name in the reader's language, with the acronym where the name does not bear it: "Colegio (ECOSUR)"."""
    name = plain_in_reader_language(organization.name)
    acronym = organization.acronym
    is_borne = re.search(rf"(?<!\w){re.escape(acronym)}(?!\w)", name, re.IGNORECASE) is not None
    return name if not acronym or is_borne else f"{name} ({acronym})"

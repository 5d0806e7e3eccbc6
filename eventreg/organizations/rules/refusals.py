"""Why an institution is not recorded, changed or merged."""

from __future__ import annotations

import enum

from eventreg.kernel.errors import Refused


class OrganizationReason(enum.Enum):
    """Why nothing was written. `organizations.wording` has the sentences."""

    NO_NAME = "no_name"
    #: no web address, or one that is too long
    WEBSITE = "website"
    #: institutions that may be the same are in the directory; details: `ids`
    LIKELY_DOUBLE = "likely_double"
    #: somebody else saved it since it was opened
    CHANGED_MEANWHILE = "changed_meanwhile"
    #: the picture that was sent earlier is no longer kept
    LOGO_GONE = "logo_gone"
    NOT_ALLOWED = "not_allowed"
    #: an institution is not merged with itself
    SAME = "same"


class OrganizationRefused(Refused):
    """The institution is not recorded, changed or merged; `reason` is an OrganizationReason."""

"""Why an institution is not recorded, changed or merged."""

from __future__ import annotations

from eventreg.kernel.errors import N_, Reason


class OrganizationReason(Reason):
    """Why nothing was written."""

    NO_NAME = "no_name", N_("Write the name in one language at least"), "name"
    #: no web address, or one that is too long
    WEBSITE = (
        "website",
        N_("Write a web address of at most %(limit)s characters, for example https://institution.org"),
        "website",
    )
    #: institutions that may be the same are in the directory; details: `ids`
    LIKELY_DOUBLE = "likely_double", N_("It may be in the directory already. Choose which one it is."), "same_as"
    #: somebody else saved it since it was opened
    CHANGED_MEANWHILE = (
        "changed_meanwhile",
        N_("Somebody else has saved this institution since you opened it. Nothing of yours was saved yet."),
        "name",
        409,
    )
    #: the picture that was sent earlier is no longer kept
    LOGO_GONE = "logo_gone", N_("Choose the logo again: we no longer have it"), "logo"
    NOT_ALLOWED = (
        "not_allowed",
        N_("Another team's event names this institution too, so only an administrator can change it."),
        "name",
    )
    #: an institution is not merged with itself
    SAME = "same", N_("Choose two different institutions"), "name"

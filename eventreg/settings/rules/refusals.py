"""Why the settings are not changed."""

from __future__ import annotations

from eventreg.kernel.errors import N_, Reason


class SettingsReason(Reason):
    """Why the settings or a legal page are not changed."""

    OVERTAKEN = (
        "overtaken",
        N_(
            "Somebody else has saved this meanwhile. Nothing of yours is lost: compare it with what stands now, and save again."
        ),
        "",
        409,
    )
    LANGUAGE_UNKNOWN = "language_unknown", N_("Choose among the languages that this installation has."), "offered"
    NO_LANGUAGE = "no_language", N_("Choose at least one language, and the one that comes first among them."), "offered"
    PALETTE_UNKNOWN = "palette_unknown", N_("Choose one of these palettes."), "palette"
    KEY_INVALID = "key_invalid", N_("Use small letters, digits and hyphens, 40 at most, like terms-of-use."), "key"
    KEY_TAKEN = "key_taken", N_("Another page has this address. Choose a different one."), "key"
    TITLE_MISSING = "title_missing", N_("Write a title."), "title"
    BODY_MISSING = "body_missing", N_("Write the text before you publish the page."), "body"

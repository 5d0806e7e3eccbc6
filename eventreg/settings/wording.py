"""Why the settings are not changed, in sentences."""

from __future__ import annotations

from flask_babel import gettext as _

from eventreg.settings.rules.refusals import SettingsReason, SettingsRefused


def refusal_sentence(refused: SettingsRefused) -> str:
    """Say in the reader's language why nothing was changed, and what to do."""
    return {
        SettingsReason.OVERTAKEN: _(
            "Somebody else has saved this meanwhile. Nothing of yours is lost: compare it with what stands now, and save again."
        ),
        SettingsReason.LANGUAGE_UNKNOWN: _("Choose among the languages that this installation has."),
        SettingsReason.NO_LANGUAGE: _("Choose at least one language, and the one that comes first among them."),
        SettingsReason.PALETTE_UNKNOWN: _("Choose one of these palettes."),
        SettingsReason.KEY_INVALID: _("Use small letters, digits and hyphens, 40 at most, like terms-of-use."),
        SettingsReason.KEY_TAKEN: _("Another page has this address. Choose a different one."),
        SettingsReason.TITLE_MISSING: _("Write a title."),
        SettingsReason.BODY_MISSING: _("Write the text before you publish the page."),
    }[SettingsReason(refused.reason)]

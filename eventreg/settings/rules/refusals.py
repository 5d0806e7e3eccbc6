"""Why the settings are not changed."""

from __future__ import annotations

import enum

from eventreg.kernel.errors import Refused


class SettingsReason(enum.Enum):
    """Why the settings or a legal page are not changed."""

    #: somebody else saved meanwhile
    OVERTAKEN = "overtaken"
    LANGUAGE_UNKNOWN = "language_unknown"
    NO_LANGUAGE = "no_language"
    PALETTE_UNKNOWN = "palette_unknown"
    KEY_INVALID = "key_invalid"
    KEY_TAKEN = "key_taken"
    TITLE_MISSING = "title_missing"
    BODY_MISSING = "body_missing"


class SettingsRefused(Refused):
    """The settings stay as they were; `reason` is a SettingsReason."""

"""The settings as a value, whole and frozen; what they can be, and why they are not changed."""

import re
from dataclasses import dataclass, field

from eventreg.kernel.errors import N_, Reason
from eventreg.kernel.text import LocalizedText


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


_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_KEY = 40
#: width and height in pixels of the instance's logo, for twice as fine screens
LOGO_SIZE = (360, 100)


@dataclass(frozen=True)
class Logo:
    """The instance's logo: the public id of its picture, and its size in pixels."""

    public_id: str
    width: int
    height: int


@dataclass(frozen=True)
class PageLink:
    """A published legal page, as the foot of every public page names it."""

    key: str
    title: LocalizedText


@dataclass(frozen=True)
class Settings:
    """What is set in the browser. Empty values mean: as the configuration says, or plain."""

    name: LocalizedText = field(default_factory=dict)
    logo: Logo | None = None
    palette: str = ""
    languages: tuple[str, ...] = ()
    demands_second_factor: bool = False
    #: 0: nothing was ever set
    revision: int = 0
    pages: tuple[PageLink, ...] = ()


UNSET = Settings()


def is_page_key(key: str) -> bool:
    """Say whether a text can stand in the address of a page: small letters, digits and hyphens, 40 at most."""
    return len(key) <= LONGEST_KEY and _KEY.fullmatch(key) is not None

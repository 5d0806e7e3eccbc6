"""Materials and outcomes: what is taken as one, and who can open a material when."""

import enum
from datetime import datetime
from typing import Protocol

from eventreg.events.rules.programme import MaterialAudience
from eventreg.kernel.errors import N_, Reason, Refused
from eventreg.kernel.files import EXTENSIONS, is_active_pdf, sniff, sniff_office
from eventreg.kernel.links import is_plain_web_address

_OVERTAKEN = N_(
    "Somebody changed this after you opened it. Nothing was overwritten: compare with how it is now, and save again"
)
#: bytes of a file
MOST_BYTES = 50_000_000
LONGEST_TITLE = 200
LONGEST_ADDRESS = 500
LONGEST_OUTCOME = 3_000
LONGEST_ADDRESSEE = 300
#: endings of the files that are taken, for the file chooser
ACCEPTED = tuple(ending for endings in EXTENSIONS.values() for ending in endings)


class Reader(enum.Enum):
    """Who wants to open a material."""

    ANYBODY = "anybody"
    #: whoever holds a confirmed registration of the event
    CONFIRMED = "confirmed"
    TEAM = "team"


class MaterialReason(Reason):
    """Why a material was not kept as it was sent."""

    FILE_OR_LINK = "file_or_link", N_("Choose a file or write a link, one of the two"), "file"
    FILE_EMPTY = "file_empty", N_("The file is empty. Choose another one"), "file"
    FILE_TOO_LARGE = "file_too_large", N_("The file is larger than 50 MB. Make it smaller, or give a link"), "file"
    FILE_TYPE = (
        "file_type",
        N_("Choose a PDF, a Word, PowerPoint, Excel or OpenDocument file without macros, or a JPEG or PNG picture"),
        "file",
    )
    #: a PDF with scripts, programs or files in it
    FILE_ACTIVE = (
        "file_active",
        N_(
            "This PDF holds a script, another file or a part that cannot be checked. Print it as a PDF (“Save as PDF”) "
            "and choose the new file."
        ),
        "file",
    )
    LINK_INVALID = "link_invalid", N_("Write a whole address that begins with https:// or http://"), "url"
    #: a link needs one; a file has its name
    TITLE_MISSING = "title_missing", N_("Write this text"), "title"
    CANNOT_BE_KEPT = "cannot_be_kept", N_("We cannot keep the file at this moment. Try again in a while"), "file"
    CHANGED_MEANWHILE = "changed_meanwhile", _OVERTAKEN, "file", 409


class OutcomeReason(Reason):
    """Why a remark or a recommendation was not kept as it was sent."""

    CHANGED_MEANWHILE = "changed_meanwhile", _OVERTAKEN, "text", 409


class Released(Protocol):
    """What of a material says who can open it."""

    @property
    def audience(self) -> MaterialAudience:
        """Who can open it."""

    @property
    def released_at(self) -> datetime | None:
        """From when on; None: at once."""


def may_open(material: Released, reader: Reader, now: datetime) -> bool:
    """Say whether `reader` can open a material: the team always, others from its release on."""
    if reader is Reader.TEAM:
        return True
    if material.released_at is not None and now < material.released_at:
        return False
    return reader is Reader.CONFIRMED or material.audience is MaterialAudience.EVERYBODY


def check_file(content: bytes) -> str:
    """Return the media type of a file, found from its content. Raises Refused.

    Taken are PDF, the texts, presentations and sheets of OOXML and OpenDocument, PNG and JPEG. Sound and film are not:
    a day of it does not fit, and where it can be heard or seen a link leads.
    """
    if not content:
        raise Refused(MaterialReason.FILE_EMPTY)
    if len(content) > MOST_BYTES:
        raise Refused(MaterialReason.FILE_TOO_LARGE, size=len(content), limit=MOST_BYTES)
    media_type = sniff(content) or sniff_office(content)
    if media_type is None:
        raise Refused(MaterialReason.FILE_TYPE)
    if media_type == "application/pdf" and is_active_pdf(content):
        raise Refused(MaterialReason.FILE_ACTIVE)
    return media_type


def check_address(url: str) -> str:
    """Return the address of a link. Raises Refused for one that is not http or https, or names no host."""
    if (
        not is_plain_web_address(url)
        or len(url) > LONGEST_ADDRESS
        or any(char <= " " or char in '\\<>"\x7f' for char in url)
    ):
        raise Refused(MaterialReason.LINK_INVALID)
    return url


def type_name(media_type: str) -> str:
    """Return what people call a type of file, by its ending: "PDF", "PPTX"."""
    endings = EXTENSIONS.get(media_type)
    return endings[-1].removeprefix(".").upper() if endings else ""


def title_from(file_name: str) -> str:
    """Return a title for a file that was given none: its name without the ending, with spaces for underscores."""
    stem = file_name.rpartition(".")[0] or file_name
    return " ".join(stem.replace("_", " ").split())[:LONGEST_TITLE] or file_name

"""Whether an uploaded file fits its question: what it really is says `kernel.filetypes`, by its content.

Uploads are sealed, go out as attachments and are never shown in a page.
"""

from __future__ import annotations

from collections.abc import Collection

from eventreg.kernel.filetypes import EXTENSIONS, safe_name, sniff
from eventreg.kernel.office import sniff_office
from eventreg.kernel.pdfs import is_active_pdf
from eventreg.questionnaires.rules.reasons import Invalid, Reason
from eventreg.questionnaires.rules.schema import Question

__all__ = [
    "DEFAULT_MAX_BYTES",
    "DEFAULT_TYPES",
    "EXTENSIONS",
    "MEDIA_TYPES",
    "MOST_FILES",
    "check_file",
    "has_all",
    "most_files",
    "safe_name",
    "sniff",
]

#: short name, as in a question's settings, to media type
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
}
_NAMES = {"pdf": "PDF", "jpeg": "JPEG", "png": "PNG", "docx": "DOCX", "odt": "ODT", "webp": "WebP", "gif": "GIF"}
DEFAULT_TYPES = ("pdf", "jpeg", "png")
DEFAULT_MAX_BYTES = 5_000_000


#: a question that takes several takes so many at most
MOST_FILES = 10


def most_files(question: Question) -> int:
    """Return how many files a question takes."""
    return int(question.settings.get("max_files", 1))


def has_all(question: Question, shown: Collection[str], there: Collection[str]) -> bool:
    """Say whether files that were shown as kept are still there, by their ids.

    Where a question takes one file, any will do: it may have been replaced on another page.
    """
    return bool(there) if most_files(question) == 1 else set(shown) <= set(there)


def check_file(question: Question, content: bytes) -> str:
    """Return the media type of a file that fits `question`.

    Raises Invalid: FILE_EMPTY, FILE_TOO_LARGE, FILE_TYPE, FILE_ACTIVE.
    """
    limit = int(question.settings.get("max_bytes", DEFAULT_MAX_BYTES))
    types = tuple(question.settings.get("types", DEFAULT_TYPES))
    if not content:
        raise Invalid(Reason.FILE_EMPTY)
    if len(content) > limit:
        raise too_large(len(content), limit)
    media_type = sniff(content) or sniff_office(content)
    if media_type is None or media_type not in {MEDIA_TYPES[name] for name in types}:
        raise not_of_types(types)
    if media_type == MEDIA_TYPES["pdf"] and is_active_pdf(content):
        raise Invalid(Reason.FILE_ACTIVE)
    return media_type


def too_large(size: int, limit: int) -> Invalid:
    """Return the refusal of a file that is larger than its question takes, both in bytes."""
    return Invalid(Reason.FILE_TOO_LARGE, size=megabytes(size), limit=megabytes(limit))


def not_of_types(types: Collection[str]) -> Invalid:
    """Return the refusal of a file that is none of these types, by their short names."""
    return Invalid(Reason.FILE_TYPE, types=", ".join(_NAMES[name] for name in types))


def megabytes(size: int) -> str:
    """Write a size in bytes as people say it: "5", "11.4" (millions of bytes)."""
    return f"{size / 1_000_000:.1f}".removesuffix(".0")

"""Texts of a known form: an ORCID iD, a passport number and the like. Each says what it looks like by an example."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from eventreg.kernel.errors import N_


@dataclass(frozen=True)
class Preset:
    """A form that a text can be held to. `sentence` refuses another, with an `example`."""

    pattern: re.Pattern[str]
    sentence: str
    example: str
    #: what is taken off or changed before it is looked at, and so kept
    tidy: Callable[[str], str]
    is_right: Callable[[str], bool] = lambda text: True

    def kept(self, text: str) -> str | None:
        """Return the text as it is kept, or None where it is no such thing."""
        tidied = self.tidy(text)
        return tidied if self.pattern.fullmatch(tidied) and self.is_right(tidied) else None


def has_orcid_checksum(orcid: str) -> bool:
    """Say whether the last character of an ORCID iD is right (ISO/IEC 7064, MOD 11-2)."""
    total = 0
    for digit in orcid.replace("-", "")[:-1]:
        total = (total + int(digit)) * 2
    return orcid[-1] == "0123456789X"[(12 - total % 11) % 11]


def has_curp_checksum(curp: str) -> bool:
    """Say whether the last digit of a CURP of Mexico is right."""
    signs = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ"
    total = sum(signs.index(sign) * (18 - place) for place, sign in enumerate(curp[:17]))
    return curp[17] == str((10 - total % 10) % 10)


def _as_orcid(text: str) -> str:
    bare = re.sub(r"^(?:https?://)?(?:www\.)?orcid\.org/", "", text.strip(), flags=re.IGNORECASE).upper()
    signs = re.sub(r"[\s‐‑–-]", "", bare)
    return "-".join((signs[:4], signs[4:8], signs[8:12], signs[12:])) if len(signs) == 16 else bare


def _as_doi(text: str) -> str:
    return re.sub(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", "", text.strip(), flags=re.IGNORECASE)


def _without_blanks(text: str) -> str:
    return re.sub(r"[\s-]", "", text).upper()


def _in_capitals(text: str) -> str:
    return " ".join(text.upper().split())


#: by the value of the setting `preset`
PRESETS: dict[str, Preset] = {
    "orcid": Preset(
        re.compile(r"[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]"),
        N_("Check the 16 characters of the ORCID iD, for example %(example)s"),
        "0000-0002-1825-0097",
        _as_orcid,
        has_orcid_checksum,
    ),
    "passport": Preset(
        re.compile(r"[A-Z0-9]{5,15}"),
        N_("Write the number as it stands in the passport, for example %(example)s"),
        "G12345678",
        _without_blanks,
    ),
    "postal_code": Preset(
        re.compile(r"(?=.*[A-Z0-9])[A-Z0-9][A-Z0-9 -]{1,9}"),
        N_("Write a postal code, for example %(example)s"),
        "30700",
        _in_capitals,
    ),
    "curp": Preset(
        re.compile(r"[A-Z]{4}[0-9]{6}[HMX][A-Z]{5}[0-9A-Z][0-9]"),
        N_("Check the 18 characters of the CURP, for example %(example)s"),
        "GODE561231HDFRNN00",
        _without_blanks,
        has_curp_checksum,
    ),
    "doi": Preset(
        re.compile(r"10\.[0-9]{4,9}/[!-~]+"),
        N_("Write a DOI, for example %(example)s"),
        "10.1000/xyz123",
        _as_doi,
    ),
}

"""Texts: in several languages, as a mapping from language code to text; as keys made from words; as somebody typed them;
as they are found, ordered and compared by.

Texts are kept as typed: no case is changed, nothing is composed or decomposed, and every script, emoji and combining accent
is let through. Only what no page, mail or database can carry is refused.

Small tables as CSV: RFC 4180, UTF-8 with a byte order mark, and no cell that a spreadsheet takes for a formula.
"""

import csv
import enum
import io
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

#: the Greek iota below a letter, an accent whose capital is a letter
_LETTER_BELOW = "\u0345"
#: Tibetan vowels that count as letters and are taken apart into two accents
_DOUBLE_MARKS = frozenset("\u0f73\u0f75\u0f81")
#: language code ("es", "en") to text. A language without text is absent.
LocalizedText = Mapping[str, str]


class Picked(NamedTuple):
    """A text chosen for a reader, with the language it is really in."""

    text: str
    language: str


def pick(text: LocalizedText, wanted: str, fallbacks: Sequence[str] = ()) -> Picked:
    """Choose the reader's language, else the first fallback that has text, else any.

    The answer names its language, so that a page can mark a fallback (`lang` attribute); it is blank only when
    there is no text in any language.
    """
    for language in (wanted, *fallbacks, *text):
        found = text.get(language)
        if found:
            return Picked(found, language)
    return Picked("", wanted)


def merged(stored: LocalizedText, new: LocalizedText, languages: Sequence[str]) -> dict[str, str]:
    """Return `stored` with its texts in `languages` replaced by those of `new`; what other languages have is kept.

    For saving what a form gave: a language that the form did not offer loses nothing. Empty texts are left out.
    """
    kept = {language: text for language, text in stored.items() if language not in languages}
    return {language: new[language] for language in languages if new.get(language)} | kept


def folded(text: str) -> str:
    """Return `text` for comparing and searching: without accents, case or doubled white space.

    `folded("Núñez  Peña") == "nunez pena"`. Letters that are no accented form (ß, ł) fold as Unicode's casefold says.
    """
    if text.isascii():
        return " ".join(text.lower().split())
    # Decomposed before and after: some signs (mathematical letters) have a case only once they are taken apart.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", _without_marks(text)).casefold())
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(bare.split())


def _without_marks(text: str) -> str:
    """Return a text without the accents that stand as characters of their own, which folding takes away in any case.

    Before anything is decomposed: that puts a run of accents in order, and takes a time that grows with its square.
    """
    return "".join(char for char in text if char == _LETTER_BELOW or not _is_mark(char))


def _is_mark(char: str) -> bool:
    return unicodedata.combining(char) > 0 or char in _DOUBLE_MARKS


LONGEST_KEY = 40


def key_from(name: LocalizedText, languages: Sequence[str], taken: Collection[str], what: str) -> str:
    """Return a key made from a name in the first language that has it: "Government expert" becomes "government_expert".

    Small letters, digits and "_", beginning with a letter, 40 at most, and none of `taken`. `what` is the thing's word, like
    "category", for a name of which no letter is left: "category_2027".
    """
    words = next((name[language] for language in languages if name.get(language)), "")
    plain = re.sub(r"[^a-z0-9]+", "_", folded(words)).strip("_")
    base = (plain if plain[:1].isalpha() else f"{what}_{plain}".strip("_"))[:LONGEST_KEY].rstrip("_")
    key, number = base, 2
    while key in taken:
        key = f"{base[: LONGEST_KEY - len(str(number)) - 1]}_{number}"
        number += 1
    return key


_LINE_BREAKS = frozenset("\r\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
#: they turn round everything that follows, so that one name can make another look different (Unicode TR36, 3.3.4)
_BIDI_OVERRIDES = "\u202d\u202e"
_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
_HALVES = "\ud800-\udfff"
_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(17))
#: a pattern, since somebody may send megabytes of text
_UNKEEPABLE = re.compile(f"[{_CONTROLS}{_HALVES}{_NONCHARACTERS}{_BIDI_OVERRIDES}]")
#: letters and symbols that are drawn as nothing, and what is reserved for more of them (Default_Ignorable_Code_Point)
_INVISIBLE = re.compile("[\u115f\u1160\u2065\u2800\u3164\uffa0\ufff0-\ufff8\ufffc\U0001d159\U000e0000-\U000e0fff]")
#: controls, blanks, and what only changes the character before it: accents, variation selectors
_SHOWS_NOTHING_ALONE = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp", "Mn", "Mc", "Me"})


class TypedFault(enum.Enum):
    """Why a text cannot be kept."""

    UNKEEPABLE_CHARACTERS = "unkeepable_characters"
    LINE_BREAK = "line_break"
    TOO_LONG = "too_long"


def is_blank(text: str) -> bool:
    """Say whether nothing of `text` can be seen: empty, white space, zero-width characters, accents on nothing.

    The one rule for every name and text. Beside a letter the same characters are kept: Persian, the scripts of India and
    emoji are written with joiners, Hebrew and Arabic with marks of direction.
    """
    return all(unicodedata.category(char) in _SHOWS_NOTHING_ALONE or _INVISIBLE.match(char) for char in text)


def showable(text: str) -> str:
    """Return `text` without what no page can carry, to show somebody again what was typed."""
    return _UNKEEPABLE.sub("", text)


def tidied(text: str) -> str:
    """Return `text` without outer white space and with "\\n" for every line break; "" when nothing of it can be seen."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    return "" if is_blank(text) else text


def fault_of(text: str, limit: int, *, is_line: bool) -> TypedFault | None:
    """Return what is wrong with a tidied text, or None. `limit` counts characters."""
    if is_line and any(char in _LINE_BREAKS for char in text):
        return TypedFault.LINE_BREAK
    if _UNKEEPABLE.search(text) or (is_line and "\t" in text):
        return TypedFault.UNKEEPABLE_CHARACTERS
    return TypedFault.TOO_LONG if len(text) > limit else None


#: how much of an answer is compared
COMPARED = 400
_SORT_LENGTH = 400
_NUMBER = re.compile(r"(-?)(0|[1-9][0-9]{0,14})(\.[0-9]{1,15})?")
_PLACES = 15
_DIGITS, _TURNED = "0123456789", "9876543210"
_SORT_INSTITUTION_LENGTH = 300
_SORT_POSITION_LENGTH = 300


def sort_name(family_name: str, given_name: str) -> str:
    """Return the name to order a list by: family name first, without accents or case."""
    return folded(f"{family_name} {given_name}".strip())[:_SORT_LENGTH]


def sort_institution(institution: str) -> str:
    """Return the institution to order a list by: without accents or case."""
    return folded(institution)[:_SORT_INSTITUTION_LENGTH]


def sort_position(position: str) -> str:
    """Return the position to order a list by: without accents or case."""
    return folded(position)[:_SORT_POSITION_LENGTH]


def compared(text: str) -> str:
    """Return a text as it is compared with others: its beginning, without accents or case."""
    return folded(text)[:COMPARED].rstrip()


def sort_value(answer: str) -> str:
    """Return one value of an answer to order and compare by: as text without accents or case, numbers by their size.

    A number is filled up in front to fifteen places, so that texts in the order of their signs are numbers in theirs:
    "12.5" as "/////////////12.5", a sign before all digits. Below nought the digits are turned round, and a sign behind
    all others ends them.
    """
    number = _NUMBER.fullmatch(answer)
    if number is None:
        return compared(answer)
    sign, whole, rest = number[1], number[2], number[3] or ""
    if not sign:
        return whole.rjust(_PLACES, "/") + rest
    return "-" + (whole.zfill(_PLACES) + rest).translate(str.maketrans(_DIGITS, _TURNED)) + "~"


def search_text(
    *, given_name: str, family_name: str, badge_name: str, institution: str, email: str, reference: str, phone: str
) -> str:
    """Return the folded text that a search looks in: names, institution, address, reference, the phone's digits."""
    digits = "".join(char for char in phone if char.isdigit())
    parts = (given_name, family_name, badge_name, institution, email, reference, digits)
    return " ".join(folded(part) for part in parts if part)


def email_key(email: str) -> str:
    """Return a mail address as it is compared: without case. Providers differ on dots and tags, so these count."""
    return email.strip().casefold()


def phone_key(phone: str) -> str:
    """Return a telephone number as it is compared: its last ten digits, which leave out how the country is written.

    Empty for fewer than seven digits, which are an extension or no number at all.
    """
    digits = "".join(char for char in phone if char.isascii() and char.isdigit())
    return digits[-10:] if len(digits) >= 7 else ""


#: tells Excel that the file is UTF-8, so that accents open right
_BOM = "\ufeff"
Rows = Iterable[Sequence[str]]


def csv_chunks(head: Sequence[str], portions: Iterable[Rows]) -> Iterator[bytes]:
    """Yield the file: the head at once, then one piece for each portion of rows."""
    yield _lines([head], _BOM)
    for rows in portions:
        yield _lines(rows)


def csv_file(head: Sequence[str], rows: Rows) -> bytes:
    """Return a small file whole."""
    return b"".join(csv_chunks(head, [rows]))


def _lines(rows: Rows, before: str = "") -> bytes:
    buffer = io.StringIO()
    buffer.write(before)
    # Most cells begin with a letter or digit, which is soon seen.
    csv.writer(buffer).writerows([cell if cell[:1].isalnum() else inert(cell) for cell in row] for row in rows)
    return buffer.getvalue().encode("utf-8")


_FORMULA_LIKE = re.compile(r"'*(?:[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20])")


def inert(text: str) -> str:
    """Return a cell's text such that no program computes it: "+52 962 …" becomes "'+52 962 …"."""
    return f"'{text}" if _FORMULA_LIKE.match(text) else text


def original(cell: str) -> str:
    """Return what `inert` was given."""
    return cell[1:] if cell.startswith("'") and _FORMULA_LIKE.match(cell) else cell

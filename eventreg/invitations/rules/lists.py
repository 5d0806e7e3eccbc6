"""A list of people to invite, pasted or from a file, as lines: with a head in one of our languages, or in a fixed order."""

import csv
import io
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from eventreg.invitations.rules.invitations import NewInvitation
from eventreg.kernel.text import folded, is_blank, tidied

#: the order of columns without a head, and the head of the example
COLUMNS = ("email", "given_name", "family_name", "institution", "language", "category")
#: a name in one piece: nobody can tell for certain where the given name ends
WHOLE_NAME = "whole_name"
#: what people call a column, folded
HEADS = {
    "email": (
        *("email", "mail", "e-mail", "email address", "e-mail address", "mail address", "correo", "correo electronico"),
        *("direccion de correo", "direccion de correo electronico", "courriel", "adresse e-mail", "adresse email"),
        *("adresse electronique", "adresse mail", "adresse de courriel"),
    ),
    "given_name": (
        *("given name", "given names", "given name(s)", "first name", "first names", "first name(s)", "forename"),
        *("forenames", "nombre de pila", "primer nombre", "prenom", "prenoms", "prenom(s)"),
    ),
    "family_name": (
        *("family name", "family names", "last name", "last names", "surname", "surnames", "apellido", "apellidos"),
        *("apellido(s)", "nom de famille", "noms de famille"),
    ),
    "institution": (
        *("institution", "organization", "organisation", "affiliation", "company", "employer", "institucion"),
        *("organizacion", "afiliacion", "adscripcion", "dependencia", "entidad", "empresa", "organisme", "entreprise"),
    ),
    "language": ("language", "idioma", "lengua", "langue"),
    "category": ("category", "categoria", "categorie", "capacity", "calidad"),
    # What it is beside others says `meaning_of_name`.
    "name": ("name", "names", "nombre", "nombres", "nombre(s)", "nom", "noms"),
    WHOLE_NAME: (
        *("full name", "complete name", "name and surname", "nombre completo", "nombre y apellido"),
        *("nombre y apellidos", "nombres y apellidos", "nom complet", "prenom et nom", "participant", "participante"),
    ),
}
#: parts of a family name that have a column each: who reads them apart cannot take "Nombre" for a whole name
FAMILY_NAME_PARTS = frozenset({"apellido paterno", "apellido materno", "primer apellido", "segundo apellido"})
_FIELD_OF = {name: field for field, names in HEADS.items() for name in names}
#: "Ana Núñez <ana@institucion.example>", as mail programs copy it
_NAMED_ADDRESS = re.compile(r'^\s*"?(?P<name>[^<>"]*?)"?\s*<(?P<email>[^<>\s]+@[^<>\s]+)>\s*$')
#: longer is no name and address; the pattern takes the square of the length
_LONGEST_NAMED = 1000
_BOM = "\ufeff"

Lines = list[tuple[int, NewInvitation]]


def read_list(text: str, common: NewInvitation, categories: Mapping[str, str], languages: Mapping[str, str]) -> Lines:
    """Return whom a list names, each with the number of its line from 1; empty lines are left out.

    What a line does not say it takes from `common`. `categories` and `languages` say which key a folded name stands for;
    a name that they do not know stays as typed, and is refused later on. Cells are separated by tabs, semicolons or commas.
    """
    text = text.removeprefix(_BOM).replace("\r\n", "\n").replace("\r", "\n")
    found: Lines = []
    columns: Sequence[str] | None = None
    for number, cells in _rows(text):
        if columns is None:
            columns = _head(cells)
            if columns is not None:
                continue
            columns = COLUMNS
        found.append((number, _wish(_by_column(cells, columns), common, categories, languages)))
    return found


def names_of(called: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Return which key each folded name stands for: the key itself, or a name of it. A name that two share: none."""
    keys: dict[str, set[str]] = {}
    for key, names in called.items():
        for name in (key, *names):
            keys.setdefault(folded(name), set()).add(key)
    return {name: next(iter(found)) for name, found in keys.items() if len(found) == 1}


def meaning_of_name(said: str, beside: Collection[str]) -> str:
    """Return what a column called "Name" (`said` "name") or "Full name" (WHOLE_NAME) holds, by what stands `beside` it.

    "Nom" beside "Prénom" is the family name, "Nombre" beside "Apellidos" the given one; "" where both are there already.
    """
    there = {"given_name", "family_name"} & set(beside)
    if not there:
        return WHOLE_NAME
    if said == WHOLE_NAME or len(there) == 2:
        return ""
    return "family_name" if "given_name" in there else "given_name"


def _rows(text: str) -> Iterable[tuple[int, list[str]]]:
    """Yield the lines that hold anything as cells, numbered as in the text."""
    first = next((line for line in text.split("\n") if line.strip()), "")
    separator = max("\t;,", key=first.count)
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        # Lines typed by hand need not agree on what separates their cells.
        here = separator if separator in line else max("\t;,", key=line.count)
        try:
            cells = next(csv.reader(io.StringIO(line), delimiter=here), [])
        except csv.Error:
            cells = line.split(here)
        if not all(map(is_blank, cells)):
            yield number, [tidied(cell) for cell in cells]


def _head(cells: Sequence[str]) -> list[str] | None:
    """Return which column each cell of a head names, "" for one that we do not take; None when it is no head."""
    folds = [folded(cell) for cell in cells]
    columns = [_FIELD_OF.get(fold, "") for fold in folds]
    if not any(columns) or any("@" in cell for cell in cells):
        return None
    beside = {*columns, *("family_name" for fold in folds if fold in FAMILY_NAME_PARTS)}
    # Here a name in one piece stands where the person will find and correct it: in front.
    whole = {WHOLE_NAME: "given_name"}
    meant = [meaning_of_name(column, beside) if column in ("name", WHOLE_NAME) else column for column in columns]
    return [whole.get(column, column) for column in meant]


def _by_column(cells: Sequence[str], columns: Sequence[str]) -> dict[str, str]:
    if named := _NAMED_ADDRESS.match(cells[0][:_LONGEST_NAMED]):
        cells = [named["email"], named["name"], *cells[1:]] if len(cells) == 1 else cells
        columns = COLUMNS
    return {column: cell for column, cell in zip(columns, cells, strict=False) if column and cell}


def _wish(
    said: Mapping[str, str], common: NewInvitation, categories: Mapping[str, str], languages: Mapping[str, str]
) -> NewInvitation:
    category, language = said.get("category", ""), said.get("language", "")
    given_name, family_name = said.get("given_name", ""), said.get("family_name", "")
    if not family_name and "," in given_name:
        family_name, given_name = (part.strip() for part in given_name.split(",", 1))
    return replace(
        common,
        email=said.get("email", ""),
        given_name=given_name,
        family_name=family_name,
        institution=said.get("institution", ""),
        category=categories.get(folded(category), category) if category else common.category,
        language=languages.get(folded(language), language) if language else common.language,
    )

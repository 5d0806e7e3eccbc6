"""Exports of other programs, known by their heads: what their columns are of ours, and what their statuses mean.

Heads are those that the programs write: Indico, pretix and Hi.Events in English, the forms of Google and Microsoft in our
languages. What organizers asked by themselves is matched like any other column.
"""

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Source:
    """A program and the columns that its exports have of their own, folded."""

    title: str
    #: it is known by any of these sets of heads
    known_by: Sequence[Set[str]]
    #: what a column is: of ours the name, the column of a registration, or "whole_name"; "" for what is left out
    heads: Mapping[str, str]
    #: columns that are passed over where another one says the same
    gives_way: frozenset[str] = frozenset()
    #: its statuses by the values of ours that they are nearest to
    statuses: Mapping[str, str] = field(default_factory=dict)


def _left_out(*heads: str) -> dict[str, str]:
    return dict.fromkeys(heads, "")


def _any_of(*heads: Set[str]) -> Sequence[Set[str]]:
    return heads


_INDICO = Source(
    "Indico",
    _any_of({"id", "name", "registration state"}, {"id", "name", "registration date"}, {"id", "name", "affiliation"}),
    {"name": "whole_name", "email address": "email", "affiliation": "institution", "registration state": "status"}
    | _left_out("id", "registration date", "modification date", "created by", "price", "payment date", "checked in")
    | _left_out("check-in date", "title", "tags"),
    frozenset({"name"}),
    {
        "completed": "confirmed",
        "pending": "pending",
        "unpaid": "pending",
        "rejected": "declined",
        "withdrawn": "cancelled",
    },
)
_PRETIX = Source(
    "pretix",
    _any_of({"order code", "attendee name"}, {"order code", "attendee email"}),
    {"attendee name": "whole_name", "attendee name: given name": "given_name", "attendee email": "email"}
    | {"attendee name: family name": "family_name", "email": "email", "phone number": "phone", "company": "institution"}
    | {
        "job title": "position",
        "country": "country",
        "product": "category",
        "status": "status",
        "order locale": "language",
    }
    | _left_out("order code", "position id", "name", "event slug", "order date", "order time", "variation", "price")
    | _left_out(
        "tax rate", "tax rule", "tax value", "address", "zip code", "city", "state", "voucher", "pseudonymization id"
    )
    | _left_out("secret", "checked in", "checked out", "order comment", "sales channel", "invoice address name"),
    frozenset({"attendee name", "email"}),
    {"paid": "confirmed", "pending": "pending", "expired": "cancelled", "canceled": "cancelled"},
)
_HI_EVENTS = Source(
    "Hi.Events",
    _any_of({"first name", "last name", "is checked in", "public id"}),
    {"first name": "given_name", "last name": "family_name", "email": "email", "status": "status"}
    | {"product name": "category", "ticket name": "category"}
    | _left_out("id", "is checked in", "checked in at", "product id", "ticket id", "event id", "public id", "short id")
    | _left_out("created date", "last updated date", "notes"),
    statuses={"active": "confirmed", "awaiting_payment": "pending", "cancelled": "cancelled"},
)
_GOOGLE_FORMS = Source(
    "Google Forms",
    _any_of({"timestamp"}, {"marca temporal"}, {"horodateur"}),
    dict.fromkeys(("username", "nombre de usuario", "nom d'utilisateur", "direccion de correo electronico"), "email")
    | dict.fromkeys(("email address", "adresse e-mail", "adresse email"), "email")
    | _left_out("timestamp", "marca temporal", "horodateur", "score", "puntuacion", "note"),
    frozenset({"username", "nombre de usuario", "nom d'utilisateur"}),
)
_MICROSOFT_FORMS = Source(
    "Microsoft Forms",
    _any_of(
        {"start time", "completion time"},
        {"hora de inicio", "hora de finalizacion"},
        {"heure de debut", "heure de fin"},
    ),
    dict.fromkeys(("email", "correo electronico", "adresse de messagerie"), "email")
    | dict.fromkeys(("name", "nombre", "nom"), "whole_name")
    | _left_out("id", "start time", "completion time", "last modified time", "hora de inicio", "hora de finalizacion")
    | _left_out(
        "hora de la ultima modificacion", "heure de debut", "heure de fin", "heure de la derniere modification"
    ),
    frozenset({"email", "correo electronico", "adresse de messagerie", "name", "nombre", "nom"}),
)
_SOURCES = (_INDICO, _PRETIX, _HI_EVENTS, _GOOGLE_FORMS, _MICROSOFT_FORMS)


def recognized(folds: Collection[str]) -> Source | None:
    """Return the program that wrote a file with these heads, folded; None: none that we know."""
    there = set(folds)
    return next((source for source in _SOURCES if any(heads <= there for heads in source.known_by)), None)

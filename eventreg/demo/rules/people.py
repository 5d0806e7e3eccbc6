"""Fictional people: plainly so by their family names and institutions, with addresses that nobody can have (`.example`).

What happened to a fictional registration before now.

How fictional registrations stand, so that their statuses and the places taken fit each other.
"""

import random
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from eventreg.events.rules.categories import ApprovalRule
from eventreg.events.rules.seats import Places, Seats
from eventreg.exchange.rules.importing import CategoryRule
from eventreg.kernel.text import folded
from eventreg.registration.rules.availability import admit
from eventreg.registration.rules.states import TRANSITIONS, Action, Status


@dataclass(frozen=True)
class Person:
    """Who registers. `number` is unique among the people of an instance, and so is the address made from it."""

    number: int
    given_name: str
    family_name: str
    badge_name: str
    institution: str
    position: str
    country: str
    email: str
    phone: str
    language: str


_GIVEN: Sequence[str] = (
    *("Ana", "Luis", "María José", "Juan Carlos", "Sofía", "Óscar", "Ximena", "Íñigo", "Guadalupe", "Ángel", "Noé"),
    *("Rosario", "Hugo", "Belén", "Tomás", "Yolanda", "Raúl", "Itzel", "Emilia", "José Ángel", "Lucía", "Marisol"),
    *("Mary", "James", "Aisha", "Kevin", "Grace", "Zoë", "Renée", "Nguyễn", "Łucja", "Siân"),
)
_FIRST_FAMILY: Sequence[str] = (
    *(
        "Álvarez",
        "Bautista",
        "Castañeda",
        "Domínguez",
        "Estrada",
        "Figueroa",
        "Guzmán",
        "Hernández",
        "Islas",
        "Jiménez",
    ),
    *("López", "Méndez", "Nájera", "Ordóñez", "Pérez", "Quiñones", "Ríos", "Sánchez", "Toledo", "Urbina", "Vásquez"),
    *("Xolocotzi", "Yáñez", "Zúñiga"),
)
#: each holds a word that no family bears
_FAMILY: Sequence[str] = (
    *("Demo", "Ejemplo", "Muestra", "Prueba", "Ensayo", "Ficticia", "Inventado", "Modelo Demo", "Núñez Demo"),
    *("Muñoz Ejemplo", "Peña Muestra", "de la Demo", "de la Prueba y Ejemplo", "Ibáñez Ensayo", "O'Demo", "D’Ejemplo"),
    *("García-Demo", "Example", "Sample", "Specimen", "Placeholder", "Example-Demo", "Güell Demo", "Çelik Muestra"),
)
#: names that lists and badges must bear as well: one word, right to left, other scripts
_UNUSUAL: Sequence[tuple[str, str]] = (
    ("Demostración", ""),
    ("محمد", "تجربة"),
    ("示例", "李"),
    ("Пример", "Демо"),
    ("Ana 🌎", "Demo"),
    ("María de los Ángeles Guadalupe", "Demo de la Muestra y Ejemplo de los Ensayos"),
)
_ONE_IN_UNUSUAL = 60

_INSTITUTIONS: Sequence[tuple[str, str]] = (
    ("Ministerio Demo de Migración", "ministerio-demo.example"),
    ("Secretaría Ficticia de Gobernación", "secretaria-ficticia.example"),
    ("Instituto Demo de Población", "instituto-demo.example"),
    ("Consulado de Ejemplo en Tapachula", "consulado.example"),
    ("Universidad Demo del Altiplano", "universidad-demo.example"),
    ("Centro Ejemplo de Estudios Regionales", "centro-ejemplo.example"),
    ("Colegio Ficticio del Istmo", "colegio-ficticio.example"),
    ("Example University of the Coast", "university.example"),
    ("Demo Department of Borders", "department-demo.example"),
    ("Sample Institute for Migration Research", "sample-institute.example"),
)
_POSITIONS: dict[str, Sequence[str]] = {
    "es": ("Directora de área", "Analista", "Investigador titular", "Asesora", "Cónsul", "Profesora", "Coordinador"),
    "en": ("Director", "Analyst", "Senior researcher", "Adviser", "Professor", "Coordinator", "Policy officer"),
}
#: country, how many of a hundred, how its phone numbers begin; four digits follow. No number goes on with zeros, and in the
#: United States 555 01xx is nobody's
_COUNTRIES: Sequence[tuple[str, int, str]] = (
    ("MX", 34, "+52 55 0000 "),
    ("GT", 20, "+502 0000 "),
    ("HN", 11, "+504 0000 "),
    ("SV", 11, "+503 0000 "),
    ("CR", 6, "+506 0000 "),
    ("NI", 5, "+505 0000 "),
    ("PA", 4, "+507 0000 "),
    ("BZ", 2, "+501 000 "),
    ("US", 7, "+1 202 555 "),
)
_ENGLISH_SPEAKING = frozenset({"US", "BZ"})


def invent(number: int, chance: random.Random) -> Person:
    """Return the person with this number, drawn by `chance`."""
    given, family = chance.choice(_GIVEN), f"{chance.choice(_FIRST_FAMILY)} {chance.choice(_FAMILY)}"
    if chance.randrange(_ONE_IN_UNUSUAL) == 0:
        given, family = chance.choice(_UNUSUAL)
    country, _, prefix = chance.choices(_COUNTRIES, [share for _, share, _ in _COUNTRIES])[0]
    is_english = country in _ENGLISH_SPEAKING or chance.random() < 0.08
    language = "en" if is_english else "es"
    institution, domain = chance.choice(_INSTITUTIONS)
    return Person(
        number=number,
        given_name=given,
        family_name=family,
        badge_name=given if chance.random() < 0.1 else "",
        institution=institution,
        position=chance.choice(_POSITIONS[language]),
        country=country,
        email=f"{_mailbox(given)}.{number}@{domain}",
        phone=f"{prefix}{_digits(number, country)}",
        language=language,
    )


def _digits(number: int, country: str) -> str:
    """Return the end of a phone number: another one for each person, but where only a hundred are nobody's."""
    return f"01{number % 100:02}" if country == "US" else f"{number % 10_000:04}"


def _mailbox(given_name: str) -> str:
    """Return the plain letters of a name for a mail address; "persona" where it has none."""
    letters = [char for char in folded(given_name) if char.isascii() and unicodedata.category(char) == "Ll"]
    return "".join(letters) or "persona"


_REASONS = {
    "es": "Los lugares de este seminario son para otras áreas de trabajo (demostración).",
    "en": "The places of this seminar are for other fields of work (demonstration).",
}
_LONGEST_WAIT = timedelta(hours=20)


@dataclass(frozen=True)
class Decided:
    """An organizer's decision."""

    action: Action
    before: Status
    after: Status
    at: datetime
    reason: str = ""


@dataclass(frozen=True)
class History:
    """How a registration came to its status."""

    first_status: Status
    submitted_at: datetime
    decided: Decided | None = None
    withdrew_at: datetime | None = None

    @property
    def changed_at(self) -> datetime:
        """When the status last changed."""
        return self.withdrew_at or (self.decided.at if self.decided else self.submitted_at)

    @property
    def revision(self) -> int:
        """How often the status was set."""
        return 1 + (self.decided is not None) + (self.withdrew_at is not None)


def invent_history(
    rule: CategoryRule, status: Status, language: str, submitted_at: datetime, now: datetime, chance: random.Random
) -> History:
    """Return a history that ends in `status`, between submitting and now."""
    first = Status.CONFIRMED if rule.approval is ApprovalRule.AT_ONCE else Status.PENDING
    later = submitted_at + min(_LONGEST_WAIT, now - submitted_at) * chance.random()
    if status is Status.CANCELLED:
        return History(first, submitted_at, withdrew_at=later)
    if status is Status.DECLINED:
        return History(first, submitted_at, Decided(Action.DECLINE, first, Status.DECLINED, later, _REASONS[language]))
    if status is Status.CONFIRMED and first is Status.PENDING:
        return History(first, submitted_at, Decided(Action.APPROVE, first, Status.CONFIRMED, later))
    return History(status, submitted_at)


_SHARES = {
    ApprovalRule.AT_ONCE: {
        Status.CONFIRMED: 72,
        Status.WAITLISTED: 12,
        Status.DECLINED: 5,
        Status.CANCELLED: 11,
    },
    ApprovalRule.BY_ORGANIZER: {
        Status.CONFIRMED: 44,
        Status.PENDING: 25,
        Status.WAITLISTED: 11,
        Status.DECLINED: 11,
        Status.CANCELLED: 9,
    },
}


def draw_status(rule: CategoryRule, chance: random.Random) -> Status:
    """Draw how a registration in this category stands."""
    shares = _SHARES[rule.approval]
    return chance.choices(list(shares), list(shares.values()))[0]


def large_enough(seats: Seats) -> Seats:
    """Return the seats with limits raised to what is taken, where more is taken than there is."""
    limits = {id_: _raised(seats.in_category(id_)) for id_ in seats.limits}
    return replace(seats, limits=limits, capacity=_raised(seats.whole))


def settle(seats: Seats, drawn: Sequence[tuple[CategoryRule, Status]]) -> tuple[Seats, list[Status]]:
    """Return the seats after these people, and how each stands.

    Whoever was drawn to have a place has one: limits rise to what is taken. Whoever was drawn to wait waits only where
    nothing is free then, and is let in as the rules say otherwise: nobody waits for a place that is there.
    """
    for rule, status in drawn:
        if rule.takes_place(status):
            seats = seats.take(rule.id)
    seats = large_enough(seats)
    settled = []
    for rule, drawn_status in drawn:
        status = drawn_status
        if status is Status.WAITLISTED:
            admission = admit(rule.approval, rule.pending_counts, seats.of(rule.id))
            status = TRANSITIONS[Status.UNVERIFIED, admission.action]
            if admission.takes_place:
                seats = seats.take(rule.id)
        settled.append(status)
    return seats, settled


def _raised(places: Places) -> int | None:
    return None if places.limit is None else places.limit + places.over


def read(name: str) -> dict[str, Any]:
    """Return one of the demo's data files: "seminar", "programme", "questionnaire", "notice"."""
    return tomllib.loads((files("eventreg.demo") / "data" / f"{name}.toml").read_text(encoding="utf-8"))


def documents(
    data: Mapping[str, Any], programme: Mapping[str, Any], now: datetime
) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Return the event's document and those of its parts: facts from the top of `data`, the rest its demonstration values.

    Days are counted from today in the event's zone.
    """
    demo = data["demonstration"]
    first_day = now.astimezone(ZoneInfo(demo["time_zone"])).date() + timedelta(days=demo["starts_in_days"])

    def end(days_before: int) -> str:
        local = datetime.combine(first_day - timedelta(days=days_before), time.fromisoformat(demo["ends_at"]))
        return local.replace(tzinfo=ZoneInfo(demo["time_zone"])).isoformat()

    event = {
        **{name: data[name] for name in ("languages", "title", "city", "country", "region")},
        **{name: demo[name] for name in ("time_zone", "venue", "reference_prefix", "capacity", "few_places")},
        **{f"contact_{name}": value for name, value in data["contact"].items()},
        "contact_language": demo["contact_language"],
        "publication": "published",
        "registration_opens_at": now.isoformat(),
        "registration_closes_at": end(demo["registration_closes_days_before"]),
        "changes_until": end(demo["changes_until_days_before"]),
        "promotes_until": end(demo["promotes_until_days_before"]),
        # The contact person is real: nothing of the demo may reach anybody.
        "holds_mail": True,
    }
    organizations, days = data["organizations"], [first_day + timedelta(days=number) for number in range(data["days"])]
    return event, {
        "organizations": {"organizations": organizations},
        "institutions": {
            "institutions": [{"organization": entry["key"], "role": entry["role"]} for entry in organizations]
        },
        "days": {"days": [{"held_on": day.isoformat(), **_hours(demo["day_hours"])} for day in days]},
        "programme": {
            "sessions": [
                {"day": day.isoformat(), **_hours(session["hours"]), **session}
                for day, of_day in zip(days, programme["days"], strict=False)
                for session in of_day["sessions"]
            ]
        },
        "categories": {"categories": [{**entry, **demo["categories"][entry["key"]]} for entry in data["categories"]]},
        "texts": {
            **{name: data[name] for name in ("summary", "description", "audience")},
            "practical": [{**entry, "is_demonstration": True} for entry in demo["practical"]],
            "demonstration_note": demo["note"],
        },
    }


def _hours(hours: list[str]) -> dict[str, str]:
    return {"starts_at": hours[0], "ends_at": hours[1]}

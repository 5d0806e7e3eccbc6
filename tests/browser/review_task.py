"""An organizer's evening: find some people among four hundred, approve all but two, tell those two why, take the list out.

Each function is a phase; each line in it is something that a person does. Words are those of the Spanish screens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.klm import Meter
from tests.browser.person import Person

SEMINAR = "Migración y desafíos de seguridad en la frontera sur de México"
WHY = "El apoyo de viaje de este año ya está asignado."
#: where the question whether one needs travel support stands in the list
_SUPPORT = 15


@dataclass
class Evening:
    """What came of it."""

    meter: Meter = field(default_factory=Meter)
    #: names of those whom the filters found, and of the two who were declined
    found: Sequence[str] = ()
    left_out: Sequence[str] = ()
    #: the list for the hotel
    file: Path = Path()


def carry_out(page: Page) -> Evening:
    """Do the whole task from the page that a sign-in link opens."""
    evening = Evening()
    person = Person(page, evening.meter)
    for name, phase in _PHASES:
        with evening.meter.phase(name):
            phase(person, evening)
    return evening


def find_them(person: Person, evening: Evening) -> None:
    """Open the list and narrow it to whom it is about."""
    person.press("Entrar")
    person.follow(SEMINAR)
    person.follow("Solicitudes")
    person.set_box("Experto o experta de gobierno")
    person.set_box("Guatemala")
    person.choose_nth("Cualquier pregunta del formulario", _SUPPORT)
    person.push("Agregar un filtro")
    person.set_box("Sí, necesito apoyo")
    person.press("Aplicar filtros")
    person.follow("Por revisar")
    evening.found = person.page.locator("tbody th a").all_inner_texts()
    evening.left_out = evening.found[1:4:2]


def approve_the_others(person: Person, evening: Evening) -> None:
    """Approve all but two."""
    person.set_box("Elegir a todas las personas de esta página")
    for name in evening.left_out:
        person.set_box(f"Elegir a {name}", False)
    person.press("Aprobar")
    person.press(f"Aprobar {len(evening.found) - 2} solicitudes")


def tell_the_two_why(person: Person, evening: Evening) -> None:
    """Decline the two that are left, with the reason."""
    person.follow("Volver a la lista")
    person.set_box("Elegir a todas las personas de esta página")
    person.press("Rechazar")
    person.write("Motivo", WHY)
    person.press("Rechazar 2 solicitudes")


def take_the_list_out(person: Person, evening: Evening) -> None:
    """Take the confirmed out as a list on paper, without addresses, as the hotel needs it. Its mail is not ours to count."""
    person.follow("Volver a la lista")
    person.follow("Confirmada")
    person.unfold("Exportar")
    person.follow("Otros formatos y columnas")
    person.set_choice("Lista impresa (PDF)")
    person.set_choice("Las de la pantalla, en su orden")
    person.set_box("Con correos electrónicos y teléfonos", False)
    evening.file = person.fetch("Exportar")


_PHASES = (
    ("Find them", find_them),
    ("Approve all but two", approve_the_others),
    ("Tell the two why", tell_the_two_why),
    ("The list for the hotel", take_the_list_out),
)

"""An organizer's evening: find some people among four hundred, approve all but two, tell those two why, take the list out.

And the eight tasks of an evening, each from the front page of the event: `EVENING`.

Each function is a phase; each line in it is something that a person does. Words are those of the Spanish screens.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Page

from eventreg.kernel.clock import now
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
    person.follow("Personas")
    person.unfold("Filtros")
    person.set_box("Experto o experta de gobierno")
    person.set_box("Guatemala")
    person.choose_nth("Cualquier pregunta del formulario", _SUPPORT)
    person.push("Agregar un filtro")
    person.set_box("Sí, necesito apoyo")
    person.press("Aplicar filtros")
    person.unfold("Vista")
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
    person.unfold("Vista")
    person.follow("Confirmada")
    _take_hotel_list(person, evening)


def _take_hotel_list(person: Person, evening: Evening) -> None:
    person.unfold("Exportar")
    person.follow("Hotel: llegadas y noches")
    person.set_choice("Lista impresa (PDF)")
    evening.file = person.fetch("Exportar")


_PHASES = (
    ("Find them", find_them),
    ("Approve all but two", approve_the_others),
    ("Tell the two why", tell_the_two_why),
    ("The list for the hotel", take_the_list_out),
)


def decide_46(person: Person, _evening: Evening) -> None:
    """Look at each of those who wait, one after the other, and approve by the page's key, which leads to the next."""
    person.follow(_to_review(person.page))
    person.follow(person.page.locator("tbody th a").first.inner_text())
    for _number in range(46):
        person.hit("a")


def decline_two(person: Person, _evening: Evening) -> None:
    """Decline two of those who wait, and say why."""
    person.follow(_to_review(person.page))
    for name in person.page.locator("tbody th a").all_inner_texts()[1:4:2]:
        person.set_box(f"Elegir a {name}")
    person.press("Rechazar")
    person.write("Motivo", WHY)
    person.press("Rechazar 2 solicitudes")


def write_to_a_country(person: Person, _evening: Evening) -> None:
    """Write to everybody confirmed from Honduras, in both languages: their figure leads to their list."""
    person.follow("Cifras")
    person.follow("Las confirmadas")
    person.follow("Honduras")
    person.set_box("Elegir a todas las personas de esta página")
    person.press("Escribir")
    person.write_in("Asunto", {"Español": "Traslado desde Honduras", "English": "Transport from Honduras"})
    person.write_in("Texto", {"Español": _BUS["es"], "English": _BUS["en"]})
    person.press(person.page.get_by_role("button", name=_WRITES).first.inner_text())


def find_somebody(person: Person, _evening: Evening) -> None:
    """Find whoever telephones, by a part of the name; the list's keys open the first."""
    person.search("xolocotzi")
    person.hit("j", "Enter")


def hotel_list(person: Person, evening: Evening) -> None:
    """Take the confirmed out as a list on paper, without addresses: the ready-made list holds them alone."""
    person.follow("Personas")
    _take_hotel_list(person, evening)


def change_a_wording(person: Person, _evening: Evening) -> None:
    """Say on the event's page where it is, in both languages."""
    person.follow("Evento")
    person.write_in("Sede", {"Español": "Auditorio de la universidad", "English": "The university's auditorium"})
    person.press("Guardar textos")


def second_event(person: Person, _evening: Evening) -> None:
    """Make next year's event of this one."""
    person.follow("Copiar este evento")
    person.pick_date("Primer día", (now() + timedelta(days=365)).date().isoformat())
    person.press("Crear la copia")


def invite_a_colleague(person: Person, _evening: Evening) -> None:
    """Let a colleague in."""
    person.follow("Equipo")
    with person.within("Invitar a alguien al equipo"):
        person.write("Correo electrónico", "berta.demo@instituto.example")
        person.write("Nombre", "Berta Demo")
        person.set_choice("Revisión")
        person.press("Enviar la invitación")


def _to_review(page: Page) -> str:
    said = page.get_by_role("link", name=re.compile("^Revisar ")).first.text_content() or ""
    return " ".join(said.split())


_WRITES = re.compile(r"^(Escribir|Enviar) a \d+ ")
_BUS = {"es": "El autobús sale a las 7:00.", "en": "The bus leaves at 7:00."}
#: what can be asked of an organizer in one evening; each begins on the front page of the event
EVENING = (
    ("decide 46", decide_46),
    ("tell two why", decline_two),
    ("write to a country", write_to_a_country),
    ("find", find_somebody),
    ("hotel list", hotel_list),
    ("wording", change_a_wording),
    ("second event", second_event),
    ("colleague", invite_a_colleague),
)


def spend_evening(page: Page, slug: str) -> Meter:
    """Do the eight tasks, from the page that a sign-in link opens. Returning to the front page between two is not counted."""
    evening = Evening()
    person = Person(page, Meter())
    person.press("Entrar")
    for name, task in EVENING:
        page.goto(f"{page.url.partition('/manage')[0]}/manage/events/{slug}")
        with evening.meter.phase(name):
            task(Person(page, evening.meter), evening)
    return evening.meter

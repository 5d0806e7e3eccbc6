"""The task of a new user: the Tapachula seminar from nothing to published, and its copy for next year.

Each function is a phase; each line in it is something that a person does. Words are those of the Spanish screens.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from playwright.sync_api import Page

from tests.browser.klm import Meter
from tests.browser.organizer_facts import Colleague, Facts, in_words, lines_of
from tests.browser.person import Person

_ROLES = {"host": "Anfitriona", "co_organizer": "Coorganizadora", "funder": "Financiadora"}
_APPROVALS = {"at_once": "De inmediato, mientras haya lugares", "by_organizer": "Por una persona organizadora"}
_TOPICS = {"getting_there": "Cómo llegar", "other": "Otra cosa"}


def make_event(person: Person, facts: Facts) -> None:
    """Sign in, and begin with the kind of event that it is."""
    person.press("Entrar")
    person.follow("Evento nuevo")
    person.follow("Seminario de dos días")
    person.write_in("Título", in_words(facts.event["title"]))
    person.pick_date("Primer día", facts.day())
    person.pick_date("Hasta", facts.invented["day_hours"][1])
    person.write("Ciudad", facts.event["city"])
    person.write("Lugares en total", str(facts.invented["capacity"]))
    with person.within("Persona de contacto"):
        person.write("Nombre", facts.event["contact"]["name"])
        person.write("Correo electrónico", facts.event["contact"]["email"])
    person.press("Crear el evento")


def write_texts(person: Person, facts: Facts) -> None:
    """Write what the event is about in both languages."""
    person.follow("Evento")
    for label, name in (("Resumen", "summary"), ("Descripción", "description"), ("Para quién", "audience")):
        person.write_in(label, in_words(facts.event[name]))
    person.write_in("Sede", in_words(facts.invented["venue"]))
    _go_on(person)
    for number, item in enumerate(facts.invented["practical"], 1):
        if number <= 4:
            _go_on(person)
        person.choose("Tema", _TOPICS[item["topic"]])
        person.write_in("Encabezado", in_words(item["label"]))
        person.write_in("Texto", in_words(item["text"]), is_pasted=True)
        if number == 4:
            person.press("Guardar y agregar otro")
    _go_on(person)
    person.write_in("Cargo de la persona de contacto", in_words(facts.event["contact"]["position"]))
    person.write_in("Oficina de la persona de contacto", in_words(facts.event["contact"]["office"]))
    person.press("Guardar textos")


def _go_on(person: Person) -> None:
    """Save a subject, and go on to the next."""
    person.press(person.page.locator("button[value=on]").inner_text())


def set_dates(person: Person, facts: Facts) -> None:
    """Set until when people register, and what else is known of the contact person."""
    person.follow("Fechas y lugares")
    person.follow("Registro")
    ends_at, invented = facts.invented["ends_at"], facts.invented
    person.pick_date("El registro abre", f"{facts.today.isoformat()}T00:00")
    for label, days in (
        ("El registro cierra", invented["registration_closes_days_before"]),
        ("Las personas pueden cambiar sus respuestas hasta", invented["changes_until_days_before"]),
        ("Los lugares pasan solos a la lista de espera hasta", invented["promotes_until_days_before"]),
    ):
        person.pick_date(label, f"{facts.day(days)}T{ends_at}")
    _go_on(person)
    person.write("«Quedan pocos lugares» a partir de", str(invented["few_places"]))
    person.press("Guardar ajustes")
    person.follow("Persona de contacto")
    person.write("Teléfono", facts.event["contact"]["phone"])
    person.press("Guardar ajustes")


def set_categories(person: Person, facts: Facts) -> None:
    """Say who may come, how many of each, and who decides."""
    person.follow("Categorías")
    for number, category in enumerate(facts.event["categories"], 1):
        person.unfold(f"Categoría {number}")
        with person.within(f"Categoría {number}"):
            _set_category(person, category, facts.invented["categories"][category["key"]])
    for number in (3, 4):
        if number > len(facts.event["categories"]):
            person.unfold(f"Categoría {number}")
        with person.within(f"Categoría {number}"):
            person.set_box("Quitar esta categoría")
    person.press("Guardar categorías")


def _set_category(person: Person, category: dict[str, Any], rules: dict[str, Any]) -> None:
    person.write_in("Nombre", in_words(category["name"]))
    person.set_choice(_APPROVALS[rules["approval"]])
    if rules["approval"] == "by_organizer":  # nobody waits otherwise, and it is not asked
        person.set_box("Quien espera respuesta ocupa un lugar", rules["pending_counts"])
    person.write("Lugares", str(rules["places"]))


def add_institutions(person: Person, facts: Facts) -> None:
    """Say who stands behind the event, in order, with their logos."""
    person.follow("Instituciones")
    for organization in facts.event["organizations"]:
        with person.within("Agregar una institución"):
            _add_institution(person, organization, facts)


def _add_institution(person: Person, organization: dict[str, Any], facts: Facts) -> None:
    person.write_in("Nombre", in_words(organization["name"]))
    if "acronym" in organization:
        person.write("Siglas", organization["acronym"])
    person.attach("Logotipo", facts.logos[organization["key"]])
    person.set_choice(_ROLES[organization["role"]])
    if organization["short_name"]["es"] != organization["short_name"]["en"] and "acronym" not in organization:
        person.unfold("Nombre corto, tipo, país, sitio web")
        person.write_in("Nombre corto", in_words(organization["short_name"]))
    person.press("Guardar y agregar otra")


def write_programme(person: Person, facts: Facts) -> None:
    """Put both days of the document in."""
    person.follow("Programa")
    for number, sessions in enumerate(facts.programme):
        with person.within(facts.day_in_words(number)):
            person.follow("Agregar el día completo")
        person.write("Sesiones, una por línea", lines_of(sessions))
        person.set_box("En lugar de lo que hay ese día")
        person.press("Ver qué se agregaría")
        person.press("Reemplazar el día con estas sesiones")


def invite_colleagues(person: Person, facts: Facts) -> None:
    """Invite two colleagues."""
    person.follow("Equipo")
    for colleague in facts.colleagues:
        with person.within("Invitar a alguien al equipo"):
            _invite(person, colleague)


def _invite(person: Person, colleague: Colleague) -> None:
    person.write("Correo electrónico", colleague.email)
    person.write("Nombre", colleague.name)
    person.set_choice(colleague.role)
    if colleague.only:
        person.unfold("Limitar la función")
        person.set_box(colleague.only, True)
    person.press("Enviar la invitación")


def publish(person: Person, facts: Facts) -> None:
    """See that nothing is missing, publish, and look at the page in both languages."""
    person.follow("Hoy")
    person.follow("Ver la vista previa y publicar")
    person.press("Publicar el evento")
    person.follow("Abrir la página pública")
    person.follow("English")


def copy_event(person: Person, facts: Facts) -> None:
    """Make next year's event of this one, on other days, and publish it."""
    for _page in ("in English", "in Spanish"):
        person.go_back()
    person.unfold("Your account: Olga Demo")
    person.follow("Español")  # the language of the last page that was looked at stays with the browser
    person.unfold("Su cuenta: Olga Demo")
    person.follow("Sus eventos")
    person.follow(facts.event["title"]["es"])
    person.follow("Copiar este evento")
    person.pick_date("Primer día", facts.next_year.isoformat())
    person.press("Crear la copia")
    person.follow("Ver la vista previa y publicar")
    person.press("Publicar el evento")
    person.follow("Abrir la página pública")


#: the phases of the task by name; the copy is a task of its own
FROM_NOTHING = (
    ("new event", make_event),
    ("texts", write_texts),
    ("dates and contact", set_dates),
    ("categories", set_categories),
    ("institutions", add_institutions),
    ("programme", write_programme),
    ("colleagues", invite_colleagues),
    ("publish", publish),
)
NEXT_YEAR = (("copy for next year", copy_event),)


def carry_out(page: Page, facts: Facts, phases: Sequence[tuple[str, Callable[[Person, Facts], None]]]) -> Meter:
    """Let somebody carry phases out on a page that stands at the sign-in link or where the phase before ended."""
    person = Person(page, Meter())
    for name, carry in phases:
        with person.meter.phase(name):
            carry(person, facts)
    return person.meter

"""The task of a new user who writes a form: a short one from an empty event to published, and the seminar's whole questionnaire.

Each function is a phase; each line in it is something that a person does. Words are those of the Spanish screens.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

from tests.browser.klm import Meter
from tests.browser.organizer_facts import ENGLISH, SPANISH, Facts, in_words
from tests.browser.organizer_task import make_event, set_categories
from tests.browser.person import Person

_KINDS = {
    "short_text": "Texto corto", "long_text": "Texto largo", "choice": "Una sola opción",
    "multiple_choice": "Varias opciones", "yes_no": "Sí o no", "consent": "Consentimiento",
    "days": "Días de asistencia", "country": "País", "email": "Correo electrónico",
    "phone": "Número de teléfono", "url": "Dirección web", "file": "Archivo",
}  # fmt: skip
_COLUMNS = {
    "given_name": "nombre de pila", "family_name": "apellidos", "badge_name": "nombre en el gafete",
    "institution": "institución", "position": "cargo", "country": "país", "email": "correo electrónico",
    "phone": "teléfono",
}  # fmt: skip
_FILLS, _WHY = "La respuesta es, de la persona,", "Por qué se pregunta"


def asked_in_the_seminar() -> dict[str, Any]:
    """Return the questionnaire of the seminar as data."""
    found: dict[str, Any] = tomllib.loads(
        (files("eventreg.demo") / "data" / "questionnaire.toml").read_text(encoding="utf-8")
    )
    return found


def make_empty_event(person: Person, facts: Facts) -> None:
    """Make a draft event with the seminar's categories, and retire every question that its template brought."""
    make_event(person, facts)
    person.follow("Evento")
    set_categories(person, facts)
    person.follow("Preguntas")
    for label in person.page.locator("li[id^=question-] a").all_inner_texts():
        person.unfold(f"Más: {label}")
        person.press(f"Retirar: {label}")
    for title in person.page.locator("section[id^=section-] h2").all_inner_texts():
        person.press(f"Quitar: {title}")


# The seminar's whole questionnaire


def write_seminar(person: Person, facts: Facts) -> None:
    """Write every section with its questions."""
    for section in asked_in_the_seminar()["sections"]:
        person.follow("Agregar una sección")
        person.write_in("Título", in_words(section["title"]))
        if "intro" in section:
            person.write_in("Introducción", in_words(section["intro"]))
        person.press("Guardar sección")
        for question in section["questions"]:
            _write_question(person, question, facts)
            person.press("Guardar pregunta" if question is section["questions"][-1] else "Guardar y agregar otra")


def _write_question(person: Person, question: dict[str, Any], facts: Facts) -> None:
    person.follow(_KINDS[question["kind"]])
    person.write_in("Pregunta", in_words(question["label"]))
    _offer(person, question)
    if question.get("is_required"):
        with person.within("¿Debe responderse?"):
            person.set_choice("Sí")
    if "column" in question:
        person.choose(_FILLS, _COLUMNS[question["column"]])
    person.unfold("Finalidad con sus propias palabras")
    person.write_in("O con sus propias palabras", in_words(question["purpose"]))
    if "help" in question:
        person.unfold("Ayuda debajo de la pregunta")
        person.write_in("Ayuda debajo de la pregunta", in_words(question["help"]))
    _set(person, question.get("settings", {}))
    if "categories" in question:
        person.unfold("Preguntar solo a algunas categorías")
        with person.within("Se pregunta a"):
            for category in facts.event["categories"]:
                person.set_box(category["name"]["es"], category["key"] in question["categories"])
    person.unfold("Privacidad y conservación")
    person.set_box("Sensible", question.get("is_sensitive", False))
    person.write("Días después del evento hasta que se borra la respuesta", str(question["retention_days"]))


def _offer(person: Person, question: dict[str, Any]) -> None:
    options = question.get("options")
    if options and question["kind"] == "yes_no":
        words = {"yes": "Sí", "no": "No"}
        person.unfold("Otras palabras para «Sí» y «No»")
        for option in sorted(options, key=lambda option: list(words).index(option["value"])):
            for language, text in in_words(option["label"]).items():
                person.write(f"En lugar de «{words[option['value']]}», {language}", text)
        if options[0]["value"] == "no":
            person.press("Subir: 2")
    elif options:
        person.unfold("Pegar muchas respuestas de una vez")
        lines = "\n".join(f"{option['label']['es']} | {option['label']['en']}" for option in options)
        person.write("Una respuesta por línea", lines, is_pasted=True)
        person.press("Convertir estas líneas en respuestas")


def _set(person: Person, settings: dict[str, Any]) -> None:
    if "max_length" in settings:
        person.write("Máximo de caracteres", str(settings["max_length"]))
    for name in settings.get("types", ()):
        person.set_box(name.upper())
    if "max_bytes" in settings:
        person.write("Tamaño máximo en megabytes", str(settings["max_bytes"] // 1_000_000))


# A short form with a condition


def write_who(person: Person, facts: Facts) -> None:
    """Ask who it is; the first question brings its section."""
    person.follow("Agregar la primera pregunta")
    person.follow("Nombre de una persona")
    _say(person, "Su nombre", "Your name")
    person.choose(_FILLS, "nombre de pila")
    person.press("Guardar y agregar otra")
    person.follow("Correo electrónico")
    _say(person, "Correo electrónico", "Mail address")
    person.choose(_FILLS, "correo electrónico")
    person.press("Guardar y agregar otra")
    person.follow("Texto corto")
    _say(person, "Institución", "Institution")
    person.choose(_FILLS, "institución")
    person.press("Guardar pregunta")


def write_options(person: Person, facts: Facts) -> None:
    """Add a section, and in it a question with answers to choose from."""
    person.follow("Agregar una sección")
    person.write_in("Título", {SPANISH: "Su viaje", ENGLISH: "Your journey"})
    person.press("Guardar sección")
    person.follow("Una sola opción")
    _say(person, "¿Cómo llega a Tapachula?", "How do you get to Tapachula?", "Para organizar el viaje y el hospedaje")
    answers = (("En avión", "By air"), ("En autobús", "By bus"), ("Vivo allí", "I live there"))
    for number, (spanish, english) in enumerate(answers, 1):
        person.write(f"Respuesta {number}, {SPANISH}", spanish)
        person.write(f"Respuesta {number}, {ENGLISH}", english)
    person.press("Guardar y agregar otra")


def write_condition(person: Person, facts: Facts) -> None:
    """Ask for the flight of whoever flies, and of nobody else."""
    person.follow("Texto corto")
    _say(person, "Número de vuelo", "Flight number", "Para organizar el viaje y el hospedaje", is_required=False)
    person.unfold("Preguntar solo cuando…")
    person.choose("Preguntar solo si se respondió esto", "En avión")
    person.press("Guardar y agregar otra")


def write_country(person: Person, facts: Facts) -> None:
    """Ask for the country of the passport."""
    person.follow("País")
    _say(person, "País de su pasaporte", "Country of your passport", "Para cartas de invitación y visas")
    person.press("Guardar y agregar otra")


def write_visa(person: Person, facts: Facts) -> None:
    """Ask for the visa of everybody but Mexicans."""
    person.follow("Texto corto")
    _say(person, "Número de visa", "Visa number", "Para cartas de invitación y visas", is_required=False)
    person.unfold("Preguntar solo cuando…")
    person.choose("Preguntar solo si se respondió esto", "México")
    person.set_box("Al revés: cuando no sea así")
    person.press("Guardar pregunta")


def preview(person: Person, facts: Facts) -> None:
    """See the form as participants see it, in both languages."""
    person.follow("Vista previa")
    person.choose("Idioma", ENGLISH)
    person.press("Mostrar")
    person.follow("Volver a las preguntas")


def publish_questions(person: Person, facts: Facts) -> None:
    """Publish the draft."""
    person.follow("Publicar")
    person.press("Publicar preguntas")


def _say(
    person: Person,
    spanish: str,
    english: str,
    purpose: str = "Para registrarle y comunicarnos con usted",
    *,
    is_required: bool = True,
) -> None:
    """Write the question in both languages, choose why it is asked, and say whether it must be answered."""
    person.write_in("Pregunta", {SPANISH: spanish, ENGLISH: english})
    if is_required:
        with person.within("¿Debe responderse?"):
            person.set_choice("Sí")
    person.choose(_WHY, purpose)


#: the phases of each task by name; each begins on the page of the questions of an empty event
SHORT_FORM = (
    ("sections and questions", write_who),
    ("options", write_options),
    ("condition", write_condition),
    ("country", write_country),
    ("condition on country", write_visa),
    ("preview", preview),
    ("publish", publish_questions),
)
WHOLE_FORM = (("questions", write_seminar), ("publish", publish_questions))


def build(page: Page, facts: Facts, phases: Sequence[tuple[str, Callable[[Person, Facts], None]]]) -> Meter:
    """Let somebody make an empty event, which is not counted, and carry phases out on it; the page stands at the sign-in link."""
    make_empty_event(Person(page, Meter()), facts)
    person = Person(page, Meter())
    for name, carry in phases:
        with person.meter.phase(name):
            carry(person, facts)
    return person.meter

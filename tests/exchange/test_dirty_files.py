"""Files as they come: words that are none of the form's, other programs' columns, rows that are refused (case 42)."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from eventreg.attendees.queries.people import list_definitions
from eventreg.db import db, transaction
from eventreg.events.models import Event
from eventreg.exchange.incoming.accepted import Accepted
from eventreg.exchange.incoming.words import _proposed
from eventreg.exchange.models import Import
from eventreg.exchange.services.importing import matching_of, mends_of, sweep_imports, take_file
from eventreg.kernel.clock import now
from eventreg.kernel.text import folded
from eventreg.mail.models import MailMessage
from eventreg.registration.models import Registration
from eventreg.registration.queries.answers import load_answers
from eventreg.web.instance import config
from tests.builders import a_team_member, an_event
from tests.exchange.incoming import a_file, an_importer, outcomes, put_in, tried
from tests.support.pages import Page, Pages

HEAD = ("Nombre", "Apellidos", "Institución", "País", "Correo", "Calidad", "¿Qué días?")
#: twenty people as somebody typed them: 18 who can be taken, one twice, one without an address that could be written to
ROWS = [
    ("Íñigo", "Muñoz Peña", "Secretaría de Prueba", "México", "inigo@gob.example", "Gobierno", "14 y 15"),
    ("Ana", "de la Cruz", "Universidad; Facultad", "Mexico", "ana@uni.example", "academia", "14"),
    ("José", "Núñez", "Ayuntamiento", "MÉXICO", "jose@gob.example", "Gob.", "14 y 15"),
    ("Lucía", "Gómez", "Universidad de Prueba", "Guatemala", "lucia@uni.example", "Académico", "15"),
    ("Raúl", "Sáenz", "Universidad de Prueba", "guatemala", "raul@uni.example", "Universidad", "ambos"),
    ("Noé", "Ibáñez", "Secretaría de Prueba", "GT", "noe@gob.example", "gobierno", "14 y 15"),
    ("Sofía", "Ruiz", "Secretaría de Prueba", "MX", "sofia@gob.example", "Gobierno estatal", "14-15"),
    ("Inés", "Vázquez", "Universidad de Prueba", "México", "ines@uni.example", "ACADEMIA", "14,15"),
    ("Óscar", "León", "Ayuntamiento", "México", "oscar@gob.example", "Gob.", "15 de marzo"),
    ("Ana", "de la Cruz", "Universidad; Facultad", "Mexico", "ANA@uni.example", "academia", "14"),
    ("Zoé", "Ávila", "Universidad de Prueba", "México", "zoe@uni.example", "Académico", "14 y 15"),
    ("Ema", "Ríos", "Secretaría de Prueba", "México", "ema@gob.example", "Gobierno", "ambos"),
    ("Luis", "Peña", "Secretaría de Prueba", "México", "luis (arroba) gob.example", "Gobierno", "14"),
    ("Hugo", "Gil", "Universidad de Prueba", "México", "hugo@uni.example", "Universidad", ""),
    ("Elí", "Cano", "Universidad de Prueba", "México", "eli@uni.example", "academia", "15"),
    ("Rosa", "Mota", "Secretaría de Prueba", "México", "rosa@gob.example", "Gobierno", "14 y 15"),
    ("Iván", "Solís", "Secretaría de Prueba", "México", "ivan@gob.example", "Gob.", "14"),
    ("Pía", "Luna", "Universidad de Prueba", "México", "pia@uni.example", "Académico", "ambos"),
    ("Saúl", "Paz", "Secretaría de Prueba", "México", "saul@gob.example", "Gobierno", "14 y 15"),
    ("Eva", "Sol", "Universidad de Prueba", "México", "eva@uni.example", "Universidad", "15"),
]


def at_the_desk(pages: Pages, event: Event) -> Pages:
    return pages.sign_in(a_team_member(event, "manager"))


def upload(visitor: Pages, event: Event, content: bytes) -> Page:
    start = visitor.get(f"/manage/events/{event.slug}/registrations/import")
    return start.submit("Continue to the columns", {"File": ("personas.csv", content)}, 303).follow()


def people(event: Event) -> list[Registration]:
    db.session.rollback()
    return list(db.session.scalars(select(Registration).where(Registration.event_id == event.id)))


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_of_twenty_dirty_rows_eighteen_are_in_after_one_step_and_two_come_back(app: Flask, pages: Pages) -> None:
    event = an_event(first_day=date(2027, 3, 14))
    visitor = at_the_desk(pages, event)
    content = a_file(*ROWS, head=HEAD, separator=";", encoding="latin-1")
    page = upload(visitor, event, content).submit("Check file", {"¿Qué días?": "answer.days"}, 303).follow()
    assert page.heading == "What the words mean"
    assert page.has("Gob. 3 rows"), "once for all its rows"
    said = {"Universidad": "Academia"}
    page = page.submit("Check file", said, 303).follow()
    assert page.has("18 would be added")
    assert page.has("2 rows are refused.")
    assert page.has("Nobody is written to.")
    page = page.submit("Import the 18 good rows", {}, 303).follow()
    there = people(event)
    assert len(there) == 18
    assert sum(event.categories[0].id == each.category_id for each in there) == 9, "government"
    days = [str(day.id) for day in event.days]
    by_name = {each.given_name: load_answers(each).get("days") for each in there}
    assert (by_name["Íñigo"], by_name["Sofía"], by_name["Raúl"], by_name["Inés"]) == (days, days, days, days)
    assert (by_name["Óscar"], by_name["Hugo"]) == (days[1:], None)
    assert db.session.scalar(select(func.count()).select_from(MailMessage)) == 0
    rest = rows_of(visitor.get(page.link("Download them with the reasons")).body)
    assert [row[0] for row in rest] == ["Nombre", "Ana", "Luis"]
    assert rest[0][-1] == "Why not imported"
    assert "stands in row 3 as well" in rest[1][-1]
    assert "for example name@institution.org" in rest[2][-1]
    assert [path.stem.rpartition("-")[2] for path in config().imports.glob("*")] == ["rest"], "no more is kept"
    # The file that came back is taken as the one before was, and what was mended in it goes in.
    rest[2][4] = "luis@gob.example"
    again = upload(visitor, event, a_file(*rest[1:], head=rest[0]))
    assert again.has("Columns and words are matched as in the last file with these titles.")
    page = again.submit("Check file", {}, 303).follow()
    assert page.has("1 would be added")
    page.submit("Import", {}, 303)
    assert len(people(event)) == 19
    sweep_imports(now() + timedelta(hours=25))
    assert list(config().imports.glob("*")) == [], "until the day ends"


def test_a_row_is_mended_in_the_table_and_what_was_typed_stays(event: Event, pages: Pages) -> None:
    visitor = at_the_desk(pages, event)
    good = ("Ana", "Demo", "Casa", "GT", "ana@uni.example", "Academia")
    page = upload(visitor, event, a_file(good, ("Luis", "Peña", "Casa", "GT", "luis", "Academia"), head=HEAD[:6]))
    page = page.submit("Check file", {}, 303).follow()
    page = page.submit("Check again with these corrections", {"Row 3: Email address": "luis@"}, 303).follow()
    assert [field.get("value") for field in page.all("input", id="cell-3-4")] == ["luis@"]
    page = page.submit("Check again with these corrections", {"Row 3: Email address": "luis@gob.example"}, 303).follow()
    page.submit("Import", {}, 303)
    assert [each.email for each in people(event)] == ["ana@uni.example", "luis@gob.example"]


def test_a_name_that_is_divided_wrongly_is_mended_in_the_table(event: Event, pages: Pages) -> None:
    visitor = at_the_desk(pages, event)
    content = a_file(("Juan Carlos Pérez", "Casa", "GT", "j@uni.example", "Academia"), head=("Nombre", *HEAD[2:6]))
    page = upload(visitor, event, content).submit("Check file", {}, 303).follow()
    assert page.has("Family name: Carlos Pérez")
    page.submit("Check again with these corrections", {"Row 2: whole name": "Pérez, Juan Carlos"}, 303).follow().submit(
        "Import", {}, 303
    )
    assert [(each.given_name, each.family_name) for each in people(event)] == [("Juan Carlos", "Pérez")]


def test_what_is_no_choice_is_refused_beside_the_word_and_the_choice_stays(event: Event, pages: Pages) -> None:
    visitor = at_the_desk(pages, event)
    row = ("Ana", "Demo", "Casa", "GT", "ana@uni.example", "Nadie", "nunca")
    page = upload(visitor, event, a_file(row, head=(*HEAD[:6], "Días de asistencia")))
    page = page.submit("Check file", {}, 303).follow()
    first, empty = str(event.days[0].held_on), "Leave the cell empty"
    refused = page.submit("Check file", {"nunca": [first, empty]}, 422)
    assert "“nunca” cannot both be left empty and mean something" in " ".join(refused.errors())
    ticked = [field.get("value") for field in refused.all("input", type="checkbox") if "checked" in field.attrib]
    assert ticked == [first, "-"]
    page = refused.submit("Check file", {"nunca": [empty]}, 303).follow()
    assert page.has("There is no category “Nadie”. Accepted: Government; Academia")
    assert not page.has("nunca"), "left empty"
    assert page.has("Say what 1 word means")


def test_words_of_sensitive_answers_are_not_remembered(event: Event, pages: Pages) -> None:
    """Case 53: what stays beside the sealed file is readable in a dump."""
    from tests.builders import a_questionnaire, text
    from tests.questionnaire import DEFINITION

    options = [{"value": "none", "label": text("Sin nuez", "No nuts")}]
    sensitive = {"is_sensitive": True, "retention_days": 30, "purpose": text("Cocina", "Kitchen")}
    asked = {"key": "meal", "kind": "choice", "label": text("Menú", "Menu"), "options": options, **sensitive}
    section = {"key": "more", "title": text("Más", "More"), "questions": [asked]}
    a_questionnaire(event, {"sections": [*DEFINITION["sections"], section]}, version=5)
    visitor = at_the_desk(pages, event)
    row = ("Ana", "Demo", "Casa", "GT", "ana@uni.example", "Nadie", "alergia")
    page = upload(visitor, event, a_file(row, head=(*HEAD[:6], "Menu"))).submit("Check file", {}, 303).follow()
    page = page.submit("Check file", {"alergia": "No nuts", "Nadie": "Academia"}, 303).follow()
    kept = db.session.scalars(select(Import)).one()
    assert kept.details["words"] == {"category": {"nadie": "academia"}}
    assert "alergia" in mends_of(kept).words["answer.meal"]
    page.submit("Import", {}, 303)
    assert load_answers(people(event)[0])["meal"] == ["none"]


DAYS = {"2027-03-14": "domingo 14", "2027-03-15": "lunes 15", "2027-03-16": "martes 16"}
SECTORS = {"government": "Gobierno", "academia": "Academia", "society": "Sociedad civil"}


@pytest.mark.parametrize(
    ("word", "choices", "proposed"),
    [
        ("14 y 15", DAYS, ["2027-03-14", "2027-03-15"]),
        ("del 14 al 16 de marzo", DAYS, list(DAYS)),
        ("Día 2", DAYS, ["2027-03-15"]),
        ("todos los días", DAYS, list(DAYS)),
        ("17", DAYS, []),
        ("Gob.", SECTORS, ["government"]),
        ("gobieno", SECTORS, ["government"]),
        ("Gobierno estatal", SECTORS, ["government"]),
        ("Académica", SECTORS, ["academia"]),
        ("ONG", SECTORS, []),
        ("Gobierno / Academia", SECTORS, []),
    ],
)
def test_what_is_proposed_for_a_word(word: str, choices: dict[str, str], proposed: list[str]) -> None:
    called = {folded(name): text for text, name in choices.items()}
    accepted = Accepted(list(choices.items()), called, is_many=choices is DAYS)
    assert _proposed(folded(word), accepted, {}) == proposed


WHOLE, GIVEN, FAMILY, EMAIL = "whole_name.2", "answer.given_name", "answer.family_name", "answer.email"
#: files in the shape of what other programs export, and what each of their columns is
EXPORTS = Path(__file__).with_name("exports")
INSTITUTION, COUNTRY = "answer.institution", "answer.country"
SOURCES = {
    "Indico": ["", WHOLE, EMAIL, INSTITUTION, COUNTRY, "answer.phone", "", "status", ""],
    "pretix": ["", "", "status", "", "", "category", "", GIVEN, FAMILY, EMAIL, INSTITUTION, COUNTRY],
    "Hi.Events": ["", GIVEN, FAMILY, EMAIL, "status", *[""] * 3, "category", *[""] * 6, COUNTRY, INSTITUTION],
    "Google Forms": ["", EMAIL, WHOLE, INSTITUTION, COUNTRY, "answer.days"],
    "Microsoft Forms": [*[""] * 5, "whole_name.-2", EMAIL, INSTITUTION, COUNTRY, "answer.topics"],
}


@pytest.mark.parametrize("program", SOURCES)
def test_exports_of_other_programs_are_recognized_by_their_heads(app: Flask, pages: Pages, program: str) -> None:
    event = an_event(first_day=date(2027, 3, 14))
    matching, file = SOURCES[program], f"{program.lower().replace(' ', '_').replace('.', '_')}.csv"
    page = upload(at_the_desk(pages, event), event, (EXPORTS / file).read_bytes())
    assert page.has(f"It looks like an export of {program}.")
    assert matching_of(db.session.scalars(select(Import)).one()) == matching
    page = page.submit(
        "Check file", {} if "category" in matching else {"Category of new people": "academia"}, 303
    ).follow()
    if page.heading == "What the words mean":
        page = page.submit("Check file", {}, 303).follow()
    page.submit("Import", {}, 303)
    [person] = people(event)
    assert (person.given_name, person.family_name, person.email) == ("Ana Luz", "Demo Peña", "ana@uni.example")
    assert (person.institution, person.country) == ("Casa de Prueba", "GT")
    assert event.categories[1].id == person.category_id
    assert person.status.value == ("confirmed" if "status" in matching else "pending")


def test_the_mapping_is_remembered_by_heads_for_the_event_and_for_whoever_made_it(event: Event) -> None:
    importer, other = an_importer(event), an_event()
    head = ("Uno", "Dos", "Email address")
    row, _ = tried(event, a_file(("Ana", "Demo", "ana@uni.example"), head=head), importer)
    with transaction() as session:
        details = session.get_one(Import, row.id).details
        session.get_one(Import, row.id).details = {**details, "matching": [FAMILY, GIVEN, ""]}
    again = take_file(event.id, "x.csv", a_file(("x",) * 4, head=("Tres", *head)), an_importer(event))
    assert matching_of(again) == ["", FAMILY, GIVEN, ""], "the address was left out on purpose"
    assert matching_of(take_file(other.id, "x.csv", a_file(("x",) * 3, head=head), importer))[:2] == [FAMILY, GIVEN]
    stranger = take_file(other.id, "x.csv", a_file(("x",) * 3, head=head), an_importer(other))
    assert matching_of(stranger) == ["", "", EMAIL]
    part = take_file(event.id, "x.csv", a_file(("x",) * 2, head=("Dos", "Email address")), importer)
    assert matching_of(part) == ["", EMAIL], "another file"


def test_a_word_means_nothing_where_its_meaning_is_offered_no_more(event: Event) -> None:
    assert list_definitions(event.id)
    put_in(event, a_file(("Ana", "x", "C", "GT", "a@uni.example", "academia"), head=HEAD[:6]))
    kept = db.session.scalars(select(Import)).one()
    with transaction() as session:
        words = {"category": {"gob": "nobody", "uni": "academia"}}
        session.get_one(Import, kept.id).details = {**kept.details, "words": words}
    rows = [("Ana", "x", "C", "GT", f"{word}@uni.example", word) for word in ("gob", "uni")]
    assert [outcome.value for outcome in outcomes(tried(event, a_file(*rows, head=HEAD[:6]))[1])] == [
        "refused",
        "added",
    ]

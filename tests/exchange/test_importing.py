"""A file of people: tried row by row, its good rows put in or all or nothing, and an export comes back unchanged (case 42)."""

from __future__ import annotations

import copy
import csv
import io
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from eventreg.audit.queries import list_traces
from eventreg.db import db
from eventreg.events.models import Event
from eventreg.events.organizers import Organizer
from eventreg.exchange.models import Import
from eventreg.exchange.rules.exports import ExportFormat
from eventreg.exchange.rules.importing import Full, Outcome, RefusedRows, WantedStatus
from eventreg.exchange.services.background import TELL_ADDED_JOB
from eventreg.exchange.services.importing import (
    confirm_import,
    matching_of,
    open_rest,
    open_trial,
    take_file,
    terms_of,
    try_file,
)
from eventreg.jobs.running import run_due
from eventreg.jobs.services import job_registry
from eventreg.kernel.errors import Refused
from eventreg.mail.models import MailMessage
from eventreg.registration.models import Answer, Consent, OptionPlace, Registration
from eventreg.registration.queries.answers import load_answers
from eventreg.registration.rules.states import Action, Status
from eventreg.registration.rules.ways_in import WayKind
from eventreg.registration.services.decisions import decide
from tests.builders import a_questionnaire, a_registration, a_team_member, an_event, register_somebody, text
from tests.exchange.incoming import (
    HEAD,
    a_file,
    a_row,
    an_importer,
    changes,
    exported,
    outcomes,
    problems,
    put_in,
    tried,
)
from tests.questionnaire import DEFINITION, EVERY_KIND
from tests.registration.records import fresh, history, jobs_of, places_of, told

pytestmark = pytest.mark.usefixtures("app")
ADDED, CHANGED, SAME, REFUSED = Outcome.ADDED, Outcome.CHANGED, Outcome.SAME, Outcome.REFUSED


def csv_rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode())))[1:]


def everybody(event: Event) -> list[Registration]:
    db.session.rollback()
    return list(
        db.session.scalars(select(Registration).where(Registration.event_id == event.id).order_by(Registration.id))
    )


@pytest.mark.both_databases
def test_people_are_added_with_names_as_typed_and_nobody_is_written_to(event: Event) -> None:
    """Cases 25 and 42."""
    content = a_file(
        (
            "Íñigo",
            "de la O’Demo y Peña",
            "Éxodo, A.C.",
            "GT",
            "inigo@instituto.example",
            "academia",
            "2027; x",
            "woman",
        ),
        ("محمد", "", "研究所", "México", "M@instituto.example", "GOBIERNO", "", "Hombre"),
        ("Zoë 🌎", "Demo", "=SUMA(A1)", "Mexico", "zoe@instituto.example", "Government", "no meat", "Woman"),
        head=(*HEAD, "Diet", "Sexo"),
    )
    put = put_in(event, content)
    rows = everybody(event)
    assert [row.id for row in rows] == list(put.added)
    assert [(row.given_name, row.family_name) for row in rows] == [
        ("Íñigo", "de la O’Demo y Peña"), ("محمد", ""), ("Zoë 🌎", "Demo"),
    ]  # fmt: skip
    assert [row.country for row in rows] == ["GT", "MX", "MX"]
    assert rows[2].institution == "=SUMA(A1)"
    assert [row.status for row in rows] == [Status.PENDING, Status.CONFIRMED, Status.CONFIRMED]
    assert {row.came_by for row in rows} == {WayKind.IMPORT}
    assert set(places_of(event)) == {row.id for row in rows}, "pending people count here"
    assert load_answers(rows[0])["diet"] == ["2027; x"]
    assert db.session.scalars(select(Answer).where(Answer.question_key == "diet")).first().value is None, "sealed"  # type: ignore[union-attr]
    assert load_answers(rows[1])["sex"] == ["man"]
    assert db.session.scalar(select(func.count()).select_from(MailMessage)) == 0
    assert db.session.scalar(select(func.count()).select_from(Consent)) == 0, "case 29"
    assert history(rows[0]) == [("imported_pending", {})]
    [trace] = list_traces(event.id, "event", event.id)
    assert (trace.entry.action, trace.detail) == (
        "people_imported",
        {"file": "personas.csv", "people_added": 3, "people_changed": 0},
    )


@pytest.mark.both_databases
def test_each_problem_stands_beside_its_row_and_column_and_one_undoes_all_where_that_is_chosen(event: Event) -> None:
    """Case 42: good rows, or all or nothing, as chosen; what would be accepted is said."""
    content = a_file(
        a_row(),
        a_row(email="sin arroba"),
        a_row("", email="nadie@instituto.example"),
        a_row(email="otra@instituto.example", category="Nadie", country="Utopía"),
        a_row(email="ANA@instituto.example"),
        a_row(email=""),
    )
    importer = an_importer(event)
    row, found = tried(event, content, importer, refused=RefusedRows.ALL)
    assert outcomes(found) == [ADDED, REFUSED, REFUSED, REFUSED, REFUSED, REFUSED]
    assert "(sin arroba)" in problems(found.lines[1])["Email address"]
    assert problems(found.lines[2]) == {"Given name": "This is missing"}
    assert problems(found.lines[3])["Category"].startswith("There is no category “Nadie”. Accepted: ")
    assert problems(found.lines[3])["Country"].endswith(
        "(Utopía). Accepted: Guatemala; Mexico; Afghanistan; Åland Islands; Albania; Algeria; American Samoa; Andorra; …"
    )
    assert problems(found.lines[4]) == {"": "The same person stands in row 2 as well"}
    assert problems(found.lines[5]) == {"Email address": "This is missing"}
    with pytest.raises(Refused, match="differs"):
        confirm_import(event.id, row.public_id, importer)
    assert everybody(event) == []
    try_file(event.id, row.public_id, matching_of(row), replace(terms_of(row), refused=RefusedRows.LEFT), importer)
    confirm_import(event.id, row.public_id, importer, rest_title="Why")
    assert [each.email for each in everybody(event)] == ["ana@instituto.example"]
    rest = list(csv.reader(io.StringIO(open_rest(db.session.get_one(Import, row.id), "").decode("utf-8-sig"))))
    assert rest[0] == [*HEAD, "Why"]
    assert rest[2][-3:] == ["nadie@instituto.example", "Academia", "Given name: This is missing"]
    assert len(rest) == 6


HOSTILE = ("+52 962 555 0123", "'=1+1", "@x", "\tTab", "''+1", "-5; ñ")


@pytest.mark.both_databases
@pytest.mark.parametrize("format_", [ExportFormat.CSV, ExportFormat.XLSX], ids=["csv", "xlsx"])
@pytest.mark.parametrize("language", ["es", "en"])
def test_an_export_comes_back_and_changes_nothing(app: Flask, format_: ExportFormat, language: str) -> None:
    """Cases 38 and 42: every kind of question, every status, formulas, answers under an older version, all columns."""
    event = an_event()
    a_questionnaire(event, EVERY_KIND)
    given: dict[str, Any] = {
        "topics": ["law", "data"], "sex": ["woman"], "travels": ["yes"], "diet": ["sin gluten"], "arrival": ["2027-03-10"],
        "stay_abroad": ["2027-03-10", "2027-03-13"], "flight_at": ["14:30"], "experience": ["12"], "worked_in": ["GT", "HN"],
        "preferences": ["data", "law"], "companion": ["Ana", "de la Demo", "Anita"], "mother_tongue": ["es"],
        "other_institution": ["Casa; de, todo"], "orcid": ["0000-0002-1825-0097"],
    }  # fmt: skip
    people = [
        a_registration(
            event, "government" if number % 2 else "academia", status, institution=HOSTILE[number % len(HOSTILE)],
            phone="+52 962 555 0123" if number else "", answers=given if number else {}, family_name=f"'{HOSTILE[number]}",
        )
        for number, status in enumerate(Status)
    ]  # fmt: skip
    a_questionnaire(event, DEFINITION, version=9)
    a_registration(event, "academia", answers={"sex": ["man"]})
    before = [(row.revision, row.search_text) for row in everybody(event)]
    content = exported(event, format_, language)
    row, found = tried(event, content, language="es")
    assert outcomes(found) == [SAME] * (len(people) + 1), [changes(line) for line in found.lines]
    put = confirm_import(event.id, row.public_id, an_importer(event))
    assert (put.added, put.changed) == ([], [])
    assert [(row.revision, row.search_text) for row in everybody(event)] == before


def test_an_export_with_keys_and_sensitive_answers_comes_back_too(event: Event) -> None:
    """Case 38."""
    from eventreg.exchange.rules.exports import Titles

    a_registration(event, answers={"diet": ["nuez"]})
    content = exported(event, titles=Titles.KEYS, with_sensitive=True, reason="Para la cocina del lugar")
    assert b"nuez" in content
    _, found = tried(event, content)
    assert outcomes(found) == [SAME]
    _, blind = tried(event, content, an_importer(event, sees_sensitive=False))
    assert outcomes(blind) == [CHANGED], "whoever may not see it cannot find out by trying"
    assert changes(blind.lines[0]) == {"Diet": ("answered", "changed")}


@pytest.mark.both_databases
def test_only_the_columns_of_the_file_are_changed_and_old_and_new_are_shown(event: Event) -> None:
    one = a_registration(event, given_name="Ana", family_name="Demo", phone="+52 962 555 0123",
                         answers={"sex": ["woman"], "topics": ["law"], "diet": ["nuez"]})  # fmt: skip
    content = a_file(
        (one.reference.lower(), "Demo de la Prueba", "Derecho; Datos", "", "pollo"),
        head=("Referencia", "Apellidos", "Temas", "Sexo", "Dieta"),
    )
    importer = an_importer(event)
    row, found = tried(event, content, importer)
    assert changes(found.lines[0]) == {
        "Family name": ("Demo", "Demo de la Prueba"), "Topics": ("Law", "Law; Data"), "Diet": ("answered", "changed"),
    }  # fmt: skip
    put = confirm_import(event.id, row.public_id, importer)
    assert list(put.changed) == [one.id]
    after = fresh(one)
    answers = load_answers(after)
    assert (after.family_name, after.phone, after.revision) == ("Demo de la Prueba", "+52 962 555 0123", 2)
    assert after.sort_name == "demo de la prueba ana"
    assert (answers["topics"], answers["sex"], answers["diet"]) == (["law", "data"], ["woman"], ["pollo"])
    detail = history(one)[-1][1]
    assert history(one)[-1][0] == "changed_by_import"
    assert (detail["family_name"]["old"], detail["family_name"]["new"]) == (["Demo"], ["Demo de la Prueba"])
    assert detail["diet"] == "changed", "a sensitive answer never stands in the history"
    assert told(one) == []


def test_an_empty_cell_leaves_the_answer_or_takes_it_away_as_chosen(event: Event) -> None:
    one = a_registration(event, email="ana@instituto.example", answers={"sex": ["woman"], "diet": ["nuez"]})
    content = a_file(("ana@instituto.example", "", "", ""), head=("Email address", "Sex", "Diet", "Given name"))
    _, found = tried(event, content)
    assert outcomes(found) == [SAME]
    _, refused = tried(event, content, empty_clears=True)
    assert problems(refused.lines[0]) == {"Given name": "This cannot be removed"}
    content = a_file(("ana@instituto.example", "", ""), head=("Email address", "Sex", "Diet"))
    put_in(event, content, empty_clears=True)
    answers = load_answers(fresh(one))
    assert "sex" not in answers
    assert "diet" not in answers


def test_what_has_its_own_way_is_refused_with_the_way(event: Event) -> None:
    one = a_registration(event, "government", "pending", email="ana@instituto.example")
    gone = a_registration(event, "government", "cancelled", given_name="Eva")
    content = a_file(
        (one.reference, "otra@instituto.example", "Academia", "Confirmed", "Ana"),
        (gone.reference, gone.email, "Government", "Cancelled", "Otra"),
        ("PRU-ZZZZZZ", "x@instituto.example", "Academia", "Confirmed", "Ana"),
        head=("Reference", "Email address", "Category", "Status", "Given name"),
    )
    _, found = tried(event, content)
    assert set(problems(found.lines[0])) == {"Email address", "Category", "Status"}
    assert "cancelled" in problems(found.lines[1])[""]
    assert "leave this column out" in problems(found.lines[2])["Reference"]


@pytest.mark.both_databases
def test_places_are_given_in_the_order_of_the_file_and_said_honestly(app: Flask) -> None:
    """Case 16: over capacity is the waiting list, or refused."""
    event = an_event(capacity=2)
    content = a_file(*(a_row(email=f"p{number}@instituto.example", category="Government") for number in range(3)))
    _, found = tried(event, content)
    assert [line.status for line in found.lines] == ["Confirmed", "Confirmed", "Waiting list"]
    _, refused = tried(event, content, full=Full.REFUSE)
    assert outcomes(refused) == [ADDED, ADDED, REFUSED]
    put_in(event, content)
    rows = everybody(event)
    assert [row.status for row in rows] == [Status.CONFIRMED, Status.CONFIRMED, Status.WAITLISTED]
    assert len(places_of(event)) == 2
    assert rows[2].waitlisted_at is not None


@pytest.mark.both_databases
def test_what_the_trial_showed_must_hold_when_it_is_put_in(app: Flask) -> None:
    """Case 42: a place taken, an address registered, an answer changed in between: nothing is written, the rows are marked."""
    event = an_event(capacity=2)
    there = a_registration(event, "academia", "pending", email="esta@instituto.example", has_place=False)
    content = a_file(
        a_row(email="uno@instituto.example", category="Government"),
        a_row(email="dos@instituto.example", category="Government"),
        a_row("Otra", email="esta@instituto.example"),
    )
    importer = an_importer(event)
    row, found = tried(event, content, importer)
    assert outcomes(found) == [ADDED, ADDED, CHANGED]
    register_somebody(event, "government", email="dos@instituto.example")
    with pytest.raises(Refused, match="differs"):
        confirm_import(event.id, row.public_id, importer)
    now = open_trial(db.session.get_one(Import, row.id))
    assert [line.is_otherwise for line in now.lines] == [False, True, False]
    assert fresh(there).given_name == "Ana"
    assert len(everybody(event)) == 2
    put = confirm_import(event.id, row.public_id, importer)
    assert (len(put.added), len(put.changed)) == (1, 2)


@pytest.mark.both_databases
def test_a_change_between_the_last_look_and_the_lock_is_seen(event: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 18: the revisions, addresses and places are looked at again under the lock."""
    from eventreg.exchange.services import importing, people as bulk

    there = a_registration(event, "academia", "pending", email="esta@instituto.example")
    importer, reviewer = an_importer(event), a_team_member(event)
    row, _ = tried(event, a_file(a_row("Otra", email="esta@instituto.example")), importer)
    inner = bulk.put_people

    def overtaken(*arguments: Any) -> Any:
        monkeypatch.setattr(importing, "put_people", inner)
        decide(event.id, there.reference, Action.APPROVE, "", 1, Organizer.account(reviewer.id))
        return inner(*arguments)

    monkeypatch.setattr(importing, "put_people", overtaken)
    with pytest.raises(Refused, match="differs"):
        confirm_import(event.id, row.public_id, importer)
    assert fresh(there).given_name == "Ana"
    confirm_import(event.id, row.public_id, importer)
    assert fresh(there).given_name == "Otra"


@pytest.mark.both_databases
def test_put_in_twice_is_once(event: Event) -> None:
    """Case 17."""
    importer = an_importer(event)
    row, _ = tried(event, a_file(a_row()), importer)
    confirm_import(event.id, row.public_id, importer)
    from eventreg.exchange.rules.importing import FileReason

    with pytest.raises(Refused) as refused:
        confirm_import(event.id, row.public_id, importer)
    assert refused.value.reason is FileReason.GONE
    assert len(everybody(event)) == 1


@pytest.mark.both_databases
def test_a_confirmation_goes_to_each_when_asked_by_a_job_in_steps(event: Event) -> None:
    content = a_file(*(a_row(email=f"p{number}@instituto.example") for number in range(55)))
    put = put_in(event, content, tells=True, language="es")
    assert [len(job.payload["ids"]) for job in jobs_of(TELL_ADDED_JOB)] == [55]
    run_due(job_registry(), 10)
    assert {told(row)[0] for row in everybody(event)} == {"received"}
    assert len(put.added) == 55


def test_options_with_places_are_taken_or_refused(app: Flask) -> None:
    """Case 16, for an answer with places of its own."""
    event = an_event()
    limited = {
        "key": "tour", "kind": "choice", "label": text("Recorrido", "Tour"),
        "options": [{"value": "river", "label": text("Río", "River"), "places": 1}],
    }  # fmt: skip
    sections = [*DEFINITION["sections"], {"key": "t", "title": text("T", "T"), "questions": [limited]}]
    a_questionnaire(event, {"sections": sections}, version=5)
    rows = [(*a_row(email=f"p{number}@instituto.example"), "Río") for number in range(2)]
    content = a_file(*rows, head=(*HEAD, "Tour"))
    _, found = tried(event, content)
    assert outcomes(found) == [ADDED, REFUSED]
    put_in(event, a_file(rows[0], head=(*HEAD, "Tour")))
    assert db.session.scalar(select(func.count()).select_from(OptionPlace)) == 1


def test_columns_are_known_in_every_language_and_by_usual_names(event: Event) -> None:
    head = (
        "Nombre",
        "Last name",
        "INSTITUCION",
        "pays",
        "Correo",
        "Catégorie",
        "Días de asistencia",
        "Shoe size",
        "email",
    )
    importer = an_importer(event)
    row = take_file(event.id, "x.csv", a_file(("x",) * len(head), head=head), importer)
    assert matching_of(row) == [
        "answer.given_name", "answer.family_name", "answer.institution", "answer.country", "answer.email", "category",
        "answer.days", "", "",
    ]  # fmt: skip


GIVEN, FAMILY = "answer.given_name", "answer.family_name"


@pytest.mark.parametrize(
    ("head", "matching"),
    [
        (
            ("ID", "Name", "Email Address", "Affiliation"),
            ["", "whole_name.2", "answer.email", "answer.institution"],
        ),  # as Indico has it
        (("Name", "First Name", "Last Name"), ["", GIVEN, FAMILY]),
        (("Name", "Surname"), [GIVEN, FAMILY]),
        (("Name", "First name"), [FAMILY, GIVEN]),
        (("Nom", "Prénom", "Affiliation"), [FAMILY, GIVEN, "answer.institution"]),
        (("Nombre", "Apellidos", "Afiliación"), [GIVEN, FAMILY, "answer.institution"]),
        (("Nombre", "Apellido paterno", "Apellido materno"), [GIVEN, "", ""]),
        (("Nombre", "Correo electrónico", "Empresa"), ["whole_name.2", "answer.email", "answer.institution"]),
        (("Apellidos, Nombre", "Correo"), ["whole_name.-2", "answer.email"]),
        (("Nombre completo", "Nombre", "Apellidos"), ["", GIVEN, FAMILY]),
        (("Full name", "Company", "Phone Number"), ["whole_name.2", "answer.institution", "answer.phone"]),
        (("Nom complet", "Adresse", "Adresse e-mail"), ["whole_name.2", "", "answer.email"]),
        (("Title", "whole_name.2"), ["", "whole_name.2"]),
    ],
)
def test_name_is_what_stands_beside_it(event: Event, head: tuple[str, ...], matching: list[str]) -> None:
    row = take_file(event.id, "x.csv", a_file(("x",) * len(head), head=head), an_importer(event))
    assert matching_of(row) == matching


WHOLE = ("whole_name.2", "Institution", "Country", "Email address", "Category")


def whole(name: str, email: str = "maria@instituto.example") -> tuple[str, ...]:
    return (name, "Instituto de Prueba", "Guatemala", email, "Academia")


def test_whole_name_is_divided_and_the_trial_shows_how(event: Event) -> None:
    content = a_file(whole("María de la Cruz López Ramírez"), whole("Núñez Peña, Ana", "ana@x.example"), head=WHOLE)
    _row, found = tried(event, content)
    assert [changes(line) for line in found.lines] == [
        {"Given name": ("", "María de la Cruz"), "Family name": ("", "López Ramírez")},
        {"Given name": ("", "Ana"), "Family name": ("", "Núñez Peña")},
    ]
    put_in(event, content)
    people = db.session.scalars(select(Registration).order_by(Registration.id)).all()
    assert [(one.given_name, one.family_name) for one in people] == [
        ("María de la Cruz", "López Ramírez"), ("Ana", "Núñez Peña"),
    ]  # fmt: skip
    # Whom the same name is of is not changed by a rule that divides it elsewhere.
    again = a_file(whole("María de la Cruz López Ramírez"), head=("whole_name.1", *WHOLE[1:]))
    assert outcomes(tried(event, again)[1]) == [Outcome.SAME]
    other = a_file(whole("María López"), head=("whole_name.1", *WHOLE[1:]))
    assert changes(tried(event, other)[1].lines[0])["Given name"] == ("María de la Cruz", "María")


@pytest.mark.parametrize(
    ("separator", "encoding"), [(",", "utf-8-sig"), (";", "cp1252"), ("\t", "utf-16"), (";", "utf-8")]
)
def test_files_of_usual_programs_are_read(event: Event, separator: str, encoding: str) -> None:
    put_in(event, a_file(a_row("Íñigo", "Muñoz; Demo"), separator=separator, encoding=encoding))
    [row] = everybody(event)
    assert row.full_name == "Íñigo Muñoz; Demo"


def test_status_and_language_come_from_the_file_or_for_all(event: Event) -> None:
    content = a_file(
        (*a_row(email="a@instituto.example"), "Confirmada", "English"),
        (*a_row(email="b@instituto.example"), "", ""),
        (*a_row(email="c@instituto.example"), "Declined", "español"),
        (*a_row(email="d@instituto.example"), "Perhaps", "Klingon"),
        head=(*HEAD, "Status", "Idioma"),
    )
    _, found = tried(event, content, status=WantedStatus.WAITLISTED, language="en")
    assert [line.status for line in found.lines] == ["Confirmed", "Waiting list", "Declined", ""]
    assert problems(found.lines[3]) == {
        "Status": "There is no status “Perhaps”. Accepted: To review; Confirmed; Waiting list; Declined",
        "Language": "There is no language “Klingon” here. Accepted: Español; English; Français",
    }  # fmt: skip
    put_in(event, a_file(*csv_rows(content)[:3], head=(*HEAD, "Status", "Idioma")), status=WantedStatus.WAITLISTED)
    assert [row.language for row in everybody(event)] == ["en", "es", "es"]


@pytest.mark.both_databases
def test_days_by_date_and_yes_by_word(event: Event) -> None:
    first, second = event.days
    content = a_file(
        (*a_row(), f"{second.held_on}; {first.held_on}", "Sí"),
        head=(*HEAD, "Days attended", "Do you travel from another city?"),
    )
    put_in(event, content)
    answers = load_answers(everybody(event)[0])
    assert answers["days"] == [str(first.id), str(second.id)]
    assert answers["travels"] == ["yes"]


def test_trying_again_with_other_columns_is_another_trial(event: Event) -> None:
    importer = an_importer(event)
    row, _ = tried(event, a_file((*a_row(), "Ana"), head=(*HEAD, "Nickname")), importer)
    matching = matching_of(row)
    matching[0], matching[-1] = "", "answer.given_name"
    again = try_file(event.id, row.public_id, matching, terms_of(row), importer)
    assert again.lines[0].name == "Ana Demo" or again.lines[0].name == "Demo Ana"


def test_conditions_on_country_category_and_way_in_hold_for_a_file(event: Event) -> None:
    data = copy.deepcopy(DEFINITION)
    for key, condition in (
        ("visa", {"not": {"question": "country", "is": ["MX"]}}),
        ("thesis", {"question": "category", "is": ["academia"]}),
        ("found_us", {"question": "way_in", "is": ["public"]}),
    ):
        data["sections"][1]["questions"].append(
            {"key": key, "kind": "short_text", "label": {"es": key, "en": key}, "condition": condition}
        )
    a_questionnaire(event, data)
    head = (*HEAD, "visa", "thesis", "found_us")
    rows = [
        (*a_row(email=f"{country}@instituto.example", country=country, category=category), "A1", "Rivers", "By chance")
        for country, category in (("Guatemala", "Academia"), ("Mexico", "Government"))
    ]
    put_in(event, a_file(*rows, head=head))
    found = {row.country: load_answers(row) for row in everybody(event)}
    given = {
        country: {key for key in ("visa", "thesis", "found_us") if answers.get(key)}
        for country, answers in found.items()
    }
    assert given == {"GT": {"visa", "thesis"}, "MX": set()}

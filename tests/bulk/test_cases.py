"""Each reads their own answers and the paragraphs that are for them; nothing sensitive stands in what is written (case 33)."""

from __future__ import annotations

import pytest

from eventreg.bulk.queries.cases import Cases
from eventreg.bulk.services.runs import begin_run
from eventreg.bulk.services.steps import do_some
from eventreg.db import transaction
from eventreg.events.models import Event
from eventreg.registration.models import Registration
from tests.builders import a_registration, a_team_member
from tests.bulk.test_run_writing import SHOW, a_draft, open_draft, written
from tests.support.html import text_of
from tests.support.pages import Pages

BODY = """{greeting}

Usted viene de: {answer:country}. Temas: {answer:topics}.

{only for category: academia}
Traiga su credencial.

{only for topics: law, Datos}
{not for country: MX}
Hay un taller.

Saludos."""


def _people(event: Event) -> list[Registration]:
    ana = a_registration(event, "academia", given_name="Ana", country="GT", answers={"topics": ["law", "data"]})
    beto = a_registration(event, "government", given_name="Beto", country="MX", answers={"topics": ["law"]})
    clara = a_registration(event, "government", given_name="Clara", country="GT", answers={"diet": ["{answer:diet}"]})
    return [ana, beto, clara]


@pytest.mark.both_databases
@pytest.mark.usefixtures("clock")
def test_each_reads_what_is_theirs(event: Event) -> None:
    people = _people(event)
    run = a_draft(event, a_team_member(event), people, {"subject": {"es": "Hola"}, "body": {"es": BODY}})
    begin_run(run.id)
    do_some(run.id, lambda: True)
    ana, beto, clara = (message.text for message in written())
    assert "Usted viene de: Guatemala. Temas: Derecho" in ana
    assert "Usted viene de: México. Temas: Derecho." in beto
    assert "Usted viene de: Guatemala. Temas: ." in clara
    assert ["credencial" in text for text in (ana, beto, clara)] == [True, False, False]
    assert ["taller" in text for text in (ana, beto, clara)] == [True, False, False]
    assert all("Saludos." in text and "{" not in text for text in (ana, beto, clara))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("{answer:diet}", "{answer:diet} cannot stand in an email: the answer is sensitive"),
        ("{only for diet: x}\nHola", "{only for diet: x} cannot stand in an email: the answer is sensitive"),
        ("{answer:letter}", "{answer:letter} cannot stand in an email: the answer is sensitive"),
        ("{answer:contry}", "There is no placeholder {answer:contry}. The nearest one is {answer:country}"),
        ("{answer:phone}", "There is no placeholder {answer:phone}"),
        ("{only for topics: bread}\nHola", "{only for topics: bread} names an answer that is not offered: bread"),
        (
            "{only for field: x}\nHola",
            "{only for field: x} names no category and no question with answers to choose from",
        ),
        ("{only for category: academia}\n\nHola", "{only for category: academia} stands alone"),
        ("Hola {only for category: academia}", "has to be a line of its own"),
        ("{only category: academia}\nHola", "has to be a line of its own"),
    ],
)
def test_what_cannot_be_said_is_refused_when_it_is_saved(desk: Pages, event: Event, words: str, told: str) -> None:
    people = _people(event)
    draft = open_draft(desk, event, people)
    page = draft.submit(SHOW, {"subject-es": "Hola", "body-es": words}, 303).follow()
    assert any(told in error for error in page.errors()), page.errors()
    begun = page.submit("Send to 3 people", {"subject-es": "Hola", "body-es": words})
    assert begun.status != 303
    assert not written()


def test_the_mail_of_each_case_is_shown_before_it_goes(desk: Pages, event: Event) -> None:
    people = _people(event)
    draft = open_draft(desk, event, people)
    page = draft.submit(SHOW, {"subject-es": "Hola", "body-es": BODY}, 303).follow()
    assert not page.errors()
    shown = text_of(page.root)
    assert "Español: Academia; Law, Data; not Mexico (1)" in shown
    assert "Español: Law, Data (1)" in shown
    assert "Español: not Mexico (1)" in shown
    address = f"/manage/events/{event.slug}/registrations/runs"
    mine = next(link.get("href", "") for link in page.all("a") if "mail=" in link.get("href", ""))
    public_id = mine.split("/")[-1].split("?")[0]
    frame = desk.get(f"{address}/{public_id}/mail/{people[0].reference}/html", sound=False)
    assert "Traiga su credencial." in frame.text
    # The page offers every line as it has to be written.
    assert "{only for category: academia}" in shown
    assert "{answer:diet}" not in shown


def test_what_is_asked_no_more_is_said_to_nobody(event: Event) -> None:
    ana, *_others = _people(event)
    cases = Cases(event)
    given = cases.answered([ana], "{answer:gone} {answer:diet}", "{only for gone: x}\nHola\n\n{not for gone: x}\nHola")
    with transaction():
        assert cases.said("{answer:gone}{answer:diet}", given[ana.id], "es") == {"answer:gone": "", "answer:diet": ""}
        assert cases.body_for("{only for gone: x}\nHola\n\n{not for gone: x}\nHola", ana, given[ana.id]) == ""

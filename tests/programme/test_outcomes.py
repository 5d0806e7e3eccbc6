"""Remarks and recommendations: recorded one after the other, changed, moved, taken away as a document, shown when public."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from eventreg.audit.models import AuditEntry
from eventreg.db import db, transaction
from eventreg.events.models import Event, Partner, ProgrammeSession, SessionOutcome
from eventreg.events.rules.programme import OutcomeKind
from eventreg.events.rules.publication import Publication
from eventreg.organizations.models import Organization
from tests.belongings import a_session, an_outcome
from tests.builders import a_team_member, an_event, text
from tests.support.pages import Pages


@pytest.fixture
def session(event: Event) -> ProgrammeSession:
    return a_session(event)


@pytest.fixture
def desk(pages: Pages, event: Event) -> Pages:
    return pages.sign_in(a_team_member(event, "manager"))


def address(event: Event, *parts: object) -> str:
    return "/".join((f"/manage/events/{event.slug}/outcomes", *map(str, parts)))


def stored() -> list[SessionOutcome]:
    return list(db.session.scalars(select(SessionOutcome).order_by(SessionOutcome.position, SessionOutcome.id)))


def test_one_after_the_other_with_the_session_and_kind_kept(
    desk: Pages, event: Event, session: ProgrammeSession
) -> None:
    page = desk.get(address(event))
    for number in (1, 2):
        page = page.submit(
            "Save and add another",
            {
                "#text-es": f"Recomendación {number}", "#text-en": f"Recommendation {number}",
                "#addressee-es": "Ministerios", "Session": session.public_id, "Show it to the public": True,
            },
            303,
        ).follow()  # fmt: skip
    values = page.form("Save and add another").values()
    assert (values["session"], values["kind"]) == ([session.public_id], ["recommendation"])
    assert values["is_public"] == ["y"], "what is public stays ticked"
    assert values["text-es"] == [""]
    assert [(each.text["en"], each.position) for each in stored()] == [("Recommendation 1", 1), ("Recommendation 2", 2)]
    assert all(each.is_public and each.kind is OutcomeKind.RECOMMENDATION for each in stored())


def test_it_is_for_the_team_unless_said_otherwise(desk: Pages, event: Event, session: ProgrammeSession) -> None:
    desk.get(address(event)).submit("Save and add another", {"#text-es": "Nota", "Kind": "remark"}, 303)
    assert [(each.is_public, each.kind) for each in stored()] == [(False, OutcomeKind.REMARK)]


def test_without_a_text_nothing_is_kept(desk: Pages, event: Event, session: ProgrammeSession) -> None:
    page = desk.get(address(event)).submit("Save and add another", {"#text-en": "Only in English"}, 422)
    assert "Write this text" in " ".join(page.errors())
    assert page.form("Save and add another").values()["text-en"] == ["Only in English"]
    assert stored() == []


def test_two_at_once_are_told_and_nothing_is_overwritten(desk: Pages, event: Event, session: ProgrammeSession) -> None:
    outcome = an_outcome(session)
    first, second = (desk.get(address(event, outcome.id)) for _ in range(2))
    first.submit("Save", {"#text-en": "First"}, 303)
    page = second.submit("Save", {"#text-en": "Second"}, 409)
    assert "Somebody changed this after you opened it" in " ".join(page.errors())
    assert page.has("First")
    assert stored()[0].text["en"] == "First"
    page.submit("Save", {}, 303)
    assert (stored()[0].text["en"], stored()[0].revision) == ("Second", 3)


def test_moving_and_removing(desk: Pages, event: Event, session: ProgrammeSession) -> None:
    for position, name in enumerate(("uno", "dos", "tres"), 1):
        an_outcome(session, position=position, text={"es": name})
    an_outcome(a_session(event, day=1), text={"es": "otra"})
    by_name = {each.text["es"]: each.id for each in stored()}
    desk.post(address(event, by_name["uno"], "move"), {"step": "down"}, 303, token=True)
    desk.post(address(event, by_name["dos"], "move"), {"step": "up"}, 303, token=True)
    desk.post(address(event, by_name["tres"], "remove"), {}, 303, token=True)
    assert [each.text["es"] for each in stored() if each.session_id == session.id] == ["dos", "uno"]
    actions = db.session.scalars(select(AuditEntry.action).where(AuditEntry.record_kind == "outcome"))
    assert list(actions) == ["outcome_moved", "outcome_removed"]


def test_outcomes_of_another_event_are_not_there(desk: Pages, event: Event, session: ProgrammeSession) -> None:
    """Case 2."""
    foreign = a_session(an_event())
    outcome = an_outcome(foreign)
    form = {"session": session.public_id, "kind": "remark", "text-es": "x", "revision": "1"}
    desk.get(address(event, outcome.id), 404)
    for part in ((), ("move",), ("remove",)):
        desk.post(address(event, outcome.id, *part), form, 404, token=True)
    page = desk.post(address(event), {**form, "session": foreign.public_id}, 422, token=True)
    assert "Choose one of these" in " ".join(page.errors())
    assert [each.text for each in stored()] == [outcome.text]


@pytest.mark.parametrize("publication", list(Publication))
def test_they_are_recorded_in_every_state(pages: Pages, publication: Publication) -> None:
    event = an_event(publication=publication)
    a_session(event)
    desk = pages.sign_in(a_team_member(event))
    desk.get(address(event)).submit("Save and add another", {"#text-es": "Nota"}, 303)
    assert len(stored()) == 1


def test_the_document_in_each_language(desk: Pages, event: Event, session: ProgrammeSession) -> None:
    an_outcome(session, text=text("Compartir\n\n- uno", "Share\n\n- one"))
    an_outcome(session, kind=OutcomeKind.REMARK, text={"es": "Interna"}, addressee={}, is_public=False)
    spanish = desk.get(f"{address(event)}.md?language=es")
    assert spanish.headers["Content-Disposition"].startswith("attachment")
    body = spanish.body.decode()
    assert "## Taller de datos" in body
    assert "1. Compartir\n\n   - uno\n\n   " in body, "what goes on below a number is set in"
    assert "Ministerios del interior" in body
    english = desk.get(f"{address(event)}.md?language=en&scope=public").body.decode()
    assert "### Recommendations\n\n1. Share" in english
    assert "For: Ministries of the interior" in english
    assert "Interna" not in english
    assert "1. Interna *(for the team only)*" in desk.get(f"{address(event)}.md?language=en").body.decode()


def test_the_document_bears_the_credits_and_the_phrases_that_were_agreed(desk: Pages, event: Event) -> None:
    with transaction() as session:
        partner = session.get_one(Partner, event.partners[0].id)
        partner.credit = text("Con el apoyo de", "With the support of")
        partner.phrase = text("Financiado por R&D.", "Funded by R&D.")
        name = session.get_one(Organization, partner.organization_id).short_name
    spanish, english = (desk.get(f"{address(event)}.md?language={each}").body.decode() for each in ("es", "en"))
    assert "\n---\n\n" in spanish
    assert spanish.endswith("\n\nFinanciado por R&D.\n")
    assert f"\nCon el apoyo de: {name['es']}\n" in spanish
    assert "\nWith the support of: " in english
    assert english.endswith("\n\nFunded by R&D.\n")


def test_the_public_reads_what_is_public(pages: Pages, event: Event, session: ProgrammeSession) -> None:
    page = f"/events/{event.slug}/conclusions"
    inner = an_outcome(session, text={"es": "Interna"}, is_public=False)
    pages.get(page, 404)
    assert "Conclusions" not in pages.get(f"/events/{event.slug}").html
    an_outcome(session)
    shown = pages.get(f"/events/{event.slug}").click("Read what the sessions concluded and recommend")
    assert shown.texts("h2")[0].startswith("Data workshop")
    assert shown.has("Share the data.")
    assert shown.has("For: Ministries of the interior")
    assert inner.text["es"] not in shown.html
    pages.get(f"/events/{an_event(publication=Publication.DRAFT).slug}/conclusions", 404)


def test_conclusions_are_written_as_text(pages: Pages, session: ProgrammeSession, event: Event) -> None:
    """Case 63."""
    an_outcome(session, text={"es": "<script>zz()</script>\n[x](javascript:zz())"}, addressee={"es": "<b>zz"})
    shown = pages.get(f"/events/{event.slug}/conclusions")
    assert "&lt;script&gt;zz()" in shown.html
    assert 'href="javascript' not in shown.html
    assert "<b>zz" not in shown.html

"""What organizers do with requests to one person, and what they alone fill in. Cases 24, 31, 63."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import pytest
from flask import Flask

from eventreg.db import db, transaction
from eventreg.events.models import Event, TeamMember
from eventreg.events.organizers import Organizer
from eventreg.kernel import clock as clocks
from eventreg.mail.models import MailMessage
from eventreg.registration.models import Registration
from eventreg.registration.services.follow_ups import see_to_follow_ups
from eventreg.registration.services.requests import ask_again, ask_for_correction
from eventreg.selfservice.services import withdraw
from tests.builders import a_registration, a_team_member, an_event
from tests.exchange.test_export import export, table
from tests.registration.owning import home, own_page
from tests.registration.records import fresh, history, last_mail, told
from tests.registration.requesting import FOR_TEAM, a_version, do_jobs, requests_to, travel
from tests.support.pages import Page, Pages
from tests.support.statements import counted


def address(event: Event, person: Registration) -> str:
    return f"/manage/events/{event.slug}/registrations/{person.reference}"


@pytest.fixture
def event(app: Flask) -> Event:
    event = an_event()
    a_version(event, travel(), FOR_TEAM)
    return event


def test_a_correction_is_asked_from_the_page_of_the_registration(event: Event, pages: Pages) -> None:
    person = a_registration(event, language="en")
    pages.sign_in(a_team_member(event))
    page = pages.get(address(event, person)).click("Request correction")
    page.submit("Ask this person", {"reason": "Look again."}, status=422)
    page = page.submit("Ask this person", {"question": ["sex"]}, status=422)
    assert page.errors
    page.submit("Ask this person", {"question": ["sex"], "reason": "Look again."}).follow()
    assert told(person) == ["asked_correction"]
    assert "Look again." in last_mail(person).text
    assert "Waits for the answer" in pages.get(address(event, person)).text


@pytest.mark.parametrize("until", ["9999-12-31", "0001-01-01", "morgen", "2020-01-01", "x" * 5000])
def test_a_day_that_is_none_is_refused(event: Event, pages: Pages, until: str) -> None:
    """Case 63."""
    person = a_registration(event)
    pages.sign_in(a_team_member(event))
    form = {"question": ["sex"], "reason": "x", "until": until}
    assert pages.get(address(event, person) + "/correction").submit("Ask this person", form, status=422).errors
    assert told(person) == []


def test_team_reminds_puts_off_and_takes_back(event: Event, pages: Pages) -> None:
    person = a_registration(event, language="en")
    see_to_follow_ups(clocks.now())
    pages.sign_in(a_team_member(event))
    pages.get(address(event, person)).submit("Remind now: Your journey").follow()
    day = (clocks.now() + timedelta(days=30)).date()
    pages.get(address(event, person)).submit("Extend deadline: Your journey", {"until": day.isoformat()}).follow()
    assert requests_to(person)[0].answer_by == day
    assert told(person) == ["asked_follow_up", "ask_reminder"]
    page = pages.get(address(event, person))
    page.submit("Revoke: Your journey").follow()
    assert told(person) == [], "messages that waited never go"
    assert "Revoked" in pages.get(address(event, person)).text
    page.submit("Remind now: Your journey", status=409)
    see_to_follow_ups(clocks.now())
    assert len(requests_to(person)) == 1
    assert "You are asked" not in own_page(pages, person).text
    assert [name for name, _detail in history(person) if name.startswith("request_")] == [
        "request_reminded", "request_put_off", "request_taken_back",
    ]  # fmt: skip


def test_what_the_team_fills_in_is_the_teams_alone(event: Event, pages: Pages, app: Flask) -> None:
    person = a_registration(event, language="en")
    pages.sign_in(a_team_member(event))
    page = pages.get(address(event, person)).click("Edit team answers: For the team only")
    assert "Risk" not in page.text
    page.submit("Save team answers", {"hotel": "HOTEL-QUETZAL"}).follow()
    form = pages.get(address(event, person) + "/for-team").submit("Show sensitive answers")
    form.submit("Save team answers", {"hotel": "HOTEL-QUETZAL", "risk": "RISK-HIGH"}).follow()
    shown = pages.get(address(event, person))
    assert "HOTEL-QUETZAL" in shown.text
    assert "RISK-HIGH" not in shown.text
    acts = dict(history(person))
    assert "sensitive_answers_seen" in acts
    assert "RISK-HIGH" not in str(history(person))
    visitor = Pages(app)
    for path in ("", "/answers"):
        text = visitor.get(home(person) + path).text
        assert "HOTEL-QUETZAL" not in text
        assert "Hotel given" not in text
    db.session.rollback()
    for mail in db.session.query(MailMessage).all():
        assert "HOTEL" not in mail.text + mail.html + mail.calendar
    assert "RISK-HIGH" not in shown.text


def test_member_without_the_right_never_gets_sensitive_ones(event: Event, pages: Pages) -> None:
    person = a_registration(event)
    pages.sign_in(a_team_member(event, "reviewer"))
    page = pages.get(address(event, person) + "/for-team")
    assert "Show sensitive answers" not in page.text
    token = page.form("Save team answers")
    assert token is not None
    page.submit("Save team answers", {"hotel": "Quetzal"}).follow()
    assert fresh(person).revision == 2


def test_narrowed_members_keep_to_their_scope(event: Event, pages: Pages) -> None:
    person, member = a_registration(event), a_team_member(event, "reviewer")
    with transaction():
        row = db.session.query(TeamMember).filter_by(account_id=member.id).one()
        row.only_categories = ["academia"]
    pages.sign_in(member)
    for path in ("/for-team", "/correction"):
        pages.get(address(event, person) + path, 404)


def test_old_and_new_wording_stand_side_by_side_on_the_desk_and_in_the_file(event: Event, pages: Pages) -> None:
    """Case 24."""
    event = an_event()
    old = a_registration(event, answers={"sex": ["man"]}, language="en")
    again = a_registration(event, answers={"sex": ["man"]}, language="en")
    version = a_version(event, FOR_TEAM)
    with transaction():
        ask_again(event.id, version.id, ["sex"], {}, a_team_member(event).id, clocks.now())
    do_jobs()
    pages.get(f"{home(again)}/requests/{requests_to(again)[0].id}").submit("Send my answers", {"sex": "other"})
    pages.sign_in(a_team_member(event))
    assert "Sex" in pages.get(address(event, old)).text
    assert "Gender" in pages.get(address(event, again)).text
    rows = {row["Reference"]: row for row in table(export(pages, event))}
    assert rows[old.reference]["Gender"] == "Man"
    assert rows[again.reference]["Gender"] == "Other"
    assert "Hotel given" in rows[old.reference]


def listed(pages: Pages, event: Event, query: str = "") -> Page:
    return pages.get(f"/manage/events/{event.slug}/registrations{query}")


@pytest.mark.both_databases
def test_who_has_not_answered_is_a_filter_that_the_figures_lead_to(event: Event, pages: Pages) -> None:
    """A follow-up by its section; whoever answered, lost the place or was never asked is not among them."""
    silent, done, gone = (a_registration(event, language="en") for _ in range(3))
    see_to_follow_ups(clocks.now())
    pages.get(f"{home(done)}/requests/{requests_to(done)[0].id}").submit("Send my answers", {"way": "bus"}, 303)
    withdraw(event.id, gone.id)
    other = a_registration(event, language="en", status="pending")
    owner = a_team_member(event)
    ask_for_correction(event.id, other.reference, ["sex"], "Please check.", Organizer.account(owner.id))
    pages.sign_in(owner)
    overview = pages.get(f"/manage/events/{event.slug}/figures")
    assert "1 of 2 have not answered" in overview.text
    page = overview.click("1 of 2 have not answered")
    assert page.has("1 registration")
    assert silent.reference in page.html
    assert not any(person.reference in page.html for person in (done, gone, other))
    assert page.has("Not answered: Your journey")
    assert page.texts("label", **{"for": "unanswered-1"}) == ["Your journey 1"]
    both = listed(pages, event, "?unanswered=follow_up.travel&unanswered=correction")
    assert both.has("2 registrations")
    assert other.reference in both.html
    [row] = table(page.submit("Download CSV"))
    assert row["Reference"] == silent.reference
    assert page.click(silent.full_name).link("All registrations").endswith("?unanswered=follow_up.travel")


@pytest.mark.parametrize("value", ["follow_up", "follow_up.", "again.x", "x", "follow_up.a b", "follow_up." + "x" * 65])
def test_filter_that_is_none_is_left_out(event: Event, pages: Pages, value: str) -> None:
    """Case 63."""
    a_registration(event)
    pages.sign_in(a_team_member(event))
    page = listed(pages, event, f"?unanswered={quote(value)}")
    assert page.has("Part of this address was not understood and was left out.")
    assert page.has("1 registration")


def test_section_that_is_asked_of_nobody_finds_nobody(event: Event, pages: Pages) -> None:
    a_registration(event)
    pages.sign_in(a_team_member(event))
    assert listed(pages, event, "?unanswered=follow_up.nothing").has("Nobody fits these filters.")


def test_statements_of_the_list_with_follow_ups_stay_within_the_bar(event: Event, pages: Pages) -> None:
    for _ in range(3):
        a_registration(event)
    see_to_follow_ups(clocks.now())
    pages.sign_in(a_team_member(event))
    listed(pages, event)
    with counted() as statements:
        listed(pages, event, "?unanswered=follow_up.travel")
    assert len(statements) <= 12


def test_narrowed_members_count_their_own_people_alone(event: Event, pages: Pages) -> None:
    a_registration(event)
    a_registration(event, "academia")
    see_to_follow_ups(clocks.now())
    member = a_team_member(event, "reviewer")
    with transaction():
        db.session.query(TeamMember).filter_by(account_id=member.id).one().only_categories = ["academia"]
    page = listed(pages.sign_in(member), event)
    assert page.has("Your journey 1")


def test_reason_keeps_nothing_that_no_page_or_database_can_carry(event: Event, pages: Pages) -> None:
    """Case 63: zero bytes, and marks that turn round what follows."""
    person = a_registration(event, language="en")
    pages.sign_in(a_team_member(event))
    form = {"question": ["sex"], "reason": "Look\x00 ag\u202eain."}
    pages.get(address(event, person) + "/correction").submit("Ask this person", form).follow()
    assert requests_to(person)[0].reason == "Look again."

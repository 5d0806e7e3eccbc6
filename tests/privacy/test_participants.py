"""Who finds whom on the list of participants, and that the team's preview is what each finds (case 52)."""

from __future__ import annotations

import copy
from itertools import product

import pytest
from flask import Flask
from sqlalchemy import select

from eventreg.accounts.models import Account
from eventreg.db import db, transaction
from eventreg.events.models import Category, Event, TeamMember
from eventreg.events.organizers import Organizer
from eventreg.events.rules.categories import ListedColumn, ShownTo
from eventreg.events.rules.publication import Publication
from eventreg.privacy import participants
from eventreg.privacy.notice import outsiders
from eventreg.privacy.participants import Viewer, choose_listed
from eventreg.questionnaires.queries import get_current_version
from eventreg.registration.emails import OWN_PAGE
from eventreg.registration.models import Consent, Registration
from eventreg.registration.queries.registrations import own_token
from eventreg.registration.rules.states import Action, Status
from eventreg.registration.services.decisions import decide
from eventreg.selfservice.services import record_consent_changes
from tests.builders import a_questionnaire, a_registration, a_team_member, an_event
from tests.onbehalf.test_moving import hand_on
from tests.questionnaire import DEFINITION
from tests.registration.records import history
from tests.support.html import elements, text_of
from tests.support.pages import Page, Pages

EVERY = tuple(each.value for each in ListedColumn)


def _agrees(person: Registration, *, is_given: bool = True) -> Registration:
    with transaction() as session:
        version = get_current_version(person.event_id).id
        words = {"text": "Pueden nombrarme", "language": "es", "questionnaire_id": version}
        session.add(
            Consent(registration_id=person.id, purpose="listed", is_given=is_given, at=person.submitted_at, **words)
        )
    return person


def _somebody(event: Event, name: str, category: str = "government", status: str = "confirmed") -> Registration:
    return _agrees(a_registration(event, category, status, given_name=name, family_name="Mora"))


def _set(event: Event, shown: dict[str, ShownTo], columns: tuple[str, ...] = EVERY, consent: str = "listed") -> None:
    with transaction() as session:
        row = session.get_one(Event, event.id)
        row.participant_columns, row.participant_consent = list(columns), consent
        for category in session.scalars(select(Category).where(Category.event_id == event.id)):
            category.shown_to = shown.get(category.key, ShownTo.NOBODY)


def _rows(root: object) -> list[list[str]]:
    lists = elements(root, "ul", class_="govuk-list--spaced")  # type: ignore[arg-type]
    return [
        [text_of(each) for each in elements(row, "strong", "span")] for rows in lists for row in elements(rows, "li")
    ]


def _found(page: Page) -> list[list[str]] | None:
    """Return what stands on a list, None where there is none."""
    if page.status == 404:
        return None
    assert page.headers["Cache-Control"] == "no-store"
    assert "noindex" in page.headers["X-Robots-Tag"]
    return _rows(page.root)


def _lists(app: Flask, event: Event, confirmed: Registration, waiting: Registration) -> dict[str, object]:
    somebody = Pages(app)
    links = {Viewer.CONFIRMED: confirmed, Viewer.WAITING: waiting}
    found = {
        viewer.value: _found(somebody.get(f"/my/{own_token(who, OWN_PAGE)}/participants", None))
        for viewer, who in links.items()
    }
    return {**found, "public": _found(somebody.get(f"/events/{event.slug}/participants", None))}


def _previews(page: Page) -> dict[str, object]:
    return {
        each.get("data-viewer", ""): None if "The page does not exist" in text_of(each) else _rows(each)
        for each in page.all("details")
        if each.get("data-viewer")
    }


@pytest.mark.both_databases
def test_the_preview_is_what_each_finds_by_category_and_choice(app: Flask, event: Event, desk: Pages) -> None:
    # case 52
    ana, pending = _somebody(event, "Ana"), _somebody(event, "Pía", status="pending")
    _somebody(event, "Wanda", status="waitlisted"), _somebody(event, "Dina", status="declined")
    hidden, half = _somebody(event, "Hilda"), _somebody(event, "Inés", "academia")
    choose_listed(event.id, hidden.id, [])
    choose_listed(event.id, half.id, ["institution"])
    a_registration(event, given_name="Nunca", family_name="Mora")
    _agrees(_somebody(event, "Rosa"), is_given=False)
    page = f"/manage/events/{event.slug}/participants"
    seen = set()
    settings = [*product(ShownTo, ShownTo, [EVERY]), (ShownTo.PUBLIC, ShownTo.CONFIRMED, ("institution",))]
    for of_officials, of_academics, columns in [*settings, (ShownTo.PUBLIC, ShownTo.PUBLIC, ())]:
        shown = {"government": of_officials, "academia": of_academics}
        entries = {f"shown-{each.id}": shown[each.key].value for each in event.categories}
        before = desk.post(
            page, {**entries, "columns": list(columns), "consent": "listed", "do": "preview"}, 200, token=True
        )
        _set(event, shown, columns)
        lists = _lists(app, event, ana, pending)
        assert _previews(before) == _previews(desk.get(page)) == lists
        link = f"/events/{event.slug}/participants"
        assert (link in Pages(app).get(f"/events/{event.slug}").html) == (lists["public"] is not None)
        assert lists["waiting"] == lists["public"], "whoever is not confirmed finds what everybody finds"
        seen.add(str(lists))
    full = [["Ana Mora", "Instituto de Prueba", "Mexico"]]
    _set(event, {"government": ShownTo.CONFIRMED})
    assert _lists(app, event, ana, pending) == {"confirmed": full, "waiting": None, "public": None}
    _set(event, {"government": ShownTo.PUBLIC, "academia": ShownTo.CONFIRMED})
    hers = [["–", "Instituto de Prueba"]]
    assert _lists(app, event, ana, pending) == {"confirmed": full + hers, "waiting": full, "public": full}
    assert len(seen) > 5


def test_nobody_is_shown_before_somebody_says_so(app: Flask) -> None:
    event = an_event()
    person = _somebody(event, "Ana")
    assert set(_lists(app, event, person, person).values()) == {None}
    assert "participants" not in Pages(app).get(f"/events/{event.slug}").html
    assert "List of participants" not in Pages(app).get(f"/my/{own_token(person, OWN_PAGE)}").html


@pytest.mark.parametrize("publication", ["draft", "cancelled", "archived"])
def test_the_list_ends_with_the_event(app: Flask, publication: str) -> None:
    event = an_event()
    person = _somebody(event, "Ana")
    _set(event, {"government": ShownTo.PUBLIC})
    with transaction() as session:
        session.get_one(Event, event.id).publication = Publication(publication)
    assert set(_lists(app, event, person, person).values()) == {None}


def test_whoever_was_not_told_yet_is_not_on_it(app: Flask, event: Event, owner: Account) -> None:
    ana, pending = _somebody(event, "Ana"), _somebody(event, "Pía", status="pending")
    _set(event, {"government": ShownTo.PUBLIC})
    decide(event.id, pending.reference, Action.APPROVE, "", 1, Organizer.account(owner.id))
    assert db.session.scalar(select(Registration.status).where(Registration.id == pending.id)) is Status.CONFIRMED
    lists = _lists(app, event, ana, pending)
    assert lists["public"] == lists["waiting"] == [["Ana Mora", "Instituto de Prueba", "Mexico"]]


def test_a_permission_taken_back_takes_the_name_away_at_once(app: Flask, event: Event) -> None:
    person = _somebody(event, "Ana")
    _set(event, {"government": ShownTo.PUBLIC})
    address = f"/events/{event.slug}/participants"
    assert "Ana Mora" in Pages(app).get(address).text
    record_consent_changes(event.id, person.id, {"listed": False}, "es")
    assert "Ana Mora" not in Pages(app).get(address).text
    own = Pages(app).get(f"/my/{own_token(person, OWN_PAGE)}")
    assert own.has("You are not on it, since you have not allowed: “I may be named in the list”.")
    record_consent_changes(event.id, person.id, {"listed": True}, "es")
    assert "Ana Mora" in Pages(app).get(address).text


def test_a_person_sees_what_is_shown_of_them_and_hides_it(app: Flask, event: Event) -> None:
    person, somebody = _somebody(event, "Ana"), Pages(app)
    _set(event, {"government": ShownTo.PUBLIC}, ("name", "country"))
    own = somebody.get(f"/my/{own_token(person, OWN_PAGE)}")
    assert own.has("It is public: everybody finds there what you tick here, as long as you are confirmed.")
    assert own.has("Name, as on the badge: Ana Mora")
    assert not own.has("Institution: Instituto de Prueba Country")
    own.submit("Save what the list says of me", {"What it says of you": ["Country: Mexico"]}).follow()
    assert history(person)[-1] == ("listing_changed", {"changed": {"listed_columns": [None, ["country"]]}})
    assert "Ana Mora" not in somebody.get(f"/events/{event.slug}/participants").text
    # What the list comes to say later, nobody has agreed to.
    _set(event, {"government": ShownTo.PUBLIC})
    assert _rows(somebody.get(f"/events/{event.slug}/participants").root) == [["–", "Mexico"]]
    assert not choose_listed(event.id, person.id, ["country", "email"]), "no more than there is"


def test_the_order_tells_nothing_that_is_hidden(app: Flask, event: Event) -> None:
    for name, badge in (("Zoe", "Alma"), ("Ana", "Zeta"), ("Éva", "")):
        person = _somebody(event, name)
        with transaction() as session:
            session.get_one(Registration, person.id).badge_name = badge
    _set(event, {"government": ShownTo.PUBLIC})
    rows = _rows(Pages(app).get(f"/events/{event.slug}/participants").root)
    assert [row[0] for row in rows] == ["Alma", "Éva Mora", "Zeta"]


def test_without_a_permission_asked_everybody_shown_is_on_it_and_the_page_says_so(
    app: Flask, desk: Pages, event: Event
) -> None:
    a_registration(event, given_name="Ana", family_name="Mora")
    _set(event, {"government": ShownTo.PUBLIC}, consent="participant_list")
    assert "Ana Mora" in Pages(app).get(f"/events/{event.slug}/participants").text
    page = desk.get(f"/manage/events/{event.slug}/participants")
    assert page.has("None: nobody is asked for one")


def test_who_may_not_see_who_registered_does_not_say_who_is_shown(app: Flask, event: Event) -> None:
    _somebody(event, "Ana")
    _set(event, {"government": ShownTo.CONFIRMED})
    manager = a_team_member(event, "manager")
    with transaction() as session:
        member = session.scalars(select(TeamMember).where(TeamMember.account_id == manager.id)).one()
        member.withheld = ["see_registrations"]
    Pages(app).sign_in(manager).get(f"/manage/events/{event.slug}/participants", 403)


def test_the_settings_are_saved_and_told(event: Event, desk: Pages, owner: Account) -> None:
    address, category = f"/manage/events/{event.slug}/participants", event.categories[0]
    entries = {f"#shown-{category.id}": "public", "What the list says": ["Name, as on the badge"]}
    page = desk.get(address).submit("Save the list of participants", entries)
    assert page.follow().has("Saved.")
    told = desk.get(f"/manage/events/{event.slug}/history")
    assert told.has("Changed the list of participants")
    assert told.has("Changed who sees the people of a category")
    old = desk.get(address).form("Save the list of participants")
    refused = desk.get(address).submit("Save the list of participants", {"What the list says": []}, 422)
    assert refused.errors() == ["Choose at least one thing that the list says"]
    desk.get(address).submit("Save the list of participants", {"What the list says": ["Country"]})
    desk.send(old.fill("Save the list of participants", {}), address, 409)


def test_who_takes_over_a_registration_takes_over_no_choice(event: Event, desk: Pages) -> None:
    person = _somebody(event, "Ana")
    choose_listed(event.id, person.id, ["name"])
    hand_on(desk, event, person).follow()
    assert db.session.get_one(Registration, person.id, populate_existing=True).listed_columns is None


def test_who_registered_before_a_permission_was_asked_for_gives_it_on_their_own_page(app: Flask, event: Event) -> None:
    person, pages = a_registration(event, given_name="Ana", family_name="Mora"), Pages(app, "en")
    definition = copy.deepcopy(DEFINITION)
    label = {"es": "Pueden nombrarme", "en": "I may be named"}
    asked = {"key": "participant_list", "kind": "consent", "label": label}
    definition["sections"][-1]["questions"] += [asked, {**asked, "key": "needed", "is_required": True}]
    version = a_questionnaire(event, definition)
    _set(event, {"government": ShownTo.PUBLIC}, consent="participant_list")
    address = f"/my/{own_token(person, OWN_PAGE)}"
    assert _found(pages.get(f"/events/{event.slug}/participants")) == []
    page = pages.get(address)
    assert "You are not on it, since you have not allowed: “I may be named”" in page.main
    assert not page.all("input", name="needed"), "what a registration needs is asked for by a request"
    page.submit("Save my permissions", {"#consent-participant_list": True}, status=303)
    given = db.session.scalars(select(Consent).where(Consent.registration_id == person.id)).all()[-1]
    assert (given.purpose, given.is_given, given.text, given.questionnaire_id) == (
        "participant_list", True, "I may be named", version.id,
    )  # fmt: skip
    assert [row[0] for row in _found(pages.get(f"/events/{event.slug}/participants")) or ()] == ["Ana Mora"]
    a_questionnaire(event, DEFINITION)
    pages.get(address).submit("Save my permissions", {"#consent-participant_list": False}, status=303)
    assert _found(pages.get(f"/events/{event.slug}/participants")) == [], (
        "taken back, although nobody is asked any more"
    )


def test_a_long_list_is_read_a_page_at_a_time(app: Flask, event: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(participants, "A_PAGE", 2)
    people = [_somebody(event, name) for name in ("Ana", "Bea", "Cruz", "Dora", "Eva")]
    _set(event, {"government": ShownTo.PUBLIC})
    pages = Pages(app, "en")
    own = f"/my/{own_token(people[0], OWN_PAGE)}/participants"
    for address in (f"/events/{event.slug}/participants", own):
        page, found = pages.get(address), []
        while True:
            found += [row[0] for row in _found(page) or ()]
            assert page.has("5 people")
            if not page.has("Next page"):
                break
            page = page.click("Next page")
        assert [name.split()[0] for name in found] == ["Ana", "Bea", "Cruz", "Dora", "Eva"]
        assert page.click("Previous page").has("Cruz Mora")
        for wrong in ("4", "0", "-1", "x", "1e3", "9" * 30):
            pages.get(f"{address}?page={wrong}", 404)
    preview = Pages(app, "en").sign_in(a_team_member(event)).get(f"/manage/events/{event.slug}/participants")
    assert preview.has("The first 2 are shown.")
    assert preview.has("5 people")


def test_a_discreet_event_has_a_list_only_where_addresses_are_confirmed(app: Flask) -> None:
    """Else it would tell whoever types an address with a name whether it was registered before."""
    event = an_event(is_discreet=True, verifies_addresses=False)
    _somebody(event, "Ana")
    _set(event, {"government": ShownTo.PUBLIC})
    pages, desk = Pages(app, "en"), Pages(app, "en").sign_in(a_team_member(event))
    pages.get(f"/events/{event.slug}/participants", 404)
    assert desk.get(f"/manage/events/{event.slug}/participants").has(
        "There is no list as long as the event is discreet"
    )
    assert outsiders(event)["listed"] == []
    with transaction() as session:
        session.get_one(Event, event.id).verifies_addresses = True
    assert pages.get(f"/events/{event.slug}/participants").has("Ana Mora")
    assert not desk.get(f"/manage/events/{event.slug}/participants").has("There is no list as long")
    assert len(outsiders(db.session.get_one(Event, event.id))["listed"]) == 1

"""The list of registrations: every order pages through everybody once, filters hold, another event's people are never in it."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from eventreg.attendees.listing import Counts, RegistrationList, pages as listing
from eventreg.attendees.models import Tag, Tagging
from eventreg.attendees.queries.reasons import get_around
from eventreg.attendees.rules.annotations import TagColour
from eventreg.attendees.rules.listing import Cursor, ListState
from eventreg.db import transaction
from eventreg.events.models import Event
from eventreg.events.organizers import Organizer
from eventreg.events.rules.team import EVERYTHING, Scope, Sight
from eventreg.kernel.clock import now
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState
from eventreg.registration.models import AnswerRequest, Registration
from eventreg.registration.rules.asked import RequestKind
from eventreg.registration.rules.states import Action, Status
from eventreg.registration.services.decisions import decide
from tests.builders import a_registration, a_team_member, an_event

pytestmark = pytest.mark.usefixtures("app")

SIZE = 4
NAMES = (
    ("Ana", "Núñez"),
    ("ana", "nunez"),
    ("Ángel", "de la O"),
    ("Zoé", ""),
    ("李", "伟"),
    ("محمد", "علي"),
    ("Ñ", "Ñ"),
)
INSTITUTIONS = ("Universidad de Prueba", "universidad de prueba", "Éxodo", "Zona", "")


def people(event: Event, number: int = 22) -> list[Registration]:
    """People with many equal values, so that only the id tells them apart."""
    chance, at = random.Random(7), now() - timedelta(days=2)
    made = []
    for index in range(number):
        given, family = chance.choice(NAMES)
        made.append(
            a_registration(
                event,
                chance.choice(("government", "academia")),
                chance.choice(list(Status)),
                given_name=given,
                family_name=family,
                institution=chance.choice(INSTITUTIONS),
                at=at + timedelta(minutes=index // 3),
            )
        )
    return made


def listed(event: Event, state: ListState) -> RegistrationList:
    return RegistrationList(event.id, event.categories, state, EVERYTHING)


def walk(event: Event, state: ListState) -> list[list[str]]:
    """Return the references of all pages, going forward."""
    pages = []
    step: ListState | None = state
    while step is not None:
        page = listed(event, step).page(SIZE)
        pages.append([row.reference for row in page.rows])
        step = page.next
    return pages


@pytest.mark.both_databases
@pytest.mark.parametrize("order", ["received", "person", "status", "institution"])
@pytest.mark.parametrize("is_descending", [True, False])
def test_pages_show_everybody_once_forward_and_back(app: Flask, order: str, is_descending: bool) -> None:
    event = an_event()
    made = people(event)
    state = ListState(order=order, is_descending=is_descending)
    pages = walk(event, state)
    whole = [reference for page in pages for reference in page]
    assert sorted(whole) == sorted(registration.reference for registration in made)
    by_id = {registration.id: registration.reference for registration in made}
    assert [by_id[id_] for id_ in listed(event, state).ids()] == whole
    # Back again from the last page.
    back, step = [pages[-1]], state.with_(cursor=Cursor(pages[-1][0], is_backward=True))
    while True:
        page = listed(event, step).page(SIZE)
        back.insert(0, [row.reference for row in page.rows])
        if page.previous is None:
            break
        step = page.previous
    assert [reference for page in back for reference in page] == whole


def test_the_order_of_names_knows_no_accent_and_no_case() -> None:
    event = an_event()
    for given, family in (("Ana", "Zapata"), ("Ana", "ávila"), ("Ana", "Ñandú"), ("Ana", "Nava"), ("Ana", "Árbol")):
        a_registration(event, given_name=given, family_name=family)
    rows = listed(event, ListState(order="person", is_descending=False)).page().rows
    assert [row.columns["family_name"] for row in rows] == ["Árbol", "ávila", "Ñandú", "Nava", "Zapata"]


def test_institutions_are_ordered_without_accent_and_case() -> None:
    event = an_event()
    for name in ("zona", "Éxodo", "Universidad", "alfa"):
        a_registration(event, institution=name)
    rows = listed(event, ListState(order="institution", is_descending=False)).page().rows
    assert [row.columns["institution"] for row in rows] == ["alfa", "Éxodo", "Universidad", "zona"]


def test_deciding_on_the_last_of_a_page_does_not_move_the_next_page() -> None:
    event = an_event()
    for _ in range(6):
        a_registration(event, "academia", Status.PENDING)
    state = ListState(order="status", is_descending=False)
    pages = walk(event, state)
    last = pages[0][-1]
    following = listed(event, state).page(SIZE).next
    assert following is not None
    from eventreg.db import transaction

    with transaction() as session:
        session.query(Registration).filter_by(reference=last).update({"status": Status.CONFIRMED})
    again = [row.reference for row in listed(event, following).page(SIZE).rows]
    assert again[: len(pages[1])] == pages[1]


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("search", "finds"),
    [
        ("nunez", {"Núñez"}),
        ("NÚÑEZ", {"Núñez"}),
        ("lopez ana", {"López"}),
        ("ana nobody", set()),
        ("gobierno.example", {"López"}),
        ("maria@", {"Núñez"}),
        ("962 123", {"López"}),
        ("+52 962", {"López"}),
        ("(962)123", {"López"}),
        ("ministerio", {"Núñez"}),
        ("%", {"Porcentaje"}),
        ("_", set()),
        ("100%", {"Porcentaje"}),
        ("/", set()),
        ("\\", set()),
        ("'", {"O'Higgins"}),
    ],
)
def test_search_finds_by_every_word_without_accents(app: Flask, search: str, finds: set[str]) -> None:  # case 40
    event = an_event()
    a_registration(
        event, given_name="María", family_name="Núñez", email="maria@instituto.example", institution="Ministerio X"
    )
    a_registration(event, given_name="Ana", family_name="López", email="ana@gobierno.example", phone="+52 962 123 4567")
    a_registration(event, given_name="Eva", family_name="Porcentaje", institution="Grupo 100%")
    a_registration(event, given_name="Leo", family_name="O'Higgins")
    rows = listed(event, ListState(search=search)).page().rows
    assert {row.columns["family_name"] for row in rows} == finds


def test_search_finds_a_reference_by_itself() -> None:  # case 40
    event = an_event()
    wanted = a_registration(event)
    a_registration(event)
    for typed in (wanted.reference, wanted.reference.lower()):
        rows = listed(event, ListState(search=typed)).page().rows
        assert [row.reference for row in rows] == [wanted.reference]


@pytest.mark.both_databases
def test_counts_follow_the_other_filters(app: Flask) -> None:
    event = an_event()
    for category, status, number in (
        ("government", Status.CONFIRMED, 3),
        ("government", Status.DECLINED, 1),
        ("academia", Status.PENDING, 2),
        ("academia", Status.CONFIRMED, 1),
    ):
        for _ in range(number):
            a_registration(event, category, status)
    counts = listed(event, ListState().narrowed(status=["confirmed"], category=["academia"])).counts()
    assert counts.by_status == {Status.PENDING: 2, Status.CONFIRMED: 1}
    assert counts.by_field["category"] == {"government": 3, "academia": 1}
    assert (counts.shown, counts.any_status) == (1, 3)


def test_another_events_people_are_in_no_list() -> None:  # case 2
    event, other = an_event(), an_event()
    mine, foreign = a_registration(event), a_registration(other)
    everybody = listed(event, ListState())
    assert [row.reference for row in everybody.page().rows] == [mine.reference]
    assert everybody.counts().shown == 1
    assert list(everybody.ids()) == [mine.id]
    # A cursor that names a person of another event tells nothing of that person.
    from_there = listed(event, ListState(cursor=Cursor(foreign.reference))).page()
    assert [row.reference for row in from_there.rows] == [mine.reference]


def test_neighbours_stay_when_the_person_leaves_the_list() -> None:
    event, at = an_event(), now() - timedelta(hours=1)
    first, second, third = (
        a_registration(event, "academia", Status.PENDING, at=at + timedelta(minutes=minute)) for minute in range(3)
    )
    second.status = Status.CONFIRMED
    neighbours = listed(event, ListState().narrowed(status=["pending"])).neighbours(second)
    assert neighbours == (third.reference, first.reference)


def test_a_page_is_fifty() -> None:
    assert listing.PAGE_SIZE == 50


@pytest.mark.both_databases
def test_numbers_are_kept_until_the_history_goes_on(app: Flask) -> None:
    event = an_event()
    person, other = (a_registration(event, "academia", Status.PENDING) for _ in range(2))
    owner = a_team_member(event)
    who = Organizer.account(owner.id)

    def counts(state: ListState = ListState(), sight: Sight = EVERYTHING) -> Counts:  # noqa: B008 - frozen
        newest = get_around(event.id, owner.id).newest
        return RegistrationList(event.id, event.categories, state, sight).counts(newest)

    decide(event.id, other.reference, Action.WAITLIST, "", 1, who)
    assert counts().by_status == {Status.PENDING: 1, Status.WAITLISTED: 1}
    # Nothing of the product writes so: it shows that nobody is counted twice while nothing happens.
    with transaction() as session:
        session.execute(update(Registration).where(Registration.id == other.id).values(status=Status.DECLINED))
    assert counts().by_status == {Status.PENDING: 1, Status.WAITLISTED: 1}
    with transaction() as session:
        tag = Tag(
            public_id="tag", event_id=event.id, name="VIP", name_key="vip", colour=TagColour.RED, created_at=now()
        )
        session.add(tag)
        session.flush()
        session.add(Tagging(registration_id=other.id, tag_id=tag.id))
    assert counts().by_field["tag"] == {}
    # What somebody else asks, or sees, is kept by itself.
    assert counts(ListState().narrowed(status=["declined", "waitlisted"])).by_field["tag"] == {"tag": 1}
    searched = ListState(search=other.reference)
    assert counts(searched).by_status == {Status.DECLINED: 1}
    assert counts(sight=Sight(Scope(categories=frozenset({"government"})))).by_status == {}
    with transaction() as session:
        session.execute(update(Registration).where(Registration.id == other.id).values(status=Status.PENDING))
    assert counts(searched).by_status == {Status.DECLINED: 1}
    # What comes and goes without an entry, by the clock or for one reader, is asked each time.
    for passing in ({"trouble": ["mail"]}, {"unanswered": ["late"]}, {"note": ["mine"]}):
        assert counts(ListState().narrowed(**passing)).shown == 0
    with transaction() as session:
        session.add(
            AnswerRequest(
                event_id=event.id,
                registration_id=other.id,
                kind=RequestKind.CORRECTION,
                questionnaire_id=other.questionnaire_id,
                requested_at=now(),
                answer_by=now().date() - timedelta(days=2),
            )
        )
        session.execute(update(MailMessage).values(state=DeliveryState.FAILED))
    assert counts(ListState().narrowed(unanswered=["late"])).shown == 1
    assert counts(ListState().narrowed(trouble=["mail"])).shown == 1
    decide(event.id, person.reference, Action.APPROVE, "", 1, who)
    assert counts().by_status == {Status.CONFIRMED: 1, Status.PENDING: 1}
    assert counts().by_field["tag"] == {"tag": 1}
    # A message fails without an entry of the history.
    with transaction() as session:
        session.execute(update(MailMessage).values(state=DeliveryState.FAILED))
    assert counts().by_field["trouble"] == {"mail": 2}


@pytest.mark.both_databases
def test_few_that_are_left_are_named_and_make_the_page() -> None:
    event, at = an_event(), now() - timedelta(hours=1)
    people = [
        a_registration(event, "academia", status, given_name=name, at=at + timedelta(minutes=minute))
        for minute, (name, status) in enumerate(
            [("Ana", Status.PENDING), ("Ana", Status.CONFIRMED), ("Eva", Status.PENDING), ("Ana", Status.PENDING)]
        )
    ]
    assert listed(event, ListState()).counts().few is None
    assert listed(event, ListState().narrowed(status=["pending"])).counts().few is None
    anas = listed(event, ListState(search="ana").narrowed(status=["pending"]))
    few = anas.counts().few
    assert few is not None
    assert set(few) == {people[0].id, people[3].id}
    # What is named is not looked for again: who is not among them is not on the page.
    assert [row.id for row in anas.page(few=few).rows] == [row.id for row in anas.page().rows]
    assert [row.id for row in anas.page(few=few[:1]).rows] == list(few[:1])
    assert listed(event, ListState(search="nobody")).counts().few == []

"""The figures equal a recount of the list, person by person, whatever is counted and whoever looks. Case 41."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from eventreg.attendees.listing import RegistrationList
from eventreg.attendees.queries.people import Person, list_definitions
from eventreg.attendees.rules.listing import ListState
from eventreg.events.models import Event
from eventreg.events.rules.team import EVERYTHING, Scope, Sight
from eventreg.kernel.clock import now
from eventreg.registration.rules.states import Status
from eventreg.reports.queries.figures import Breakdown, WantedFigures, break_down, count_places, list_figures
from eventreg.reports.rules import Counting, day_keys_of, sex_question
from tests.builders import a_registration, an_event
from tests.support.statements import counted

pytestmark = [pytest.mark.usefixtures("app"), pytest.mark.both_databases]

SIZE = 60
COLUMNS = ("answer.sex", "answer.days")
INSTITUTIONS = [f"Instituto {letter} de Prueba" for letter in "ABCDEFGHIJKLM"] + ["INSTITUTO A DE PRUEBA", ""]


def people(event: Event) -> None:
    chance, at = random.Random(41), now()
    for number in range(SIZE):
        answers = {"sex": [chance.choice(["woman", "man"])] if chance.random() < 0.8 else []}
        days = [str(day.id) for day in event.days if chance.random() < 0.7]
        a_registration(
            event,
            chance.choice(["government", "academia"]),
            chance.choice(list(Status)),
            email=f"persona{number}@instituto.example",
            institution=chance.choice(INSTITUTIONS),
            country=chance.choice(["GT", "MX", "HN"]),
            at=at - timedelta(minutes=chance.randrange(60 * 24 * 20)),
            answers={**answers, "days": days or [str(event.days[0].id)]},
        )
    a_registration(an_event(), country="BZ")


def broken_down(event: Event, scope: Scope = EVERYTHING.scope, counting: Counting = Counting.LIVE) -> Breakdown:
    definitions = list_definitions(event.id).values()
    sex = sex_question(definitions)
    assert sex is not None
    wanted = WantedFigures(counting.statuses, event.time_zone, sex.key, day_keys_of(definitions))
    return break_down(event.id, scope, wanted, now())


def listed(event: Event, sight: Sight = EVERYTHING) -> list[Person]:
    """Everybody in sight, as the list shows them."""
    categories = [each for each in event.categories if not sight.scope.categories or each.key in sight.scope.categories]
    state = ListState(columns=COLUMNS)
    return list(RegistrationList(event.id, categories, state, sight).page(1000).rows)


def recounted(rows: list[Person], of: Callable[[Person], object]) -> dict[object, int]:
    return dict(Counter(of(row) for row in rows))


@pytest.mark.parametrize("counting", Counting)
@pytest.mark.parametrize("scope", [Scope(), Scope(categories=frozenset({"academia"}))], ids=["whole", "narrowed"])
def test_figures_equal_a_recount_of_the_list(event: Event, counting: Counting, scope: Scope) -> None:
    sight = Sight(scope, has_contact_data=True)
    everybody = listed(event, sight)
    rows = [row for row in everybody if row.status in counting.statuses]
    found = broken_down(event, scope, counting)
    zone = ZoneInfo(event.time_zone)
    assert found.by_status == recounted(everybody, lambda row: row.status)
    assert found.total == len(rows)
    assert found.by_category == recounted(rows, lambda row: row.category_id)
    assert found.by["country"] == recounted(rows, lambda row: row.columns["country"])
    assert found.received == recounted(rows, lambda row: row.submitted_at.astimezone(zone).date())
    sexes = Counter(row.answers["sex"][0] for row in rows if "sex" in row.answers)
    assert found.by["sex"] == sexes
    days = Counter(day for row in rows for day in row.answers["days"])
    assert (found.by["day"], found.with_days) == (days, len(rows))
    folded = Counter(row.columns["institution"].casefold() for row in rows if row.columns["institution"])
    assert {name: number for name, _, number in found.institutions}.items() <= folded.items()
    assert [number for _, _, number in found.institutions] == [number for _, number in folded.most_common(10)]
    assert (found.with_institution, found.institution_count) == (sum(folded.values()), len(folded))
    pending = [row for row in everybody if row.status is Status.PENDING]
    assert sum(found.by["waiting"].values()) == len(pending)
    assert found.waiting_since is not None
    oldest = min(row.columns["status_changed_at"] for row in pending)
    assert timedelta() <= oldest - found.waiting_since < timedelta(minutes=15)


def test_places_are_those_of_the_overview(event: Event) -> None:
    figures, seats = list_figures({event.id: Scope()})[event.id], count_places(event.id, Scope())
    assert (seats.taken, seats.whole.taken) == (figures.places, figures.taken)


def test_it_is_one_statement(event: Event) -> None:
    wanted = WantedFigures(tuple(Status), event.time_zone, "sex", ["days"])
    with counted() as statements:
        break_down(event.id, Scope(), wanted, now())
    assert len(statements) == 1


def test_whoever_waits_is_counted_by_how_long() -> None:
    event = an_event()
    for days in (0, 1, 3, 6, 8, 30):
        a_registration(event, "academia", Status.PENDING, at=now() - timedelta(days=days, minutes=1))
    assert broken_down(event).by["waiting"] == {"new": 2, "days": 2, "long": 2}


def test_an_event_without_anybody_has_figures() -> None:
    found = broken_down(an_event())
    assert (found.total, found.waiting_since, found.received, found.institutions) == (0, None, {}, [])


@pytest.fixture
def event() -> Event:
    event = an_event()
    people(event)
    return event

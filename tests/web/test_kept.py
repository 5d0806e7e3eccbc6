"""Public pages in front of the application: whom they are for, what they say, and when they no longer hold."""

from __future__ import annotations

import gzip
import sys
import traceback
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask, Response
from sqlalchemy import delete, text as sql, update
from werkzeug.test import Client, TestResponse

from eventreg.db import db, transaction
from eventreg.events.models import Event
from eventreg.events.rules.publication import Publication
from eventreg.kernel import clock as kernel_clock
from eventreg.kernel.errors import Busy
from eventreg.programme.calendars import day_bounds
from eventreg.registration.models import Registration
from eventreg.serving.subprocesses import Legacy
from eventreg.settings.models import InstanceSettings
from eventreg.site.kept_pages import hand_over, only_kept, take_over
from eventreg.web import access, kept as kept_pages
from eventreg.web.kept import kept
from eventreg.web.limits import limited
from tests.belongings import a_material
from tests.builders import AT_ONCE, an_event, register_somebody, text
from tests.selfservice.test_concurrency import at_once
from tests.support.statements import counted
from tests.support.waiting import meeting, until

#: of nobody: the application itself answers whoever has one
SESSION = {"Cookie": "eventreg_session=none"}
_GZIP = {"Accept-Encoding": "gzip"}
_ONE_CATEGORY = ({"key": "government", "name": text("Gobierno", "Government"), "approval": AT_ONCE},)


def get(app: Flask, address: str, method: str = "GET", **headers: str) -> TestResponse:
    """Ask as somebody without cookies."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return app.test_client(use_cookies=False).open(address, method=method, headers=named)


def is_kept(app: Flask, address: str, method: str = "GET", **headers: str) -> bool:
    """Say whether an answer comes from memory: the application asks the database."""
    with app.app_context(), counted() as statements:
        get(app, address, method, **headers)
    return not statements


def told(answer: TestResponse) -> dict[str, str]:
    """Return the headers but for those that are meant to be others each time, or for whoever has a session."""
    return {name: value for name, value in answer.headers.items() if name not in ("Date", "Cache-Control")}


def unpacked(answer: TestResponse) -> bytes:
    """Return a body as the browser reads it: compressed bytes hold the second in which they were made."""
    is_packed = answer.headers.get("Content-Encoding") == "gzip" and answer.data
    return gzip.decompress(answer.data) if is_packed else answer.data


@pytest.fixture
def event(app: Flask) -> Event:
    """An event without a limit of places."""
    return an_event()


@pytest.fixture
def address(event: Event) -> str:
    """The address of its page."""
    return f"/events/{event.slug}"


@pytest.mark.both_databases
def test_the_second_answer_asks_the_database_for_nothing_but_the_number(app: Flask, address: str) -> None:
    assert not is_kept(app, address)
    assert is_kept(app, address)
    assert is_kept(app, address, Accept_Language="en") is False
    assert is_kept(app, address, Accept_Language="en")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("encoding", ["gzip", "identity", "gzip;q=0, *"])
@pytest.mark.parametrize("language", ["en", "es", "xx"])
def test_it_is_what_the_application_answers(
    app: Flask, address: str, method: str, encoding: str, language: str
) -> None:
    asked = {"Accept_Encoding": encoding, "Accept_Language": language}
    first, second = (get(app, address, method, **asked) for _ in range(2))
    made = get(app, address, method, **asked, **SESSION)
    for answer in (first, second):
        assert (answer.status_code, unpacked(answer), told(answer)) == (made.status_code, unpacked(made), told(made))
        assert answer.headers["Cache-Control"] == "public, no-cache"
    assert made.headers["Cache-Control"] == "no-cache"
    assert "Date" in second.headers


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_browser_that_has_the_page_is_told_so(app: Flask, address: str, method: str) -> None:
    tag = get(app, address, **_GZIP).headers["ETag"]
    for given in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        answers = [get(app, address, method, If_None_Match=given) for _ in range(2)]
        made = get(app, address, method, If_None_Match=given, **SESSION)
        assert made.status_code == 304
        for answer in answers:
            assert (answer.status_code, answer.data) == (304, b"")
            # What could be compressed is said of the page, which a HEAD of the application does not look at.
            assert {**told(answer), "Vary": ""} == {**told(made), "Vary": ""}
    assert get(app, address, If_None_Match='"other"').status_code == 200


def test_a_language_that_is_remembered_goes_before_the_one_that_is_preferred(app: Flask, address: str) -> None:
    for cookie, language in (("lang=en", "en"), ("a=b; lang=es", "es"), ("lang=xx", "fr"), ("lang=", "fr")):
        pages = [get(app, address, Cookie=cookie, Accept_Language="fr") for _ in range(2)]
        assert all(f'<html lang="{language}"' in page.get_data(as_text=True) for page in pages), cookie


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("?lang=en", {}),
        ("?utm_source=mail", {}),
        ("", SESSION),
        ("", {"Cookie": "lang=es; eventreg_session=none"}),
        ("", {"Cookie": "remember_token=1|none"}),
        ("", {"If_Match": '"other"'}),
        ("", {"Range": "bytes=0-9"}),
    ],
)
def test_what_only_the_application_can_answer_is_left_to_it(
    app: Flask, address: str, query: str, headers: dict[str, str]
) -> None:
    get(app, address)
    assert [is_kept(app, address + query, **headers) for _ in range(2)] == [False, False]


def test_other_hosts_are_refused_as_ever(app: Flask, address: str) -> None:
    assert get(app, address).status_code == 200
    for host in ("evil.example", "localhost:abc", ""):
        assert [get(app, address, Host=host).status_code for _ in range(2)] == [400, 400]
    # Each name is judged by the application once.
    assert [is_kept(app, address, Host="127.0.0.1:8000") for _ in range(2)] == [False, True]


def test_a_page_that_is_not_there_is_not_kept(app: Flask, address: str) -> None:
    assert [get(app, f"{address}/conclusions").status_code for _ in range(2)] == [404, 404]
    assert not is_kept(app, f"{address}/conclusions")
    assert [get(app, "/events/nothing", "POST").status_code for _ in range(2)] == [405, 405]


@pytest.mark.both_databases
def test_a_change_by_another_process_is_seen_with_the_next_request(make_app: Callable[..., Flask]) -> None:
    here, there = make_app(), make_app()
    with here.app_context():
        event = an_event()
        addresses = ("/", f"/events/{event.slug}")
        before = [get(there, address).data for address in addresses]
        with transaction() as session:
            session.execute(update(Event).where(Event.id == event.id).values(title=text("Otro", "Another")))
        assert all(b"Otro" in get(there, address).data for address in addresses)
        with transaction() as session:
            # As it was: by the way of the session, and the settings, which a process keeps for a while.
            session.get_one(Event, event.id).title = event.title
        assert [get(there, address).data for address in addresses] == before
        with transaction() as session:
            session.add(InstanceSettings(id=1, name=text("Casa", "House"), changed_at=kernel_clock.now()))
        assert all(b"Casa" in get(there, address).data for address in addresses)
        with transaction() as session:
            session.get_one(InstanceSettings, 1).languages = ["en"]
        assert all(b'lang="en"' in get(there, address).data for address in addresses)
        with transaction() as session:
            session.get_one(Event, event.id).publication = Publication.DRAFT
        assert [get(there, address).status_code for address in addresses] == [200, 404]
        db.session.remove()


def test_a_process_that_leaves_hands_its_pages_and_forms_to_the_next(make_app: Callable[..., Flask]) -> None:
    here, there, legacy = make_app(), make_app(), Legacy()
    assert legacy.find() is None
    with here.app_context():
        event = an_event()
        addresses = ("/", f"/events/{event.slug}", f"/events/{event.slug}/register?category=government")
        for address in addresses:
            get(here, address)
        legacy.leave("what another left before, and longer than that" * 1000)
        legacy.leave(hand_over(here))
        take_over(there, legacy.find())
        assert [address for address in addresses if not is_kept(there, address)] == []
        with transaction() as session:
            session.execute(update(Event).where(Event.id == event.id).values(title=text("Otro", "Another")))
        assert all(b"Otro" in get(there, address).data for address in addresses)
        db.session.remove()


def test_a_process_that_practises_has_no_page_made(app: Flask, address: str) -> None:
    practising = Client(only_kept(app, "http"), TestResponse)
    with counted() as statements:
        assert practising.get(address).status_code == 204
    assert not statements
    made, kept_now = get(app, address), practising.get(address)
    assert (kept_now.status_code, kept_now.data) == (200, made.data)


def test_a_transaction_that_fails_changes_nothing_and_one_elsewhere_neither(
    app: Flask, event: Event, address: str
) -> None:
    get(app, address)

    def fail() -> None:
        with transaction() as session:
            session.execute(update(Event).values(city="Otra"))
            raise Busy

    with pytest.raises(Busy):
        fail()
    assert is_kept(app, address)
    register_somebody(event, email="ana@instituto.example")
    with transaction() as session:
        session.execute(update(Registration).values(email="otra@instituto.example"))
    assert is_kept(app, address)


def test_a_place_is_told_of_only_where_the_words_change(app: Flask) -> None:
    event = an_event(_ONE_CATEGORY, capacity=5, few_places=2)
    address, said = f"/events/{event.slug}", []
    for number in range(6):
        get(app, address, Accept_Language="en")
        register_somebody(event, email=f"{number}@instituto.example")
        said.append((is_kept(app, address, Accept_Language="en"), get(app, address, Accept_Language="en").data))
    words = [b"Registration open", b"Registration open", b"2 places left", b"1 place left", b"waiting list"]
    assert [was_kept for was_kept, _page in said] == [True, True, False, False, False, True]
    assert all(word in page for word, (_, page) in zip([*words, words[-1]], said, strict=True))
    with transaction() as session:
        # With a registration that goes, so does its place.
        session.execute(delete(Registration))
    assert words[0] in get(app, address, Accept_Language="en").data


@pytest.mark.both_databases
def test_words_change_by_the_clock(app: Flask, clock: time_machine.Traveller) -> None:
    at = kernel_clock.now()
    opens, closes = at + timedelta(hours=1), at + timedelta(hours=2)
    event = an_event(registration_opens_at=opens, registration_closes_at=closes)
    a_material(event, released_at=closes + timedelta(hours=1), title=text("Informe", "Report"))
    address = f"/events/{event.slug}"
    for moment, word, other in (
        (opens, b"opens soon", b"Registration open<"),
        (closes, b"Registration open", b"Registration closed"),
        (closes + timedelta(hours=1), b"Registration closed", b"Report"),
        (day_bounds(event.days[-1], event.time_zone)[1], b"Report", b"has taken place"),
    ):
        for before in (timedelta(seconds=30), timedelta(microseconds=1)):
            clock.move_to(moment - before)
            page = get(app, address, Accept_Language="en").data
            assert word in page
            assert other not in page
        assert is_kept(app, address, Accept_Language="en")
        clock.move_to(moment)
        assert other in get(app, address, Accept_Language="en").data


def _add(app: Flask, name: str, view: Callable[[], Any]) -> str:
    """Add a page below /events/ that is kept where it can be; return its address."""
    app.add_url_rule(f"/events/-/{name}", name, access.public(kept(view)))
    return f"/events/-/{name}"


def _page(content: str) -> Response:
    page = Response(content, mimetype="text/html")
    page.add_etag()
    return page


def test_a_page_of_what_nobody_watches_is_not_kept(app: Flask) -> None:
    an_event()
    calls: list[str] = []

    def reads_people() -> Response:
        calls.append("people")
        return _page(str(db.session.scalar(sql("SELECT count(*) FROM registrations"))))

    def shows_the_clock() -> Response:
        calls.append("clock")
        return _page(f"{kernel_clock.now():%H:%M:%S}")

    def sets_a_cookie() -> Response:
        calls.append("cookie")
        page = _page("x")
        page.set_cookie("a", "b")
        return page

    @limited("2 per minute", ("GET",))
    def harmless() -> Response:
        calls.append("harmless")
        return _page("x")

    views = (reads_people, shows_the_clock, sets_a_cookie, harmless)
    for address in [_add(app, view.__name__, view) for view in views]:
        assert [get(app, address).status_code for _ in range(3)] == [200] * 3
    assert {name: calls.count(name) for name in calls} == {"people": 3, "clock": 3, "cookie": 3, "harmless": 1}


def test_memory_is_bounded_and_the_oldest_make_room(app: Flask) -> None:
    an_event()
    calls: list[int] = []

    def large(number: int) -> Response:
        calls.append(number)
        return _page("x" * 1_000_000)

    app.add_url_rule("/events/-/<int:number>", "large", access.public(kept(large)))
    for number in [*range(12), 11, 0]:
        assert len(get(app, f"/events/-/{number}").data) == 1_000_000
    assert calls == [*range(12), 0]


def _waiting() -> int:
    """Return how many threads wait for somebody else to make a page."""
    stacks = (traceback.extract_stack(frame) for frame in sys._current_frames().values())
    return sum(
        any(entry.filename == kept_pages.__file__ and entry.name == "turn" for entry in stack) for stack in stacks
    )


def test_after_a_change_one_makes_the_page_that_many_ask_for(app: Flask) -> None:
    an_event()
    calls: list[int] = []

    def slow() -> Response:
        calls.append(1)
        until(lambda: _waiting() == 3 or len(calls) > 1, "the others wait")
        return _page("x")

    address = _add(app, "slow", slow)
    answers = at_once(app, *[lambda: get(app, address).data] * 4)
    assert (answers, len(calls)) == ([b"x"] * 4, 1)


def test_nobody_waits_for_what_is_not_kept(app: Flask) -> None:
    an_event()
    together = meeting(1)

    def others() -> Response:
        together.wait()
        return _page(f"{kernel_clock.now():%H:%M:%S}")

    address = _add(app, "others", others)
    get(app, address)
    together = meeting(3)
    assert [answer.status_code for answer in at_once(app, *[lambda: get(app, address)] * 3)] == [200] * 3


@pytest.mark.both_databases
def test_a_connection_that_broke_is_opened_anew(app: Flask, address: str) -> None:
    get(app, address)
    assert is_kept(app, address)
    db.session.remove()
    db.engine.dispose()
    assert is_kept(app, address)


def test_without_the_number_the_application_answers(app: Flask, address: str) -> None:
    get(app, address)
    with transaction() as session:
        session.execute(sql("DELETE FROM public_number"))
    assert get(app, address).status_code == 200
    assert not is_kept(app, address)


def test_compressed_bytes_are_kept_as_they_were(app: Flask, address: str) -> None:
    plain, packed = get(app, address), get(app, address, Accept_Encoding="gzip")
    again = get(app, address, Accept_Encoding="gzip")
    assert gzip.decompress(packed.data) == plain.data
    assert again.data == packed.data

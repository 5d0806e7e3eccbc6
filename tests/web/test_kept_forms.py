"""Forms in front of the application: kept in pieces, with a token and a key of each visitor's own."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from contextlib import nullcontext
from copy import deepcopy
from functools import partial
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer
from werkzeug.test import TestResponse

from eventreg.db import transaction
from eventreg.events.models import Event
from eventreg.events.rules.publication import Publication
from eventreg.selfservice.services import withdraw
from eventreg.web.pieces import Pieces, Signing
from tests.builders import a_questionnaire, an_event, register_somebody
from tests.questionnaire import DEFINITION
from tests.support.pages import Pages
from tests.web.test_kept import get, is_kept

_TOKEN = re.compile(rb'name="csrf_token" value="([^"]+)"')
_KEY = re.compile(rb'name="submission_key" value="([^"]+)"')
#: the application answers it, which gives a form whole
_MADE_ANEW = {"Range": "bytes=0-"}


@pytest.fixture
def event(app: Flask) -> Event:
    """An event with two categories."""
    return an_event()


@pytest.fixture
def form(event: Event) -> str:
    """The address of its form."""
    return f"/events/{event.slug}/register?category=government"


def secrets_of(page: bytes) -> tuple[bytes, bytes]:
    """Return token and key of a form."""
    (token,), (key,) = set(_TOKEN.findall(page)), set(_KEY.findall(page))
    return token, key


def without_secrets(page: bytes) -> bytes:
    """Return a form as it is for everybody."""
    return _KEY.sub(b"", _TOKEN.sub(b"", page))


def told(answer: TestResponse) -> dict[str, str]:
    """Return the headers but for those that are others each time."""
    ever_new = ("Date", "Set-Cookie", "Content-Length")
    return {name: value for name, value in answer.headers.items() if name not in ever_new}


def test_pieces_make_a_page_of_other_secrets_however_often_they_stand_in_it() -> None:
    text = b"".join(b"%d " % number for number in range(20_000))
    page = b"A" + text + b"BA" + text[::-1] + b"B"
    pieces = Pieces(page, [b"A", b"B"])
    for secrets in ([b"A", b"B"], [b"", b"longer than it"], [b"x" * 60_000, b"B"]):
        assert pieces.plain(secrets) == secrets[0] + text + secrets[1] + secrets[0] + text[::-1] + secrets[1]
        assert gzip.decompress(pieces.packed(secrets)) == pieces.plain(secrets)
    assert gzip.decompress(Pieces(b"", []).packed([])) == b""


def test_what_is_signed_is_what_flask_and_its_forms_sign_and_read(app: Flask, clock: time_machine.Traveller) -> None:
    tokens = URLSafeTimedSerializer(app.config["SECRET_KEY"], salt="wtf-csrf-token")
    cookies = SecureCookieSessionInterface().get_signing_serializer(app)
    assert cookies is not None
    token = "2f4e0c8f1f0b9b1d2a5c6e7f8091a2b3c4d5e6f7"
    for serializer, value, other in (
        (tokens, token, cookies),
        (cookies, {"csrf_token": token}, tokens),
        (cookies, {}, tokens),
    ):
        signing, signed = Signing(serializer), serializer.dumps(value)
        assert signing.sign(value) == signed
        for wrong in (signed[:-2], signed.swapcase(), signed.replace(".", ".."), other.dumps(value), "", ".", "ñ"):
            with pytest.raises(BadSignature):
                signing.read(wrong, 60)
        for seconds, is_in_time in ((0, True), (60, True), (1, False), (-62, False)):
            clock.shift(seconds)
            for read in (partial(signing.read, lasts=60), partial(serializer.loads, max_age=60)):
                with nullcontext() if is_in_time else pytest.raises(SignatureExpired):
                    assert read(signed) == value


@pytest.mark.both_databases
@pytest.mark.parametrize("query", ["", "?category=academia"])
def test_it_is_what_the_application_answers_but_for_the_secrets(app: Flask, event: Event, query: str) -> None:
    address = f"/events/{event.slug}/register{query}"
    for encoding in ("gzip", "identity"):
        asked = {"Accept_Encoding": encoding, "Accept_Language": "en"}
        first, second, made = (
            get(app, address, **asked),
            get(app, address, **asked),
            get(app, address, **asked, **_MADE_ANEW),
        )
        pages = [gzip.decompress(each.data) if encoding == "gzip" else each.data for each in (first, second, made)]
        assert len({without_secrets(page) for page in pages}) == 1
        assert told(first) == told(second) == told(made)
        assert second.headers["Cache-Control"] == "private, no-cache"
        assert second.headers["Content-Length"] == str(len(second.data))
        cookies = [each.headers["Set-Cookie"].partition(";") for each in (first, second, made)]
        assert len({value for value, _, _ in cookies}) == 3
        assert len({attributes for _, _, attributes in cookies}) == 1
    assert is_kept(app, address, Accept_Language="en")


class Proxy:
    """A cache that many share, as obedient as the standard asks: nothing is kept that says `no-store` or `private`."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._kept: dict[str, TestResponse] = {}

    def get(self, address: str) -> TestResponse:
        """Return what is kept, where it still holds, or ask."""
        kept = self._kept.get(address)
        tag = kept.headers.get("ETag", "") if kept is not None else ""
        answer = get(self._app, address, **({"If_None_Match": tag} if tag else {}))
        if kept is not None and answer.status_code == 304:
            return kept
        if not {"no-store", "private"} & set(answer.headers["Cache-Control"].split(", ")):
            self._kept[address] = answer
        return answer


def test_two_people_behind_one_proxy_have_keys_tokens_and_sessions_of_their_own(app: Flask, form: str) -> None:
    proxy = Proxy(app)
    answers = [proxy.get(form) for _ in range(4)]
    assert len({secrets_of(answer.data)[0] for answer in answers}) == 4
    assert len({secrets_of(answer.data)[1] for answer in answers}) == 4
    assert len({answer.headers["Set-Cookie"] for answer in answers}) == 4
    page = form.partition("/register")[0]
    assert proxy.get(page) is proxy.get(page)


def test_who_came_before_keeps_the_session_and_gets_a_new_key(app: Flask, form: str) -> None:
    client = app.test_client()
    first = client.get(form)
    with client.session_transaction() as session:
        secret = session["csrf_token"]
    later = [client.get(form) for _ in range(2)]
    assert all("Set-Cookie" not in answer.headers for answer in later)
    assert len({secrets_of(answer.data)[1] for answer in (first, *later)}) == 3
    with client.session_transaction() as session:
        assert session["csrf_token"] == secret
        session["row"] = "signed in"
    assert not is_kept(app, form, Cookie=f"eventreg_session={client.get_cookie('eventreg_session').value}")  # type: ignore[union-attr]
    # A cookie that is nobody's is one of somebody new.
    assert "Set-Cookie" in get(app, form, Cookie="eventreg_session=forged").headers


def test_a_kept_form_can_be_sent(app: Flask, form: str) -> None:
    for number in range(3):
        page = Pages(app).get(form)
        typed = {
            "given_name": "Ana",
            "institution": "Instituto",
            "country": "Mexico",
            "email": f"ana{number}@instituto.example",
            "Days attended": page.texts("label", class_="govuk-checkboxes__label")[:1],
            "I agree to the use of my data": True,
        }
        assert page.submit("Send registration", typed, 303).follow().status == 200


@pytest.mark.parametrize("query", ["?category=nothing", "?category=government&x=1", "?lang=en"])
def test_addresses_that_anybody_can_think_of_are_not_kept(app: Flask, event: Event, query: str) -> None:
    address = f"/events/{event.slug}/register{query}"
    assert [is_kept(app, address) for _ in range(3)] == [False] * 3


@pytest.mark.both_databases
def test_other_questions_are_asked_with_the_next_request(make_app: Callable[..., Flask]) -> None:
    here, there = make_app(), make_app()
    with here.app_context():
        event = an_event()
        form, page = f"/events/{event.slug}/register?category=government", f"/events/{event.slug}"
        get(there, page)
        assert "Otra pregunta" not in get(there, form).get_data(as_text=True)
        a_questionnaire(event, _with_another_question())
        assert "Otra pregunta" in get(there, form, Accept_Language="es").get_data(as_text=True)
    with there.app_context():
        # Of what forms alone show the pages know nothing.
        assert is_kept(there, page)


def _with_another_question() -> dict[str, Any]:
    sections = [dict(section) for section in DEFINITION["sections"]]
    question = {"key": "otra", "kind": "short_text", "label": {"es": "Otra pregunta", "en": "Another question"}}
    sections[0] = {**sections[0], "questions": [*sections[0]["questions"], question]}
    return {**DEFINITION, "sections": sections}


def test_a_registration_without_counted_options_leaves_the_form(app: Flask, event: Event, form: str) -> None:
    get(app, form)
    register_somebody(event, email="ana@instituto.example")
    assert is_kept(app, form)
    with transaction() as session:
        session.get_one(Event, event.id).publication = Publication.REGISTRATION_CLOSED
    assert not is_kept(app, form)


@pytest.mark.parametrize("query", ["", "?category=government"])
def test_the_last_place_renews_forms_and_choice_and_so_does_the_first_one_freed(app: Flask, query: str) -> None:
    event = an_event(capacity=1)
    address, words = f"/events/{event.slug}/register{query}", "waiting list"
    assert words not in get(app, address, Accept_Language="en").get_data(as_text=True)
    assert is_kept(app, address, Accept_Language="en")
    taken = register_somebody(event, email="ana@instituto.example").registration
    assert words in get(app, address, Accept_Language="en").get_data(as_text=True)
    assert is_kept(app, address, Accept_Language="en")
    assert taken is not None
    withdraw(event.id, taken.id)
    assert words not in get(app, address, Accept_Language="en").get_data(as_text=True)


def test_a_form_that_tells_how_many_places_options_have_left_is_made_anew(app: Flask, event: Event, form: str) -> None:
    data = deepcopy(DEFINITION)
    for question in (each for section in data["sections"] for each in section["questions"] if each["key"] == "topics"):
        question["options"][0]["places"] = 5
    a_questionnaire(event, data)
    assert [is_kept(app, form) for _ in range(3)] == [False] * 3

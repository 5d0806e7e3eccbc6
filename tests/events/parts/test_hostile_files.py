"""A file is a stranger's until it was checked: what is no event is refused in a line, and nothing of it stays."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from eventreg.accounts.models import Account
from eventreg.accounts.queries import find_account_by_address
from eventreg.accounts.services.accounts import close_account, create_account
from eventreg.db import db
from eventreg.events.bundles import fields
from eventreg.events.bundles.fields import BundleInvalid
from eventreg.events.models import Event
from eventreg.events.rules.slugs import SlugReason
from eventreg.kernel.errors import Refused
from eventreg.organizations.models import Organization
from tests.events.parts.whole import a_whole_event, contents, file_of, put_in

Contents = dict[str, bytes]


#: the file of an event, made by the first test that asks: making one takes longer than refusing it
_made: list[Contents] = []


@pytest.fixture
def whole(app: Flask) -> Contents:
    """Everything in the file of an event, by name, and an instance to put it into."""
    if not _made:
        _made.append(contents(file_of(a_whole_event().id)))
    return dict(_made[0])


def _file(found: Contents, **options: Any) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", options.get("method", zipfile.ZIP_DEFLATED)) as archive:
        for name, content in found.items():
            archive.writestr(name, content)
    return target.getvalue()


def _changed(found: Contents, name: str, change: Callable[[Any], Any]) -> Contents:
    document = json.loads(found[name])
    return {**found, name: json.dumps(change(document) or document).encode()}


def _refused(found: Contents) -> str:
    before = db.session.scalar(select(func.count()).select_from(Event))
    organizations = db.session.scalar(select(func.count()).select_from(Organization))
    with pytest.raises(BundleInvalid) as refused:
        put_in(_file(found), "otra")
    assert db.session.scalar(select(func.count()).select_from(Event)) == before, "all or nothing"
    assert db.session.scalar(select(func.count()).select_from(Organization)) == organizations
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_what_is_no_zip_is_refused(app: Flask) -> None:
    for content in (b"", b"PK\x03\x04", b"<html>", b"\x00" * 5000):
        with pytest.raises(BundleInvalid, match="no ZIP file"):
            put_in(content, "otra")


@pytest.mark.parametrize("name", ["../manifest.json", "/etc/passwd", "parts/../x.json", "parts\\x.json", "files/abc",
                                  "manifest.json/", "parts/Texts.json"])  # fmt: skip
def test_name_that_leads_elsewhere_is_refused(whole: Contents, name: str) -> None:
    assert "which no file of an event does" in _refused({**whole, name: b"{}"})


def test_other_version_is_refused_by_name(whole: Contents) -> None:
    found = _changed(whole, "manifest.json", lambda manifest: manifest | {"format": "eventreg-event/2"})
    assert "eventreg-event/2" in _refused(found)


def test_part_that_is_not_known_is_refused(whole: Contents) -> None:
    found = _changed(whole, "manifest.json", lambda manifest: manifest | {"parts": manifest["parts"] | {"badges": 1}})
    assert "badges" in _refused({**found, "parts/badges.json": b"{}"})


def test_part_without_what_it_needs_is_refused(whole: Contents) -> None:
    def without_days(manifest: Any) -> Any:
        del manifest["parts"]["days"]

    found = _changed(whole, "manifest.json", without_days)
    del found["parts/days.json"]
    assert "'programme' without 'days'" in _refused(found)


def test_manifest_and_file_must_agree(whole: Contents) -> None:
    del whole["parts/look.json"]
    assert "other parts" in _refused(whole)


def test_file_that_was_altered_is_refused(whole: Contents) -> None:
    name = next(name for name in whole if name.startswith("files/"))
    assert "altered" in _refused({**whole, name: whole[name] + b"x"})


def test_document_that_unpacks_to_more_than_is_read_is_refused(
    whole: Contents, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = b'{"summary": {"es": "' + b" " * 40_000_000 + b'"}}'
    assert len(_file({"parts/texts.json": bomb})) < 100_000
    assert "too large" in _refused({**whole, "parts/texts.json": bomb})
    monkeypatch.setattr(fields, "LARGEST_WHOLE", 2000)
    assert "too large" in _refused(whole)


def test_line_without_an_end_is_refused(whole: Contents) -> None:
    assert "too large" in _refused({**whole, "parts/registrations.jsonl": b" " * 5_000_000})


def test_depth_without_an_end_is_refused(whole: Contents) -> None:
    assert "no JSON" in _refused({**whole, "parts/texts.json": b"[" * 200_000})


def test_names_without_number_are_refused(whole: Contents, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fields, "MOST_NAMES", 5)
    assert "more than 5" in _refused(whole)


def _draft(**parts: Any) -> dict[str, Any]:
    question = {"key": "a", "kind": "short_text", "label": {"es": "A"}, **parts}
    return {"sections": [{"key": "s", "title": {"es": "S"}, "questions": [question]}]}


_WRONG: list[tuple[str, str, Callable[[Any], Any]]] = [
    ("event.json", "event.title", lambda d: d | {"title": "Foro"}),
    ("event.json", "event: there is no 'city'", lambda d: {k: v for k, v in d.items() if k != "city"}),
    ("event.json", "event.capacity", lambda d: d | {"capacity": -1}),
    ("event.json", "event.capacity", lambda d: d | {"capacity": True}),
    ("event.json", "event.publication", lambda d: d | {"publication": "open"}),
    ("event.json", "event.registration_opens_at", lambda d: d | {"registration_opens_at": "2027-01-01T00:00:00"}),
    ("event.json", "event.registration_closes_at", lambda d: d | {"registration_closes_at": "1990-01-01T00:00:00Z"}),
    ("event.json", "event.changes_until", lambda d: d | {"changes_until": "0001-01-01T00:00:00Z"}),
    ("event.json", "event.changes_until", lambda d: d | {"changes_until": "9999-12-31T23:59:59Z"}),
    ("parts/days.json", "held_on", lambda d: {"days": [d["days"][0] | {"held_on": "9999-12-31"}]}),
    ("parts/team.json", "withheld", lambda d: {"members": [d["members"][1] | {"withheld": ["see_everything"]}]}),
    ("event.json", "event.time_zone", lambda d: d | {"time_zone": "../../etc/passwd"}),
    ("event.json", "event.contact_email", lambda d: d | {"contact_email": "a@b.example\nBcc: c@d.example"}),
    ("event.json", "event.city", lambda d: d | {"city": "a\x00b"}),
    ("event.json", "event.city", lambda d: d | {"city": "\ud800"}),
    ("event.json", "event.languages", lambda d: d | {"languages": ["es", "es"]}),
    ("event.json", "event.public_id", lambda d: d | {"public_id": "../../../../x"}),
    ("event.json", "is no object", lambda d: [d]),
    ("parts/days.json", "days", lambda d: {"days": d["days"] * 2}),
    ("parts/days.json", "ends before it starts", lambda d: {"days": [d["days"][0] | {"ends_at": "01:00"}]}),
    ("parts/days.json", "is no list", lambda d: {"days": {}}),
    ("parts/categories.json", "categories[0].key", lambda d: {"categories": [d["categories"][0] | {"key": "../x"}]}),
    ("event.json", "event.reference_prefix", lambda d: d | {"reference_prefix": "taller"}),
    ("parts/categories.json", "there are two", lambda d: {"categories": d["categories"] * 2}),
    ("parts/categories.json", "categories[0].places", lambda d: {"categories": [d["categories"][0] | {"places": -1}]}),
    ("parts/programme.json", "ends before it starts", lambda d: d | {"sessions": [d["sessions"][0] | {"ends_at": "01:00"}]}),
    ("parts/programme.json", "sessions[0].title", lambda d: d | {"sessions": [d["sessions"][0] | {"title": {}}]}),
    ("parts/programme.json", "there is no day", lambda d: d | {"sessions": [d["sessions"][0] | {"day": "2001-01-01"}]}),
    ("parts/programme.json", "there is no room", lambda d: d | {"sessions": [d["sessions"][0] | {"room": [1]}]}),
    ("parts/materials.json", "is a file or a link", lambda d: {"materials": [d["materials"][0] | {"url": "", "file": None}]}),
    ("parts/materials.json", "materials[0]", lambda d: {"materials": [d["materials"][0] | {"url": "script:x", "file": None}]}),
    ("parts/materials.json", "there is no file", lambda d: {"materials": [d["materials"][1] | {"file": "../../x"}]}),
    ("parts/questionnaire.json", "definition", lambda d: {"versions": [d["versions"][0] | {"definition": {"sections": 1}}]}),
    ("parts/team.json", "members[0].role", lambda d: {"members": [d["members"][0] | {"role": "god"}]}),
    ("parts/team.json", "cannot be an account", lambda d: {"members": [d["members"][0] | {"email": "no address"}]}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "parts"),
    [
        ("questions[0].settings", {"settings": []}),
        ("questions[0].column", {"column": ["email"]}),
        ("questions[0].categories", {"categories": 5}),
        ("questions[0].required_for", {"required_for": [[]]}),
        ("questions[0].label", {"label": {"es": 5}}),
        ("options[0]", {"options": ["a"]}),
        ("options[0].label", {"options": [{"value": "a", "label": "A"}]}),
    ],
)
def test_draft_of_another_form_is_refused_by_its_place(whole: Contents, said: str, parts: dict[str, Any]) -> None:
    """Case 63: the pages that go on with a draft count on what they write themselves."""

    def with_draft(data: Any) -> Any:
        return data | {"draft": _draft(**parts)}

    assert said in _refused(_changed(whole, "parts/questionnaire.json", with_draft))


@pytest.mark.parametrize(
    ("name", "said", "change"), _WRONG, ids=[f"{name}-{n}" for n, (name, *_x) in enumerate(_WRONG)]
)
def test_wrong_value_is_refused_by_its_place(
    whole: Contents, name: str, said: str, change: Callable[[Any], Any]
) -> None:
    assert said in _refused(_changed(whole, name, change))


@pytest.mark.parametrize(
    ("said", "changes"),
    [
        ("status", {"status": "vip"}),
        ("there is no category", {"category": "kings"}),
        ("there is no version", {"version": 9}),
        ("email", {"email": "x\r\n@y.example"}),
        ("reference", {"reference": "../A"}),
        ("answers[0]", {"answers": [{"question_key": "topics", "position": 0, "value": 5}]}),
        ("there is no day", {"answers": [{"question_key": "days", "position": 0, "value": "1"}]}),
        ("a file stands among the files", {"answers": [{"question_key": "letter", "position": 0, "value": "x"}]}),
        ("contradict", {"answers": [{"question_key": "topics", "position": 0, "value": "a"}] * 2}),
    ],
)
def test_wrong_registration_is_refused_by_its_number(whole: Contents, said: str, changes: dict[str, Any]) -> None:
    lines = whole["parts/registrations.jsonl"].splitlines()
    lines[1] = json.dumps(json.loads(lines[1]) | changes).encode()
    reason = _refused({**whole, "parts/registrations.jsonl": b"\n".join(lines)})
    assert said in reason
    assert said == "contradict" or "registration 2" in reason


def test_picture_that_is_none_is_refused(whole: Contents) -> None:
    from hashlib import sha256

    for content in (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", b"\x89PNG\r\n\x1a\n" + b"\x00" * 40):
        digest = sha256(content).hexdigest()
        found = _changed(whole, "parts/look.json", lambda d, digest=digest: d | {"picture": {"file": digest}})
        assert "picture" in _refused({**found, f"files/{digest}": content})


def test_key_that_a_newer_writer_added_is_passed_over(whole: Contents) -> None:
    found = _changed(whole, "event.json", lambda d: d | {"anthem": "la la"})
    assert put_in(_file(found), "otra")


def test_name_that_is_taken_or_none_is_refused(whole: Contents) -> None:
    put_in(_file(whole), "otra")
    for slug, reason in (("otra", SlugReason.TAKEN), ("new", SlugReason.INVALID)):
        with pytest.raises(Refused) as refused:
            put_in(_file(whole), slug)
        assert refused.value.reason is reason


def test_sensitive_answer_that_does_not_say_so_is_sealed_all_the_same(whole: Contents) -> None:
    from eventreg.registration.models import Answer, Registration

    text = whole["parts/registrations.jsonl"].replace(b'"is_sensitive": true', b'"is_sensitive": false')
    event_id = put_in(_file({**whole, "parts/registrations.jsonl": text}), "otra")
    values = db.session.scalars(
        select(Answer.value).join(Registration).where(Registration.event_id == event_id, Answer.question_key == "diet")
    ).all()
    assert len(values) == 7
    assert set(values) == {None}


def _deciding(whole: Contents, email: str) -> Contents:
    """Return the file with decisions by somebody of this address."""
    lines = [json.loads(line) for line in whole["parts/registrations.jsonl"].splitlines()]
    for line in lines:
        for decision in line["decisions"]:
            decision["by"] = {"email": email, "name": "Delia Decidora", "language": "es"}
    return {**whole, "parts/registrations.jsonl": "".join(f"{json.dumps(line)}\n" for line in lines).encode()}


def test_whoever_only_decided_elsewhere_can_still_be_invited_here(whole: Contents) -> None:
    """Else a file would close the instance to anybody whose address it names."""
    for slug in ("otra", "otra-mas"):
        put_in(_file(_deciding(whole, "delia@instituto.example")), slug)
    assert find_account_by_address("delia@instituto.example") is None
    made = create_account("delia@instituto.example", "Delia", "en")
    account = db.session.get_one(Account, made)
    assert (account.name, account.closed_at, account.stands_in) == ("Delia", None, False)
    put_in(_file(_deciding(whole, "delia@instituto.example")), "y-otra")
    assert find_account_by_address("delia@instituto.example") is not None


def test_somebody_whose_account_was_closed_does_not_come_back_by_a_file(whole: Contents) -> None:
    made = create_account("delia@instituto.example", "Delia", "en")
    close_account(made)
    put_in(_file(_deciding(whole, "delia@instituto.example")), "otra")
    member = json.loads(whole["parts/team.json"])["members"][1] | {"email": "delia@instituto.example"}
    put_in(_file(_changed(whole, "parts/team.json", lambda team: {"members": [*team["members"], member]})), "otra-mas")
    assert find_account_by_address("delia@instituto.example") is None
    with pytest.raises(Refused):
        create_account("delia@instituto.example", "Delia", "en")


@pytest.mark.parametrize("number", ["99", "-1", "²", "9" * 30, "3.0", "abcdefghijklmnopqrstuv"])
def test_answer_that_names_no_session_of_the_file_is_refused(whole: Contents, number: str) -> None:
    lines = [json.loads(line) for line in whole["parts/registrations.jsonl"].splitlines()]
    for line in lines:
        for answer in line["answers"]:
            if answer["question_key"] == "workshops":
                answer["value"] = number
    document = "".join(f"{json.dumps(line)}\n" for line in lines).encode()
    assert "no session" in _refused({**whole, "parts/registrations.jsonl": document})

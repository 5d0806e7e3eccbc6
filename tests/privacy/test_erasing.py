"""Whoever is erased is in no table, file, log and later backup; numbers stand, and nobody inherits anything. Cases 50, 54."""

from __future__ import annotations

import base64
import binascii
import json
import logging
import quopri
import tarfile
from collections.abc import Iterator
from datetime import date, timedelta
from email.header import Header
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, quote_plus

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from eventreg.attendees.annotations.notes import Written, write_note
from eventreg.attendees.models import Note, SavedView
from eventreg.attendees.rules.acts import RunAct
from eventreg.attendees.services.merging import Merging, merge
from eventreg.attendees.services.reasons import save_view
from eventreg.audit.services import SYSTEM
from eventreg.bulk.services.runs import draft_run, these
from eventreg.config import Config
from eventreg.db import Base, db, revocable, transaction
from eventreg.events.models import Event
from eventreg.events.organizers import Organizer
from eventreg.events.rules.team import EVERYTHING, TeamRole
from eventreg.exchange.models import Export, Import
from eventreg.exchange.rules.exports import ExportState
from eventreg.exchange.services.importing import Importer, matching_of, take_file, terms_of, try_file
from eventreg.kernel.clock import now
from eventreg.kernel.text import folded
from eventreg.mail.held_files import keep_files_in_line
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState
from eventreg.privacy import erasing, ledger
from eventreg.privacy.erasing import Held, erase, erase_recorded
from eventreg.privacy.holdings import INVITATION_MESSAGES
from eventreg.privacy.people import of_address, of_registration
from eventreg.registration.models import ErasedRegistration, Invitation, Place, Registration, SavedForm
from eventreg.registration.rules.states import Action, Status
from eventreg.registration.services.answers import NewFile
from eventreg.registration.services.decisions import decide
from eventreg.registration.services.links import request_address_change, request_link
from eventreg.registration.services.requests import ask_for_correction
from eventreg.reports.queries.figures import WantedFigures, break_down
from eventreg.selfservice.services import request_earlier_answers, save_form
from eventreg.site.queries import count_everything
from tests.builders import a_questionnaire, a_registration, a_team_member, an_event, register_somebody
from tests.exchange.exporting import a_plan, an_export
from tests.operations.instances import back_up, stamp
from tests.privacy.held import REASON, UNTIL, a_hold
from tests.questionnaire import EVERY_KIND
from tests.registration.arriving import an_invitation

GIVEN, FAMILY = "Xóchitl Quetzalli", "Ñáñez-Güemes"
EMAIL, EARLIER = "xochitl.nanez@refugio.example", "Xochitl.Nanez@Antes.example"
PHONE, PASSPORT, FILE = "+52 962 555 8317", "G77345190", b"%PDF-1.7\nmarker-of-a-letter-\xe9\xf1\n"
MARKERS = (GIVEN, FAMILY, f"{GIVEN} {FAMILY}", EMAIL, EARLIER, PHONE, PASSPORT, "marker-of-a-letter")


class Story(NamedTuple):
    """Somebody with everything, beside two others."""

    event: Event
    person: Registration
    owner: Organizer
    others: list[Registration]


def _story(first_day: date | None = None) -> Story:
    """Register somebody, and have everything happen to them that can leave a trace."""
    event = an_event(**({"first_day": first_day} if first_day else {}), capacity=20)
    a_questionnaire(event, EVERY_KIND)
    account = a_team_member(event, TeamRole.OWNER)
    owner = Organizer.account(account.id)
    names = {"given_name": GIVEN, "family_name": FAMILY, "badge_name": f"{GIVEN} {FAMILY}", "phone": PHONE}
    letter = NewFile("letter", f"carta {FAMILY}.pdf", "application/pdf", FILE)
    save_form(
        event.id, event.categories[0].id, "k" * 22, {**{k: [v] for k, v in names.items()}, "diet": [PASSPORT]},
        email=EMAIL, language="es", client="192.0.2.7",
    )  # fmt: skip
    invitation = an_invitation(event, email=EMAIL, email_key=EMAIL, given_name=GIVEN, family_name=FAMILY)
    assert invitation.email_key == EMAIL
    person = register_somebody(event, "academia", email=EMAIL, diet=PASSPORT, **names).registration
    twin = register_somebody(event, "government", email=EARLIER, files=[letter], **names).registration
    others = [a_registration(event, at=now()) for _ in range(2)]
    assert person is not None
    assert twin is not None
    merge(event.id, Merging(person.reference, twin.reference, person.revision, twin.revision, tells=True), owner)
    person = db.session.scalars(select(Registration).where(Registration.email == EMAIL)).one()
    decide(event.id, person.reference, Action.APPROVE, "", person.revision, owner)
    write_note(event.id, person.reference, Written(f"Pasaporte {PASSPORT}", (account.id,)), owner)
    write_note(event.id, others[0].reference, Written(f"Viene con {GIVEN} {FAMILY}.", ()), owner)
    ask_for_correction(event.id, person.reference, ["sex"], f"Estimada {GIVEN} {FAMILY}", owner)
    request_address_change(event.id, person.id, f"nueva.{EMAIL}")
    request_link(event.id, EMAIL, "192.0.2.7")
    request_earlier_answers(event.id, EMAIL, "es", "192.0.2.7")
    save_view(event.id, owner, "Ella", f"q={quote_plus(FAMILY.lower())}&status=confirmed", is_shared=True)
    save_view(event.id, owner, "Pendientes", "status=pending", is_shared=True)
    draft_run(event.id, RunAct.WAITLIST, these(event.id, {person.reference: person.revision}, EVERYTHING), account.id)
    an_export(event, account, a_plan(words=f"Búsqueda: {GIVEN} {FAMILY}"), query=f"q={quote_plus(EMAIL)}")
    importer = Importer(owner, "en", sees_sensitive=True)
    content = f"Given name,Family name,Email address\n{GIVEN},{FAMILY},{EMAIL}\n".encode()
    row = take_file(event.id, f"{GIVEN} {FAMILY}.csv", content, importer)
    try_file(event.id, row.public_id, matching_of(row), terms_of(row), importer)
    keep_files_in_line(now() + timedelta(minutes=5))
    db.session.expire_all()
    return Story(event, person, owner, others)


def _forms_of(marker: str) -> set[bytes]:
    """Return a marker in every encoding that anything is written in."""
    forms: set[bytes] = set()
    for said in {marker, marker.lower(), folded(marker)}:
        utf8 = said.encode()
        forms |= {utf8, json.dumps(said)[1:-1].encode(), quote(said).encode(), quote_plus(said).encode()}
        forms |= {quopri.encodestring(utf8), binascii.hexlify(utf8), said.encode("utf-16-le")}
        forms |= {base64.b64encode(utf8[start:])[4:-4] for start in range(3) if len(utf8) > 12}
        forms.add(Header(said, "utf-8").encode().encode()[10:-4])
    return {form for form in forms if len(form) > 6}


def _unfolded(content: bytes) -> Iterator[bytes]:
    yield content
    yield content.replace(b"\r\n ", b"").replace(b"\n ", b"").replace(b"=\r\n", b"").replace(b"=\n", b"")


def _found(content: bytes) -> set[str]:
    return {
        marker for marker in MARKERS for text in _unfolded(content) if any(form in text for form in _forms_of(marker))
    }


def _in_tables() -> dict[str, set[str]]:
    found = {}
    for table in Base.metadata.sorted_tables:
        rows = db.session.execute(select(table)).all()
        said = "\n".join(json.dumps([_plain(value) for value in row], ensure_ascii=False) for row in rows)
        if marks := _found(said.encode()):
            found[table.name] = marks
    db.session.rollback()
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return value if isinstance(value, dict | list) else str(value)


def _in_files(folder: Path) -> dict[str, set[str]]:
    read = {path.name: path.read_bytes() + path.name.encode() for path in folder.rglob("*") if path.is_file()}
    return {name: marks for name, content in read.items() if (marks := _found(content))}


def _counted(event: Event) -> list[Any]:
    found = break_down(event.id, EVERYTHING.scope, WantedFigures((Status.CONFIRMED,), event.time_zone), now())
    return [count_everything(now()).registrations, sum(found.by_status.values()), found.by_category]


@pytest.mark.both_databases
def test_nothing_is_left_of_who_is_erased(
    app: Flask, config: Config, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    stamp(app)
    # It is over, so that whoever came stays counted as such.
    event, person, owner, others = _story(first_day=(now() - timedelta(days=5)).date())
    assert len(_in_tables()) > 10, "the markers are seen where they are"
    assert any(name.endswith(".eml") for name in _in_files(config.instance))
    uploads = len(list(config.uploads.glob("*.sealed")))
    before, public_id, gone = _counted(event), person.public_id, person.id
    erased = erase(event.id, partial(of_registration, event.id, person.id), owner, now())
    assert _in_tables() == {}
    assert erased.count == 2, "what was merged is the same person"
    assert len(erased.exports) == 1
    assert erased.contact_mails > 0
    assert _counted(event) == before
    assert len(list(config.uploads.glob("*.sealed"))) < uploads
    assert db.session.scalars(select(Export.state)).all() == [ExportState.EXPIRED]
    assert db.session.scalars(select(Import.expires_at)).all() == [None]
    assert list(config.exports.iterdir()) == list(config.imports.glob("*.sealed")) == []
    assert db.session.scalars(select(SavedView.name)).all() == ["Pendientes"]
    assert db.session.scalars(select(Note.text)).one() == "Viene con […]."
    assert public_id in ledger.read(config.erased).ids
    assert {each.id for each in db.session.scalars(select(ErasedRegistration))} >= {gone}
    db.session.remove()
    db.engine.dispose()
    assert _in_files(config.instance) == {}
    back_up(config, tmp_path / "after.tar.gz")
    with tarfile.open(tmp_path / "after.tar.gz") as archive:
        for member in archive:
            assert not _found(archive.extractfile(member).read()), member.name  # type: ignore[union-attr]
    assert not _found(caplog.text.encode())
    # Once more is nothing more.
    assert erase(event.id, partial(of_registration, event.id, gone), owner, now()).count == 0
    assert len(others) == db.session.query(Registration).count()


@pytest.mark.both_databases
def test_a_place_is_set_free_as_by_a_withdrawal(app: Flask) -> None:
    event = an_event(capacity=1)
    first, second = a_registration(event), a_registration(event, status=Status.WAITLISTED)
    before = sum(count_everything(now()).registrations.values())
    erase(event.id, partial(of_registration, event.id, first.id), SYSTEM, now())
    db.session.expire_all()
    assert db.session.get_one(Registration, second.id).status is Status.CONFIRMED
    assert db.session.scalars(select(Place.registration_id)).all() == [second.id]
    assert db.session.scalars(select(ErasedRegistration.status)).all() == [Status.CANCELLED]
    assert sum(count_everything(now()).registrations.values()) == before


@pytest.mark.both_databases
def test_an_address_without_a_registration(app: Flask) -> None:
    event = an_event()
    an_invitation(event, email=EMAIL, email_key=EMAIL, given_name=GIVEN, family_name=FAMILY)
    category, sent = event.categories[0].id, {"email": EMAIL, "language": "es", "client": None}
    save_form(event.id, category, "k" * 22, {"given_name": [GIVEN]}, **sent)
    save_form(event.id, category, "l" * 22, {}, **{**sent, "email": f"a{EMAIL}"})
    assert erase(event.id, partial(of_address, event.id, EMAIL.upper()), SYSTEM, now()).count == 1
    assert db.session.scalars(select(Invitation.taken_back_at)).one() is not None, "its link opens nothing any more"
    assert db.session.scalars(select(SavedForm.email)).all() == [f"a{EMAIL}"], "a longer address is another one"
    assert set().union(*_in_tables().values()) <= {EMAIL}
    assert erase(event.id, partial(of_address, event.id, EMAIL), SYSTEM, now()).count == 0
    with transaction() as session:
        (last,) = session.scalars(select(SavedForm.id))
        session.execute(delete(SavedForm))
    save_form(event.id, category, "m" * 22, {}, **sent)
    assert db.session.scalars(select(SavedForm.id)).one() > last, "messages name it by its id"


def test_a_message_that_is_just_sent_is_forgotten_afterwards(app: Flask) -> None:
    event = an_event()
    person = register_somebody(event, email=EMAIL).registration
    assert person is not None
    with transaction():
        for message in db.session.scalars(select(MailMessage)):
            message.state = DeliveryState.SENDING
    erase(event.id, partial(of_registration, event.id, person.id), SYSTEM, now())
    kept = list(db.session.scalars(select(MailMessage.id).where(MailMessage.recipient != "")))
    assert kept, "a worker has it in hand"
    with transaction():
        for message in db.session.scalars(select(MailMessage)):
            message.state = DeliveryState.SENT
        erasing.forget_left({"ids": kept}, now())
    assert _in_tables() == {}


def test_nothing_goes_while_the_law_holds_it(app: Flask) -> None:
    event = an_event()
    person = a_registration(event)
    a_hold(event)
    with pytest.raises(Held) as refused:
        erase(event.id, partial(of_registration, event.id, person.id), SYSTEM, now())
    assert refused.value.details == {"day": UNTIL, "reason": REASON}
    assert not ledger.read(erasing.config().erased).ids
    assert db.session.query(Registration).count() == 1


def test_the_ledger_comes_first(app: Flask) -> None:
    """Killed between ledger and commit, or rolled back: whoever is named is erased before anything is served."""
    event = an_event()
    person = a_registration(event)
    with revocable() as undo:
        erase(event.id, partial(of_registration, event.id, person.id), SYSTEM, now())
        undo()
    assert db.session.query(Registration).count() == 1
    assert ledger.read(erasing.config().erased).ids == {person.public_id}
    assert erasing.erase_recorded(now()) == 1
    assert db.session.query(Registration).count() == 0
    assert erasing.erase_recorded(now()) == 0


def test_a_ledger_outlives_a_line_that_was_cut_off(tmp_path: Path) -> None:
    path, at = tmp_path / "uploads" / "ledger", now()
    ledger.record(path, "here", ["a"], at)
    with path.open("ab") as file:
        file.write(b'{"at": "2026-')
    ledger.record(path, "here", ["b"], at + timedelta(days=1))
    found = ledger.read(path)
    assert found.ids == {"a", "b"}
    assert path.stat().st_mode & 0o777 == 0o600
    begun = ledger.moment(at)
    assert found.known_since("here", ledger.moment(at + timedelta(hours=1))) == begun
    assert not found.known_since("here", ledger.moment(at - timedelta(hours=1)))
    assert not found.known_since("elsewhere", begun)
    ledger.record(path, "here", (), at, since=ledger.moment(at + timedelta(days=2)))
    assert not ledger.read(path).known_since("here", ledger.moment(at + timedelta(days=1)))


def test_every_holding_is_reached() -> None:
    """It hangs on the registration, is looked through, or is one of those that `erasing` names."""
    named = {
        erasing.REGISTRATION.key,
        erasing.MESSAGES.key,
        erasing.INVITATIONS.key,
        INVITATION_MESSAGES.key,
        erasing.HISTORY.key,
        erasing.ERASURES.key,
    }
    for holding in erasing.HOLDINGS:
        keys = [key for key in holding.model.__table__.foreign_keys if key.column.table.name == "registrations"]
        hangs = any(key.ondelete == "CASCADE" for key in keys)
        assert hangs or holding.is_shared or holding.key in named, f"erasing does not reach {holding.key}"


@pytest.mark.parametrize(
    ("row", "is_ended"),
    [
        ("Otra,Persona,otra@instituto.example", False),
        (f"{GIVEN.upper()},{FAMILY},", True),
        (f"X,Y,{EMAIL.upper()}", True),
        (f"X,Y,a{EMAIL}", False),
    ],
)
def test_only_files_to_import_that_name_the_person_are_ended(
    app: Flask, config: Config, row: str, is_ended: bool
) -> None:
    event = an_event()
    person = a_registration(event, email=EMAIL, given_name=GIVEN, family_name=FAMILY)
    importer = Importer(SYSTEM, "en", sees_sensitive=True)
    taken = take_file(event.id, "gente.csv", f"Given name,Family name,Email address\n{row}\n".encode(), importer)
    try_file(event.id, taken.public_id, matching_of(taken), terms_of(taken), importer)
    erase(event.id, partial(of_registration, event.id, person.id), SYSTEM, now())
    db.session.expire_all()
    assert (db.session.scalars(select(Import.expires_at)).one() is None) is is_ended
    assert (list(config.imports.glob("*.sealed")) == []) is is_ended


def test_a_large_file_to_import_is_ended_unread(app: Flask) -> None:
    event = an_event()
    person = a_registration(event, email=EMAIL)
    take_file(event.id, "gente.csv", b"Given name,Email address\nOtra,otra@x.example\n", Importer(SYSTEM, "en", True))
    with transaction() as session:
        session.execute(update(Import).values(size=200_001))
    erase(event.id, partial(of_registration, event.id, person.id), SYSTEM, now())
    db.session.expire_all()
    assert db.session.scalars(select(Import.expires_at)).one() is None


def test_a_damaged_ledger_is_read_as_far_as_it_goes_and_is_complete_no_more(app: Flask, config: Config) -> None:
    event = an_event()
    gone, again = a_registration(event), a_registration(event)
    ledger.record(config.erased, "ours", ["a" * 12], now() - timedelta(days=9))
    whole = config.erased.read_bytes()
    at = ledger.moment(now() - timedelta(days=8))
    for cut_off in (b"", b"{", b'{"at": "2027', b'{"at": "2027-01-01", "ids": ["abc', b"\0\0\0\0"):
        config.erased.write_bytes(whole + cut_off + b"\n")
        assert ledger.read(config.erased).known_since("ours", at), cut_off
    for damage in (
        b'{"at": "2027-01-01", "ids": ["ab\xff\xfe"]}', b"7", b"null", b'"ids"', b'{"ids": 5}', b'{"ids": "abc"}',
        b'{"ids": [["a"]]}', b'{"ids": [null, 3]}', b'{"instance": 3, "since": ""}', b'{"instance": "x"}', b"[" * 9999,
        b"\x93NUMPY}", b'"at": "2027-01-01", "ids": ["abc"]}',
    ):  # fmt: skip
        config.erased.write_bytes(whole + damage + b"\n" + json.dumps({"ids": [gone.public_id]}).encode() + b"\n")
        read = ledger.read(config.erased)
        assert read.ids == {"a" * 12, gone.public_id}, damage
        assert not read.known_since("ours", at), damage
    assert erase_recorded(now()) == 1
    erase(event.id, partial(of_registration, event.id, again.id), SYSTEM, now())
    assert not ledger.read(config.erased).known_since("ours", at)
    assert b"since" in config.erased.read_bytes().splitlines()[-2], "from now on it is complete again"

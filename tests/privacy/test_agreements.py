"""What was agreed with whom about giving data away, and that an export for them holds no more."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from eventreg.accounts.models import Account
from eventreg.audit.models import AuditDetail
from eventreg.audit.services import Actor
from eventreg.db import db, transaction
from eventreg.events.models import Event, Partner
from eventreg.exchange.models import Export
from eventreg.exchange.rules.exports import ExportFormat
from eventreg.exchange.services.formats import FORMATS
from eventreg.kernel.clock import now
from eventreg.kernel.errors import Refused
from eventreg.privacy.agreements import end_agreement, list_agreements, list_recipients
from eventreg.privacy.models import SharingAgreement
from tests.builders import a_registration, an_event
from tests.privacy.agreed import an_agreement
from tests.support.pages import Page, Pages


def _export(desk: Pages, event: Event, agreement: SharingAgreement, status: int = 200, **more: Any) -> Page:
    entries = {"format": "csv", "columns": "all", "recipient": str(agreement.id), "with_contact_data": "y", **more}
    return desk.post(f"/manage/events/{event.slug}/registrations/export", entries, status, token=True)


def _rows(page: Page) -> list[list[str]]:
    return list(csv.reader(io.StringIO(page.body.decode("utf-8-sig"), newline="")))


@pytest.mark.both_databases
def test_an_export_for_somebody_has_what_was_agreed_and_says_for_whom(
    event: Event, desk: Pages, owner: Account
) -> None:
    a_registration(event, given_name="Ana", family_name="Mora")
    a_registration(event, "academia", given_name="Inés", family_name="Paz")
    agreement = an_agreement(event, owner)
    assert _rows(_export(desk, event, agreement)) == [["Person", "Institution"], ["Ana Mora", "Instituto de Prueba"]]
    asked = _export(desk, event, agreement, columns="screen", names=["email", "institution"])
    assert _rows(asked) == [["Institution"], ["Instituto de Prueba"]]
    assert desk.get(f"/manage/events/{event.slug}/exports").has("For Ministerio de Prueba")
    assert {export.plan.agreement for export in db.session.scalars(select(Export))} == {str(agreement.id)}
    told = [
        row.detail.get("recipient") for row in db.session.scalars(select(AuditDetail).order_by(AuditDetail.entry_id))
    ]
    assert told[-2:] == ["Ministerio de Prueba"] * 2
    assert [len(_rows(desk.post(f"/manage/events/{event.slug}/registrations.csv", token=True)))] == [3], (
        "the team's own"
    )


@pytest.mark.parametrize("format_", list(ExportFormat))
def test_no_format_says_more_than_was_agreed(event: Event, desk: Pages, owner: Account, format_: ExportFormat) -> None:
    a_registration(event, given_name="Ana", family_name="Mora", email="ana@instituto.example", phone="+52 962 555 0101")
    agreement = an_agreement(event, owner, columns=["institution"])
    page = _export(desk, event, agreement, None, format=format_.value, with_sensitive="y", reason="para la acogida")
    assert format_ in FORMATS
    if format_ in (ExportFormat.CSV, ExportFormat.XLSX, ExportFormat.PDF_LIST):
        assert page.status == 200
    else:
        assert (page.status, page.errors()) == (422, ["This format says more than was agreed: choose another one"])
    assert not any(word in page.body for word in (b"Mora", b"ana@instituto", b"555 0101"))


def test_by_what_the_list_was_narrowed_stays_inside(event: Event, desk: Pages, owner: Account) -> None:
    a_registration(event, given_name="Ana", family_name="Mora")
    agreement = an_agreement(event, owner)
    entries = {"format": "csv", "columns": "all", "recipient": str(agreement.id)}
    page = desk.post(f"/manage/events/{event.slug}/registrations/export?q=mora", entries, 200, token=True)
    assert len(_rows(page)) == 2
    assert "mora" not in page.headers["Content-Disposition"].lower()
    (export,) = db.session.scalars(select(Export))
    assert (export.plan.words, export.query) == ("", "q=mora")


def test_what_was_not_agreed_is_not_taken(event: Event, desk: Pages, owner: Account) -> None:
    agreement = an_agreement(event, owner)
    refused = _export(desk, event, agreement, 422, columns="screen", names=["email"])
    assert refused.errors() == ["None of these columns was agreed with the recipient"]
    end_agreement(event.id, agreement.id, Actor.account(owner.id))
    assert list_recipients(event) == []
    assert _export(desk, event, agreement, 422).errors() == ["Nothing is agreed with this recipient any more"]
    assert not desk.get(f"/manage/events/{event.slug}/registrations/export").has("For whom")


def test_an_agreement_ends_by_its_day(event: Event, owner: Account) -> None:
    agreement = an_agreement(event, owner)
    assert [each.name for each in list_recipients(event)] == ["Ministerio de Prueba"]
    with transaction() as session:
        session.get_one(SharingAgreement, agreement.id).until = (now() - timedelta(days=2)).date()
    assert list_recipients(event) == []
    assert len(list_agreements(event.id)) == 1, "what was agreed stays written"


def test_it_is_written_down_changed_and_ended_on_its_page(event: Event, desk: Pages) -> None:
    address = f"/manage/events/{event.slug}/agreements"
    partner = event.partners[0].id
    entries = {
        "#partner_id": str(partner), "purpose-es": "Informar", "Until": "2030-05-01",
        "People of these categories": ["Government"], "These columns": ["Person", "Institution"],
    }  # fmt: skip
    page = desk.get(address)
    assert page.has("Nothing is agreed with anybody yet.")
    assert page.submit("Save agreement", {}, 422).errors() != []
    desk.get(address).submit("Save agreement", entries).follow()
    (agreement,) = list_agreements(event.id)
    assert (agreement.partner_id, agreement.recipient) == (partner, "Host Institution")
    old = desk.get(f"{address}/{agreement.id}").form("Save agreement")
    desk.get(f"{address}/{agreement.id}").submit("Save agreement", {"These columns": ["Country"]}).follow()
    assert list_agreements(event.id)[0].columns == ["country"]
    late = desk.send(old.fill("Save agreement", {}), f"{address}/{agreement.id}", 409)
    assert late.has("Somebody else changed this agreement meanwhile")
    with transaction() as session:
        session.delete(session.get_one(Partner, partner))
    desk.get(f"{address}/{agreement.id}").submit("End this agreement").follow()
    assert desk.get(address).has("ended")
    assert desk.get(address).has("Host Institution"), "its name stays when it stands behind the event no more"
    history = desk.get(f"/manage/events/{event.slug}/history")
    for words in ("Wrote down a sharing agreement", "Changed a sharing agreement", "Ended a sharing agreement"):
        assert history.has(words)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"recipient": ""}, "recipient"), ({"categories": []}, "categories"), ({"categories": ["none"]}, "categories"),
        ({"columns": []}, "columns"), ({"until": now().date() - timedelta(days=2)}, "until"),
    ],
)  # fmt: skip
def test_what_says_too_little_is_refused(event: Event, owner: Account, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        an_agreement(event, owner, **changes)
    assert refused.value.field == field


def test_another_events_agreement_is_not_there(desk: Pages, event: Event, owner: Account) -> None:
    other = an_agreement(an_event(), owner)
    desk.get(f"/manage/events/{event.slug}/agreements/{other.id}", 404)
    assert _export(desk, event, other, 422).errors() == ["Nothing is agreed with this recipient any more"]

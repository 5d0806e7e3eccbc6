"""A file that a worker makes, as who waits for it sees it."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from eventreg.accounts.models import Account
from eventreg.db import db, transaction
from eventreg.exchange.models import Export
from eventreg.exchange.rules.exports import ExportState
from tests.browser.conftest import Site, sign_in
from tests.exchange.exporting import an_export
from tests.support.browser import ContextMaker, axe_faults, scripts_off

pytestmark = pytest.mark.browser


def begun(site: Site) -> str:
    """Return the address of a file that is being made for the organizer."""
    with site.world.app.app_context():
        account = db.session.scalars(select(Account).where(Account.email == site.organizer)).one()
        public_id = an_export(site.world.event, account, state=ExportState.MAKING, done=1).public_id
        db.session.remove()
    return f"/manage/events/{site.world.event.slug}/exports/{public_id}"


def finish(site: Site, address: str) -> None:
    with site.world.app.app_context(), transaction() as session:
        public_id = address.rpartition("/")[2]
        session.execute(update(Export).where(Export.public_id == public_id).values(state=ExportState.READY, done=3))


def test_page_says_by_itself_when_the_file_is_ready(site: Site, visits: ContextMaker) -> None:
    page = visits("en").new_page()
    sign_in(page, site, "en")
    address = begun(site)
    page.goto(site.url(address))
    assert axe_faults(page) == []
    page.get_by_text("1 of 3").wait_for()
    finish(site, address)
    page.get_by_role("button", name="Download the file").wait_for()
    assert axe_faults(page) == []
    with page.expect_download() as fetched:
        page.get_by_role("button", name="Download the file").click()
    assert fetched.value.suggested_filename == "event-2027.xlsx"


def test_without_script_one_looks_again(site: Site, visits: ContextMaker) -> None:
    page = visits("en").new_page()
    sign_in(page, site, "en")
    address = begun(site)
    with scripts_off(page):
        page.goto(site.url(address))
        finish(site, address)
        page.get_by_role("link", name="Refresh").click()
        page.get_by_role("button", name="Download the file").wait_for()

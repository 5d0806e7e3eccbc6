"""An act on many in a real browser: a ready-made reason fills the fields, the page follows the run by itself."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from eventreg.attendees.rules.acts import AT_ONCE, RunAct
from eventreg.attendees.services.reasons import add_reason
from eventreg.audit.services import Actor
from eventreg.bulk.models import Run
from eventreg.bulk.services.steps import do_some
from eventreg.db import db
from eventreg.registration.models import Registration
from eventreg.registration.rules.states import Status
from tests.browser.conftest import Site, sign_in
from tests.browser.test_registering import new_address
from tests.builders import a_registration, text
from tests.support.browser import ContextMaker

pytestmark = pytest.mark.browser
PEOPLE = AT_ONCE + 5


def test_many_are_declined_with_a_ready_made_reason_while_the_page_follows(site: Site, visits: ContextMaker) -> None:
    event = site.world.event
    with site.world.app.app_context():
        words = text("Está lleno.", "It is full.")
        add_reason(event.id, RunAct.DECLINE, "Aforo completo", words, Actor.account(site.world.accounts["owner"].id))
        for number in range(PEOPLE):
            a_registration(
                event,
                "academia",
                Status.PENDING,
                given_name="Ramona",
                language="en" if number % 2 else "es",
                email=new_address(),
            )
        db.session.remove()
    page = visits("en").new_page()
    sign_in(page, site, "en")
    page.goto(site.url(f"/manage/events/{event.slug}/registrations?q=ramona"))
    page.locator("thead input[type=checkbox]").check()
    page.get_by_role("button", name="Decline", exact=True).click()
    page.get_by_label("Ready-made reason").select_option("Aforo completo")
    expect(page.get_by_label("English")).to_have_value("It is full.")
    expect(page.get_by_label("Español")).to_have_value("Está lleno.")
    page.get_by_role("button", name=f"Decline {PEOPLE} registrations").click()
    with site.world.app.app_context():
        run = db.session.scalars(select(Run).order_by(Run.id.desc())).first()
        assert run is not None
        do_some(run.id, lambda: True)
        db.session.remove()
        declined = select(Registration.id).where(
            Registration.given_name == "Ramona", Registration.status == Status.DECLINED
        )
        assert len(list(db.session.scalars(declined))) == PEOPLE
        db.session.remove()
    expect(page.get_by_role("status").first).to_contain_text(f"Finished. {PEOPLE} of {PEOPLE}")
    page.reload()
    expect(page.get_by_role("button", name=f"Undo {PEOPLE} decisions")).to_be_visible()

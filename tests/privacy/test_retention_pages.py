"""The page Data and retention, the mail before the first deletion, and the figures that are kept. Cases 41, 51."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select

from eventreg.audit.models import AuditDetail
from eventreg.audit.queries import TrailFilter, list_trail
from eventreg.db import db, transaction
from eventreg.events.models import Event, TeamMember
from eventreg.jobs.models import Job
from eventreg.kernel import clock as our_clock
from eventreg.mail.models import MailMessage
from eventreg.privacy.models import Hold
from eventreg.privacy.running import RETENTION_JOB, let_all_go, let_some_go, see_to_retention
from eventreg.reports.models import FrozenFigures
from tests.builders import a_registration, a_team_member, an_account, an_event
from tests.support.pages import Page, Pages

GOLDEN = Path(__file__).parent / "golden"


def now() -> Any:
    return our_clock.now()


def opened(pages: Pages, event: Event, role: str = "owner") -> Page:
    """The page as a member of the team sees it."""
    pages.sign_in(a_team_member(event, role))
    return pages.get(f"/manage/events/{event.slug}/retention")


@pytest.fixture
def english(app: Flask) -> Pages:
    return Pages(app, "en")


def test_page_says_what_goes_when_in_numbers(english: Pages, clock: Any) -> None:
    event = an_event()
    for _ in range(3):
        a_registration(event, answers={"diet": ["Sin nueces"]})
    page = opened(english, event)
    last_day = "Tuesday 23 February 2027"
    assert f"count from the last day of the event, {last_day}" in page.main.replace(",", "").replace(
        "event ", "event, "
    )
    assert re.search(r"Answers 30 days after the event \S+ 26 March 2027 3", page.main.replace(",", ""))
    assert "Name, institution, position, country, email and telephone 365 days after the event" in page.main
    assert "Handling the registration, answering the person and preparing the badge" in page.main


def test_periods_are_saved_all_or_none_and_the_history_says_which(english: Pages, clock: Any) -> None:
    event = an_event()
    page = opened(english, event, "manager")
    for typed in ("0", "3651", "a year", ""):
        refused = page.submit("Save periods", {"answers": typed, "notes": "20"})
        assert refused.status == 422
        assert "Write a number of days from 1 to 3650" in refused.main
    assert page.submit("Save periods", {"answers": "60", "notes": "20"}).status == 303
    db.session.rollback()
    assert db.session.get_one(Event, event.id).retention == {"answers": 60, "notes": 20}
    (trace,) = list_trail(event.id, TrailFilter(action="periods_changed"), 5)
    assert trace.detail == {"changed": {"kept_answers": [365, 60], "kept_notes": [365, 20]}}
    assert db.session.scalars(select(Job).where(Job.kind == RETENTION_JOB)).one().payload == {"event_id": event.id}
    late = page.submit("Save periods", {"answers": "90"})
    assert late.status == 409
    assert "Nothing was saved" in late.main or "meanwhile" in late.main
    # Back to the usual, nothing of it is left.
    again = english.get(page.address).submit("Save periods", {"answers": "365", "notes": "365"})
    assert again.status == 303
    db.session.rollback()
    assert db.session.get_one(Event, event.id).retention == {}


def test_owner_places_a_hold_that_everybody_sees_and_lifts_it(english: Pages, clock: Any) -> None:
    event = an_event()
    page = opened(english, event)
    assert page.submit("Place a hold", {"reason": "", "until": "2027-12-31"}).status == 422
    assert page.submit("Place a hold", {"reason": "Oficio 12", "until": "2026-12-31"}).status == 422
    assert page.submit("Place a hold", {"reason": "Oficio 12", "until": "nunca"}).status == 422
    assert page.submit("Place a hold", {"reason": "Oficio 12", "until": "2027-12-31"}).status == 303
    seen = opened(Pages(english.app, "en"), event, "manager")
    assert "Nothing is deleted until Friday 31 December 2027" in seen.main
    assert "Oficio 12" in seen.main
    assert "What is short-lived goes all the same: forms that were not sent" in seen.main
    assert "Lift the hold" not in seen.main
    held = english.get(page.address)
    assert held.submit("Lift the hold", {"because": ""}).status == 422
    assert held.submit("Lift the hold", {"because": "Sentencia"}).status == 303
    assert "Nothing is deleted until" not in english.get(page.address).main
    db.session.rollback()
    hold = db.session.scalars(select(Hold)).one()
    assert (hold.lifted_because, hold.lifted_at) == ("Sentencia", now())


@pytest.mark.parametrize("language", ["es", "en", "fr"])
def test_owner_is_told_fourteen_days_before_once_in_words_that_were_read(app: Flask, clock: Any, language: str) -> None:
    event = an_event(
        slug="encuentro", languages=["es", "en", "fr"],
        title={"es": "Encuentro de prueba", "en": "Trial meeting", "fr": "Rencontre d’essai"},
    )  # fmt: skip
    a_team_member(event, "owner", name="Olga Organizadora", email="olga@equipo.example", language=language)
    a_team_member(event, "manager")
    for _ in range(7):
        a_registration(event, answers={"diet": ["Sin nueces"]})
    # 23 February is the last day, 26 March the first on which the diet is gone: the twelfth is fourteen days before.
    clock.move_to(datetime(2027, 3, 12, 5, tzinfo=UTC))
    _work(event)
    assert mails() == []
    clock.shift(timedelta(days=1))
    for _ in range(2):
        _work(event)
    (message,) = mails()
    written = f"To: {message.recipient}\nSubject: {message.subject}\n\n{message.text}"
    path = GOLDEN / f"before_deletion.{language}.txt"
    if os.environ.get("EVENTREG_REFRESH_GOLDEN"):
        path.write_text(written, encoding="utf-8")
    assert written == path.read_text(encoding="utf-8")
    assert db.session.scalars(select(FrozenFigures)).one().author_id is None


def test_nobody_is_told_of_an_event_that_holds_nothing(app: Flask, clock: Any) -> None:
    event = an_event()
    a_team_member(event, "owner")
    with transaction() as session:
        session.execute(delete(AuditDetail))
    clock.shift(timedelta(days=1000))
    _work(event)
    assert mails() == []


def test_figures_are_kept_before_the_first_deletion_and_tell_of_no_small_group(english: Pages, clock: Any) -> None:
    event = an_event()
    for country, number in (("MX", 9), ("GT", 6), ("HN", 2)):
        for _ in range(number):
            a_registration(event, country=country, answers={"sex": ["woman"]})
    clock.shift(timedelta(days=42 + 400))
    let_all_go(event.id, now())
    page = opened(english, event)
    kept = english.get(f"/manage/events/{event.slug}/figures/kept")
    for shown in (kept.main, english.get(f"/manage/events/{event.slug}/figures").main):
        assert "Kept by: system · 17 registrations" in shown
        assert "Mexico 9" in shown
        assert "Honduras" not in shown
        assert "Others 8" in shown
    assert "Figures kept on" in page.main
    assert kept.submit("Keep the figures of today").status == 303
    authors = {each.author_id is None for each in db.session.scalars(select(FrozenFigures))}
    assert authors == {True, False}
    assert len(list(list_trail(event.id, TrailFilter(action="figures_kept"), 5))) == 2
    viewer = Pages(english.app, "en").sign_in(a_team_member(event, "viewer"))
    seen = viewer.get(f"/manage/events/{event.slug}/figures/kept")
    assert "Mexico 9" in seen.main
    assert "Keep the figures of today" not in seen.main


def test_few_people_are_no_figure(english: Pages, clock: Any) -> None:
    event = an_event()
    a_registration(event, country="HN")
    clock.shift(timedelta(days=42 + 400))
    let_all_go(event.id, now())
    kept = db.session.scalars(select(FrozenFigures)).one()
    assert kept.figures == {"total": None, "tables": {"es": [], "en": []}}


def mails() -> list[MailMessage]:
    db.session.rollback()
    about = MailMessage.template == "privacy/before_deletion"
    return list(db.session.scalars(select(MailMessage).where(about).order_by(MailMessage.id)))


def _work(event: Event) -> None:
    """Do what the duty has the worker do for an event."""
    see_to_retention(now())
    job = db.session.scalars(select(Job).where(Job.kind == RETENTION_JOB)).one_or_none()
    db.session.rollback()
    if job is not None:
        while let_some_go({"event_id": event.id}, now()):
            pass


@pytest.mark.parametrize("lacking", ["see_to_data", "edit_event", "decide", "part"])
def test_who_sees_a_part_or_lacks_a_right_neither_deletes_nor_shows_anybody(
    english: Pages, clock: Any, lacking: str
) -> None:
    event = an_event()
    person = a_registration(event, "government")
    member = a_team_member(event, "manager")
    with transaction() as session:
        row = session.scalars(select(TeamMember).where(TeamMember.account_id == member.id)).one()
        if lacking == "part":
            row.only_categories = ["academia"]
        else:
            row.withheld = [lacking]
    english.sign_in(member)
    desk = f"/manage/events/{event.slug}"
    for page in ("retention", "participants", "agreements", "erasures", f"registrations/{person.reference}/erase"):
        english.get(f"{desk}/{page}", 403)
    english.post(f"{desk}/participants", {"do": "preview"}, 403, token=True)
    english.post(f"{desk}/retention", {"answers": "1"}, 403, token=True)
    english.post(f"{desk}/registrations/{person.reference}/erase", {}, 403, token=True)
    assert "Data and retention" not in english.get(desk).html


def test_what_deletes_asks_who_is_there_once_more(english: Pages, clock: Any) -> None:
    """A laptop that is left open deletes nobody, as docs/security-model.md says."""
    event = an_event()
    person = a_registration(event)
    page = opened(english, event)
    page.submit("Place a hold", {"reason": "Oficio 12", "until": "2027-12-31"}, 303)
    held = english.get(page.address)
    clock.shift(timedelta(minutes=16))
    for button, entries in (("Save periods", {"answers": "1"}), ("Lift the hold", {"because": "Sentencia"})):
        asked = held.submit(button, entries, 303)
        assert "/sign-in/again?next=" in asked.headers["Location"]
    one = f"/manage/events/{event.slug}/registrations/{person.reference}/erase"
    assert "/sign-in/again?next=" in english.get(one, 303).headers["Location"]
    assert "/sign-in/again?next=" in english.post(one, {}, 303, token=True).headers["Location"]
    administrator = Pages(english.app, "en").sign_in(an_account(is_administrator=True))
    clock.shift(timedelta(minutes=16))
    assert "/sign-in/again?next=" in administrator.get("/manage/erasures", 303).headers["Location"]
    db.session.rollback()
    assert db.session.get_one(Event, event.id).retention == {}
    assert db.session.scalars(select(Hold.lifted_at)).one() is None

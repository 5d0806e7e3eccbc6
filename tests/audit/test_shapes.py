"""Every act that the code can write, with every shape of its detail, opens wherever the history is read. Case 69."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

from flask import Flask
from hypothesis import given, settings, strategies as st
from markupsafe import Markup

from eventreg.accounts.models import Account
from eventreg.attendees.queries.person import get_dossier
from eventreg.attendees.views.history import ToldHistory
from eventreg.audit import trail
from eventreg.audit.models import AuditEntry
from eventreg.audit.queries import Trace
from eventreg.audit.services import SYSTEM, Actor, Target, note
from eventreg.audit.telling import HistoryWords
from eventreg.db import transaction
from eventreg.events.models import Event
from eventreg.events.rules.team import WHOLE, Permission
from eventreg.kernel.clock import now
from eventreg.questionnaires.kinds import Context
from eventreg.registration.models import Registration
from tests.architecture.acts import recorded_actions
from tests.builders import a_registration, a_team_member, an_account, an_event
from tests.reports.test_narrowed import a_narrowed
from tests.support.acts import OLDER, Sample, kept_samples
from tests.support.html import elements
from tests.support.pages import Pages

#: what no reader should meet: a list or a mapping as Python writes it
RAW = re.compile(r"\{'|\['|\bNone\b|\{&#39;")


def test_every_act_of_the_source_has_a_sample() -> None:
    acts = {sample.action for sample in kept_samples()}
    without = {
        pattern: sorted(paths)
        for pattern, paths in recorded_actions().items()
        if not any(re.fullmatch(pattern, action) for action in acts)
    }
    assert not without, "Write each in a test of its service, and run that with --keep-acts"


def test_a_name_in_a_detail_means_one_kind_of_thing(app: Flask) -> None:
    """What one act writes as a figure, no other writes as a list: a reader knows a part by its name alone."""
    kinds: dict[str, set[str]] = {}
    for sample in kept_samples():
        if trail.holds(sample.action) is not trail.Holds.ANSWERS:
            # What the old and the new value are of, the act says; nothing is no kind of thing.
            for name, value in sample.detail.items():
                if name not in ("old", "new") and value not in (None, {}):
                    kinds.setdefault(name, set()).add(_kind(value))
    assert {name: sorted(found) for name, found in kinds.items() if len(found) > 1} == {}
    assert kinds["changed"] == {"parts"}


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "yes or no"
    if isinstance(value, int | float):
        return "figure"
    is_text = isinstance(value, dict) and bool(value) and all(len(language) == 2 for language in value)
    return "parts" if isinstance(value, dict | list) and not is_text else "text"


def test_every_act_opens_as_page_as_file_and_in_the_persons_timeline(app: Flask) -> None:
    # case 69
    language = "es"
    event = an_event(capacity=5)
    person = a_registration(event, email="ana@instituto.example")
    owner, runs_it = a_team_member(event, language=language), an_account(is_administrator=True, language=language)
    apart = a_narrowed(event, "reviewer", withheld=[Permission.SEE_CONTACT_DATA.value])
    samples = [*kept_samples(), *OLDER]
    _write(event, person, owner, samples)
    desk, site = Pages(app, language).sign_in(owner), Pages(app, language).sign_in(runs_it)
    place = f"/manage/events/{event.slug}"
    for pages, address, is_of_event in ((desk, f"{place}/history", True), (site, "/manage/history", False)):
        wanted = [sample for sample in samples if sample.is_of_event is is_of_event]
        assert _pages(pages, address) >= len(wanted)
        assert pages.get(f"{address}?check=1").status == 200
        rows = _file(pages, f"{address}.csv")
        assert len(rows) > len(wanted)
    own = [sample for sample in samples if sample.record_kind == "registration"]
    for pages in (desk, Pages(app, language).sign_in(apart)):
        page = pages.get(f"{place}/registrations/{person.reference}")
        assert sum(len(list(elements(each, "li"))) for each in page.all("ol", class_="er-timeline")) >= len(own)
        assert not RAW.search(page.text)


def _write(event: Event, person: Registration, owner: Account, samples: list[Sample]) -> None:
    with transaction():
        for number, sample in enumerate(samples):
            id_ = person.id if sample.record_kind == "registration" else 1
            actor = (SYSTEM, Actor.account(owner.id), Actor.participant(person.id))[number % 3]
            note(
                Target(sample.record_kind, id_, event.id if sample.is_of_event else None),
                sample.action,
                actor,
                **sample.detail,
            )


def _pages(pages: Pages, address: str) -> int:
    """Open every page of a history; return how many entries they show."""
    count = 0
    while True:
        page = pages.get(address)
        assert not RAW.search(page.text), RAW.findall(page.text)
        count += sum(len(list(elements(each, "li"))) for each in page.all("ol", class_="er-timeline"))
        older = page.all("a", rel="next")
        if not older:
            return count
        address = older[0].get("href") or ""


def _file(pages: Pages, address: str) -> list[list[str]]:
    text = pages.post(address, {}, token=True).html
    assert not RAW.search(text)
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["old", "new", "under", "es", "x"]), inner)
    ),
    max_leaves=8,
)
NAMES = st.sampled_from(
    ["changed", "old", "new", "reason", "status", "act", "publication", "questions", "category", "texts", "practical",
     "organization", "name", "account", "without_mail", "put_on", "language", "email", "count", "role"]
)  # fmt: skip


def test_whatever_stands_in_a_detail_is_read(app: Flask) -> None:
    acts = st.sampled_from(["people_imported", "handed_on", "answers_changed", "language_set", "exported"])

    @settings(max_examples=40)
    @given(acts, st.dictionaries(NAMES, JSON))
    def read(action: str, detail: dict[str, Any]) -> None:
        entry = AuditEntry(
            chain=1, position=1, at=now(), actor_kind="system", action=action, record_kind="event", record_id=1,
            detail_hash="x",
        )  # fmt: skip
        told, trace = HistoryWords({}), Trace(entry, detail)
        assert all(isinstance(line.new, str) for line in told.lines(trace))
        assert isinstance(told.record(trace), str)
        assert isinstance(person.body(trace), Markup)

    event = an_event()
    dossier = get_dossier(event, a_registration(event).reference, WHOLE)
    for has_contact_data in (True, False):
        person = ToldHistory(dossier, Context.of(event), has_contact_data)
        with app.test_request_context():
            read()

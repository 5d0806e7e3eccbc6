"""Saving the texts of an event: nothing is overwritten unseen, everything is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from eventreg.audit.models import AuditDetail, AuditEntry
from eventreg.audit.services import Actor
from eventreg.db import db, transaction
from eventreg.events.models import Event, TextVersion
from eventreg.events.queries.texts import last_version_ids, list_versions
from eventreg.events.rules.practical import NewItem, PracticalEdit, Topic
from eventreg.events.rules.publication import LifecycleRefused, Publication
from eventreg.events.rules.texts import TextChange, TextId, TextState, fingerprint, states_of
from eventreg.events.services.texts import SavedTexts, return_to_version, save_texts
from eventreg.kernel.clock import now
from eventreg.kernel.errors import NotFound
from tests.builders import an_account, an_event, text

TITLE_EN = TextId("title", "en")


def fresh(event: Event) -> Event:
    db.session.rollback()
    db.session.expire_all()
    found = db.session.get(Event, event.id, populate_existing=True)
    assert found is not None
    return found


def change(event: Event, field: str, language: str, new: str, seen: str | None = None) -> TextChange:
    """A change by somebody who saw `seen`, by default what the given event says."""
    if seen is None:
        seen = getattr(event, field).get(language, "")
    return TextChange(field, language, fingerprint(seen), new)


def save(event: Event, *changes: TextChange, who: int, practical: PracticalEdit | None = None) -> SavedTexts:
    return save_texts(event.id, changes, Actor.account(who), practical=practical or PracticalEdit())


def add_item(event: Event, who: int, label: str = "Hoteles") -> str:
    """Add a practical item and return its key."""
    item = NewItem(Topic.HOTELS, text(label, f"{label} en"), text("Reserve pronto.", "Book early."))
    save(event, who=who, practical=PracticalEdit(added=[item]))
    return str(fresh(event).practical[-1]["key"])


def test_two_people_on_different_texts_disturb_nobody(app: Flask) -> None:
    event, ana, luis = an_event(), an_account().id, an_account().id
    save(event, change(event, "title", "es", "Título de Ana"), who=ana)
    outcome = save(event, change(event, "summary", "es", "Resumen de Luis"), who=luis)
    stored = fresh(event)
    assert outcome.conflicts == []
    assert stored.title["es"] == "Título de Ana"
    assert stored.summary["es"] == "Resumen de Luis"


def test_a_text_that_somebody_saved_meanwhile_is_not_overwritten_and_the_others_are_saved(app: Flask) -> None:
    event, ana, luis = an_event(), an_account(name="Ana Primera").id, an_account().id
    save(event, change(event, "title", "en", "Ana's"), who=ana)
    outcome = save(event, change(event, "title", "en", "Luis's"), change(event, "summary", "en", "Other"), who=luis)
    stored = fresh(event)
    assert stored.title["en"] == "Ana's"
    assert stored.summary["en"] == "Other"
    (conflict,) = outcome.conflicts
    assert (conflict.id, conflict.theirs, conflict.mine, conflict.by) == (TITLE_EN, "Ana's", "Luis's", "Ana Primera")
    assert conflict.at is not None


def test_whoever_did_not_touch_a_text_leaves_what_somebody_else_wrote(app: Flask) -> None:
    event, ana, luis = an_event(), an_account().id, an_account().id
    save(event, change(event, "title", "en", "Ana's"), who=ana)
    outcome = save(event, change(event, "title", "en", event.title["en"]), who=luis)
    assert (outcome.conflicts, outcome.saved) == ([], [])
    assert fresh(event).title["en"] == "Ana's"


def test_the_same_words_twice_are_no_conflict(app: Flask) -> None:
    event, ana, luis = an_event(), an_account().id, an_account().id
    save(event, change(event, "title", "en", "The same"), who=ana)
    assert save(event, change(event, "title", "en", "The same"), who=luis) == SavedTexts([], [], [], [])


def test_a_form_that_does_not_say_what_was_seen_overwrites_nothing(app: Flask) -> None:
    event, who = an_event(), an_account().id
    outcome = save(event, TextChange("title", "en", "", "Forged"), who=who)
    assert [found.id for found in outcome.conflicts] == [TITLE_EN]


def test_every_saved_text_is_a_version_and_what_stood_before_the_first_is_kept(app: Flask) -> None:
    event, who = an_event(), an_account(name="Ana Primera").id
    before = event.title["en"]
    save(event, change(event, "title", "en", "Two"), who=who)
    save(event, change(event, "title", "en", "Three", seen="Two"), who=who)
    versions = list_versions(event.id, TITLE_EN)
    assert [version.text for version in versions] == ["Three", "Two", before]
    assert [version.by for version in versions] == ["Ana Primera", "Ana Primera", ""]
    assert versions[-1].at == event.created_at


def test_the_trail_names_the_texts_and_not_their_words(app: Flask) -> None:
    event, who = an_event(), an_account().id
    save(event, change(event, "title", "en", "Secretive"), change(event, "venue", "es", "Sala"), who=who)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "texts_changed")).one()
    detail = db.session.scalars(select(AuditDetail.detail).where(AuditDetail.entry_id == entry.id)).one()
    assert (entry.actor_id, entry.record_id) == (who, event.id)
    assert detail == {"texts": ["venue (es)", "title (en)"]}


def test_nothing_changed_writes_nothing(app: Flask) -> None:
    event, who = an_event(), an_account().id
    save(event, change(event, "title", "en", event.title["en"]), who=who)
    assert db.session.scalars(select(TextVersion)).all() == []
    assert db.session.scalars(select(AuditEntry).where(AuditEntry.action == "texts_changed")).all() == []


def test_returning_to_a_version_writes_it_anew(app: Flask) -> None:
    event, who = an_event(), an_account().id
    before = event.title["en"]
    save(event, change(event, "title", "en", "Two"), who=who)
    first = list_versions(event.id, TITLE_EN)[-1]
    return_to_version(event.id, TITLE_EN, first.id, fingerprint("Two"), Actor.account(who))
    assert fresh(event).title["en"] == before
    assert [version.text for version in list_versions(event.id, TITLE_EN)] == [before, "Two", before]


def test_returning_is_a_conflict_when_somebody_saved_meanwhile(app: Flask) -> None:
    event, who = an_event(), an_account().id
    save(event, change(event, "title", "en", "Two"), who=who)
    first = list_versions(event.id, TITLE_EN)[-1]
    save(event, change(event, "title", "en", "Three", seen="Two"), who=who)
    assert return_to_version(event.id, TITLE_EN, first.id, fingerprint("Two"), Actor.account(who)).conflicts
    assert fresh(event).title["en"] == "Three"


def test_a_version_of_another_text_or_event_is_not_found(app: Flask) -> None:
    # case 2
    event, other, who = an_event(), an_event(), an_account().id
    save(other, change(other, "title", "en", "Theirs"), who=who)
    (version, *_rest) = list_versions(other.id, TITLE_EN)
    for id_, name in ((event.id, "title"), (other.id, "summary")):
        with pytest.raises(NotFound):
            return_to_version(id_, TextId(name, "en"), version.id, "", Actor.account(who))


def test_a_translation_may_be_out_of_date_until_it_is_saved_again_or_said_to_fit(app: Flask) -> None:
    event, who = an_event(), an_account().id

    def state() -> TextState:
        return states_of(fresh(event), last_version_ids(event.id))[TextId("summary", "en")]

    assert state() is TextState.DONE
    save(event, change(event, "summary", "es", "Otro"), who=who)
    assert state() is TextState.OUTDATED
    fits = event.summary["en"]
    save(event, TextChange("summary", "en", fingerprint(fits), fits, is_confirmed=True), who=who)
    assert state() is TextState.DONE


def test_both_languages_saved_at_once_are_up_to_date(app: Flask) -> None:
    event, who = an_event(), an_account().id
    save(event, change(event, "summary", "en", "B"), change(event, "summary", "es", "A"), who=who)
    states = states_of(fresh(event), last_version_ids(event.id))
    assert states[TextId("summary", "en")] is states[TextId("summary", "es")] is TextState.DONE


def test_a_text_that_one_language_has_is_missing_in_the_other(app: Flask) -> None:
    event, who = an_event(audience=text("Todas", "")), an_account().id
    assert who
    states = states_of(event, {})
    assert states[TextId("audience", "en")] is TextState.MISSING
    assert states[TextId("address", "en")] is TextState.NONE


def test_a_language_that_the_event_does_not_have_is_left_alone(app: Flask) -> None:
    event, who = an_event(title={"es": "Uno", "en": "One", "fr": "Un"}), an_account().id
    save(event, TextChange("title", "fr", fingerprint("Un"), "Deux"), change(event, "title", "es", "Dos"), who=who)
    assert fresh(event).title == {"es": "Dos", "en": "One", "fr": "Un"}


def test_practical_items_are_added_moved_and_removed_and_their_texts_kept(app: Flask) -> None:
    event, who = an_event(), an_account().id
    first, second = add_item(event, who, "Hoteles"), add_item(event, who, "Visado")
    save(event, who=who, practical=PracticalEdit(moved=(second, "up"), topics={first: Topic.OTHER}))
    items = fresh(event).practical
    assert [item["key"] for item in items] == [second, first]
    assert items[1]["topic"] == "other"
    seen = [
        TextChange(
            f"practical.{first}.{part}", language, fingerprint(items[1][part][language]), items[1][part][language]
        )
        for part in ("label", "text")
        for language in ("es", "en")
    ]
    save(event, *seen, who=who, practical=PracticalEdit(removed=first))
    assert [item["key"] for item in fresh(event).practical] == [second]
    versions = list_versions(event.id, TextId(f"practical.{first}.label", "es"))
    assert [version.text for version in versions] == ["", "Hoteles"]


def test_an_item_that_somebody_changed_meanwhile_is_not_removed(app: Flask) -> None:
    event, who = an_event(), an_account().id
    key = add_item(event, who)
    name = f"practical.{key}.label"
    save(event, TextChange(name, "es", fingerprint("Hoteles"), "Hospedaje"), who=who)
    stale = TextChange(name, "es", fingerprint("Hoteles"), "Hoteles")
    outcome = save(event, stale, who=who, practical=PracticalEdit(removed=key))
    assert [conflict.theirs for conflict in outcome.conflicts] == ["Hospedaje"]
    assert len(fresh(event).practical) == 1


def test_what_was_typed_into_an_item_that_is_gone_comes_back(app: Flask) -> None:
    event, who = an_event(), an_account().id
    typed = TextChange("practical.away.label", "es", fingerprint("Viejo"), "Nuevo")
    untouched = TextChange("practical.away.text", "es", fingerprint("Viejo"), "Viejo")
    assert save(event, typed, untouched, who=who).gone == [typed]


def test_rows_without_a_key_can_be_edited(app: Flask) -> None:
    event = an_event(practical=[{"label": text("Sede", "Venue"), "text": text("Aquí.", "Here.")}])
    save(event, TextChange("practical.p1.text", "en", fingerprint("Here."), "There."), who=an_account().id)
    (item,) = fresh(event).practical
    assert (item["key"], item["text"]) == ("p1", text("Aquí.", "There."))


def test_there_is_an_end_to_practical_items(app: Flask) -> None:
    event, who = an_event(), an_account().id
    items = [NewItem(Topic.OTHER, text(f"{number}", f"{number}"), {}) for number in range(31)]
    assert save(event, who=who, practical=PracticalEdit(added=items)).refused == items[30:]
    assert len(fresh(event).practical) == 30


def test_an_archived_event_keeps_its_texts(app: Flask) -> None:
    event, who = an_event(publication=Publication.ARCHIVED), an_account().id
    with pytest.raises(LifecycleRefused):
        save(event, change(event, "title", "en", "New"), who=who)
    assert fresh(event).title == event.title


@pytest.mark.both_databases
def test_texts_saved_one_after_the_other_stand_in_that_order(app: Flask) -> None:
    event, who = an_event(), an_account().id
    with transaction():
        for number in range(3):
            seen = event.title["es"] if not number else str(number - 1)
            with time_machine.travel(now() - timedelta(days=number)):
                save(event, change(event, "title", "es", str(number), seen), who=who)
    assert [version.text for version in list_versions(event.id, TextId("title", "es"))][:3] == ["2", "1", "0"]

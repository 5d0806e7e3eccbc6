"""Notes of the team, and colleagues named in them. Cases 2, 3, 9, 32, 63."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from flask import Flask
from sqlalchemy import select

from eventreg.accounts.models import Account
from eventreg.attendees.annotations.notes import (
    NoteLine,
    Written,
    change_note,
    lines_of,
    list_mentionable,
    notes_on,
    remove_note,
    see_mentions,
    write_note,
)
from eventreg.attendees.models import Note, NoteMention
from eventreg.attendees.rules.annotations import LONGEST_NOTE, named_in, read_note
from eventreg.db import db, read_together, transaction
from eventreg.events.models import Event, TeamMember
from eventreg.events.organizers import Organizer
from eventreg.kernel.errors import NotFound, Refused
from eventreg.mail.models import MailMessage
from eventreg.registration.models import Registration
from tests.builders import a_registration, a_team_member, an_event
from tests.registration.records import fresh, history
from tests.reports.test_narrowed import a_narrowed
from tests.support.pages import Pages

pytestmark = pytest.mark.usefixtures("clock")
NAMES = {1: "Olga Organizadora", 2: "Olga Ortega", 3: "Raúl", 4: "Clara Contacto", 5: "Clara Contacto Demo"}


def list_notes(registration_id: int) -> Sequence[NoteLine]:
    return lines_of(*read_together(*notes_on(registration_id)))


@pytest.fixture
def colleague(event: Event) -> Account:
    return a_team_member(event, "reviewer", language="es", name="Clara Colega")


@pytest.fixture
def person(event: Event) -> Registration:
    return a_registration(event, "academia", given_name="Ana", family_name="Núñez", email="ana@instituto.example")


def address(event: Event, person: Registration) -> str:
    return f"/manage/events/{event.slug}/registrations/{person.reference}"


def write(event: Event, person: Registration, by: Account, text: str, *chosen: int, mail: bool = False) -> Note:
    return write_note(event.id, person.reference, Written(text, chosen, mail), Organizer.account(by.id))


def unseen(person: Registration) -> set[int]:
    db.session.rollback()
    rows = db.session.scalars(select(NoteMention).where(NoteMention.seen_at.is_(None)))
    return {row.account_id for row in rows}


def mails_to(account: Account) -> list[MailMessage]:
    db.session.rollback()
    return list(db.session.scalars(select(MailMessage).where(MailMessage.account_id == account.id)))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("@Olga Organizadora, por favor", {1}),
        ("@olga   ORGANIZADORA", {1}),
        ("@Olga: ¿cuál?", set()),
        ("ver con @raul y @Olga Ortega.", {2, 3}),
        ("raul@olga.example o ana.@Raúl", set()),
        ("@Clara Contacto Demo", {5}),
        ("@Clara Contacto: sí", {4}),
        ("@Raúles", set()),
        ("(@Raúl)", {3}),
        ("@", set()),
    ],
)
def test_who_is_named_in_a_text(text: str, named: set[int]) -> None:
    assert named_in(text, NAMES) == named


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (" \n ", "Write the note"),
        ("x" * (LONGEST_NOTE + 1), "Use at most %(limit)s characters"),
        ("a\x07", "It holds characters that cannot be kept"),
    ],
)
def test_what_is_no_note(typed: str, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        read_note(typed)
    assert refused.value.sentence == sentence
    assert read_note("x" * LONGEST_NOTE)


@pytest.mark.both_databases
def test_whoever_is_named_is_told_once_and_reads_it_by_a_button(
    event: Event, owner: Account, colleague: Account, person: Registration
) -> None:
    note = write(event, person, owner, "Ver con @Clara.", colleague.id, mail=True)
    (line,) = list_notes(person.id)
    assert (line.author, dict(line.mentioned), line.unseen) == (
        "Olga Organizadora", {colleague.id: "Clara Colega"}, frozenset({colleague.id}),
    )  # fmt: skip
    (mail,) = mails_to(colleague)
    assert (mail.template, mail.language, mail.recipient) == ("review/mentioned", "es", colleague.email)
    assert person.reference in mail.text
    for secret in ("Ver con", "Núñez", person.email):
        assert secret not in mail.text + mail.html + mail.subject
    # Changed with the same name in it: nobody is told again.
    change_note(
        event.id, person.reference, note.id, Written("@Clara, ¿lo viste?", (), True), Organizer.account(owner.id)
    )
    assert len(mails_to(colleague)) == 1
    see_mentions(event.id, person.reference, Organizer.account(colleague.id))
    assert unseen(person) == set()
    assert [action for action, _detail in history(person)][-2:] == ["note_written", "note_changed"]
    assert fresh(person).revision == 1


@pytest.mark.both_databases
def test_answering_with_a_note_is_having_read(
    event: Event, owner: Account, colleague: Account, person: Registration
) -> None:
    write(event, person, owner, "¿@Clara?")
    write(event, person, colleague, "Sí, @Olga.")
    assert unseen(person) == {owner.id}


@pytest.mark.both_databases
def test_only_those_are_named_who_may_see_the_registration(event: Event, owner: Account, person: Registration) -> None:
    sees = a_narrowed(event, "reviewer", only_categories=["academia"])
    not_hers = a_narrowed(event, "reviewer", only_categories=["government"])
    other_day = a_narrowed(event, "reviewer", only_days=[event.days[1].held_on.isoformat()])
    door, viewer = a_team_member(event, "door"), a_team_member(event, "viewer")
    stranger = a_team_member(an_event())
    on_first_day = a_registration(event, "academia", answers={"days": [str(event.days[0].id)]})
    able = {account.id for account in list_mentionable(event, fresh_with_category(person), owner.id)}
    assert able == {sees.id, other_day.id}  # who was not asked for days comes on each
    able = {account.id for account in list_mentionable(event, fresh_with_category(on_first_day), owner.id)}
    assert able == {sees.id}
    write(event, person, owner, "nota", *(each.id for each in (sees, not_hers, door, viewer, stranger, owner)))
    assert unseen(person) == {sees.id}


def fresh_with_category(person: Registration) -> Registration:
    found = fresh(person)
    db.session.refresh(found, ["category"])
    return found


@pytest.mark.both_databases
def test_a_right_withdrawn_takes_the_mention_away(
    event: Event, owner: Account, colleague: Account, person: Registration, app: Flask
) -> None:  # case 3
    write(event, person, owner, "@Clara")
    desk = Pages(app, "en").sign_in(colleague)
    assert desk.get("/manage/").has("Note that mentions you")
    with transaction() as session:
        member = session.scalars(select(TeamMember).where(TeamMember.account_id == colleague.id)).one()
        member.only_categories = ["government"]
    assert not desk.get("/manage/").has("Note that mentions you")
    desk.post(address(event, person) + "/mentions", {}, 404, token=True)


@pytest.mark.both_databases
def test_ones_own_note_alone_is_changed_and_removed_for_good(
    event: Event, owner: Account, colleague: Account, person: Registration
) -> None:
    note = write(event, person, owner, "Secreto de @Clara")
    other = a_registration(event)
    for reference, account in ((person.reference, colleague), (other.reference, owner)):
        with pytest.raises(NotFound):
            change_note(event.id, reference, note.id, Written("x"), Organizer.account(account.id))
        with pytest.raises(NotFound):
            remove_note(event.id, reference, note.id, Organizer.account(account.id))
    remove_note(event.id, person.reference, note.id, Organizer.account(owner.id))
    assert list_notes(person.id) == []
    assert unseen(person) == set()
    assert "Secreto" not in str(history(person))
    assert history(person)[-1][0] == "note_removed"


def test_notes_are_written_read_and_changed_on_the_page(
    app: Flask, event: Event, owner: Account, colleague: Account, person: Registration
) -> None:
    desk = Pages(app, "en").sign_in(owner)
    page = desk.get(address(event, person) + "?order=name")
    hostile = "<script>alert(1)</script> {{7*7}}\n@Clara"  # cases 32, 63
    page = page.submit("Save note", {"New note": hostile}).follow()
    assert page.has("<script>alert(1)</script> {{7*7}}")
    assert page.has("for Clara Colega")
    # What was refused stays typed, with whom it was for.
    refused = page.submit("Save note", {"New note": "x" * (LONGEST_NOTE + 1), "Clara Colega": str(colleague.id)}, 422)
    assert refused.errors() == [f"Use at most {LONGEST_NOTE} characters"]
    assert "x" * (LONGEST_NOTE + 1) in refused.html
    (link,) = [link for link in page.all("a") if "/notes/" in (link.get("href") or "")]
    edit = desk.get(link.get("href") or "")
    assert edit.submit("Save note", {"Note": " "}, 422).errors() == ["Write the note"]
    edit.submit("Save note", {"Note": "Llega tarde."}).follow()
    page = desk.get(address(event, person))
    assert page.has("Llega tarde.")
    # Whom the text names no more is not named.
    assert not page.has("for Clara Colega")
    assert edit.submit("Remove note").follow().has("The note is gone.")


def test_a_mention_is_on_the_front_pages_until_it_is_marked_as_read(
    app: Flask, event: Event, owner: Account, colleague: Account, person: Registration
) -> None:
    write(event, person, owner, "@Clara, mire esto.")
    hers = Pages(app, "en").sign_in(colleague)
    for _ in range(2):
        # Opening writes nothing (case 9): it is read by a button.
        assert hers.get(address(event, person)).has("Olga Organizadora mentioned you.")
    fronts = ("/manage/", f"/manage/events/{event.slug}")
    for front in fronts:
        listed = hers.get(front).click("Read it: Note that mentions you")
        assert listed.has("1 registration")
    mine = f"{fronts[1]}/registrations?note=mine"
    # Who is mentioned is no entry of the history, nor the same for everybody: what was counted for her is nobody else's.
    assert Pages(app, "en").sign_in(owner).get(mine).has("0 registrations")
    hers.post(address(event, person) + "/mentions", {}, 303, token=True)
    assert hers.get(mine).has("0 registrations")
    assert unseen(person) == set()
    assert not hers.get(address(event, person)).has("mentioned")
    for front in fronts:
        assert not hers.get(front).has("mentions you")

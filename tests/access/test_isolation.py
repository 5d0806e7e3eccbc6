"""One event's objects are not there in another's, also for somebody who belongs to both (case 2)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from eventreg.db import db, transaction
from eventreg.events.models import Partner, TeamMember
from eventreg.events.rules.team import TeamRole
from eventreg.mail.models import MailMessage
from eventreg.registration.models import Registration, Upload
from tests.belongings import a_material, a_session, an_outcome
from tests.builders import a_team_member, register_somebody
from tests.events.programmes import a_room, a_speaker
from tests.support.pages import Page, Pages
from tests.world import LETTER, World, rules

#: of the right form, and of nothing
_NOTHING = {"reference": "PRU-222222", "public_id": "AAAAAAAAAAAA", "message_id": "999999", "member_id": "999999"}


@pytest.fixture
def foreign(world: World) -> dict[str, str]:
    """The objects of the other event, by the names they have in addresses; the owner belongs to both events."""
    with world.app.app_context():
        receipt = register_somebody(world.other, email="ajena@instituto.example", files=[LETTER])
        assert receipt.registration is not None
        owner, person = world.accounts["owner"], receipt.registration
        with transaction() as session:
            session.add(TeamMember(event_id=world.other.id, account_id=owner.id, role=TeamRole.OWNER))
        upload = db.session.scalars(select(Upload.public_id).where(Upload.registration_id == person.id)).one()
        message = db.session.scalars(
            select(MailMessage.id).where(MailMessage.event_id == world.other.id).limit(1)
        ).one()
        colleague = a_team_member(world.other, TeamRole.REVIEWER)
        member = db.session.scalars(select(TeamMember.id).where(TeamMember.account_id == colleague.id)).one()
        db.session.remove()
    return {
        "reference": person.reference, "public_id": upload, "message_id": str(message), "member_id": str(member),
    }  # fmt: skip


def _answers(world: World, visitor: Pages, objects: dict[str, str]) -> Iterator[tuple[str, Page]]:
    """Call every address under the first event with each of the objects in its place."""
    for verb, rule in rules(world.app):
        for name in sorted(rule.arguments & set(objects)):
            address = world.address(rule, **{name: objects[name]})
            form = world.form_data(rule)
            answer = visitor.get(address, None) if verb == "GET" else visitor.post(address, form, token=True)
            yield f"{verb} {rule.rule} with another's {name}", answer


def test_objects_of_another_event_are_not_there(world: World, foreign: dict[str, str]) -> None:
    visitor = world.visitor("owner")
    before = world.rows()
    others = dict(_answers(world, visitor, foreign))
    nothing = dict(_answers(world, visitor, _NOTHING))
    assert len(others) > 8
    assert {what: page.status for what, page in others.items() if page.status != 404} == {}
    assert {what: page.main for what, page in others.items()} == {what: page.main for what, page in nothing.items()}
    assert world.rows() == before


def _what_it_is_made_of(world: World) -> dict[str, str]:
    """Ids of the other event's programme, institutions, materials and categories, by endpoint or by name."""
    event = world.other
    with world.app.app_context():
        speaker, room, session = a_speaker(event), a_room(event), a_session(event, takes_sign_up=True, places=3)
        material, outcome = a_material(event, session), an_outcome(session)
        found = {
            "room_id": room.id,
            "outcome_id": outcome.id,
            "partner_id": db.session.scalars(select(Partner.id).where(Partner.event_id == event.id).limit(1)).one(),
            "session": session.public_id,
            "speaker": speaker.public_id,
            "material": material.public_id,
        }
        db.session.remove()
    return {name: str(value) for name, value in found.items()}


def test_what_another_event_is_made_of_is_not_there(world: World) -> None:
    """Sessions, speakers, rooms, materials, conclusions and institutions, read and changed under this event's address."""
    theirs = _what_it_is_made_of(world)
    visitor = world.visitor("owner")
    called = []
    for verb, rule in rules(world.app):
        for name in sorted(rule.arguments & {"public_id", "room_id", "outcome_id", "partner_id"}):
            found = theirs.get(name) or next((theirs[kind] for kind in theirs if kind in rule.rule.split("/<")[-2]), "")
            if "<slug>" not in rule.rule or not found:
                continue
            for object_id in (found, "AAAAAAAAAAAA" if name == "public_id" else "999999"):
                address = world.address(rule, **{name: object_id})
                form = world.form_data(rule)
                page = visitor.get(address, None) if verb == "GET" else visitor.post(address, form, token=True)
                called.append((f"{verb} {rule.rule}", page))
    assert {what: page.status for what, page in called if page.status != 404} == {}
    for (what, theirs_page), (_same, none) in zip(called[::2], called[1::2], strict=True):
        assert theirs_page.main == none.main, what
    assert len(called) > 40


def test_they_are_there_in_their_own_event(world: World, foreign: dict[str, str]) -> None:
    visitor = world.visitor("owner")
    base = f"/manage/events/{world.other.slug}"
    visitor.get(f"{base}/registrations/{foreign['reference']}")
    visitor.get(f"{base}/messages/{foreign['message_id']}")
    file = f"{base}/registrations/{foreign['reference']}/files/{foreign['public_id']}"
    assert visitor.post(file, token=True, status=200).body == LETTER.content


def test_files_go_out_as_attachments_to_those_entitled(world: World, foreign: dict[str, str]) -> None:
    """Case 8: under one's own link another's file is not there."""
    own = world.tokens["selfservice.show_own"]
    guest = world.visitor("link")
    answer = guest.get(f"/my/{own}/files/{world.upload_id}")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    guest.get(f"/my/{own}/files/{foreign['public_id']}", 404)


def test_a_link_opens_one_registration_for_one_purpose(world: World) -> None:
    """Each token in the place of each other: none fits."""
    guest = world.visitor("link")
    personal = [rule for verb, rule in rules(world.app) if verb == "GET" and "token" in rule.arguments]
    tokens = {world.tokens[rule.endpoint] for rule in personal}
    assert len(tokens) == 14
    for rule in personal:
        for token in tokens - {world.tokens[rule.endpoint]}:
            assert guest.get(world.address(rule, token=token), None).status in (404, 410), f"{rule.rule} with {token}"


def test_a_registration_of_another_event_is_no_key_to_this_one(world: World) -> None:
    with world.app.app_context():
        theirs = db.session.scalars(
            select(Registration.reference).where(Registration.event_id == world.other.id).limit(1)
        ).one()
        db.session.remove()
    listed = world.visitor("owner").get(f"/manage/events/{world.event.slug}/registrations?q={theirs}")
    assert listed.has("Nobody fits these filters.")

"""Messages as they arrive: to whom, how they look, where they stand, and never a link that opens somebody's page."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from eventreg.accounts.services.sign_in import send_sign_in_link
from eventreg.attendees.queries.messages import may_go_again
from eventreg.audit.models import AuditEntry
from eventreg.db import db, transaction
from eventreg.events.models import Event
from eventreg.kernel.clock import now
from eventreg.mail import admission
from eventreg.mail.models import MailMessage, Suppression
from eventreg.mail.rules import BounceKind, DeliveryState, Outcome
from eventreg.mail.services import enqueue_all
from eventreg.registration.emails import OWN_PAGE
from eventreg.registration.models import Registration
from eventreg.registration.queries.registrations import own_token
from eventreg.registration.rules.states import Status
from eventreg.selfservice.services import withdraw
from tests.builders import a_registration, a_team_member, an_event, register_somebody
from tests.mail.outbox import a_message
from tests.support.apps import AppMaker
from tests.support.pages import Pages, tokens_in
from tests.support.statements import counted

SERVER = {"mail_server": "127.0.0.1", "mail_default_sender": "registro@equipo.example"}


@pytest.fixture
def person(event: Event) -> Registration:
    """Somebody who was just confirmed: two messages are held."""
    registration = register_somebody(event, given_name="<b>Ana</b>").registration
    assert registration is not None
    return registration


@pytest.fixture
def desk(pages: Pages, event: Event) -> Pages:
    """Its owner's desk, in English."""
    return pages.sign_in(a_team_member(event))


def address(event: Event, rest: str = "") -> str:
    return f"/manage/events/{event.slug}/messages{rest}"


def to_participant(event: Event) -> MailMessage:
    return db.session.scalars(
        select(MailMessage).where(MailMessage.event_id == event.id, MailMessage.audience == "participant")
    ).first() or pytest.fail("no message")


def put(state: DeliveryState, **changes: object) -> None:
    with transaction() as session:
        session.query(MailMessage).update({"state": state, **changes})


def test_a_message_is_shown_as_it_would_arrive(desk: Pages, event: Event, person: Registration) -> None:
    message = to_participant(event)
    page = desk.get(address(event)).click(message.subject)
    assert page.heading == message.subject
    for words in (person.email, "clara@anfitriona.example", "A calendar entry is attached", "<b>Ana</b>"):
        assert page.has(words)
    assert page.has("This message is held. No mail server is set up, so nothing leaves this machine.")
    (frame,) = page.all("iframe")
    assert frame.get("sandbox") == ""
    assert frame.get("src") == address(event, f"/{message.id}/html")


def test_no_personal_link_is_shown_anywhere(desk: Pages, event: Event, person: Registration) -> None:
    token, message = own_token(person, OWN_PAGE), to_participant(event)
    for path in (f"/{message.id}", f"/{message.id}/html"):
        html = desk.get(address(event, path), sound=not path.endswith("html")).html
        assert "[[" not in html
        assert person.public_id not in html
        assert token not in list(tokens_in(html))
    assert desk.get(address(event, f"/{message.id}")).has("[personal link]")


def test_the_html_part_has_a_policy_of_its_own(desk: Pages, event: Event, person: Registration) -> None:
    frame = desk.get(address(event, f"/{to_participant(event).id}/html"), sound=False)
    policy = frame.headers["Content-Security-Policy"]
    for rule in (
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "img-src data:",
        "frame-ancestors 'self'",
        "sandbox",
    ):
        assert rule in policy
    assert "script-src" not in policy
    assert frame.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert frame.headers["Cache-Control"] == "no-store"
    assert "<b>Ana</b>" not in frame.html
    assert "&lt;b&gt;Ana&lt;/b&gt;" in frame.html


@pytest.mark.both_databases
def test_messages_are_listed_by_where_they_stand(desk: Pages, event: Event) -> None:
    with transaction():
        enqueue_all([a_message(event.id, subject=f"Mensaje {number}") for number in range(5)])
        found = db.session.scalars(select(MailMessage).order_by(MailMessage.id)).all()
        states = (
            DeliveryState.SENT,
            DeliveryState.SENT,
            DeliveryState.FAILED,
            DeliveryState.QUEUED,
            DeliveryState.QUEUED,
        )
        for message, state in zip(found, states, strict=True):
            message.state = state
        found[4].attempts = 2
    page = desk.get(address(event))
    tabs = page.texts("li")
    for tab in ("All messages 5", "Sent 2", "Failed 1", "Waiting to be sent 1", "Trying again 1"):
        assert tab in tabs
    assert page.click("Trying again 1").texts("th", scope="row") == ["Mensaje 4"]
    assert page.click("Waiting to be sent 1").texts("th", scope="row") == ["Mensaje 3"]
    assert desk.get(address(event, "?state=nonsense")).texts("th", scope="row")[0] == "Mensaje 4"


def test_many_messages_are_paged_by_key(desk: Pages, event: Event) -> None:
    with transaction():
        enqueue_all([a_message(event.id, subject=f"Mensaje {number:03}") for number in range(120)])
    first = desk.get(address(event, "?state=held"))
    second = first.click("Next page")
    third = second.click("Next page")
    shown = [page.texts("th", scope="row") for page in (first, second, third)]
    assert [len(each) for each in shown] == [50, 50, 20]
    assert [subject for page in shown for subject in page] == [f"Mensaje {number:03}" for number in range(119, -1, -1)]
    assert third.click("Previous page").texts("th", scope="row") == shown[1]
    assert second.click("Previous page").texts("th", scope="row") == shown[0]
    with counted() as statements:
        desk.get(address(event))
    assert len(statements) <= 5


@pytest.mark.parametrize("query", ["older=x", "older=-1", "newer=" + "9" * 40, "older=%C2%B2", "state=%00", "older="])
def test_hostile_addresses_are_answered(desk: Pages, event: Event, query: str) -> None:  # case 63
    assert desk.get(address(event, f"?{query}"), status=None).status in (200, 400)


def test_another_events_message_is_as_if_it_were_not(desk: Pages, event: Event) -> None:  # case 2
    other = an_event()
    register_somebody(other)
    message = to_participant(other)
    missing = desk.get(address(event, "/999999"), 404)
    assert desk.get(address(event, f"/{message.id}"), 404).main == missing.main
    desk.get(address(event, f"/{message.id}/html"), 404)
    desk.get(address(event, "/99999999999999999999"), 404)
    for act in ("release", "again"):
        desk.post(address(event, f"/{message.id}/{act}"), status=404, token=True)


def test_an_accounts_mail_is_on_no_screen(desk: Pages, event: Event) -> None:
    send_sign_in_link(a_team_member(event).email)
    message = db.session.scalars(select(MailMessage)).one()
    assert message.subject not in desk.get(address(event)).html
    desk.get(address(event, f"/{message.id}"), 404)
    desk.get(address(event, f"/{message.id}/html"), 404)


@pytest.mark.both_databases
def test_a_held_message_is_released_once_there_is_a_server(
    make_app: AppMaker, event: Event, person: Registration
) -> None:
    app = make_app(**SERVER)
    with app.app_context():
        desk, message = Pages(app).sign_in(a_team_member(event)), to_participant(event)
        page = desk.get(address(event, f"/{message.id}"))
        assert page.has("It was written while no mail server was set up, and waits until somebody releases it.")
        assert page.submit("Release and send").follow().has("Waiting to be sent")
        again = page.submit("Release and send")
        assert again.status == 409
        assert again.has("This message is no longer held.")
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "message_released")).one()
        assert (entry.record_kind, entry.record_id) == ("registration", person.id)


def test_a_failed_message_says_why_and_is_sent_again(make_app: AppMaker, event: Event, person: Registration) -> None:
    put(DeliveryState.FAILED, outcome=Outcome.REFUSED, last_error="550 no such mailbox", attempts=1)
    app = make_app(**SERVER)
    with app.app_context():
        desk, message = Pages(app).sign_in(a_team_member(event)), to_participant(event)
        page = desk.get(address(event, f"/{message.id}"))
        assert page.has("The receiving mail server refused this message for good.")
        assert page.has("The server's answer: 550 no such mailbox")
        assert page.submit("Send again").follow().has("Waiting to be sent")


def _in_doubt() -> None:
    put(DeliveryState.DOUBTFUL, outcome=Outcome.IN_DOUBT, last_error="timed out", attempts=4, doubts=4, sent_at=now())


@pytest.mark.both_databases
def test_a_message_that_came_back_says_what_to_do_and_its_address_is_trusted_again(
    make_app: AppMaker, event: Event, person: Registration
) -> None:
    app = make_app(**SERVER)
    with app.app_context():
        desk = Pages(app).sign_in(a_team_member(event))
        put(
            DeliveryState.BOUNCED,
            bounce=BounceKind.UNKNOWN,
            last_error="550 5.1.1 no such user",
            outcome=Outcome.ACCEPTED,
        )
        with transaction():
            admission.suppress(person.email, now())
        root = f"/manage/events/{event.slug}"
        assert desk.get(f"{root}/registrations/{person.reference}").has(
            "The address does not exist. Ask the person for the right address and correct it in the registration"
        )
        for path in ("", "/registrations", "/registrations?trouble=mail"):
            assert desk.get(f"{root}{path}").has("Email not delivered"), path
        assert len(desk.get(address(event, "?state=bounced")).texts("th", scope="row")) == 2
        message = to_participant(event)
        page = desk.get(address(event, f"/{message.id}"))
        assert page.has("Came back")
        assert page.has("The server's answer: 550 5.1.1 no such user")
        assert page.submit("Send again").follow().has("Waiting to be sent")
        assert "address_trusted" in list(db.session.scalars(select(AuditEntry.action)))
        assert db.session.scalar(select(Suppression)) is None
        assert db.session.get_one(MailMessage, message.id, populate_existing=True).bounce is None


def test_a_message_in_doubt_is_left_or_sent_again_by_a_person(
    make_app: AppMaker, event: Event, person: Registration
) -> None:
    _in_doubt()
    app = make_app(**SERVER)
    with app.app_context():
        desk, message = Pages(app).sign_in(a_team_member(event)), to_participant(event)
        page = desk.get(address(event, f"/{message.id}"))
        assert page.has("Probably delivered")
        assert page.has("The mail server was given it 4 times and never said whether it took it.")
        assert page.submit("Mark as delivered").follow().has("Sent")
        assert db.session.get_one(MailMessage, message.id).state is DeliveryState.SENT
        again = page.submit("Mark as delivered", status=409)
        assert again.has("Somebody decided on this message already.")
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "message_left")).one()
        assert (entry.record_kind, entry.record_id) == ("registration", person.id)
        _in_doubt()
        page = desk.get(address(event, f"/{message.id}"))
        assert page.submit("Send again").follow().has("Waiting to be sent")


@pytest.mark.parametrize(
    ("language", "short", "long"),
    [
        ("en", "Probably delivered", "Email probably delivered"),
        ("es", "Probablemente entregado", "Correo probablemente entregado"),
        ("fr", "Probablement remis", "Courriel probablement remis"),
    ],
)
def test_a_doubt_stands_beside_the_person_wherever_people_are_listed(
    desk: Pages, event: Event, person: Registration, language: str, short: str, long: str
) -> None:
    _in_doubt()
    root = f"/manage/events/{event.slug}"
    for path, said in (
        ("", long),
        ("/registrations", long),
        ("/registrations?trouble=doubt", long),
        (f"/registrations/{person.reference}", short),
        ("/messages", short),
        ("/messages?state=doubtful", short),
    ):
        page = desk.get(f"{root}{path}{'&' if '?' in path else '?'}lang={language}")
        assert page.has(said), path
        assert not path.startswith("/registrations") or page.has(person.full_name)
    assert person.reference not in desk.get(f"{root}/registrations?trouble=mail").main


@pytest.mark.both_databases
def test_what_was_sent_goes_once_more_while_it_still_tells_what_is(
    make_app: AppMaker, event: Event, person: Registration
) -> None:
    put(DeliveryState.SENT, sent_at=now())
    app = make_app(**SERVER)
    with app.app_context():
        desk, message = Pages(app).sign_in(a_team_member(event)), to_participant(event)
        page = desk.get(address(event, f"/{message.id}"))
        page.submit("Send once more", status=303)
        first, again = db.session.scalars(
            select(MailMessage).where(MailMessage.audience == "participant").order_by(MailMessage.id)
        )
        assert (again.subject, again.text, again.calendar) == (first.subject, first.text, first.calendar)
        assert again.message_id != first.message_id
        assert again.state is DeliveryState.QUEUED
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "message_repeated")).one()
        assert (entry.record_kind, entry.record_id) == ("registration", person.id)
        # That the place is confirmed holds no longer, and the contact person's message is nobody's to repeat.
        withdraw(event.id, person.id)
        refused = page.submit("Send once more", status=409)
        assert refused.has("What this message tells no longer holds")
        assert "Send once more" not in refused.text
        contact = db.session.scalars(select(MailMessage).where(MailMessage.audience == "contact").limit(1)).one()
        desk.post(address(event, f"/{contact.id}/repeat"), status=409, token=True)


@pytest.mark.parametrize(
    ("template", "audience", "recipient", "status", "may"),
    [
        ("registration/confirmed", "participant", "ana@instituto.example", Status.CONFIRMED, True),
        ("registration/confirmed", "participant", "ana@instituto.example", Status.DECLINED, False),
        ("registration/confirmed", "participant", "vieja@instituto.example", Status.CONFIRMED, False),
        ("registration/confirmed", "contact", "ana@instituto.example", Status.CONFIRMED, False),
        ("registration/changed", "participant", "ana@instituto.example", Status.PENDING, True),
        ("registration/days_left", "participant", "ana@instituto.example", Status.CONFIRMED, False),
        ("registration/link", "participant", "ana@instituto.example", Status.CANCELLED, False),
    ],
)
def test_what_may_go_again(template: str, audience: str, recipient: str, status: Status, may: bool) -> None:
    assert may_go_again(template, audience, recipient, "ana@instituto.example", status) is may


def test_what_an_event_holds_back_is_not_released(make_app: AppMaker) -> None:
    app = make_app(**SERVER)
    with app.app_context():
        event = an_event(holds_mail=True, contact_email="clara@anfitriona.invalid")
        register_somebody(event)
        message = db.session.scalars(select(MailMessage).where(MailMessage.audience == "contact")).one()
        desk = Pages(app).sign_in(a_team_member(event))
        assert desk.get(address(event)).has("This event holds its messages.")
        page = desk.get(address(event, f"/{message.id}")).submit("Release and send")
        assert page.status == 409
        assert page.has("This event keeps its messages. Only addresses ending in .example receive them.")
        assert db.session.get_one(MailMessage, message.id).state is DeliveryState.HELD


def test_without_a_server_nothing_can_be_released(desk: Pages, event: Event, person: Registration) -> None:
    message = to_participant(event)
    assert not desk.get(address(event, f"/{message.id}")).has("Release and send")
    refused = desk.post(address(event, f"/{message.id}/release"), status=409, token=True)
    assert refused.has("No mail server is configured, so nothing can be sent yet.")


@pytest.mark.parametrize(
    ("role", "sees", "sends"),
    [("owner", 200, 409), ("manager", 200, 409), ("reviewer", 200, 403), ("viewer", 403, 403), ("door", 403, 403)],
)
def test_seeing_and_sending_are_rights(
    pages: Pages, event: Event, person: Registration, role: str, sees: int, sends: int
) -> None:
    message = to_participant(event)
    pages.sign_in(a_team_member(event, role))
    pages.get(address(event), sees)
    pages.get(address(event, f"/{message.id}"), sees)
    pages.get(address(event, f"/{message.id}/html"), sees, sound=False)
    pages.post(address(event, f"/{message.id}/release"), status=sends, token=True)


def test_the_list_leads_to_the_person(desk: Pages, event: Event, person: Registration) -> None:
    a_registration(an_event())
    page = desk.get(address(event))
    assert page.link(person.reference) == f"/manage/events/{event.slug}/registrations/{person.reference}"

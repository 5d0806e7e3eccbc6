"""Every message of the room about one fictional registration, as it would be queued."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from eventreg.attendees.emails import enqueue_mentioned
from eventreg.bulk import emails as timely
from eventreg.contacts.emails import FAILED, ContactNews, Reader
from eventreg.db import db, transaction
from eventreg.events.emails import enqueue_handed_over, enqueue_invitation
from eventreg.events.models import ContactPerson, Event, Partner, TeamInvitation
from eventreg.events.queries.events import get_event_whole
from eventreg.events.rules.institutions import PartnerRole
from eventreg.events.rules.team import TeamRole
from eventreg.events.services.settings import calendar_facts
from eventreg.kernel import clock
from eventreg.mail.content import Change
from eventreg.mail.models import MailMessage
from eventreg.mail.services import OutgoingMessage
from eventreg.messages import calendar_updates
from eventreg.registration.emails import (
    CONFIRM_ADDRESS,
    VERIFY,
    News,
    Occasion,
    RequestWording,
    about_registration,
    addresses,
    asking,
    by_team,
    changing,
    contact_message,
    deciding,
    participant_message,
    whole_event,
)
from eventreg.registration.emails.about_registration import AboutRegistration
from eventreg.registration.models import Registration
from eventreg.registration.rules.states import Status
from eventreg.selfservice import copies
from tests.builders import CATEGORIES, a_registration, an_account, an_event, an_institution, text
from tests.registration.calendars import occurrences

ANA = "ana.demo@instituto.example"
REASON = "El programa de esta edición se dirige a quienes trabajan en la frontera sur."
FLOOD = "El río creció y el paso está cerrado."
_WRITTEN = (
    "{greeting}\n\nEl autobús sale a las **8** de la mañana.\n\n- Lleve agua\n- Lleve sombrero\n\n[Su página]({link})"
)
_ECRIT = "{greeting}\n\nLe car part à **8 h**.\n\n- De l’eau\n- Un chapeau\n\n[Votre page]({link})"
_IN_FRENCH = {"government": "Administration publique", "academia": "Monde universitaire"}
_CATEGORIES = [{**category, "name": {**category["name"], "fr": _IN_FRENCH[category["key"]]}} for category in CATEGORIES]
_LINK = re.compile(r"\[\[[0-9a-f]{24}:(\w+):[^\]]*\]\]")


@dataclass(frozen=True)
class Told:
    """One message as a file of its own: what happened, to a registration of which status."""

    message: type[AboutRegistration]
    status: Status
    #: "" or what tells the variant from the plain message
    variant: str = ""
    news: Callable[[Event], dict[str, Any]] = lambda _event: {}
    is_approved: bool = False
    link: str = ""

    @property
    def name(self) -> str:
        """The name of its file, without audience and language."""
        return self.message.name + (f"-{self.variant}" if self.variant else "")


def _taken_back(event: Event) -> dict[str, Any]:
    return {"takes_back": True}


def _reason(event: Event) -> dict[str, Any]:
    return {"reason": REASON}


def _called_off(event: Event) -> dict[str, Any]:
    return {"reason": FLOOD}


def _phone_and_diet(language: str) -> tuple[Change, ...]:
    words = {"es": ("Teléfono", "Dieta"), "en": ("Telephone", "Diet"), "fr": ("Téléphone", "Régime alimentaire")}
    phone, diet = words[language]
    return (Change(phone, "", "+502 5555 0100"), Change(diet))


def _changed(event: Event) -> dict[str, Any]:
    return {"changes": _phone_and_diet}


def _fewer_days(event: Event) -> dict[str, Any]:
    first, _second = event.days
    changes = {
        "es": (Change("Días de asistencia", "22 y 23 de febrero", "22 de febrero"),),
        "en": (Change("Days attended", "22 and 23 February", "22 February"),),
        "fr": (Change("Jours de présence", "22 et 23 février", "22 février"),),
    }
    return {
        "changes": lambda language: changes[language],
        "renews_calendar": True,
        "day_ids": frozenset({first.id}),
    }


def _one_day(event: Event) -> dict[str, Any]:
    return {"day_ids": frozenset({event.days[1].id}), "takes_back": True}


def _asked(event: Event) -> dict[str, Any]:
    return {"request": _travel}


def _asked_with_reason(event: Event) -> dict[str, Any]:
    return {"request": _travel, "reason": "El número de su pasaporte parece incompleto."}


def _travel(language: str) -> RequestWording:
    words = {
        "es": (["Vuelo", "Número de pasaporte"], "Su viaje", "5 de febrero de 2027"),
        "en": (["Flight", "Number of the passport"], "Your journey", "5 February 2027"),
        "fr": (["Vol", "Numéro de passeport"], "Votre voyage", "5 février 2027"),
    }
    return RequestWording(*words[language], "/requests/7")


def _moved(event: Event) -> dict[str, Any]:
    """The second day was a day later and ended at another hour, elsewhere."""
    facts = calendar_facts(event)
    facts["days"][1][1], facts["columns"]["city"] = "2027-02-24", "Comitán"
    was = calendar_updates.occasion_before(event, facts)
    return {"changes": calendar_updates.news_of(was, Occasion.load(event), frozenset()).changes}


_S = Status
TO_PARTICIPANT = (
    Told(about_registration.Received, _S.PENDING),
    Told(about_registration.Confirmed, _S.CONFIRMED),
    Told(about_registration.Confirmed, _S.CONFIRMED, "with-reason", _reason),
    Told(about_registration.Waitlisted, _S.WAITLISTED),
    Told(about_registration.Waitlisted, _S.WAITLISTED, "accepted", is_approved=True),
    Told(about_registration.Waitlisted, _S.WAITLISTED, "after-confirmed", _taken_back),
    Told(deciding.Promoted, _S.CONFIRMED, "to-confirmed"),
    Told(deciding.Promoted, _S.PENDING, "to-pending"),
    Told(deciding.Declined, _S.DECLINED, news=_reason),
    Told(deciding.Declined, _S.DECLINED, "after-confirmed", lambda event: _reason(event) | _taken_back(event)),
    Told(changing.Changed, _S.PENDING, news=_changed),
    Told(changing.Changed, _S.CONFIRMED, "days", _fewer_days),
    Told(changing.Withdrawn, _S.CANCELLED),
    Told(changing.Withdrawn, _S.CANCELLED, "after-confirmed", _taken_back),
    Told(deciding.Reopened, _S.PENDING),
    Told(deciding.Reopened, _S.PENDING, "after-confirmed", _taken_back),
    Told(addresses.Verify, _S.UNVERIFIED, link=VERIFY),
    Told(addresses.OwnLink, _S.CONFIRMED),
    Told(addresses.CopyReady, _S.CONFIRMED),
    Told(addresses.ConfirmAddress, _S.CONFIRMED, link=CONFIRM_ADDRESS),
    Told(addresses.AddressChanged, _S.CONFIRMED),
    Told(addresses.AddressLeft, _S.CONFIRMED),
    Told(changing.EntryTakenOut, _S.CONFIRMED, news=_one_day),
    Told(whole_event.EventCancelled, _S.PENDING, news=_called_off),
    Told(
        whole_event.EventCancelled,
        _S.CONFIRMED,
        "after-confirmed",
        lambda event: _called_off(event) | _taken_back(event),
    ),
    Told(whole_event.EventReinstated, _S.WAITLISTED),
    Told(whole_event.EventReinstated, _S.CONFIRMED, "to-confirmed", lambda _event: {"renews_calendar": True}),
    Told(calendar_updates.EventChanged, _S.CONFIRMED, news=_moved),
    Told(copies.CopyBegins, _S.CONFIRMED, link=addresses.COPIES),
    Told(asking.AskedFollowUp, _S.CONFIRMED, news=_asked),
    Told(asking.AskedAgain, _S.PENDING, news=_asked),
    Told(asking.AskedCorrection, _S.CONFIRMED, news=_asked_with_reason),
    Told(asking.AskReminder, _S.CONFIRMED, news=_asked),
    Told(by_team.TeamChanged, _S.PENDING, news=_changed),
    Told(by_team.TeamChanged, _S.CONFIRMED, "days", _fewer_days),
    Told(by_team.TeamWithdrawn, _S.CANCELLED, news=_reason),
    Told(by_team.TeamWithdrawn, _S.CANCELLED, "after-confirmed", _taken_back),
    Told(by_team.Moved, _S.PENDING, news=_reason),
    Told(by_team.HandedOn, _S.PENDING, news=_reason),
    Told(by_team.HandedOn, _S.CONFIRMED, "after-confirmed", _taken_back),
    Told(by_team.HandedTo, _S.CONFIRMED, news=_asked),
    Told(timely.EventReminder, _S.CONFIRMED),
    Told(timely.PracticalInformation, _S.CONFIRMED),
    Told(timely.AnswersMissing, _S.CONFIRMED),
    Told(timely.StillComing, _S.CONFIRMED),
    Told(timely.ThankYou, _S.CONFIRMED),
)
TO_CONTACT = (
    Told(about_registration.Received, _S.PENDING),
    Told(about_registration.Confirmed, _S.CONFIRMED),
    Told(about_registration.Waitlisted, _S.WAITLISTED),
    Told(deciding.Promoted, _S.CONFIRMED, "to-confirmed"),
    Told(deciding.Promoted, _S.PENDING, "to-pending"),
    Told(deciding.Declined, _S.DECLINED, news=_reason),
    Told(changing.Changed, _S.PENDING, news=_changed),
    Told(changing.Withdrawn, _S.CANCELLED),
    Told(deciding.Reopened, _S.PENDING),
)


def a_seminar(**changes: Any) -> Event:
    """An event in three languages whose messages can be read as people get them: two co-organizers, a funder, fixed days."""
    event = an_event(
        _CATEGORIES,
        **{
            "slug": "frontera-sur",
            "languages": ["es", "en", "fr"],
            "title": {
                "es": "Encuentro sobre la frontera sur",
                "en": "Meeting on the southern border",
                "fr": "Rencontre sur la frontière sud",
            },
            "city": "Tapachula",
            "venue": {
                "es": "Casa de Pruebas, Tapachula, Chiapas",
                "en": "House of Trials, Tapachula, Chiapas",
                "fr": "Maison des essais, Tapachula, Chiapas",
            },
            "contact_office": {"es": "Oficina Anfitriona"},
            "practical": [
                {
                    "key": "p1",
                    "topic": "hotels",
                    "label": {},
                    "text": {"es": "Hay dos.", "en": "There are two.", "fr": "Il y en a deux."},
                }
            ],
            **changes,
        },
    )
    others = (("Colectivo Ficticio", PartnerRole.CO_ORGANIZER), ("Colegio Inventado", PartnerRole.CO_ORGANIZER))
    with transaction() as session:
        for position, (name, role) in enumerate((*others, ("Fundación de Prueba", PartnerRole.FUNDER)), start=1):
            institution = an_institution(name=text(name, name), short_name=text(name, name))
            session.add(Partner(event_id=event.id, organization_id=institution.id, role=role, position=position))
    return get_event_whole(event.id)


def queued(event: Event, told: Told, audience: str, language: str) -> tuple[Registration, OutgoingMessage]:
    """Return the registration of the event's one person and the message of `told` about it. Nothing is written."""
    ((_name, registration, message),) = _queued(event, [(audience, told)], language)
    return registration, message


def all_queued(event: Event, language: str, turn: int | None = None) -> dict[str, OutgoingMessage]:
    """Return the messages of all cases, each by its name; with a `turn` each message once, in another variant the next turn.

    What they stand on is loaded once for all.
    """
    cases = [
        (audience, told)
        for audience, messages in (("participant", TO_PARTICIPANT), ("contact", TO_CONTACT))
        for told in (messages if turn is None else _once(messages, turn))
    ]
    return {name: message for name, _person, message in _queued(event, cases, language)}


def _once(messages: Sequence[Told], turn: int) -> list[Told]:
    variants: dict[type[AboutRegistration], list[Told]] = {}
    for told in messages:
        variants.setdefault(told.message, []).append(told)
    return [found[turn % len(found)] for found in variants.values()]


def _queued(
    event: Event, cases: Iterable[tuple[str, Told]], language: str
) -> list[tuple[str, Registration, OutgoingMessage]]:
    now, registration = clock.now(), _person(event)
    event = get_event_whole(event.id)
    event.contact_language = registration.language = language
    occasion, made = Occasion.load(event), []
    for audience, told in cases:
        registration.status = told.status
        registration.approved_at = now if told.is_approved else None
        news = News(told.message, **told.news(event))
        if audience == "contact":
            row = contact_message(occasion, registration, replace(news, takes_back=False), now)
            message = written(occasion, row, registration)
        else:
            link = (told.link, registration.public_id, 1) if told.link else None
            recipient = "nueva.ana@instituto.example" if told.message is addresses.ConfirmAddress else ""
            message = participant_message(occasion, registration, news, now, link=link, recipient=recipient)
        made.append((f"{audience}/{told.name}", registration, message))
    db.session.rollback()
    return made


def written(
    occasion: Occasion, row: OutgoingMessage, registration: Registration | None = None, reader: Reader | None = None
) -> OutgoingMessage:
    """Return what a row for the contact persons becomes for a reader, or for the one whom the event names."""
    reader = reader or Reader.public(occasion.event, ContactPerson(public_id="A" * 12, generation=1, is_public=True))
    message = reader.message(
        ContactNews, occasion, clock.now(), row.news, registration, key=row.key, record_kind=row.record_kind,
        record_id=row.record_id, template=row.template, reply_to=row.reply_to,
    )  # fmt: skip
    return replace(message, due_at=row.due_at)


def others(event: Event, language: str) -> Iterator[tuple[str, OutgoingMessage]]:
    """Yield what no case above tells, each with its name: to addresses, what is written, copies, to a colleague."""
    person, at = _person(event), clock.now()
    person.status, person.language, person.phone = Status.CONFIRMED, language, "+502 5555 0100"
    event = get_event_whole(event.id)
    event.contact_language = language
    occasion = Occasion.load(event)
    for kind in (addresses.FormKept, addresses.EarlierAnswers):
        yield f"address/{kind.key}", kind.example(occasion, person, at)
    words = {"es": "Cómo llegar a la sede", "en": "How to get there", "fr": "Comment venir"}
    body = {"es": _WRITTEN, "en": "{greeting}\n\nThe bus leaves at **8**.\n\n[Your page]({link})", "fr": _ECRIT}
    text = timely.WrittenText(words, body)
    yield "written/written", timely.written_message(occasion, person, frozenset(), text, "w", at)
    yield "written/trial", timely.trial_message(occasion, person, frozenset(), text, "yo@equipo.example", "t", at)
    for message in (whole_event.EventCancelled, whole_event.EventReinstated):
        note = {"es": FLOOD, "en": "The river rose.", "fr": "La rivière est montée."}
        yield (
            f"event/{message.key}",
            written(occasion, whole_event.event_contact_message(occasion, message, 42, note, at)),
        )
    told = contact_message(occasion, person, News(about_registration.Confirmed), at)
    failed = {"message": FAILED, "subject": words[language]}
    yield "contact/failed", written(occasion, replace(told, news=failed), person)
    yield "team/news", written(occasion, told, person, _colleague(language))
    person.copy_email, person.copy_language, person.copy_generation = "asistente@instituto.example", language, 1
    for news in (
        News(about_registration.Confirmed, reason=REASON),
        News(calendar_updates.EventChanged, **_moved(event)),
    ):
        (copy,) = participant_message(occasion, person, news, at).beside
        yield f"copy/{news.message.key}", copy
    (copy,) = timely.written_message(occasion, person, frozenset(), text, "w", at).beside
    yield "copy/written", copy
    db.session.rollback()


def _colleague(language: str) -> Reader:
    """A member of the team who chose to hear of it."""
    return Reader(
        ContactPerson(public_id="B" * 12, generation=1, member_id=1),
        "Olga Organizadora",
        "olga@equipo.example",
        language,
    )


def to_accounts(event: Event, language: str, email: str = "olga@equipo.example") -> Iterator[tuple[str, MailMessage]]:
    """Yield what an account is told of the event, each with its name; it is in the outbox."""
    event = get_event_whole(event.id)
    account = an_account(name="Olga Organizadora", email=email, language=language)
    invitation = TeamInvitation(
        public_id=f"invitada--{language}",
        role=TeamRole.VIEWER,
        expires_at=clock.now() + timedelta(days=3),
        note="Le esperamos.",
    )
    with transaction():
        enqueue_invitation(event, account, invitation, "Pía Previa")
        enqueue_handed_over(event, account, new_owner="Olga Organizadora", former="Pía Previa")
        enqueue_mentioned(event, account, "Pía Previa", "TAP-7K4M2Q")
    for row in db.session.scalars(
        select(MailMessage).where(MailMessage.account_id == account.id).order_by(MailMessage.id)
    ):
        yield f"team/{row.template.rpartition('/')[2]}", row


def _person(event: Event) -> Registration:
    found = db.session.scalars(select(Registration).where(Registration.event_id == event.id)).one_or_none()
    registration = found or a_registration(
        event, "academia", Status.PENDING, email=ANA, reference="TAP-7K4M2Q", given_name="Ana",
        family_name="Demo Ejemplo", institution="Universidad Demo del Altiplano", country="GT",
    )  # fmt: skip
    db.session.expunge(registration)
    return registration


def without_marker(body: str) -> str:
    """Return a body with its personal links as `[[purpose]]`."""
    return _LINK.sub(r"[[\1]]", body)


def as_file(message: OutgoingMessage, due_at: datetime) -> str:
    """Return what a golden file holds of a message: headers that a person sees, its calendar in a word, the text."""
    calendar = message.calendar_method or "-"
    days = len(occurrences(message.calendar)) if calendar == "REQUEST" else 0
    assert message.due_at == due_at
    return (
        f"From: {message.sender_name}\n"
        f"To: {message.recipient}\n"
        f"Reply-To: {message.reply_to or '-'}\n"
        f"Subject: {message.subject}\n"
        f"Calendar: {calendar}{f', days: {days}' if days else ''}\n"
        "\n" + without_marker(message.text)
    )

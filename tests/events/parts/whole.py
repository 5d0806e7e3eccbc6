"""An event with something of everything, and its file."""

from __future__ import annotations

import copy
import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from eventreg.attendees.annotations.notes import Written, write_note
from eventreg.attendees.annotations.tags import change_tags, create_tag
from eventreg.attendees.rules.acts import RunAct
from eventreg.attendees.rules.annotations import TagColour
from eventreg.attendees.services.reasons import add_reason
from eventreg.audit.services import Actor
from eventreg.bulk.emails import READY_MADE
from eventreg.bulk.rules import Anchor, Moment
from eventreg.bulk.services import schedules
from eventreg.db import db, transaction
from eventreg.events.bundles.parts import TakeOut
from eventreg.events.bundles.reading import open_bundle
from eventreg.events.models import (
    Event,
    EventDay,
    Material,
    Partner,
    ProgrammeSession,
    Room,
    SessionOutcome,
    SessionPerson,
    Speaker,
    TeamMember,
)
from eventreg.events.organizers import Organizer
from eventreg.events.rules.institutions import PartnerRole
from eventreg.events.rules.programme import MaterialAudience, OutcomeKind, SessionKind, SpeakerRole
from eventreg.events.rules.settings import AttendanceMode
from eventreg.events.rules.team import TeamRole
from eventreg.kernel.clock import now
from eventreg.kernel.tokens import new_public_id
from eventreg.making.services.wholes import Placing, import_event, write_event
from eventreg.media.rules import LOGO_SIZE
from eventreg.media.services import store_picture
from eventreg.messages.services import save_message_texts
from eventreg.programme.services.materials import store_material_file
from eventreg.questionnaires.models import QuestionnaireDraft, QuestionnaireVersion
from eventreg.questionnaires.queries import get_current_version
from eventreg.registration.models import (
    AccessCode,
    Answer,
    AnswerRequest,
    Invitation,
    OptionPlace,
    Registration,
    SessionPlace,
)
from eventreg.registration.rules.asked import RequestKind
from eventreg.registration.rules.messages import OwnText, TextEdit
from eventreg.registration.rules.states import Action
from eventreg.registration.services.decisions import decide
from tests.builders import (
    a_questionnaire,
    a_registration,
    a_team_member,
    an_account,
    an_event,
    an_institution,
    register_somebody,
    text,
)
from tests.questionnaire import DEFINITION
from tests.world import LETTER, PDF

AT = datetime(2027, 1, 5, 12, tzinfo=UTC)
EVERYTHING = TakeOut(with_people=True, with_sensitive=True)


def a_whole_event() -> Event:
    """An event in which no part is empty: two tracks, speakers, materials, conclusions, a team, people in every state."""
    event = an_event(capacity=40, attendance=AttendanceMode.BOTH, palette="clay", picture_text=text("Río", "River"))
    with transaction() as session:
        kept = session.get_one(Event, event.id)
        kept.picture_id = store_picture(a_picture(), LOGO_SIZE, now())
        kept.practical = [
            {"key": "k1", "topic": "hotels", "label": text("Hoteles", "Hotels"), "text": text("Uno", "One")}
        ]
        kept.joining, kept.answers_by = text("Por enlace", "By link"), event.registration_closes_at.date()
        days = session.scalars(select(EventDay).where(EventDay.event_id == event.id).order_by(EventDay.held_on)).all()
        other = an_institution(acronym="IDP", country="GT", website="https://idp.example")
        other = session.merge(other)
        other.logo_id = store_picture(a_picture(), LOGO_SIZE, now())
        session.add(Partner(event_id=event.id, organization_id=other.id, role=PartnerRole.FUNDER, position=5,
                            credit=text("Con el apoyo de", "With the support of"), is_logo_first=True))  # fmt: skip
        rooms = [Room(event_id=event.id, position=n, name=text(f"Sala {n}", f"Room {n}")) for n in (1, 2)]
        speaker = Speaker(event_id=event.id, name="Elena Ejemplo", sort_name="elena ejemplo", organization_id=other.id,
                          position=text("Directora", "Director"))  # fmt: skip
        session.add_all([*rooms, speaker])
        session.flush()
        for n, room in enumerate(rooms):
            row = ProgrammeSession(day_id=days[1].id, kind=SessionKind.WORKSHOP, starts_at=time(11), ends_at=time(12, 30),
                                   title=text(f"Taller {n}", f"Workshop {n}"), room_id=room.id, takes_sign_up=True,
                                   places=8, revision=3)  # fmt: skip
            session.add(row)
            session.flush()
            session.add(SessionPerson(session_id=row.id, speaker_id=speaker.id, role=SpeakerRole.MODERATOR, position=1))
            session.add(SessionOutcome(session_id=row.id, kind=OutcomeKind.RECOMMENDATION, position=2,
                                       text=text("Medir", "Measure"), addressee=text("Ministerios", "Ministries"),
                                       is_public=True, recorded_at=now()))  # fmt: skip
        file_id = new_public_id()
        store_material_file(file_id, PDF)
        session.add(Material(event_id=event.id, session_id=row.id, position=1, title=text("Texto", "Paper"),
                             audience=MaterialAudience.CONFIRMED, file_id=file_id, file_name="texto.pdf",
                             media_type="application/pdf", size=len(PDF), created_at=now(),
                             released_at=now() + timedelta(days=43)))  # fmt: skip
        session.add(Material(event_id=event.id, position=1, title=text("Sitio", "Site"), language="es",
                             audience=MaterialAudience.EVERYBODY, url="https://sitio.example/a", created_at=now()))  # fmt: skip
        session.flush()
        session_id = row.id
    a_questionnaire(event, _asking_for_workshops())
    _people(event, session_id)
    _ways_in(event)
    _words(event)
    return event


def _asking_for_workshops() -> dict[str, Any]:
    definition = copy.deepcopy(DEFINITION)
    letter = next(question for question in definition["sections"][1]["questions"] if question["key"] == "letter")
    letter["settings"]["max_files"] = 2
    definition["sections"][1]["questions"].append(
        {"key": "workshops", "kind": "sessions", "label": text("Talleres", "Workshops")}
    )
    return definition


def _people(event: Event, session_id: int) -> None:
    owner = a_team_member(event)
    narrowed = an_account()
    with transaction() as session:
        day = session.scalar(select(EventDay.held_on).where(EventDay.event_id == event.id).limit(1))
        assert day is not None
        session.add(TeamMember(event_id=event.id, account_id=narrowed.id, role=TeamRole.REVIEWER, withheld=["decide"],
                               only_categories=["academia"], only_days=[day.isoformat()], added_at=now()))  # fmt: skip
    receipt = register_somebody(
        event, given_name="Carla", diet="Sin nueces", files=[LETTER, replace(LETTER, name="anexo.pdf")]
    )
    for status in ("pending", "confirmed", "waitlisted", "declined", "cancelled", "unverified"):
        category = "academia" if status == "pending" else "government"
        found = a_registration(event, category, status, answers={"diet": ["Sin gluten"], "topics": ["law", "data"]})
        if status == "pending":
            decide(event.id, found.reference, Action.DECLINE, "No hay lugar.", 1, Organizer.account(owner.id))
    assert receipt.registration is not None
    with transaction() as session:
        row = session.get_one(Registration, receipt.registration.id)
        session.add(SessionPlace(session_id=session_id, registration_id=row.id, taken_at=now()))
        chosen = session.get_one(ProgrammeSession, session_id).public_id
        session.add(Answer(registration_id=row.id, question_key="workshops", position=0, value=chosen))


def _ways_in(event: Event) -> None:
    """What came with questionnaires by organizers: a draft, a code and who used it, invitations, requests, seats."""
    version = get_current_version(event.id)
    with transaction() as session:
        people = session.scalars(select(Registration).where(Registration.event_id == event.id)).all()
        code = AccessCode(event_id=event.id, category_id=event.categories[1].id, code="Río Suchiate", code_key="riosuchiate",
                          label="Prensa", most_uses=5, created_at=now())  # fmt: skip
        session.add(code)
        session.flush()
        people[0].access_code_id = code.id
        answer = session.scalars(select(Answer).where(Answer.registration_id == people[1].id)).first()
        assert answer is not None
        # Given under another version than the rest.
        answer.questionnaire_id = session.scalars(
            select(QuestionnaireVersion.id).where(
                QuestionnaireVersion.event_id == event.id, QuestionnaireVersion.id != people[1].questionnaire_id
            )
        ).one()
        session.add_all([
            QuestionnaireDraft(event_id=event.id, definition={"sections": [{"key": "s", "questions": []}]}, changed_at=now()),
            OptionPlace(event_id=event.id, registration_id=people[1].id, question_key="topics", option="law", taken_at=now()),
            AnswerRequest(event_id=event.id, registration_id=people[1].id, kind=RequestKind.AGAIN, question_keys=["topics"],
                          questionnaire_id=version.id, reason="Cambió.", requested_at=now(), answer_by=AT.date()),
            Invitation(event_id=event.id, category_id=event.categories[0].id, public_id=new_public_id(), language="es",
                       email="ida@instituto.example", email_key="ida@instituto.example", given_name="Ida", created_at=now(),
                       used_at=now(), registration_id=people[1].id),
        ])  # fmt: skip


def _words(event: Event) -> None:
    """A message in the event's own words, in one of its languages; and a ready-made reason."""
    edit = TextEdit(0, OwnText("Bienvenida, {given_name}", "Le esperamos en {place}.\n\n{details}\n\nHasta pronto."))
    account_id = an_account().id
    save_message_texts(event.id, "confirmed", {"es": edit}, Actor.account(account_id))
    _planned(event, account_id)
    _remarks(event)
    add_reason(
        event.id, RunAct.DECLINE, "Lleno", text("No hay lugar.", "There is no place."), Actor.account(an_account().id)
    )


def _planned(event: Event, account_id: int) -> None:
    """A message that goes by itself once somebody switches it on."""
    moment = Moment(Anchor.FIRST_DAY, 3, time(9))
    with transaction():
        schedules.put(event, account_id, moment, schedules.details_of(READY_MADE["event_reminder"]))


def _remarks(event: Event) -> None:
    """A tag on somebody, one on nobody, and a note that names a colleague."""
    a_team_member(event, "reviewer", name="Clara Colega")
    writer = an_account()
    reference = db.session.scalars(select(Registration.reference).where(Registration.event_id == event.id)).first()
    assert reference is not None
    tags = [
        create_tag(event.id, name, TagColour.GREEN, Actor.account(writer.id)).public_id for name in ("Mesa 2", "Ágil")
    ]
    change_tags(event.id, reference, tags[:1], [], "", TagColour.GREY, Organizer.account(writer.id))
    write_note(event.id, reference, Written("Ver con @Clara."), Organizer.account(writer.id))


def a_picture() -> bytes:
    """A photograph, as far as an encoder can tell: one that loses something whenever it is encoded."""
    from PIL import Image

    picture = Image.radial_gradient("L").resize((120, 90))
    coloured = Image.merge("RGB", (picture, picture.rotate(90), picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)))
    target = io.BytesIO()
    coloured.save(target, "PNG")
    return target.getvalue()


def file_of(event_id: int, options: TakeOut = EVERYTHING) -> bytes:
    """Return the file of an event."""
    target = io.BytesIO()
    write_event(event_id, target, options, AT)
    return target.getvalue()


def contents(file: bytes) -> dict[str, bytes]:
    """Return everything in a file by name."""
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def put_in(file: bytes, slug: str = "", **placing: object) -> int:
    """Put a file in, under another name or its own, and return the event's id."""
    with open_bundle(io.BytesIO(file)) as bundle:
        name = slug or str(bundle.event["slug"])
        return import_event(bundle, Placing(slug=name, at=AT, **placing))  # type: ignore[arg-type]

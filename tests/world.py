"""A small world in which every address of the product leads somewhere, and everybody who might call it exists.

The tests that walk over all addresses stand on it: access, forgery, hostile input, accessibility.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask import Flask
from sqlalchemy import make_url, select
from werkzeug.routing import Rule

from eventreg.accounts.models import Account
from eventreg.accounts.services.sign_in import make_sign_in_link
from eventreg.attendees.annotations.notes import Written, write_note
from eventreg.attendees.annotations.tags import change_tags, create_tag
from eventreg.attendees.rules.acts import RunAct
from eventreg.attendees.rules.annotations import TagColour
from eventreg.attendees.services.reasons import add_reason, save_view
from eventreg.audit.services import Actor
from eventreg.bulk.emails import StillComing
from eventreg.bulk.models import Run
from eventreg.bulk.services import schedules
from eventreg.bulk.services.runs import attach, begin_run, draft_run, these
from eventreg.bulk.services.steps import do_some
from eventreg.db import db, transaction
from eventreg.events.links import category_token, invitation_token
from eventreg.events.models import Category, ContactPerson, Event, EventDay, ProgrammeSession, TeamMember
from eventreg.events.organizers import Organizer
from eventreg.events.queries.events import PREVIEW
from eventreg.events.rules.categories import ShownTo
from eventreg.events.rules.publication import Publication
from eventreg.events.rules.team import EVERYTHING, TeamRole
from eventreg.events.services.settings import publish_notice
from eventreg.exchange.rules.importing import RefusedRows
from eventreg.exchange.services.importing import Importer, matching_of, take_file, terms_of, try_file
from eventreg.kernel.clock import now
from eventreg.kernel.tokens import new_public_id, personal_token
from eventreg.mail.models import MailMessage
from eventreg.privacy.erasure_requests import ask
from eventreg.questionnaires.rules.drafts.reading import fingerprint
from eventreg.questionnaires.rules.publishing import seen_mark
from eventreg.registration.emails import CONFIRM_ADDRESS, EARLIER_ANSWERS, ERASE, OWN_PAGE, SAVED_FORM, VERIFY
from eventreg.registration.emails.addresses import CHOICES, CONTACT_CHOICE, COPIES
from eventreg.registration.models import AddressChange, ErasureRequest, Registration, SavedForm, Upload
from eventreg.registration.queries.places import invitation_token as token_of_invited
from eventreg.registration.queries.registrations import own_token
from eventreg.registration.rules.states import Action
from eventreg.registration.services.answers import NewFile
from eventreg.registration.services.decisions import decide
from eventreg.registration.services.registering import Receipt
from eventreg.registration.services.requests import ask_for_correction
from eventreg.selfservice import copies
from eventreg.selfservice.services import record_consent_changes, save_form
from eventreg.team.services import NewMember, invite
from eventreg.web.instance import ONE_GENERATION, keys
from tests.belongings import a_material, a_session, an_outcome
from tests.builders import (
    a_draft,
    a_draft_document,
    a_legal_page,
    a_picture,
    a_questionnaire,
    a_registration,
    a_team_member,
    an_account,
    an_event,
    an_institution,
    register_somebody,
    text,
)
from tests.events.programmes import a_room, a_speaker
from tests.exchange.exporting import an_export
from tests.privacy.agreed import an_agreement
from tests.questionnaire import EVERY_KIND
from tests.registration.arriving import an_access_code, an_invitation
from tests.support.kept import KeptDatabase, Rows
from tests.support.pages import Pages, session_row

#: who calls: nobody, the holder of a personal link, the event's team, another event's owner, whoever runs the instance,
#: and a reviewer narrowed to one category, without contact data, which is not that of the world's registration
ACTORS = (
    "anonymous", "link", "door", "viewer", "reviewer", "manager", "owner", "stranger", "administrator", "narrowed",
)  # fmt: skip
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"
LETTER = NewFile("letter", "carta.pdf", "application/pdf", PDF)
#: pages of the desk about one personal invitation
ACTS_ON_INVITATION = (
    "show_one_invitation", "send_one_invitation", "remind_one", "end_invitation", "prolong_invitation",
)  # fmt: skip
#: pages that the link of a personal invitation opens
INVITATION_PAGES = ("show_invitation", "register_by_invitation", "ask_to_decline", "decline_own_invitation")
#: a token of the right form that opens nothing
FORGED = "A" * 36


@dataclass
class World:
    """Everything, by what the walks need to know of it."""

    app: Flask
    event: Event
    other: Event
    accounts: dict[str, Account]
    #: by name: "letter" came by the form with a file; the others are named by their status
    people: dict[str, Registration]
    #: personal tokens by the endpoint prefix that takes them
    tokens: dict[str, str]
    upload_id: str
    message_id: int
    decision_id: int
    picture_id: str
    #: by endpoint: of materials and sessions
    public_ids: dict[str, str] = field(default_factory=dict)
    room_id: int = 0
    #: what the person with the letter is asked to answer
    request_id: int = 0
    code_id: int = 0
    #: the owner's, on the person with the letter
    note_id: int = 0
    outcome_id: int = 0
    agreement_id: int = 0
    #: of the draft of the event's questions
    draft_mark: str = ""
    #: of a team member below the manager, and of an account without rights
    member_id: int = 0
    account_id: int = 0
    #: of the session of each that has one, by actor
    sessions: dict[str, str] = field(default_factory=dict)
    _database: KeptDatabase | None = None

    def visitor(self, actor: str, language: str = "en") -> Pages:
        """Return somebody at a browser, signed in as far as the actor is."""
        pages = Pages(self.app, language)
        return pages.sign_in(self.accounts[actor], self.sessions[actor]) if actor in self.accounts else pages

    def address(self, rule: Rule, actor: str = "link", **instead: str) -> str:
        """Return an address of the rule that leads somewhere; only the holder of the link has its token.

        `instead` puts something else in place of a part, as it is.
        """
        parts = {name: quote(str(self._value(rule, name, actor)), safe="/") for name in rule.arguments} | instead
        return re.sub(r"<(?:[^<>:]+:)?(\w+)>", lambda found: parts[found[1]], rule.rule)

    def form_data(self, rule: Rule) -> dict[str, Any]:
        """Return what a form of this address brings when it is filled in rightly; empty where nothing is needed."""
        return dict(_FORMS.get(rule.endpoint, lambda _world: {})(self))

    def keep(self, folder: Path) -> None:
        """Remember the database as it is now."""
        self._let_go()
        database = make_url(self.app.config["SQLALCHEMY_DATABASE_URI"]).database
        assert database is not None
        self._database = KeptDatabase(Path(database), folder)

    @property
    def is_written(self) -> bool:
        """Whether anything was written since the database was as it was remembered."""
        return self._kept_database().is_written

    def restore(self) -> None:
        """Bring the database back to what was remembered."""
        self._kept_database().restore(self._let_go)

    def rows(self) -> Rows:
        """Return every row of every table, to see whether anything was written."""
        return self._kept_database().rows()

    def close(self) -> None:
        """Let go of the database."""
        self._let_go()
        self._kept_database().close()

    def _kept_database(self) -> KeptDatabase:
        assert self._database is not None, "the world was not kept"
        return self._database

    def _let_go(self) -> None:
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

    def _value(self, rule: Rule, name: str, actor: str) -> Any:
        if rule.endpoint.startswith("questionnaires.") and name == "key":
            return "stay" if "section" in rule.endpoint else "profile"
        if "message_text" in rule.endpoint and name == "key":
            return "confirmed"
        if rule.endpoint == "accounts.end_one_session":
            return self.sessions["owner"]
        if name == "token":
            return self.tokens[rule.endpoint] if actor == "link" else FORGED
        return {
            "slug": self.event.slug,
            "reference": self.people["pending" if rule.endpoint == "attendees.undo_decision" else "letter"].reference,
            "public_id": self.public_ids.get(
                rule.endpoint, self.picture_id if rule.endpoint == "media.show_picture" else self.upload_id
            ),
            "outcome_id": self.outcome_id,
            "category_id": self.event.categories[0].id,
            "member_id": self.member_id,
            "account_id": self.account_id,
            "room_id": self.room_id,
            "request_id": self.request_id,
            "code_id": self.code_id,
            "note_id": self.note_id,
            "message_id": self.message_id,
            "partner_id": self.event.partners[0].id,
            "agreement_id": self.agreement_id,
            "key": "imprint" if rule.endpoint.startswith("settings.") else self.event.partners[0].organization.key,
            "name": "es" if rule.endpoint == "bulk.show_run_mail" else "css/theme.css",
            "step": "cancel",
            "topic": "organizing",
            "path": "en/event.png",
        }[name]


def build_world(app: Flask) -> World:
    """Make the world in the application's empty database."""
    with app.app_context():
        event, other = an_event(capacity=20), an_event()
        a_questionnaire(event, EVERY_KIND)
        accounts = {role.value: a_team_member(event, role) for role in TeamRole}
        accounts["stranger"] = a_team_member(other, "owner")
        accounts["administrator"] = an_account(is_administrator=True)
        accounts["narrowed"] = _narrowed(event)
        people = _people(event)
        a_legal_page("imprint")
        an_institution(key="repetida", name={"es": "Institución Anfitriona (repetida)"})
        a_registration(other, email="otra@instituto.example")
        letter = people["letter"]
        change = _address_change(letter)
        upload = db.session.scalars(select(Upload.public_id).where(Upload.registration_id == letter.id)).one()
        message = db.session.scalars(select(MailMessage.id).where(MailMessage.record_id == letter.id).limit(1)).one()
        decided = decide(
            event.id,
            people["pending"].reference,
            Action.DECLINE,
            "No hay lugar.",
            1,
            Organizer.account(accounts["reviewer"].id),
        )
        world = World(
            app, event, other, accounts, people, _tokens(letter, people["unverified"], change, accounts["owner"]),
            upload, message, decided.id, a_picture().public_id,
        )  # fmt: skip
        world.public_ids, world.outcome_id = _what_a_programme_leaves(event)
        _a_list_of_participants(event, letter)
        world.agreement_id = an_agreement(event, accounts["owner"]).id
        world.request_id = _asked(event, letter, accounts["owner"])
        world.public_ids |= _exports(event, accounts["owner"])
        world.public_ids["attendees.change_saved_view"] = save_view(
            event.id, Organizer.account(accounts["owner"].id), "Por revisar", "status=pending", is_shared=True
        )
        world.public_ids |= _imports(event, accounts["owner"])
        world.public_ids |= _runs(event, letter, accounts["owner"])
        world.code_id = an_access_code(event, code="PUERTA-2027").id
        tag_id, world.note_id = _what_the_team_adds(event, letter, accounts["owner"])
        world.public_ids |= {f"attendees.{name}": tag_id for name in ("edit_tag", "save_tag", "remove_one_tag")}
        more_ids, world.room_id = _who_and_where(event, world.public_ids["reports.list_session_people"])
        world.public_ids |= more_ids | {"site.preview_session": _session_of_the_draft()}
        draft = a_draft(event)
        world.draft_mark = seen_mark(draft.revision, draft.definition)
        invitation, world.member_id, world.account_id = _a_team(event, accounts)
        publish_notice(
            event.id, text("Resumen.", "Summary."), text("Palabras.", "Words."), text("A Suiza.", "To Switzerland.")
        )
        world.public_ids |= dict.fromkeys(("team.send_invitation_once_more", "team.take_invitation_back"), invitation)
        world.tokens |= dict.fromkeys(
            ("team.show_invitation", "team.accept", "team.decline"), invitation_token(invitation)
        )
        row = an_invitation(event)
        invited = token_of_invited(row)
        world.public_ids |= {f"invitations.{name}": row.public_id for name in ACTS_ON_INVITATION}
        world.tokens |= dict.fromkeys([f"invitations.{name}" for name in INVITATION_PAGES], invited)
        world.tokens["registration.register_by_link"] = category_token(event.categories[0])
        # Who is signed in has a session, so that reading writes none.
        world.sessions = {actor: session_row(account.id) for actor, account in accounts.items()}
        db.session.remove()
    return world


def rules(app: Flask) -> Iterator[tuple[str, Rule]]:
    """Yield (verb, rule) for every address of the application, in the order of the alphabet."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, sorted(rule.methods or ()))):
        for verb in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield verb, rule


def _exports(event: Event, owner: Account) -> dict[str, str]:
    """Return files that a worker has made, by the endpoints about them."""
    kept, other = (an_export(event, owner).public_id for _ in range(2))
    return dict.fromkeys(("exchange.show_export", "exchange.fetch_export"), kept) | {"exchange.delete_export": other}


def _imports(event: Event, owner: Account) -> dict[str, str]:
    """Take a file of people and try it; return it by the endpoints about it. A row is refused, so that it stays."""
    importer = Importer(Actor.account(owner.id), "en", sees_sensitive=True)
    content = b"Given name,Email address,Sex\nAna,ana@archivo.example,woman\nEva,sin arroba,Nadie\n"
    row = take_file(event.id, "personas.csv", content, importer)
    terms = replace(terms_of(row), category="academia", refused=RefusedRows.ALL)
    try_file(event.id, row.public_id, matching_of(row), terms, importer)
    pages = ("show_import", "try_import", "show_words", "map_words", "show_trial", "download_trial", "put_in_import")
    pages += ("mend_cells", "download_refused")
    return {f"exchange.{name}": row.public_id for name in pages}


def _people(event: Event) -> dict[str, Registration]:
    receipt: Receipt = register_somebody(
        event, email="carta@instituto.example", given_name="Carla", diet="Sin nueces", files=[LETTER]
    )
    assert receipt.registration is not None
    people = {"letter": receipt.registration}
    for status in ("pending", "confirmed", "waitlisted", "declined", "cancelled", "unverified"):
        category = "academia" if status == "pending" else "government"
        people[status] = a_registration(event, category, status, answers={"diet": ["Sin gluten"]})
    return people


def _asked(event: Event, person: Registration, account: Account) -> int:
    """Ask the person to check an answer; return the request's id."""
    return ask_for_correction(
        event.id, person.reference, ["sex"], "Por favor, revise.", Organizer.account(account.id)
    ).id


def _runs(event: Event, person: Registration, account: Account) -> dict[str, str]:
    """Make a draft of a run, one that is done, and a ready-made reason; return by endpoint which of them it is about."""
    draft = draft_run(event.id, RunAct.WAITLIST, these(event.id, {person.reference: 1}, EVERYTHING), account.id)
    declined = a_registration(event, "academia", "declined")
    # Without a mail, so that it can be undone however long the walks take.
    chosen, quietly = these(event.id, {declined.reference: 1}, EVERYTHING), {"without_mail": True}
    begun = draft_run(event.id, RunAct.REOPEN, chosen, account.id, details=quietly)
    begin_run(begun.id)
    do_some(begun.id, lambda: True)
    reason = add_reason(event.id, RunAct.DECLINE, "Sin lugar", {"es": "No hay lugar."}, Actor.account(account.id))
    of_drafts = dict.fromkeys(("bulk.save_run", "bulk.begin", "bulk.show_run_mail"), draft.public_id)
    of_reasons = dict.fromkeys(("attendees.edit_ready_reason", "attendees.save_ready_reason"), reason.public_id)
    of_begun = dict.fromkeys(("bulk.show_run", "bulk.stop", "bulk.undo_many"), begun.public_id)
    words = {"subject": {"es": "Autobús"}, "body": {"es": "Sale a las 8, {given_name}."}}
    written = draft_run(
        event.id, RunAct.WRITE, these(event.id, {person.reference: 1}, EVERYTHING), account.id, details=words
    )
    with_file = draft_run(
        event.id, RunAct.WRITE, these(event.id, {person.reference: 1}, EVERYTHING), account.id, details=words
    )
    attach(with_file.id, "plano.pdf", LETTER.content)
    begin_run(with_file.id)
    do_some(with_file.id, lambda: True)
    scheduled = schedules.set_up(event.id, StillComing, Organizer.account(account.id))
    of_scheduled = ("bulk.show_schedule", "bulk.save_schedule", "bulk.send_schedule_now")
    return (
        of_drafts
        | of_reasons
        | of_begun
        | dict.fromkeys(
            ("bulk.try_run_message", "bulk.discard_draft", "bulk.send_later", "bulk.attach"), written.public_id
        )
        | dict.fromkeys(of_scheduled, scheduled.public_id)
        | {"bulk.download_written": db.session.get_one(Run, with_file.id).details["files"][0][0]}
    )


def _what_the_team_adds(event: Event, person: Registration, account: Account) -> tuple[str, int]:
    """Put a tag and a note on somebody; return the tag's public id and the note's id."""
    tag = create_tag(event.id, "Mesa 2", TagColour.BLUE, Actor.account(account.id))
    change_tags(event.id, person.reference, [tag.public_id], [], "", TagColour.GREY, Organizer.account(account.id))
    return tag.public_id, write_note(
        event.id, person.reference, Written("Llega tarde."), Organizer.account(account.id)
    ).id


def _narrowed(event: Event) -> Account:
    account = a_team_member(event, "reviewer")
    with transaction() as session:
        member = session.scalars(select(TeamMember).where(TeamMember.account_id == account.id)).one()
        member.only_categories, member.withheld = ["academia"], ["see_contact_data"]
    return account


def _a_team(event: Event, accounts: Mapping[str, Account]) -> tuple[str, int, int]:
    """Invite somebody; return the invitation's public id, the id of a member, and of an account without rights."""
    wish = NewMember("invitada@instituto.example", "Irene Invitada", "es", TeamRole.VIEWER)
    invitation = invite(event.id, wish, accounts["owner"].id)
    of_the_door = select(TeamMember.id).where(TeamMember.account_id == accounts["door"].id)
    return invitation, db.session.scalars(of_the_door).one(), an_account().id


def _who_and_where(event: Event, session_id: str) -> tuple[Mapping[str, str], int]:
    """Make a speaker and a room; return by endpoint what stands in the addresses of the programme."""
    speaker, room = a_speaker(event), a_room(event)
    of_session = ("edit_session", "save_session", "move_one_session", "remove_one_session")
    of_pages = ("show_session", "download_session", "preview_session_for_team")
    of_speaker = ("edit_speaker", "save_speaker", "remove_one_speaker")
    ids = {f"programme.{name}": session_id for name in of_session}
    ids |= {f"programme.{name}": speaker.public_id for name in of_speaker}
    return ids | {f"site.{name}": session_id for name in of_pages}, room.id


def _session_of_the_draft() -> str:
    found = select(ProgrammeSession.public_id).join(EventDay).join(Event).where(Event.publication == Publication.DRAFT)
    return db.session.scalars(found.limit(1)).one()


def _a_list_of_participants(event: Event, person: Registration) -> None:
    """Make the list public, with one person on it: nobody else has given the permission."""
    with transaction() as session:
        session.get_one(Event, event.id).participant_consent = "listed"
        session.get_one(Category, event.categories[0].id).shown_to = ShownTo.PUBLIC
    record_consent_changes(event.id, person.id, {"listed": True}, "es")


def _what_a_programme_leaves(event: Event) -> tuple[dict[str, str], int]:
    """Make a material for everybody, a public conclusion, and a session that one signs up for."""
    session = a_session(event, takes_sign_up=True, places=3)
    material, outcome = a_material(event, session), an_outcome(session)
    of_materials = ("edit_material", "save_material", "move_material", "remove_material", "download_material")
    ids = {f"programme.{name}": material.public_id for name in of_materials}
    ids |= {"site.download_material": material.public_id, "selfservice.download_own_material": material.public_id}
    ids |= {f"reports.{name}": session.public_id for name in ("list_session_people", "export_session")}
    return ids, outcome.id


def _address_change(registration: Registration) -> AddressChange:
    with transaction() as session:
        change = AddressChange(
            public_id=new_public_id(),
            registration_id=registration.id,
            email="nueva@instituto.example",
            requested_at=now(),
            expires_at=now() + timedelta(hours=12),
        )
        session.add(change)
        session.flush()
    return change


def _tokens(own: Registration, unverified: Registration, change: AddressChange, account: Account) -> dict[str, str]:
    by_purpose = {
        "selfservice.verify": own_token(unverified, VERIFY),
        "selfservice.confirm_address": personal_token(keys(), CONFIRM_ADDRESS, change.public_id, ONE_GENERATION),
        "accounts.sign_in_by_link": make_sign_in_link(account.id),
    }
    by_purpose["selfservice.offer_earlier_answers"] = own_token(own, EARLIER_ANSWERS)
    copies.name_copy(own.event_id, own.id, "focal@instituto.example", "es")
    by_purpose["selfservice.end_own_copies"] = personal_token(keys(), COPIES, own.public_id, 1)
    by_purpose["selfservice.show_saved_form"] = _a_kept_form(own)
    by_purpose["selfservice.choose_messages"] = own_token(own, CHOICES)
    ask(own.event_id, own.id)
    asked = db.session.scalars(select(ErasureRequest)).one()
    by_purpose["privacy.confirm_erasure"] = personal_token(keys(), ERASE, asked.public_id, 1)
    named = db.session.scalars(select(ContactPerson).where(ContactPerson.event_id == own.event_id)).one()
    for page in ("show", "save"):
        by_purpose[f"contacts.{page}_choice"] = personal_token(
            keys(), CONTACT_CHOICE, named.public_id, named.generation
        )
    by_purpose["accounts.use_link"] = by_purpose["accounts.sign_in_by_link"]
    draft = an_event(publication=Publication.DRAFT, preview_generation=1)
    by_purpose["site.preview_event"] = personal_token(keys(), PREVIEW, draft.public_id, 1)
    for page in ("privacy", "programme", "session"):
        by_purpose[f"site.preview_{page}"] = by_purpose["site.preview_event"]
    return _Tokens(by_purpose, own_token(own, OWN_PAGE))


def _a_kept_form(own: Registration) -> str:
    """Keep a form of the event of `own` for later, and return the token of its link."""
    save_form(
        own.event_id, own.category_id, "k" * 22, {"given_name": ["Inés"]},
        email="ines@instituto.example", language="es", client=None,
    )  # fmt: skip
    saved = db.session.scalars(select(SavedForm)).one()
    return personal_token(keys(), SAVED_FORM, saved.public_id, saved.generation)


class _Tokens(dict[str, str]):
    """Tokens by endpoint; wherever no other is named it is that of one's own page."""

    def __init__(self, named: Mapping[str, str], own: str) -> None:
        super().__init__(named)
        self._own = own

    def __missing__(self, _endpoint: str) -> str:
        return self._own


def _seen(key: str) -> str:
    """Return the mark of a section or question of the draft of the world's event."""
    sections = a_draft_document()["sections"]
    everything = [*sections, *(question for section in sections for question in section["questions"])]
    return fingerprint(next(entry for entry in everything if entry["key"] == key))


_FORMS: dict[str, Any] = {
    "privacy.save_participants": lambda world: {
        "columns": ["name"], "consent": "listed", "revision": str(world.event.settings_revision),
    },
    **dict.fromkeys(("contacts.save_choice", "contacts.save_own_choice"), lambda world: {
        "hears": "daily", "hour": "8", "weekday": "0",
    }),
    "contacts.save_contacts": lambda world: {
        "name": "Elena", "email": "elena@anfitriona.example", "language": "es", "hears": "weekly", "hour": "8", "weekday": "0",
    },
    "privacy.choose_own_listing": lambda world: {"listed": ["country"]},
    **dict.fromkeys(("privacy.add_agreement", "privacy.save_agreement"), lambda world: {
        "recipient": "Embajada", "purpose-es": "Visados", "until": "2100-01-31", "categories": ["government"],
        "columns": ["person"], "revision": "1",
    }),
    "invitations.use_code": lambda world: {"access_code": "puerta 2027"},
    "invitations.add_access_codes": lambda world: {"codes": "NORTE-2027", "category": "government"},
    "selfservice.ask_for_earlier": lambda world: {"email": "ana@instituto.example"},
    "selfservice.save_form": lambda world: {"category": "government", "keep_email": "ana@instituto.example"},
    "settings.change_settings": lambda world: {
        "name-es": "Mesa de registro", "palette": "forest", "offered": ["es", "en"], "first": "es", "seen_revision": "0",
    },
    "settings.make_page": lambda world: {"title-es": "Condiciones", "key": "terms", "body-es": "Trato."},
    "settings.change_page": lambda world: {
        "title-es": "Aviso", "key": "imprint", "body-es": "Nosotros.", "seen_revision": "1", "is_published": "y",
    },
    "settings.move_legal_page": lambda world: {"down": "1"},
    "making.create_event": lambda world: {
        "template": "workshop", "title-es": "Taller", "title-en": "Workshop",
        "first_day": "2027-05-11", "days": "1", "starts_at": "09:00", "ends_at": "13:00", "city": "Prueba", "country": "MX",
        "time_zone": "America/Mexico_City", "contact_name": "Clara", "contact_email": "clara@anfitriona.example",
    },
    "making.make_copy": lambda world: {
        "title-es": "Otra vez", "title-en": "Once more", "first_day": "2028-03-09", "parts": ["days", "categories"],
    },
    "programme.add_session": lambda world: {
        "title-es": "Otra sesión", "day": str(world.event.days[0].id), "starts_at": "16:00", "ends_at": "17:00",
    },
    "programme.save_session": lambda world: {
        "title-es": "Otra sesión", "day": str(world.event.days[0].id), "starts_at": "16:00", "ends_at": "17:00", "revision": "1",
    },
    "reports.show_count": lambda world: {"question": "sex"},
    "exchange.take_out": lambda world: {"format": "csv", "columns": "all"},
    "attendees.save_list_view": lambda world: {"name": "Otra vista"},
    "attendees.change_saved_view": lambda world: {
        "do": "change", f"view-{world.public_ids['attendees.change_saved_view']}-name": "Otro nombre",
    },
    "bulk.set_up_schedule": lambda world: {"message": "event_thank_you"},
    "bulk.save_schedule": lambda world: {
        "do": "on", "kind": "event", "days": "3", "anchor": "first_day", "hour": "09:00", "to": "?status=confirmed",
    },
    "bulk.attach": lambda _world: {"detach": "AAAAAAAAAAAA"},
    "bulk.create_run": lambda world: {"act": "waitlist", "chosen": [f"{world.people['letter'].reference}.1"]},
    "onbehalf.save_registration": lambda world: {
        "given_name": "Carla", "email": "carta@instituto.example", "team-seen_revision": str(world.people["letter"].revision),
    },
    "onbehalf.move_person": lambda world: {
        "team-category": "academia", "team-seen_revision": str(world.people["letter"].revision),
    },
    "onbehalf.hand_person_on": lambda world: {
        "team-given_name": "Nora", "team-email": "nora@instituto.example", "team-language": "es",
        "team-seen_revision": str(world.people["letter"].revision),
    },
    "onbehalf.withdraw_person": lambda world: {"team-seen_revision": str(world.people["letter"].revision)},
    "privacy.erase_person": lambda world: {
        "team-because": "asked", "team-seen_revision": str(world.people["letter"].revision),
    },
    "privacy.erase_address": lambda world: {"email": "carta@instituto.example", "erase": "yes"},
    "onbehalf.choose_language": lambda world: {"language": "en"},
    "attendees.add_one_tag": lambda world: {"name": "Ponente", "colour": "green"},
    "attendees.save_tag": lambda world: {"name": "Mesa 3", "colour": "red"},
    "attendees.save_tags": lambda world: {"new_tag": "Otra"},
    "attendees.add_note": lambda world: {"note": "Habla francés."},
    "attendees.save_note": lambda world: {"note": "Llega muy tarde."},
    "attendees.add_ready_reason": lambda world: {"act": "approve", "title": "Documento", "text-es": "Traiga uno."},
    "attendees.save_ready_reason": lambda world: {"act": "decline", "title": "Otro", "text-es": "Otro motivo."},
    "attendees.preview_decision": lambda world: {"action": "decline"},
    "onbehalf.ask_correction": lambda world: {"question": ["sex"], "reason": "Por favor, revise."},
    "onbehalf.see_to_request": lambda world: {"do": "remind"},
    "selfservice.save_request": lambda world: {"sex": "woman"},
    "programme.move_one_session": lambda world: {"do": "earlier", "revision": "1"},
    "programme.remove_one_session": lambda world: {"revision": "1"},
    "programme.try_lines": lambda world: {"day": str(world.event.days[0].id), "lines": "16:00–17:00 Otra", "do": "add"},
    "programme.add_room": lambda world: {"name-es": "Sala Dos"},
    "programme.change_room": lambda world: {"do": "remove"},
    "programme.save_speaker": lambda world: {"name": "Dora Demo", "revision": "1"},
    "events.lift_hold": lambda world: {"contact_address": "nueva@instituto.example"},
    "programme.add_material": lambda world: {
        "url": "https://videos.example/1", "title-es": "Grabación", "audience": "everybody", "session": "", "language": "",
    },
    "programme.save_material": lambda world: {"title-es": "Lámina", "audience": "confirmed", "session": "", "language": "es",
                                           "url": "", "revision": "1"},
    "programme.add_outcome": lambda world: {
        "session": world.public_ids["reports.list_session_people"], "kind": "remark", "text-es": "Se observó algo.",
    },
    "programme.save_outcome": lambda world: {
        "session": world.public_ids["reports.list_session_people"], "kind": "remark", "text-es": "Otra.", "revision": "1",
    },
    "events.take_step": lambda world: {"note-es": "El río creció.", "note-en": "The river rose."},
    "questionnaires.add_question": lambda world: {
        "kind": "choice", "section": "you", "label-es": "Color", "options": "1", "option-0-label-es": "Azul",
    },
    "questionnaires.save_question": lambda world: {"label-es": "Perfil", "section": "stay", "seen": _seen("profile")},
    "questionnaires.arrange_question": lambda world: {"do": "copy"},
    "questionnaires.add_section": lambda world: {"title-es": "Viaje"},
    "questionnaires.save_section": lambda world: {"title-es": "Viaje", "seen": _seen("stay")},
    "questionnaires.arrange_section": lambda world: {"do": "up"},
    "selfservice.save_own_sessions": lambda world: {"session": world.public_ids["reports.list_session_people"]},
    "events.add_partner": lambda world: {"name-es": "Fundación de Prueba", "role": "funder", "kind": "foundation", "country": ""},
    "events.save_partner": lambda world: {"role": "host", "credit-es": "Invita"},
    "organizations.add_organization": lambda world: {"name-es": "Observatorio de Prueba", "kind": "other", "country": "MX"},
    "organizations.save_organization": lambda world: {
        "name-es": "Institución Anfitriona", "kind": "other", "country": "", "revision": "1",
    },
    "organizations.merge_organization": lambda world: {
        "other": "repetida", "stays": world.event.partners[0].organization.key,
    },
    "accounts.try_to_sign_in": lambda world: {"email": world.accounts["owner"].email, "link": "1"},
    "accounts.save_profile": lambda world: {"name": "Olga Otra", "language": "en"},
    "accounts.invite_account": lambda world: {"email": "nueva@equipo.example", "name": "Nuria Nueva"},
    "team.invite_to_team": lambda world: {
        "email": "otra@equipo.example", "name": "Otilia Otra", "language": "es", "role": "viewer",
    },
    "team.save_member": lambda world: {"role": "door"},
    "team.accept": lambda world: {"name": "Irene Invitada", "language": "es"},
    "questionnaires.publish_questions": lambda world: {"revision": world.draft_mark},
    "questionnaires.discard_questions": lambda world: {"revision": world.draft_mark},
    "questionnaires.add_ready_made_set": lambda world: {"set": "needs"},
    "selfservice.request_link": lambda world: {"email": "carta@instituto.example"},
    "selfservice.change_address": lambda world: {"email": "otra-vez@instituto.example"},
    "selfservice.save_language": lambda world: {"language": "en"},
    "attendees.decide_registration": lambda world: {
        "action": "decline", "reason": "No hay lugar.", "seen_revision": str(world.people["letter"].revision),
    },
    "attendees.undo_decision": lambda world: {"decision": str(world.decision_id)},
    "attendees.show_sensitive": lambda world: {"section": "stay"},
}  # fmt: skip

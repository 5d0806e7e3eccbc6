"""Everything that is held about one person, for that person: a readable page, the same as JSON, and the files, in one ZIP.

It is asked for on one's own page and made by the worker, who mails when it is there. It lies sealed on the disk, opens by
one's personal link alone, and is gone after a week. The format of the JSON is in docs/copy-format.md.
"""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import func, select

from eventreg.accounts.rules.guarding import Limit
from eventreg.accounts.services.guards import Try, demand
from eventreg.attendees.models import Tag, Tagging
from eventreg.audit import trail
from eventreg.audit.models import AuditDetail, AuditEntry
from eventreg.audit.services import Actor, note
from eventreg.db import db, transaction
from eventreg.events.models import TeamMember
from eventreg.events.queries.events import get_event_whole, holding_event_in_any_state
from eventreg.exchange.models import Export
from eventreg.i18n import formats
from eventreg.i18n.languages import speaking
from eventreg.jobs.services import schedule
from eventreg.kernel import clock, text, tokens
from eventreg.kernel.errors import N_, NotFound, Titled
from eventreg.mail.models import MailMessage
from eventreg.mail.services import enqueue
from eventreg.media.store import SealedFile, path_of, replace_file, sealed_stream, sweep_folder
from eventreg.privacy.holdings import CONSENTS, HISTORY, HOLDINGS, MESSAGES, REGISTRATION, UPLOADS, Holding
from eventreg.privacy.models import DataCopy
from eventreg.privacy.people import HANDED_ON
from eventreg.programme.calendars import ANSWERS
from eventreg.registration.emails import OWN_PAGE, News, Occasion, addresses, participant_message
from eventreg.registration.models import Consent, Registration, Upload
from eventreg.registration.queries.answers import find_day_ids
from eventreg.registration.queries.registrations import lock_registration, own_token
from eventreg.registration.services.answers import open_upload
from eventreg.selfservice.views.page import OwnRegistration
from eventreg.web.instance import config, keys

MAKE_JOB = "privacy.make_copy"
#: of the JSON; raised where a reader of an older one would go wrong
FORMAT = 1
KEPT_FOR = timedelta(days=7)
#: the mail that tells whoever had a place that it is another person's
_FAREWELL = "registration/handed_on"
#: after so long one that is not there can be asked for again
MADE_WITHIN = timedelta(minutes=15)
COPIES_BY_REGISTRATION = Limit("own-copy/registration", 3, 24 * 60)

_MAIL = ("created_at", "recipient", "subject", "text")
#: of each kind that is held, what is shown of a row, in this order; or, in words, where it is shown in place of that, or why not.
#: No kind can be missing
SHOWN: Mapping[str, Sequence[Any] | str] = {
    REGISTRATION.key: "a section of its own, with the answers",
    "answers": "with the registration, in the words that the person saw",
    UPLOADS.key: "the files themselves",
    CONSENTS.key: "a section of its own: the words that were shown",
    MESSAGES.key: _MAIL,
    "invitations": ("created_at", "email", "given_name", "family_name", "institution", "note"),
    "invitation_messages": _MAIL,
    "notes": ("written_at", "text"),
    "tags": (select(Tag.name).where(Tag.id == Tagging.tag_id).scalar_subquery().label("tag"),),
    "reasons": ("decided_at", "action", "reason"),
    "requests": ("requested_at", "reason"),
    "addresses": ("requested_at", "email"),
    "copies": (Registration.copy_email,),
    HISTORY.key: "sections of its own: what was done, and who looked",
    "erasures": ("asked_at", "email"),
    "saved_forms": "not of the registration: whoever keeps one gets the link that opens it, at the address typed there",
    "runs": "what they wrote to the person is among the emails",
    "saved_views": "the team's: filters of the list, whoever they find",
    "exports": "a section of its own: whom the data were given to",
    "imports": "names of files and columns, of nobody alone: what came of a file is the registration",
}
_TITLES: Mapping[str, str] = {
    "at": N_("When"), "created_at": N_("When"), "asked_at": N_("When"), "written_at": N_("When"), "decided_at": N_("When"),
    "requested_at": N_("When"),
    "recipient": N_("To"), "subject": N_("Subject"), "text": N_("Text"), "email": N_("Email"), "given_name": N_("Given name"),
    "family_name": N_("Family name"), "institution": N_("Institution"), "note": N_("Note"), "reason": N_("Reason"),
    "action": N_("What was done"), "by": N_("By"), "question": N_("Question"), "answer": N_("Answer"),
    "copy_email": N_("Email"),
    "tag": N_("Tag"), "is_given": N_("Agreed"), "format": N_("Format"), "is_certain": N_("Whether you are in it"),
}  # fmt: skip


@dataclass(frozen=True)
class Section:
    """One kind of what is held: rows of values, each under the name of its column."""

    key: str
    title: str
    purpose: str
    rows: Sequence[Mapping[str, Any]]

    def as_data(self) -> dict[str, Any]:
        """Return it as the JSON has it."""
        rows = [{name: _plain(value) for name, value in row.items()} for row in self.rows]
        return {"kind": self.key, "title": self.title, "purpose": self.purpose, "rows": rows}

    def as_table(self, zone: str, language: str) -> tuple[list[str], list[list[str]]]:
        """Return the heads and the cells as the page has them."""
        # What was changed in detail is for programs: the page says what was done.
        names = [name for name in self.rows[0] if name != "detail"] if self.rows else []
        cells = [[_said(row[name], zone, language) or "–" for name in names] for row in self.rows]
        return [_(_TITLES[name]) for name in names], cells


def ask_for_copy(event_id: int, registration_id: int) -> None:
    """Have the worker make a copy; one that is under way is waited for. Raises TooManyTries."""
    now = clock.now()
    with holding_event_in_any_state(event_id):
        registration = lock_registration(event_id, registration_id)
        copy = find_copy(registration_id)
        if copy is None or copy.ready_at is not None:
            demand(Try(COPIES_BY_REGISTRATION, registration.public_id))
            copy = DataCopy(public_id=tokens.new_public_id(), registration_id=registration_id, asked_at=now)
            db.session.add(copy)
            note(registration, "copy_requested", Actor.participant(registration_id), now)
            db.session.flush()
        # Also of one that is under way: where the worker gave it up, it tries again.
        schedule(MAKE_JOB, f"{MAKE_JOB}:{copy.public_id}", {"public_id": copy.public_id}, now)


def find_copy(registration_id: int) -> DataCopy | None:
    """Return the newest copy that somebody asked for, made or not; never one of whoever had the place before."""
    of_person = select(DataCopy).where(DataCopy.registration_id == registration_id)
    copy = db.session.scalars(of_person.order_by(DataCopy.id.desc()).limit(1)).first()
    return copy if copy is not None and copy.asked_at > _theirs_since(registration_id) else None


def _theirs_since(registration_id: int) -> datetime:
    """Return when a registration was handed on to whoever has it now: what was before is another person's."""
    about = (AuditEntry.record_kind == Registration.audited_as) & (AuditEntry.record_id == registration_id)
    handed_on = select(func.max(AuditEntry.at)).where(about, AuditEntry.action == HANDED_ON)
    return db.session.scalar(handed_on) or datetime.min.replace(tzinfo=UTC)


def open_copy(registration_id: int, now: datetime) -> tuple[DataCopy, SealedFile]:
    """Return the newest copy of a person, and its content. Raises NotFound where there is none, or its time is over."""
    copy = find_copy(registration_id)
    if copy is None or copy.expires_at is None or copy.expires_at <= now:
        raise NotFound
    return copy, SealedFile(keys(), path_of(config().copies, copy.public_id), _place(copy))


def make_copy(work: Mapping[str, Any], now: datetime) -> bool:
    """Make a copy that was asked for and tell its person. Done twice, the second one counts."""
    copy = db.session.scalars(select(DataCopy).where(DataCopy.public_id == work["public_id"])).one_or_none()
    if copy is None or copy.ready_at is not None or copy.asked_at <= _theirs_since(copy.registration_id):
        return False  # the person was let go meanwhile or gave the place away, or another worker was faster
    registration = db.session.get_one(Registration, copy.registration_id)
    size = 0

    def counted(chunks: Iterator[bytes]) -> Iterator[bytes]:
        nonlocal size
        for chunk in chunks:
            size += len(chunk)
            yield chunk

    with speaking(registration.language) as language:
        own = OwnRegistration.open(own_token(registration, OWN_PAGE))
        chunks = counted(_zipped(own, language, now))
        replace_file(config().copies, copy.public_id, sealed_stream(keys(), chunks, _place(copy)))
    with holding_event_in_any_state(registration.event_id) as event:
        registration = lock_registration(event.id, registration.id)
        copy = db.session.get_one(DataCopy, copy.id)
        copy.ready_at, copy.expires_at, copy.size = now, now + KEPT_FOR, size
        news = News(addresses.CopyReady, find_day_ids(registration))
        occasion = Occasion.load(get_event_whole(event.id))
        enqueue(participant_message(occasion, registration, news, now, key_suffix=f"/{copy.public_id}"))
    return False


def sweep_copies(now: datetime) -> int:
    """Delete copies whose time is over, and files that no copy knows. Returns how many files went."""
    with transaction() as session:
        for copy in session.scalars(select(DataCopy).where(DataCopy.expires_at <= now)):
            session.delete(copy)
    known = db.session.scalars(select(DataCopy.public_id)).all()
    return sweep_folder(config().copies, known, now)


def list_sections(own: OwnRegistration) -> list[Section]:
    """Return what is held about a person, in the language in force: kind by kind, as the notice names them."""
    registration, since = own.registration, _theirs_since(own.registration.id)
    found = [Section(REGISTRATION.key, _(REGISTRATION.title), _(REGISTRATION.purpose), _answered(own))]
    consents = select(Consent).where(Consent.registration_id == registration.id).order_by(Consent.id)
    agreed = [{"at": each.at, "text": each.text, "is_given": each.is_given} for each in db.session.scalars(consents)]
    found.append(Section(CONSENTS.key, _(CONSENTS.title), _(CONSENTS.purpose), agreed))
    for holding in HOLDINGS:
        if not isinstance(names := SHOWN[holding.key], str):
            rows = _rows_of(holding, names, registration.id, since)
            found.append(Section(holding.key, _(holding.title), _(holding.purpose), rows))
    acts = list(_acts(registration, since))
    looks = [row for act, row in acts if trail.group_of(act) is trail.Group.LOOKS]
    changes = [row for act, row in acts if trail.group_of(act) is not trail.Group.LOOKS]
    found.append(Section(HISTORY.key, _(HISTORY.title), _(HISTORY.purpose), changes))
    found.append(Section("looks", _("When your data were looked at"), _("Answering who saw what"), looks))
    shared = _("Whom your data were given to")
    found.append(Section("exports", shared, _("Knowing who has data of whom"), list(_exports(registration, since))))
    return [section for section in found if section.rows]


def _answered(own: OwnRegistration) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {"question": _("Reference"), "answer": own.registration.reference},
        {"question": _("Status"), "answer": _(own.status.title)},
        {
            "question": _("Category"),
            "answer": own.context().text(own.registration.category.name, own.registration.language),
        },
        {"question": _("Received"), "answer": own.registration.submitted_at},
    ]
    if answer := own.registration.calendar_answer:
        rows.append({"question": _("Calendar"), "answer": _(ANSWERS[answer])})
    for row in own.answer_rows():
        lines = [file.name for file in row["files"]] or row["lines"]
        rows.append({"question": row["label"], "answer": "; ".join(lines)})
    return rows


def _rows_of(holding: Holding, names: Sequence[Any], registration_id: int, since: datetime) -> list[Mapping[Any, Any]]:
    columns: list[Any] = [getattr(holding.model, each) if isinstance(each, str) else each for each in names]
    which = [holding.of_people([registration_id])]
    if isinstance(names[0], str):
        which.append(columns[0] >= since)
    if holding is MESSAGES:
        # Written with the act, to whoever had the place before.
        which.append(MailMessage.template != _FAREWELL)
    found = db.session.execute(select(*columns).where(*which).order_by(holding.id))
    return [dict(row._mapping) for row in found]


def _acts(registration: Registration, since: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what the history has of a person: never who of the team it was."""
    is_about = (AuditEntry.record_kind == Registration.audited_as) & (AuditEntry.record_id == registration.id)
    is_by = (AuditEntry.actor_kind == "participant") & (AuditEntry.actor_id == registration.id)
    statement = select(AuditEntry, AuditDetail.detail).outerjoin(AuditDetail, AuditDetail.entry_id == AuditEntry.id)
    theirs = (AuditEntry.chain == registration.event_id, AuditEntry.at >= since, is_about | is_by)
    statement = statement.where(*theirs).order_by(AuditEntry.id)
    by = {"participant": _("You"), "account": _("The team"), "system": _("Automatic")}
    for entry, detail in db.session.execute(statement):
        said = {"at": entry.at, "action": trail.act_words(entry.action), "by": by.get(entry.actor_kind, "")}
        yield entry.action, {**said, "detail": (detail or {}) if entry.action != HANDED_ON else {}}


def _exports(registration: Registration, since: datetime) -> Iterator[dict[str, Any]]:
    """Yield the exports that hold a person, or may: of those before it was kept who is in them, that is not known."""
    roles = {
        row.account_id: row.role
        for row in db.session.scalars(select(TeamMember).filter_by(event_id=registration.event_id))
    }
    made = select(Export).where(
        Export.event_id == registration.event_id, Export.created_at >= max(registration.submitted_at, since)
    )
    for export in db.session.scalars(made.order_by(Export.id)):
        if export.people is not None and registration.id not in export.people:
            continue
        role = roles.get(export.account_id or 0)
        yield {
            "at": export.created_at,
            "by": _(role.title) if role is not None else _("The team"),
            "recipient": export.details.get("recipient", ""),
            "format": export.format,
            "reason": export.reason,
            "is_certain": _("Yes") if export.people is not None else _("It may be: this was not kept then"),
        }


def _zipped(own: OwnRegistration, language: str, now: datetime) -> Iterator[bytes]:
    """Yield the ZIP in pieces: never more than one file is whole in the memory."""
    event, registration = own.event, own.registration
    sections = list_sections(own)
    title = text.pick(event.title, language, event.languages).text
    data = {
        "format": FORMAT,
        "made_at": _plain(now),
        "event": {"slug": event.slug, "title": title},
        "reference": registration.reference,
        "language": language,
        "held": [section.as_data() for section in sections],
    }
    page = current_app.jinja_env.get_template("privacy/copy.html").render(
        lang=language, title=title, reference=registration.reference,
        made=formats.short_instant(now, event.time_zone, language),
        sections=[(section, *section.as_table(event.time_zone, language)) for section in sections],
    )  # fmt: skip
    pieces = _Pieces()
    with zipfile.ZipFile(pieces, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.html", page)
        archive.writestr("data.json", json.dumps(data, ensure_ascii=False, indent=1))
        yield pieces.taken()
        for number, public_id in enumerate(_files_of(registration.id), 1):
            file = open_upload(event.id, registration.id, public_id)
            archive.writestr(f"files/{number}-{file.name.replace('/', '_')}", file.content)
            yield pieces.taken()
    yield pieces.taken()


def _files_of(registration_id: int) -> Sequence[str]:
    of_person = select(Upload.public_id).where(UPLOADS.of_people([registration_id]))
    return db.session.scalars(of_person.order_by(Upload.id)).all()


class _Pieces(io.RawIOBase):
    """A file that is only written, and whose content is taken away as it comes."""

    def __init__(self) -> None:
        self._held = bytearray()

    def write(self, data: Any) -> int:
        self._held += data
        return len(data)

    def taken(self) -> bytes:
        """Return what was written since."""
        taken = bytes(self._held)
        self._held.clear()
        return taken


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def _said(value: Any, zone: str, language: str) -> str:
    if isinstance(value, datetime):
        return formats.short_instant(value.astimezone(ZoneInfo(zone)), zone, language)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, Titled):
        return _(value.title)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)


def _place(copy: DataCopy) -> str:
    return f"copies/{copy.public_id}"

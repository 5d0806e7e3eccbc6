"""The reasons that a team gives often, as a part of its event.

The tags of an event, as a part of it: copies have them too.

What the team put on people and wrote about them, as a part of an event.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import exists, func, or_, select

from eventreg.accounts.models import Account
from eventreg.attendees.models import Note, NoteMention, ReadyReason, Tag, Tagging
from eventreg.attendees.queries.reasons import list_reasons, list_tags
from eventreg.attendees.rules import tags
from eventreg.attendees.rules.acts import LONGEST_TITLE, MOST_OF_AN_EVENT, RunAct
from eventreg.attendees.rules.notes import LONGEST_NOTE
from eventreg.attendees.rules.tags import LONGEST_NAME, TagColour, read_tag_name, tag_key
from eventreg.db import db
from eventreg.events.bundles import fields
from eventreg.events.bundles.parts import Document, Entry, Intake, Outlet
from eventreg.kernel.errors import N_, Refused
from eventreg.kernel.tokens import new_public_id
from eventreg.registration.models import Registration
from eventreg.team.parts import find_or_add_account, taken_account

_REASON = fields.Record(
    fields.Field("act", fields.choice(RunAct)),
    fields.Field("title", fields.text(LONGEST_TITLE)),
    fields.Field("text", fields.COMPLETE),
)


class ReadyReasonsPart(Document):
    """Ready-made reasons by act, in their order."""

    key = "ready_reasons"
    title = N_("Ready-made reasons")

    def taken(self, event_id: int, outlet: Outlet) -> Entry:
        """See `Document.taken`."""
        return {"reasons": [_REASON.taken(row) for row in list_reasons(event_id)]}

    def given(self, entry: Entry, intake: Intake) -> None:
        """See `Document.given`."""
        for position, (place, data) in enumerate(fields.listed(entry.get("reasons", []), "reasons", MOST_OF_AN_EVENT)):
            intake.add(
                ReadyReason(
                    public_id=new_public_id(),
                    event_id=intake.event_id,
                    position=position,
                    changed_at=intake.at,
                    **_REASON.given(data, place, intake.fitting),
                )
            )


_TAG = fields.Record(fields.Field("name", fields.text(LONGEST_NAME)), fields.Field("colour", fields.choice(TagColour)))


class TagsPart(Document):
    """The words of the team with their colours; who carries them is in `remarks`."""

    key = "tags"
    title = N_("Tags")

    def taken(self, event_id: int, outlet: Outlet) -> Entry:
        """See `Document.taken`. Ordered here: each database has its own order of letters."""
        return {"tags": [_TAG.taken(row) for row in sorted(list_tags(event_id), key=lambda tag: tag.name_key)]}

    def given(self, entry: Entry, intake: Intake) -> None:
        """See `Document.given`."""
        for place, data in fields.listed(entry.get("tags", []), "tags", tags.MOST_OF_AN_EVENT):
            values = _TAG.given(data, place, intake.fitting)
            try:
                name = read_tag_name(values["name"])
            except Refused as refused:
                raise fields.BundleInvalid(f"{place}.name: is none") from refused
            key = tag_key(name)
            intake.claim("tag", key, place)
            row = Tag(
                public_id=new_public_id(),
                event_id=intake.event_id,
                name=name,
                name_key=key,
                colour=values["colour"],
                created_at=intake.at,
            )
            intake.add(row, "tag", key)


_NOTE = fields.Record(
    fields.Field("text", fields.text(LONGEST_NOTE)),
    fields.Field("written_at", fields.INSTANT),
    fields.Field("changed_at", fields.optional(fields.INSTANT), None),
)
_MENTION = fields.Record(fields.Field("seen_at", fields.optional(fields.INSTANT), None))
_NAME = fields.text(LONGEST_NAME)
_MOST = 1_000


class RemarksPart:
    """One record a registration that carries tags or has notes: the tags by name, the notes with who is named in them."""

    key = "remarks"
    title = N_("Tags on people, and notes")
    needs = frozenset({"registrations", "tags"})
    is_about_people = True
    is_long = True
    is_offered = True

    def count(self, event_id: int) -> int:
        """See `Part.count`."""
        return db.session.scalar(select(func.count()).select_from(_remarked(event_id).subquery())) or 0

    def take_out(self, event_id: int, outlet: Outlet) -> Iterator[Entry]:
        """See `Part.take_out`. In the order in which people registered."""
        for id_, reference in db.session.execute(_remarked(event_id).order_by(Registration.id)).all():
            names = db.session.scalars(
                select(Tag.name).join(Tagging, Tagging.tag_id == Tag.id).where(Tagging.registration_id == id_)
            )
            notes = db.session.scalars(select(Note).where(Note.registration_id == id_).order_by(Note.id))
            yield {"registration": reference, "tags": sorted(names), "notes": [_taken_note(note) for note in notes]}

    def put_in(self, records: Iterable[Entry], intake: Intake) -> None:
        """See `Part.put_in`."""
        for number, record in enumerate(records, 1):
            place = f"remark {number}"
            data = fields.mapping(record, place)
            registration_id = intake.find("registration", data.get("registration"), place)
            intake.claim("remark", registration_id, place)
            intake.remember("remark", registration_id, registration_id)
            self._tags(registration_id, data, place, intake)
            for where, note in fields.listed(data.get("notes", []), f"{place}.notes", _MOST):
                _give_note(registration_id, note, where, intake)
        db.session.flush()

    def _tags(self, registration_id: int, data: Entry, place: str, intake: Intake) -> None:
        ids = {
            intake.find("tag", tag_key(_NAME.read(name, where, intake.fitting)), where)
            for where, name in fields.listed(data.get("tags", []), f"{place}.tags", _MOST)
        }
        db.session.add_all([Tagging(registration_id=registration_id, tag_id=id_) for id_ in sorted(ids)])


def _remarked(event_id: int) -> Any:
    return select(Registration.id, Registration.reference).where(
        Registration.event_id == event_id,
        or_(
            exists().where(Tagging.registration_id == Registration.id),
            exists().where(Note.registration_id == Registration.id),
        ),
    )


def _taken_note(note: Note) -> Entry:
    mentions = db.session.execute(
        select(NoteMention, Account)
        .join(Account, Account.id == NoteMention.account_id)
        .where(NoteMention.note_id == note.id)
    ).all()
    return {
        **_NOTE.taken(note),
        "by": taken_account(db.session.get_one(Account, note.account_id)),
        "mentions": sorted(
            ({"account": taken_account(account), **_MENTION.taken(mention)} for mention, account in mentions),
            key=lambda each: str(each["account"]["email"]),
        ),
    }


def _give_note(registration_id: int, data: Any, place: str, intake: Intake) -> None:
    values = _NOTE.given(data, place, intake.fitting)
    # Whoever wrote elsewhere does not come in here by it: unknown people get an account that is closed.
    author = find_or_add_account(data.get("by"), f"{place}.by", closed_at=intake.at)
    note = Note(registration_id=registration_id, account_id=author.id, **values)
    intake.add(note)
    for where, each in fields.listed(data.get("mentions", []), f"{place}.mentions", _MOST):
        mention = _MENTION.given(each, where, intake.fitting)
        account = find_or_add_account(each.get("account"), f"{where}.account", closed_at=intake.at)
        intake.claim("mention", (note.id, account.id), where)
        intake.remember("mention", (note.id, account.id), note.id)
        db.session.add(NoteMention(note_id=note.id, account_id=account.id, **mention))

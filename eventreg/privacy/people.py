"""Who is meant: what of an event is one person's, and by what a text of the team names them."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from sqlalchemy import ColumnElement, LargeBinary, Text, cast, func, or_, select

from eventreg.attendees.models import Merger
from eventreg.audit.models import AuditDetail, AuditEntry
from eventreg.db import db
from eventreg.kernel import text
from eventreg.mail.models import MailMessage
from eventreg.privacy.holdings import INVITATIONS, MESSAGES, Holding
from eventreg.registration.models import Invitation, Registration, SavedForm

#: the act by which a registration becomes another person's
HANDED_ON = "handed_on"
#: letters of a search that is for somebody
_SHORTEST = 4
#: what stands for the words of whoever a note on somebody else names
_LEFT_OUT = "[…]"


@dataclass
class Person:
    """What of an event is one person's."""

    registrations: Sequence[Registration] = ()
    invitations: Sequence[Invitation] = ()
    forms: Sequence[SavedForm] = ()
    #: addresses, folded
    addresses: set[str] = field(default_factory=set)
    #: what registrations were called that by now are another person's
    names: Sequence[str] = ()
    #: ids of messages to and about them, also about a registration that by now is another person's
    letters: Sequence[int] = ()

    @property
    def is_nobody(self) -> bool:
        """Whether nothing is there."""
        return not self.rows and not self.letters

    @property
    def ids(self) -> list[int]:
        """The ids of the registrations."""
        return [each.id for each in self.registrations]

    @property
    def public_ids(self) -> list[str]:
        """What the ledger names."""
        return [each.public_id for each in self.rows]

    @property
    def others(self) -> int:
        """How much there is beside registrations."""
        return len(self.invitations) + len(self.forms) or (0 if self.registrations else len(self.letters))

    @property
    def rows(self) -> list[Any]:
        """All of it."""
        return [*self.registrations, *self.invitations, *self.forms]


def of_registration(event_id: int, registration_id: int) -> Person:
    """Return everything of whoever a registration is of: under the same addresses, and what was merged with it."""
    ids, addresses, size = {registration_id}, set[str](), -1
    while size != len(ids):
        size = len(ids)
        addresses |= set(db.session.scalars(select(Registration.email_key).where(Registration.id.in_(ids))))
        same = (Registration.event_id == event_id, Registration.email_key.in_(addresses))
        ids |= set(db.session.scalars(select(Registration.id).where(*same)))
        merged = select(Merger.registration_id, Merger.into_id)
        for pair in db.session.execute(merged.where(Merger.registration_id.in_(ids) | Merger.into_id.in_(ids))):
            ids |= set(pair)
    return _person(event_id, Registration.id.in_(ids), addresses)


def of_address(event_id: int, email: str) -> Person:
    """Return everything that an event has of an address, whether or not it is registered."""
    key = text.email_key(email)
    registered = select(Registration.id).where(Registration.event_id == event_id, Registration.email_key == key)
    if (found := db.session.scalar(registered.limit(1))) is not None:
        return of_registration(event_id, found)
    return _person(event_id, None, {key})


def of_public_ids(event_id: int, ids: Sequence[str]) -> Person:
    """Return exactly what a ledger names."""
    found = (select(model).where(model.event_id == event_id, *named_in_ledger(model, ids)) for model in LEDGERED)
    people, invitations, forms = (db.session.scalars(statement).all() for statement in found)
    return Person(people, invitations, forms)


#: whose public ids the ledger names
LEDGERED: tuple[Any, ...] = (Registration, Invitation, SavedForm)


def named_in_ledger(model: Any, public_ids: Sequence[str]) -> list[ColumnElement[bool]]:
    """Return what a row fulfils that a ledger names and that holds somebody's data."""
    holds = [Invitation.id.in_(INVITATIONS.ids())] if model is Invitation else []
    return [model.public_id.in_(public_ids), *holds]


def _person(event_id: int, which: ColumnElement[bool] | None, addresses: set[str]) -> Person:
    people = db.session.scalars(select(Registration).where(which)).all() if which is not None else []
    invited = Invitation.email_key.in_(addresses) | Invitation.registration_id.in_([each.id for each in people])
    held = INVITATIONS.ids(Invitation.event_id == event_id, invited)
    forms = select(SavedForm).where(SavedForm.event_id == event_id)
    before = _of_before(event_id, addresses)
    to_them = (MailMessage.event_id == event_id) & written_to(addresses)
    to_contact = [
        (MailMessage.record_kind == Registration.audited_as) & (MailMessage.record_id == each.record_id)
        & (MailMessage.audience == "contact") & (MailMessage.created_at <= each.at)
        for each, _name in before
    ]  # fmt: skip
    return Person(
        people,
        db.session.scalars(select(Invitation).where(Invitation.id.in_(held))).all(),
        [each for each in db.session.scalars(forms) if text.email_key(each.email) in addresses],
        addresses,
        [name for _act, name in before],
        db.session.scalars(MESSAGES.ids(or_(to_them, *to_contact))).all(),
    )


def written_to(addresses: Collection[str]) -> ColumnElement[bool]:
    """Return what messages fulfil that went to people at one of these addresses, folded."""
    to_people = (MailMessage.audience == "participant") & (MailMessage.record_kind != "erasure")
    return to_people & func.lower(MailMessage.recipient).in_(addresses)


def _of_before(event_id: int, addresses: Collection[str]) -> list[tuple[AuditEntry, str]]:
    """Return the acts by which registrations of these addresses were handed on to others, with the names of before."""
    acts = select(AuditEntry, AuditDetail.detail).join(AuditDetail, AuditDetail.entry_id == AuditEntry.id)
    rows = db.session.execute(acts.where(AuditEntry.chain == event_id, AuditEntry.action == HANDED_ON)).all()
    return [
        (entry, detail["old"]["name"]) for entry, detail in rows if text.email_key(detail["old"]["email"]) in addresses
    ]


def naming(holding: Holding, event_id: int, marks: Marks) -> list[int]:
    """Return the ids of those rows of an event that name the person, or looked for nobody else."""
    named = [holding.model.__table__.columns[name.partition(".")[2]] for name in sorted(holding.columns)]
    columns = [column for column in named if not isinstance(column.type, LargeBinary)]
    texts = [cast(column, Text) for column in columns]
    may_name = or_(*(each.contains(form, autoescape=True) for each in texts for form in marks.forms))
    rows = db.session.execute(select(holding.id, *columns).where(holding.of_event(event_id), may_name))
    return [id_ for id_, *values in rows if any(marks.are_in(value) for value in values)]


@dataclass(frozen=True)
class Marks:
    """By what a text names the person: addresses, whole names, references, telephone numbers."""

    typed: tuple[str, ...]
    references: tuple[str, ...]
    #: what the list's search finds the person by
    haystack: str

    @classmethod
    def of(cls, person: Person) -> Marks:
        """Return the marks. A name of one word would be that of many others."""
        people = person.registrations
        names = [each.full_name for each in people] + [each.badge_name for each in people]
        names += [f"{each.given_name} {each.family_name}".strip() for each in person.invitations]
        found = [name for name in (*names, *person.names) if " " in name]
        found += [each.email for each in person.rows if each.email]
        found += [each.phone for each in people if each.phone_key] + [each.reference for each in people]
        typed = tuple(dict.fromkeys([*found, *person.addresses]))
        hay = " ".join(text.folded(each) for each in (*names, *typed, *(each.phone_key for each in people)))
        return cls(typed, tuple(each.reference for each in people), hay)

    @property
    def forms(self) -> set[str]:
        """The marks as they can stand in a column: typed, folded, in JSON, in an address; and what looks for anybody."""
        plain = {*self.typed, *(text.folded(each) for each in self.typed)}
        return plain | {json.dumps(each)[1:-1] for each in plain} | {quote_plus(each) for each in plain} | {"q="}

    def are_in(self, value: Any) -> bool:
        """Say whether a value of a column names the person."""
        said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for query in re.findall(r'(?:^|[?&"])q=([^&"]*)', said):
            words = text.folded(unquote_plus(query)).split()
            if len("".join(words)) >= _SHORTEST and all(word in self.haystack for word in words):
                return True
        return any(_whole(text.folded(each)).search(text.folded(unquote_plus(said))) for each in self.typed)

    def are_in_line(self, cells: Iterable[str]) -> bool:
        """Say whether a row of a table names the person, whose names may stand in columns of their own."""
        words = {word.strip(".") for word in re.findall(r"[\w.+@-]+", text.folded(" ".join(cells)))}
        return any(words.issuperset(text.folded(each).split()) for each in self.typed)

    def left_out_of(self, said: str) -> str:
        """Return a text without them."""
        for each in self.typed:
            said = _whole(each).sub(_LEFT_OUT, said)
        return said


def _whole(mark: str) -> re.Pattern[str]:
    """Return what finds a mark that is no part of another one: of a longer address, or a longer word."""
    before, after = (r"(?<![\w+-])(?<!\w\.)", r"(?![\w@]|[.-]\w)") if "@" in mark else (r"(?<!\w)", r"(?!\w)")
    return re.compile(before + re.escape(mark) + after, re.IGNORECASE)

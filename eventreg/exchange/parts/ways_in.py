"""Access codes and invitations, as parts of an event that can be taken out and put in."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import func, select

from eventreg.db import db
from eventreg.events.bundles.basis import checked_address, free_public_id
from eventreg.events.bundles.fields import BundleInvalid, listed
from eventreg.events.bundles.parts import Document, Entry, Intake, Outlet
from eventreg.events.models import Category
from eventreg.exchange.parts import ACCESS_CODE, INVITATION
from eventreg.kernel.errors import N_
from eventreg.kernel.text import email_key
from eventreg.registration.models import AccessCode, Invitation, Registration
from eventreg.registration.rules import ways_in

_MOST = 5000


class AccessCodesPart(Document):
    """The words that let several people in. A copy has none: a word that was handed out opens one event."""

    key = "access_codes"
    title = N_("Access codes")
    needs = frozenset({"categories"})
    is_about_people = True

    def taken(self, event_id: int, outlet: Outlet) -> Entry:
        """See `Document.taken`."""
        rows = db.session.execute(
            select(AccessCode, Category.key)
            .join(Category, Category.id == AccessCode.category_id)
            .where(AccessCode.event_id == event_id)
            .order_by(AccessCode.id)
        )
        return {"codes": [{"category": key, **ACCESS_CODE.taken(row)} for row, key in rows]}

    def given(self, entry: Entry, intake: Intake) -> None:
        """See `Document.given`."""
        for place, data in listed(entry.get("codes", []), "codes", _MOST):
            values = ACCESS_CODE.given(data, place, intake.fitting)
            key = ways_in.code_key(values["code"])
            if not 1 <= len(key) <= ways_in.LONGEST_KEY:
                raise BundleInvalid(f"{place}.code: is none")
            intake.claim("code_key", key, place)
            row = AccessCode(
                event_id=intake.event_id,
                category_id=intake.find("category", data.get("category"), place),
                code_key=key,
                **values,
            )
            intake.add(row, "code_key", row.code_key)
            intake.remember("access_code", row.code, row.id)


class InvitationsPart:
    """One record an invitation, with who came by it. Links of open invitations die where keys differ."""

    key = "invitations"
    title = N_("Invitations")
    needs = frozenset({"categories", "registrations"})
    is_about_people = True
    is_long = True
    is_offered = True

    def count(self, event_id: int) -> int:
        """See `Part.count`."""
        statement = select(func.count()).select_from(Invitation).where(Invitation.event_id == event_id)
        return db.session.scalar(statement) or 0

    def take_out(self, event_id: int, outlet: Outlet) -> Iterator[Entry]:
        """See `Part.take_out`. In the order in which they were made."""
        rows = db.session.execute(
            select(Invitation, Category.key, Registration.reference)
            .join(Category, Category.id == Invitation.category_id)
            .outerjoin(Registration, Registration.id == Invitation.registration_id)
            .where(Invitation.event_id == event_id)
            .order_by(Invitation.id)
        )
        for row, category, reference in rows:
            yield {
                "public_id": row.public_id,
                "category": category,
                "registration": reference,
                **INVITATION.taken(row),
            }

    def put_in(self, records: Iterable[Entry], intake: Intake) -> None:
        """See `Part.put_in`."""
        for number, record in enumerate(records, 1):
            db.session.add(self._row(record, f"invitation {number}", intake))
            # One by one: rows get their ids in the order in which they stand in the file.
            db.session.flush()

    def _row(self, record: Any, place: str, intake: Intake) -> Invitation:
        values = INVITATION.given(record, place)
        if values["email"]:
            checked_address(values["email"], f"{place}.email")
        reference = record.get("registration")
        return Invitation(
            event_id=intake.event_id,
            public_id=free_public_id(Invitation, record.get("public_id"), place),
            category_id=intake.find("category", record.get("category"), place),
            email_key=email_key(values["email"]) if values["email"] else "",
            registration_id=None if reference is None else intake.find("registration", reference, place),
            **values,
        )

"""What belongs to an event, as parts of its file: days, kinds of participants, institutions, look, privacy notice, texts."""

import re
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, undefer

from eventreg.db import db
from eventreg.events.bundles import basis, fields, reading
from eventreg.events.bundles.parts import Document, Entry, Intake, Outlet
from eventreg.events.models import TO_BE_MADE, Category, ContactPerson, Event, EventDay, Partner, PrivacyNotice, Speaker
from eventreg.events.models.event import columns_kept
from eventreg.events.rules.categories import ShownTo
from eventreg.kernel.errors import N_
from eventreg.media.models import Picture
from eventreg.organizations.models import Organization
from eventreg.organizations.queries import find_organization
from eventreg.organizations.rules import ProfileInvalid, check_profile
from eventreg.organizations.services import record_organization
from eventreg.web.templating import PALETTES

_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_MOST = 200
_COLUMNS = (
    "key", "name", "description", "places", "approval", "pending_counts", "counts_toward_event", "opens_at", "closes_at",
    "is_private", "shown_to",
)  # fmt: skip
_CATEGORY = fields.record_of(Category, _COLUMNS, name=fields.COMPLETE)


class CategoriesPart(Document):
    """Names, places and approval rules, in their order."""

    key = "categories"
    title = N_("Categories with their places")

    def taken(self, event_id: int, outlet: Outlet) -> Entry:
        """See `Document.taken`."""
        rows = db.session.scalars(
            select(Category).where(Category.event_id == event_id).order_by(Category.position, Category.id)
        )
        return {"categories": [_CATEGORY.taken(row) for row in rows]}

    def given(self, entry: Entry, intake: Intake) -> None:
        """See `Document.given`."""
        for position, (place, data) in enumerate(fields.listed(entry.get("categories"), "categories", _MOST), 1):
            values = _CATEGORY.given(data, place, intake.fitting)
            if not _KEY.fullmatch(values["key"]):
                raise fields.BundleInvalid(f"{place}.key: is none (small letters, digits and _, 40 at most)")
            intake.claim("category", values["key"], place)
            if intake.is_copy:
                values["shown_to"] = ShownTo.NOBODY
            opens_at, closes_at = values["opens_at"], values["closes_at"]
            if opens_at is not None and closes_at is not None and opens_at >= closes_at:
                raise fields.BundleInvalid(f"{place}.closes_at: is not after opens_at")
            row = Category(event_id=intake.event_id, position=position, **values)
            intake.add(row, "category", row.key)


_CONTACT = fields.record_of(
    ContactPerson,
    ("is_public", "name", "email", "phone", "language", "only_categories", "hears", "hour", "weekday"),
    only_categories=fields.Field("only_categories", fields.texts(40), []),
    hour=fields.Field("hour", fields.number(0, 23), 8),
    weekday=fields.Field("weekday", fields.number(0, 6), 0),
)


class ContactsPart(Document):
    """Who hears of registrations beside the team, and how much; who the public one is, the event itself says."""

    key = "contacts"
    title = N_("Contact persons")
    needs = frozenset({"categories"})

    def taken(self, event_id: int, outlet: Outlet) -> Entry:
        """See `Document.taken`. What members of the team chose stays here."""
        of_event = (ContactPerson.event_id == event_id, ContactPerson.member_id.is_(None))
        rows = db.session.scalars(select(ContactPerson).where(*of_event).order_by(ContactPerson.id))
        return {"contacts": [_CONTACT.taken(row) for row in rows]}

    def given(self, entry: Entry, intake: Intake) -> None:
        """See `Document.given`. The event has the row of its public one already."""
        for place, data in fields.listed(entry.get("contacts", []), "contacts", _MOST):
            values = _CONTACT.given(data, place, intake.fitting)
            if values["is_public"]:
                of_event = (ContactPerson.event_id == intake.event_id, ContactPerson.is_public)
                public = db.session.scalars(select(ContactPerson).where(*of_event)).one()
                for name in ("only_categories", "hears", "hour", "weekday"):
                    setattr(public, name, values[name])
                db.session.flush()
            else:
                basis.checked_address(values["email"], f"{place}.email")
                intake.add(ContactPerson(event_id=intake.event_id, **values))


_MOST_DAYS = 366
_DAY = fields.record_of(EventDay, ("held_on", "starts_at", "ends_at", "title"))


class DaysPart(Document):
    """Dates, hours and titles of the days."""

    key = "days"
    title = N_("Days with their hours")

    def taken(self, event_id: int, outlet: Outlet) -> Entry:
        """See `Document.taken`."""
        days = db.session.scalars(select(EventDay).where(EventDay.event_id == event_id).order_by(EventDay.held_on))
        return {"days": [_DAY.taken(day) for day in days]}

    def given(self, entry: Entry, intake: Intake) -> None:
        """See `Document.given`. Other parts call a day by its date in the file."""
        seen: set[str] = set()
        for place, data in fields.listed(entry.get("days"), "days", _MOST_DAYS):
            values = _DAY.given(data, place, intake.fitting)
            if values["starts_at"] >= values["ends_at"]:
                raise fields.BundleInvalid(f"{place}: ends before it starts")
            if values["held_on"].isoformat() in seen:
                raise fields.BundleInvalid(f"{place}: the day is there twice")
            seen.add(values["held_on"].isoformat())
            day = EventDay(event_id=intake.event_id, **values)
            intake.add(day, "day", data["held_on"])


_INSTITUTIONS_MOST = 2000
_ORGANIZATION = fields.record_of(
    Organization, ("key", "name", "short_name", "acronym", "kind", "country", "website"), name=fields.COMPLETE
)
_PARTNER = fields.record_of(Partner, ("role", "credit", "phrase", "is_logo_first"))


class OrganizationsPart(Document):
    """The records of institutions that the event refers to. An institution that is here already stays as it is."""

    key = "organizations"
    is_offered = False

    def taken(self, event_id: int, outlet: Outlet) -> Entry:
        """See `Document.taken`."""
        rows = db.session.scalars(
            select(Organization)
            .where(
                or_(
                    Organization.id.in_(select(Partner.organization_id).where(Partner.event_id == event_id)),
                    Organization.id.in_(select(Speaker.organization_id).where(Speaker.event_id == event_id)),
                )
            )
            .options(joinedload(Organization.logo).options(undefer(Picture.content)))
        )
        # Ordered here: each database has its own order of letters.
        ordered = sorted(rows, key=lambda row: row.key)
        return {
            "organizations": [
                {**_ORGANIZATION.taken(row), "logo": reading.taken_picture(row.logo, outlet)} for row in ordered
            ]
        }

    def given(self, entry: Entry, intake: Intake) -> None:
        """See `Document.given`. Other parts call an institution by its key."""
        for place, data in fields.listed(entry.get("organizations"), "organizations", _INSTITUTIONS_MOST):
            # The directory is shared by all events: its names are kept in every language.
            values = _ORGANIZATION.given(data, place)
            row = find_organization(values["key"])
            if row is None:
                row = _new(values, data.get("logo"), place, intake)
            intake.remember("organization", values["key"], row.id)


class InstitutionsPart(Document):
    """Who stands behind the event, as what, in which order."""

    key = "institutions"
    title = N_("Institutions and their roles")
    needs = frozenset({"organizations"})

    def taken(self, event_id: int, outlet: Outlet) -> Entry:
        """See `Document.taken`."""
        rows = db.session.scalars(
            select(Partner)
            .where(Partner.event_id == event_id)
            .options(joinedload(Partner.organization))
            .order_by(Partner.position, Partner.id)
        )
        return {"institutions": [{"organization": row.organization.key, **_PARTNER.taken(row)} for row in rows]}

    def given(self, entry: Entry, intake: Intake) -> None:
        """See `Document.given`."""
        seen = set()
        for position, (place, data) in enumerate(
            fields.listed(entry.get("institutions"), "institutions", _INSTITUTIONS_MOST), 1
        ):
            values = _PARTNER.given(data, place, intake.fitting)
            organization_id = intake.find("organization", data.get("organization"), place)
            if (organization_id, values["role"]) in seen:
                raise fields.BundleInvalid(f"{place}: the institution has this role twice")
            seen.add((organization_id, values["role"]))
            intake.add(Partner(event_id=intake.event_id, organization_id=organization_id, position=position, **values))


def _new(values: dict[str, Any], logo: object, place: str, intake: Intake) -> Organization:
    try:
        check_profile(values["key"], values["name"], values["website"])
    except ProfileInvalid as error:
        raise fields.BundleInvalid(f"{place}: {error}") from error
    values["logo_id"] = reading.given_picture(logo, f"{place}.logo", intake)
    return record_organization(values, intake.actor, intake.at)


_LOOK = fields.record_of(Event, ("palette", "picture_text"))


class LookPart(Document):
    """The palette and the picture."""

    key = "look"
    title = N_("Colours and picture")

    def taken(self, event_id: int, outlet: Outlet) -> Entry:
        """See `Document.taken`."""
        event = db.session.get_one(Event, event_id)
        picture = db.session.get(Picture, event.picture_id) if event.picture_id is not None else None
        return {**_LOOK.taken(event), "picture": reading.taken_picture(picture, outlet)}

    def given(self, entry: Entry, intake: Intake) -> None:
        """See `Document.given`. A palette that is not known here is left out."""
        event = db.session.get_one(Event, intake.event_id)
        values = _LOOK.given(entry, self.key, intake.fitting)
        event.palette = values["palette"] if values["palette"] in PALETTES else ""
        event.picture_text = values["picture_text"]
        event.picture_id = reading.given_picture(entry.get("picture"), "look.picture", intake)


_NOTICE_MOST = 1000


def _read_made(value: Any, place: str, fitting: fields.Fitting) -> dict[str, Any]:
    """Whether the program says its part: it says it anew, of the event that is put in."""
    return dict(TO_BE_MADE) if fields.FLAG.read(value, place, fitting) else {}


_NOTICE = fields.record_of(
    PrivacyNotice,
    ("version", "summary", "body", "periods", "transfers", "made", "published_at"),
    version=fields.number(1),
    periods=fields.PERIODS,
    made=fields.Field("made", fields.Kind(bool, _read_made), {}),
    summary=fields.COMPLETE,
    body=fields.COMPLETE,
    published_at=fields.Field("published_at", fields.optional(fields.INSTANT), None),
)


class NoticePart(Document):
    """Every version of the privacy notice; a copy begins with the newest."""

    key = "notice"
    title = N_("Privacy notice")

    def taken(self, event_id: int, outlet: Outlet) -> Entry:
        """See `Document.taken`."""
        rows = db.session.scalars(
            select(PrivacyNotice).where(PrivacyNotice.event_id == event_id).order_by(PrivacyNotice.version)
        )
        return {"notices": [_NOTICE.taken(row) for row in rows]}

    def given(self, entry: Entry, intake: Intake) -> None:
        """See `Document.given`. Registrations call a notice by its version."""
        entries = fields.listed(entry.get("notices"), "notices", _NOTICE_MOST)
        for place, data in entries[-1:] if intake.is_copy else entries:
            values = _NOTICE.given(data, place, intake.fitting)
            if intake.is_copy:
                values |= {"version": 1, "published_at": intake.at}
            row = PrivacyNotice(
                event_id=intake.event_id, **values | {"published_at": values["published_at"] or intake.at}
            )
            intake.claim("notice", row.version, place)
            intake.add(row, "notice", row.version)


_SHORT = fields.text(80)
_MOST_ITEMS = 200


def _read_practical(value: Any, place: str, fitting: fields.Fitting) -> list[dict[str, Any]]:
    items = []
    for where, entry in fields.listed(value, place, _MOST_ITEMS):
        found = fields.mapping(entry, where)
        item: dict[str, Any] = {
            name: _SHORT.read(found[name], f"{where}.{name}", fitting) for name in ("key", "topic") if name in found
        }
        item |= {
            name: fields.LOCALIZED.read(found.get(name, {}), f"{where}.{name}", fitting) for name in ("label", "text")
        }
        if found.get("is_demonstration") is not None:
            item["is_demonstration"] = found["is_demonstration"] is True
        items.append(item)
    return items


_PRACTICAL = fields.Field("practical", fields.Kind(lambda items: [dict(item) for item in items], _read_practical), [])
_TEXTS = fields.record_of(Event, columns_kept("texts"), practical=_PRACTICAL)


class TextsPart(Document):
    """Summary, description, for whom, practical information, how to join from afar."""

    key = "texts"
    title = N_("Texts and practical information")

    def taken(self, event_id: int, outlet: Outlet) -> Entry:
        """See `Document.taken`."""
        return _TEXTS.taken(db.session.get_one(Event, event_id))

    def given(self, entry: Entry, intake: Intake) -> None:
        """See `Document.given`."""
        event = db.session.get_one(Event, intake.event_id)
        for name, value in _TEXTS.given(entry, self.key, intake.fitting).items():
            setattr(event, name, value)

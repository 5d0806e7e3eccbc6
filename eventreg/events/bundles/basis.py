"""What every event has: names, place, zone, contact person, windows and state. The rest of it are parts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import exists, select

from eventreg.db import Base, db
from eventreg.events.bundles import fields
from eventreg.events.models import Event
from eventreg.events.models.event import EVENT, OWN, columns_kept
from eventreg.events.rules.slugs import is_prefix, is_slug
from eventreg.kernel import clock, tokens
from eventreg.mail.rules import check_address

PUBLIC_ID = re.compile(r"[A-Za-z0-9_-]{12}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Za-z]{2,8})?")
_COUNTRY = re.compile(r"[A-Z]{2}")

#: what the types of columns do not tell
_KINDS: Final[Mapping[str, Any]] = {
    "languages": fields.texts(12, 20),
    "title": fields.COMPLETE,
    "region": fields.texts(2, 300),
    "retention": fields.PERIODS,
    "participant_columns": fields.texts(24, 10),
    "publication_changed_at": fields.INSTANT,
    "created_at": fields.Field("created_at", fields.optional(fields.INSTANT), None),
}
_COPIED = fields.record_of(Event, columns_kept(EVENT), **_KINDS)
_WHOLE = fields.record_of(Event, columns_kept(EVENT, OWN), **_KINDS)


@dataclass(frozen=True)
class NewEvent:
    """How the event's row is made: under which name, when, and what is done to the data on its way in."""

    slug: str
    at: datetime
    fitting: fields.Fitting
    is_copy: bool
    holds_mail: bool = False


def taken_event(event: Event) -> dict[str, Any]:
    """Return an event's row as JSON."""
    return {"slug": event.slug, "public_id": event.public_id, **_WHOLE.taken(event)}


def make_event(data: dict[str, Any], new: NewEvent) -> Event:
    """Add the event's row, in the caller's transaction, and return it. Raises BundleInvalid, IntegrityError.

    A copy is a draft, whatever the original is. The hold on its mail is inherited (`EVENTREG_DEMO_MAIL`).
    """
    values = (_COPIED if new.is_copy else _WHOLE).given(data, "event", new.fitting)
    _check(values, new.slug)
    values["holds_mail"] = values["holds_mail"] or new.holds_mail
    values["created_at"] = values.get("created_at") or new.at
    wanted = None if new.is_copy else data.get("public_id")
    event = Event(slug=new.slug, public_id=free_public_id(Event, wanted, "event"), **values)
    db.session.add(event)
    db.session.flush()
    return event


def free_public_id(model: type[Base], wanted: Any, place: str) -> str:
    """Return the public id that a record had where it is free, so that its addresses stay; a new one otherwise.

    Raises BundleInvalid for what is none.
    """
    if wanted is None:
        return tokens.new_public_id()
    if not isinstance(wanted, str) or not PUBLIC_ID.fullmatch(wanted):
        raise fields.BundleInvalid(f"{place}.public_id: is none")
    column = model.__table__.c.public_id
    is_taken = db.session.scalar(select(exists().where(column == wanted)))
    return tokens.new_public_id() if is_taken else wanted


def checked_address(address: str, place: str) -> str:
    """Return an address that mail can be sent to. Raises BundleInvalid."""
    try:
        return check_address("address", address)
    except ValueError as error:
        raise fields.BundleInvalid(f"{place}: is no mail address") from error


def _check(values: dict[str, Any], slug: str) -> None:
    """Hold against the rules what the kinds of columns do not know."""
    languages = values["languages"]
    if not languages or len(set(languages)) != len(languages) or not all(map(_LANGUAGE.fullmatch, languages)):
        raise fields.BundleInvalid('event.languages: at least one, none twice, like "es"')
    if not is_slug(slug):
        raise fields.BundleInvalid("event.slug: small letters, digits and hyphens, 80 at most, no reserved word")
    if not is_prefix(values["reference_prefix"]):
        raise fields.BundleInvalid("event.reference_prefix: 1 to 8 capital letters and digits")
    if values["time_zone"] not in clock.time_zones():
        raise fields.BundleInvalid("event.time_zone: there is no such zone")
    if not all(_COUNTRY.fullmatch(code) for code in (values["country"], *values["region"])):
        raise fields.BundleInvalid("event.country, event.region: codes of two capital letters")
    if values["registration_opens_at"] >= values["registration_closes_at"]:
        raise fields.BundleInvalid("event.registration_closes_at: is before registration opens")
    checked_address(values["contact_email"], "event.contact_email")
    for name in ("contact_name", "contact_phone", "city"):
        if "\n" in values[name]:
            raise fields.BundleInvalid(f"event.{name}: is more than a line")

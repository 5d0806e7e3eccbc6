"""What machines read of a public page: its addresses in each language, and the event as schema.org has it."""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from babel.numbers import get_territory_currencies
from flask import request

from eventreg.events.models import Event
from eventreg.events.queries.programme import names_of, people_of
from eventreg.events.rules.institutions import PartnerRole
from eventreg.events.rules.settings import AttendanceMode
from eventreg.i18n.languages import current_language, known_languages
from eventreg.kernel.links import web_address
from eventreg.media.models import Picture
from eventreg.organizations.models import Organization
from eventreg.programme.calendars import day_bounds
from eventreg.registration.rules.availability import Availability, RegistrationState
from eventreg.web import instance, templating

#: schema.org's properties for each role; what reads events looks for a sponsor, where the exact word is funder
_PROPERTIES = {
    PartnerRole.HOST: ("organizer",),
    PartnerRole.CO_ORGANIZER: ("organizer",),
    PartnerRole.FUNDER: ("funder", "sponsor"),
    PartnerRole.PARTNER: ("contributor",),
}
_MODES = {
    AttendanceMode.ONSITE: "OfflineEventAttendanceMode",
    AttendanceMode.ONLINE: "OnlineEventAttendanceMode",
    AttendanceMode.BOTH: "MixedEventAttendanceMode",
}
_OFFERED = {
    RegistrationState.SOON: "PreOrder",
    RegistrationState.OPEN: "InStock",
    RegistrationState.FEW_PLACES: "LimitedAvailability",
    RegistrationState.WAITING_LIST: "SoldOut",
    RegistrationState.BY_INVITATION: "SoldOut",
    RegistrationState.CLOSED: "SoldOut",
    RegistrationState.CALLED_OFF: "Discontinued",
    RegistrationState.OVER: "Discontinued",
}


@dataclass(frozen=True)
class Sharing:
    """The absolute addresses of a page. All come from the configured base URL, whatever host the request named."""

    canonical: str
    #: the address that answers in the reader's own language
    default: str
    #: (language, address)
    alternates: list[tuple[str, str]]


def sharing(endpoint: str, event: Event | None = None, **values: Any) -> Sharing:
    """Return the addresses of a page, of an event in the languages that it speaks. One asked for in a language is its own
    original.
    """
    default = instance.address_of(endpoint, **values)
    spoken = [language for language in known_languages() if event is None or language in event.languages]
    alternates = [(language, instance.address_of(endpoint, **values, lang=language)) for language in spoken]
    asked = dict(alternates).get(request.args.get("lang", ""))
    return Sharing(asked or default, default, alternates)


def event_data(event: Event, availability: Availability) -> dict[str, Any]:
    """Return an event, with days and partners loaded, as a schema.org `Event` in the reader's language."""
    address = instance.address_of("site.show_event", slug=event.slug)
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "@id": address,
        "url": address,
        "name": templating.plain_in_reader_language(event.title),
        "description": _description(event),
        "inLanguage": language if (language := current_language()) in event.languages else event.languages[0],
        "isAccessibleForFree": True,
        "eventStatus": f"https://schema.org/Event{'Cancelled' if event.is_called_off else 'Scheduled'}",
        "eventAttendanceMode": f"https://schema.org/{_MODES[event.attendance]}",
        "location": _location(event, address),
        **_times(event),
        **_institutions(event),
        **_performers(event),
    }
    if event.picture is not None:
        data["image"] = picture_address(event.picture)
    if audience := templating.plain_in_reader_language(event.audience):
        data["audience"] = {"@type": "Audience", "audienceType": audience}
    if event.capacity is not None:
        data["maximumAttendeeCapacity"] = event.capacity
    if event.public_categories:
        data["offers"] = {
            "@type": "Offer",
            "url": address,
            "price": 0,
            "priceCurrency": next(iter(get_territory_currencies(event.country)), "USD"),
            "availability": f"https://schema.org/{_OFFERED[availability.state]}",
            "validFrom": _local(event, availability.window.opens_at),
            "availabilityEnds": _local(event, availability.window.closes_at),
        }
    return data


def _location(event: Event, address: str) -> Any:
    """Return where it is. Online that is the event's own page: the link to join is for the confirmed alone."""
    online = {"@type": "VirtualLocation", "url": address}
    if event.attendance is AttendanceMode.ONLINE:
        return online
    postal = {"@type": "PostalAddress", "addressLocality": event.city, "addressCountry": event.country}
    if street := templating.plain_in_reader_language(event.address):
        postal["streetAddress"] = " ".join(street.split())
    name = templating.plain_in_reader_language(event.venue) or event.city
    place = {"@type": "Place", "name": name, "address": postal}
    return [place, online] if event.attendance is AttendanceMode.BOTH else place


def _description(event: Event) -> str:
    texts = (templating.plain_in_reader_language(text) for text in (event.summary, event.demonstration_note))
    return " ".join(text for text in texts if text)


def _times(event: Event) -> dict[str, str]:
    if not event.days:
        return {}
    starts_at, _first_end = day_bounds(event.days[0], event.time_zone)
    _last_start, ends_at = day_bounds(event.days[-1], event.time_zone)
    return {"startDate": _local(event, starts_at), "endDate": _local(event, ends_at)}


def _institutions(event: Event) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for role, names in _PROPERTIES.items():
        for partner in event.partners:
            if partner.role is role:
                for name in names:
                    found.setdefault(name, []).append(_organization(partner.organization))
    return found


def _performers(event: Event) -> dict[str, list[dict[str, str]]]:
    names = dict.fromkeys(names_of(people_of(event.days)).values())
    return {"performer": [{"@type": "Person", "name": name} for name in names]} if names else {}


def picture_address(picture: Picture) -> str:
    """Return where a picture is, for whoever reads the page elsewhere."""
    return instance.address_of("media.show_picture", public_id=picture.public_id)


def _organization(organization: Organization) -> dict[str, str]:
    record = {"@type": "Organization", "name": templating.plain_in_reader_language(organization.name)}
    if address := web_address(organization.website):
        record["url"] = address
    if organization.logo is not None:
        record["logo"] = picture_address(organization.logo)
    return record


def _local(event: Event, at: Any) -> str:
    return str(at.astimezone(ZoneInfo(event.time_zone)).isoformat(timespec="seconds"))

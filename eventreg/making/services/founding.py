"""Making a new event: from a template, from nothing but days and a form, or after the model of another.

Of a model is taken along what is chosen; the dates move, and nobody comes along.
"""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext
from sqlalchemy import select

from eventreg.audit.services import Actor
from eventreg.db import db, found, transaction
from eventreg.events.bundles.fields import DateShift, Fitting
from eventreg.events.bundles.parts import Entry, TakeOut, part_registry
from eventreg.events.bundles.reading import Bundle, DocumentBundle, open_bundle
from eventreg.events.models import Event, EventDay
from eventreg.events.rules.settings import AttendanceMode
from eventreg.events.rules.starting import starting_document
from eventreg.kernel.text import LocalizedText
from eventreg.making import rules
from eventreg.making.services.wholes import Placing, put_in_event, write_event


@dataclass(frozen=True)
class Founding:
    """What is asked of whoever makes an event. Everything else comes from the template and is edited afterwards."""

    #: one of `rules.founding.TEMPLATES`, or BLANK
    template: str
    slug: str
    title: LocalizedText
    languages: tuple[str, ...]
    first_day: date
    hours: rules.Hours
    city: str
    #: ISO 3166-1 alpha-2
    country: str
    time_zone: str
    reference_prefix: str
    contact_name: str
    contact_email: str
    contact_language: str
    #: None: no limit
    capacity: int | None = None
    region: tuple[str, ...] = field(default=())


def found_event(founding: Founding, actor: Actor, at: datetime) -> int:
    """Make a draft with days, programme, categories, notice and a published form, owned by its maker; return its id.

    Texts that must be in every language and are not in the template's stand in another of its languages, and are
    translated afterwards. Raises Refused (SlugReason) and BundleInvalid.
    """
    event, parts = _documents(founding)
    move = DateShift((founding.first_day - rules.REFERENCE_DAY).days, rules.REFERENCE_ZONE, founding.time_zone)
    placing = Placing(
        slug=founding.slug,
        at=at,
        actor=actor,
        owner_id=actor.id,
        fitting=Fitting(founding.languages, move),
        is_copy=True,
        action="event_created",
    )
    with transaction():
        event_id = put_in_event(DocumentBundle(event, parts), placing, part_registry().whole(parts.keys()))
        _mend_window(db.session.get_one(Event, event_id), founding, at)
    return event_id


def basic_questionnaire(*, has_several_days: bool, is_on_site: bool) -> dict[str, Any]:
    """Return the document of the form that every new event can begin with."""
    definition = rules.asked_questions(
        document("basics")["questionnaire"], has_several_days=has_several_days, is_on_site=is_on_site
    )
    return {"versions": [{"version": 1, "definition": definition}]}


def basic_categories() -> dict[str, Any]:
    """Return the document of the one category that an event has at least."""
    return {"categories": document("basics")["categories"]}


def document(name: str) -> Mapping[str, Any]:
    """Return one of the shipped documents: a template, or "basics". Not to be changed."""
    return starting_document(f"templates/{name}")


def _documents(founding: Founding) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the event's document and those of its parts."""
    template, basics = document(founding.template), document("basics")
    days = template.get("days", [])
    event = {
        **basics["event"],
        **template.get("event", {}),
        **{
            name: getattr(founding, name)
            for name in ("city", "country", "time_zone", "reference_prefix", "contact_name", "contact_email",
                         "contact_language", "capacity")
        },
        "title": dict(founding.title),
        "languages": list(founding.languages),
        "region": list(founding.region),
    }  # fmt: skip
    is_on_site = event.get("attendance") != "online"
    parts: dict[str, Any] = {
        "organizations": {"organizations": []},
        "days": {"days": rules.fitted_days(days, founding.hours)},
        "programme": {
            "rooms": template.get("rooms", []),
            "sessions": rules.fitted_sessions(days, template.get("sessions", []), founding.hours),
        },
        "categories": {"categories": template.get("categories", basics["categories"])},
        "notice": {"notices": [{"version": 1, "made": True, **basics["notice"]}]},
        "questionnaire": basic_questionnaire(has_several_days=founding.hours.days > 1, is_on_site=is_on_site),
    }
    if "texts" in template:
        parts["texts"] = template["texts"]
    return event, parts


def _mend_window(event: Event, founding: Founding, at: datetime) -> None:
    begins_at = datetime.combine(founding.first_day, founding.hours.starts_at).replace(
        tzinfo=ZoneInfo(founding.time_zone)
    )
    window = rules.window_in_time(
        rules.Window(
            event.registration_opens_at, event.registration_closes_at, event.changes_until, event.promotes_until
        ),
        begins_at,
        at,
    )
    event.registration_opens_at, event.registration_closes_at = window.opens_at, window.closes_at
    event.changes_until, event.promotes_until = window.changes_until, window.promotes_until
    db.session.flush()


#: left to the event that they were reached at, or about people: never part of a copy
NEVER_COPIED = frozenset({"registrations", "access_codes", "invitations"})
#: what is ticked unless somebody says otherwise; conclusions and materials are of the one that was
USUAL = frozenset(
    {
        "texts", "institutions", "days", "programme", "categories", "notice", "look", "team", "questionnaire", "message_texts",
    }
)  # fmt: skip
_HOURS = ("09:00", "17:00")


@dataclass(frozen=True)
class Copying:
    """What is asked of whoever copies an event."""

    slug: str
    title: LocalizedText
    first_day: date
    #: keys of parts; those that lack what they need stay behind
    parts: frozenset[str]


def list_copyable() -> list[tuple[str, str, frozenset[str]]]:
    """Return what can be taken along: key, name in the reader's language, and the keys that it needs and are offered."""
    registry = part_registry()
    offered = [part for part in registry if part.is_offered and part.key not in NEVER_COPIED]
    keys = {part.key for part in offered}
    return [(part.key, gettext(part.title), part.needs & keys) for part in offered]


def copy_event(event_id: int, copying: Copying, actor: Actor, at: datetime) -> int:
    """Make a draft with the chosen parts of an event, owned by its maker, and return its id.

    Dates move by whole days, and clocks show what they showed. What lacks without its part is made anew: one day, one
    category, the basic form. A hold on the mail is inherited. Raises NotFound, Refused (SlugReason) and BundleInvalid.
    """
    source = found(db.session.get(Event, event_id))
    first = first_day_of(event_id)
    begins = first or source.registration_closes_at.date()
    move = DateShift((copying.first_day - begins).days, source.time_zone, source.time_zone)
    wanted = copying.parts - NEVER_COPIED
    taken = frozenset(part.key for part in part_registry().whole(wanted))
    is_on_site = source.attendance is not AttendanceMode.ONLINE
    placing = Placing(
        slug=copying.slug,
        at=at,
        actor=actor,
        owner_id=actor.id,
        fitting=Fitting(tuple(source.languages), move),
        is_copy=True,
        action="event_copied",
    )
    # By a file like any other: large materials are never in the memory together.
    with tempfile.TemporaryFile() as file:
        write_event(event_id, file, TakeOut(with_people=True, parts=taken), at)
        file.seek(0)
        with open_bundle(file) as bundle:
            bundle.event = {**bundle.event, "title": dict(copying.title)}
            whole = _Completed(bundle, _standing_in(bundle, begins, is_on_site=is_on_site))
            return put_in_event(whole, placing, [part for part in part_registry() if part.key in whole.keys])


def first_day_of(event_id: int) -> date | None:
    """Return the first day of an event."""
    return db.session.scalar(
        select(EventDay.held_on).where(EventDay.event_id == event_id).order_by(EventDay.held_on).limit(1)
    )


def _standing_in(bundle: Bundle, first_day: date, *, is_on_site: bool) -> dict[str, Entry]:
    """Return what stands in for parts that are left out and that no event can be without."""
    starts_at, ends_at = _HOURS
    has_several_days = "days" in bundle.keys and len(next(bundle.records("days"))["days"]) > 1
    return {
        "days": {"days": [{"held_on": first_day.isoformat(), "starts_at": starts_at, "ends_at": ends_at}]},
        "categories": basic_categories(),
        "questionnaire": basic_questionnaire(has_several_days=has_several_days, is_on_site=is_on_site),
    }


class _Completed:
    """A bundle with documents that stand in for what it lacks."""

    def __init__(self, bundle: Bundle, standing_in: Mapping[str, Entry]) -> None:
        self._bundle = bundle
        self._standing_in = {key: entry for key, entry in standing_in.items() if not _is_there(bundle, key)}
        self.event = bundle.event
        self.keys = bundle.keys | self._standing_in.keys()

    def records(self, key: str) -> Iterator[Entry]:
        """See `Bundle.records`."""
        if key in self._standing_in:
            yield self._standing_in[key]
        else:
            yield from self._bundle.records(key)

    def read_file(self, name: Any, place: str) -> bytes:
        """See `Bundle.read_file`."""
        return self._bundle.read_file(name, place)


def _is_there(bundle: Bundle, key: str) -> bool:
    """Say whether a part is in a bundle with something in it: an event that never asked anything has an empty one."""
    return key in bundle.keys and any(any(record.values()) for record in bundle.records(key))

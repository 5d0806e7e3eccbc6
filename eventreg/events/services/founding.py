"""Making a new event from a template, or from nothing but days and a form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from eventreg.audit.services import Actor
from eventreg.db import db, transaction
from eventreg.events.bundles.fields import Fitting
from eventreg.events.bundles.moving import Move
from eventreg.events.bundles.parts import part_registry
from eventreg.events.bundles.reading import DocumentBundle
from eventreg.events.models import Event
from eventreg.events.rules.founding import (
    REFERENCE_DAY,
    REFERENCE_ZONE,
    Hours,
    Window,
    asked_questions,
    fitted_days,
    fitted_sessions,
    window_in_time,
)
from eventreg.events.rules.starting import starting_document
from eventreg.events.services.wholes import Placing, put_in_event
from eventreg.kernel.text import LocalizedText


@dataclass(frozen=True)
class Founding:
    """What is asked of whoever makes an event. Everything else comes from the template and is edited afterwards."""

    #: one of `rules.founding.TEMPLATES`, or BLANK
    template: str
    slug: str
    title: LocalizedText
    languages: tuple[str, ...]
    first_day: date
    hours: Hours
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
    move = Move((founding.first_day - REFERENCE_DAY).days, REFERENCE_ZONE, founding.time_zone)
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
    definition = asked_questions(
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
        "days": {"days": fitted_days(days, founding.hours)},
        "programme": {
            "rooms": template.get("rooms", []),
            "sessions": fitted_sessions(days, template.get("sessions", []), founding.hours),
        },
        "categories": {"categories": template.get("categories", basics["categories"])},
        "notice": {"notices": [{"version": 1, **basics["notice"]}]},
        "questionnaire": basic_questionnaire(has_several_days=founding.hours.days > 1, is_on_site=is_on_site),
    }
    if "texts" in template:
        parts["texts"] = template["texts"]
    return event, parts


def _mend_window(event: Event, founding: Founding, at: datetime) -> None:
    begins_at = datetime.combine(founding.first_day, founding.hours.starts_at).replace(
        tzinfo=ZoneInfo(founding.time_zone)
    )
    window = window_in_time(
        Window(event.registration_opens_at, event.registration_closes_at, event.changes_until, event.promotes_until),
        begins_at,
        at,
    )
    event.registration_opens_at, event.registration_closes_at = window.opens_at, window.closes_at
    event.changes_until, event.promotes_until = window.changes_until, window.promotes_until
    db.session.flush()

"""The seminar of `data/` as a plan, dated from the day on which it is loaded."""

import tomllib
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from eventreg.events.rules.categories import ApprovalRule
from eventreg.events.rules.institutions import PartnerRole
from eventreg.events.rules.programme import SessionKind
from eventreg.events.rules.publication import Publication
from eventreg.making.rules import CategoryPlan, ContactPlan, DayPlan, EventPlan, PartnerPlan, SessionPlan, WindowPlan
from eventreg.organizations.rules import OrganizationEntry, OrganizationKind


def read(name: str) -> dict[str, Any]:
    """Return one of the demo's data files: "seminar", "programme", "questionnaire", "notice"."""
    return tomllib.loads((files("eventreg.demo") / "data" / f"{name}.toml").read_text(encoding="utf-8"))


def organization_entries(data: Mapping[str, Any]) -> dict[str, OrganizationEntry]:
    """Return the institutions of the seminar in their order, by key."""
    return {
        entry["key"]: OrganizationEntry(
            name=entry["name"],
            short_name=entry["short_name"],
            acronym=entry.get("acronym", ""),
            kind=OrganizationKind(entry["kind"]),
        )
        for entry in data["organizations"]
    }


def event_plan(
    data: Mapping[str, Any], programme: Mapping[str, Any], organization_ids: Mapping[str, int], now: datetime
) -> EventPlan:
    """Return the seminar's plan: facts from the top of `data`, dates and numbers from its demonstration values.

    Days are counted from today in the event's zone. `organization_ids` are by the institution's key.
    """
    demo = data["demonstration"]
    today = now.astimezone(ZoneInfo(demo["time_zone"])).date()
    first_day = today + timedelta(days=demo["starts_in_days"])
    return EventPlan(
        slug=data["slug"],
        publication=Publication.PUBLISHED,
        languages=data["languages"],
        title=data["title"],
        summary=data["summary"],
        description=data["description"],
        audience=data["audience"],
        city=data["city"],
        country=data["country"],
        region=data["region"],
        venue=demo["venue"],
        practical=[{**entry, "is_demonstration": True} for entry in demo["practical"]],
        demonstration_note=demo["note"],
        time_zone=demo["time_zone"],
        reference_prefix=demo["reference_prefix"],
        capacity=demo["capacity"],
        few_places=demo["few_places"],
        window=_window(demo, first_day, now),
        days=_days(data, programme, first_day),
        categories=[_category(entry, demo["categories"][entry["key"]]) for entry in data["categories"]],
        partners=[
            PartnerPlan(organization_ids[entry["key"]], PartnerRole(entry["role"])) for entry in data["organizations"]
        ],
        contact=ContactPlan(**data["contact"], language=demo["contact_language"]),
        # The contact person is real: nothing of the demo may reach anybody.
        holds_mail=True,
    )


def _window(demo: Mapping[str, Any], first_day: date, now: datetime) -> WindowPlan:
    def end(days_before: int) -> datetime:
        local = datetime.combine(first_day - timedelta(days=days_before), time.fromisoformat(demo["ends_at"]))
        return local.replace(tzinfo=ZoneInfo(demo["time_zone"]))

    return WindowPlan(
        opens_at=now,
        closes_at=end(demo["registration_closes_days_before"]),
        changes_until=end(demo["changes_until_days_before"]),
        promotes_until=end(demo["promotes_until_days_before"]),
    )


def _days(data: Mapping[str, Any], programme: Mapping[str, Any], first_day: date) -> list[DayPlan]:
    starts_at, ends_at = map(time.fromisoformat, data["demonstration"]["day_hours"])
    return [
        DayPlan(
            held_on=first_day + timedelta(days=number),
            starts_at=starts_at,
            ends_at=ends_at,
            sessions=[_session(entry) for entry in programme["days"][number]["sessions"]],
        )
        for number in range(data["days"])
    ]


def _session(entry: Mapping[str, Any]) -> SessionPlan:
    starts_at, ends_at = map(time.fromisoformat, entry["hours"])
    return SessionPlan(SessionKind(entry["kind"]), starts_at, ends_at, entry["title"], entry.get("note", {}))


def _category(entry: Mapping[str, Any], demo: Mapping[str, Any]) -> CategoryPlan:
    return CategoryPlan(
        key=entry["key"],
        name=entry["name"],
        description=demo["description"],
        approval=ApprovalRule(demo["approval"]),
        places=demo["places"],
        pending_counts=demo["pending_counts"],
    )

"""The seminar of `data/` as the documents of an event's file, dated from the day on which it is loaded."""

import tomllib
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo


def read(name: str) -> dict[str, Any]:
    """Return one of the demo's data files: "seminar", "programme", "questionnaire", "notice"."""
    return tomllib.loads((files("eventreg.demo") / "data" / f"{name}.toml").read_text(encoding="utf-8"))


def documents(
    data: Mapping[str, Any], programme: Mapping[str, Any], now: datetime
) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Return the event's document and those of its parts: facts from the top of `data`, the rest its demonstration values.

    Days are counted from today in the event's zone.
    """
    demo = data["demonstration"]
    first_day = now.astimezone(ZoneInfo(demo["time_zone"])).date() + timedelta(days=demo["starts_in_days"])

    def end(days_before: int) -> str:
        local = datetime.combine(first_day - timedelta(days=days_before), time.fromisoformat(demo["ends_at"]))
        return local.replace(tzinfo=ZoneInfo(demo["time_zone"])).isoformat()

    event = {
        **{name: data[name] for name in ("languages", "title", "city", "country", "region")},
        **{name: demo[name] for name in ("time_zone", "venue", "reference_prefix", "capacity", "few_places")},
        **{f"contact_{name}": value for name, value in data["contact"].items()},
        "contact_language": demo["contact_language"],
        "publication": "published",
        "registration_opens_at": now.isoformat(),
        "registration_closes_at": end(demo["registration_closes_days_before"]),
        "changes_until": end(demo["changes_until_days_before"]),
        "promotes_until": end(demo["promotes_until_days_before"]),
        # The contact person is real: nothing of the demo may reach anybody.
        "holds_mail": True,
    }
    organizations, days = data["organizations"], [first_day + timedelta(days=number) for number in range(data["days"])]
    return event, {
        "organizations": {"organizations": organizations},
        "institutions": {
            "institutions": [{"organization": entry["key"], "role": entry["role"]} for entry in organizations]
        },
        "days": {"days": [{"held_on": day.isoformat(), **_hours(demo["day_hours"])} for day in days]},
        "programme": {
            "sessions": [
                {"day": day.isoformat(), **_hours(session["hours"]), **session}
                for day, of_day in zip(days, programme["days"], strict=False)
                for session in of_day["sessions"]
            ]
        },
        "categories": {"categories": [{**entry, **demo["categories"][entry["key"]]} for entry in data["categories"]]},
        "texts": {
            **{name: data[name] for name in ("summary", "description", "audience")},
            "practical": [{**entry, "is_demonstration": True} for entry in demo["practical"]],
            "demonstration_note": demo["note"],
        },
    }


def _hours(hours: list[str]) -> dict[str, str]:
    return {"starts_at": hours[0], "ends_at": hours[1]}

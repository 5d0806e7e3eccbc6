"""What the organizer of the seminar has on the desk before opening the product: the facts of the demo, and four logos."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from PIL import Image, ImageDraw

Texts = dict[str, str]
#: names of the languages as fields bear them
SPANISH, ENGLISH = "Español", "English"
_COLOURS = ("#0033a0", "#7a1f3d", "#00693c", "#1f2937")


@dataclass(frozen=True)
class Colleague:
    """Somebody to be invited. `only`: the category to which a reviewer is narrowed."""

    name: str
    email: str
    role: str
    only: str = ""


@dataclass(frozen=True)
class Facts:
    """Everything that is typed, pasted or chosen."""

    event: dict[str, Any]
    #: a list of sessions a day, as in the demo's file
    programme: list[list[dict[str, Any]]]
    first_day: date
    #: registration opens with it
    today: date
    #: key of an institution to its picture
    logos: dict[str, Path]
    colleagues: tuple[Colleague, ...]

    @property
    def invented(self) -> dict[str, Any]:
        """What the demo adds to what is known."""
        found: dict[str, Any] = self.event["demonstration"]
        return found

    def day(self, days_before: int = 0) -> str:
        """Return a date so many days before the first day: "2026-12-31"."""
        return (self.first_day - timedelta(days=days_before)).isoformat()

    @property
    def next_year(self) -> date:
        """The first day of the copy."""
        return self.first_day + timedelta(weeks=54)

    def day_in_words(self, number: int) -> str:
        """Return a day of the event as the Spanish desk writes it above its sessions."""
        return format_date(self.first_day + timedelta(days=number), "EEEE d 'de' MMMM 'de' y", "es").capitalize()


def organizer_facts(folder: Path) -> Facts:
    """Return the facts, with logos drawn into `folder`. The seminar begins in thirteen weeks, on a Tuesday."""
    data = files("eventreg.demo") / "data"
    event, programme = (
        tomllib.loads((data / name).read_text(encoding="utf-8")) for name in ("seminar.toml", "programme.toml")
    )
    today = datetime.now(ZoneInfo(event["demonstration"]["time_zone"])).date()
    soon = today + timedelta(weeks=13)
    return Facts(
        event=event,
        programme=[day["sessions"] for day in programme["days"]],
        today=today,
        first_day=soon + timedelta(days=(1 - soon.weekday()) % 7),
        logos={each["key"]: _logo(folder, each, number) for number, each in enumerate(event["organizations"])},
        colleagues=(
            Colleague("Rosa Demo", "rosa.demo@instituto.example", "Revisión", event["categories"][1]["name"]["es"]),
            Colleague("Luis Demo", "luis.demo@fundacion.example", "Consulta: solo cifras"),
        ),
    )


def in_words(texts: Texts) -> Texts:
    """Return a text by the names of its languages, without the ends of lines that the file has."""
    return {SPANISH: texts["es"].strip(), ENGLISH: texts["en"].strip()}


def lines_of(sessions: list[dict[str, Any]]) -> str:
    """Return a day as the organizer's document has it: hours, then the title in both languages."""
    return "\n".join(
        f"{each['hours'][0]}–{each['hours'][1]} {each['title']['es']} | {each['title']['en']}" for each in sessions
    )


def _logo(folder: Path, organization: dict[str, Any], number: int) -> Path:
    """Draw a plain picture with the short name on it; it stands for a logo and is nobody's."""
    picture = Image.new("RGB", (600, 240), _COLOURS[number])
    ImageDraw.Draw(picture).text((40, 100), organization["short_name"]["es"], fill="white", font_size=48)
    path = folder / f"{organization['key']}.png"
    picture.save(path)
    return path

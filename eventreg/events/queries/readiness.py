"""An event as the checklist before publishing looks at it, and when it ends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from eventreg.db import db
from eventreg.events.models import Category, Event, EventDay, Partner, PrivacyNotice
from eventreg.events.queries.for_registration import find_current_notice
from eventreg.events.queries.programme import get_programme, names_of, slots_of
from eventreg.events.rules.checklist import Readiness
from eventreg.events.rules.institutions import PartnerRole
from eventreg.events.rules.starting import TEMPLATES, texts_left_open
from eventreg.kernel.text import LocalizedText
from eventreg.web.instance import config


def load_readiness(event: Event) -> Readiness:
    """Load what the checklist asks of an event: four statements, no relationship of `event` has to be loaded."""
    programme = get_programme(event.id)
    days = programme.days
    categories = db.session.execute(
        select(Category.key, Category.name).where(Category.event_id == event.id).order_by(Category.position)
    )
    notice = find_current_notice(event.id)
    return Readiness(
        languages=tuple(event.languages),
        title=event.title,
        summary=event.summary,
        description=event.description,
        venue=event.venue,
        attendance=event.attendance,
        contact_name=event.contact_name,
        contact_email=event.contact_email,
        registration_closes_at=event.registration_closes_at,
        ends_at=end_of(event, days),
        days=[day.held_on for day in days],
        categories={row.key: row.name for row in categories},
        has_host=_has_host(event.id),
        notice=_whole(notice) if notice is not None else None,
        session_titles=[session.title for day in days for session in day.sessions],
        programme=[(day, slots_of(day.sessions, programme.people)) for day in days],
        speakers=names_of(programme.people),
        practical=[item.get("text", {}) for item in event.practical],
        has_texts_left_open=_has_texts_left_open(event),
        has_joining=bool(event.joining_url or any(event.joining.values())),
        has_demonstration_values=_has_demonstration_values(event),
        has_mail_server=config().sends_mail,
        holds_mail=event.holds_mail,
    )


def end_of(event: Event, days: Sequence[EventDay]) -> datetime | None:
    """Return the instant at which the last of `days` ends, in UTC; None when there is none."""
    if not days:
        return None
    last = days[-1]
    return datetime.combine(last.held_on, last.ends_at, ZoneInfo(event.time_zone)).astimezone(UTC)


def _has_host(event_id: int) -> bool:
    hosts = select(Partner.id).where(Partner.event_id == event_id, Partner.role == PartnerRole.HOST)
    return db.session.scalar(hosts.limit(1)) is not None


def _whole(notice: PrivacyNotice) -> LocalizedText:
    """Return the languages in which both parts of a notice are written."""
    return {language: text for language, text in notice.body.items() if notice.summary.get(language, "").strip()}


def _has_texts_left_open(event: Event) -> bool:
    left_open = texts_left_open(tuple(f"templates/{name}" for name in TEMPLATES))
    texts = [event.joining, *(item.get("text", {}) for item in event.practical)]
    return any(text.get(language, "").strip() in left_open for text in texts for language in event.languages)


def _has_demonstration_values(event: Event) -> bool:
    return any(event.demonstration_note.values()) or any(item.get("is_demonstration") for item in event.practical)

"""What the texts of an event were: which was saved when, by whom.

An event as the checklist before publishing looks at it, and when it ends.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from eventreg.accounts.models import Account
from eventreg.db import Part, db, get_of_event, read_together
from eventreg.events.models import Category, Event, EventDay, Partner, PrivacyNotice, TextVersion
from eventreg.events.queries.programme import get_programme, names_of, slots_of
from eventreg.events.rules.checklist import Lack, Readiness
from eventreg.events.rules.institutions import PartnerRole
from eventreg.events.rules.publication import Publication
from eventreg.events.rules.starting import TEMPLATES, texts_left_open
from eventreg.events.rules.texts import TextId
from eventreg.kernel.text import LocalizedText
from eventreg.web.instance import config

#: as many versions of one text are shown; older ones stay in the database
_LONGEST_HISTORY = 200


class Version(NamedTuple):
    """A text as it was saved once. `by` is the name of whoever saved it; empty: the system."""

    id: int
    text: str
    at: datetime
    by: str


def last_version_ids(event_id: int) -> dict[TextId, int]:
    """Return for each text and language the id of its newest version; ids grow with time. One statement."""
    rows = db.session.execute(
        select(TextVersion.field, TextVersion.language, func.max(TextVersion.id))
        .where(TextVersion.event_id == event_id)
        .group_by(TextVersion.field, TextVersion.language)
    )
    return {TextId(field, language): newest for field, language, newest in rows}


def find_last_version(event_id: int, text: TextId) -> Version | None:
    """Return how a text was saved last."""
    return next(iter(list_versions(event_id, text, 1)), None)


def list_versions(event_id: int, text: TextId, limit: int = _LONGEST_HISTORY) -> Sequence[Version]:
    """Return the versions of a text, the newest first."""
    rows = db.session.execute(
        select(TextVersion.id, TextVersion.text, TextVersion.at, func.coalesce(Account.name, ""))
        .outerjoin(Account, Account.id == TextVersion.account_id)
        .where(TextVersion.event_id == event_id, TextVersion.field == text.field, TextVersion.language == text.language)
        .order_by(TextVersion.id.desc())
        .limit(limit)
    )
    return [Version(*row) for row in rows]


def get_version_text(event_id: int, text: TextId, version_id: int) -> str:
    """Return what a version of this text said. Raises NotFound, also for a version of another text."""
    version = get_of_event(TextVersion, event_id, id=version_id, field=text.field, language=text.language)
    return version.text


class Outline(NamedTuple):
    """What an event is made of, in a few rows."""

    days: Sequence[EventDay]
    categories: Sequence[Category]
    #: the newest
    notice: PrivacyNotice | None
    has_host: bool
    #: whether there are rows of the part that was asked for beside
    has_beside: bool = False


def read_outline(event_id: int, *beside: Part) -> Outline:
    """Return days and categories in their order, the notice, and whether an institution hosts the event: one statement.

    `beside`: what another room asks of the event, to know whether there is any.
    """
    of_event = PrivacyNotice.event_id == event_id
    newest = select(func.max(PrivacyNotice.version)).where(of_event).correlate(None).scalar_subquery()
    is_host = (Partner.event_id == event_id) & (Partner.role == PartnerRole.HOST)
    days, categories, notices, hosts, *others = read_together(
        Part((EventDay,), [(EventDay, EventDay.event_id == event_id)], [EventDay.held_on]),
        Part((Category,), [(Category, Category.event_id == event_id)], [Category.position]),
        Part((PrivacyNotice,), [(PrivacyNotice, of_event & (PrivacyNotice.version == newest))]),
        Part((Partner.id,), [(Partner, is_host)]),
        *beside,
    )
    return Outline(days, categories, next(iter(notices), None), bool(hosts), any(others))


def load_readiness(event: Event, outline: Outline | None = None) -> Readiness:
    """Load what the checklist asks of an event: two statements, one where its outline was read before.

    No relationship of `event` has to be loaded.
    """
    programme = get_programme(event.id)
    days = programme.days
    sensitive = ((Lack.NOT_DISCREET, event.is_discreet), (Lack.NOT_QUIET, event.is_quiet))
    _days, categories, notice, has_host, _beside = outline or read_outline(event.id)
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
        categories={category.key: category.name for category in categories},
        has_host=has_host,
        notice=_whole(notice) if notice is not None else None,
        session_titles=[session.title for day in days for session in day.sessions],
        programme=[(day, slots_of(day.sessions, programme.people)) for day in days],
        speakers=names_of(programme.people),
        practical=[item.get("text", {}) for item in event.practical],
        has_texts_left_open=_has_texts_left_open(event),
        has_joining=bool(event.joining_url or any(event.joining.values())),
        has_demonstration_values=_has_demonstration_values(event),
        offered=[lack for lack, is_on in sensitive if event.publication is Publication.DRAFT and not is_on],
        has_mail_server=config().sends_mail,
        holds_mail=event.holds_mail,
    )


def end_of(event: Event, days: Sequence[EventDay]) -> datetime | None:
    """Return the instant at which the last of `days` ends, in UTC; None when there is none."""
    if not days:
        return None
    last = days[-1]
    return datetime.combine(last.held_on, last.ends_at, ZoneInfo(event.time_zone)).astimezone(UTC)


def _whole(notice: PrivacyNotice) -> LocalizedText:
    """Return the languages in which both parts of a notice are written."""
    return {language: text for language, text in notice.body.items() if notice.summary.get(language, "").strip()}


def _has_texts_left_open(event: Event) -> bool:
    left_open = texts_left_open(tuple(f"templates/{name}" for name in TEMPLATES))
    texts = [event.joining, *(item.get("text", {}) for item in event.practical)]
    return any(text.get(language, "").strip() in left_open for text in texts for language in event.languages)


def _has_demonstration_values(event: Event) -> bool:
    return any(event.demonstration_note.values()) or any(item.get("is_demonstration") for item in event.practical)

"""What an event tells people about their data."""

from __future__ import annotations

from sqlalchemy import func, select

from eventreg.audit.services import SYSTEM, Actor, note
from eventreg.db import transaction
from eventreg.events.models import PrivacyNotice
from eventreg.events.queries.for_registration import lock_event
from eventreg.events.rules.notices import PlanInvalid
from eventreg.kernel.clock import now
from eventreg.kernel.errors import N_, Refused
from eventreg.kernel.text import LocalizedText
from eventreg.kernel.typed import is_blank


def publish_notice(
    event_id: int,
    summary: LocalizedText,
    body: LocalizedText,
    *,
    actor: Actor = SYSTEM,
    seen_version: int | None = None,
) -> int:
    """Publish the next version of an event's privacy notice and return its id; earlier ones stay as they were.

    `summary` is two sentences for the form, `body` the whole notice in Markdown. With `seen_version` (0: none) only
    when no other was published since. Raises PlanInvalid when a language of the event lacks a text, Refused when
    another one was, NotFound, and LifecycleRefused for an archived event.
    """
    with transaction() as session:
        event = lock_event(event_id)
        for place, text in (("summary", summary), ("body", body)):
            for language in event.languages:
                if is_blank(text.get(language, "")):
                    raise PlanInvalid(f"notice.{place}: there is no text in {language!r}")
        last = session.scalar(select(func.max(PrivacyNotice.version)).where(PrivacyNotice.event_id == event_id))
        if seen_version is not None and seen_version != (last or 0):
            raise Refused(N_("Somebody else published a version meanwhile"), status_code=409)
        notice = PrivacyNotice(
            event_id=event_id, version=(last or 0) + 1, summary=dict(summary), body=dict(body), published_at=now()
        )
        session.add(notice)
        session.flush()
        note(notice, "notice_published", actor, version=notice.version)
        return notice.id

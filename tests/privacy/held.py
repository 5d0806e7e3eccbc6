"""Events whose data the law keeps."""

from __future__ import annotations

from datetime import date

from eventreg.db import db, transaction
from eventreg.events.models import Event
from eventreg.kernel.clock import now
from eventreg.privacy.models import Hold
from tests.builders import an_account

REASON, UNTIL = "Art. 12 LGR", date(2031, 5, 4)


def a_hold(event: Event) -> None:
    """Have the law keep what is held of an event."""
    keeper = an_account()
    with transaction():
        db.session.add(Hold(event_id=event.id, reason=REASON, until=UNTIL, placed_by_id=keeper.id, placed_at=now()))


def no_hold() -> None:
    """Let no law keep anything."""
    with transaction():
        db.session.query(Hold).delete()

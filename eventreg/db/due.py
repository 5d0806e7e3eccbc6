"""What is due later, when the machine's clock was ahead and comes back.

A row of work says when it is due (`due_at`) and when that was set (`due_set_at`), both by the clock of the machine. An
instant of setting that lies in the future tells that the clock was ahead then: the row waits as long from now as it was
to wait from then. So the minute to undo, a delay between two tries and a lease last as long as they should, and what is
meant for later is not early.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from eventreg.db.base import db
from eventreg.db.transactions import transaction

#: the clocks of machines that work together differ by less. A lease that a machine within it took is nobody's to move
SKEW = timedelta(minutes=1)
_AT_ONCE = 500


def pull_back(model: Any, now: datetime) -> list[int]:
    """Have rows of `model` that became due by a clock that was ahead wait from now on; returns the ids of those moved.

    Some at once: called again and again. It takes no write lock to find out that there are none.
    """
    ahead = (model.due_at > now, model.due_set_at > now + SKEW)
    if db.session.scalar(select(model.id).where(*ahead).limit(1)) is None:
        return []
    with transaction() as session:
        rows = session.execute(
            select(model.id, model.due_at, model.due_set_at)
            .where(*ahead)
            .order_by(model.due_at, model.id)
            .limit(_AT_ONCE)
            .with_for_update(skip_locked=True)
        ).all()
        for id_, due_at, set_at in rows:
            session.execute(
                update(model)
                .where(model.id == id_)
                .values(due_at=now + (due_at - set_at), due_set_at=now)
                .execution_options(synchronize_session=False)
            )
        return [row[0] for row in rows]

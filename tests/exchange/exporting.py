"""Files that were taken out of a list, for the tests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from eventreg.accounts.models import Account
from eventreg.db import db, transaction
from eventreg.events.models import Event
from eventreg.events.rules.team import WHOLE
from eventreg.exchange.models import Export
from eventreg.exchange.rules.exports import ExportFormat, ExportState, Plan, Titles
from eventreg.exchange.services.files import write_part
from eventreg.kernel import clock
from eventreg.kernel.tokens import new_public_id

CONTENT = b"a workbook"


def a_plan(**changes: Any) -> Plan:
    """Return what is in a file: everything, but what is sensitive."""
    values: dict[str, Any] = {
        "format": ExportFormat.XLSX, "columns": None, "titles": Titles.LABELS, "has_contact_data": True,
        "leaves_out_contact_data": False, "has_sensitive": False, "language": "en", "taken_by": "Olga", "words": "",
        "file_name": "event-2027.xlsx", "grouped_by": "", "scope": WHOLE,
    }  # fmt: skip
    return Plan(**{**values, **changes})


def an_export(event: Event, account: Account, plan: Plan | None = None, **changes: Any) -> Export:
    """Add an export that is ready, with its file."""
    plan, at = plan or a_plan(), clock.now()
    values: dict[str, Any] = {
        "public_id": new_public_id(), "event_id": event.id, "account_id": account.id, "format": plan.format,
        "state": ExportState.READY, "query": "", "details": plan.as_data(), "has_sensitive": plan.has_sensitive,
        "count": 3, "done": 3, "size": len(CONTENT), "created_at": at, "ready_at": at,
        "expires_at": at + timedelta(hours=24),
    }  # fmt: skip
    export = Export(**{**values, **changes})
    with transaction():
        db.session.add(export)
    write_part(export.public_id, "", [CONTENT])
    return export

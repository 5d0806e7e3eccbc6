"""How the form is shown: on one page or in steps, and with the answers once more before they are sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from eventreg.questionnaires.services.drafting import change_draft


def save_shape(event_id: int, *, is_stepwise: bool, has_summary: bool, account_id: int, at: datetime) -> None:
    """Say how the form of the draft is shown. Raises what `change_draft` raises."""

    def change(document: dict[str, Any]) -> dict[str, Any]:
        wanted = {"is_stepwise": is_stepwise, "has_summary": has_summary}
        # What is not so is left out, as in a definition that never said anything of it.
        return {name: value for name, value in (document | wanted).items() if name not in wanted or value}

    change_draft(event_id, change, account_id, at)

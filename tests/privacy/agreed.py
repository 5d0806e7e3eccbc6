"""A sharing agreement, for the tests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from eventreg.accounts.models import Account
from eventreg.audit.services import Actor
from eventreg.events.models import Event
from eventreg.kernel.clock import now
from eventreg.privacy.agreements import Terms, add_agreement, list_agreements
from eventreg.privacy.models import SharingAgreement
from tests.builders import text


def an_agreement(event: Event, account: Account, **changes: Any) -> SharingAgreement:
    """What is agreed with the ministry: names and institutions of officials, for a month."""
    values = {
        "partner_id": None, "recipient": "Ministerio de Prueba", "categories": ["government"],
        "columns": ["person", "institution"], "purpose": text("Preparar la acogida", "To prepare the welcome"),
        "until": (now() + timedelta(days=30)).date(),
    }  # fmt: skip
    add_agreement(event.id, Terms(**{**values, **changes}), Actor.account(account.id))
    return list_agreements(event.id)[0]

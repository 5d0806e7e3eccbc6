"""Looking at what is sensitive: allowed to few, and recorded each time before it is shown."""

from __future__ import annotations

from eventreg.audit.services import Actor, record
from eventreg.db import transaction
from eventreg.events.queries.for_registration import lock_event
from eventreg.kernel.clock import now
from eventreg.registration.models import Registration
from eventreg.registration.queries.registrations import get_by_reference
from eventreg.registration.services.uploads import OpenedFile, open_upload
from eventreg.review.queries.dossier import list_answers, open_sensitive


def look_at_section(event_id: int, reference: str, section_key: str, account_id: int) -> dict[str, list[str]]:
    """Return the sensitive answers of one section by question, and record the look. Raises NotFound."""
    with transaction():
        lock_event(event_id)
        registration = get_by_reference(event_id, reference)
        opened = open_sensitive(registration, section_key)
        _record(registration, "sensitive_answers_seen", account_id, sorted(opened))
        return opened


def take_file(event_id: int, reference: str, public_id: str, account_id: int) -> OpenedFile:
    """Return a file of a registration with its content, and record that it was taken. Raises NotFound."""
    with transaction():
        lock_event(event_id)
        registration = get_by_reference(event_id, reference)
        opened = open_upload(event_id, registration.id, public_id)
        questions = [answer.question_key for answer in list_answers(registration.id) if answer.value == public_id]
        _record(registration, "file_downloaded", account_id, questions)
        return opened


def _record(registration: Registration, action: str, account_id: int, questions: list[str]) -> None:
    record(
        event_id=registration.event_id,
        actor=Actor.account(account_id),
        action=action,
        record_kind="registration",
        record_id=registration.id,
        at=now(),
        detail={"questions": questions},
    )

"""Looking at what is sensitive: allowed to few, and recorded each time before it is shown."""

from __future__ import annotations

from eventreg.audit.services import Actor, record
from eventreg.db import transaction
from eventreg.events.queries.for_registration import lock_event_in_any_state
from eventreg.events.rules.team import Scope
from eventreg.kernel.clock import now
from eventreg.registration.models import Registration
from eventreg.registration.services.uploads import OpenedFile, open_upload
from eventreg.review.queries.dossier import list_answers, open_sensitive
from eventreg.review.queries.scoping import get_in_scope


def look_at_section(
    event_id: int, reference: str, section_key: str, account_id: int, scope: Scope
) -> dict[str, list[str]]:
    """Return the sensitive answers of one section by question, and record the look. Raises NotFound."""
    with transaction():
        lock_event_in_any_state(event_id)
        registration = get_in_scope(event_id, reference, scope)
        opened = open_sensitive(registration, section_key)
        _record(registration, "sensitive_answers_seen", account_id, sorted(opened))
        return opened


def look_at_questions(registration: Registration, keys: list[str], account_id: int) -> None:
    """Record that somebody looks at the answers to these sensitive questions of a registration in scope."""
    with transaction():
        lock_event_in_any_state(registration.event_id)
        _record(registration, "sensitive_answers_seen", account_id, sorted(keys))


def take_file(event_id: int, reference: str, public_id: str, account_id: int, scope: Scope) -> OpenedFile:
    """Return a file of a registration with its content, and record that it was taken. Raises NotFound."""
    with transaction():
        lock_event_in_any_state(event_id)
        registration = get_in_scope(event_id, reference, scope)
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

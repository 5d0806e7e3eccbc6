"""Looking at what is sensitive: allowed to few, and recorded each time before it is shown."""

from eventreg.attendees.queries.person import list_answers, open_sensitive
from eventreg.audit.services import Actor, note
from eventreg.db import transaction
from eventreg.events.organizers import Organizer
from eventreg.events.queries.events import lock_event_in_any_state
from eventreg.kernel.errors import NotFound
from eventreg.registration.models import Registration
from eventreg.registration.queries.answers import find_asked
from eventreg.registration.queries.scoping import get_in_scope
from eventreg.registration.services.answers import OpenedFile, open_upload


def look_at_section(event_id: int, reference: str, section_key: str, who: Organizer) -> dict[str, list[str]]:
    """Return the sensitive answers of one section by question, and record the look. Raises NotFound."""
    with transaction():
        lock_event_in_any_state(event_id)
        registration = get_in_scope(event_id, reference, who.scope)
        opened = open_sensitive(registration, section_key)
        note(registration, "sensitive_answers_seen", who, questions=sorted(opened))
        return opened


def look_at_questions(registration: Registration, keys: list[str], who: Actor) -> None:
    """Record that somebody looks at the answers to these sensitive questions of a registration in scope."""
    with transaction():
        lock_event_in_any_state(registration.event_id)
        note(registration, "sensitive_answers_seen", who, questions=sorted(keys))


def take_file(event_id: int, reference: str, public_id: str, who: Organizer, *, sees_sensitive: bool) -> OpenedFile:
    """Return a file of a registration with its content, and record that it was taken. Raises NotFound.

    One that answers a sensitive question, or a question that is asked no more, is opened only by who `sees_sensitive` answers.
    """
    with transaction():
        lock_event_in_any_state(event_id)
        registration = get_in_scope(event_id, reference, who.scope)
        opened = open_upload(event_id, registration.id, public_id)
        questions = [answer.question_key for answer in list_answers(registration.id) if answer.value == public_id]
        if not sees_sensitive and not _are_plain(registration, questions):
            raise NotFound
        note(registration, "file_downloaded", who, questions=questions)
        return opened


def _are_plain(registration: Registration, keys: list[str]) -> bool:
    definition = find_asked(registration, for_team=True).definition
    asked = [definition.find(key) for key in keys]
    return bool(asked) and all(question is not None and not question.is_sensitive for question in asked)

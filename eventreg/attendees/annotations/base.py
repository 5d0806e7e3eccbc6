"""What a kind of annotation says of itself: something that the team puts on registrations beside what people wrote."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, exists, update
from werkzeug.datastructures import MultiDict

from eventreg.attendees.fields import ListField
from eventreg.db import Part, db
from eventreg.events.bundles.parts import Intake
from eventreg.events.models import Event
from eventreg.events.organizers import Organizer
from eventreg.events.queries.events import holding_event
from eventreg.events.rules.team import Permission
from eventreg.registration.models import Registration
from eventreg.registration.queries.scoping import get_in_scope
from eventreg.web.access import Sending

#: what a request brings of the form on a card
Form = MultiDict[str, str]


class Annotation(ABC):
    """A kind of annotation. A subclass says what differs; whatever is listed in `ANNOTATIONS` is everywhere with that.

    Its column and filter in the list and in files, its card on the page of a registration with the form there, its acts in
    the history, its place in an event's file, and what becomes of it when two registrations are merged.
    """

    #: what addresses and an event's file call it, and the part of the page that one comes back to
    key: ClassVar[str]
    #: the table whose rows stand on registrations, by `registration_id`
    table: ClassVar[Any]
    #: its column and filter of the list
    field: ClassVar[type[ListField]]
    #: the partial with its card, on which `form_input` is where a refusal stands
    template: ClassVar[str]
    form_input: ClassVar[str]
    #: what the form of the card is called among the endpoints, and who may send it
    endpoint: ClassVar[str]
    right: ClassVar[Permission]
    #: whether keeping it can write to colleagues
    sending: ClassVar[Sending] = Sending.NONE
    #: what the history calls its acts on a registration, and parts of their detail
    acts: ClassVar[Mapping[str, str]]
    act_parts: ClassVar[Mapping[str, str]] = {}

    @abstractmethod
    def read(self, event: Event, registration: Registration) -> Sequence[Part]:
        """Return what is read for its card: all cards are read in one statement."""

    @abstractmethod
    def shown(
        self, event: Event, registration: Registration, rows: Sequence[list[Any]], form: Form | None, *, is_open: bool
    ) -> Mapping[str, Any]:
        """Return what its card needs.

        `rows`: of what was read; `form`: what was sent and refused, to be shown again; `is_open`: the card has its form.
        """

    @abstractmethod
    def save(self, event_id: int, reference: str, form: Form, who: Organizer) -> str:
        """Keep what the card's form brings; returns the part of the page to go back to. Raises Refused and NotFound."""

    @abstractmethod
    def taken(self, registration_id: int) -> Any:
        """Return what an event's file holds of it for one registration."""

    @abstractmethod
    def given(self, data: Any, registration_id: int, place: str, intake: Intake) -> None:
        """Put on a registration what a file holds. Raises BundleInvalid."""

    def is_on(self) -> ColumnElement[bool]:
        """Return the condition that a registration has it."""
        return exists().where(self.table.registration_id == Registration.id)

    def carry_over(self, goes: Registration, stays: Registration) -> None:
        """Bring it from a registration to the one that it is merged into."""
        moved = update(self.table).where(self.table.registration_id == goes.id)
        db.session.execute(moved.values(registration_id=stays.id))


@contextmanager
def annotating(event_id: int, reference: str, who: Organizer) -> Iterator[tuple[Event, Registration]]:
    """One transaction that holds the event's row, and the registration, which must be in scope.

    Raises NotFound and LifecycleRefused.
    """
    with holding_event(event_id) as event:
        yield event, get_in_scope(event_id, reference, who.scope)

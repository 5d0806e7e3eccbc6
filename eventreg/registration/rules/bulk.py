"""Many people put in at once: what is to be written, and who of them has a place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eventreg.events.rules.categories import ApprovalRule
from eventreg.events.rules.seats import Places, Seats
from eventreg.kernel.errors import Refused
from eventreg.questionnaires.rules.schema import Question
from eventreg.registration.rules.admission import admit, needs_place
from eventreg.registration.rules.refusals import ChangeReason
from eventreg.registration.rules.states import TRANSITIONS, Status


@dataclass(frozen=True)
class NewPerson:
    """Somebody to be registered. Answers are cleaned, by question key; those to `questions` are written."""

    row: int
    category_key: str
    language: str
    email: str
    answers: Mapping[str, Sequence[str]]
    questions: Sequence[Question]
    #: None: by the category's rule
    wanted: Status | None
    #: what the trial said that they get
    status: Status


@dataclass(frozen=True)
class AnswerPut:
    """One answer that takes the place of another. `old` is None where it was not looked at: what is sealed."""

    question: Question
    version_id: int
    old: Sequence[str] | None
    new: Sequence[str]


@dataclass(frozen=True)
class ChangedPerson:
    """A registration whose answers are changed, as it was when it was looked at."""

    row: int
    registration_id: int
    seen_revision: int
    puts: Sequence[AnswerPut] = ()
    #: of the mails; None: as it is
    language: str | None = None


@dataclass(frozen=True)
class BulkPlan:
    """What is written of a file, all or nothing, and under which state of the event it was made."""

    #: hashed with the row it makes the submission hash, so that a file put in twice is one
    key: str
    questionnaire_id: int
    new: Sequence[NewPerson]
    changed: Sequence[ChangedPerson]
    #: for the history
    file_name: str = ""


class BulkOvertaken(Refused):
    """Something changed since the plan was made. Nothing was written. `rows`: of whom it is known; empty: the event."""

    def __init__(self, rows: Sequence[int] = ()) -> None:
        super().__init__(ChangeReason.NOT_POSSIBLE_NOW)
        self.rows = tuple(rows)


@dataclass(frozen=True)
class CategoryRule:
    """What decides on people of a category."""

    id: int
    key: str
    approval: ApprovalRule
    pending_counts: bool

    def takes_place(self, status: Status) -> bool:
        """Say whether somebody of this status holds a place."""
        return needs_place(status, self.pending_counts)


@dataclass
class Hall:
    """The places of an event while people are seated, one after the other, in their order."""

    seats: Seats
    categories: Mapping[str, CategoryRule]

    def seat(self, category_key: str, wanted: Status | None) -> Status:
        """Return the status that the next person gets. Nobody is confirmed without a place: they wait for one, approved."""
        category = self.categories[category_key]
        if wanted in (Status.WAITLISTED, Status.DECLINED):
            return wanted
        if wanted is Status.PENDING:
            approval, is_approved = ApprovalRule.BY_ORGANIZER, False
        else:
            approval, is_approved = category.approval, wanted is Status.CONFIRMED
        admission = admit(approval, category.pending_counts, self.seats.of(category.id), is_approved)
        if admission.takes_place:
            self.seats = self.seats.take(category.id)
        return TRANSITIONS[Status.UNVERIFIED, admission.action]


@dataclass
class OptionSeats:
    """The options with places of their own while people are put in. By question key and value."""

    places: dict[tuple[str, str], Places]

    def take(self, answers: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
        """Take what these answers need, all or none; returns what is full."""
        needed = [(key, value) for key, values in answers.items() for value in values if (key, value) in self.places]
        full = [option for option in needed if not self.places[option].has_free]
        if not full:
            for option in needed:
                self.places[option] = self.places[option].take()
        return full

"""Many people put in at once: what is to be written, and who of them has a place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from eventreg.events.rules.categories import ApprovalRule
from eventreg.kernel.errors import Refused
from eventreg.questionnaires.rules.schema import Question
from eventreg.registration.rules.admission import Places, admit
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
    refuses_when_full: bool = False


class BulkOvertaken(Refused):
    """Something changed since the plan was made. Nothing was written. `rows`: of whom it is known; empty: the event."""

    def __init__(self, rows: Sequence[int] = ()) -> None:
        super().__init__(ChangeReason.NOT_POSSIBLE_NOW)
        self.rows = tuple(rows)


@dataclass(frozen=True)
class CategoryRule:
    """What decides on people of a category."""

    key: str
    approval: ApprovalRule
    pending_counts: bool
    counts_toward_event: bool
    places: int | None
    taken: int


@dataclass
class Hall:
    """The places of an event while people are seated, one after the other, in their order."""

    capacity: int | None
    categories: Mapping[str, CategoryRule]
    _seated: dict[str, int] = field(default_factory=dict)

    def seat(self, category_key: str, wanted: Status | None) -> Status:
        """Return the status that the next person gets. Nobody is confirmed without a place: they wait for one, approved."""
        category = self.categories[category_key]
        if wanted in (Status.WAITLISTED, Status.DECLINED):
            return wanted
        if wanted is Status.PENDING:
            approval, is_approved = ApprovalRule.BY_ORGANIZER, False
        else:
            approval, is_approved = category.approval, wanted is Status.CONFIRMED
        admission = admit(approval, category.pending_counts, self._places(category), is_approved)
        if admission.takes_place:
            self._seated[category_key] = self._seated.get(category_key, 0) + 1
        return TRANSITIONS[Status.UNVERIFIED, admission.action]

    def takes_place(self, category_key: str, status: Status) -> bool:
        """Say whether somebody of this status holds a place."""
        is_counted = status is Status.PENDING and self.categories[category_key].pending_counts
        return status is Status.CONFIRMED or is_counted

    def _places(self, category: CategoryRule) -> Places:
        counting = [each for each in self.categories.values() if each.counts_toward_event]
        return Places(
            capacity=self.capacity if category.counts_toward_event else None,
            taken=sum(each.taken + self._seated.get(each.key, 0) for each in counting),
            category_places=category.places,
            category_taken=category.taken + self._seated.get(category.key, 0),
        )


@dataclass
class OptionSeats:
    """What options with places of their own have left while people are put in. By question key and value."""

    left: dict[tuple[str, str], int]

    def take(self, answers: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
        """Take what these answers need, all or none; returns what is full."""
        needed = [(key, value) for key, values in answers.items() for value in values if (key, value) in self.left]
        full = [place for place in needed if self.left[place] <= 0]
        if not full:
            for place in needed:
                self.left[place] -= 1
        return full

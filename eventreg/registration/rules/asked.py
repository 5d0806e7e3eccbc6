"""What one registration was asked, put together from the versions that its answers were given under.

A registration is made under one version. Questions that were asked again, follow-ups and what organizers fill in are
answered later, under newer ones. Each question stands in the wording, with the options and the sensitivity, of the version
that its answer was given under, in the section where that version has it.

When somebody who is registered can answer what they are asked, and when they are reminded.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from eventreg.kernel.errors import N_, Titled
from eventreg.questionnaires.rules.schema import FIRST_DAY, LAST_DAY, Definition, Question, Section, Stage
from eventreg.registration.rules.states import STANDING, Status


@dataclass(frozen=True)
class AskedQuestions:
    """What a registration was asked: the questions, and the id of the version that each of them is of."""

    definition: Definition
    versions: Mapping[str, int]
    #: the whole version that the registration was made under
    base: Definition

    def only(self, *stages: Stage) -> Definition:
        """Return the sections of these stages."""
        sections = tuple(section for section in self.definition.sections if section.stage in stages)
        return replace(self.definition, sections=sections)


def put_together(
    base_id: int,
    definitions: Mapping[int, Definition],
    *,
    given: Mapping[str, int],
    still_open: Mapping[str, int] | None = None,
    team_id: int | None = None,
) -> AskedQuestions:
    """Return what a registration made under version `base_id` was asked.

    `given` names by question the version that its answer was given under, `still_open` the one under which it is asked and
    not answered yet: its question is added where there is none. Sections for organizers alone are left out, unless
    `team_id` names the version whose sections they fill in. `definitions` holds every version that is named.
    """
    base = definitions[base_id]
    parts = _Parts(base_id, base)
    for version_id, section, question in _of_versions(definitions, given):
        if team_id is not None or section.stage is not Stage.ORGANIZERS:
            parts.put(version_id, definitions[version_id], section, question)
        else:
            # Asked of the person once, filled in by organizers since: the answer is theirs.
            parts.drop(question.key)
    for version_id, section, question in _of_versions(definitions, still_open or {}):
        if question.key not in parts.versions and section.stage is not Stage.ORGANIZERS:
            parts.put(version_id, definitions[version_id], section, question)
    for section in definitions[team_id].sections if team_id is not None else ():
        for question in section.questions if section.stage is Stage.ORGANIZERS else ():
            if team_id is not None and question.key not in parts.versions:
                parts.put(team_id, definitions[team_id], section, question)
    return AskedQuestions(replace(base, sections=parts.sections()), parts.versions, base)


def _of_versions(
    definitions: Mapping[int, Definition], chosen: Mapping[str, int]
) -> Iterator[tuple[int, Section, Question]]:
    """Yield the questions that are chosen by key and version, the older versions first, in the order of each."""
    for version_id in sorted(set(chosen.values())):
        for section in definitions[version_id].sections:
            for question in section.questions:
                if chosen.get(question.key) == version_id:
                    yield version_id, section, question


class _Parts:
    """Sections that are being put together, each a head and its questions in order."""

    def __init__(self, base_id: int, base: Definition) -> None:
        self._heads: dict[str, Section] = {}
        self._questions: dict[str, list[Question]] = {}
        self.versions: dict[str, int] = {}
        for section in base.sections:
            # A section that is asked later, or of the team, stands here for its place among the others.
            is_asked = section.stage is Stage.REGISTRATION
            self._heads[section.key] = section
            self._questions[section.key] = list(section.questions) if is_asked else []
            self.versions |= {question.key: base_id for question in self._questions[section.key]}

    def put(self, version_id: int, definition: Definition, section: Section, question: Question) -> None:
        """Put a question in place of the one of its key, else where its version has it."""
        if question.key in self.versions:
            questions = next(each for each in self._questions.values() if any(q.key == question.key for q in each))
            questions[[each.key for each in questions].index(question.key)] = question
        else:
            if section.key not in self._heads:
                self._add_section(definition, section)
            elif not self._questions[section.key]:
                self._heads[section.key] = section
            self._insert(section, question)
        self.versions[question.key] = version_id

    def drop(self, key: str) -> None:
        """Leave a question out."""
        self.versions.pop(key, None)
        for section_key, questions in self._questions.items():
            self._questions[section_key] = [each for each in questions if each.key != key]

    def sections(self) -> tuple[Section, ...]:
        """Return the sections in which something is asked."""
        return tuple(
            replace(head, questions=tuple(self._questions[key]))
            for key, head in self._heads.items()
            if self._questions[key]
        )

    def _insert(self, section: Section, question: Question) -> None:
        """Insert a question after the nearest one that stands before it in its own version."""
        questions = self._questions[section.key]
        own_order = [each.key for each in section.questions]
        before = own_order[: own_order.index(question.key)]
        places = [place for place, each in enumerate(questions) if each.key in before]
        questions.insert(places[-1] + 1 if places else 0, question)

    def _add_section(self, definition: Definition, section: Section) -> None:
        own_order = [each.key for each in definition.sections]
        before = own_order[: own_order.index(section.key)]
        order = list(self._heads)
        places = [place for place, key in enumerate(order) if key in before]
        order.insert(places[-1] + 1 if places else 0, section.key)
        heads = {**self._heads, section.key: section}
        self._heads = {key: heads[key] for key in order}
        self._questions[section.key] = []


#: a follow-up is asked of the confirmed alone; everything else of whoever takes part, or may yet
CONFIRMED = frozenset({Status.CONFIRMED})
#: who has not answered is reminded once, this long before the deadline
REMINDED_BEFORE = timedelta(days=3)
#: but not before having had this long to answer
LEFT_ALONE_FOR = timedelta(days=1)


class RequestKind(Titled):
    """Why somebody is asked: what it is called, and for the team. A follow-up is called as its section."""

    #: a section that is asked of the confirmed, like travel details
    FOLLOW_UP = "follow_up"
    #: questions that were changed or added after the person registered
    AGAIN = "again", N_("Questions that have changed"), N_("Asked again")
    #: what an organizer wants mended
    CORRECTION = "correction", N_("Answers to check")

    def __init__(self, key: str, title: str = "", team_title: str = "") -> None:
        super().__init__(key, title)
        self.team_title = team_title or title


class RequestState(Titled):
    """Where a request stands."""

    OPEN = "open", N_("Waits for the answer")
    ANSWERED = "answered", N_("Answered")
    #: the deadline passed without an answer
    LATE = "late", N_("Not answered in time")
    TAKEN_BACK = "taken_back", N_("Revoked")


def concerns(kind: RequestKind, status: Status) -> bool:
    """Say whether somebody of this status is asked; whoever loses the place is not, and is again with the place."""
    return status in (CONFIRMED if kind is RequestKind.FOLLOW_UP else STANDING)


def closes_at(answer_by: date | None, changes_until: datetime, time_zone: str) -> datetime:
    """Return the first instant that is late: the end of the last day in the event's zone, or when changes end."""
    if answer_by is None:
        return changes_until
    # What came in with a file may name a day at an end of the calendar, where days and zones cannot be reckoned with.
    answer_by = min(max(answer_by, FIRST_DAY), LAST_DAY)
    return datetime.combine(answer_by + timedelta(days=1), time(), tzinfo=ZoneInfo(time_zone))


def state_of(
    now: datetime, closes: datetime, answered_at: datetime | None, taken_back_at: datetime | None
) -> RequestState:
    """Return where a request stands now."""
    if answered_at is not None:
        return RequestState.ANSWERED
    if taken_back_at is not None:
        return RequestState.TAKEN_BACK
    return RequestState.OPEN if now < closes else RequestState.LATE


def is_to_be_reminded(now: datetime, closes: datetime, requested_at: datetime, reminded_at: datetime | None) -> bool:
    """Say whether the one reminder is due: shortly before the deadline, to whoever had a day to answer."""
    had_time = now - requested_at >= LEFT_ALONE_FOR
    return reminded_at is None and had_time and closes - REMINDED_BEFORE <= now < closes

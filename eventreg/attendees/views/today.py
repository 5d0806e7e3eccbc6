"""What waits for somebody among the people of an event, each with the list that holds them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from flask_babel import gettext as _, ngettext
from sqlalchemy import Select, func, select

from eventreg.attendees.listing import ListOf, ListShape
from eventreg.attendees.listing.counting import Narrowing
from eventreg.attendees.listing.shape import shape_of
from eventreg.attendees.models import Note, NoteMention
from eventreg.attendees.queries.people import list_newest_definitions
from eventreg.attendees.rules.listing import DOUBT, IS_EMPTY, LATE, MAIL, MINE, YES, ListState, answer_column, is_
from eventreg.attendees.views.desk import list_url
from eventreg.events.rules.team import Permission
from eventreg.events.today import Matter, Seen, TodayItem
from eventreg.i18n import formats
from eventreg.i18n.languages import current_language
from eventreg.kernel.errors import N_, NN_
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import NOT_ARRIVED, DeliveryState
from eventreg.questionnaires.rules.schema import Definition, Stage
from eventreg.registration.models import AnswerRequest, Registration
from eventreg.registration.rules.states import Status
from eventreg.registration.services.answers import FILE_KINDS
from eventreg.web.templating import plain_in_reader_language


class PeopleItem(TodayItem):
    """Registrations that a list in one state holds."""

    right = Permission.SEE_REGISTRATIONS
    is_of_decisions = True
    narrowed_by: ClassVar[Mapping[str, str]]

    def matters(self, seen: Sequence[Seen]) -> Iterator[Matter]:
        for each in seen:
            yield self.listed(each, ListState().narrowed(**{name: [value] for name, value in self.narrowed_by.items()}))

    def listed(self, seen: Seen, state: ListState, shape: ListShape | None = None, **said: str) -> Matter:
        """Return the matter of a list. `shape`: what the list offers, where a question is asked for."""
        shape = shape or ListShape(categories=tuple(category.key for category in seen.categories))
        of = ListOf(seen.event.id, seen.categories, seen.grant.sight, current_language())
        oldest = func.min(self.since_of(seen))
        counted = Narrowing(of, shape, state).apply(select(func.count(), oldest).select_from(Registration))
        return Matter(seen, self, counted, partial(list_url, seen.event.slug, state), **said)

    def since_of(self, seen: Seen) -> Any:
        """Return since when a registration waits."""
        return Registration.status_changed_at


class Undelivered(PeopleItem):
    """People whose newest message did not arrive."""

    icon, is_urgent, is_late = "mail-x", True, True
    is_of_decisions = False
    states: ClassVar[Collection[DeliveryState]] = NOT_ARRIVED
    title = NN_("Email not delivered", "Emails not delivered")
    about = N_("These people do not know what was decided or asked.")
    action, verb = NN_("Mend it", "Mend all %(num)d"), N_("Mend")
    narrowed_by: ClassVar = {"trouble": MAIL}

    def since_of(self, seen: Seen) -> Any:
        return _first(
            select(func.min(MailMessage.created_at)).where(
                MailMessage.event_id == seen.event.id,
                MailMessage.record_kind == "registration",
                MailMessage.record_id == Registration.id,
                MailMessage.audience == "participant",
                MailMessage.state.in_(self.states),
            )
        )


class Doubtful(Undelivered):
    """People whose newest message was perhaps taken: somebody decides whether it goes again."""

    icon, is_urgent, is_late = "mail-warning", False, False
    states = (DeliveryState.DOUBTFUL,)
    title = NN_("Email probably delivered", "Emails probably delivered")
    about = N_("The mail server did not say whether it took them: decide whether they go again.")
    action, verb = TodayItem.action, TodayItem.verb
    narrowed_by: ClassVar = {"trouble": DOUBT}


class ToReview(PeopleItem):
    """People who wait for a decision."""

    icon, is_urgent, is_main = "scale", True, True
    title = NN_("Registration to review", "Registrations to review")
    about = N_("They wait to hear whether they can come.")
    action, verb = NN_("Review it", "Review all %(num)d"), N_("Review")
    narrowed_by: ClassVar = {"status": Status.PENDING.value}


class Overdue(PeopleItem):
    """People who did not answer in time what they were asked beside the form."""

    icon, is_urgent = "clock-alert", True
    title = NN_("Overdue answer", "Overdue answers")
    about = N_("They were asked for more, and the last day has passed.")
    narrowed_by: ClassVar = {"unanswered": LATE}

    def since_of(self, seen: Seen) -> Any:
        return _first(
            select(func.min(AnswerRequest.requested_at)).where(
                AnswerRequest.registration_id == Registration.id,
                AnswerRequest.answered_at.is_(None),
                AnswerRequest.taken_back_at.is_(None),
            )
        )


class Mentioned(PeopleItem):
    """People on whom a note names oneself."""

    icon, is_urgent = "at-sign", True
    is_of_decisions = False
    title = NN_("Note that mentions you", "Notes that mention you")
    about = N_("Colleagues named you in a note on these people.")
    action, verb = NN_("Read it", "Read all %(num)d"), N_("Read")
    narrowed_by: ClassVar = {"note": MINE}

    def since_of(self, seen: Seen) -> Any:
        return _first(
            select(func.min(Note.written_at))
            .join(NoteMention, NoteMention.note_id == Note.id)
            .where(
                Note.registration_id == Registration.id,
                NoteMention.account_id == seen.account_id,
                NoteMention.seen_at.is_(None),
            )
        )


class Unfilled(PeopleItem):
    """People on the waiting list of a category that has a place for them, which nothing gives them by itself."""

    icon = "armchair"
    title = NN_("Person waiting while places are free", "People waiting while places are free")

    def matters(self, seen: Sequence[Seen]) -> Iterator[Matter]:
        for each in seen:
            free = [category for category in each.categories if each.seats.of(category.id).has_free]
            if not free or not each.grant.scope.is_whole:
                continue
            state = ListState().narrowed(status=[Status.WAITLISTED.value], category=[category.key for category in free])
            names = formats.joined([plain_in_reader_language(category.name) for category in free], current_language())
            places = each.seats.open_to([category.id for category in free])
            about = (
                ngettext("%(num)d free place: %(names)s", "%(num)d free places: %(names)s", places, names=names)
                if places is not None
                else _("Without a limit of places: %(names)s", names=names)
            )
            yield self.listed(each, state, about=about)


class MissingFiles(PeopleItem):
    """Confirmed people without a file that their category must send."""

    icon = "file-warning"
    title = NN_("Missing file", "Missing files")
    about = N_("Of people who are confirmed.")

    def matters(self, seen: Sequence[Seen]) -> Iterator[Matter]:
        definitions = list_newest_definitions([each.event.id for each in seen])
        for each in seen:
            if (newest := definitions.get(each.event.id)) is not None:
                yield from self._of(each, *newest)

    def _of(self, seen: Seen, version_id: int, definition: Definition) -> Iterator[Matter]:
        shape = shape_of({version_id: definition}, seen.categories, seen.grant.sight)
        keys = [category.key for category in seen.categories]
        for section in definition.sections:
            for question in section.questions if section.stage is Stage.REGISTRATION else ():
                must = [key for key in keys if question.is_asked_of(key) and question.is_required_of(key)]
                # Whom a condition concerns no list can say.
                if question.kind in FILE_KINDS and must and question.condition is None:
                    state = ListState().narrowed(status=[Status.CONFIRMED.value])
                    if len(must) < len(keys):
                        state = state.filtered("category", map(is_, must))
                    state = state.filtered(answer_column(question.key), [IS_EMPTY])
                    label = plain_in_reader_language(question.label)
                    yield self.listed(seen, state, shape, title=_("Missing: %(what)s", what=label))


class Doubles(PeopleItem):
    """Registrations that look like one person."""

    right = Permission.ADD_PEOPLE
    icon = "copy"
    title = NN_("Likely duplicate", "Likely duplicates")
    about = N_("The same name, telephone or address in two registrations.")
    action, verb = NN_("Compare it", "Compare all %(num)d"), N_("Compare")
    narrowed_by: ClassVar = {"duplicates": YES}

    def since_of(self, seen: Seen) -> Any:
        return Registration.submitted_at


#: what needs somebody soonest first
PEOPLE_ITEMS: tuple[TodayItem, ...] = (
    Undelivered(), ToReview(), Overdue(), Mentioned(), Unfilled(), MissingFiles(), Doubles(), Doubtful(),
)  # fmt: skip


def _first(statement: Select[Any]) -> Any:
    return statement.correlate(Registration).scalar_subquery()

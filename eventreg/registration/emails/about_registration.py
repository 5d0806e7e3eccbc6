"""The messages about one registration: what they have in common, and those after registering, which tell of a decision, too.

In common they have the news they tell, and their form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Self

from flask_babel import gettext as _, lazy_gettext as _l
from flask_babel.speaklater import LazyString

from eventreg.mail.content import Change, Fact, MailContent, Reason
from eventreg.registration.emails.messages import Again, Group, Message
from eventreg.registration.emails.occasions import Occasion
from eventreg.registration.emails.placeholders import Facts
from eventreg.registration.models import Registration
from eventreg.registration.rules.messages import OF_EVENT, OF_REGISTRATION
from eventreg.registration.rules.states import STANDING, Status


@dataclass(frozen=True)
class RequestWording:
    """What a request asks, in the words of one language."""

    #: the questions, never answers
    labels: Sequence[str]
    #: of a follow-up
    section: str
    #: until when, in words
    until: str
    #: what follows the personal link to lead to these questions alone
    path: str


@dataclass(frozen=True)
class News:
    """What happened to one registration, as far as the messages tell of it."""

    message: type[AboutRegistration]
    #: the days the person comes; empty: all
    day_ids: frozenset[int] = frozenset()
    reason: str = ""
    #: what changed, in the words of a language
    changes: Callable[[str], tuple[Change, ...]] | None = None
    #: when the messages may go; a decision's wait until the time to undo it is over
    due_at: datetime | None = None
    #: the calendar of somebody who is confirmed gets the entry anew, for `day_ids`
    renews_calendar: bool = False
    #: the entry leaves the calendar, since an invitation had put it there
    takes_back: bool = False
    #: what somebody is asked to answer, in the words of a language
    request: Callable[[str], RequestWording] | None = None

    def of(self, registration: Registration) -> type[AboutRegistration]:
        """Return the message that tells it to this person."""
        return self.message.of(registration, self)

    def kept(self, languages: Iterable[str]) -> dict[str, Any]:
        """Return what of it is told to the contact persons, as JSON: what changed in each of these languages."""
        changed = {
            each: [(one.label, one.old, one.new) for one in self.changes(each)] for each in languages if self.changes
        }
        return {"days": sorted(self.day_ids), "reason": self.reason, "changes": changed}


def contact_subject(heading: str, registration: Registration) -> str:
    """Return the subject of what the contact persons are told."""
    return _(
        "%(heading)s: %(name)s (%(reference)s)",
        heading=heading, name=registration.full_name, reference=registration.reference,
    )  # fmt: skip


class AboutRegistration(Message, is_base=True):
    """A message about one registration, to the participant; and with `contact_words` also to the contact persons."""

    names = OF_EVENT | OF_REGISTRATION
    #: it tells a confirmed person of the place, or reaches a mailbox that has no entry yet: it brings the calendar
    invites: ClassVar[bool] = False
    #: it takes entries out of the calendar in any case
    takes_back: ClassVar[bool] = False
    #: heading and sentence for the contact persons; None: it concerns the participant alone
    contact_words: ClassVar[tuple[LazyString, LazyString] | None] = None

    def __init__(
        self, occasion: Occasion, registration: Registration, news: News, language: str, link: str, now: datetime
    ) -> None:
        super().__init__(occasion, language, link)
        self.registration, self.news, self.now = registration, news, now
        self.reason = Reason(news.reason)
        self.changes = news.changes(language) if news.changes is not None else ()

    @classmethod
    def of(cls, registration: Registration, news: News) -> type[AboutRegistration]:
        """Return the message that tells this news: itself, or what inherits from it to tell another thing."""
        return cls

    @classmethod
    def in_slots(cls, slots: Occasion, language: str, now: datetime) -> Self:
        """See `Message.in_slots`."""
        registration = Registration(
            given_name="{full_name}", family_name="", reference="{reference}", status=cls.status, approved_at=None
        )
        asked = RequestWording((), "{section}", "{answer_by}", "")
        news = News(cls, takes_back=cls.takes_back, request=lambda _language: asked)
        return cls(slots, registration, news, language, "{link}", now)

    def facts(self) -> Facts:
        """See `Message.facts`."""
        registration, occasion = self.registration, self.occasion
        return Facts(
            occasion,
            self.language,
            link=self.link,
            given_name=registration.given_name,
            full_name=registration.full_name,
            institution=registration.institution,
            category=self.category_name(),
            registration=registration,
            day_ids=self.news.day_ids,
            reason=self.reason,
        )

    def greeting(self) -> str:
        """See `Message.greeting`."""
        return _("Dear %(name)s,", name=self.registration.full_name)

    def details(self) -> tuple[tuple[str, str], ...]:
        """See `Message.details`. Who takes part in nothing does so as nothing."""
        taking_part = ((_("Taking part as"), self.category_name()),) if self.registration.status in STANDING else ()
        return (
            (_("Reference"), self.registration.reference),
            (_("Dates"), self.occasion.dates(self.news.day_ids, self.language)),
            (_("Place"), self.occasion.place(self.language)),
            *taking_part,
        )

    def content(self, heading: str, *paragraphs: str, **parts: Any) -> MailContent:
        """See `Message.content`. The button leads to one's own page, unless another is given."""
        return super().content(heading, *paragraphs, **{"button": (_("See my registration"), ""), **parts})

    def category_name(self) -> str:
        """Return as what the person takes part."""
        return self.occasion.text(self.occasion.category_of(self.registration).name, self.language)

    def not_yet(self) -> str:
        """Warn whoever waits."""
        return _("Wait for our answer before you buy tickets. This message does not confirm a place.")

    def review_steps(self) -> tuple[str, ...]:
        """Return what happens next to whoever waits for a decision."""
        promise = self.occasion.answer_promise(self.now, self.language)
        return _("The organizing institutions review your request."), promise

    def as_it_stands(self) -> Fact:
        """Tell where the registration stands to whoever has not just been told."""
        if self.registration.status is Status.WAITLISTED:
            return Fact(_("You are on the waiting list. We will write to you as soon as it is your turn."))
        return Fact(_(self.registration.status.explained))

    def no_longer_confirmed(self) -> Fact:
        """Tell whoever had a place."""
        if not self.news.takes_back:
            return Fact()
        return Fact(_("Your place is no longer confirmed. This message takes it out of your calendar."))

    def out_of_calendar(self) -> Fact:
        """Tell what becomes of the entry."""
        return Fact(_("This message takes the dates out of your calendar.") if self.news.takes_back else "")

    def calendar_follows(self) -> Fact:
        """Tell that the entry changes, where there is one."""
        is_touched = self.news.renews_calendar or self.news.takes_back
        return Fact(_("This message brings your calendar up to date.") if is_touched else "")

    def until_when(self) -> str:
        """Return until when answers can be changed, if they still can."""
        if self.now >= self.occasion.event.changes_until:
            return ""
        return _("You can change your answers until %(until)s.", until=self.occasion.changes_until(self.language))

    def before_the_event(self) -> tuple[str, ...]:
        """Return what a confirmed person can do until then."""
        return (
            _("Add the dates to your calendar: this message brings them."),
            self.until_when(),
            _("If you cannot come, withdraw your registration, so that somebody else can have the place."),
        )


class Received(AboutRegistration):
    """Somebody has asked to take part."""

    key = "received"
    group = Group.REGISTERING
    title = _l("Request received")
    trigger = _l("Goes when somebody has registered and waits for a decision.")
    goes_again = Again.IN_ITS_STATUS
    status = Status.PENDING
    contact_words = _l("New registration to review"), _l("This person has registered and waits for the team to decide.")

    def write(self) -> MailContent:
        """See `Message.write`."""
        return self.content(
            _("We have your request"),
            _("We have received your request to take part in “%(title)s”.", title=self.event_title),
            steps=(*self.review_steps(), self.until_when()),
            warning=self.not_yet(),
        )


class Confirmed(AboutRegistration):
    """Somebody has a place."""

    key = "confirmed"
    group = Group.REGISTERING
    title = _l("Place confirmed")
    trigger = _l("Goes when somebody gets a place: at once on registering, or by a decision.")
    goes_again = Again.IN_ITS_STATUS
    holds_reason = True
    invites = True
    contact_words = _l("Registration confirmed"), _l("This person has a confirmed place and has been told.")

    def write(self) -> MailContent:
        """See `Message.write`."""
        return self.content(
            _("Your place is confirmed"),
            _("Your place at “%(title)s” is confirmed. We look forward to welcoming you.", title=self.event_title),
            self.reason,
            steps=self.before_the_event(),
            joining=self.occasion.joining(self.language),
        )


class Waitlisted(AboutRegistration):
    """Somebody waits for a place."""

    key = "waitlisted"
    group = Group.REGISTERING
    title = _l("On the waiting list")
    trigger = _l("Goes when there is no place for somebody, or a decision says so.")
    goes_again = Again.IN_ITS_STATUS
    status = Status.WAITLISTED
    holds_reason = True
    contact_words = _l("On the waiting list"), _l("This person is on the waiting list and has been told.")

    def write(self) -> MailContent:
        """See `Message.write`."""
        was_accepted = self.registration.approved_at is not None and not self.news.takes_back
        return self.content(
            _("You are on the waiting list"),
            self.no_longer_confirmed(),
            Fact(_("Your request was accepted.")) if was_accepted else "",
            _(
                "At the moment we cannot offer you a place at “%(title)s”, but you are on the waiting list.",
                title=self.event_title,
            ),
            self.reason,
            steps=(
                _("A place that becomes free goes to the waiting list, in its order."),
                _("We write to you as soon as it is your turn."),
                self.until_when(),
            ),
            warning=self.not_yet(),
        )

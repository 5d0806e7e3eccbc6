"""The words of each message to a participant. Called with the participant's language in force."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask_babel import gettext as _

from eventreg.mail.content import Change, Fact, MailContent, Reason
from eventreg.registration.emails.messages import Message
from eventreg.registration.emails.occasions import Occasion
from eventreg.registration.emails.placeholders import Facts
from eventreg.registration.models import Registration
from eventreg.registration.rules.states import Status


class ParticipantWords:
    """Everything a message can name, and one method for each message."""

    def __init__(
        self,
        occasion: Occasion,
        registration: Registration,
        language: str,
        link: str,
        *,
        day_ids: frozenset[int] = frozenset(),
        reason: str = "",
        changes: tuple[Change, ...] = (),
        renews_calendar: bool = False,
        takes_back: bool = False,
        privacy_url: str = "",
        now: datetime,
    ) -> None:
        """`renews_calendar`: the message brings entries for the calendar; `takes_back`: it takes entries out of it."""
        self._occasion = occasion
        self._registration = registration
        self._language = language
        self._link = link
        self._day_ids = day_ids
        self._reason = Reason(reason)
        self._changes = changes
        self._renews_calendar = renews_calendar
        self._takes_back = takes_back
        self._privacy_url = privacy_url
        self._now = now
        self._title = occasion.title(language)

    def write(self, message: Message) -> MailContent:
        """Return the content for `message`."""
        writers: dict[Message, Callable[[], MailContent]] = {
            Message.RECEIVED: self._received,
            Message.CONFIRMED: self._confirmed,
            Message.WAITLISTED: self._waitlisted,
            Message.PROMOTED: self._promoted,
            Message.DECLINED: self._declined,
            Message.CHANGED: self._changed,
            Message.WITHDRAWN: self._withdrawn,
            Message.REOPENED: self._reopened,
            Message.LINK: self._own_link,
            Message.ADDRESS_CHANGED: self._address_changed,
            Message.ADDRESS_LEFT: self._address_left,
            Message.OLD_ENTRY: self._old_entry,
        }
        return writers[message]()

    def facts(self) -> Facts:
        """Return what placeholders stand for in these messages."""
        registration, occasion = self._registration, self._occasion
        return Facts(
            occasion,
            self._language,
            link=self._link,
            given_name=registration.given_name,
            full_name=registration.full_name,
            institution=registration.institution,
            category=occasion.text(occasion.category_of(registration).name, self._language),
            registration=registration,
            day_ids=self._day_ids,
            reason=self._reason,
        )

    def _received(self) -> MailContent:
        return self._content(
            _("We have your request"),
            _("We have received your request to take part in “%(title)s”.", title=self._title),
            steps=(
                _("The organizing institutions review your request."),
                self._occasion.answer_promise(self._now, self._language),
                self._until_when(),
            ),
            warning=self._not_yet(),
        )

    def _confirmed(self) -> MailContent:
        return self._content(
            _("Your place is confirmed"),
            _("Your place at “%(title)s” is confirmed. We look forward to welcoming you.", title=self._title),
            self._reason,
            steps=self._before_the_event(),
            joining=self._occasion.joining(self._language),
        )

    def _waitlisted(self) -> MailContent:
        was_accepted = self._registration.approved_at is not None and not self._takes_back
        return self._content(
            _("You are on the waiting list"),
            self._no_longer_confirmed(),
            Fact(_("Your request was accepted.")) if was_accepted else "",
            _(
                "At the moment we cannot offer you a place at “%(title)s”, but you are on the waiting list.",
                title=self._title,
            ),
            self._reason,
            steps=(
                _("A place that becomes free goes to the waiting list, in its order."),
                _("We write to you as soon as it is your turn."),
                self._until_when(),
            ),
            warning=self._not_yet(),
        )

    def _promoted(self) -> MailContent:
        if self._registration.status is Status.PENDING:
            return self._content(
                _("A place has become free and we review your request"),
                _("A place at “%(title)s” has become free, and it is your turn.", title=self._title),
                steps=(
                    _("The organizing institutions review your request."),
                    self._occasion.answer_promise(self._now, self._language),
                ),
                warning=self._not_yet(),
            )
        return self._content(
            _("A place has become free and it is yours"),
            _("A place at “%(title)s” has become free. Your place is confirmed.", title=self._title),
            steps=self._before_the_event(),
            joining=self._occasion.joining(self._language),
        )

    def _declined(self) -> MailContent:
        if self._takes_back:
            return self._content(
                _("Your place is no longer confirmed"),
                _(
                    "We regret that we can no longer offer you the place at “%(title)s” that we had confirmed.",
                    title=self._title,
                ),
                self._reason,
                self._out_of_calendar(),
            )
        return self._content(
            _("We cannot offer you a place this time"),
            _("Thank you for your interest in “%(title)s”. We cannot offer you a place this time.", title=self._title),
            self._reason,
        )

    def _changed(self) -> MailContent:
        return self._content(
            _("We have saved your changes"),
            self._calendar_follows(),
            _("What has changed in your registration for “%(title)s”:", title=self._title),
            changes=self._changes,
            warning=_("If you did not make this change, write to the contact person."),
        )

    def _withdrawn(self) -> MailContent:
        return self._content(
            _("Your registration is withdrawn"),
            _("As you asked, we have withdrawn your registration for “%(title)s”.", title=self._title),
            _("If you had a place, somebody else can have it now. Thank you for telling us."),
            self._out_of_calendar(),
            _("If your plans change, you can register again while registration is open."),
            has_link=False,
        )

    def _reopened(self) -> MailContent:
        return self._content(
            _("We are reviewing your request again"),
            self._no_longer_confirmed(),
            _("We have taken back our last answer about “%(title)s”.", title=self._title),
            self._reason,
            steps=(
                _("The organizing institutions review your request."),
                self._occasion.answer_promise(self._now, self._language),
            ),
            warning=self._not_yet(),
        )

    def _own_link(self) -> MailContent:
        return self._content(
            _("Your personal link"),
            _("This link opens your registration for “%(title)s”.", title=self._title),
            Fact(
                _(
                    "You receive it because somebody (we hope it was you) asked for it "
                    "or sent the form again with this address."
                )
            ),
        )

    def _address_changed(self) -> MailContent:
        return self._content(
            _("Your new email address is confirmed"),
            _("From now on we write to this address about “%(title)s”.", title=self._title),
            Fact(_("This is your new personal link. The earlier one no longer works.")),
        )

    def _address_left(self) -> MailContent:
        return self._content(
            _("Your email address was changed"),
            _("We no longer write to this address about “%(title)s”.", title=self._title),
            Fact(_("Your earlier personal link no longer works. The new one is with your new address.")),
            warning=_("If you did not make this change, write to the contact person."),
            has_link=False,
        )

    def _old_entry(self) -> MailContent:
        return self._content(
            _("An earlier entry leaves your calendar"),
            _("Until now your calendar had an entry for each day of “%(title)s”.", title=self._title),
            Fact(_("This message takes the one of this date out. What stands in our other message holds.")),
            has_link=False,
        )

    def _not_yet(self) -> str:
        return _("Wait for our answer before you buy tickets. This message does not confirm a place.")

    def _no_longer_confirmed(self) -> Fact:
        if not self._takes_back:
            return Fact()
        return Fact(_("Your place is no longer confirmed. This message takes it out of your calendar."))

    def _out_of_calendar(self) -> Fact:
        return Fact(_("This message takes the dates out of your calendar.") if self._takes_back else "")

    def _calendar_follows(self) -> Fact:
        is_touched = self._renews_calendar or self._takes_back
        return Fact(_("This message brings your calendar up to date.") if is_touched else "")

    def _until_when(self) -> str:
        if self._now >= self._occasion.event.changes_until:
            return ""
        return _("You can change your answers until %(until)s.", until=self._occasion.changes_until(self._language))

    def _before_the_event(self) -> tuple[str, ...]:
        return (
            _("Add the dates to your calendar: this message brings them."),
            self._until_when(),
            _("If you cannot come, withdraw your registration, so that somebody else can have the place."),
        )

    def _content(
        self,
        heading: str,
        *paragraphs: str,
        steps: tuple[str, ...] = (),
        warning: str = "",
        changes: tuple[Change, ...] = (),
        joining: tuple[str, ...] = (),
        has_link: bool = True,
    ) -> MailContent:
        registration = self._registration
        return MailContent(
            subject=_("%(heading)s: %(title)s", heading=heading, title=self._title),
            heading=heading,
            greeting=_("Dear %(name)s,", name=registration.full_name),
            paragraphs=tuple(paragraph for paragraph in paragraphs if paragraph),
            facts=self._facts(),
            action=(_("See my registration"), self._link) if has_link else None,
            steps=tuple(step for step in steps if step),
            warning=warning,
            changes=changes,
            joining=joining,
            footer=self._footer(),
        )

    def _footer(self) -> tuple[str, ...]:
        return (
            self._occasion.credits(self._language),
            *self._occasion.phrases(self._language),
            _("You receive this message because this address was given when somebody registered."),
            _("How we use your data: %(address)s", address=self._privacy_url),
        )

    def _facts(self) -> tuple[tuple[str, str], ...]:
        occasion, language = self._occasion, self._language
        return (
            (_("Reference"), self._registration.reference),
            (_("Dates"), occasion.dates(self._day_ids, language)),
            (_("Place"), occasion.place(language)),
            (_("Taking part as"), occasion.text(occasion.category_of(self._registration).name, language)),
        )

"""The words of each message to a participant. Called with the participant's language in force."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext as _

from eventreg.i18n import formats
from eventreg.mail.letters import Change, Letter
from eventreg.registration.emails.messages import Message
from eventreg.registration.emails.occasions import Occasion
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
    ) -> None:
        self._occasion = occasion
        self._registration = registration
        self._language = language
        self._link = link
        self._day_ids = day_ids
        self._reason = reason
        self._changes = changes
        self._title = occasion.title(language)

    def write(self, message: Message) -> Letter:
        """Return the letter for `message`."""
        writers: dict[Message, Callable[[], Letter]] = {
            Message.RECEIVED: self._received,
            Message.CONFIRMED: self._confirmed,
            Message.WAITLISTED: self._waitlisted,
            Message.PROMOTED: self._promoted,
            Message.DECLINED: self._declined,
            Message.CHANGED: self._changed,
            Message.WITHDRAWN: self._withdrawn,
            Message.REOPENED: self._reopened,
            Message.VERIFY: self._verify,
            Message.LINK: self._own_link,
            Message.CONFIRM_ADDRESS: self._confirm_address,
            Message.ADDRESS_CHANGED: self._address_changed,
            Message.ADDRESS_LEFT: self._address_left,
        }
        return writers[message]()

    def _received(self) -> Letter:
        return self._letter(
            _("We have your request"),
            _("Your request to take part in “%(title)s” has arrived. It is under review.", title=self._title),
            steps=(
                _("The organizing institutions read your request."),
                _("You receive our answer by email, whether or not we can offer you a place."),
            ),
            warning=_("Wait for our answer before you buy tickets. This message does not confirm a place."),
        )

    def _confirmed(self) -> Letter:
        return self._letter(
            _("Your place is confirmed"),
            _("Your place at “%(title)s” is confirmed. We look forward to receiving you.", title=self._title),
            self._reason,
            steps=self._before_the_event(),
        )

    def _waitlisted(self) -> Letter:
        return self._letter(
            _("You are on the waiting list"),
            _(
                "All places at “%(title)s” are taken at the moment. We have put you on the waiting list.",
                title=self._title,
            ),
            self._reason,
            steps=(
                _("If a place opens, it goes to the waiting list in the order of arrival."),
                _("We write to you as soon as your turn comes."),
            ),
            warning=_("Wait for our answer before you buy tickets. This message does not confirm a place."),
        )

    def _promoted(self) -> Letter:
        if self._registration.status is Status.PENDING:
            return self._letter(
                _("A place has opened: your request is under review"),
                _("A place at “%(title)s” has opened and your turn has come.", title=self._title),
                _("The organizing institutions now read your request, and you receive their answer by email."),
                warning=_("Wait for our answer before you buy tickets. This message does not confirm a place."),
            )
        return self._letter(
            _("A place has opened: your place is confirmed"),
            _("A place at “%(title)s” has opened, and it is yours.", title=self._title),
            steps=self._before_the_event(),
        )

    def _declined(self) -> Letter:
        return self._letter(
            _("We cannot offer you a place this time"),
            _("Thank you for your interest in “%(title)s”. This time we cannot offer you a place.", title=self._title),
            self._reason,
        )

    def _changed(self) -> Letter:
        return self._letter(
            _("Your registration was changed"),
            _("These answers of your registration for “%(title)s” were changed:", title=self._title),
            changes=self._changes,
            warning=_("If you did not make this change, write to the contact person."),
        )

    def _withdrawn(self) -> Letter:
        return self._letter(
            _("Your registration is withdrawn"),
            _("As you asked, your registration for “%(title)s” is withdrawn.", title=self._title),
            _("If you had a place, it passes to another person. Thank you for telling us."),
            has_link=False,
        )

    def _reopened(self) -> Letter:
        return self._letter(
            _("Your registration is under review again"),
            _(
                "We took back our last answer about “%(title)s”. Your registration is under review again.",
                title=self._title,
            ),
            self._reason,
            _("You receive our new answer by email."),
            warning=_("Wait for our answer before you buy tickets. This message does not confirm a place."),
        )

    def _verify(self) -> Letter:
        return self._letter(
            _("Confirm your email address"),
            _("Somebody, we hope you, asked to take part in “%(title)s” with this address.", title=self._title),
            _("Confirm the address so that the request counts. If it was not you, do nothing."),
            button=_("Confirm my address"),
        )

    def _own_link(self) -> Letter:
        return self._letter(
            _("Your personal link"),
            _("With this link you see, change or withdraw your registration for “%(title)s”.", title=self._title),
            _("You receive it because somebody, we hope you, asked for it or registered once more with this address."),
        )

    def _confirm_address(self) -> Letter:
        return self._letter(
            _("Confirm your new email address"),
            _("You asked us to write to this address about “%(title)s” from now on.", title=self._title),
            _("Confirm it with the button. Until then we write to your earlier address."),
            button=_("Confirm my new address"),
        )

    def _address_changed(self) -> Letter:
        return self._letter(
            _("Your new email address is confirmed"),
            _("From now on we write to this address about “%(title)s”.", title=self._title),
            _("This is your new personal link. The one you had no longer works."),
        )

    def _address_left(self) -> Letter:
        return self._letter(
            _("Your email address was changed"),
            _(
                "We no longer write to this address about “%(title)s”. Your earlier personal link no longer works.",
                title=self._title,
            ),
            warning=_("If you did not make this change, write to the contact person."),
            has_link=False,
        )

    def _before_the_event(self) -> tuple[str, ...]:
        changes_until = formats.instant(
            self._occasion.event.changes_until, self._occasion.event.time_zone, self._language
        )
        return (
            _("Add the dates to your calendar: the calendar entry is part of this message."),
            _("You can change your answers until %(until)s.", until=changes_until),
            _("If you cannot come, withdraw your registration, so that somebody else can have the place."),
        )

    def _letter(
        self,
        heading: str,
        *paragraphs: str,
        steps: tuple[str, ...] = (),
        warning: str = "",
        changes: tuple[Change, ...] = (),
        button: str = "",
        has_link: bool = True,
    ) -> Letter:
        occasion, registration = self._occasion, self._registration
        return Letter(
            subject=_("%(heading)s: %(title)s", heading=heading, title=self._title),
            heading=heading,
            preview=_("Reference %(reference)s", reference=registration.reference),
            greeting=_("Good day, %(name)s:", name=registration.full_name),
            paragraphs=tuple(paragraph for paragraph in paragraphs if paragraph),
            facts=self._facts(),
            action=(button or _("See my registration"), self._link) if has_link else None,
            steps=steps,
            warning=warning,
            changes=changes,
            footer=(
                occasion.credits(self._language),
                _(
                    "You receive this message because this address was given in a registration. "
                    "We use your data only to organize the event."
                ),
            ),
        )

    def _facts(self) -> tuple[tuple[str, str], ...]:
        occasion, language = self._occasion, self._language
        return (
            (_("Reference"), self._registration.reference),
            (_("Dates"), occasion.dates(self._day_ids, language)),
            (_("Place"), occasion.place(language)),
            (_("Taking part as"), occasion.text(occasion.category_of(self._registration).name, language)),
        )

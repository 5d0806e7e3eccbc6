"""The messages that ask somebody to answer: more once the place is confirmed, anew, to be mended; and the one reminder."""

from dataclasses import replace
from datetime import datetime

from flask_babel import gettext as _, lazy_gettext as _l

from eventreg.mail.content import Fact, MailContent
from eventreg.registration.emails.about_registration import AboutRegistration, News, RequestWording
from eventreg.registration.emails.messages import Again, Group
from eventreg.registration.emails.occasions import Occasion
from eventreg.registration.emails.placeholders import Facts
from eventreg.registration.models import Registration


class Asking(AboutRegistration, is_base=True):
    """A message that comes with questions to answer; its link leads to them."""

    group = Group.ASKING
    goes_again = Again.ALWAYS
    names = AboutRegistration.names | {"answer_by"}
    holds_reason = True

    def __init__(
        self, occasion: Occasion, registration: Registration, news: News, language: str, link: str, now: datetime
    ) -> None:
        super().__init__(occasion, registration, news, language, link, now)
        self.request = news.request(language) if news.request is not None else RequestWording((), "", "", "")

    def facts(self) -> Facts:
        """See `Message.facts`. The link leads to the questions."""
        asked = self.request
        return replace(super().facts(), link=self.link + asked.path, section=asked.section, answer_by=asked.until)

    def answer_by(self) -> str:
        """Warn of the end."""
        return _("Answer by %(until)s. After that the page is closed.", until=self.request.until)

    def ask(self, heading: str, sentence: str) -> MailContent:
        """Return the words that ask."""
        return self.content(
            heading,
            sentence,
            self.reason,
            Fact(_("Questions: %(labels)s", labels=" · ".join(self.request.labels))),
            warning=self.answer_by(),
            button=(_("Answer the questions"), self.request.path),
        )


class AskedFollowUp(Asking):
    """Questions for those who are confirmed."""

    key = "asked_follow_up"
    title = _l("Questions once confirmed")
    trigger = _l("Goes when somebody is confirmed and the form asks more then.")
    names = Asking.names | {"section"}

    def write(self) -> MailContent:
        """See `Message.write`."""
        words = self.ask(
            _("Please answer “%(section)s”", section=self.request.section),
            _(
                "Your place at “%(title)s” is confirmed. To prepare your participation we need a few more answers.",
                title=self.event_title,
            ),
        )
        return replace(words, quiet_subject=str(self.title))


class AskedAgain(Asking):
    """The questions have changed."""

    key = "asked_again"
    title = _l("Questions asked again")
    trigger = _l("Goes when the questions have changed and the answers are asked anew.")

    def write(self) -> MailContent:
        """See `Message.write`."""
        return self.ask(
            _("Please answer some questions again"),
            _("What we ask about “%(title)s” has changed since you registered.", title=self.event_title),
        )


class AskedCorrection(Asking):
    """Answers to be mended."""

    key = "asked_correction"
    title = _l("Please correct")
    trigger = _l("Goes when the team asks somebody to mend some answers.")

    def write(self) -> MailContent:
        """See `Message.write`."""
        return self.ask(
            _("Please check your answers"),
            _("The organizing team asks you to check some of your answers about “%(title)s”.", title=self.event_title),
        )


class AskReminder(Asking):
    """Nothing was answered."""

    key = "ask_reminder"
    title = _l("Reminder to answer")
    trigger = _l("Goes once, some days later, when nothing was answered.")

    def write(self) -> MailContent:
        """See `Message.write`."""
        return self.ask(
            _("We still need your answers"),
            _("A few days ago we asked you some questions about “%(title)s”.", title=self.event_title),
        )

"""The words of one message in the languages of an event, as a form."""

from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import unquote

from flask_babel import gettext as _
from wtforms import SelectField, StringField

from eventreg.i18n.languages import own_name
from eventreg.kernel.text import showable
from eventreg.mail.rich import addresses_in
from eventreg.registration.emails.messages import Message
from eventreg.registration.emails.placeholders import PLACEHOLDERS
from eventreg.registration.queries.registrations import NOTHING, StoredText
from eventreg.registration.rules import messages
from eventreg.web.forms import lazy_gettext
from eventreg.web.localized import LocalizedField, LocalizedForm


class WordsForm(LocalizedForm):
    """A subject and words in each language, with placeholders; the names that may stand in each are given by subclasses."""

    subject = LocalizedField(lazy_gettext("Subject"), limit=messages.MAX_SUBJECT)
    body = LocalizedField(lazy_gettext("Message text"), kind="markdown", limit=messages.MAX_BODY, rows=10)

    def allowed_in(self, part: str) -> Collection[str]:
        """Return the placeholders that may stand in the "subject" or the "body"."""
        raise NotImplementedError

    def validate(self, extra_validators: Any = None) -> bool:
        """Refuse also placeholders that there are not, and personal links, in every language (case 33)."""
        is_sound: bool = super().validate(extra_validators)
        return self._holds_what_it_may() and is_sound

    def check_words(self) -> bool:
        """Say whether the words can be kept, beside the fields, without asking where they came from."""
        are_sound = [self.subject.validate(self), self.body.validate(self)]
        return self._holds_what_it_may() and all(are_sound)

    def _holds_what_it_may(self) -> bool:
        is_sound = True
        for part, bound in (("subject", self.subject), ("body", self.body)):
            alone = [messages.DETAILS] if messages.DETAILS in self.allowed_in(part) else []
            for language, text in bound.data.items():
                for fault in messages.placeholder_faults(text, self.allowed_in(part), PLACEHOLDERS, alone):
                    written, nearest = f"{{{fault.name}}}", f"{{{fault.nearest}}}"
                    bound.refuse(language, _(fault.reason.sentence, written=written, nearest=nearest))
                    is_sound = False
        for language, text in self.body.data.items():
            if any(_is_half_a_placeholder(address) for address in addresses_in(text)):
                self.body.refuse(language, _("The address of a link can be {link} alone, without anything around it"))
                is_sound = False
        return is_sound

    def texts(self) -> dict[str, messages.OwnText]:
        """Return what stands in the form, by language; empty where nothing does."""
        subject, body = self.subject.data, self.body.data
        return {code: messages.OwnText(subject.get(code, ""), body.get(code, "")) for code in self.languages}


class MessageTextForm(WordsForm):
    """The event's own words of one message of the system, with the revision of each that was seen."""

    who = StringField(
        lazy_gettext("Preview as"), description=lazy_gettext("Reference or name. Empty: somebody made up."), default=""
    )
    as_language = SelectField(lazy_gettext("In which language"), validate_choice=False)

    def __init__(
        self, message: type[Message], languages: Collection[str], stored: Mapping[str, StoredText], **values: Any
    ) -> None:
        self.message = message
        super().__init__(
            list(languages),
            subject={code: found.text.subject for code, found in stored.items()},
            body={code: found.text.body for code, found in stored.items()},
            **values,
        )
        self.seen = {code: stored.get(code, NOTHING).revision for code in languages}
        self.as_language.choices = [(code, own_name(code)) for code in languages]
        if self.as_language.data not in languages:
            self.as_language.data = next(iter(languages))
        self.who.data = showable(self.who.data or "")[:200]

    def allowed_in(self, part: str) -> Collection[str]:
        return self.message.in_subject() if part == "subject" else self.message.in_body()

    def see(self, sent: Mapping[str, str]) -> None:
        """Take over which revisions the sender of the form saw."""
        self.seen = {code: _number(sent.get(f"seen-{code}", "")) for code in self.languages}

    def edits(self) -> dict[str, messages.TextEdit]:
        """Return what is to be saved."""
        return {code: messages.TextEdit(self.seen[code], text) for code, text in self.texts().items()}

    def fill(self, language: str, text: messages.OwnText) -> None:
        """Put words into the inputs of a language."""
        self.subject.inputs[language].data, self.body.inputs[language].data = text.subject, text.body


def _is_half_a_placeholder(address: str) -> bool:
    written = unquote(address)
    names = messages.names_in(written)
    return bool(names) and not (names == ["link"] and written.strip().startswith("{") and written.strip().endswith("}"))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else -1

"""What is written for an act on many registrations, in the languages of whoever reads it.

A message to many, in the languages of whoever reads it.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _, ngettext
from wtforms import BooleanField, DateField, HiddenField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.fields import Field
from wtforms.validators import Optional, StopValidation
from wtforms.widgets import TextArea

from eventreg.attendees.forms import refuse_personal_links
from eventreg.attendees.models import ReadyReason
from eventreg.attendees.rules.annotations import LONGEST_NAME
from eventreg.bulk.queries.cases import ANSWER, Cases
from eventreg.bulk.rules import MOST_DAYS, Anchor, Moment
from eventreg.events.forms.settings import DayField, read_time
from eventreg.i18n.languages import name_of, own_name
from eventreg.kernel.errors import N_, Refused
from eventreg.kernel.text import showable, tidied
from eventreg.messages.forms import WordsForm
from eventreg.registration.rules.messages import IN_WRITTEN_BODY, IN_WRITTEN_SUBJECT
from eventreg.registration.services.decisions import LONGEST_REASON
from eventreg.web.fields import NumberField
from eventreg.web.forms import BaseForm, choices, lazy_gettext
from eventreg.web.localized import LocalizedField, LocalizedForm

WITH_MAIL, WITHOUT_MAIL = "yes", "no"
#: of a schedule: by the event's dates; to those on its lists then, or now
OF_EVENT, THEN, NOW = "event", "then", "now"
_PARTS = ("subject", "body")
_NO_DAYS = N_("Write a number of days, at most %(most)s")
#: so many are named at once
_MOST_NAMED = 50


class RunForm(LocalizedForm):
    """What every act has: a draft that is confirmed. `languages`: those of the people concerned."""

    #: how many people would find no place, as it was shown
    without_place = HiddenField()
    #: who would move up, as it was shown
    moving = HiddenField()


class ReasonedRunForm(RunForm):
    """An act that is told with a reason: a ready-made one, or one's own in the readers' languages."""

    ready = SelectField(
        lazy_gettext("Ready-made reason"),
        validate_choice=False,
        description=lazy_gettext("It stands wherever you write no reason of your own below."),
    )
    reason = LocalizedField(
        lazy_gettext("Reason"),
        kind="textarea",
        limit=LONGEST_REASON,
        description=lazy_gettext("Each person reads it in the email."),
    )

    def __init__(self, languages: Sequence[str], offered: Sequence[ReadyReason] = (), **values: Any) -> None:
        super().__init__(languages, **values)
        self.offered = {row.public_id: {code: text for code, text in row.text.items() if text} for row in offered}
        self.ready.choices = [("", _("None")), *((row.public_id, row.title) for row in offered)]

    def validate(self, extra_validators: Any = None) -> bool:
        """Refuse also somebody's personal link, which all of them would read (case 33)."""
        is_sound: bool = super().validate(extra_validators)
        return refuse_personal_links(self.reason) and is_sound

    @property
    def texts(self) -> dict[str, str]:
        """What stands as the reason, by language: one's own words, else those of the ready-made reason."""
        own: dict[str, str] = self.reason.data
        return {**self.offered.get(self.ready.data or "", {}), **own}


class DecisionRunForm(ReasonedRunForm):
    """A decision on many: the reason, and whether it is told."""

    mail = RadioField(lazy_gettext("Email"), validate_choice=False, default=WITH_MAIL)

    def __init__(self, languages: Sequence[str], offered: Sequence[ReadyReason] = (), **values: Any) -> None:
        super().__init__(languages, offered, **values)
        self.mail.choices = [(WITH_MAIL, _("Email each person")), (WITHOUT_MAIL, _("Send no email"))]

    @property
    def is_told(self) -> bool:
        """Whether each person gets a mail; anything unknown means that they do."""
        return bool(self.mail.data != WITHOUT_MAIL)


class CorrectionRunForm(ReasonedRunForm):
    """Asking many to mend some of their answers."""

    questions = SelectMultipleField(lazy_gettext("Answers to check"), validate_choice=False)
    until = DateField(
        lazy_gettext("Last day to answer"),
        validators=[Optional()],
        description=lazy_gettext("Left empty: until changes end."),
    )

    def __init__(
        self,
        languages: Sequence[str],
        asked: Sequence[tuple[str, str]],
        offered: Sequence[ReadyReason] = (),
        **values: Any,
    ) -> None:
        super().__init__(languages, offered, **values)
        self.questions.choices = list(asked)

    def validate_until(self, field: Field) -> None:
        """Say in our words that a date is none."""
        day: date | None = field.data
        if field.process_errors or (day is not None and not 1970 < day.year < 2200):
            raise StopValidation(_("Write a date"))


class UntagRunForm(RunForm):
    """The tag, by its public id."""

    tag = SelectField(lazy_gettext("Tag"), validate_choice=False)

    def __init__(self, languages: Sequence[str], tags: Sequence[tuple[str, str]], **values: Any) -> None:
        super().__init__(languages, **values)
        self.tag.choices = [("", _("Choose a tag")), *tags]


class TagRunForm(UntagRunForm):
    """The tag, or a new one's name."""

    new_tag = StringField(
        lazy_gettext("Or a new tag"), render_kw={"autocomplete": "off", "maxlength": str(LONGEST_NAME)}
    )


class ScheduleForm(BaseForm):
    """When a message goes by itself; of a ready-made one to which list, of another whether to whom its lists hold then."""

    kind = RadioField(lazy_gettext("When"), validate_choice=False)
    days = NumberField(lazy_gettext("Days"), most=MOST_DAYS, fault=_NO_DAYS, missing=_NO_DAYS)
    anchor = SelectField(lazy_gettext("Counted from"), validate_choice=False)
    day = DayField(lazy_gettext("Date"))
    hour = StringField(lazy_gettext("Time"), description=lazy_gettext("On the clocks of the event’s place."))
    to = SelectField(lazy_gettext("Send to"), validate_choice=False)
    whom = RadioField(lazy_gettext("Who gets it"), validate_choice=False, default=THEN)

    def __init__(self, moment: Moment, **values: Any) -> None:
        kind = Anchor.DAY.value if moment.anchor is Anchor.DAY else OF_EVENT
        anchor = Anchor.FIRST_DAY if moment.anchor is Anchor.DAY else moment.anchor
        super().__init__(
            kind=kind, days=moment.days, anchor=anchor.value, day=moment.day, hour=f"{moment.hour:%H:%M}", **values
        )
        self.kind.choices = [(OF_EVENT, _("By the dates of the event")), (Anchor.DAY.value, _("On a date"))]
        self.anchor.choices = choices(each for each in Anchor if each is not Anchor.DAY)
        self.whom.choices = [
            (THEN, _("Whoever is on the list when it goes")),
            (NOW, _("Those who are on it now, and nobody else")),
        ]

    def moment(self) -> Moment:
        """Return what is chosen. Raises Refused, with what is wrong beside the fields."""
        is_day = self.kind.data == Anchor.DAY.value
        anchor = next((each for each in Anchor if each.value == self.anchor.data), Anchor.FIRST_DAY)
        self.day.is_required, hour = is_day, read_time(self.hour)
        is_sound = self.day.validate(self) if is_day else self.days.validate(self)
        if hour is None or not is_sound or not self.csrf_token.validate(self):
            raise Refused("")
        if is_day:
            return Moment(Anchor.DAY, 0, hour, self.day.day)
        return Moment(anchor, self.days.number or 0, hour)


class WriteRunForm(RunForm, WordsForm):
    """To whom, in which languages, subject and words by language, and as whom they are shown."""

    #: the draft as it was opened, and how many people it had then
    seen, people = HiddenField(), HiddenField()
    #: drawn by the page, which says beside it what is wrong with a file
    file = Field()
    add = SelectField(lazy_gettext("Add a list"), validate_choice=False)
    named = StringField(
        lazy_gettext("Add people"),
        widget=TextArea(),
        description=lazy_gettext("Names, references or addresses, one a line."),
        default="",
    )
    write_in = SelectMultipleField(lazy_gettext("Languages"), validate_choice=False)
    start_from = SelectField(lazy_gettext("Start from"), validate_choice=False)
    falls_back = BooleanField(lazy_gettext("Whoever reads a language left empty gets the words of another one"))
    who = StringField(
        lazy_gettext("Preview as"), description=lazy_gettext("Reference or name. Empty: the first of them."), default=""
    )

    def __init__(self, languages: Sequence[str], usual: Sequence[str], cases: Cases, **values: Any) -> None:
        """`languages`: those that can be written in; `usual`: those of them that people read; `cases`: what can be named."""
        super().__init__(languages, **values)
        self.cases = cases
        #: what is written in each, whether or not it is written in now
        self.words = {
            part: {code: showable(one.data or "") for code, one in self[part].inputs.items()} for part in _PARTS
        }
        #: whom each name may mean
        self.found: Sequence[Sequence[Any]] = ()
        self.write_in.choices = [(code, own_name(code)) for code in languages]
        chosen = [code for code in languages if code in (self.write_in.data or ())] or list(usual)
        self.write_in.data = chosen
        #: none: those that people read, whoever they are
        self.chosen = chosen if chosen != list(usual) else []
        self.languages = tuple(chosen)
        for part in _PARTS:
            self[part].write_in(chosen)

    def fill(self, texts: Mapping[str, Any]) -> None:
        """Put words where nothing is written yet."""
        for part in _PARTS:
            for code, text in texts.get(part, {}).items():
                if code in self.words[part] and not self.words[part][code].strip():
                    self.words[part][code] = text

    def tidied_words(self) -> dict[str, dict[str, str]]:
        """Return what is written, by part and language, empty texts left out."""
        return {
            part: {code: text for code in words if (text := tidied(words[code]))} for part, words in self.words.items()
        }

    @property
    def names(self) -> list[str]:
        """Who is named, one by one."""
        typed = re.split(r"[\n;,]", showable(self.named.data or ""))
        return [name for name in dict.fromkeys(" ".join(one.split())[:200] for one in typed) if name][:_MOST_NAMED]

    @property
    def unclear(self) -> list[str]:
        """Those of the names that mean nobody, or several."""
        return [name for name, some in zip(self.names, self.found, strict=True) if len(some) != 1]

    def check_names(self) -> bool:
        """Say whether each name means one person; else whom it may mean stands beside the field."""
        self.named.errors = [
            _("“%(name)s” can be several people. Choose below, or write the reference.", name=name)
            if some
            else _("Nobody is called “%(name)s”.", name=name)
            for name, some in zip(self.names, self.found, strict=True)
            if len(some) != 1
        ]
        return not self.named.errors

    def allowed_in(self, part: str) -> Collection[str]:
        if part == "subject":
            return IN_WRITTEN_SUBJECT
        answers = {f"{ANSWER}{key}" for key in (*self.cases.questions, *self.cases.sensitive)}
        return IN_WRITTEN_BODY | answers

    def _holds_what_it_may(self) -> bool:
        is_sound = super()._holds_what_it_may()
        for language, text in self.body.data.items():
            for fault in self.cases.faults(text):
                self.body.refuse(language, fault)
                is_sound = False
        return is_sound

    @property
    def typed_who(self) -> str:
        """Who is asked for, as far as it is kept."""
        return showable(self.who.data or "").strip()[:200]

    def is_complete(self, by_language: Mapping[str, int]) -> bool:
        """Say whether everybody gets something to read; else what is missing stands beside the fields.

        `by_language`: how many people read which. A language left empty is pointed out, and must be agreed to; one that is
        not written in was agreed to.
        """
        subjects, bodies = self.subject.data, self.body.data
        if not bodies:
            self.body.refuse(self.languages[0], _("Write this text"))
            return False
        lacking = [code for code in bodies if code not in subjects]
        for code in lacking:
            self.subject.refuse(code, _("Write this text"))
        read = [code for code in self.languages if code in by_language]
        empty = [code for code in read if code not in bodies and not self.falls_back.data]
        for code in empty:
            self.body.refuse(code, self._nothing_for(code, by_language[code], bodies))
        return not lacking and not empty

    def _nothing_for(self, code: str, people: int, bodies: Mapping[str, Any]) -> str:
        return ngettext(
            "%(num)d person reads %(language)s. Write it, or tick below that they get the words in %(other)s",
            "%(num)d people read %(language)s. Write it, or tick below that they get the words in %(other)s",
            people, language=name_of(code), other=name_of(next(iter(bodies))),
        )  # fmt: skip

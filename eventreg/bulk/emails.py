"""What organizers write to people themselves: their words, with the facts of each reader's registration.

And what the program writes to them at a time, once organizers have switched it on.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import ClassVar

from flask_babel import gettext as _, lazy_gettext as _l
from markupsafe import Markup

from eventreg.attendees.queries.messages import TRIED, WRITTEN
from eventreg.attendees.rules.acts import MOST_ENCLOSED
from eventreg.bulk.queries.cases import Cases
from eventreg.bulk.rules import Anchor, Moment
from eventreg.events.queries.programme import get_programme
from eventreg.events.rules.practical import topic_of
from eventreg.events.rules.programme import SessionKind
from eventreg.i18n import formats
from eventreg.i18n.formats import direction
from eventreg.i18n.languages import name_of, speaking
from eventreg.kernel.text import pick
from eventreg.mail.content import Fact, MailContent, link_marker, new_marker
from eventreg.mail.rich import LINK, RichText, render_rich
from eventreg.mail.services import OutgoingMessage
from eventreg.programme.queries import count_public
from eventreg.registration.emails import OWN_PAGE, News, Occasion, occasions, placeholders
from eventreg.registration.emails.about_registration import AboutRegistration
from eventreg.registration.emails.addresses import CHOICES
from eventreg.registration.emails.messages import Again, Group
from eventreg.registration.emails.placeholders import Facts
from eventreg.registration.models import Registration
from eventreg.registration.rules.messages import IN_WRITTEN_BODY, IN_WRITTEN_SUBJECT, OwnText
from eventreg.registration.rules.states import STANDING, Status
from eventreg.selfservice import copies
from eventreg.web.downloads import size_words
from eventreg.web.instance import address_of

_NOTHING = RichText("", Markup())


@dataclass(frozen=True)
class WrittenText:
    """What is written, by language. Whoever reads another gets the first of the event's languages that has words."""

    subject: Mapping[str, str]
    body: Mapping[str, str]
    #: what goes with it: (id, name, media type, bytes) of each file
    files: Sequence[tuple[str, str, str, int]] = ()

    def parted(self) -> tuple[list[tuple[str, str, str]], list[tuple[str, str, int]]]:
        """Return the files inside the message, and (id, name, bytes) of those that it links to: they would make it too large."""
        inside, by_link, size = [], [], 0
        for file_id, name, media_type, length in self.files:
            if size + length <= MOST_ENCLOSED:
                inside.append((file_id, name, media_type))
                size += length
            else:
                by_link.append((file_id, name, length))
        return inside, by_link


def written_message(
    occasion: Occasion,
    person: Registration,
    day_ids: frozenset[int],
    text: WrittenText,
    key: str,
    due_at: datetime,
    *,
    is_to_many: bool = True,
    given: Mapping[str, list[str]] | None = None,
) -> OutgoingMessage:
    """Return the message to one person, with this person's own link. What goes to many can be refused by a link too.

    `given`: what the person answered of what the text names (`Cases.answered`); None: it is asked for.
    """
    marker = new_marker()
    link = link_marker(marker, OWN_PAGE, person.public_id, person.link_generation)
    with speaking(person.language) as language:
        content = _content(occasion, person, day_ids, text, language, link, due_at, given)
        if is_to_many:
            choices = link_marker(marker, CHOICES, person.public_id, person.link_generation)
            content = replace(content, choice=(_("Choose which messages you get"), choices))
        message = occasions.outgoing(
            occasion, content, language, enclosed=_enclosed(text),
            key=key, record_kind="registration", record_id=person.id, template=WRITTEN, recipient=person.email,
            due_at=due_at, marker=marker,
        )  # fmt: skip
    if not person.copy_email:
        return message

    def words(spoken: str, public: str) -> MailContent:
        # What the person answered is in no copy.
        return _content(occasion, person, day_ids, text, spoken, public, due_at, given={})

    return replace(message, beside=(copies.copy_of(occasion, person, words, f"{key}/copy", due_at),))


def trial_message(
    occasion: Occasion,
    person: Registration,
    day_ids: frozenset[int],
    text: WrittenText,
    email: str,
    key: str,
    at: datetime,
) -> OutgoingMessage:
    """Return the message of `person` to whoever tries it first: marked as a trial, and without anybody's personal link."""
    marker = new_marker()
    link = address_of("site.show_event", slug=occasion.event.slug)
    with speaking(person.language) as language:
        content = _content(occasion, person, day_ids, text, language, link, at)
        told = _("This is a trial. %(name)s would get it like this, with a personal link.", name=person.full_name)
        marked = replace(
            content,
            subject=_("[Trial] %(subject)s", subject=content.subject),
            quiet_subject=_("[Trial] %(subject)s", subject=content.quiet_subject),
            opening=(content.opening or _NOTHING).below(told),
            is_link_personal=False,
            footer=occasion.foot(language, _("You receive this message because you wanted to see it before it goes.")),
        )
        message = occasions.outgoing(
            occasion, marked, language, enclosed=_enclosed(text),
            key=key, record_kind="event", record_id=occasion.event.id, template=TRIED, recipient=email, due_at=at,
            marker=marker,
        )  # fmt: skip
        return replace(message, audience="team")


class _Written(AboutRegistration, is_base=True):
    def details(self) -> tuple[tuple[str, str], ...]:
        return (
            (_("Event"), self.event_title),
            (_("Reference"), self.registration.reference),
            (_("Dates"), self.occasion.dates(self.news.day_ids, self.language)),
            (_("Place"), self.occasion.place(self.language)),
        )


def _content(
    occasion: Occasion,
    person: Registration,
    day_ids: frozenset[int],
    text: WrittenText,
    language: str,
    link: str,
    now: datetime,
    given: Mapping[str, list[str]] | None = None,
) -> MailContent:
    languages, cases = occasion.event.languages, Cases(occasion.event)
    subject, body = pick(text.subject, language, languages), pick(text.body, language, languages)
    written = _Written(occasion, person, News(_Written, day_ids), language, link, now)
    plain = written.content("", subject=written.event_title)
    # What a placeholder says is said in the language of the words around it.
    spoken = body.language if body.text else language
    with speaking(spoken):
        said = _Written(occasion, person, written.news, spoken, link, now)
        given = cases.answered([person], body.text)[person.id or 0] if given is None else given
        answers = cases.said(body.text, given, spoken)
        facts = replace(said.facts(), greeting=said.greeting(), answers=answers)
        words = OwnText(subject.text, cases.body_for(body.text, person, given))
        content = placeholders.in_words(plain, words, (IN_WRITTEN_SUBJECT, IN_WRITTEN_BODY | answers.keys()), facts)
    content = replace(content, heading=content.subject, quiet_subject=_("A message about your registration"))
    content = replace(content, closing=_with_links(content.closing, text, link))
    if body.text and body.language != language:
        told = _("This message is available in %(language)s only.", language=name_of(body.language, language))
        content = replace(
            content,
            opening=(_marked(content.opening, body.language) or _NOTHING).below(told),
            closing=_marked(content.closing, body.language),
        )
    return content


def _enclosed(text: WrittenText) -> str:
    inside, _by_link = text.parted()
    return json.dumps(inside) if inside else ""


def _with_links(words: RichText | None, text: WrittenText, link: str) -> RichText | None:
    """Return words, and after them links to the files that would make the message too large."""
    _inside, by_link = text.parted()
    if not by_link:
        return words
    heading = _("Files to download")
    rows = [
        (f"{name} ({size_words(size)})", f"{link}/written/{file_id}" if link.startswith("[[") else link)
        for file_id, name, size in by_link
    ]
    html = Markup('<p style="margin:0 0 16px;">{}{}</p>').format(
        heading,
        Markup("").join(Markup('<br><a href="{}" style="{}">{}</a>').format(to, LINK, name) for name, to in rows),
    )
    said = "\n".join([heading, *(f"{name}:\n{to}" for name, to in rows)])
    return RichText(f"{words.text}\n\n{said}", words.html + "\n" + html) if words else RichText(said, html)


def _marked(words: RichText | None, language: str) -> RichText | None:
    """Say in which language words are that are not in the message's."""
    if words is None:
        return None
    html = Markup('<div lang="{}" dir="{}">{}</div>').format(language, direction(language), words.html)
    return RichText(words.text, html)


class Timely(AboutRegistration, is_base=True):
    """A message at a time, off until somebody of the team switches it on: see `bulk.services.schedules`."""

    group = Group.EVENT
    goes_again = Again.IN_ITS_STATUS
    is_essential = False
    #: who it is for, whoever is on the list
    reaches: ClassVar[frozenset[Status]] = frozenset({Status.CONFIRMED})
    #: when and to which list it goes unless the team chooses otherwise
    usual: ClassVar[Moment]
    usual_list: ClassVar[str] = "status=confirmed"


class EventReminder(Timely):
    """It begins soon: programme, place, calendar."""

    key = "event_reminder"
    title = _l("Reminder before the event")
    trigger = _l("Goes some days before the first day, once you have switched it on.")
    invites = True
    usual = Moment(Anchor.FIRST_DAY, 3, time(9))

    def write(self) -> MailContent:
        """See `Message.write`."""
        return self.content(
            _("The event begins soon"),
            _("“%(title)s” begins soon.", title=self.event_title),
            _(
                "Below are the dates, the place and the programme. This message also brings the dates for your calendar."
            ),
            _("If you cannot come, withdraw your registration, so that somebody else can have the place."),
            joining=self.occasion.joining(self.language),
        )

    def details(self) -> tuple[tuple[str, str], ...]:
        """See `Message.details`. The sessions of the person's days stand among them."""
        written, language, come = self.occasion.written, self.language, self.news.day_ids
        key = ("sessions", language, come)
        if key not in written:
            written[key] = tuple(
                (
                    f"{formats.short_day(day.held_on, language)}, {formats.span(each.starts_at, each.ends_at, language)}",
                    self.occasion.text(each.title, language),
                )
                for day in get_programme(self.occasion.event.id).days
                for each in day.sessions
                if each.kind is not SessionKind.BREAK and (not come or day.id in come)
            )
        return (*super().details(), *written[key])


class PracticalInformation(Timely):
    """How to get there, where to stay: what the event's page says of it."""

    key = "practical_information"
    title = _l("Practical information")
    trigger = _l("Goes two weeks before the first day, once you have switched it on.")
    usual = Moment(Anchor.FIRST_DAY, 14, time(9))

    def write(self) -> MailContent:
        """See `Message.write`."""
        return self.content(
            _("Practical information for your journey"),
            _("Here is what to know before you come to “%(title)s”.", title=self.event_title),
            *self._items(),
        )

    def _items(self) -> Sequence[Fact]:
        occasion, language = self.occasion, self.language
        found = []
        for item in occasion.event.practical:
            words = render_rich([occasion.text(item.get("text", {}), language)]).text
            label = occasion.text(item.get("label", {}), language) or _(topic_of(item).title)
            found += [Fact(f"{label}{formats.colon(language)} {' '.join(words.split())}")] if words else []
        return found


class AnswersMissing(Timely):
    """Something that was asked beside the form is not answered."""

    key = "answers_missing"
    title = _l("Answers are missing")
    trigger = _l("Goes some days before the last changes to those who have not answered, once you have switched it on.")
    goes_again = Again.ALWAYS
    is_essential = True
    reaches = STANDING
    usual = Moment(Anchor.CHANGES, 5, time(9))
    usual_list = "unanswered=any"

    def write(self) -> MailContent:
        """See `Message.write`."""
        return self.content(
            _("Some of your answers are missing"),
            _("To prepare “%(title)s” we still need some answers from you.", title=self.event_title),
            _("Your page shows which ones, and until when."),
            button=(_("Answer the questions"), ""),
        )


class StillComing(Timely):
    """Whoever cannot come gives the place back by one button."""

    key = "can_you_still_come"
    title = _l("Can you still come?")
    trigger = _l("Goes a week before the first day, once you have switched it on.")
    is_essential = True
    usual = Moment(Anchor.FIRST_DAY, 7, time(9))
    _page = "/withdraw"

    def facts(self) -> Facts:
        """See `Message.facts`. The link leads to where one withdraws."""
        return replace(super().facts(), link=self.link + self._page)

    def write(self) -> MailContent:
        """See `Message.write`."""
        return self.content(
            _("Can you still come?"),
            _("We are keeping your place at “%(title)s”.", title=self.event_title),
            _("If you are coming, there is nothing you need to do."),
            _("If you cannot come, please tell us now, so that somebody else can have the place."),
            button=(_("I cannot come"), self._page),
            subject=_("Can you still come to “%(title)s”?", title=self.event_title),
        )


class ThankYou(Timely):
    """It is over; the conclusions are there, if they are."""

    key = "event_thank_you"
    title = _l("Thank you, and conclusions")
    trigger = _l("Goes the day after the last day, once you have switched it on.")
    usual = Moment(Anchor.LAST_DAY, 1, time(10))

    def write(self) -> MailContent:
        """See `Message.write`."""
        written = self.occasion.written
        if ("conclusions",) not in written:
            written["conclusions",] = count_public(self.occasion.event.id)
        content = self.content(
            _("Thank you for taking part"),
            _("Thank you for taking part in “%(title)s”.", title=self.event_title),
            Fact(_("The conclusions are on the page of the event.")) if written["conclusions",] else "",
        )
        if not written["conclusions",]:
            return content
        action = (_("Read the conclusions"), address_of("site.show_conclusions", slug=self.occasion.event.slug))
        return replace(content, action=action, is_link_personal=False)


#: those that can be switched on, by their keys, in the order of the list
READY_MADE = {each.key: each for each in (EventReminder, PracticalInformation, AnswersMissing, StillComing, ThankYou)}

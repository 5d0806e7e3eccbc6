"""What organizers write to people themselves: their words, with the facts of each reader's registration."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from flask_babel import gettext as _
from markupsafe import Markup

from eventreg.attendees.queries.messages import TRIED, WRITTEN
from eventreg.i18n.formats import direction
from eventreg.i18n.languages import name_of, speaking
from eventreg.kernel.text import pick
from eventreg.mail.content import MailContent, link_marker, new_marker
from eventreg.mail.rich import RichText
from eventreg.mail.services import OutgoingMessage
from eventreg.registration.emails import OWN_PAGE, News, Occasion, about_registration, occasions, placeholders
from eventreg.registration.models import Registration
from eventreg.registration.rules.messages import IN_WRITTEN_BODY, IN_WRITTEN_SUBJECT, OwnText
from eventreg.selfservice import copies
from eventreg.web.instance import address_of

_NOTHING = RichText("", Markup())


@dataclass(frozen=True)
class WrittenText:
    """What is written, by language. Whoever reads another gets the first of the event's languages that has words."""

    subject: Mapping[str, str]
    body: Mapping[str, str]


def written_message(
    occasion: Occasion, person: Registration, day_ids: frozenset[int], text: WrittenText, key: str, due_at: datetime
) -> OutgoingMessage:
    """Return the message to one person, with this person's own link."""
    marker = new_marker()
    link = link_marker(marker, OWN_PAGE, person.public_id, person.link_generation)
    with speaking(person.language) as language:
        content = _content(occasion, person, day_ids, text, language, link, due_at)
        message = occasions.outgoing(
            occasion, content, language,
            key=key, record_kind="registration", record_id=person.id, template=WRITTEN, recipient=person.email,
            due_at=due_at, marker=marker,
        )  # fmt: skip
    if not person.copy_email:
        return message

    def words(spoken: str, public: str) -> MailContent:
        return _content(occasion, person, day_ids, text, spoken, public, due_at)

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
        told = _("This is a trial. %(name)s would get it so; the personal link is left out.", name=person.full_name)
        marked = replace(
            content,
            subject=_("[Trial] %(subject)s", subject=content.subject),
            quiet_subject=_("[Trial] %(subject)s", subject=content.quiet_subject),
            opening=(content.opening or _NOTHING).below(told),
            is_link_personal=False,
        )
        message = occasions.outgoing(
            occasion, marked, language,
            key=key, record_kind="event", record_id=occasion.event.id, template=TRIED, recipient=email, due_at=at,
            marker=marker,
        )  # fmt: skip
        return replace(message, audience="team")


class _Written(about_registration.AboutRegistration, is_base=True):
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
) -> MailContent:
    languages = occasion.event.languages
    subject, body = pick(text.subject, language, languages), pick(text.body, language, languages)
    written = _Written(occasion, person, News(_Written, day_ids), language, link, now)
    plain = written.content("", subject=written.event_title)
    # What a placeholder says is said in the language of the words around it.
    spoken = body.language if body.text else language
    with speaking(spoken):
        said = _Written(occasion, person, written.news, spoken, link, now)
        facts = replace(said.facts(), greeting=said.greeting())
        words = OwnText(subject.text, body.text)
        content = placeholders.in_words(plain, words, (IN_WRITTEN_SUBJECT, IN_WRITTEN_BODY), facts)
    content = replace(content, heading=content.subject, quiet_subject=_("A message about your registration"))
    if body.text and body.language != language:
        told = _("This message is available in %(language)s only.", language=name_of(body.language, language))
        content = replace(
            content,
            opening=(_marked(content.opening, body.language) or _NOTHING).below(told),
            closing=_marked(content.closing, body.language),
        )
    return content


def _marked(words: RichText | None, language: str) -> RichText | None:
    """Say in which language words are that are not in the message's."""
    if words is None:
        return None
    html = Markup('<div lang="{}" dir="{}">{}</div>').format(language, direction(language), words.html)
    return RichText(words.text, html)

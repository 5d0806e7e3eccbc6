"""What organizers write to people themselves: their words, with the facts of each reader's registration."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from flask_babel import gettext as _
from markupsafe import Markup

from eventreg.attendees.queries.messages import TRIED, WRITTEN
from eventreg.attendees.rules.acts import MOST_ENCLOSED
from eventreg.bulk.queries.cases import Cases
from eventreg.i18n.formats import direction
from eventreg.i18n.languages import name_of, speaking
from eventreg.kernel.text import pick
from eventreg.mail.content import MailContent, link_marker, new_marker
from eventreg.mail.rich import LINK, RichText
from eventreg.mail.services import OutgoingMessage
from eventreg.registration.emails import OWN_PAGE, News, Occasion, occasions, placeholders
from eventreg.registration.emails.about_registration import AboutRegistration
from eventreg.registration.emails.addresses import CHOICES
from eventreg.registration.models import Registration
from eventreg.registration.rules.messages import IN_WRITTEN_BODY, IN_WRITTEN_SUBJECT, OwnText
from eventreg.web.downloads import size_words
from eventreg.web.instance import address_of


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
            content = replace(content, choices=choices)
        return occasions.outgoing(
            occasion, content, language, enclosed=_enclosed(text),
            key=key, record_kind="registration", record_id=person.id, template=WRITTEN, recipient=person.email,
            due_at=due_at, marker=marker,
        )  # fmt: skip


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
            opening=_after(told, content.opening),
            is_link_personal=False,
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
            opening=_after(told, _marked(content.opening, body.language)),
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


def _after(sentence: str, words: RichText | None) -> RichText:
    html = Markup('<p style="margin:0 0 16px;"><strong>{}</strong></p>').format(sentence)
    if words is None:
        return RichText(sentence, html)
    return RichText(f"{sentence}\n\n{words.text}", html + "\n" + words.html)


def _marked(words: RichText | None, language: str) -> RichText | None:
    """Say in which language words are that are not in the message's."""
    if words is None:
        return None
    html = Markup('<div lang="{}" dir="{}">{}</div>').format(language, direction(language), words.html)
    return RichText(words.text, html)

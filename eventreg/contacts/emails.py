"""What contact persons and colleagues are written: one message about one thing, and the digest of many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple, Self, cast

from flask_babel import gettext as _, lazy_gettext as _l, ngettext

from eventreg.events.models import ContactPerson, Event
from eventreg.events.rules.team import EVERYTHING, Sight
from eventreg.i18n import formats
from eventreg.kernel.errors import NN_
from eventreg.mail.content import Change, Fact, MailContent, MailTable, Reason
from eventreg.mail.services import OutgoingMessage
from eventreg.registration.emails import Occasion, find_message
from eventreg.registration.emails.about_registration import AboutRegistration, contact_subject
from eventreg.registration.emails.addresses import CONTACT_CHOICE
from eventreg.registration.emails.messages import Again, Group, ToAddress
from eventreg.registration.emails.placeholders import Facts
from eventreg.registration.emails.whole_event import AboutEvent
from eventreg.registration.models import Registration
from eventreg.registration.rules.messages import OF_EVENT, OF_REGISTRATION
from eventreg.web.instance import address_of

#: news of a message that could not be delivered: they tell of no message class
FAILED = "failed"
_SLOT = "{news}"
_CONFIRMED = {"message": "confirmed"}
#: so many people stand in a digest; of more it says how many, and where they are. A mail program cuts what is much longer
MOST_IN_DIGEST = 150
#: the parts of a digest, in its order: how many there are, and the news that tell of it; none: everything else, a change
_CAME = NN_("%(num)d registered", "%(num)d registered"), frozenset({"received", "confirmed", "waitlisted"})
_WENT = NN_("%(num)d withdrew", "%(num)d withdrew"), frozenset({"withdrawn"})
_OTHER = NN_("%(num)d with news", "%(num)d with news"), frozenset[str]()


@dataclass(frozen=True)
class Reader:
    """A contact person or colleague as the messages need them."""

    person: ContactPerson
    name: str
    email: str
    language: str
    sight: Sight = EVERYTHING

    @classmethod
    def public(cls, event: Event, person: ContactPerson) -> Self:
        """Return the one whom the event names."""
        return cls(person, event.contact_name, event.contact_email, event.contact_language)

    @property
    def is_colleague(self) -> bool:
        """Whether it is a member of the team."""
        return self.person.member_id is not None

    def message(
        self, begin: type[ToContact], occasion: Occasion, now: datetime, *about: Any, **fields: Any
    ) -> OutgoingMessage:
        """Return a message to this reader, in the reader's language."""
        return begin.as_mail(
            occasion, self.language, (CONTACT_CHOICE, self.person.public_id, self.person.generation),
            lambda language, link: begin(occasion, self, language, link, now, *about), now,
            recipient=self.email, audience="team" if self.is_colleague else "contact", **fields,
        )  # fmt: skip


class ToContact(ToAddress, is_base=True):
    """A message to somebody of the event's side; `link` is that of the choice."""

    group = Group.CONTACT
    goes_again = Again.NEVER

    def __init__(self, occasion: Occasion, reader: Reader, language: str, link: str, now: datetime) -> None:
        super().__init__(occasion, language, link)
        self.reader, self.now = reader, now

    @classmethod
    def of_example(cls, person: Registration) -> tuple[Any, ...]:
        """Return what else one is begun with, to tell that `person` is confirmed."""
        raise NotImplementedError

    @classmethod
    def example(cls, occasion: Occasion, person: Registration, now: datetime) -> OutgoingMessage:
        """See `ToAddress.example`. Its link leads nowhere."""
        nobody = ContactPerson(public_id=person.public_id, generation=1, is_public=True)
        reader = replace(Reader.public(occasion.event, nobody), language=person.language, email=person.email)
        about = cls.of_example(person)
        return reader.message(cls, occasion, now, *about, key=cls.key, record_kind="event", record_id=0)

    def greeting(self) -> str:
        """See `Message.greeting`."""
        return _("Dear %(name)s,", name=self.reader.name)

    def to_contact(
        self, subject: str, heading: str, *paragraphs: str, action: tuple[str, str], **parts: Any
    ) -> MailContent:
        """Return words in the form that these messages have."""
        title = self.event_title
        why = _("You receive this message because you are the contact person of “%(title)s”.", title=title)
        if self.reader.is_colleague:
            why = _(
                "You receive this message because you chose so as a member of the team of “%(title)s”.", title=title
            )
        return MailContent(
            subject=subject,
            heading=heading,
            greeting=self.greeting(),
            paragraphs=tuple(part for part in paragraphs if part),
            action=action,
            is_link_personal=False,
            footer=(self.occasion.credits(self.language), why),
            choice=(_("Choose how much you receive"), self.link),
            **parts,
        )


class ContactNews(ToContact):
    """What happened to one registration, or to the event as a whole."""

    key = "contact_news"
    title = _l("News of one registration")
    trigger = _l("Goes to contact persons and colleagues who hear of each registration, and of what needs action.")
    names = OF_EVENT | OF_REGISTRATION | {"news"}

    def __init__(
        self,
        occasion: Occasion,
        reader: Reader,
        language: str,
        link: str,
        now: datetime,
        news: Mapping[str, Any],
        registration: Registration | None,
    ) -> None:
        super().__init__(occasion, reader, language, link, now)
        self.news, self.registration = news, registration
        self.heading = heading_of(news)
        self.day_ids = frozenset[int](news.get("days", ()))

    @classmethod
    def in_slots(cls, slots: Occasion, language: str, now: datetime) -> Self:
        """See `Message.in_slots`."""
        somebody = Registration(given_name="{full_name}", family_name="", reference="{reference}")
        reader = Reader(ContactPerson(), "", "", language)
        message = cls(slots, reader, language, "{link}", now, _CONFIRMED, somebody)
        message.heading = _SLOT
        return message

    @classmethod
    def of_example(cls, person: Registration) -> tuple[Any, ...]:
        """See `ToContact.of_example`."""
        return _CONFIRMED, person

    def facts(self) -> Facts:
        """See `Message.facts`."""
        person = self.registration
        if person is None:
            return super().facts()
        return Facts(
            self.occasion, self.language, link=self._address(), given_name=person.given_name, full_name=person.full_name,
            institution=person.institution, category=self._category(person), registration=person, day_ids=self.day_ids,
            news=self.heading,
        )  # fmt: skip

    def write(self) -> MailContent:
        """See `Message.write`."""
        person = self.registration
        return self._of_event() if person is None else self._of(person)

    def worded(self) -> MailContent:
        """See `Message.worded`: what concerns the event as a whole is said in the usual words."""
        return self.write() if self.registration is None else super().worded()

    def _of(self, person: Registration) -> MailContent:
        is_reached_otherwise = self.news["message"] == FAILED and self.reader.sight.has_contact_data
        if self.news["message"] == FAILED:
            sentence = _("We could not deliver a message to this person: “%(subject)s”. Please check the address.",
                         subject=self.news["subject"])  # fmt: skip
        else:
            sentence = str((_class_of(self.news).contact_words or ("", ""))[1])
        given = self.news.get("reason", "")
        changes = self.news.get("changes") or {}
        language = self.language
        facts = (
            (_("Event"), self.event_title),
            (_("Reference"), person.reference),
            (_("Name"), person.full_name),
            (_("Institution"), person.institution),
            (_("Country"), formats.country(person.country, language) if person.country else ""),
            (_("Taking part as"), self._category(person)),
            (_("Days"), self.occasion.dates(self.day_ids, language)),
            *(((_("Email"), person.email), (_("Phone"), person.phone)) if is_reached_otherwise else ()),
        )
        return self.to_contact(
            contact_subject(self.heading, person),
            self.heading,
            # What happened is said whatever words the event has of its own; among the usual ones stands its placeholder.
            _("%(heading)s: %(title)s", heading=_SLOT, title=self.event_title)
            if self.heading == _SLOT
            else Fact(sentence),
            Reason(_("Reason given: %(reason)s", reason=given) if given else ""),
            action=(_("See the registration"), self._address()),
            facts=tuple((label, value) for label, value in facts if value),
            changes=tuple(Change(*each) for each in changes.get(language) or next(iter(changes.values()), ())),
        )

    def _of_event(self) -> MailContent:
        said = self.occasion.text(self.news.get("note", {}), self.language)
        event_class = cast(type[AboutEvent], _class_of(self.news))
        return self.to_contact(
            _("%(heading)s: %(title)s", heading=self.heading, title=self.event_title),
            self.heading,
            event_class.contact_sentence(self.news["people"]),
            _("The reason that is given: %(reason)s", reason=said) if said else "",
            action=(_("See the messages"), address_of("messages.list_messages", slug=self.occasion.event.slug)),
            facts=((_("Event"), self.event_title), *self.details()),
        )

    def _address(self) -> str:
        reference = self.registration.reference if self.registration is not None else ""
        return address_of("attendees.show_registration", slug=self.occasion.event.slug, reference=reference)

    def _category(self, person: Registration) -> str:
        return self.occasion.text(self.occasion.category_of(person).name, self.language)


class DigestLine(NamedTuple):
    """Somebody in a digest, with what happened, in order."""

    person: Registration
    news: Sequence[Mapping[str, Any]]


class Waiting(NamedTuple):
    """Somebody who waits for a decision."""

    category_id: int
    country: str
    since: datetime


class ContactDigest(ToContact):
    """What happened to many, in one table."""

    key = "contact_digest"
    title = _l("Summary of registrations")
    trigger = _l("Goes to contact persons and colleagues who chose a summary, and after the tenth message of a day.")

    def __init__(
        self,
        occasion: Occasion,
        reader: Reader,
        language: str,
        link: str,
        now: datetime,
        lines: Sequence[DigestLine] = (),
        waiting: Sequence[Waiting] = (),
    ) -> None:
        super().__init__(occasion, reader, language, link, now)
        self.lines, self.waiting = lines, waiting
        self.names_of = {each.id: occasion.text(each.name, language) for each in occasion.event.categories}

    @classmethod
    def in_slots(cls, slots: Occasion, language: str, now: datetime) -> Self:
        """See `Message.in_slots`."""
        return cls(slots, Reader(ContactPerson(), "", "", language), language, "{link}", now)

    @classmethod
    def of_example(cls, person: Registration) -> tuple[Any, ...]:
        """See `ToContact.of_example`."""
        return ([DigestLine(person, [_CONFIRMED])],)

    def facts(self) -> Facts:
        """See `Message.facts`."""
        return replace(super().facts(), link=self._address())

    def write(self) -> MailContent:
        """See `Message.write`."""
        more = len(self.lines) - MOST_IN_DIGEST
        heading = _("News of registrations")
        return self.to_contact(
            _("%(heading)s: %(title)s", heading=heading, title=self.event_title),
            heading,
            _("This is what happened to registrations for “%(title)s” since the last message.", title=self.event_title),
            Fact(ngettext("%(num)d more person is in the list.", "%(num)d more people are in the list.", more))
            if more > 0
            else "",
            action=(_("See the registrations"), self._address()),
            facts=tuple(self._waiting()),
            table=tuple(self._table()),
        )

    def _waiting(self) -> Iterable[tuple[str, str]]:
        """Yield what waits for a decision, and for how long, by category and country."""
        for id_, name in self.names_of.items():
            these = [each for each in self.waiting if each.category_id == id_]
            if these:
                days = (self.now - min(each.since for each in these)).days
                said = ngettext("%(num)d waits for a decision", "%(num)d wait for a decision", len(these))
                since = ngettext("for up to %(num)d day", "for up to %(num)d days", days) if days else _("since today")
                where = self._by_country(each.country for each in these)
                yield name, f"{said}, {since}" + (f" ({where})" if where else "")

    def _table(self) -> Iterable[MailTable]:
        order = [*self.names_of]
        shown = sorted(
            self.lines[:MOST_IN_DIGEST],
            key=lambda line: (
                order.index(line.person.category_id), self._country(line.person.country), line.person.family_name,
            ),
        )  # fmt: skip
        for part in (_CAME, _WENT, _OTHER):
            these = [line for line in shown if _part_of(line) is part]
            people = [line.person for line in self.lines if _part_of(line) is part]
            if these:
                counted = Counter(person.category_id for person in people)
                by = [f"{self.names_of[id_]} {counted[id_]}" for id_ in order if counted[id_]]
                where = self._by_country(person.country for person in people)
                words = " · ".join(each for each in (", ".join(by), where) if each)
                yield MailTable(f"{ngettext(*part[0], len(people))} ({words})", tuple(map(self._row, these)))

    def _row(self, line: DigestLine) -> tuple[tuple[str, ...], ...]:
        person = line.person
        where = ", ".join(filter(None, (person.institution, self._country(person.country))))
        reached = (person.email, person.phone) if self.reader.sight.has_contact_data else ()
        what = (
            *dict.fromkeys(map(heading_of, reversed(line.news))),
            self.names_of[person.category_id],
            person.reference,
        )
        return tuple(filter(None, (person.full_name, where, *reached))), what

    def _by_country(self, codes: Iterable[str]) -> str:
        counted = Counter(self._country(code) for code in codes if code)
        return ", ".join(f"{name} {number}" for name, number in counted.most_common())

    def _country(self, code: str) -> str:
        return formats.country(code, self.language) if code else ""

    def _address(self) -> str:
        return address_of("attendees.list_registrations", slug=self.occasion.event.slug)


def _part_of(line: DigestLine) -> tuple[tuple[str, str], frozenset[str]]:
    told = {each["message"] for each in line.news}
    return next((part for part in (_WENT, _CAME) if told & part[1]), _OTHER)


def heading_of(news: Mapping[str, Any]) -> str:
    """Return what happened, in a few words of the language in force."""
    if news["message"] == FAILED:
        return _("Email not delivered")
    told = _class_of(news)
    return str(told.contact_heading if issubclass(told, AboutEvent) else (told.contact_words or ("",))[0])


def _class_of(news: Mapping[str, Any]) -> type[AboutRegistration]:
    return cast(type[AboutRegistration], find_message(news["message"]))

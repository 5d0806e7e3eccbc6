"""An event and one registration as the messages need them.

From words to a row of the outbox: the event's head and foot, its sender, and whom the reader can ask.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import inspect

from eventreg.events.models import Category, Event, EventDay, Partner
from eventreg.events.queries.events import list_credited, list_days
from eventreg.events.rules.dates import common_hours
from eventreg.events.rules.institutions import PartnerRole
from eventreg.events.rules.settings import AttendanceMode
from eventreg.i18n import formats
from eventreg.i18n.languages import current_language
from eventreg.kernel.links import web_address
from eventreg.kernel.text import LocalizedText, pick
from eventreg.mail.content import Contact, Logo, MailContent, new_marker, render_content
from eventreg.mail.services import OutgoingMessage
from eventreg.programme import calendars
from eventreg.registration.models import Registration
from eventreg.registration.queries.registrations import read_texts
from eventreg.registration.rules.messages import OwnText
from eventreg.web.instance import address_of

About = ParamSpec("About")
Written = TypeVar("Written")


def _once(write: Callable[Concatenate[Occasion, About], Written]) -> Callable[Concatenate[Occasion, About], Written]:
    """Have what an occasion says to everybody alike be written once: thousands are told it, and dates and names in words
    take longer than all that stands around them."""

    @wraps(write)
    def written(occasion: Occasion, /, *about: About.args, **named: About.kwargs) -> Written:
        key = (write.__name__, current_language(), *about, *named.items())
        if key not in occasion.written:
            occasion.written[key] = write(occasion, *about, **named)
        found: Written = occasion.written[key]
        return found

    return written


@dataclass(frozen=True)
class Occasion:
    """What messages are about. Loaded before the lock where the caller can, since nothing here decides anything."""

    event: Event
    days: Sequence[EventDay]
    partners: Sequence[Partner]
    #: words that stand instead of what is stored: for a preview of what is not saved
    tried: Mapping[tuple[str, str], OwnText] | None = None
    #: see `_once`
    written: dict[tuple[Any, ...], Any] = field(default_factory=dict, init=False, compare=False, repr=False)

    @classmethod
    def load(cls, event: Event) -> Occasion:
        """Load what messages about `event` name: two statements."""
        return cls(event, list_days(event.id), list_credited(event.id))

    def is_still(self, event: Event) -> bool:
        """Say whether the event and its categories are as they were here, now that their rows were read again."""
        return _columns(self.event) == _columns(event)

    def own_text(self, key: str, language: str) -> OwnText | None:
        """Return the event's own words of a message; None, or empty, where the usual ones stand.

        One statement for all messages of the occasion, and none for an event without words of its own for this one.
        """
        if self.tried is not None:
            return self.tried.get((key, language))
        return self._stored_texts.get((key, language)) if key in self.event.worded_messages else None

    def trying(self, key: str, language: str, text: OwnText) -> Occasion:
        """Return the same with words that are not saved."""
        return replace(self, tried={(key, language): text})

    @cached_property
    def _stored_texts(self) -> dict[tuple[str, str], OwnText]:
        return read_texts(self.event.id)

    def text(self, content: LocalizedText, language: str) -> str:
        """Return content in a language, falling back in the event's order."""
        return pick(content, language, self.event.languages).text

    def title(self, language: str) -> str:
        """Return the event's title."""
        return self.text(self.event.title, language)

    @_once
    def host_name(self, language: str) -> str:
        """Return the short name of the host, for the From header and the kicker."""
        for partner in self.partners:
            if partner.role is PartnerRole.HOST:
                return self._short_name(partner, language)
        return self.title(language)

    @_once
    def logos(self, language: str) -> tuple[Logo, ...]:
        """Return the logos of the hosts that have one."""
        pictures = (
            (each.organization.logo, self._short_name(each, language))
            for each in self.partners
            if each.role is PartnerRole.HOST
        )
        return tuple(Logo(logo.public_id, name, logo.width, logo.height) for logo, name in pictures if logo)

    def days_attended(self, day_ids: frozenset[int]) -> list[EventDay]:
        """Return the days with these ids; all of them when none is named."""
        return [day for day in self.days if not day_ids or day.id in day_ids]

    @_once
    def dates(self, day_ids: frozenset[int], language: str) -> str:
        """Return the days somebody comes, in words, with their hours where these are the same."""
        attended = self.days_attended(day_ids)
        held: list[date] = [day.held_on for day in attended]
        words = formats.days(held, language)
        hours = common_hours(attended)
        shown = f", {formats.span(*hours, language)}" if hours else ""
        return words[:1].upper() + words[1:] + shown

    @_once
    def changes_until(self, language: str) -> str:
        """Return until when answers can be changed, in words and in the place's time."""
        until = formats.instant(self.event.changes_until, self.event.time_zone, language)
        return _("%(moment)s (%(city)s time)", moment=until, city=self.event.city)

    def register_until(self, category: Category, expires_at: datetime | None, language: str) -> str:
        """Return until when one can register: an invitation's own end, or that of registration where it comes first."""
        closes_at = min(self.event.registration_closes_at, self.event.window_of(category).closes_at)
        return formats.instant(min(closes_at, expires_at or closes_at), self.event.time_zone, language)

    def kept_until(self, expires_at: datetime, language: str) -> str:
        """Return until when a form is kept, in words."""
        return formats.instant(expires_at, self.event.time_zone, language)

    def answer_promise(self, now: datetime, language: str) -> str:
        """Return by when whoever waits for a decision is answered; without the day when none is set, or it has passed."""
        day = self.event.answers_by
        if day is None or day < now.astimezone(ZoneInfo(self.event.time_zone)).date():
            return _("We answer you by email, whether or not we can offer you a place.")
        return _(
            "We will answer by %(day)s, by email, whether or not we can offer you a place.",
            day=formats.day(day, language),
        )

    @_once
    def joining(self, language: str) -> tuple[str, ...]:
        """Return how a confirmed person takes part from afar: the link, and the words beside it (Markdown as typed).

        Empty for an event on site alone. For nobody who is not confirmed.
        """
        if self.event.attendance is AttendanceMode.ONSITE:
            return ()
        words = self.text(self.event.joining, language)
        return tuple(part for part in (web_address(self.event.joining_url), words) if part)

    @_once
    def place(self, language: str) -> str:
        """Return where it is, in words."""
        if self.event.attendance is AttendanceMode.ONLINE:
            return _("Online")
        place = self._place_on_site(language)
        return _("%(place)s, and online", place=place) if self.event.attendance is AttendanceMode.BOTH else place

    def _place_on_site(self, language: str) -> str:
        venue = self.text(self.event.venue, language)
        country = formats.country(self.event.country, language)
        parts = [venue, "" if self.event.city in venue else self.event.city, country]
        return ", ".join(part for part in parts if part)

    def category_of(self, registration: Registration) -> Category:
        """Return the category of a registration of this event; the event's categories are loaded."""
        return self.event.category_of(registration)

    @_once
    def credits(self, language: str) -> str:
        """Return who stands behind the event, in a sentence or two for the foot of a message.

        Those for whom words of their own were agreed stand in sentences after it, under these words.
        """
        by_role = {
            role: [self._short_name(partner, language) for partner in self._plainly(role)] for role in PartnerRole
        }
        parts = [formats.joined(by_role[PartnerRole.HOST], language)]
        if by_role[PartnerRole.CO_ORGANIZER]:
            names = formats.joined(by_role[PartnerRole.CO_ORGANIZER], language)
            parts.append(_("in close coordination with %(names)s", names=names))
        if by_role[PartnerRole.FUNDER]:
            parts.append(_("funded by %(names)s", names=formats.joined(by_role[PartnerRole.FUNDER], language)))
        if by_role[PartnerRole.PARTNER]:
            names = formats.joined(by_role[PartnerRole.PARTNER], language)
            parts.append(_("in partnership with %(names)s", names=names))
        first = ", ".join(part for part in parts if part)
        if not parts[0]:
            first = first[:1].upper() + first[1:]
        return " ".join(f"{sentence}." for sentence in (first, *self._agreed_credits(language)) if sentence)

    @_once
    def phrases(self, language: str) -> tuple[str, ...]:
        """Return the sentences that institutions oblige the organizers to use, each once, in the order of the roles."""
        found = (
            self.text(partner.phrase, language)
            for role in PartnerRole
            for partner in self.partners
            if partner.role is role
        )
        return tuple(phrase for phrase in dict.fromkeys(found) if phrase)

    @_once
    def foot(self, language: str, why: str) -> tuple[str, ...]:
        """Return the foot of a message to a participant: who stands behind the event, and why the reader gets it."""
        privacy = _("How we use your data: %(address)s", address=address_of("site.show_privacy", slug=self.event.slug))
        lines = (self.credits(language), *self.phrases(language), why, privacy)
        return tuple(line for line in lines if line)

    @_once
    def calendar_frame(self, day_ids: frozenset[int], method: calendars.Method, language: str) -> str:
        """Return what the calendars of all who come on these days have in common, see `calendars.framed`."""
        days, url = self.days_attended(day_ids), address_of("site.show_event", slug=self.event.slug)
        return calendars.personal_frame(self.event, days, method=method, language=language, url=url)

    def _plainly(self, role: PartnerRole) -> list[Partner]:
        """Return the institutions of a role that stand under its own words."""
        return [partner for partner in self.partners if partner.role is role and not any(partner.credit.values())]

    def _agreed_credits(self, language: str) -> list[str]:
        names: dict[str, list[str]] = {}
        for role in PartnerRole:
            for partner in self.partners:
                words = self.text(partner.credit, language).rstrip(" :")
                if partner.role is role and words:
                    names.setdefault(words, []).append(self._short_name(partner, language))
        return [f"{words} {formats.joined(together, language)}" for words, together in names.items()]

    def _short_name(self, partner: Partner, language: str) -> str:
        organization = partner.organization
        short = self.text(organization.short_name, language) or organization.acronym
        return short or self.text(organization.name, language)


def _columns(event: Event) -> list[list[Any]]:
    rows = (event, *event.categories)
    return [[getattr(row, column.key) for column in inspect(type(row)).column_attrs] for row in rows]


def unworded(occasion: Occasion, subject: str, language: str, **fields: Any) -> OutgoingMessage:
    """Return a row for the contact persons, to be written for each when it is due; `fields`: as of `outgoing`."""
    event = occasion.event
    return OutgoingMessage(
        event_id=event.id, audience="contact", language=language, recipient=event.contact_email, subject=subject,
        text="", html="", marker=new_marker(), is_held_back=event.holds_mail, **fields,
    )  # fmt: skip


def outgoing(
    occasion: Occasion, content: MailContent, language: str, *, audience: str = "participant", **fields: Any
) -> OutgoingMessage:
    """Return the message that carries `content`; `fields` are others of `OutgoingMessage`. The language must be in force."""
    event = occasion.event
    contact = None
    if audience in ("participant", "copy"):
        office = occasion.text(event.contact_office, language)
        contact = Contact(event.contact_name, office, event.contact_phone, event.contact_email)
        fields.setdefault("reply_to", event.contact_email)
    host, content = occasion.host_name(language), content.quietened(event.is_quiet)
    logos = () if event.is_quiet else occasion.logos(language)
    # Mailboxes show the first line of a message beside its subject.
    kicker = _("Registration") if event.is_quiet else f"{host} · {event.city}"
    text, html = render_content(
        content, language=language, kicker=kicker, contact=contact, logos=logos, marker=fields["marker"]
    )
    return OutgoingMessage(
        event_id=event.id,
        audience=audience,
        language=language,
        sender_name=_("Registration") if event.is_quiet else _("%(host)s, registration", host=host),
        subject=content.subject,
        list_unsubscribe=content.choice[1] if content.choice else None,
        text=text,
        html=html,
        is_held_back=event.holds_mail,
        **fields,
    )

"""What an event lacks before it is published: what stands in the way, and what is only advice."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from eventreg.events.rules.programme import FindingKind, Hours, ScheduledSession, findings_of
from eventreg.events.rules.settings import AttendanceMode
from eventreg.kernel.errors import N_, NN_, Keyed, Sentence
from eventreg.kernel.text import LocalizedText, is_blank


class Lack(Keyed):
    """Something that is missing or odd, in the order of the screen.

    A member is its key, its words, the page of the desk that mends it ("" none), and whether it stands in the way of
    publishing; everything else is advice.
    """

    TITLE = "title", N_("Write the title in %(languages)s"), "texts", True
    SUMMARY = "summary", N_("Write the summary in %(languages)s"), "texts", True
    DESCRIPTION = "description", N_("Write the description in %(languages)s"), "texts", True
    VENUE = "venue", N_("Write the place in %(languages)s"), "texts", True
    DAYS = "days", N_("Set the days and their hours"), "settings", True
    DAYS_PAST = "days_past", N_("The days of the event are over: it will stand among the past events"), "settings"
    CONTACT = "contact", N_("Name the contact person, with an email address"), "settings/contact", True
    CATEGORIES = "categories", N_("Add at least one category of participants"), "categories", True
    CATEGORY_NAME = (
        "category_name", N_("Write the name of the category “%(name)s” in %(languages)s"), "categories", True,
    )  # fmt: skip
    HOST = "host", N_("Name the host institution"), "institutions", True
    NOTICE = "notice", N_("Publish the privacy notice"), "notice", True
    NOTICE_LANGUAGE = "notice_language", N_("Publish the privacy notice in %(languages)s too"), "notice", True
    WINDOW_PAST = "window_past", N_("Registration closes in the past: set a later date"), "settings/registration", True
    WINDOW_AFTER_EVENT = (
        "window_after_event", N_("Registration closes after the event is over: check the date"), "settings/registration",
    )  # fmt: skip
    LEFT_OPEN = (
        "left_open", N_("Texts of the template still say “To be completed”: write them, or remove them"), "texts",
    )  # fmt: skip
    PRACTICAL = "practical", N_("Some practical information has no text in %(languages)s"), "texts"
    JOINING = "joining", N_("Write how to take part online; only the confirmed see it"), "texts/place"
    PROGRAMME = "programme", N_("There is no programme yet; it can follow later"), "sessions"
    SESSION_TITLE = "session_title", N_("Some sessions have no title in %(languages)s"), "sessions"
    SESSIONS_OVERLAP = (
        "sessions_overlap",
        NN_(
            "%(num)d session overlaps another one in the same room", "%(num)d sessions overlap others in the same room"
        ),
        "sessions",
    )
    SPEAKER_TWICE = "speaker_twice", N_("%(name)s speaks in two rooms at once"), "sessions"
    GAP = (
        "gap",
        NN_(
            "%(num)d stretch of the programme has neither a session nor a break",
            "%(num)d stretches of the programme have neither a session nor a break",
        ),
        "sessions",
    )
    NOT_DISCREET = (
        "not_discreet",
        N_(
            "Whoever types an address into the form can learn whether it is registered; where attending is sensitive, "
            "choose “Discreet”"
        ),
        "settings/safety",
    )
    NOT_QUIET = (
        "not_quiet",
        N_(
            "Title, place and institutions stand in public lists and in the subjects of emails; where the meeting is "
            "sensitive, choose “Quiet”"
        ),
        "settings/safety",
    )
    DEMONSTRATION = "demonstration", N_("Demonstration values are left, and the page says so"), "texts/contact"
    NO_MAIL_SERVER = (
        "no_mail_server", N_("No mail server is configured: messages are kept and shown, and none is sent"),
    )  # fmt: skip
    MAIL_HELD = (
        "mail_held", N_("The event holds its mail: only addresses ending in .example are written to"), "settings/contact",
    )  # fmt: skip

    def __init__(self, _key: str, words: Sentence = "", page: str = "", is_blocking: bool = False) -> None:
        self.words, self.page, self.is_blocking = words, page, is_blocking


#: of speakers who are in two rooms at once; the page of the programme names the others
MOST_SPEAKERS_NAMED = 5


@dataclass(frozen=True)
class Finding:
    """One thing that is missing. `languages`: in which; empty: in all, or it has nothing to do with languages."""

    lack: Lack
    languages: tuple[str, ...] = ()
    #: what it is about, where there are several: the name of a category, those of speakers
    about: str = ""
    #: how many there are, where they are counted
    count: int = 0

    @property
    def is_blocking(self) -> bool:
        """Whether the event is not published while it is missing."""
        return self.lack.is_blocking


@dataclass(frozen=True)
class Readiness:
    """An event as far as the checklist looks at it. Instants are aware."""

    languages: tuple[str, ...]
    title: LocalizedText
    summary: LocalizedText
    description: LocalizedText
    venue: LocalizedText
    attendance: AttendanceMode
    contact_name: str
    contact_email: str
    registration_closes_at: datetime
    #: when the event ends; None: no day is set
    ends_at: datetime | None
    days: Sequence[date] = ()
    #: key to name
    categories: Mapping[str, LocalizedText] = field(default_factory=dict)
    has_host: bool = False
    #: the body of the notice that is published; None: there is none
    notice: LocalizedText | None = None
    session_titles: Sequence[LocalizedText] = ()
    #: the hours of each day with its sessions
    programme: Sequence[tuple[Hours, Sequence[ScheduledSession]]] = ()
    #: names of speakers by id
    speakers: Mapping[int, str] = field(default_factory=dict)
    #: the texts of the practical information, in its order
    practical: Sequence[LocalizedText] = ()
    #: whether texts of a template stand there as they came: "To be completed"
    has_texts_left_open: bool = False
    has_joining: bool = False
    has_demonstration_values: bool = False
    #: the settings for sensitive meetings that are off, before the event is published: NOT_DISCREET, NOT_QUIET
    offered: Sequence[Lack] = ()
    has_mail_server: bool = True
    holds_mail: bool = False


def needed_texts(attendance: AttendanceMode) -> tuple[str, ...]:
    """Return the texts without which an event is not published, by their names."""
    is_anywhere = attendance is not AttendanceMode.ONLINE
    return ("title", "summary", "description", *(["venue"] if is_anywhere else []))


def list_findings(event: Readiness, now: datetime) -> list[Finding]:
    """Return what is missing, in the order of the screen."""
    found = [
        *_texts(event),
        *_days(event, now),
        *_people(event),
        *_notice(event),
        *_window(event, now),
        *_advice(event),
    ]
    order = list(Lack)
    return sorted(found, key=lambda finding: order.index(finding.lack))


def _without(text: LocalizedText, languages: Sequence[str]) -> tuple[str, ...]:
    return tuple(language for language in languages if is_blank(text.get(language, "")))


def _without_any(texts: Sequence[LocalizedText], languages: Sequence[str]) -> tuple[str, ...]:
    """Return the languages in which at least one of several texts is missing."""
    return tuple(language for language in languages if any(_without(text, [language]) for text in texts))


def _texts(event: Readiness) -> Iterator[Finding]:
    for name in needed_texts(event.attendance):
        if missing := _without(getattr(event, name), event.languages):
            yield Finding(Lack(name), missing)


def _days(event: Readiness, now: datetime) -> Iterator[Finding]:
    if not event.days or event.ends_at is None:
        yield Finding(Lack.DAYS)
    elif event.ends_at <= now:
        yield Finding(Lack.DAYS_PAST)


def _people(event: Readiness) -> Iterator[Finding]:
    if is_blank(event.contact_name) or is_blank(event.contact_email):
        yield Finding(Lack.CONTACT)
    if not event.categories:
        yield Finding(Lack.CATEGORIES)
    for key, name in event.categories.items():
        if missing := _without(name, event.languages):
            known = next((text for text in name.values() if not is_blank(text)), key)
            yield Finding(Lack.CATEGORY_NAME, missing, known)
    if not event.has_host:
        yield Finding(Lack.HOST)


def _notice(event: Readiness) -> Iterator[Finding]:
    if event.notice is None:
        yield Finding(Lack.NOTICE)
    elif missing := _without(event.notice, event.languages):
        yield Finding(Lack.NOTICE_LANGUAGE, missing)


def _window(event: Readiness, now: datetime) -> Iterator[Finding]:
    # An event of the past can be put on record: nobody can register, and nobody has to.
    is_over = event.ends_at is not None and event.ends_at <= now
    if event.registration_closes_at <= now and not is_over:
        yield Finding(Lack.WINDOW_PAST)
    elif event.ends_at is not None and event.registration_closes_at > event.ends_at:
        yield Finding(Lack.WINDOW_AFTER_EVENT)


def _advice(event: Readiness) -> Iterator[Finding]:
    if event.attendance is not AttendanceMode.ONSITE and not event.has_joining:
        yield Finding(Lack.JOINING)
    if event.has_texts_left_open:
        yield Finding(Lack.LEFT_OPEN)
    if unwritten := _without_any(event.practical, event.languages):
        yield Finding(Lack.PRACTICAL, unwritten)
    if not event.session_titles:
        yield Finding(Lack.PROGRAMME)
    if untitled := _without_any(event.session_titles, event.languages):
        yield Finding(Lack.SESSION_TITLE, untitled)
    yield from _programme(event)
    yield from map(Finding, event.offered)
    if event.has_demonstration_values:
        yield Finding(Lack.DEMONSTRATION)
    if not event.has_mail_server:
        yield Finding(Lack.NO_MAIL_SERVER)
    elif event.holds_mail:
        yield Finding(Lack.MAIL_HELD)


def _programme(event: Readiness) -> Iterator[Finding]:
    """Count what the page of the programme points out where it is. A session outside its day's hours is left to that page."""
    found = [finding for hours, slots in event.programme for finding in findings_of(hours, slots)]
    kinds = Counter(finding.kind for finding in found)
    if kinds[FindingKind.OVERLAP]:
        yield Finding(Lack.SESSIONS_OVERLAP, count=kinds[FindingKind.OVERLAP])
    twice = {finding.speaker_id for finding in found if finding.kind is FindingKind.SPEAKER_TWICE}
    names = sorted(event.speakers.get(each, "") for each in twice if each is not None)
    for name in names[:MOST_SPEAKERS_NAMED]:
        yield Finding(Lack.SPEAKER_TWICE, about=name)
    if kinds[FindingKind.GAP]:
        yield Finding(Lack.GAP, count=kinds[FindingKind.GAP])

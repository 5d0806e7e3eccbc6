"""What the rooms say of their acts: each in its `acts` module, which the assembly loads.

An act costs its line there. A text is written with `web.forms.lazy_gettext`, since it is registered before there is a reader.
"""

import enum
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from flask_babel.speaklater import LazyString

from eventreg.kernel.errors import N_, Titled
from eventreg.web.templating import plain_in_reader_language


class Group(Titled):
    """What stands in the timeline of a record, so that one group can be looked at alone. The value stands in the address."""

    #: came, decided, moved up, withdrawn; and whatever happens to the event or the instance
    STATUS = "status", N_("Status")
    #: answers, address, consents, language
    ANSWERS = "answers", N_("Answers")
    #: notes and tags
    TEAM = "team", N_("Notes and tags")
    MAIL = "mail", N_("Emails")
    REQUESTS = "requests", N_("Questions asked")
    #: what was looked at and taken away: the record is as it was
    LOOKS = "looks", N_("Views and exports")


class Holds(enum.Enum):
    """What the detail of an act is of, where that is not told by the names in it."""

    #: answers by the key of their question: a key may be called like anything that has a meaning elsewhere
    ANSWERS = "answers", N_("Answers")
    #: mail addresses, for those only who may see contact data
    ADDRESSES = "addresses"
    LANGUAGES = "languages"
    #: parts that are named by the code of a session
    SESSIONS = "session"


@dataclass(frozen=True)
class ActKind:
    """What is registered of an act."""

    words: str
    group: Group
    holds: Holds | None


@dataclass(frozen=True)
class Names:
    """Where the names stand that keys in a detail are of, and how one is said."""

    #: (chain, keys) to what `say` needs; what is gone is left out, and its key stays
    read: Callable[[int, Collection[str]], Mapping[str, Any]]
    #: (key, what was read) to words, "" where it is gone
    say: Callable[[str, Mapping[str, Any]], str]


#: names by what read them, then by key
Found = Mapping[Callable[..., Any], Mapping[str, Any]]

_acts: dict[str, ActKind] = {}
_own_titles: dict[str, str] = {}
_kinds: dict[str, str] = {}
_pages: dict[str, str] = {}
_parts: dict[str, str] = {}
#: parts that are said on the page of a record itself, and whether with what they are called
_own_parts: dict[str, bool] = {"": False}
_values: dict[str, dict[str, str]] = {}
_names: dict[str, Names] = {}


def add_acts(group: Group = Group.STATUS, holds: Holds | None = None, /, **words: str) -> None:
    """Register acts, verbs in the past (tag_changed), with what they are called in a history."""
    _add(_acts, {act: ActKind(said, group, holds) for act, said in words.items()})


def add_own_titles(**words: str) -> None:
    """Register what acts are called on the page of their record, where that says more."""
    _add(_own_titles, words)


def add_kinds(**words: str) -> None:
    """Register kinds of record, as models are `audited_as`, with what they are called."""
    _add(_kinds, words)


def add_pages(**endpoints: str) -> None:
    """Register by kind the page where a record of an event is opened."""
    _add(_pages, endpoints)


def add_parts(**words: str) -> None:
    """Register names that stand in details, with what they are called."""
    _add(_parts, words)


def add_own_parts(*parts: str, has_label: bool = False) -> None:
    """Register parts that say something to whoever reads on the page of a record; its history says the others too."""
    _add(_own_parts, dict.fromkeys(parts, has_label))


def add_values(words: Mapping[str, str], part: str = "") -> None:
    """Register words of values that a part of a detail has; without a part, of values wherever they stand."""
    _add(_values.setdefault(part, {}), words)


def add_names(
    read: Callable[[int, Collection[str]], Mapping[str, Any]],
    *parts: str,
    say: Callable[[str, Mapping[str, Any]], str] | None = None,
) -> None:
    """Register who knows the names that keys in these parts are of, and in the "key" of a record of such a kind."""
    _add(_names, dict.fromkeys(parts, Names(read, say or _say_name)))


def by_id(kind: str) -> str:
    """Return the part under which records of a kind are named by their id; no name in a detail has a blank."""
    return f"{kind} id"


def later(say: Callable[..., str], *values: Any) -> str:
    """Return words that are said when they are shown, as those of `lazy_gettext` are."""
    return cast(str, LazyString(say, *values))


def _add(registered: dict[str, Any], new: Mapping[str, Any]) -> None:
    """Add to what is registered. A name means one thing, whichever room says it."""
    if twice := registered.keys() & new.keys():
        raise ValueError(f"registered twice for the audit trail: {', '.join(sorted(twice))}")
    registered.update(new)


def _say_name(key: str, found: Mapping[str, Any]) -> str:
    name = found.get(key, "")
    return name if isinstance(name, str) else plain_in_reader_language(name)


def acts() -> Mapping[str, str]:
    """Return every act with its words."""
    return {act: str(kind.words) for act, kind in _acts.items()}


def acts_of(group: Group) -> list[str]:
    """Return the acts of a group."""
    return [act for act, kind in _acts.items() if kind.group is group]


def act_words(act: str) -> str:
    """Say what was done, like "Removed a session"; an act of an older release that is not known keeps its own word."""
    return str(_acts[act].words) if act in _acts else act.replace("_", " ")


def own_title(act: str) -> str:
    """Say what was done, where it stands on the page of its record."""
    return str(_own_titles[act]) if act in _own_titles else act_words(act)


def group_of(act: str) -> Group:
    """Return the group of an act; what is none of the others is about the status."""
    return _acts[act].group if act in _acts else Group.STATUS


def read_group(value: str | None) -> Group | None:
    """Return the group that an address names, None for any other: all of them."""
    return next((group for group in Group if group.value == value), None)


def holds(act: str) -> Holds | None:
    """Return what the detail of an act is of, None where the names in it tell."""
    return _acts[act].holds if act in _acts else None


#: in which order kinds are offered to choose from; others follow
_KINDS_IN_ORDER = (
    "registration", "event", "session", "speaker", "room", "material", "outcome", "partner", "category", "privacy_notice",
    "questionnaire", "question", "team_member", "team_invitation", "invitation", "access_code", "tag", "ready_reason",
    "saved_view", "organization", "account", "settings", "legal_page",
)  # fmt: skip


def kinds() -> Mapping[str, str]:
    """Return every kind of record with its words."""
    return {kind: str(_kinds[kind]) for kind in dict.fromkeys((*_KINDS_IN_ORDER, *_kinds)) if kind in _kinds}


def kind_words(kind: str) -> str:
    """Say what kind of thing a record is."""
    return str(_kinds[kind]) if kind in _kinds else kind.replace("_", " ")


def page_of(kind: str) -> str:
    """Return the endpoint of the page where records of a kind are opened, empty where there is none."""
    return _pages.get(kind, "")


def part_words(part: str) -> str:
    """Say what a part of a record is called; one that is not known, as an answer of a form, keeps its key."""
    return str(_parts[part]) if part in _parts else part


def is_own_part(part: str) -> bool:
    """Say whether a part is said on the page of its record."""
    return part in _own_parts


def has_own_label(part: str) -> bool:
    """Say whether it is said there with what it is called."""
    return _own_parts[part]


def value_words(value: str, part: str, found: Found) -> str:
    """Say a value or a key that stands in a part; the value where it is not known."""
    if words := _values.get(part, {}).get(value) or name_of(value, part, found) or _values[""].get(value):
        return str(words)
    return value


def read_names(chain: int, asked: Iterable[tuple[str, str]]) -> Found:
    """Return the names of keys by their parts: each kind of record is read once, and only if it is asked for."""
    keys: dict[Callable[..., Any], set[str]] = {}
    for part, key in asked:
        if names := _names.get(part):
            keys.setdefault(names.read, set()).add(key)
    return {read: read(chain, sorted(of_kind)) for read, of_kind in keys.items()}


def name_of(key: Any, part: str, found: Found) -> str:
    """Return what a key in a part is called; empty where nobody knows."""
    names = _names.get(part)
    return names.say(str(key), found.get(names.read, {})) if names else ""


def is_named_by_id(kind: str) -> bool:
    """Say whether records of a kind are called by what stands in their row, and not by what a detail says of them."""
    return by_id(kind) in _names

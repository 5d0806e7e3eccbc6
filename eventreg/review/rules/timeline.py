"""What stands in the timeline of a registration, by kind, so that one kind can be looked at alone."""

from __future__ import annotations

import enum


class TimelineKind(enum.Enum):
    """A kind of thing that happened. The value stands in the address."""

    #: registered, decided, moved up, withdrawn
    STATUS = "status"
    #: answers, address, consents, language
    ANSWERS = "answers"
    #: notes and tags
    TEAM = "team"
    MAIL = "mail"
    REQUESTS = "requests"
    #: sensitive answers and files that were looked at, lists that were taken away
    LOOKS = "looks"


_KINDS = {
    TimelineKind.ANSWERS: {
        "answers_changed", "answers_edited", "team_answers_changed", "options_full", "sessions_chosen", "consents_changed",
        "language_changed", "language_set", "address_change_requested", "address_changed", "address_corrected",
    },
    TimelineKind.TEAM: {"tags_changed", "tag_left", "note_written", "note_changed", "note_removed"},
    TimelineKind.MAIL: {
        "message_released", "message_sent_again", "message_left", "message_repeated", "status_sent_again", "link_sent",
        "written_to",
    },
    TimelineKind.REQUESTS: {
        "request_answered", "correction_requested", "request_reminded", "request_taken_back", "request_put_off",
    },
    TimelineKind.LOOKS: {"sensitive_answers_seen", "file_downloaded", "exported"},
}  # fmt: skip
_KIND_OF = {action: kind for kind, actions in _KINDS.items() for action in actions}


def kind_of(action: str) -> TimelineKind:
    """Return the kind of an entry of the trail; what is none of the others is about the status."""
    return _KIND_OF.get(action, TimelineKind.STATUS)


def read_kind(value: str | None) -> TimelineKind | None:
    """Return the kind that an address names, None for any other: all kinds."""
    return next((kind for kind in TimelineKind if kind.value == value), None)

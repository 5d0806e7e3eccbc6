"""The columns of registrations and of what belongs to them, as they stand in an event's file."""

from __future__ import annotations

from eventreg.events.bundles.fields import (
    FLAG,
    INSTANT,
    MOVED_DAY,
    MOVED_INSTANT,
    Field,
    Record,
    choice,
    number,
    optional,
    text,
    texts,
)
from eventreg.registration.rules.asked import RequestKind
from eventreg.registration.rules.states import Action, Status
from eventreg.registration.rules.ways_in import WayKind

REGISTRATION = Record(
    Field("status", choice(Status)),
    Field("revision", number(1), 1),
    Field("language", text(12)),
    Field("given_name", text(200)),
    Field("family_name", text(200), ""),
    Field("badge_name", text(200), ""),
    Field("institution", text(300), ""),
    Field("position", text(300), ""),
    Field("country", text(2), ""),
    Field("email", text(320)),
    Field("phone", text(60), ""),
    Field("link_generation", number(1), 1),
    Field("came_by", optional(choice(WayKind)), None),
    Field("submitted_at", INSTANT),
    Field("status_changed_at", INSTANT),
    Field("approved_at", optional(INSTANT), None),
    Field("waitlisted_at", optional(INSTANT), None),
)
ANSWER = Record(Field("question_key", text(64)), Field("position", number(0, 100_000)))
UPLOAD = Record(Field("question_key", text(64)), Field("created_at", INSTANT))
CONSENT = Record(
    Field("purpose", text(64)),
    Field("is_given", FLAG),
    Field("text", text()),
    Field("language", text(12)),
    Field("at", INSTANT),
)
DECISION = Record(
    Field("action", choice(Action)),
    Field("status_before", choice(Status)),
    Field("status_after", choice(Status)),
    Field("status_known", choice(Status)),
    Field("revision", number()),
    Field("approved_at_before", optional(INSTANT), None),
    Field("waitlisted_at_before", optional(INSTANT), None),
    Field("reason", text(), ""),
    Field("decided_at", INSTANT),
    Field("mails_at", INSTANT),
    Field("has_mail", FLAG, True),
    Field("undone_at", optional(INSTANT), None),
)
PLACE = Record(Field("taken_at", INSTANT), Field("released_at", optional(INSTANT), None))
SIGN_UP = Record(Field("taken_at", INSTANT))
OPTION_PLACE = Record(
    Field("question_key", text(64)),
    Field("option", text(64)),
    Field("taken_at", INSTANT),
    Field("released_at", optional(INSTANT), None),
)
REQUEST = Record(
    Field("kind", choice(RequestKind)),
    Field("section_key", text(64), ""),
    Field("question_keys", texts(64), []),
    Field("reason", text(), ""),
    Field("requested_at", INSTANT),
    Field("answer_by", optional(MOVED_DAY), None),
    Field("reminded_at", optional(INSTANT), None),
    Field("answered_at", optional(INSTANT), None),
    Field("taken_back_at", optional(INSTANT), None),
)
ACCESS_CODE = Record(
    Field("code", text(40)),
    Field("label", text(200), ""),
    Field("most_uses", optional(number(1)), None),
    Field("skips_approval", FLAG, False),
    Field("expires_at", optional(MOVED_INSTANT), None),
    Field("is_active", FLAG, True),
    Field("created_at", INSTANT),
)
INVITATION = Record(
    Field("email", text(320), ""),
    Field("given_name", text(200), ""),
    Field("family_name", text(200), ""),
    Field("institution", text(300), ""),
    Field("language", text(12)),
    Field("is_bound", FLAG, True),
    Field("skips_approval", FLAG, False),
    Field("note", text(1000), ""),
    Field("generation", number(1), 1),
    Field("created_at", INSTANT),
    Field("expires_at", optional(INSTANT), None),
    Field("sent_at", optional(INSTANT), None),
    Field("reminded_at", optional(INSTANT), None),
    Field("used_at", optional(INSTANT), None),
    Field("taken_back_at", optional(INSTANT), None),
    Field("declined_at", optional(INSTANT), None),
)

"""The columns of registrations and of what belongs to them, as they stand in an event's file."""

from __future__ import annotations

from eventreg.events.bundles.fields import FLAG, INSTANT, Field, Record, choice, number, optional, text
from eventreg.registration.rules.states import Action, Status

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
    Field("undone_at", optional(INSTANT), None),
)
PLACE = Record(Field("taken_at", INSTANT), Field("released_at", optional(INSTANT), None))
SIGN_UP = Record(Field("taken_at", INSTANT))

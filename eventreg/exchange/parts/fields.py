"""The columns of registrations and of what belongs to them, as they stand in an event's file."""

from eventreg.events.bundles import fields
from eventreg.registration.rules.asked import RequestKind
from eventreg.registration.rules.states import Action, Status
from eventreg.registration.rules.ways_in import WayKind

REGISTRATION = fields.Record(
    fields.Field("status", fields.choice(Status)),
    fields.Field("revision", fields.number(1), 1),
    fields.Field("language", fields.text(12)),
    fields.Field("given_name", fields.text(200)),
    fields.Field("family_name", fields.text(200), ""),
    fields.Field("badge_name", fields.text(200), ""),
    fields.Field("institution", fields.text(300), ""),
    fields.Field("position", fields.text(300), ""),
    fields.Field("country", fields.text(2), ""),
    fields.Field("email", fields.text(320)),
    fields.Field("phone", fields.text(60), ""),
    fields.Field("link_generation", fields.number(1), 1),
    fields.Field("came_by", fields.optional(fields.choice(WayKind)), None),
    fields.Field("submitted_at", fields.INSTANT),
    fields.Field("status_changed_at", fields.INSTANT),
    fields.Field("approved_at", fields.optional(fields.INSTANT), None),
    fields.Field("waitlisted_at", fields.optional(fields.INSTANT), None),
)
ANSWER = fields.Record(
    fields.Field("question_key", fields.text(64)), fields.Field("position", fields.number(0, 100_000))
)
UPLOAD = fields.Record(fields.Field("question_key", fields.text(64)), fields.Field("created_at", fields.INSTANT))
CONSENT = fields.Record(
    fields.Field("purpose", fields.text(64)),
    fields.Field("is_given", fields.FLAG),
    fields.Field("text", fields.text()),
    fields.Field("language", fields.text(12)),
    fields.Field("at", fields.INSTANT),
)
DECISION = fields.Record(
    fields.Field("action", fields.choice(Action)),
    fields.Field("status_before", fields.choice(Status)),
    fields.Field("status_after", fields.choice(Status)),
    fields.Field("status_known", fields.choice(Status)),
    fields.Field("revision", fields.number()),
    fields.Field("approved_at_before", fields.optional(fields.INSTANT), None),
    fields.Field("waitlisted_at_before", fields.optional(fields.INSTANT), None),
    fields.Field("reason", fields.text(), ""),
    fields.Field("decided_at", fields.INSTANT),
    fields.Field("mails_at", fields.INSTANT),
    fields.Field("has_mail", fields.FLAG, True),
    fields.Field("undone_at", fields.optional(fields.INSTANT), None),
)
PLACE = fields.Record(
    fields.Field("taken_at", fields.INSTANT), fields.Field("released_at", fields.optional(fields.INSTANT), None)
)
SIGN_UP = fields.Record(fields.Field("taken_at", fields.INSTANT))
OPTION_PLACE = fields.Record(
    fields.Field("question_key", fields.text(64)),
    fields.Field("option", fields.text(64)),
    fields.Field("taken_at", fields.INSTANT),
    fields.Field("released_at", fields.optional(fields.INSTANT), None),
)
REQUEST = fields.Record(
    fields.Field("kind", fields.choice(RequestKind)),
    fields.Field("section_key", fields.text(64), ""),
    fields.Field("question_keys", fields.texts(64), []),
    fields.Field("reason", fields.text(), ""),
    fields.Field("requested_at", fields.INSTANT),
    fields.Field("answer_by", fields.optional(fields.MOVED_DAY), None),
    fields.Field("reminded_at", fields.optional(fields.INSTANT), None),
    fields.Field("answered_at", fields.optional(fields.INSTANT), None),
    fields.Field("taken_back_at", fields.optional(fields.INSTANT), None),
)
ACCESS_CODE = fields.Record(
    fields.Field("code", fields.text(40)),
    fields.Field("label", fields.text(200), ""),
    fields.Field("most_uses", fields.optional(fields.number(1)), None),
    fields.Field("skips_approval", fields.FLAG, False),
    fields.Field("expires_at", fields.optional(fields.MOVED_INSTANT), None),
    fields.Field("is_active", fields.FLAG, True),
    fields.Field("created_at", fields.INSTANT),
)
INVITATION = fields.Record(
    fields.Field("email", fields.text(320), ""),
    fields.Field("given_name", fields.text(200), ""),
    fields.Field("family_name", fields.text(200), ""),
    fields.Field("institution", fields.text(300), ""),
    fields.Field("language", fields.text(12)),
    fields.Field("is_bound", fields.FLAG, True),
    fields.Field("skips_approval", fields.FLAG, False),
    fields.Field("note", fields.text(1000), ""),
    fields.Field("generation", fields.number(1), 1),
    fields.Field("created_at", fields.INSTANT),
    fields.Field("expires_at", fields.optional(fields.INSTANT), None),
    fields.Field("sent_at", fields.optional(fields.INSTANT), None),
    fields.Field("reminded_at", fields.optional(fields.INSTANT), None),
    fields.Field("used_at", fields.optional(fields.INSTANT), None),
    fields.Field("taken_back_at", fields.optional(fields.INSTANT), None),
    fields.Field("declined_at", fields.optional(fields.INSTANT), None),
)

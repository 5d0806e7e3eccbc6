"""What of this room an event is made of, as parts that can be taken out and put in.

Here: the columns of registrations and of what belongs to them, as they stand in an event's file.
"""

from eventreg.events.bundles.fields import INSTANT, number, optional, record_of, texts
from eventreg.registration import models

REGISTRATION = record_of(
    models.Registration,
    (
        "status", "revision", "language", "given_name", "family_name", "badge_name", "institution", "position", "country",
        "email", "phone", "link_generation", "came_by", "submitted_at", "status_changed_at", "approved_at", "waitlisted_at",
        "listed_columns", "mail_refused_at",
    ),
    listed_columns=optional(texts(24, 10)),
    revision=number(1),
    link_generation=number(1),
)  # fmt: skip
ANSWER = record_of(models.Answer, ("question_key", "position"), position=number(0, 100_000))
UPLOAD = record_of(models.Upload, ("question_key", "created_at"))
CONSENT = record_of(models.Consent, ("purpose", "is_given", "text", "language", "at"))
DECISION = record_of(
    models.Decision,
    (
        "action", "status_before", "status_after", "status_known", "revision", "approved_at_before", "waitlisted_at_before",
        "reason", "decided_at", "mails_at", "has_mail", "undone_at",
    ),
)  # fmt: skip
PLACE = record_of(models.Place, ("taken_at", "released_at"))
SIGN_UP = record_of(models.SessionPlace, ("taken_at",))
OPTION_PLACE = record_of(models.OptionPlace, ("question_key", "option", "taken_at", "released_at"))
REQUEST = record_of(
    models.AnswerRequest,
    (
        "kind", "section_key", "question_keys", "reason", "requested_at", "answer_by", "reminded_at", "answered_at",
        "taken_back_at",
    ),
    question_keys=texts(64),
)  # fmt: skip
ACCESS_CODE = record_of(
    models.AccessCode,
    ("code", "label", "most_uses", "skips_approval", "expires_at", "is_active", "created_at"),
    most_uses=number(1),
    created_at=INSTANT,
)
INVITATION = record_of(
    models.Invitation,
    (
        "email", "given_name", "family_name", "institution", "language", "is_bound", "skips_approval", "note", "generation",
        "created_at", "expires_at", "sent_at", "reminded_at", "used_at", "taken_back_at", "declined_at",
    ),
    generation=number(1),
)  # fmt: skip

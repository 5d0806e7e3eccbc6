"""What the audit trail says of registrations, of ways in, and of the words of messages."""

from collections.abc import Collection, Mapping
from typing import cast

from flask_babel import lazy_pgettext
from sqlalchemy import select

from eventreg.audit import trail
from eventreg.db import db
from eventreg.registration.emails import every_message
from eventreg.registration.models import Registration
from eventreg.registration.rules.states import MOVING_UP, Action, Because, Status
from eventreg.web.forms import lazy_gettext as _

trail.add_acts(
    registered_unverified=_("Registered; the address is to be confirmed"),
    registered_pending=_("Registered; waits for a decision"),
    registered_confirmed=_("Registered and confirmed"),
    registered_waitlisted=_("Registered; on the waiting list"),
    address_verified=_("Confirmed the email address"),
    expired=_("Given up: the email address was not confirmed in time"),
    withdrew=_("Withdrew"),
    promoted=_("Moved up from the waiting list"),
    withdrawn_by_team=_("Withdrew for the person"),
    moved_to_category=_("Moved to another category"),
    handed_on=_("Transferred to another person"),
    mail_refused=_("Chose to get only the messages that the registration needs"),
    mail_wanted=_("Chose to get all messages"),
    erasure_asked=_("Asked for the deletion of their data"),
    person_erased=_("Deleted the data of a person"),
)
trail.add_acts(
    decided_approve=_("Approved the registration"),
    decided_approve_without_place=_("Approved without a free place"),
    decided_decline=_("Declined the registration"),
    decided_waitlist=_("Moved to the waiting list"),
    decided_reopen=_("Reversed the decision"),
    decision_undone=_("Decision undone before its email went"),
)
trail.add_acts(
    added_pending=_("Registered somebody, who waits for a decision"),
    added_confirmed=_("Registered somebody, who is confirmed"),
    added_waitlisted=_("Registered somebody, who is on the waiting list"),
    imported_pending=_("Imported, waits for a decision"),
    imported_confirmed=_("Imported, confirmed"),
    imported_waitlisted=_("Imported, on the waiting list"),
    imported_declined=_("Imported, declined"),
    people_imported=_("Imported people"),
)
trail.add_acts(
    trail.Group.STATUS,
    trail.Holds.ANSWERS,
    changed_by_import=_("Changed answers from a file"),
)
trail.add_acts(
    trail.Group.ANSWERS,
    trail.Holds.ANSWERS,
    answers_changed=_("Changed answers"),
    team_answers_changed=_("Edited team answers"),
    options_full=_("An answer had no place left and was taken off"),
    answers_edited=_("Changed answers for the person"),
)
trail.add_acts(
    trail.Group.ANSWERS,
    sessions_chosen=_("Chose sessions"),
    consents_changed=_("Changed consents"),
)
trail.add_acts(
    trail.Group.ANSWERS,
    trail.Holds.LANGUAGES,
    language_changed=_("Changed the language of the emails"),
    language_set=_("Changed the language of the emails"),
)
trail.add_acts(
    trail.Group.ANSWERS,
    trail.Holds.ADDRESSES,
    address_change_requested=_("Asked for another email address"),
    address_changed=_("Confirmed the new email address"),
    address_corrected=_("Corrected the email address"),
)
trail.add_acts(
    trail.Group.REQUESTS,
    trail.Holds.ANSWERS,
    request_answered=_("Answered what was asked"),
)
trail.add_acts(
    trail.Group.REQUESTS,
    correction_requested=_("Requested a correction"),
    request_reminded=_("Reminded of unanswered questions"),
    request_taken_back=_("Revoked a request to answer"),
    request_put_off=_("Extended the deadline to answer"),
)
trail.add_acts(
    trail.Group.MAIL,
    status_sent_again=_("Sent again where the registration stands"),
    link_sent=_("Sent the personal link"),
)
trail.add_acts(
    invitation_made=_("Created an invitation"),
    invitations_made=_("Created invitations from a list"),
    invitation_sent=_("Sent an invitation to take part"),
    invitation_sent_again=_("Sent an invitation to take part again"),
    invitation_reminded=_("Reminded somebody of an invitation"),
    invitation_extended=_("Changed until when an invitation works"),
    invitation_taken_back=_("Revoked an invitation to take part"),
    invitation_declined=_("Declined an invitation to take part"),
    access_codes_added=_("Added access codes"),
    access_code_switched_off=_("Deactivated an access code"),
    access_code_switched_on=_("Reactivated an access code"),
    message_text_changed=_("Changed a message template"),
)
_STATUSES = {status.value: _(status.title) for status in Status}
trail.add_own_titles(
    **{f"registered_{key}": _("Registered: %(status)s", status=said) for key, said in _STATUSES.items()},
    **{f"added_{key}": _("Registered by the team: %(status)s", status=said) for key, said in _STATUSES.items()},
    **{f"imported_{key}": _("Imported: %(status)s", status=said) for key, said in _STATUSES.items()},
    **{f"decided_{action.value}": _(action.title) for action in Action if action.title and action not in MOVING_UP},
)
trail.add_kinds(
    erasure=_("Deleted data"),
    registration=cast(str, lazy_pgettext("record", "Registration")),
    invitation=_("Invitation"),
    access_code=_("Access code"),
)
trail.add_parts(
    status=_("Status"),
    without_mail=_("Without an email"),
    way_in=_("Source"),
    people_added=_("People added"),
    people_changed=_("People changed"),
    given_name=_("Given name"),
    family_name=_("Family name"),
    email=_("Email address"),
    phone=_("Telephone"),
    institution=_("Institution"),
    message_text=_("Message"),
    subject=_("Subject"),
)
trail.add_own_parts("status", "category", "sessions")
trail.add_values(_STATUSES)
trail.add_values({message.key: trail.later(str, message.title) for message in every_message()}, "message_text")


def _references(chain: int, ids: Collection[str]) -> Mapping[str, str]:
    rows = db.session.execute(
        select(Registration.id, Registration.reference).where(
            Registration.event_id == chain, Registration.id.in_([*map(int, ids)])
        )
    )
    return {str(row.id): row.reference for row in rows}


trail.add_names(_references, trail.by_id("registration"))
trail.add_parts(because=_("Reason"))
trail.add_values({each.value: _(each.title) for each in Because}, "because")

"""Acts, kinds of record and parts of records in words. Every act that the product records anywhere has its sentence here."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _


def action_words(action: str) -> str:
    """Say what was done, like "Removed a session"; an act of an older release that is not known keeps its own word."""
    return action_catalogue().get(action, action.replace("_", " "))


def action_catalogue() -> Mapping[str, str]:
    """Return every act with its words, in the order in which they are offered to choose from."""
    return {
        **_of_registrations(),
        **_of_decisions(),
        **_of_exports(),
        **_of_people_put_in(),
        **_of_invitations(),
        **_of_events(),
        **_of_contents(),
        **_of_teams(),
        **_of_instances(),
        **_of_accounts(),
    }


def record_words(kind: str) -> str:
    """Say what kind of thing a record is."""
    return kind_catalogue().get(kind, kind.replace("_", " "))


def kind_catalogue() -> Mapping[str, str]:
    """Return every kind of record with its words."""
    return {
        "registration": _("Registration"),
        "event": _("Event"),
        "session": _("Session of the programme"),
        "speaker": _("Person on the programme"),
        "room": _("Room"),
        "material": _("Material"),
        "outcome": _("Conclusion"),
        "partner": _("Institution of the event"),
        "category": _("Category"),
        "privacy_notice": _("Privacy notice"),
        "questionnaire": _("Form"),
        "question": _("Question"),
        "team_member": _("Team member"),
        "team_invitation": _("Invitation to the team"),
        "invitation": _("Invitation"),
        "access_code": _("Access code"),
        "tag": _("Tag"),
        "ready_reason": _("Ready-made reason"),
        "saved_view": _("View of the list"),
        "organization": _("Institution"),
        "account": _("Account"),
        "settings": _("Settings of the site"),
        "legal_page": _("Legal page"),
    }


def _of_registrations() -> Mapping[str, str]:
    return {
        "registered_unverified": _("Registered; the address is to be confirmed"),
        "registered_pending": _("Registered; waits for a decision"),
        "registered_confirmed": _("Registered and confirmed"),
        "registered_waitlisted": _("Registered; on the waiting list"),
        "address_verified": _("Confirmed the email address"),
        "expired": _("Given up: the email address was not confirmed in time"),
        "answers_changed": _("Changed answers"),
        "request_answered": _("Answered what was asked"),
        "correction_requested": _("Asked to check answers"),
        "request_reminded": _("Reminded of unanswered questions"),
        "request_taken_back": _("Took back a request to answer"),
        "request_put_off": _("Put off the deadline to answer"),
        "team_answers_changed": _("Filled in answers for the team"),
        "options_full": _("An answer had no place left and was taken off"),
        "sessions_chosen": _("Chose sessions"),
        "consents_changed": _("Changed consents"),
        "language_changed": _("Changed the language of the emails"),
        "address_change_requested": _("Asked for another email address"),
        "address_changed": _("Confirmed the new email address"),
        "withdrew": _("Withdrew"),
        "promoted": _("Moved up from the waiting list"),
        "sensitive_answers_seen": _("Looked at sensitive answers"),
        "file_downloaded": _("Downloaded a file"),
        "message_released": _("Released a held message"),
        "message_sent_again": _("Sent a message again"),
        "message_left": _("Took a message in doubt as delivered"),
        "answers_edited": _("Changed answers for the person"),
        "address_corrected": _("Corrected the email address"),
        "language_set": _("Changed the language of the emails"),
        "withdrawn_by_team": _("Withdrew for the person"),
        "moved_to_category": _("Moved to another category"),
        "handed_on": _("Handed to another person"),
        "status_sent_again": _("Sent again where the registration stands"),
        "link_sent": _("Sent the personal link"),
        "message_repeated": _("Sent a message once more"),
        "tags_changed": _("Changed tags"),
        "tag_left": _("A tag was removed from the event"),
        "note_written": _("Wrote a note"),
        "note_changed": _("Changed a note"),
        "note_removed": _("Removed a note"),
        "view_saved": _("Saved a view of the list"),
        "view_changed": _("Changed a view of the list"),
        "view_replaced": _("Let a view of the list show something else"),
        "view_deleted": _("Deleted a view of the list"),
    }


def _of_decisions() -> Mapping[str, str]:
    return {
        "decided_approve": _("Approved the registration"),
        "decided_approve_without_place": _("Approved without a free place"),
        "decided_decline": _("Declined the registration"),
        "decided_waitlist": _("Moved to the waiting list"),
        "decided_reopen": _("Took the decision back"),
        "decision_undone": _("Decision undone before its email went"),
        "ready_reason_added": _("Added a ready-made reason"),
        "ready_reason_changed": _("Changed a ready-made reason"),
        "ready_reason_removed": _("Removed a ready-made reason"),
        "run_begun": _("Began an act on several registrations"),
        "run_resumed": _("Had an act on several registrations go on"),
        "run_stopped": _("Stopped an act on several registrations"),
    }


def _of_exports() -> Mapping[str, str]:
    return {
        "exported": _("Took the list away as a file"),
        "counted_by_day": _("Counted answers by day"),
        "export_fetched": _("Downloaded a file that was made of the list"),
        "export_deleted": _("Deleted a file that was made of the list"),
        "history_exported": _("Took the history away as a file"),
    }


def _of_people_put_in() -> Mapping[str, str]:
    return {
        "added_pending": _("Registered somebody, who waits for a decision"),
        "added_confirmed": _("Registered somebody, who is confirmed"),
        "added_waitlisted": _("Registered somebody, who is on the waiting list"),
        "imported_pending": _("Put in from a file, waits for a decision"),
        "imported_confirmed": _("Put in from a file, confirmed"),
        "imported_waitlisted": _("Put in from a file, on the waiting list"),
        "imported_declined": _("Put in from a file, declined"),
        "changed_by_import": _("Changed answers from a file"),
        "merged": _("Merged another registration into this one"),
        "merged_into": _("Merged this registration into another one"),
        "answers_merged": _("Took answers of a merged registration"),
        "kept_apart": _("Said that two registrations are of different people"),
        "people_imported": _("Put people in from a file"),
    }


def _of_invitations() -> Mapping[str, str]:
    return {
        "invitation_made": _("Made an invitation"),
        "invitations_made": _("Made invitations from a list"),
        "invitation_sent": _("Sent an invitation to take part"),
        "invitation_sent_again": _("Sent an invitation to take part again"),
        "invitation_reminded": _("Reminded somebody of an invitation"),
        "invitation_extended": _("Changed until when an invitation works"),
        "invitation_taken_back": _("Took an invitation to take part back"),
        "invitation_declined": _("Declined an invitation to take part"),
        "access_codes_added": _("Added access codes"),
        "access_codes_exported": _("Took the access codes away as a file"),
        "access_code_switched_off": _("Switched an access code off"),
        "access_code_switched_on": _("Switched an access code on again"),
    }


def _of_events() -> Mapping[str, str]:
    return {
        "event_created": _("Made the event"),
        "event_copied": _("Made the event as a copy"),
        "event_imported": _("Brought the event in from a file"),
        "event_exported": _("Took the whole event away as a file"),
        "event_published": _("Published the event"),
        "event_unpublished": _("Took the event off the site"),
        "event_registration_closed": _("Closed registration"),
        "event_registration_reopened": _("Opened registration again"),
        "event_cancelled": _("Cancelled the event"),
        "event_reinstated": _("Took the cancellation back"),
        "event_archived": _("Archived the event"),
        "event_unarchived": _("Took the event out of the archive"),
        "event_deleted": _("Deleted the event"),
        "preview_link_made": _("Made a preview link"),
        "preview_link_killed": _("Ended the preview link"),
        "texts_changed": _("Changed texts"),
        "message_text_changed": _("Changed the words of a message"),
        "written_to": _("Wrote to the person"),
        "run_messages_stopped": _("Stopped messages that had not gone"),
        "settings_changed": _("Changed settings"),
        "look_changed": _("Changed the look"),
        "mail_hold_lifted": _("Let the emails go"),
        "capacity_raised": _("Changed the number of places"),
        "notice_published": _("Published a privacy notice"),
        "questionnaire_published": _("Published the form"),
        "questions_changed": _("Changed several questions"),
        "questions_discarded": _("Discarded the draft of the questions"),
        "question_added": _("Added a question"),
        "question_changed": _("Changed a question"),
        "question_removed": _("Retired a question"),
        "section_added": _("Added a section of the form"),
        "section_changed": _("Changed a section of the form"),
        "section_removed": _("Removed a section of the form"),
    }


def _of_contents() -> Mapping[str, str]:
    return {
        "categories_changed": _("Changed categories"),
        "category_added": _("Added a category"),
        "category_changed": _("Changed a category"),
        "category_moved": _("Moved a category"),
        "category_removed": _("Removed a category"),
        "session_added": _("Added a session"),
        "session_changed": _("Changed a session"),
        "session_moved": _("Moved a session"),
        "session_removed": _("Removed a session"),
        "room_added": _("Added a room"),
        "room_changed": _("Changed a room"),
        "room_moved": _("Moved a room"),
        "room_removed": _("Removed a room"),
        "speaker_added": _("Added a speaker"),
        "speaker_changed": _("Changed a speaker"),
        "speaker_removed": _("Removed a speaker"),
        "material_added": _("Added a material"),
        "material_changed": _("Changed a material"),
        "material_moved": _("Moved a material"),
        "material_removed": _("Removed a material"),
        "tag_added": _("Made a tag"),
        "tag_changed": _("Changed a tag"),
        "tag_removed": _("Removed a tag"),
        "outcome_added": _("Added a conclusion"),
        "outcome_changed": _("Changed a conclusion"),
        "outcome_moved": _("Moved a conclusion"),
        "outcome_removed": _("Removed a conclusion"),
        "partner_added": _("Added an institution to the event"),
        "partner_changed": _("Changed an institution's part in the event"),
        "partner_moved": _("Moved an institution of the event"),
        "partner_removed": _("Removed an institution from the event"),
    }


def _of_teams() -> Mapping[str, str]:
    return {
        "team_invited": _("Invited somebody to the team"),
        "team_invitation_sent_again": _("Sent an invitation again"),
        "team_invitation_revoked": _("Took an invitation back"),
        "team_invitation_declined": _("Declined an invitation"),
        "team_joined": _("Joined the team"),
        "team_member_added": _("Added somebody to the team"),
        "team_member_changed": _("Changed the rights of a team member"),
        "team_member_removed": _("Removed somebody from the team"),
        "team_member_left": _("Left the team"),
        "team_handed_over": _("Handed the event over"),
    }


def _of_instances() -> Mapping[str, str]:
    return {
        "organization_created": _("Added an institution to the directory"),
        "organization_changed": _("Changed an institution"),
        "organization_merged": _("Merged two institutions"),
        "organizations_merged": _("Merged two institutions"),
        "organization_merged_away": _("Merged two institutions"),
        "legal_page_made": _("Made a legal page"),
        "legal_page_changed": _("Changed a legal page"),
        "legal_page_moved": _("Moved a legal page"),
        "legal_page_removed": _("Removed a legal page"),
    }


def _of_accounts() -> Mapping[str, str]:
    return {
        "account_created": _("Made an account"),
        "account_changed": _("Changed an account"),
        "may_create_events": _("Let an account make events"),
        "account_closed": _("Closed an account"),
        "profile_changed": _("Changed name or language"),
        "password_set": _("Changed the password"),
        "sign_in_link_made": _("Made a sign-in link"),
        "sign_in_link_used": _("Used a sign-in link"),
        "signed_in": _("Signed in"),
        "proved_again": _("Showed once more who it is"),
        "session_ended": _("Ended a session"),
        "sessions_ended": _("Ended the other sessions"),
        "second_factor_on": _("Turned the second factor on"),
        "second_factor_off": _("Turned the second factor off"),
        "recovery_codes_made": _("Made new recovery codes"),
        "recovery_code_used": _("Used a recovery code"),
    }

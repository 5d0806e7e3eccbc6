"""What the audit trail says of the team's work: decisions on many, notes, tags, lists that were taken away."""

from __future__ import annotations

from eventreg.audit import trail
from eventreg.registration.rules.ways_in import WayKind
from eventreg.review.rules.runs import RunAct
from eventreg.review.wording import came_by_words
from eventreg.review.wording.runs import act_verb
from eventreg.web.forms import lazy_gettext as _

trail.add_acts(
    merged=_("Merged another registration into this one"),
    merged_into=_("Merged this registration into another one"),
    kept_apart=_("Said that two registrations are of different people"),
)
trail.add_acts(
    trail.Group.STATUS,
    trail.Holds.ANSWERS,
    answers_merged=_("Took answers of a merged registration"),
)
trail.add_acts(
    trail.Group.LOOKS,
    sensitive_answers_seen=_("Looked at sensitive answers"),
    file_downloaded=_("Downloaded a file"),
    exported=_("Took the list away as a file"),
)
trail.add_acts(
    trail.Group.TEAM,
    tags_changed=_("Changed tags"),
    tag_left=_("A tag was removed from the event"),
    note_written=_("Wrote a note"),
    note_changed=_("Changed a note"),
    note_removed=_("Removed a note"),
)
trail.add_acts(
    trail.Group.MAIL,
    message_released=_("Released a held message"),
    message_sent_again=_("Sent a message again"),
    message_left=_("Took a message in doubt as delivered"),
    message_repeated=_("Sent a message once more"),
    written_to=_("Wrote to the person"),
)
trail.add_acts(
    tag_added=_("Made a tag"),
    tag_changed=_("Changed a tag"),
    tag_removed=_("Removed a tag"),
    view_saved=_("Saved a view of the list"),
    view_changed=_("Changed a view of the list"),
    view_replaced=_("Let a view of the list show something else"),
    view_deleted=_("Deleted a view of the list"),
    ready_reason_added=_("Added a ready-made reason"),
    ready_reason_changed=_("Changed a ready-made reason"),
    ready_reason_removed=_("Removed a ready-made reason"),
    run_begun=_("Began an act on several registrations"),
    run_resumed=_("Had an act on several registrations go on"),
    run_stopped=_("Stopped an act on several registrations"),
    run_messages_stopped=_("Stopped messages that had not gone"),
    counted_by_day=_("Counted answers by day"),
    export_fetched=_("Downloaded a file that was made of the list"),
    export_deleted=_("Deleted a file that was made of the list"),
    access_codes_exported=_("Took the access codes away as a file"),
)
trail.add_own_titles(
    merged=_("Another registration of the person was merged into this one"),
    merged_into=_("Merged into another registration of the person"),
    answers_merged=_("Took answers of the merged registration"),
    kept_apart=_("Kept apart from a registration that looks alike"),
)
trail.add_kinds(
    tag=_("Tag"),
    ready_reason=_("Ready-made reason"),
    saved_view=_("View of the list"),
)
trail.add_pages(
    registration="review.show_registration",
    access_code="review.list_access_codes",
    tag="review.show_tags",
    ready_reason="review.list_ready_reasons",
)
trail.add_parts(
    act=_("Act"),
    with_sensitive=_("With sensitive answers"),
    without_contact_data=_("Without contact data"),
    message=_("Message"),
    put_on=_("Put on"),
    taken_off=_("Taken off"),
    colour=_("Colour"),
    is_shared=_("Shared with the team"),
)
trail.add_own_parts("put_on", "taken_off", has_label=True)
trail.add_values({act.value: trail.later(act_verb, act) for act in RunAct}, "act")
trail.add_values({way.value: trail.later(came_by_words, way, None) for way in WayKind}, "way_in")
# Of a message; of a material it is the event that says it.
trail.add_values({"participant": _("Participant"), "contact": _("Contact person"), "team": _("Team")}, "audience")

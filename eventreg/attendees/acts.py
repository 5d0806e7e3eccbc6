"""What the audit trail says of the team's work: decisions on many, annotations, lists that were taken away."""

from eventreg.attendees.annotations import ANNOTATIONS
from eventreg.attendees.rules.acts import RunAct
from eventreg.audit import trail
from eventreg.registration.rules.ways_in import WayKind
from eventreg.web.forms import lazy_gettext as _

trail.add_acts(
    merged=_("Merged another registration into this one"),
    merged_into=_("Merged this registration into another one"),
    kept_apart=_("Marked two registrations as not duplicates"),
)
trail.add_acts(
    trail.Group.STATUS,
    trail.Holds.ANSWERS,
    answers_merged=_("Copied answers of a merged registration"),
)
trail.add_acts(
    trail.Group.LOOKS,
    sensitive_answers_seen=_("Viewed sensitive answers"),
    file_downloaded=_("Downloaded a file"),
    exported=_("Exported the list"),
)
for _annotation in ANNOTATIONS:
    trail.add_acts(trail.Group.TEAM, **_annotation.acts)
    trail.add_parts(**_annotation.act_parts)
    trail.add_own_parts(*_annotation.act_parts, has_label=True)
trail.add_acts(
    trail.Group.MAIL,
    message_released=_("Released a held message"),
    message_sent_again=_("Sent a message again"),
    address_trusted=_("Said that the address is right, and sent a message again"),
    message_left=_("Marked a message in doubt as delivered"),
    message_repeated=_("Sent a message once more"),
    written_to=_("Emailed the person"),
)
trail.add_acts(
    tag_added=_("Created a tag"),
    tag_changed=_("Changed a tag"),
    tag_removed=_("Removed a tag"),
    view_saved=_("Saved a view"),
    view_changed=_("Changed a saved view"),
    view_replaced=_("Replaced a saved view"),
    view_deleted=_("Deleted a saved view"),
    ready_reason_added=_("Added a ready-made reason"),
    ready_reason_changed=_("Changed a ready-made reason"),
    ready_reason_removed=_("Removed a ready-made reason"),
    run_begun=_("Started a bulk action"),
    run_resumed=_("Resumed a bulk action"),
    run_stopped=_("Stopped a bulk action"),
    run_discarded=_("Deleted the draft of a message"),
    run_messages_stopped=_("Cancelled unsent messages"),
    counted_by_day=_("Counted answers by day"),
    export_fetched=_("Downloaded an exported file"),
    export_deleted=_("Deleted an exported file"),
    access_codes_exported=_("Exported the access codes"),
)
trail.add_own_titles(
    merged=_("Another registration of the person was merged into this one"),
    merged_into=_("Merged into another registration of the person"),
    answers_merged=_("Copied answers of the merged registration"),
    kept_apart=_("Marked as not a duplicate"),
)
trail.add_kinds(
    tag=_("Tag"),
    ready_reason=_("Ready-made reason"),
    saved_view=_("Saved view"),
)
trail.add_pages(
    registration="attendees.show_registration",
    access_code="invitations.list_access_codes",
    tag="attendees.show_tags",
    ready_reason="attendees.list_ready_reasons",
)
trail.add_parts(
    act=_("Act"),
    with_sensitive=_("With sensitive answers"),
    without_contact_data=_("Without contact data"),
    message=_("Message"),
    colour=_("Colour"),
    is_shared=_("Shared with the team"),
)
trail.add_values({act.value: _(act.title) for act in RunAct}, "act")
trail.add_values({way.value: _(way.title) for way in WayKind}, "way_in")
# Of a message; of a material it is the event that says it.
trail.add_values({"participant": _("Participant"), "contact": _("Contact person"), "team": _("Team")}, "audience")

"""What the audit trail says of an event, its texts, programme, institutions and team."""

import re
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from sqlalchemy import select

from eventreg.audit import trail
from eventreg.db import db
from eventreg.events import wording
from eventreg.events.models import Category, Event, EventDay, ProgrammeSession
from eventreg.events.models.event import named_columns
from eventreg.events.rules.categories import ApprovalRule
from eventreg.events.rules.institutions import PartnerRole
from eventreg.events.rules.practical import keyed, split_field, topic_of
from eventreg.events.rules.programme import MaterialAudience, SpeakerRole
from eventreg.events.rules.publication import Publication
from eventreg.events.rules.settings import Hears
from eventreg.events.rules.team import Permission, TeamRole
from eventreg.i18n import formats, languages
from eventreg.kernel.text import LocalizedText
from eventreg.web.forms import lazy_gettext as _
from eventreg.web.templating import plain_in_reader_language

trail.add_acts(
    event_created=_("Created the event"),
    event_copied=_("Created the event as a copy"),
    event_imported=_("Imported the event"),
    event_exported=_("Exported the event"),
    event_published=_("Published the event"),
    event_unpublished=_("Unpublished the event"),
    event_registration_closed=_("Closed registration"),
    event_registration_reopened=_("Reopened registration"),
    event_cancelled=_("Cancelled the event"),
    event_reinstated=_("Reinstated the event"),
    event_archived=_("Archived the event"),
    event_unarchived=_("Unarchived the event"),
    event_deleted=_("Deleted the event"),
    preview_link_made=_("Created a preview link"),
    preview_link_killed=_("Deactivated the preview link"),
    texts_changed=_("Changed texts"),
    look_changed=_("Changed the appearance"),
    contact_added=_("Added a contact person"),
    contact_changed=_("Changed a contact person"),
    contact_removed=_("Removed a contact person"),
    contact_chose=_("Chose what to hear of registrations"),
    mail_hold_lifted=_("Released the messages"),
    capacity_raised=_("Changed the number of places"),
    notice_published=_("Published a privacy notice"),
    figures_kept=_("Kept the figures as they were"),
    categories_changed=_("Changed categories"),
    category_added=_("Added a category"),
    category_changed=_("Changed a category"),
    category_moved=_("Moved a category"),
    category_removed=_("Removed a category"),
)
trail.add_acts(
    session_added=_("Added a session"),
    session_changed=_("Changed a session"),
    session_removed=_("Removed a session"),
    room_added=_("Added a room"),
    room_changed=_("Changed a room"),
    room_moved=_("Moved a room"),
    room_removed=_("Removed a room"),
    speaker_added=_("Added a speaker"),
    speaker_changed=_("Changed a speaker"),
    speaker_removed=_("Removed a speaker"),
    material_added=_("Added a material"),
    material_changed=_("Changed a material"),
    material_moved=_("Moved a material"),
    material_removed=_("Removed a material"),
    outcome_added=_("Added a conclusion"),
    outcome_changed=_("Changed a conclusion"),
    outcome_moved=_("Moved a conclusion"),
    outcome_removed=_("Removed a conclusion"),
    partner_added=_("Added an institution to the event"),
    partner_changed=_("Changed an institution's part in the event"),
    partner_moved=_("Moved an institution of the event"),
    partner_removed=_("Removed an institution from the event"),
)
trail.add_acts(
    trail.Group.STATUS,
    trail.Holds.SESSIONS,
    session_moved=_("Moved a session"),
)
trail.add_acts(
    team_invited=_("Invited a team member"),
    team_invitation_sent_again=_("Sent an invitation again"),
    team_invitation_revoked=_("Revoked an invitation"),
    team_invitation_declined=_("Declined an invitation"),
    team_joined=_("Joined the team"),
    team_member_added=_("Added a team member"),
    team_member_changed=_("Changed the rights of a team member"),
    team_member_removed=_("Removed a team member"),
    team_member_left=_("Left the team"),
    team_handed_over=_("Transferred ownership"),
)
trail.add_kinds(
    event=_("Event"),
    session=_("Session of the programme"),
    speaker=_("Person on the programme"),
    room=_("Room"),
    material=_("Material"),
    outcome=_("Conclusion"),
    partner=_("Institution of the event"),
    category=_("Category"),
    privacy_notice=_("Privacy notice"),
    team_member=_("Team member"),
    team_invitation=_("Invitation to the team"),
    contact_person=_("Contact person"),
)
trail.add_pages(
    contact_person="contacts.list_contacts",
    event="site.manage_event",
    session="programme.edit_programme",
    room="programme.edit_programme",
    speaker="programme.list_speakers",
    material="programme.list_materials",
    outcome="programme.list_outcomes",
    partner="events.list_partners",
    category="events.list_categories",
    team_member="team.show_team",
    team_invitation="team.show_team",
)
_LABELS = {column.name: column.info["label"] for column in named_columns()}
trail.add_parts(**{name: _(label) for name, label in _LABELS.items()})
trail.add_parts(hears=_("How much they hear"), hour=_("Hour"), weekday=_("Day of the week"))
trail.add_values({each.value: _(each.title) for each in Hears}, "hears")
trail.add_parts(
    texts=_("Texts"),
    credit=_("Credit line"),
    url=_("Link"),
    picture=_("Picture"),
    file_name=_("File"),
    biography=_("Short biography"),
    affiliation=_("Position and institution"),
    addressee=_("To whom it is addressed"),
    phrase=_("Phrase of the funder"),
)
trail.add_parts(
    room=_("Room"),
    room_id=_("Room"),
    day=_("Day"),
    days=_("Days"),
    day_id=_("Day"),
    held_on=_("Day"),
    starts_at=_("Begins"),
    ends_at=_("Ends"),
    released_at=_("Shown from"),
    preview_until=_("Preview until"),
)
trail.add_parts(
    places=_("Places"),
    approval=_("Approval"),
    pending_counts=_("Pending ones take a place"),
    role=_("Role"),
    only_categories=_("Only these categories"),
    only_days=_("Only these days"),
    withheld=_("Not allowed"),
    takes_sign_up=_("One signs up for it"),
    is_public=_("Shown on the site"),
    is_logo_first=_("Logo stands first"),
    version=_("Version"),
    people=_("People"),
    with_people=_("With people"),
    files=_("Files"),
    sensitive=_("Sensitive answers"),
    direction=_("Moved"),
    category=_("Category"),
    categories=_("Categories"),
    session=_("Session"),
    sessions=_("Sessions"),
    speakers=_("Speakers"),
    hours=_("Hours"),
    sign_ups=_("People signed up"),
    counts_toward_event=_("Its people count towards the places of the event"),
    opens_at=_("Registration opens"),
    closes_at=_("Registration closes"),
    is_private=_("Private: not offered on the public form"),
    link_of=_("Another link for"),
    stays_owner=_("Stays in the team as an owner"),
)
trail.add_parts(**{role.value: trail.later(wording.speaker_role_name, role, 2) for role in SpeakerRole})

PUBLICATIONS = {
    Publication.DRAFT.value: _("Draft"),
    Publication.PUBLISHED.value: _("Published"),
    Publication.REGISTRATION_CLOSED.value: _("Registration closed"),
    Publication.CANCELLED.value: _("Event cancelled"),
    Publication.ARCHIVED.value: _("Archived"),
}
trail.add_values(PUBLICATIONS, "publication")
# Elsewhere what is cancelled is a registration.
trail.add_values({value: words for value, words in PUBLICATIONS.items() if value != Publication.CANCELLED.value})
trail.add_values({role.value: _(role.title) for role in TeamRole})
trail.add_values({role.value: trail.later(wording.speaker_role_name, role) for role in SpeakerRole}, "role")
trail.add_values({role.value: _(role.title) for role in PartnerRole}, "role")
trail.add_values({rule.value: _(rule.title) for rule in ApprovalRule}, "approval")
trail.add_values({whom.value: _(whom.title) for whom in MaterialAudience}, "audience")
trail.add_values({each.value: _(each.title) for each in Permission}, "withheld")
trail.add_values({"earlier": _("further up"), "later": _("further down")}, "direction")


def _categories(chain: int, _keys: object) -> Mapping[str, LocalizedText]:
    rows = db.session.execute(select(Category.key, Category.name).where(Category.event_id == chain))
    return {row.key: row.name for row in rows}


def _sessions(chain: int, _keys: object) -> Mapping[str, LocalizedText]:
    """Return titles of sessions, by number and by what stands in their addresses."""
    rows = db.session.execute(
        select(ProgrammeSession.id, ProgrammeSession.public_id, ProgrammeSession.title)
        .join(EventDay, EventDay.id == ProgrammeSession.day_id)
        .where(EventDay.event_id == chain)
    )
    return {key: row.title for row in rows for key in (str(row.id), row.public_id)}


def _practical(chain: int, _keys: object) -> Mapping[str, Mapping[str, Any]]:
    """Return the items of the practical information, each with topic and heading."""
    items = db.session.scalar(select(Event.practical).where(Event.id == chain)) or []
    return {item["key"]: item for item in keyed(items)}


#: "practical.k3f9.text (es)"
_TEXT = re.compile(r"(?P<field>\S+) \((?P<language>\w+)\)")


def _text_words(key: str, items: Mapping[str, Any]) -> str:
    """Say which text in which language: "Practical information: Hotels (Spanish)"."""
    found = _TEXT.fullmatch(key)
    if found is None:
        return ""
    code = found["language"]
    language = languages.name_of(code, languages.current_language()) if code in languages.known_languages() else code
    return f"{_field(found['field'], items)} ({language})"


def _field(field: str, items: Mapping[str, Any]) -> str:
    split = split_field(field)
    if split is None:
        return trail.part_words(field)
    heading = f"{trail.part_words('practical')}{formats.colon(languages.current_language())} {_item(split[0], items)}"
    return gettext("%(item)s, heading", item=heading) if split[1] == "label" else heading


def _item(key: str, items: Mapping[str, Any]) -> str:
    """Return the heading of an item, else its topic; of one that was removed its key."""
    item = items.get(key)
    if item is None:
        return key
    return plain_in_reader_language(item.get("label") or {}) or gettext(topic_of(item).title)


def _order_words(order: str, items: Mapping[str, Any]) -> str:
    """Say what was done to an item: "added k3f9"."""
    verb, _blank, key = order.partition(" ")
    item = _item(key, items)
    return {
        "added": gettext("%(item)s added", item=item),
        "topic": gettext("%(item)s with another topic", item=item),
        "moved": gettext("%(item)s moved", item=item),
        "removed": gettext("%(item)s removed", item=item),
    }.get(verb, "")


trail.add_names(_categories, "category", "categories", "only_categories", "required_for", "link_of")
trail.add_names(_sessions, "session")
trail.add_names(_practical, "texts", say=_text_words)
trail.add_names(_practical, "practical", say=_order_words)

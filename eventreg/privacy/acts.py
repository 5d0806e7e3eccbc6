"""What the audit trail says of who sees whom, and of what was agreed about giving data away."""

from typing import cast

from eventreg.attendees.listing import ListShape
from eventreg.audit import trail
from eventreg.events.rules.categories import ListedColumn, ShownTo
from eventreg.web.forms import lazy_gettext as _

trail.add_acts(
    participants_changed=_("Changed the list of participants"),
    category_shown=_("Changed who sees the people of a category"),
    agreement_added=_("Wrote down a sharing agreement"),
    agreement_changed=_("Changed a sharing agreement"),
    agreement_ended=_("Ended a sharing agreement"),
)
trail.add_acts(
    trail.Group.ANSWERS,
    listing_changed=_("Chose what the list of participants says"),
)
trail.add_kinds(sharing_agreement=_("Sharing agreement"))
trail.add_pages(sharing_agreement="privacy.list_agreements")
trail.add_parts(
    shown_to=_("Who sees its people"),
    listed_columns=_("What the list of participants says"),
    recipient=_("Recipient"),
    columns=_("Columns"),
)
for part in ("participant_columns", "listed_columns"):
    trail.add_values({each.value: _(each.title) for each in ListedColumn}, part)
trail.add_values({each.value: _(each.title) for each in ShownTo}, "shown_to")
trail.add_values({each.column: cast(str, each.title) for each in ListShape().every_fixed if each.column}, "columns")

"""What the audit trail says of how long data are kept, what the law keeps and what went; of who sees whom, and of sharing."""

from typing import cast

from flask_babel import gettext

from eventreg.attendees.listing import ListShape
from eventreg.audit import trail
from eventreg.events.rules.categories import ListedColumn, ShownTo
from eventreg.privacy.holdings import HOLDINGS, IDENTITY
from eventreg.web.forms import lazy_gettext as _

trail.add_acts(
    periods_changed=_("Changed how long data are kept"),
    data_let_go=_("Deleted data whose period was over"),
    hold_placed=_("Placed a hold on the data"),
    hold_lifted=_("Lifted the hold on the data"),
)
trail.add_acts(trail.Group.LOOKS, copy_requested=_("Asked for a copy of their data"))
trail.add_kinds(hold=_("Hold on the data"))
trail.add_pages(hold="privacy.show_retention")
_TITLES = {
    **{holding.key: holding.title for holding in HOLDINGS},
    **{f"column_{column}": title for column, title in IDENTITY.items()},
}


def title_of(key: str) -> str:
    """Return what a holding is called, in the reader's language."""
    return gettext(_TITLES[key]) if key in _TITLES else key


trail.add_parts(**{f"kept_{key}": _(title) for key, title in _TITLES.items()})
trail.add_parts(holding=_("What went"), kept_days=_("Days it was kept"))
trail.add_values({key: _(title) for key, title in _TITLES.items()}, "holding")

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

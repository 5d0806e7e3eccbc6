"""What the audit trail says of how long data are kept, of what the law keeps, and of what went."""

from flask_babel import gettext

from eventreg.audit import trail
from eventreg.audit.services import follow
from eventreg.privacy.holdings import HOLDINGS, IDENTITY
from eventreg.privacy.notice import FOLLOWED, keep_up
from eventreg.web.forms import lazy_gettext as _

trail.add_acts(
    periods_changed=_("Changed how long data are kept"),
    data_let_go=_("Deleted data whose period was over"),
    hold_placed=_("Placed a hold on the data"),
    hold_lifted=_("Lifted the hold on the data"),
    notice_followed=_("The privacy notice followed what was set"),
)
trail.add_acts(trail.Group.LOOKS, copy_requested=_("Asked for a copy of their data"))
trail.add_kinds(hold=_("Hold on the data"))
trail.add_pages(hold="privacy.show_retention", privacy_notice="privacy.edit_notice")
follow(keep_up, *FOLLOWED)
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

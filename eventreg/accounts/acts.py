"""What the audit trail says of accounts."""

from eventreg.accounts.queries import list_account_names
from eventreg.audit import trail
from eventreg.web.forms import lazy_gettext as _

trail.add_acts(
    account_created=_("Created an account"),
    account_changed=_("Changed an account"),
    may_create_events=_("Allowed an account to create events"),
    account_closed=_("Closed an account"),
    profile_changed=_("Changed name or language"),
    password_set=_("Changed the password"),
    sign_in_link_made=_("Created a sign-in link"),
    sign_in_link_used=_("Used a sign-in link"),
    signed_in=_("Signed in"),
    proved_again=_("Confirmed the identity again"),
    session_ended=_("Signed out a session"),
    sessions_ended=_("Signed out other sessions"),
    second_factor_on=_("Turned the second factor on"),
    second_factor_off=_("Turned the second factor off"),
    recovery_codes_made=_("Generated new recovery codes"),
    recovery_code_used=_("Used a recovery code"),
)
trail.add_kinds(
    account=_("Account"),
)
trail.add_parts(
    is_administrator=_("Administrator"),
    may_create_events=_("May create events"),
    minutes=_("Minutes"),
    left=_("Left"),
    by=_("By"),
    second_factor=_("Second factor"),
)
trail.add_values({"password": _("password"), "link": _("link"), "invitation": _("invitation")})
trail.add_names(
    lambda _chain, ids: {str(id_): name for id_, name in list_account_names([*map(int, ids)]).items()},
    trail.by_id("account"),
)

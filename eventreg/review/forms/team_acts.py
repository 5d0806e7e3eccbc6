"""What stands around an act of the team on one registration. The names hold a hyphen: no question's key does."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, Form, HiddenField

from eventreg.registration.models import Registration
from eventreg.registration.services.team_acts import TeamAct
from eventreg.review.forms import read_number
from eventreg.web.forms import lazy_gettext

_PREFIX = "team-"


class ActForm(Form):
    """Which state was seen, and whether the person is told."""

    seen_revision = HiddenField()
    #: the newest entry of the registration's history when the form was first shown
    seen_entry = HiddenField()
    tells = BooleanField(lazy_gettext("Tell the person by email"))

    def __init__(self, formdata: Any, registration: Registration, newest_entry: int, **values: Any) -> None:
        data = {"tells": True, "seen_revision": registration.revision, "seen_entry": newest_entry, **values}
        super().__init__(formdata, prefix=_PREFIX, data=data)

    def act(self, account_id: int) -> TeamAct | None:
        """Return who acts on what they saw; None when the form does not say what was seen."""
        revision = read_number(str(self.seen_revision.data))
        return TeamAct(account_id, revision, bool(self.tells.data)) if revision is not None else None

    @property
    def entry(self) -> int:
        """The newest entry that was seen; 0 when the form does not say."""
        return read_number(str(self.seen_entry.data)) or 0

    def errors_list(self) -> list[tuple[str, str]]:
        """Return (id of the input, message) for each field to be checked."""
        return [(field.id, str(field.errors[0])) for field in self if field.errors]


class EditForm(ActForm):
    """Around the answers that the team changes for somebody."""

    tells = BooleanField(
        lazy_gettext("Tell the person by email what was changed"),
        description=lazy_gettext("Of sensitive answers and files the email only says that they changed."),
    )
    tells_old = BooleanField(
        lazy_gettext("Tell the old email address as well, if I change it"),
        description=lazy_gettext(
            "The new address gets its link and where the registration stands in any case; the old link dies."
        ),
    )

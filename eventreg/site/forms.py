"""Forms of the pages that are made of several rooms."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from wtforms import HiddenField, SelectField, StringField

from eventreg.audit import trail
from eventreg.audit.queries import TrailFilter
from eventreg.web.fields import whole_number
from eventreg.web.forms import BaseForm, lazy_gettext


class HistoryForm(BaseForm):
    """Which entries of the history are shown. Comes by the address, so that a view of it can be kept and sent on."""

    class Meta:
        csrf = False

    who = SelectField(lazy_gettext("Who"), validate_choice=False)
    kind = SelectField(lazy_gettext("Record"), validate_choice=False)
    act = SelectField(lazy_gettext("Action"), validate_choice=False)
    since = StringField(lazy_gettext("From"))
    until = StringField(lazy_gettext("To"))
    #: one record, like "session-12": by the link beside an entry
    record = HiddenField()

    def offer(self, people: Mapping[int, str]) -> None:
        """Fill the choices in; `people` are names of accounts by id."""
        named = sorted(people.items(), key=lambda person: person[1].casefold())
        self.who.choices = [
            ("", _("Everybody")),
            *((f"account-{account_id}", name) for account_id, name in named),
            ("participant", _("Participants")),
            ("system", _("Automatic")),
        ]
        self.kind.choices = [("", _("Everything")), *trail.kinds().items()]
        acts = sorted(trail.acts().items(), key=lambda act: act[1].casefold())
        self.act.choices = [("", _("Everything")), *acts]

    def trail_filter(self, zone: str) -> TrailFilter:
        """Return what is asked for, days being those of `zone`. What cannot be understood leaves nothing out."""
        actor_kind, actor_id = _split(self.who.data)
        record_kind, record_id = _split(self.record.data)
        is_known = actor_kind in ("participant", "system") or (actor_kind == "account" and actor_id is not None)
        return TrailFilter(
            actor_kind=actor_kind if is_known else "",
            actor_id=actor_id if actor_kind == "account" else None,
            record_kind=record_kind or (self.kind.data or "")[:24],
            record_id=record_id,
            action=(self.act.data or "")[:48],
            since=_midnight(self.since.data, zone),
            until=_midnight(self.until.data, zone, days=1),
        )

    def query(self) -> dict[str, str]:
        """Return the filters that are on, as they stand in the address."""
        values: dict[str, Any] = {
            name: getattr(self, name).data for name in ("who", "kind", "act", "since", "until", "record")
        }
        return {name: str(value) for name, value in values.items() if value}


def _split(text: str | None) -> tuple[str, int | None]:
    """Return ("session", 12) of "session-12", and a kind alone without a number."""
    kind, _hyphen, number = (text or "").partition("-")
    return kind[:24], whole_number(number)


def _midnight(text: str | None, zone: str, days: int = 0) -> datetime | None:
    try:
        day = date.fromisoformat((text or "").strip()) + timedelta(days=days)
    except (ValueError, OverflowError):
        return None
    if not 1970 <= day.year <= 9000:
        return None
    return datetime.combine(day, time(), ZoneInfo(zone))

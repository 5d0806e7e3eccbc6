"""Dates, places and categories in words."""

from __future__ import annotations

from flask_babel import gettext as _

from eventreg.events.rules.attendance import AttendanceMode
from eventreg.events.rules.categories import ApprovalRule


def attendance_name(mode: AttendanceMode) -> str:
    """Return how people take part."""
    return {
        AttendanceMode.ONSITE: _("On site"),
        AttendanceMode.ONLINE: _("Online"),
        AttendanceMode.BOTH: _("On site and online"),
    }[mode]


def approval_name(rule: ApprovalRule) -> str:
    """Return who confirms a registration."""
    return {
        ApprovalRule.AT_ONCE: _("At once, while there are places"),
        ApprovalRule.BY_ORGANIZER: _("By an organizer"),
    }[rule]

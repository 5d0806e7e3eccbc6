"""Dates, places and categories in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from eventreg.events.rules.attendance import AttendanceMode
from eventreg.events.rules.categories import ApprovalRule
from eventreg.events.rules.category_entries import CategoriesRefused, CategoryReason
from eventreg.events.rules.settings import SettingsReason


def attendance_name(mode: AttendanceMode) -> str:
    """Return how people take part."""
    return {
        AttendanceMode.ONSITE: _("On site"),
        AttendanceMode.ONLINE: _("Online"),
        AttendanceMode.BOTH: _("On site and online"),
    }[mode]


def settings_sentence(reason: SettingsReason, details: Mapping[str, Any]) -> str:
    """Return why settings were not saved, and what to do."""
    count = int(details.get("count", 0))
    if reason is SettingsReason.DAY_HAS_PEOPLE:
        return ngettext(
            "%(num)d person comes on this day. It cannot be removed while that is so.",
            "%(num)d people come on this day. It cannot be removed while that is so.",
            count,
        )
    if reason is SettingsReason.DAY_HAS_SESSIONS:
        return ngettext(
            "This day has %(num)d session. Move or remove it first.",
            "This day has %(num)d sessions. Move or remove them first.",
            count,
        )
    return {
        SettingsReason.CHANGED_MEANWHILE: _("Somebody else saved these settings meanwhile"),
        SettingsReason.NO_DAY: _("Keep at least one day"),
        SettingsReason.TOO_MANY_DAYS: _("An event has at most %(most)s days", most=details.get("most", "")),
        SettingsReason.DAY_TWICE: _("Another day has this date"),
        SettingsReason.DAY_ENDS_BEFORE_START: _("The day ends before it begins"),
        SettingsReason.NO_LANGUAGE: _("Keep at least one language"),
        SettingsReason.NO_SUCH_ZONE: _("Choose one of the list"),
        SettingsReason.CLOSES_BEFORE_OPENS: _("Registration closes before it opens"),
        SettingsReason.CONTACT_LANGUAGE: _("Choose a language of the event"),
    }[reason]


def approval_name(rule: ApprovalRule) -> str:
    """Return who confirms a registration."""
    return {
        ApprovalRule.AT_ONCE: _("At once, while there are places"),
        ApprovalRule.BY_ORGANIZER: _("By an organizer"),
    }[rule]


def categories_sentence(refused: CategoriesRefused) -> str:
    """Return why categories were not saved, and what to do."""
    if refused.reason is CategoryReason.HAS_REGISTRATIONS:
        return ngettext(
            "%(num)d registration is in this category. It cannot be removed.",
            "%(num)d registrations are in this category. It cannot be removed.",
            int(refused.details.get("count", 0)),
        )
    if refused.reason is CategoryReason.HAS_INVITATIONS:
        return ngettext(
            "%(num)d person is invited in this category. Take the invitation back before you remove it.",
            "%(num)d people are invited in this category. Take the invitations back before you remove it.",
            int(refused.details.get("count", 0)),
        )
    if refused.reason is CategoryReason.TOO_MANY:
        return _("An event has at most %(most)s categories", most=refused.details.get("most", ""))
    return {
        CategoryReason.CLOSES_BEFORE_OPENS: _("Registration closes before it opens"),
        CategoryReason.NEVER_OPEN: _(
            "These dates lie outside those of the event, so nobody could register. Write some inside them."
        ),
    }.get(CategoryReason(refused.reason)) or _("Keep at least one category")

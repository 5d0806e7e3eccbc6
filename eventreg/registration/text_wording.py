"""What is wrong with words that are written for a message, as a sentence."""

from __future__ import annotations

from flask_babel import gettext as _

from eventreg.registration.rules.placeholders import PlaceholderFault, PlaceholderReason


def placeholder_fault_words(fault: PlaceholderFault) -> str:
    """Return what is wrong with a text, as a sentence beside its field."""
    written = f"{{{fault.name}}}"
    if fault.reason is PlaceholderReason.PERSONAL_LINK:
        return _(
            "Take out the address of a personal page: whoever follows it acts for that person. "
            "Write {link} instead, which is each reader's own."
        )
    if fault.reason is PlaceholderReason.TWICE:
        return _("%(written)s can stand once only", written=written)
    if fault.reason is PlaceholderReason.NOT_ALONE:
        return _("Put %(written)s on a line of its own", written=written)
    return _unknown(fault, written)


def _unknown(fault: PlaceholderFault, written: str) -> str:
    near = f"{{{fault.nearest}}}"
    if fault.reason is PlaceholderReason.NOT_HERE:
        return _("%(written)s cannot stand here: this text has no such thing to say", written=written)
    if fault.nearest:
        return _("There is no placeholder %(written)s. The nearest one is %(nearest)s", written=written, nearest=near)
    return _("There is no placeholder %(written)s", written=written)

"""Why a file is not taken as a picture, in a sentence that says what to do."""

from __future__ import annotations

from flask_babel import gettext as _

from eventreg.media.rules.pictures import PictureReason, PictureRefused


def refusal_sentence(refused: PictureRefused) -> str:
    """Say in the reader's language why the file was not taken, and what would be."""
    details = refused.details
    if refused.reason is PictureReason.TOO_LARGE:
        return _(
            "The file has %(size)s MB. A picture can have %(limit)s MB.",
            size=f"{details['size'] / 1_000_000:.1f}".removesuffix(".0"),
            limit=details["limit"] // 1_000_000,
        )
    if refused.reason is PictureReason.TOO_MANY_PIXELS:
        return _("The picture has more than %(limit)s million pixels. Choose a smaller one.", limit=details["limit"])
    return {
        PictureReason.EMPTY: _("The file is empty. Choose another one."),
        PictureReason.MARKUP: _("Drawings such as SVG can hold programs and are not taken. Save it as PNG."),
        PictureReason.NOT_A_PICTURE: _("This file is no picture. Choose one in PNG, JPEG, WebP or GIF."),
        PictureReason.CANNOT_BE_KEPT: _("We cannot keep the file at this moment. Try again in a while"),
        PictureReason.BROKEN: _("The picture cannot be read: the file is damaged. Choose another one."),
    }[PictureReason(refused.reason)]

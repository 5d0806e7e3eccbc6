"""The forms of an event's look, privacy notice and institutions, with texts in its languages as fields: `<name>-es`, `<name>-en`.

    class CategoryForm(LocalizedForm):
        name = LocalizedField(lazy_gettext("Name"), limit=120, required="first")

    form = CategoryForm(languages=event.languages, obj=category)
    form.name.data      # {"es": …, "en": …}: tidied, without empty ones, of the event's languages only

The whole contract stands in `eventreg/web/localized.py`, where rooms below this one find the same fields (the names of an
organization, of the instance). A service saves what it is given with `kernel.text.merged`, so that a language the event has
given up keeps its text, hidden.
"""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from wtforms import BooleanField, HiddenField, RadioField

from eventreg.events.rules.institutions import LONGEST_CREDIT, LONGEST_PHRASE, PartnerEntry, PartnerRole
from eventreg.events.rules.practical import LONGEST_BODY, LONGEST_SUMMARY, languages_to_adapt
from eventreg.media.forms import PictureField
from eventreg.media.rules import MOST_BYTES
from eventreg.organizations.forms import OrganizationForm, check_choice
from eventreg.web.fields import EnumField
from eventreg.web.forms import lazy_gettext
from eventreg.web.localized import LocalizedField, LocalizedForm
from eventreg.web.templating import palette_names

#: width and height in pixels: twice the width of the column, for dense screens
LARGEST_PICTURE = (1600, 1000)
LONGEST_DESCRIPTION = 300


class LookForm(LocalizedForm):
    """Palette, picture, and what the picture shows."""

    revision = HiddenField()
    palette = RadioField(lazy_gettext("Colours"))
    picture = PictureField(
        lazy_gettext("Picture"),
        most=LARGEST_PICTURE,
        description=lazy_gettext("PNG, JPEG, WebP or GIF of at most %(limit)s MB.", limit=MOST_BYTES // 1_000_000),
    )
    is_removed = BooleanField(lazy_gettext("Remove the picture"))
    picture_text = LocalizedField(
        lazy_gettext("What the picture shows"),
        limit=LONGEST_DESCRIPTION,
        description=lazy_gettext("Read to those who cannot see it. Empty when it is only decoration."),
    )

    def __init__(self, languages: Sequence[str], **values: Any) -> None:
        super().__init__(languages, **values)
        self.palette.choices = [("", _("As the instance has them")), *palette_names()]


class NoticeForm(LocalizedForm):
    """Summary and body in each language of the event, which must be there in all of them; transfers, where there are any."""

    version = HiddenField()
    summary = LocalizedField(
        lazy_gettext("In two sentences"),
        kind="textarea",
        limit=LONGEST_SUMMARY,
        required="every",
        description=lazy_gettext("Stands in the registration form, above the link to the whole notice."),
    )
    body = LocalizedField(
        lazy_gettext("Your words"),
        kind="markdown",
        limit=LONGEST_BODY,
        required="every",
        rows=18,
        description=lazy_gettext(
            "Who answers for the data, with address, and on what legal ground. The program says the rest."
        ),
    )
    transfers = LocalizedField(
        lazy_gettext("Transfers to other countries"),
        kind="textarea",
        limit=LONGEST_BODY,
        description=lazy_gettext("To whom, to which country and on what ground. Empty when there are none."),
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Refuse also what of the text to begin with was not adapted."""
        is_sound: bool = super().validate(extra_validators)
        for bound in (self.summary, self.body):
            for language in languages_to_adapt(bound.data):
                bound.refuse(language, _("Replace what stands in [[ ]]"))
                is_sound = False
        return is_sound


class PartnerForm(LocalizedForm):
    """What an institution is at an event."""

    role = EnumField(lazy_gettext("Role at this event"), of=PartnerRole, validate_choice=False)
    credit = LocalizedField(
        lazy_gettext("Text above the name"),
        limit=LONGEST_CREDIT,
        description=lazy_gettext("Instead of those of the role, for example “With the support of”."),
    )
    phrase = LocalizedField(
        lazy_gettext("Phrase that must be used"),
        kind="textarea",
        limit=LONGEST_PHRASE,
        description=lazy_gettext(
            "A funder's own sentence. It stands at the foot of the page, of mails and of what is printed."
        ),
    )
    is_logo_first = BooleanField(lazy_gettext("Its logo stands before all others"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Check what was typed; the role must be one that is offered."""
        is_valid = bool(super().validate(extra_validators))
        return check_choice(self.role) and is_valid

    @property
    def partner(self) -> PartnerEntry:
        """What was typed, as the services take it."""
        return PartnerEntry(
            PartnerRole(self.role.data), self.credit.data, self.phrase.data, bool(self.is_logo_first.data)
        )


class AddPartnerForm(OrganizationForm, PartnerForm):
    """An institution and its role at once: one that is in the directory by its name alone, a new one with what is known."""

    def __init__(self, languages: Any, **values: Any) -> None:
        super().__init__(languages, **values)
        for language, bound in self.name.inputs.items():
            bound.render_kw = {**(bound.render_kw or {}), "list": f"known-{language}", "autocomplete": "off"}
        self.name.description = _("Institutions that are known are offered while you write.")

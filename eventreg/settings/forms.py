"""Forms of the settings and the legal pages."""

from typing import Any

from flask_babel import gettext as _
from wtforms import BooleanField, HiddenField, RadioField, SelectMultipleField, StringField, ValidationError

from eventreg.i18n.languages import configured_languages, own_name
from eventreg.media.forms import PictureField
from eventreg.settings.models import LegalPage
from eventreg.settings.rules import LOGO_SIZE, Settings
from eventreg.web.forms import lazy_gettext
from eventreg.web.localized import LocalizedField, LocalizedForm
from eventreg.web.templating import PALETTES, palette_names


class SettingsForm(LocalizedForm):
    """Name, logo, colours, languages, and how people sign in."""

    name = LocalizedField(
        lazy_gettext("Name of this site"),
        limit=120,
        description=lazy_gettext("At the top of pages without a host, and as the sender of mails about accounts."),
    )
    logo = PictureField(
        lazy_gettext("Logo"),
        most=LOGO_SIZE,
        description=lazy_gettext("PNG, JPEG, WebP or GIF. It is made small and stands beside the name."),
        render_kw={"accept": ".png,.jpg,.jpeg,.webp,.gif"},
    )
    removes_logo = BooleanField(lazy_gettext("Remove the logo"))
    palette = RadioField(lazy_gettext("Colours"), description=lazy_gettext("An event can have others."))
    offered = SelectMultipleField(
        lazy_gettext("Languages of the pages and mails"),
        description=lazy_gettext("Each event says for itself which languages its texts are in."),
    )
    first = RadioField(lazy_gettext("The language for people who prefer none of these"), validate_choice=False)
    demands_second_factor = BooleanField(
        lazy_gettext("Everybody who signs in needs a second factor"),
        description=lazy_gettext("A code from an app on the phone. Who has none yet sets it up at the next sign-in."),
    )
    seen_revision = HiddenField()

    def __init__(self, settings: Settings, **options: Any) -> None:
        languages = configured_languages()
        offered = [language for language in settings.languages if language in languages] or list(languages)
        super().__init__(
            languages,
            name=settings.name,
            palette=settings.palette or PALETTES[0],
            offered=offered,
            first=offered[0],
            demands_second_factor=settings.demands_second_factor,
            seen_revision=str(settings.revision),
            **options,
        )
        self.palette.choices = palette_names()
        self.offered.choices = self.first.choices = [(code, own_name(code)) for code in languages]

    def validate_first(self, field: RadioField) -> None:
        """Refuse a language that is not among those ticked."""
        if not self.chosen_languages():
            raise ValidationError(_("Choose one of the languages ticked above."))

    def chosen_languages(self) -> list[str]:
        """Return the languages that were ticked, the default first; empty when that is not among them."""
        offered = [language for language in self.languages if language in (self.offered.data or [])]
        if self.first.data not in offered:
            return []
        return [self.first.data, *(language for language in offered if language != self.first.data)]


class PageForm(LocalizedForm):
    """A legal page."""

    title = LocalizedField(lazy_gettext("Title"), limit=120, required="first")
    key = StringField(
        lazy_gettext("Address"),
        description=lazy_gettext("The end of its address: small letters, digits and hyphens, like terms-of-use."),
    )
    body = LocalizedField(
        lazy_gettext("Text"),
        kind="markdown",
        limit=40_000,
        rows=18,
        description=lazy_gettext("Markdown: # for a heading, - for a list, [words](https://…) for a link."),
    )
    is_published = BooleanField(
        lazy_gettext("Public"), description=lazy_gettext("Named at the foot of every public page.")
    )
    seen_revision = HiddenField()

    def __init__(self, page: LegalPage | None = None, **options: Any) -> None:
        values = {} if page is None else {"obj": page}
        super().__init__(
            configured_languages(), seen_revision=str(page.revision if page is not None else 0), **values, **options
        )

"""The settings in the browser, and the legal pages they name. `blueprint` is what the assembly registers."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _

from eventreg.audit.services import acting
from eventreg.i18n.languages import own_name
from eventreg.media.encoding import EncodedPicture
from eventreg.media.rules.pictures import MOST_BYTES, PictureRefused
from eventreg.media.services import take_picture
from eventreg.media.wording import refusal_sentence as picture_sentence
from eventreg.settings.forms import PageForm, SettingsForm, revision_of
from eventreg.settings.models import LegalPage
from eventreg.settings.queries import get_page, list_pages, read_settings
from eventreg.settings.rules.refusals import SettingsReason, SettingsRefused
from eventreg.settings.rules.values import Settings
from eventreg.settings.services import (
    LOGO_SIZE,
    NewPage,
    NewSettings,
    move_page,
    remove_page,
    save_page,
    save_settings,
)
from eventreg.settings.wording import refusal_sentence
from eventreg.web.access import Answer, administrators_only, public
from eventreg.web.addresses import address_of
from eventreg.web.bodies import takes_files
from eventreg.web.templating import language_url_at

blueprint = Blueprint("settings", __name__)


@blueprint.get("/manage/settings")
@administrators_only
def edit_settings() -> Answer:
    """Show what is set, and the legal pages."""
    settings = read_settings()
    return _settings_page(SettingsForm(settings, formdata=None), settings)


@blueprint.post("/manage/settings")
@administrators_only
@takes_files
def change_settings() -> Answer:
    """Save what is set."""
    settings = read_settings()
    form = SettingsForm(settings)
    is_valid = form.validate()
    logo = _sent_logo(form)
    languages = form.chosen_languages()
    if not languages:
        form.first.errors = [_("Choose one of the languages ticked above.")]
    if not is_valid or form.logo.errors or not languages:
        return _settings_page(form, settings, 422)
    new = NewSettings(
        name=form.name.data,
        palette=form.palette.data,
        languages=languages,
        demands_second_factor=form.demands_second_factor.data,
        logo=logo,
        removes_logo=form.removes_logo.data,
    )
    try:
        save_settings(new, revision_of(form.seen_revision.data), acting())
    except SettingsRefused as refused:
        form.seen_revision.data = str(settings.revision)
        form.form_errors.append(refusal_sentence(refused))
        return _settings_page(form, settings, _code_of(refused), is_overtaken=True)
    return redirect(url_for("settings.edit_settings", saved="settings"), 303)


@blueprint.get("/manage/settings/pages/new")
@administrators_only
def new_page() -> Answer:
    """Show an empty legal page."""
    return _form_of_page(PageForm(formdata=None), None)


@blueprint.post("/manage/settings/pages/new")
@administrators_only
def make_page() -> Answer:
    """Make a legal page."""
    return _save_page(PageForm(), None)


@blueprint.get("/manage/settings/pages/<key>")
@administrators_only
def edit_page(key: str) -> Answer:
    """Show a legal page to change it."""
    page = get_page(key)
    return _form_of_page(PageForm(page, formdata=None), page)


@blueprint.post("/manage/settings/pages/<key>")
@administrators_only
def change_page(key: str) -> Answer:
    """Save a legal page."""
    page = get_page(key)
    return _save_page(PageForm(page), page)


@blueprint.post("/manage/settings/pages/<key>/move")
@administrators_only
def move_legal_page(key: str) -> Answer:
    """Move a legal page up or down by one."""
    move_page(get_page(key).id, -1 if "up" in request.form else 1, acting())
    return redirect(url_for("settings.edit_settings", _anchor="pages"), 303)


@blueprint.post("/manage/settings/pages/<key>/remove")
@administrators_only
def remove_legal_page(key: str) -> Answer:
    """Remove a legal page."""
    remove_page(get_page(key).id, acting())
    return redirect(url_for("settings.edit_settings", saved="removed", _anchor="pages"), 303)


@blueprint.get("/pages/<key>")
@public
def show_page(key: str) -> Answer:
    """Show a legal page to everybody."""
    page = get_page(key, published_only=True)
    return render_template("settings/page.html", page=page, address=address_of("settings.show_page", key=key))


def _save_page(form: PageForm, page: LegalPage | None) -> Answer:
    if not form.validate():
        return _form_of_page(form, page, 422)
    new = NewPage(
        key=(form.key.data or "").strip(),
        title=form.title.data,
        body=form.body.data,
        is_published=form.is_published.data,
        languages=form.languages,
    )
    try:
        save_page(page.id if page is not None else None, new, revision_of(form.seen_revision.data), acting())
    except SettingsRefused as refused:
        _tell(form, refused)
        if page is not None:
            form.seen_revision.data = str(page.revision)
        return _form_of_page(form, page, _code_of(refused), is_overtaken=refused.reason is SettingsReason.OVERTAKEN)
    return redirect(url_for("settings.edit_settings", saved="page", _anchor="pages"), 303)


def _tell(form: PageForm, refused: SettingsRefused) -> None:
    sentence = refusal_sentence(refused)
    if refused.reason in (SettingsReason.KEY_INVALID, SettingsReason.KEY_TAKEN):
        form.key.errors = [sentence]
    elif refused.reason is SettingsReason.TITLE_MISSING:
        form.title.refuse(form.languages[0], sentence)
    elif refused.reason is SettingsReason.BODY_MISSING:
        form.body.refuse(form.languages[0], sentence)
    else:
        form.form_errors.append(sentence)


def _sent_logo(form: SettingsForm) -> EncodedPicture | None:
    """Return the logo that was sent, made small, before any lock; tells beside the field what is wrong with it."""
    sent = request.files.get(form.logo.name)
    if sent is None or not sent.filename:
        return None
    try:
        return take_picture(sent.stream.read(MOST_BYTES + 1), LOGO_SIZE)
    except PictureRefused as refused:
        form.logo.errors = [picture_sentence(refused)]
        return None


def _settings_page(form: SettingsForm, settings: Settings, code: int = 200, *, is_overtaken: bool = False) -> Answer:
    page = render_template(
        "settings/settings.html",
        form=form,
        settings=settings,
        pages=list_pages(),
        is_overtaken=is_overtaken,
        standing_languages=[own_name(language) for language in settings.languages],
        saved=request.args.get("saved", ""),
        language_url=language_url_at(url_for("settings.edit_settings")),
    )
    return page, code


def _form_of_page(form: PageForm, page: LegalPage | None, code: int = 200, *, is_overtaken: bool = False) -> Answer:
    address = url_for("settings.new_page") if page is None else url_for("settings.edit_page", key=page.key)
    html = render_template(
        "settings/edit_page.html",
        form=form,
        page=page,
        action=address,
        is_overtaken=is_overtaken,
        language_url=language_url_at(address),
    )
    return html, code


def _code_of(refused: SettingsRefused) -> int:
    return 409 if refused.reason is SettingsReason.OVERTAKEN else 422

"""The settings in the browser, and the legal pages they name. `blueprint` is what the assembly registers."""

from flask import Blueprint, redirect, render_template, request, url_for

from eventreg.audit.services import acting
from eventreg.i18n.languages import own_name
from eventreg.settings import queries, services
from eventreg.settings.forms import PageForm, SettingsForm
from eventreg.settings.models import LegalPage
from eventreg.settings.rules import Settings, SettingsReason
from eventreg.web import fields, instance, traffic
from eventreg.web.access import Answer, administrators_only, public

blueprint = Blueprint("settings", __name__)


@blueprint.get("/manage/settings")
@administrators_only
def edit_settings() -> Answer:
    """Show what is set, and the legal pages."""
    settings = queries.read_settings()
    return _settings_page(SettingsForm(settings, formdata=None), settings)


@blueprint.post("/manage/settings")
@administrators_only
@traffic.takes_files
def change_settings() -> Answer:
    """Save what is set."""
    settings = queries.read_settings()
    form = SettingsForm(settings)
    with form.refusals() as outcome:
        form.check()
        new = services.NewSettings(
            name=form.name.data,
            palette=form.palette.data,
            languages=form.chosen_languages(),
            demands_second_factor=form.demands_second_factor.data,
            logo=form.logo.picture,
            removes_logo=form.removes_logo.data,
        )
        services.save_settings(new, _seen_revision(form), acting())
        return redirect(url_for("settings.edit_settings", saved="settings"), 303)
    if is_overtaken := outcome.is_for(SettingsReason.OVERTAKEN):
        form.seen_revision.data = str(settings.revision)
    return _settings_page(form, settings, outcome.problem, is_overtaken=is_overtaken), outcome.status_code


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
    page = queries.get_page(key)
    return _form_of_page(PageForm(page, formdata=None), page)


@blueprint.post("/manage/settings/pages/<key>")
@administrators_only
def change_page(key: str) -> Answer:
    """Save a legal page."""
    page = queries.get_page(key)
    return _save_page(PageForm(page), page)


@blueprint.post("/manage/settings/pages/<key>/move")
@administrators_only
def move_legal_page(key: str) -> Answer:
    """Move a legal page up or down by one."""
    services.move_page(queries.get_page(key).id, -1 if "up" in request.form else 1, acting())
    return redirect(url_for("settings.edit_settings", _anchor="pages"), 303)


@blueprint.post("/manage/settings/pages/<key>/remove")
@administrators_only
def remove_legal_page(key: str) -> Answer:
    """Remove a legal page."""
    services.remove_page(queries.get_page(key).id, acting())
    return redirect(url_for("settings.edit_settings", saved="removed", _anchor="pages"), 303)


@blueprint.get("/pages/<key>")
@public
def show_page(key: str) -> Answer:
    """Show a legal page to everybody."""
    page = queries.get_page(key, published_only=True)
    return render_template("settings/page.html", page=page, address=instance.address_of("settings.show_page", key=key))


def _save_page(form: PageForm, page: LegalPage | None) -> Answer:
    with form.refusals() as outcome:
        form.check()
        new = services.NewPage(
            key=(form.key.data or "").strip(),
            title=form.title.data,
            body=form.body.data,
            is_published=form.is_published.data,
            languages=form.languages,
        )
        services.save_page(page.id if page is not None else None, new, _seen_revision(form), acting())
        return redirect(url_for("settings.edit_settings", saved="page", _anchor="pages"), 303)
    is_overtaken = outcome.is_for(SettingsReason.OVERTAKEN)
    if page is not None and is_overtaken:
        form.seen_revision.data = str(page.revision)
    return _form_of_page(form, page, outcome.problem, is_overtaken=is_overtaken), outcome.status_code


def _settings_page(form: SettingsForm, settings: Settings, problem: str = "", *, is_overtaken: bool = False) -> str:
    return render_template(
        "settings/settings.html",
        form=form,
        problem=problem,
        settings=settings,
        pages=queries.list_pages(),
        is_overtaken=is_overtaken,
        standing_languages=[own_name(language) for language in settings.languages],
        saved=request.args.get("saved", ""),
    )


def _form_of_page(form: PageForm, page: LegalPage | None, problem: str = "", *, is_overtaken: bool = False) -> str:
    address = url_for("settings.new_page") if page is None else url_for("settings.edit_page", key=page.key)
    return render_template(
        "settings/edit_page.html", form=form, problem=problem, page=page, action=address, is_overtaken=is_overtaken
    )


def _seen_revision(form: SettingsForm | PageForm) -> int:
    """Return the revision that a form carries; -1, which no record has, for anything else."""
    seen = fields.whole_number(form.seen_revision.data)
    return -1 if seen is None else seen

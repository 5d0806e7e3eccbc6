"""The directory of institutions on the desk. `blueprint` is what the assembly registers."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _, ngettext
from flask_login import current_user

from eventreg.i18n.countries import place_in_alphabet
from eventreg.i18n.languages import current_language, known_languages
from eventreg.kernel.clock import now
from eventreg.organizations import policies, queries, rules, services
from eventreg.organizations.forms import MergeForm, OrganizationForm, name_with_acronym
from eventreg.organizations.models import Organization
from eventreg.organizations.policies import Editor, editable, may_add
from eventreg.web.access import Answer, signed_in
from eventreg.web.templating import plain_in_reader_language
from eventreg.web.traffic import takes_files

blueprint = Blueprint("organizations", __name__, url_prefix="/manage/organizations")


@blueprint.get("/", endpoint="list_organizations")
@signed_in
def list_all() -> Answer:
    """List the institutions, or those that are searched, with where each is used."""
    search = request.args.get("q", "").strip()
    found = _sorted(queries.list_organizations(search))
    ids = [each.id for each in found]
    return render_template(
        "organizations/list.html",
        organizations=found,
        uses=policies.users().list_uses(ids, current_user.id, current_user.is_administrator),
        may_edit=editable(ids, _editor()),
        may_add=may_add(_editor()),
        search_text=search,
        is_cut=len(found) >= queries.MOST_LISTED,
        name_of=name_with_acronym,
    )


@blueprint.get("/new", endpoint="new_organization")
@signed_in
def show_new() -> Answer:
    """Show the form for a new institution."""
    _require(may_add(_editor()))
    return _form_page(OrganizationForm(languages=known_languages(), formdata=None), None)


@blueprint.post("/new", endpoint="add_organization")
@signed_in
@takes_files
def add() -> Answer:
    """Add an institution, unless it may be there already and nobody has said that it is another one."""
    _require(may_add(_editor()))
    form = OrganizationForm(languages=known_languages())
    with form.refusals() as outcome:
        form.check()
        if form.chosen:
            return redirect(url_for("organizations.edit_organization", key=form.chosen), 303)
        services.add_organization(form.entry, _editor(), now(), is_new=form.is_new)
        flash(_("The institution is added."))
        again = "new_organization" if "another" in request.form else "list_organizations"
        return redirect(url_for(f"organizations.{again}"), 303)
    form.offer_doubles(outcome)
    return _form_page(form, None), outcome.status_code


@blueprint.get("/<key>", endpoint="edit_organization")
@signed_in
def show_one(key: str) -> Answer:
    """Show an institution as a form."""
    found = queries.get_organization(key)
    _require(bool(editable([found.id], _editor())))
    form = OrganizationForm(
        languages=known_languages(),
        formdata=None,
        obj=_Typed(found),
        revision=str(found.revision),
        event=request.args.get("event", ""),
    )
    return _form_page(form, found)


@blueprint.post("/<key>", endpoint="save_organization")
@signed_in
@takes_files
def save(key: str) -> Answer:
    """Save an institution, unless somebody else saved it meanwhile."""
    found = queries.get_organization(key)
    _require(bool(editable([found.id], _editor())))
    form = OrganizationForm(languages=known_languages())
    with form.refusals() as outcome:
        form.check()
        services.edit_organization(found.id, form.entry, form.languages, form.seen_revision, _editor(), now())
        flash(_("Saved."))
        return redirect(_back_from(form.event.data or ""), 303)
    return _form_page(form, queries.get_organization(key)), outcome.status_code


@blueprint.get("/<key>/merge", endpoint="choose_merger")
@signed_in
def show_merger(key: str) -> Answer:
    """Choose the other record of the same institution, then see what merging them changes."""
    found = queries.get_organization(key)
    _require(bool(editable([found.id], _editor())))
    other = request.args.get("with", "")
    form = MergeForm(formdata=None, other=other, stays=found.key)
    return _merge_page(found, form, _other(found, other))


@blueprint.post("/<key>/merge", endpoint="merge_organization")
@signed_in
def merge(key: str) -> Answer:
    """Make one institution of two."""
    found = queries.get_organization(key)
    _require(bool(editable([found.id], _editor())))
    form = MergeForm()
    other = _other(found, form.other.data or "")
    if other is None:
        form.other.errors = [_("Choose the other institution")]
        return _merge_page(found, form, None), 422
    _require(bool(editable([other.id], _editor())))
    if form.stays.data not in (found.key, other.key):
        form.stays.errors = [_("Choose which one stays")]
        return _merge_page(found, form, other), 422
    goes, stays = (found, other) if form.stays.data == other.key else (other, found)
    moved = services.merge_organizations(goes.id, stays.id, _editor(), now())
    flash(_("The two are one now.") + " " + _moved(moved))
    return redirect(url_for("organizations.list_organizations", q=plain_in_reader_language(stays.name)), 303)


class _Typed:
    """An institution as its form shows it."""

    def __init__(self, row: Organization) -> None:
        self.name, self.short_name, self.acronym = row.name, row.short_name, row.acronym
        self.kind, self.country, self.website = row.kind.value, row.country, row.website
        self.logo_kept = row.logo.public_id if row.logo is not None else ""


def _form_page(form: OrganizationForm, organization: Organization | None) -> str:
    uses: Sequence[Any] = ()
    if organization is not None:
        listed = policies.users().list_uses([organization.id], current_user.id, current_user.is_administrator)
        uses = listed.get(organization.id, ())
    return render_template(
        "organizations/form.html",
        form=form,
        organization=organization,
        name=name_with_acronym(organization) if organization is not None else "",
        uses=uses,
        back_url=_back_from(form.event.data or ""),
    )


def _merge_page(found: Organization, form: MergeForm, other: Organization | None) -> str:
    pair = [found] if other is None else [found, other]
    everything = _sorted(queries.list_organizations())
    mine = editable([each.id for each in everything], _editor())
    likely = rules.likely_doubles(
        found.name, found.acronym, [each for each in queries.list_known() if each.id != found.id]
    )
    candidates = [each for each in everything if each.id in mine and each.id != found.id]
    candidates.sort(key=lambda each: each.id not in likely)
    form.offer(candidates, pair)
    return render_template(
        "organizations/merge.html",
        form=form,
        organization=found,
        other=other,
        pair=pair,
        uses=policies.users().list_uses([each.id for each in pair], current_user.id, current_user.is_administrator),
        name_of=name_with_acronym,
    )


def _other(found: Organization, key: str) -> Organization | None:
    """Return the other institution of a merger, or None while none was chosen that the account may change."""
    others = [each for each in queries.list_organizations() if each.key == key and each.id != found.id] if key else []
    return others[0] if others and editable([others[0].id], _editor()) else None


def _sorted(organizations: Sequence[Organization]) -> list[Organization]:
    language = current_language()
    return sorted(organizations, key=lambda each: place_in_alphabet(plain_in_reader_language(each.name), language))


def _moved(moved: Any) -> str:
    partners, speakers = moved.get("partners", 0), moved.get("speakers", 0)
    return " ".join(
        (
            ngettext("%(num)d role at an event was taken over.", "%(num)d roles at events were taken over.", partners),
            ngettext("%(num)d speaker was taken over.", "%(num)d speakers were taken over.", speakers),
        )
    )


def _back_from(event_slug: str) -> str:
    """Return where a form leads back to: the event that one came from, else the directory."""
    if event_slug:
        return url_for("events.list_partners", slug=event_slug)
    return url_for("organizations.list_organizations")


def _require(is_allowed: bool) -> None:
    if not is_allowed:
        abort(403)


def _editor() -> Editor:
    return Editor(current_user.id, current_user.is_administrator)

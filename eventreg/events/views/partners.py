"""The institutions of an event: who stands behind it and as what, one form to add the next, and how the page credits them."""

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from eventreg.audit.services import acting
from eventreg.events.forms.look import AddPartnerForm, PartnerForm
from eventreg.events.models import Event, Partner
from eventreg.events.queries.partners import get_partner, list_partners, load_partners
from eventreg.events.rules.institutions import PartnerRole, likely_role
from eventreg.events.rules.team import Permission
from eventreg.events.services import partners
from eventreg.events.views import blueprint
from eventreg.events.views.desk import render_desk
from eventreg.events.wording import credits_of
from eventreg.organizations.forms import name_with_acronym
from eventreg.organizations.policies import Editor, editable
from eventreg.organizations.queries import list_known
from eventreg.web.access import Answer, requires
from eventreg.web.refusals import REFUSAL, Refusals
from eventreg.web.traffic import takes_files

_PAGE = "/manage/events/<slug>/institutions"
_ONE = f"{_PAGE}/<int(max=2147483647):partner_id>"


@blueprint.get(_PAGE, endpoint="list_partners")
@requires(Permission.EDIT_EVENT)
def list_event_partners(slug: str) -> Answer:
    """List the institutions with a preview of their credits, and the form for the next one."""
    found = list_partners(g.event.id)
    role = request.args.get("role") or likely_role([each.role for each in found]).value
    form = AddPartnerForm(languages=g.event.languages, formdata=None, role=role)
    return _list_page(g.event, form)


@blueprint.post(_PAGE)
@requires(Permission.EDIT_EVENT)
@takes_files
def add_partner(slug: str) -> Answer:
    """Add an institution, from the directory or a new one."""
    form = AddPartnerForm(languages=g.event.languages)
    with form.refusals() as outcome:
        form.check()
        added = partners.add_partner(
            g.event.id, form.entry, form.partner, _editor(), chosen=form.chosen, is_new=form.is_new
        )
        flash(_added(added))
        return redirect(url_for("events.list_partners", slug=slug, role=form.role.data, _anchor=form.name.id), 303)
    form.offer_doubles(outcome)
    return _list_page(g.event, form), outcome.status_code


@blueprint.get(_ONE)
@requires(Permission.EDIT_EVENT)
def edit_partner(slug: str, partner_id: int) -> Answer:
    """Show what an institution is at the event as a form."""
    partner = get_partner(g.event.id, partner_id)
    return _edit_page(partner, PartnerForm(languages=g.event.languages, formdata=None, obj=partner))


@blueprint.post(_ONE)
@requires(Permission.EDIT_EVENT)
def save_partner(slug: str, partner_id: int) -> Answer:
    """Save what an institution is at the event."""
    form = PartnerForm(languages=g.event.languages)
    with form.refusals() as outcome:
        form.check()
        partners.edit_partner(g.event.id, partner_id, form.partner, form.languages, acting())
        flash(_("Saved."))
        return redirect(url_for("events.list_partners", slug=slug), 303)
    return _edit_page(get_partner(g.event.id, partner_id), form), outcome.status_code


@blueprint.post(f"{_ONE}/move")
@requires(Permission.EDIT_EVENT)
def move_partner(slug: str, partner_id: int) -> Answer:
    """Let an institution change places with its neighbour."""
    with Refusals() as outcome:
        partners.move_partner(g.event.id, partner_id, acting(), earlier=request.form.get("step", "up") == "up")
    if outcome.problem:
        flash(outcome.problem, REFUSAL)
    return redirect(url_for("events.list_partners", slug=slug, _anchor=f"partner-{partner_id}"), 303)


@blueprint.post(f"{_ONE}/remove")
@requires(Permission.EDIT_EVENT)
def remove_partner(slug: str, partner_id: int) -> Answer:
    """Let an institution no longer stand behind the event."""
    partners.remove_partner(g.event.id, partner_id, acting())
    flash(_("The institution no longer stands here. Its record stays in the directory."))
    return redirect(url_for("events.list_partners", slug=slug), 303)


def _added(added: partners.Added) -> str:
    if added.leaves_logo:
        return _(
            "The institution is added, as it is in the directory: the logo that you chose was not kept."
            " The form is ready for the next one."
        )
    if added.is_known:
        return _("The institution is added, as it is in the directory. The form is ready for the next one.")
    return _("The institution is added. The form is ready for the next one.")


def _list_page(event: Event, form: AddPartnerForm) -> str:
    found = load_partners(event)
    return render_desk(
        "events/partners.html",
        "institutions",
        groups=[(_(role.title), [each for each in found if each.role is role]) for role in PartnerRole],
        form=form,
        known={code: _names_in(code) for code in event.languages},
        may_edit=editable({each.organization_id for each in found}, _editor()),
        credits=credits_of(event),
        name_of=name_with_acronym,
        at=url_for("events.list_partners", slug=event.slug),
    )


def _edit_page(partner: Partner, form: PartnerForm) -> str:
    return render_desk(
        "events/partner.html",
        "institutions",
        partner=partner,
        form=form,
        may_edit=bool(editable([partner.organization_id], _editor())),
        name=name_with_acronym(partner.organization),
    )


def _names_in(language: str) -> list[str]:
    """Return the names that the field of a language offers while one writes."""
    names = (each.name.get(language) or next(iter(each.name.values()), "") for each in list_known())
    return sorted({name for name in names if name})


def _editor() -> Editor:
    return Editor(current_user.id, current_user.is_administrator)

"""The second factor of one's own account: set up, recovery codes, turned off."""

import io
from collections.abc import Sequence

from flask import Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup

from eventreg.accounts import queries, sessions
from eventreg.accounts.forms import CodeForm
from eventreg.accounts.rules.codes import folded, in_groups, is_recovery, setup_address
from eventreg.accounts.services.second_factor import (
    begin_setup,
    confirm_setup,
    has_second_factor,
    make_recovery_codes,
    remove,
    secret_of,
)
from eventreg.accounts.views import blueprint
from eventreg.accounts.views.signing_in import safe_target
from eventreg.audit.services import acting
from eventreg.web import freshness, instance, templating
from eventreg.web.access import Answer, signed_in

_PAGE = "accounts.second_factor"


@blueprint.get("/account/second-factor")
@signed_in
def second_factor() -> Answer:
    """Show what there is: nothing, a secret that waits for its first code, or a second factor.

    A secret is shown to who proved lately who they are: at a browser left open somebody else would make it theirs.
    """
    if secret_of(current_user) is not None and not has_second_factor(current_user) and not freshness.is_sign_in_fresh():
        return freshness.lead_to_proof()
    return _page(CodeForm(formdata=None, next=request.args.get("next", "")))


@blueprint.post("/account/second-factor/set-up")
@signed_in
@freshness.requires_fresh_sign_in(back=_PAGE)
def set_up_second_factor() -> Answer:
    """Make a secret, to be shown and confirmed."""
    form = CodeForm()
    with form.refusals() as outcome:
        begin_setup(current_user.id)
        return redirect(url_for(_PAGE, next=form.next.data or None), 303)
    return _page(form, outcome.status_code)


@blueprint.post("/account/second-factor/confirm")
@signed_in
@freshness.requires_fresh_sign_in(back=_PAGE)
def confirm_second_factor() -> Answer:
    """Turn it on by a first code, and show the recovery codes this once."""
    form = CodeForm()
    with form.refusals(beside="code") as outcome:
        form.check()
        codes = confirm_setup(current_user.id, form.code.data or "", sessions.this_session(), sessions.visitor())
        return _codes_page(codes, form.next.data)
    return _page(form, outcome.status_code)


@blueprint.post("/account/second-factor/codes")
@signed_in
@freshness.requires_fresh_sign_in(back=_PAGE)
def renew_recovery_codes() -> Answer:
    """Make new recovery codes; the old ones stop."""
    form = CodeForm()
    with form.refusals() as outcome:
        return _codes_page(make_recovery_codes(current_user.id), "")
    return _page(form, outcome.status_code)


@blueprint.post("/account/second-factor/codes.txt")
@signed_in
def download_recovery_codes() -> Response:
    """Give the codes that the page shows back as a file. They are stored nowhere, so the page sends them along."""
    codes = [code for code in request.form.getlist("code")[:20] if is_recovery(folded(code))]
    lines = [f"{instance.site_name()} – {_('Recovery codes')}", current_user.email, "", *codes, ""]
    answer = make_response("\r\n".join(lines))
    answer.mimetype = "text/plain"
    answer.headers["Content-Disposition"] = 'attachment; filename="recovery-codes.txt"'
    return answer


@blueprint.post("/account/second-factor/off")
@signed_in
@freshness.requires_fresh_sign_in(back=_PAGE)
def turn_second_factor_off() -> Answer:
    """Turn it off, or stop setting it up."""
    form = CodeForm()
    with form.refusals() as outcome:
        remove(current_user.id, acting())
        return redirect(url_for(_PAGE), 303)
    return _page(form, outcome.status_code)


def _page(form: CodeForm, code: int = 200) -> Answer:
    is_on = has_second_factor(current_user)
    secret = None if is_on else secret_of(current_user)
    page = render_template(
        "accounts/second_factor.html",
        form=form,
        is_on=is_on,
        secret=in_groups(secret) if secret else "",
        square=_square(setup_address(secret, current_user.email, instance.site_name())) if secret else "",
        codes_left=queries.count_recovery_codes(current_user.id) if is_on else 0,
        is_demanded=bool(form.next.data),
        language_url=templating.language_url_at(url_for(_PAGE, next=form.next.data or None)),
    )
    return page, code


def _codes_page(codes: Sequence[str], wanted: str | None) -> Answer:
    return render_template(
        "accounts/recovery_codes.html",
        codes=codes,
        target=safe_target(wanted) if wanted else url_for("accounts.own_account"),
        language_url=templating.language_url_at(url_for(_PAGE)),
    )


def _square(address: str) -> Markup:
    """Return a QR code as inline SVG: dark on white, whatever the colours of the page, so that cameras read it."""
    drawn = io.BytesIO()
    import segno  # few people set a second factor up, and every process would carry it

    segno.make(address, error="m", micro=False).save(
        drawn, kind="svg", xmldecl=False, svgns=False, nl=False, omitsize=True, dark="#000", light="#fff", border=4,
        svgclass=None, lineclass=None, title=_("Square with the secret, for the camera of your phone"),
    )  # fmt: skip
    return Markup(drawn.getvalue().decode("utf-8"))  # noqa: S704 - made by segno from an address that it encodes as dots

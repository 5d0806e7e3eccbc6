"""The state of an event on the desk: what it lacks, what each step does, and the steps themselves."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from flask import abort, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _, ngettext, pgettext

from eventreg.audit.services import acting
from eventreg.events.checks import Missing, followers, list_missing
from eventreg.events.models import Event
from eventreg.events.queries import events, texts
from eventreg.events.rules import checklist, publication
from eventreg.events.rules.checklist import Finding
from eventreg.events.rules.publication import LifecycleRefused, Publication
from eventreg.events.rules.team import Permission
from eventreg.events.services.publication import (
    change_publication,
    delete_draft,
    find_obstacle,
    kill_preview_link,
    renew_preview_link,
)
from eventreg.events.views import blueprint, desk
from eventreg.events.views.desk import page_url
from eventreg.i18n import formats, languages
from eventreg.kernel import clock, tokens
from eventreg.web import freshness, instance
from eventreg.web.access import Answer, Sending, may, requires, sends
from eventreg.web.forms import lazy_gettext
from eventreg.web.localized import LocalizedField, LocalizedForm
from eventreg.web.refusals import said


class Item(NamedTuple):
    """A line of the checklist. `href` is empty where no page mends it."""

    text: str
    is_blocking: bool
    href: str


def state_name(publication: Publication) -> str:
    """Return a state in a word or two."""
    return {
        Publication.DRAFT: _("Draft"),
        Publication.PUBLISHED: _("Published"),
        Publication.REGISTRATION_CLOSED: _("Registration closed"),
        Publication.CANCELLED: pgettext("event", "Cancelled"),
        Publication.ARCHIVED: pgettext("event", "Archived"),
    }[publication]


def effects_in_words(publication: Publication) -> list[str]:
    """Return what a state does to pages, registering, decisions and changes, from the table the product keeps to."""
    effects = publication.effects
    words = [
        _("Everybody can open the event's page.")
        if effects.is_public
        else _("Only the team can open the event, and whoever has the preview link.")
    ]
    if publication is Publication.CANCELLED:
        words.append(_("The page says that the event does not take place, and why."))
    if publication is Publication.ARCHIVED:
        words.append(_("The page says that the event is over; its materials and conclusions stay."))
    words.append(
        _("People can register between the dates that are set.")
        if effects.takes_registrations
        else _("Nobody can register.")
    )
    if effects.is_public:
        words.append(
            _("Registrations are decided, and the waiting list moves.")
            if effects.takes_decisions
            else _("Nothing is decided any more, and the waiting list stands still.")
        )
    words.append(_last_word(publication))
    return words


def window_in_words(event: Event, at: datetime) -> str:
    """Return from when until when people can register, by the event's clock."""
    opens, closes = (
        formats.instant(moment, event.time_zone, languages.current_language())
        for moment in (event.registration_opens_at, event.registration_closes_at)
    )
    if event.registration_opens_at <= at:
        return _("Registration is open at once, until %(closes)s.", closes=closes)
    return _("Registration opens on %(opens)s and closes on %(closes)s.", opens=opens, closes=closes)


def _last_word(publication: Publication) -> str:
    effects = publication.effects
    if not effects.is_changeable:
        return _("Neither the team nor participants can change anything.")
    if publication is Publication.CANCELLED:
        return _("Participants can still open their registration and withdraw it.")
    return _("The team can change everything.")


def lifecycle_refused(refused: LifecycleRefused) -> str:
    """Say why an event did not change its state, or was not changed because of it."""
    details = refused.details
    more: dict[str, Any] = {}
    if "publication" in details:
        more["state"] = state_name(details["publication"])
    if "languages" in details:
        more["languages"] = _languages(details["languages"])
    return said(refused, **more)


def checklist_items(findings: Sequence[Finding], others: Sequence[Missing], slug: str) -> list[Item]:
    """Return the lines of the checklist, what stands in the way first."""
    items = [Item(_missing(each), each.is_blocking, page_url(each.lack.page, slug)) for each in findings]
    items += [Item(each.words(), each.is_blocking, _address(each.endpoint, slug)) for each in others]
    return sorted(items, key=lambda item: not item.is_blocking)


def _missing(finding: Finding) -> str:
    words = finding.lack.words
    if isinstance(words, tuple):
        return ngettext(*words, finding.count)
    return _(words, languages=_languages(finding.languages), name=finding.about)


def _languages(codes: Sequence[str]) -> str:
    reader = languages.current_language()
    return formats.joined([languages.name_of(code, reader) for code in codes], reader)


def _address(endpoint: str, slug: str) -> str:
    return url_for(endpoint, slug=slug) if endpoint in current_app.view_functions else ""


class CancellationForm(LocalizedForm):
    """Why the event does not take place: it stands on its page and in the messages."""

    note = LocalizedField(
        lazy_gettext("Why it does not take place"),
        kind="textarea",
        limit=publication.LONGEST_NOTE,
        required="every",
        description=lazy_gettext(
            "A sentence or two. It stands on the event's page and in the message that everybody registered gets."
        ),
    )


@blueprint.get("/manage/events/<slug>/publication")
@requires(Permission.PUBLISH)
def show_publication(slug: str) -> Answer:
    """Show the state of the event, what it lacks, and what each possible step would do."""
    return _page(g.event)


@blueprint.get("/manage/events/<slug>/publication/<step>")
@requires(Permission.PUBLISH)
def confirm_step(slug: str, step: str) -> Answer:
    """Ask once more before a step that cannot simply be undone, and say whom it reaches."""
    asked = _read_step(step)
    if publication.next_publication(g.event.publication, asked) is None:
        return redirect(url_for("events.show_publication", slug=slug))
    return _confirming_page(g.event, asked, CancellationForm(g.event.languages, note=g.event.cancellation_note))


@blueprint.post("/manage/events/<slug>/publication/<step>")
@requires(Permission.PUBLISH)
@sends(Sending.LOOKED_AT)
def take_step(slug: str, step: str) -> Answer:
    """Take a step in the life of the event; what is refused is told on the page."""
    event, asked = g.event, _read_step(step)
    form = CancellationForm(event.languages)
    if asked is publication.Step.CANCEL and not form.validate():
        return _confirming_page(event, asked, form), 422
    reason = form.note.data if asked is publication.Step.CANCEL else None
    try:
        change_publication(
            event.id, asked, acting(), is_permitted=may(publication.permission_for(asked)), reason=reason
        )
    except publication.LifecycleRefused as refused:
        return _page(events.get_event_whole(event.id), problem=lifecycle_refused(refused)), refused.status_code
    flash(_(asked.done))
    return redirect(url_for("events.show_publication", slug=slug), 303)


@blueprint.post("/manage/events/<slug>/preview/link")
@requires(Permission.PUBLISH)
def make_preview_link(slug: str) -> Answer:
    """Make a link that shows the draft to whoever has it; the one before opens nothing any more."""
    renew_preview_link(g.event.id, acting())
    return redirect(url_for("events.show_publication", slug=slug, _anchor="preview"), 303)


@blueprint.post("/manage/events/<slug>/preview/link/remove")
@requires(Permission.PUBLISH)
def remove_preview_link(slug: str) -> Answer:
    """Let the preview link open nothing any more."""
    kill_preview_link(g.event.id, acting())
    return redirect(url_for("events.show_publication", slug=slug, _anchor="preview"), 303)


@blueprint.route("/manage/events/<slug>/delete", methods=["GET", "POST"])
@requires(Permission.OWN)
@freshness.requires_fresh_sign_in()
def delete_event(slug: str) -> Answer:
    """Ask once more, then delete a draft that nobody has registered for."""
    event: Event = g.event
    if request.method == "POST":
        try:
            delete_draft(event.id, acting(), is_permitted=may(Permission.OWN))
        except publication.LifecycleRefused as refused:
            return _page(events.get_event_whole(event.id), problem=lifecycle_refused(refused)), refused.status_code
        flash(_("The draft is deleted."))
        return redirect(url_for("site.manage_events"), 303)
    if event.publication is not publication.Publication.DRAFT:
        return redirect(url_for("events.show_publication", slug=slug))
    count = followers().count_registrations(event.id)
    return desk.render_desk("events/publication_delete.html", "publication", count=count)


@blueprint.app_errorhandler(publication.LifecycleRefused)
def refuse_by_state(refused: publication.LifecycleRefused) -> tuple[str, int]:
    """Answer 409: nothing was written."""
    if refused.reason is publication.LifecycleReason.ARCHIVED:
        title, text = _("This event is archived"), _("Nothing of it changes any more. An owner can open it again.")
    else:
        title, text = _("This is not possible now"), _("Nothing was changed. Go back and reload the page.")
    return render_template("errors/error.html", code=409, title=title, text=text), 409


def open_items(event: Event, outline: texts.Outline | None = None) -> list[Item]:
    """Return what an event lacks before it is published, what stands in the way first."""
    findings = checklist.list_findings(texts.load_readiness(event, outline), clock.now())
    return checklist_items(findings, list_missing(event.id), event.slug)


def _page(event: Event, problem: str = "") -> str:
    items = open_items(event)
    blocking = [item for item in items if item.is_blocking]
    has_link = event.preview_generation > 0
    return desk.render_desk(
        "events/publication.html",
        "publication",
        event=event,
        problem=problem,
        state=event.publication.value,
        state_name=state_name(event.publication),
        is_draft=event.publication is publication.Publication.DRAFT,
        blocking=blocking,
        advice=[item for item in items if not item.is_blocking],
        effects=effects_in_words(event.publication),
        steps=[_step_shown(event, step) for step in publication.steps_from(event.publication)],
        preview_url=_preview_url(event) if has_link else "",
        may_own=may(Permission.OWN),
        at=url_for("events.show_publication", slug=event.slug),
    )


def _step_shown(event: Event, step: publication.Step) -> dict[str, Any]:
    target = publication.next_publication(event.publication, step)
    if step is publication.Step.UNARCHIVE and event.is_called_off:
        target = publication.Publication.CANCELLED
    obstacle = find_obstacle(event, step, is_permitted=may(publication.permission_for(step)))
    present = effects_in_words(event.publication)
    news = [effect for effect in effects_in_words(target) if effect not in present] if target else []
    return {
        "label": _(step.label),
        "href": url_for("events.confirm_step", slug=event.slug, step=step.value),
        "state": state_name(target) if target else "",
        "effects": [*map(_, step.effects), *news, *_window(event, step)],
        "is_asked_twice": step in publication.ASKED_TWICE,
        "is_main": step is publication.Step.PUBLISH,
        "is_warning": step is publication.Step.CANCEL,
        "obstacle": lifecycle_refused(obstacle) if obstacle else "",
    }


def _window(event: Event, step: publication.Step) -> list[str]:
    """Return when people can register, where the step makes that possible: a new event has dates that nobody chose."""
    if step is not publication.Step.PUBLISH:
        return []
    return [window_in_words(event, clock.now())]


def _confirming_page(event: Event, step: publication.Step, form: CancellationForm) -> str:
    return desk.render_desk(
        "events/publication_step.html",
        "publication",
        form=form,
        shown=_step_shown(event, step),
        is_cancelling=step is publication.Step.CANCEL,
        told=followers().count_told(event.id) if step in publication.TOLD else None,
    )


def _preview_url(event: Event) -> str:
    token = tokens.personal_token(instance.keys(), events.PREVIEW, event.public_id, event.preview_generation)
    return instance.address_of("site.preview_event", token=token)


def _read_step(value: str) -> publication.Step:
    try:
        return publication.Step(value)
    except ValueError:
        abort(404)

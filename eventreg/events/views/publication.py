"""The state of an event on the desk: what it lacks, what each step does, and the steps themselves."""

from typing import Any

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from eventreg.audit.services import acting
from eventreg.events.checks import followers, list_missing
from eventreg.events.models import Event
from eventreg.events.queries import events, texts
from eventreg.events.rules import checklist, publication
from eventreg.events.rules.team import Permission
from eventreg.events.services.publication import (
    change_publication,
    delete_draft,
    find_obstacle,
    kill_preview_link,
    renew_preview_link,
)
from eventreg.events.views import blueprint, desk, publication_words
from eventreg.kernel import clock, tokens
from eventreg.web import freshness, instance
from eventreg.web.access import Answer, Sending, may, requires, sends
from eventreg.web.forms import lazy_gettext
from eventreg.web.localized import LocalizedField, LocalizedForm


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
        return _page(
            events.get_event_whole(event.id), problem=publication_words.lifecycle_refused(refused)
        ), refused.status_code
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
            return _page(
                events.get_event_whole(event.id), problem=publication_words.lifecycle_refused(refused)
            ), refused.status_code
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


def open_items(event: Event, outline: texts.Outline | None = None) -> list[publication_words.Item]:
    """Return what an event lacks before it is published, what stands in the way first."""
    findings = checklist.list_findings(texts.load_readiness(event, outline), clock.now())
    return publication_words.checklist_items(findings, list_missing(event.id), event.slug)


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
        state_name=publication_words.state_name(event.publication),
        is_draft=event.publication is publication.Publication.DRAFT,
        blocking=blocking,
        advice=[item for item in items if not item.is_blocking],
        effects=publication_words.effects_in_words(event.publication),
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
    present = publication_words.effects_in_words(event.publication)
    news = [effect for effect in publication_words.effects_in_words(target) if effect not in present] if target else []
    return {
        "label": _(step.label),
        "href": url_for("events.confirm_step", slug=event.slug, step=step.value),
        "state": publication_words.state_name(target) if target else "",
        "effects": [*map(_, step.effects), *news, *_window(event, step)],
        "is_asked_twice": step in publication.ASKED_TWICE,
        "is_main": step is publication.Step.PUBLISH,
        "is_warning": step is publication.Step.CANCEL,
        "obstacle": publication_words.lifecycle_refused(obstacle) if obstacle else "",
    }


def _window(event: Event, step: publication.Step) -> list[str]:
    """Return when people can register, where the step makes that possible: a new event has dates that nobody chose."""
    if step is not publication.Step.PUBLISH:
        return []
    return [publication_words.window_in_words(event, clock.now())]


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

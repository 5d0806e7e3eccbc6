"""The texts of an event on the desk: all of them, side by side in its languages, and what each was before."""

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

from flask import g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from eventreg.db import found
from eventreg.events.announcing import Announcing, announced
from eventreg.events.forms.texts import TextsPage, subjects_of
from eventreg.events.models import Event
from eventreg.events.organizers import organizer
from eventreg.events.queries.events import get_event_whole
from eventreg.events.queries.texts import Version, last_version_ids, list_versions
from eventreg.events.rules import checklist, texts
from eventreg.events.rules.practical import NewItem, Topic, split_field
from eventreg.events.rules.team import Permission
from eventreg.events.services.texts import SavedTexts, return_to_version, save_texts
from eventreg.events.views import blueprint, desk
from eventreg.i18n import formats
from eventreg.i18n.languages import current_language, own_name
from eventreg.kernel.errors import NotFound
from eventreg.web import fields, markdown
from eventreg.web.access import Answer, Sending, requires, sends
from eventreg.web.refusals import Refusals
from eventreg.web.subjects import Subjects


@blueprint.get("/manage/events/<slug>/texts")
@requires(Permission.EDIT_EVENT)
def edit_texts(slug: str) -> Answer:
    """Show the texts of one subject in the event's languages, with an index of all."""
    return _page(TextsPage(g.event))


@blueprint.post("/manage/events/<slug>/texts")
@requires(Permission.EDIT_EVENT)
@sends(Sending.ANNOUNCED)
def save_event_texts(slug: str) -> Answer:
    """Save the texts of a subject; with the button "Preview" only show the page again, as it was filled in."""
    page, order = TextsPage(g.event, request.form), request.form.get("do", "")
    if order == "preview":
        return _page(page, has_preview=True)
    if not page.validate():
        return _page(page), 422
    confirmed = order.removeprefix("fits:") if order.startswith("fits:") else ""
    announcing = Announcing(organizer(), request.form.get("announced", ""))
    with Refusals() as refusals:
        changes, edit = page.changes(confirmed), page.edit(order)
        outcome = save_texts(g.event.id, changes, announcing.who, practical=edit, announcing=announcing)
        if outcome.conflicts or outcome.gone or outcome.refused:
            return _page_of_conflicts(page, outcome), 409
        # Whoever adds items goes on with the next one; one that is removed has no page any more.
        part = "practical" if order.startswith("remove") else _subjects(page.event).after(order)
        at = desk.moved_at(announcing)
        return redirect(url_for("events.edit_texts", slug=slug, saved=1, part=part, **at), 303)
    return _page(page, announcement=announced(refusals)), refusals.status_code


def _page_of_conflicts(sent: TextsPage, outcome: SavedTexts) -> str:
    """Show the texts as they are now; those in conflict as they were typed, beside what somebody else wrote."""
    event = get_event_whole(g.event.id)
    page = TextsPage(event)
    inputs = dict(page.inputs())
    for conflict in outcome.conflicts:
        inputs[conflict.id].data = conflict.mine
        page.seen[conflict.id] = sent.seen[conflict.id]
    page.offer_again([*outcome.refused, *_items_again(outcome)])
    part = "practical" if outcome.gone or outcome.refused else ""
    return _page(page, part, conflicts=outcome.conflicts, is_gone=bool(outcome.gone), is_full=bool(outcome.refused))


def _subjects(event: Event, named: str = "") -> Subjects:
    return Subjects(subjects_of(event), named or request.args.get("part", ""))


def _items_again(outcome: SavedTexts) -> list[NewItem]:
    """Return what was typed into items that are gone, as items to be added anew."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    for change in outcome.gone:
        if (split := split_field(change.field)) is not None:
            found.setdefault(split[0], {"label": {}, "text": {}}).setdefault(split[1], {})[change.language] = (
                change.text
            )
    return [NewItem(Topic.OTHER, parts["label"], parts["text"]) for parts in found.values()]


def _page(
    page: TextsPage,
    part: str = "",
    *,
    conflicts: Sequence[texts.TextConflict] = (),
    has_preview: bool = False,
    is_gone: bool = False,
    is_full: bool = False,
    announcement: Mapping[str, Any] | None = None,
) -> str:
    event = page.event
    version_ids = last_version_ids(event.id)
    states = texts.states_of(event, version_ids)
    subjects, address = _subjects(event, part), partial(url_for, "events.edit_texts", slug=event.slug)
    return desk.render_desk(
        "events/texts.html",
        "texts",
        at=address(part=subjects.current.key),
        page=page,
        subjects=subjects,
        entries=subjects.index(lambda part: address(part=part), _progress(event, subjects, states)),
        states={name: _words(event, name, states) for name, _bound in page.fields()},
        extras={name: _extras(page, name, conflicts, has_preview) for name, _bound in page.fields()},
        with_history={text_id.field for text_id in version_ids},
        needed=checklist.needed_texts(event.attendance),
        conflict_links=_links(page, [conflict.id for conflict in conflicts]),
        has_preview=has_preview,
        is_gone=is_gone,
        is_full=is_full,
        announcement=announcement,
        updates=desk.updates_waiting(),
    )


def _progress(
    event: Event, subjects: Subjects, states: dict[texts.TextId, texts.TextState]
) -> dict[str, dict[str, list[bool]]]:
    """Return of each subject, by language, whether each of its texts is done that must be there, or is elsewhere."""
    return {
        each.key: {
            language: [
                state is texts.TextState.DONE
                for text_id, state in states.items()
                if text_id.field in each.names and text_id.language == language and state is not texts.TextState.NONE
            ]
            for language in event.languages
        }
        for each in subjects.every
        if each.names
    }


def _links(page: TextsPage, ids: Sequence[texts.TextId]) -> list[tuple[str, str]]:
    inputs, found = dict(page.inputs()), []
    for text_id in ids:
        bound = page.field_named(text_id.field)
        if bound is None or text_id not in inputs:
            continue
        split = split_field(text_id.field)
        item = page.items[split[0]].label.data if split else {}
        heading = next(iter(item.values()), "")
        found.append((inputs[text_id].id, f"{bound.label.text}: {heading}" if heading else str(bound.label.text)))
    return found


def _words(event: Event, name: str, states: dict[texts.TextId, texts.TextState]) -> dict[str, str]:
    return {
        language: state.value
        for language in event.languages
        if (state := states.get(texts.TextId(name, language))) is not None
    }


def _extras(
    page: TextsPage, name: str, conflicts: Sequence[texts.TextConflict], has_preview: bool
) -> dict[str, Markup]:
    """Return what stands below the inputs of a text: somebody else's version, or a preview."""
    bound, found = page.field_named(name), {}
    inputs = bound.inputs if bound is not None else {}
    if has_preview and bound is not None and bound.kind == "markdown":
        for language, text in bound.data.items():
            html = markdown.render_markdown(text, 3)
            found[language] = _drawn("events/texts_preview.html", html=html, language=language, id=inputs[language].id)
    for conflict in conflicts:
        if conflict.id.field == name:
            language = conflict.id.language
            found[language] = _drawn(
                "events/texts_conflict.html",
                conflict=conflict,
                input=inputs[language],
                language=language,
                pieces=texts.word_differences(conflict.theirs, conflict.mine),
                mine=f"mine:{texts.fingerprint(conflict.theirs)}",
                event=page.event,
            )
    return found


def _drawn(template: str, **values: Any) -> Markup:
    return Markup(render_template(template, **values))  # noqa: S704 - a template of ours, which escapes


class ShownVersion(NamedTuple):
    """A version with what it changed of the one before it."""

    version: Version
    pieces: Sequence[texts.Piece]
    is_current: bool


@blueprint.get("/manage/events/<slug>/texts/history")
@requires(Permission.EDIT_EVENT)
def show_text_history(slug: str) -> Answer:
    """Show the versions of one text in one language, the newest first; without a choice those of the title."""
    field, language = request.args.get("field", "title"), request.args.get("language", g.event.languages[0])
    return _history_page(g.event, _known(g.event, field, language))


@blueprint.post("/manage/events/<slug>/texts/history")
@requires(Permission.EDIT_EVENT)
@sends(Sending.ANNOUNCED)
def return_text(slug: str) -> Answer:
    """Write an earlier version anew."""
    text_id = _known(g.event, request.form.get("field", ""), request.form.get("language", ""))
    version = found(fields.whole_number(request.form.get("version")))
    announcing, seen = Announcing(organizer(), request.form.get("announced", "")), request.form.get("seen", "")
    address = partial(url_for, "events.show_text_history", slug=slug, field=text_id.field, language=text_id.language)
    with Refusals() as refusals:
        outcome = return_to_version(g.event.id, text_id, version, seen, announcing.who, announcing)
        if outcome.conflicts:
            return _history_page(get_event_whole(g.event.id), text_id, is_overtaken=True), 409
        return redirect(address(saved=1, **desk.moved_at(announcing)), 303)
    event = get_event_whole(g.event.id)
    return _history_page(event, text_id, announcement=announced(refusals), version=version), refusals.status_code


def _known(event: Event, field: str, language: str) -> texts.TextId:
    if language not in event.languages or texts.kind_of(event, field) is None:
        raise NotFound
    return texts.TextId(field, language)


def _history_page(
    event: Event,
    text_id: texts.TextId,
    *,
    is_overtaken: bool = False,
    announcement: Mapping[str, Any] | None = None,
    version: int = 0,
) -> str:
    current = texts.text_of(event, text_id.field).get(text_id.language, "")
    page = TextsPage(event)
    return desk.render_desk(
        "events/text_history.html",
        "texts",
        text_id=text_id,
        part=_subjects(event).of(text_id.field),
        name=_name(page, text_id.field),
        fields=[(name, _name(page, name)) for name, _field in page.fields()],
        versions=_shown(list_versions(event.id, text_id)),
        language_names=[(language, own_name(language)) for language in event.languages],
        current=current,
        seen=texts.fingerprint(current),
        problem=_("Nothing was changed. Look at the newest version, then decide.") if is_overtaken else "",
        problem_title=_("Somebody else saved this text meanwhile"),
        at=url_for("events.show_text_history", slug=event.slug, field=text_id.field, language=text_id.language),
        announcement=announcement,
        announced_version=version,
        updates=desk.updates_waiting(),
    )


def _shown(versions: Sequence[Version]) -> list[ShownVersion]:
    shown = [
        ShownVersion(newer, texts.word_differences(older.text, newer.text), number == 0)
        for number, (newer, older) in enumerate(pairwise(versions))
    ]
    first = [
        ShownVersion(version, [texts.Piece("same", version.text)], len(versions) == 1) for version in versions[-1:]
    ]
    return [*shown, *first]


def _name(page: TextsPage, field: str) -> str:
    bound = dict(page.fields())[field]
    key = field.split(".")[1] if "." in field else ""
    heading = next(iter(page.items[key].label.data.values()), "") if key else ""
    return f"{heading}{formats.colon(current_language())} {bound.label.text}" if heading else str(bound.label.text)

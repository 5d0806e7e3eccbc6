"""What a text of an event was before: its versions with their differences, and the way back to one of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from flask import g, redirect, request, url_for
from flask_babel import gettext as _

from eventreg.audit.services import acting
from eventreg.events.forms.texts import TextsPage
from eventreg.events.models import Event
from eventreg.events.queries.for_registration import get_event_whole
from eventreg.events.queries.texts import Version, list_versions
from eventreg.events.rules.differences import Piece, word_differences
from eventreg.events.rules.event_texts import kind_of, text_of
from eventreg.events.rules.team import Permission
from eventreg.events.rules.texts import TextId, fingerprint
from eventreg.events.services.texts import return_to_version
from eventreg.events.views import blueprint
from eventreg.events.views.desk import render_desk
from eventreg.i18n import formats
from eventreg.i18n.languages import current_language, own_name
from eventreg.kernel.errors import NotFound
from eventreg.web.access import Answer, requires
from eventreg.web.fields import whole_number


class ShownVersion(NamedTuple):
    """A version with what it changed of the one before it."""

    version: Version
    pieces: Sequence[Piece]
    is_current: bool


@blueprint.get("/manage/events/<slug>/texts/history")
@requires(Permission.EDIT_EVENT)
def show_text_history(slug: str) -> Answer:
    """Show the versions of one text in one language, the newest first; without a choice those of the title."""
    field, language = request.args.get("field", "title"), request.args.get("language", g.event.languages[0])
    return _page(g.event, _known(g.event, field, language))


@blueprint.post("/manage/events/<slug>/texts/history")
@requires(Permission.EDIT_EVENT)
def return_text(slug: str) -> Answer:
    """Write an earlier version anew."""
    text_id = _known(g.event, request.form.get("field", ""), request.form.get("language", ""))
    version = whole_number(request.form.get("version"))
    if version is None:
        raise NotFound
    outcome = return_to_version(g.event.id, text_id, version, request.form.get("seen", ""), acting())
    if outcome.conflicts:
        return _page(get_event_whole(g.event.id), text_id, is_overtaken=True), 409
    address = url_for("events.show_text_history", slug=slug, field=text_id.field, language=text_id.language, saved=1)
    return redirect(address, 303)


def _known(event: Event, field: str, language: str) -> TextId:
    if language not in event.languages or kind_of(event, field) is None:
        raise NotFound
    return TextId(field, language)


def _page(event: Event, text_id: TextId, *, is_overtaken: bool = False) -> str:
    current = text_of(event, text_id.field).get(text_id.language, "")
    page = TextsPage(event)
    return render_desk(
        "events/text_history.html",
        "texts",
        text_id=text_id,
        name=_name(page, text_id.field),
        fields=[(name, _name(page, name)) for name, _field in page.fields()],
        versions=_shown(list_versions(event.id, text_id)),
        language_names=[(language, own_name(language)) for language in event.languages],
        current=current,
        seen=fingerprint(current),
        problem=_("Nothing was changed. Look at the newest version, then decide.") if is_overtaken else "",
        problem_title=_("Somebody else saved this text meanwhile"),
        at=url_for("events.show_text_history", slug=event.slug, field=text_id.field, language=text_id.language),
    )


def _shown(versions: Sequence[Version]) -> list[ShownVersion]:
    shown = [
        ShownVersion(newer, word_differences(older.text, newer.text), number == 0)
        for number, (newer, older) in enumerate(pairwise(versions))
    ]
    first = [ShownVersion(version, [Piece("same", version.text)], len(versions) == 1) for version in versions[-1:]]
    return [*shown, *first]


def _name(page: TextsPage, field: str) -> str:
    bound = dict(page.fields())[field]
    key = field.split(".")[1] if "." in field else ""
    heading = next(iter(page.items[key].label.data.values()), "") if key else ""
    return f"{heading}{formats.colon(current_language())} {bound.label.text}" if heading else str(bound.label.text)

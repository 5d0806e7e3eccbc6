"""Taking the list out: what is wished is checked and recorded before the first person is in any file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from eventreg.attendees.listing import RegistrationList, get_shape
from eventreg.attendees.rules.listing import PERSON, RECEIVED, ListState
from eventreg.audit.services import Actor, note
from eventreg.db import db
from eventreg.events.models import Event
from eventreg.events.queries.events import holding_event_in_any_state
from eventreg.events.rules.team import Sight
from eventreg.exchange.models import Export
from eventreg.exchange.rules import exports
from eventreg.exchange.services.files import Progress, Source, set_aside
from eventreg.exchange.services.formats import FORMATS
from eventreg.exchange.sheets.columns import FIXED
from eventreg.kernel import clock, tokens
from eventreg.kernel.errors import N_, Refused
from eventreg.registration.queries.scoping import is_shown
from eventreg.web.sockets import FunctionSocket

#: for whom outside the team a file of an event can be made today
list_recipients: FunctionSocket[[Event], Sequence[exports.Recipient]] = FunctionSocket("export_recipients")


@dataclass(frozen=True)
class ExportedBy:
    """Who takes a file out, and what they may know."""

    #: an account, or the system: a command on the machine
    actor: Actor
    #: in the file's name and stamp
    name: str
    sight: Sight
    sees_sensitive: bool
    #: of the file
    language: str


@dataclass(frozen=True)
class Begun:
    """An export that is recorded: who is in it is settled, the rows are read while it is written."""

    public_id: str
    event_id: int
    ids: Sequence[int]
    plan: exports.Plan
    at: datetime
    #: a worker makes the file, which is fetched later
    is_aside: bool


def begin_export(
    event_id: int,
    state: ListState,
    wish: exports.ExportRequest,
    taker: ExportedBy,
    words: str = "",
    *,
    is_at_once: bool = False,
) -> Begun:
    """Settle whom the list shows to the taker, in its order, and record that their data was taken.

    What is printed is by surname, unless the list is ordered otherwise than as it opens. `words` say the list's filters.
    Whoever waits for it has it made `at_once`, however large it is. Raises NotFound, and Refused, having written nothing.
    """
    exports.check_wish(wish, sees_sensitive=taker.sees_sensitive)
    if wish.format in exports.PRINTED and state.order == RECEIVED:
        state = state.with_(order=PERSON, is_descending=False)
    at, query = clock.now(), urlencode(state.with_().query())
    with holding_event_in_any_state(event_id) as event:
        recipient = _recipient(event, wish)
        if recipient is not None:
            wish = replace(wish, columns=recipient.columns_of(wish))
            taker = replace(taker, sight=taker.sight.narrowed_to(recipient.categories))
            # What the list was narrowed by can be what was not agreed: the file and its name do not say it, the history does.
            words = ""
        categories = [row for row in event.categories if is_shown(row, taker.sight.scope)]
        shape = get_shape(event_id, categories, taker.sight)
        ids: Sequence[int] = RegistrationList(event_id, categories, state.with_(), taker.sight, shape).ids()
        ids = FORMATS[wish.format].checked(event, wish, ids)
        is_aside = not is_at_once and exports.is_made_aside(wish.format, len(ids))
        ends = exports.ending(wish.format, is_aside=is_aside)
        plan = _plan(event, state, wish, taker, words, at, ends)
        if recipient is not None:
            grouped_by = plan.grouped_by if plan.grouped_by in recipient.columns else ""
            plan = replace(plan, recipient=recipient.name, agreement=recipient.key, grouped_by=grouped_by)
        begun = Begun(tokens.new_public_id(), event_id, ids, plan, at, is_aside)
        db.session.add(
            Export(
                public_id=begun.public_id,
                event_id=event_id,
                account_id=taker.actor.id,
                format=wish.format,
                state=exports.ExportState.MAKING if is_aside else exports.ExportState.GIVEN,
                query=query,
                details=begun.plan.as_data(),
                has_sensitive=begun.plan.has_sensitive,
                reason=wish.reason,
                people=list(ids),
                count=len(ids),
                done=0 if is_aside else len(ids),
                created_at=at,
            )
        )
        note(event, "exported", taker.actor, at, **_detail(begun, wish, query))
        if is_aside:
            set_aside(begun.public_id, ids, at)
    return begun


def file_chunks(begun: Begun, progress: Progress | None = None) -> Iterator[bytes]:
    """Yield the file of an export that no worker makes. The first piece comes before all people are read, but of XLSX."""
    source = Source(begun.event_id, begun.plan, begun.at, progress)
    yield from FORMATS[begun.plan.format].chunks(source, begun.ids)


def first_of(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Return the same pieces, the first of which is made at once: what cannot be made fails before anything is sent."""
    head = next(chunks, b"")
    return chain([head], chunks)


def _recipient(event: Event, wish: exports.ExportRequest) -> exports.Recipient | None:
    """Return for whom a file is made. Raises Refused where nothing is agreed with them any more."""
    if not wish.recipient:
        return None
    for each in list_recipients(event):
        if each.key == wish.recipient:
            return each
    raise Refused(N_("Nothing is agreed with this recipient any more"), field="recipient")


def _plan(
    event: Event, state: ListState, wish: exports.ExportRequest, taker: ExportedBy, words: str, at: datetime, ends: str
) -> exports.Plan:
    local = at.astimezone(ZoneInfo(event.time_zone))
    return exports.Plan(
        format=wish.format,
        columns=wish.columns,
        titles=wish.titles,
        has_contact_data=taker.sight.has_contact_data,
        leaves_out_contact_data=taker.sight.has_contact_data and not wish.with_contact_data,
        has_sensitive=wish.takes_sensitive,
        language=taker.language,
        taken_by=taker.name,
        words=words,
        file_name=exports.file_name(event.slug, local, taker.name, words, ends),
        grouped_by=state.order if state.order in FIXED and FIXED[state.order].is_heading else "",
        scope=taker.sight.scope,
    )


def _detail(begun: Begun, wish: exports.ExportRequest, query: str) -> Mapping[str, Any]:
    """Return what the history keeps of it: how much was taken, by which filters, for whom and why."""
    detail: dict[str, Any] = {"format": wish.format.value, "count": len(begun.ids), "list": query}
    if begun.plan.recipient:
        detail["recipient"] = begun.plan.recipient
    if begun.plan.leaves_out_contact_data:
        detail["without_contact_data"] = True
    if wish.takes_sensitive:
        detail["with_sensitive"] = True
    if wish.reason:
        detail["reason"] = wish.reason
    return detail

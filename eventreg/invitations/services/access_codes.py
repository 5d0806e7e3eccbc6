"""Access codes are added, one or many, switched off and on again, tried, and taken away as a list, which is recorded.

Nothing of one changes who came by it.
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from eventreg.accounts.rules.guarding import Limit
from eventreg.accounts.services.guards import Try, demand, forgive
from eventreg.audit.services import note
from eventreg.db import db, lock_row
from eventreg.events.models import Category, Event
from eventreg.events.organizers import Organizer
from eventreg.events.queries.events import holding_event, holding_event_in_any_state
from eventreg.events.rules.dates import written_moment
from eventreg.events.rules.team import Scope
from eventreg.i18n.languages import current_language
from eventreg.invitations import queries
from eventreg.invitations.rules.access_codes import CodeReason, CodeTerms, checked_codes, checked_terms, made_codes
from eventreg.kernel import clients, clock, text
from eventreg.kernel.errors import N_, NotFound, Refused
from eventreg.registration.models import AccessCode
from eventreg.registration.queries.places import carried_code, count_uses, find_code
from eventreg.registration.rules.ways_in import CodeState, refusal_of_code

#: wrong codes that a client may try in an hour; right ones are not counted
CODES_BY_CLIENT = Limit("access-code/client", 20, 60)


def add_codes(event_id: int, terms: CodeTerms, typed: Iterable[str], who: Organizer) -> int:
    """Add the codes that were written, all or none; returns how many. Raises Refused, and as `lock_event` does."""
    now = clock.now()
    with holding_event(event_id) as event:
        kept, codes = checked_terms(terms, _categories(event, who.scope), now), checked_codes(typed)
        in_use = _keys_in_use(event_id) & codes.keys()
        if in_use:
            raise Refused(CodeReason.IN_USE, code=next(codes[key] for key in codes if key in in_use))
        _add(event, kept, codes, who, now)
    return len(codes)


def make_codes(event_id: int, terms: CodeTerms, count: int, who: Organizer) -> int:
    """Add so many new codes that are read without doubt. Raises Refused, and as `lock_event` does."""
    now = clock.now()
    with holding_event(event_id) as event:
        kept = checked_terms(terms, _categories(event, who.scope), now)
        _add(event, kept, made_codes(count, _keys_in_use(event_id), secrets.choice), who, now)
    return count


def switch_code(event_id: int, code_id: int, who: Organizer, *, is_active: bool) -> None:
    """Switch a code off, or on again. Whoever came by it keeps what they have. Raises NotFound, and as `lock_event` does."""
    with holding_event(event_id) as event:
        code = lock_row(select(AccessCode).where(AccessCode.event_id == event_id, AccessCode.id == code_id))
        if code.category_id not in {category.id for category in _categories(event, who.scope).values()}:
            raise NotFound
        if code.is_active == is_active:
            return
        code.is_active = is_active
        note(code, "access_code_switched_on" if is_active else "access_code_switched_off", who, name=code.code)


def try_code(event: Event, typed: str, client: str | None) -> tuple[str, Category]:
    """Look up a code that somebody typed: one that is there is forgiven, others are counted against the client.

    Returns what carries it along, and the category that it leads into now. Whether it still does when the form is sent is
    decided under the lock once more. Raises Refused where it leads nowhere, TooManyTries and Busy.
    """
    tries = demand(Try(CODES_BY_CLIENT, clients.client_network(client)))
    code = find_code(event.id, typed)
    category = next((row for row in event.categories if code is not None and row.id == code.category_id), None)
    if code is None or category is None:
        raise Refused(N_("This is no code of this event. Look whether you wrote it as you received it."))
    state = CodeState(code.is_active, code.expires_at, code.most_uses, count_uses(code.id))
    refusal, carried = refusal_of_code(state, clock.now()), carried_code(code)
    forgive(tries)
    if refusal is not None:
        raise Refused(refusal)
    return carried, category


def _categories(event: Event, scope: Scope) -> Mapping[str, Category]:
    return {row.key: row for row in event.categories if scope.has_category(row.key)}


def _keys_in_use(event_id: int) -> set[str]:
    return set(db.session.scalars(select(AccessCode.code_key).where(AccessCode.event_id == event_id)))


def _add(event: Event, terms: CodeTerms, codes: Mapping[str, str], who: Organizer, now: datetime) -> None:
    category = next(row for row in event.categories if row.key == terms.category)
    held = {name: value for name, value in asdict(terms).items() if name != "category"}
    db.session.add_all(
        AccessCode(
            event_id=event.id,
            category_id=category.id,
            code=code,
            code_key=key,
            created_by_id=who.id,
            created_at=now,
            **held,
        )
        for key, code in codes.items()
    )
    note(event, "access_codes_added", who, now, count=len(codes), category=category.key, label=terms.label)


def export_codes(event_id: int, who: Organizer) -> bytes:
    """Return the codes of an event and scope as CSV (RFC 4180, UTF-8 with a byte order mark, cells inert), and record it."""
    at = clock.now()
    with holding_event_in_any_state(event_id) as event:
        codes = queries.list_codes(event_id, who.scope, at)
        note(event, "access_codes_exported", who, at, format="csv", count=len(codes))
        head = [_("Code"), _("Intended for"), _("Category"), _("Uses"), _("Maximum uses"), _("Until"), _("State")]
        lines = []
        for each in codes:
            code = each.code
            lines.append(
                [
                    code.code,
                    code.label,
                    text.pick(each.category.name, current_language(), event.languages).text,
                    str(each.uses),
                    str(code.most_uses or ""),
                    written_moment(code.expires_at, event.time_zone) if code.expires_at is not None else "",
                    _(each.standing),
                ]
            )
        return text.csv_file(head, lines)

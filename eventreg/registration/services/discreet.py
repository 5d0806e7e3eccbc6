"""A form sent at a discreet event: what is done, and what is left behind, is the same whether or not its address is registered.

With a known address all is done that is done with a new one, and taken back; then a mail leads its holder to the registration.
What a later page could tell of this one is left alike: the form's key and its files are used, so is the code or invitation.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete

from eventreg.accounts.services.guards import Try, admit
from eventreg.db import db
from eventreg.db.transactions import revocable
from eventreg.events.models import Event
from eventreg.registration.models import Registration, Upload
from eventreg.registration.queries.registrations import Earlier
from eventreg.registration.rules.states import Status
from eventreg.registration.rules.ways_in import WayIn, WayKind
from eventreg.registration.services import answer_changes, links, places, ways_in


def enter_as_anybody(
    event: Event, earlier: Earlier, new: Registration, way_in: WayIn | None, enter: Callable[[], object], now: datetime
) -> None:
    """Have `enter` write the registration `new` of a form, and take it back where its address is registered already.

    In the caller's transaction, who holds the event's row. Raises what `enter` does, whoever's address it is.
    """
    holder, hashed, email = earlier.by_address, new.submission_hash, new.email
    # First what stays: a database that has taken much back reads again what it asks for next.
    code_id = way_in.record_id if holder is not None and way_in is not None and way_in.kind is WayKind.CODE else None
    ways_in.note_used(event, hashed, email, now, code_id)
    if holder is not None and way_in is not None:
        ways_in.note_invitation_used(way_in, holder, now)
    if admit(Try(links.LINKS_BY_ADDRESS, links.holder_of(event.id, email))) is not None:
        links.schedule_link(event.id, email, now, to_nobody=holder is None)
    if holder is not None:
        # An address has one live registration: what is taken back is written as nobody's.
        new.email_key = hashed
    with revocable() as take_back:
        enter()
        if holder is not None:
            take_back()
        else:
            # The other's holder was read with the address.
            db.session.refresh(new)
    if earlier.holds_files:
        db.session.execute(delete(Upload).where(Upload.submission_hash == hashed, Upload.held_until.is_not(None)))


def take_what_is_free(event: Event, registration: Registration, now: datetime) -> None:
    """Take of the sessions and options that a new registration wants those that are free, and tell what of the options is not.

    A form that is refused for what is full would tell its sender whether the one before took a place.
    """
    if registration.status is Status.CONFIRMED:
        places.take_wished(registration, now)
    if registration.status is not Status.UNVERIFIED and (dropped := answer_changes.take_or_drop(registration, now)):
        answer_changes.tell_changes(event.id, registration, dropped, now)

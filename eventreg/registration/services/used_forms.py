"""Which forms were sent before: the random key of each is used once, with one address, whatever became of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, or_, select

from eventreg.db import db, transaction
from eventreg.events.models import Event
from eventreg.kernel.tokens import lookup_hash
from eventreg.registration.models import Registration, UsedForm
from eventreg.registration.rules.searching import email_key
from eventreg.registration.rules.states import Status
from eventreg.registration.services.uploads import submission_hash
from eventreg.web.instance import keys

#: longer than a page can be sent (12 hours) and than a form is kept for later (14 days)
REMEMBERED_FOR = timedelta(days=30)
#: of a registration whose link has never died
_FIRST_LINK = 1


def address_hash(hashed: str, email: str) -> str:
    """Return what is kept of the address that a form was sent with: comparable for this form alone."""
    return lookup_hash(keys(), "submission address", f"{hashed}/{email_key(email)}")


@dataclass(frozen=True)
class Earlier:
    """What there is of a form that comes in, and of the address that it brings."""

    #: the registration that this very form made
    by_form: Registration | None
    #: the live one with this address
    by_address: Registration | None
    #: whether the form was sent before, with this address, or with another one
    is_sent_again: bool = False
    has_other_address: bool = False

    @property
    def receipt(self) -> Registration | None:
        """The registration that the key of the form opens: not once its link has died, as whose it is may have changed."""
        made = self.by_form
        return made if made is not None and made.link_generation == _FIRST_LINK else None


def find_earlier(event: Event, hashed: str, email: str) -> Earlier:
    """Return whether a form was sent before, and who has its address: one statement. The caller holds the event's row."""
    of_form, of_address = Registration.submission_hash == hashed, Registration.email_key == email_key(email)
    is_live = Registration.status != Status.CANCELLED
    rows = db.session.execute(
        select(UsedForm.address_hash, Registration)
        .select_from(Event)
        .outerjoin(UsedForm, and_(UsedForm.event_id == Event.id, UsedForm.submission_hash == hashed))
        .outerjoin(Registration, and_(Registration.event_id == Event.id, or_(of_form, of_address & is_live)))
        .where(Event.id == event.id)
    ).all()
    found = [row.Registration for row in rows if row.Registration is not None]
    by_form = next((row for row in found if row.submission_hash == hashed), None)
    by_address = next(
        (row for row in found if row.email_key == email_key(email) and row.status != Status.CANCELLED), None
    )
    used_with = rows[0].address_hash if rows else None
    if by_form is not None:
        # Rows of earlier releases do not say with which address they were sent.
        used_with = by_form.submission_address or address_hash(hashed, by_form.email)
    elif not event.verifies_addresses and by_address is None and used_with == address_hash(hashed, email):
        # Whoever had the address has withdrawn: the form is as good as new.
        used_with = None
    is_same = used_with == address_hash(hashed, email)
    return Earlier(by_form, by_address, is_same, has_other_address=used_with is not None and not is_same)


def find_first(event: Event, submission_key: str) -> Registration | None:
    """Return the live registration whose receipt the key of a form opens; none where addresses are verified first."""
    if event.verifies_addresses:
        return None
    hashed = submission_hash(event.id, submission_key)
    return db.session.scalars(
        select(Registration).where(
            Registration.event_id == event.id,
            Registration.submission_hash == hashed,
            Registration.link_generation == _FIRST_LINK,
            Registration.status != Status.CANCELLED,
        )
    ).one_or_none()


def note_used(event: Event, hashed: str, email: str, now: datetime) -> None:
    """Remember a form that made no registration, in the caller's transaction."""
    used = {"address_hash": address_hash(hashed, email), "used_at": now}
    db.session.merge(UsedForm(event_id=event.id, submission_hash=hashed, **used))


def sweep_used_forms(now: datetime) -> int:
    """Forget the forms that nobody can send any more. Returns how many. A duty of the worker."""
    with transaction() as session:
        result = session.execute(
            delete(UsedForm)
            .where(UsedForm.used_at <= now - REMEMBERED_FOR)
            .returning(UsedForm.submission_hash)
            .execution_options(synchronize_session=False)
        )
        return len(result.all())

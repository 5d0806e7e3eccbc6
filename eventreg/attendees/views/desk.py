"""What the pages about attendees share: addresses that keep the list, its state as the request brings it, what of the event
the account may know, and a mail in a frame, where nothing runs, is fetched or leads anywhere.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from flask import Response as FlaskResponse, g, make_response, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventreg.attendees.listing import ListShape, ListWords, RegistrationList, get_shape, kept_while, read_state
from eventreg.attendees.rules.listing import ListState
from eventreg.attendees.rules.saved_views import APPLY, as_address
from eventreg.events.models import Category
from eventreg.events.queries.events import list_categories, list_sign_up_sessions
from eventreg.i18n.languages import current_language
from eventreg.mail.content import mask_html
from eventreg.mail.models import MailMessage
from eventreg.mail.services import OutgoingMessage
from eventreg.questionnaires.kinds import Context, DayChoice, SessionChoice
from eventreg.registration.models import Registration
from eventreg.registration.queries.scoping import get_in_scope, is_shown

#: the list as it opens
_AS_IT_OPENS = ListState()


def list_url(
    slug: str, state: ListState = _AS_IT_OPENS, endpoint: str = "attendees.list_registrations", **parts: Any
) -> str:
    """Return the address of a list in a state, or of another page that keeps it."""
    return with_query(url_for(endpoint, slug=slug, **parts), state)


def query_of(state: ListState) -> str:
    """Return a list's state from its first page as it is kept under a name: a query string."""
    return urlencode(state.with_().query())


def registration_url(slug: str, reference: str, state: ListState = _AS_IT_OPENS) -> str:
    """Return the address of a registration that keeps the list it was reached from."""
    return with_query(url_for("attendees.show_registration", slug=slug, reference=reference), state)


def with_query(address: str, state: ListState) -> str:
    """Return an address of ours with a list's state."""
    pairs = state.query()
    return f"{address}{'&' if '?' in address else '?'}{urlencode(pairs)}" if pairs else address


def categories_in_sight() -> list[Category]:
    """Return the categories of this request's event that the account may know people of; read once a request."""
    if "categories_in_sight" not in g:
        scope = g.event_access.scope
        g.categories_in_sight = [each for each in list_categories([g.event.id]) if is_shown(each, scope)]
    return list(g.categories_in_sight)


def list_shape(categories: Sequence[Category], newest: str = "") -> ListShape:
    """Return what the list of this request's event offers to the account; read once a request.

    `newest`: the hash at which the event's history stood before, under which it is kept: tags, days and questions are in it.
    """
    if "list_shape" not in g:
        event_id, sight = g.event.id, g.event_access.sight
        key = ("shape", tuple(category.key for category in categories), sight.has_contact_data)
        g.list_shape = kept_while(newest, event_id, key, lambda: get_shape(event_id, categories, sight))
    found: ListShape = g.list_shape
    return found


def read_list_state(categories: Sequence[Category]) -> ListState:
    """Return the list's state that the address of this request holds, or that one of the list's forms brought."""
    arguments = request.args.to_dict(flat=False)
    asked = as_address(arguments) if APPLY in arguments else arguments
    return read_state(asked, list_shape(categories))


def list_of(categories: Sequence[Category], state: ListState) -> RegistrationList:
    """Return the registrations of this request's event in a state, as far as the account may know of them."""
    return RegistrationList(g.event.id, categories, state, g.event_access.sight, list_shape(categories))


def field_words(categories: Sequence[Category]) -> ListWords:
    """Return what says the list's fields, columns and values in the reader's language."""
    shape, event_id = list_shape(categories), g.event.id
    context = Context(
        languages=tuple(g.event.languages),
        days=tuple(DayChoice(*day) for day in shape.days),
        region=tuple(g.event.region),
        sessions=lambda: [SessionChoice(*row) for row in list_sign_up_sessions(event_id)],
    )
    return ListWords(shape, categories, context, current_language(), g.event.time_zone)


def the_registration(reference: str) -> Registration:
    """Return the registration of this request's address, if it is in sight. Raises NotFound."""
    return get_in_scope(g.event.id, reference, g.event_access.scope)


def url_of(reference: str) -> str:
    """Return the address of a registration's page, which keeps the list that one came from."""
    return registration_url(g.event.slug, reference, read_list_state(categories_in_sight()))


def neighbours(registration: Registration) -> tuple[str | None, str | None]:
    """Return the references before and after a registration in the list that one came from."""
    categories = categories_in_sight()
    return list_of(categories, read_list_state(categories)).neighbours(registration)


def back_to(reference: str, anchor: str = "") -> Response:
    """Lead back to a registration's page."""
    return redirect(f"{url_of(reference)}#{anchor}" if anchor else url_of(reference), 303)


_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"


def mail_in_frame(message: OutgoingMessage | MailMessage) -> FlaskResponse:
    """Return the HTML part alone, personal links left out."""
    response = make_response(mask_html(message.html, message.marker, _("[personal link]")))
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response

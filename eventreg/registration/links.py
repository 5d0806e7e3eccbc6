"""The personal links of this room as addresses, for mails that go now."""

from __future__ import annotations

from eventreg.kernel.tokens import personal_token
from eventreg.registration.emails import CONFIRM_ADDRESS, EARLIER_ANSWERS, OWN_PAGE, SAVED_FORM, VERIFY
from eventreg.registration.queries.invitation_links import INVITED
from eventreg.web.addresses import address_of
from eventreg.web.instance import keys

_PAGES = {
    OWN_PAGE: "registration.show_own",
    VERIFY: "registration.verify",
    CONFIRM_ADDRESS: "registration.confirm_address",
    EARLIER_ANSWERS: "registration.offer_earlier_answers",
    SAVED_FORM: "registration.show_saved_form",
    INVITED: "registration.show_invitation",
}


def resolve(purpose: str, public_id: str, generation: int) -> str:
    """Return the address of a personal link. Raises LookupError for a purpose of another room."""
    return address_of(_PAGES[purpose], token=personal_token(keys(), purpose, public_id, generation))

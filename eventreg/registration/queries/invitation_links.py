"""Finding an invitation by its personal link."""

from __future__ import annotations

from sqlalchemy import select

from eventreg.db import db
from eventreg.kernel.errors import NotFound
from eventreg.kernel.tokens import personal_token, public_id_of, token_fits
from eventreg.registration.models import Invitation
from eventreg.web.instance import keys

#: the purpose of the link that opens an invitation; "invitation" is that to a team
INVITED = "invited"


#: the kind of record of an invitation in the outbox and in the history
RECORD_KIND = "invitation"


def get_invitation_by_token(token: str) -> Invitation:
    """Return the invitation whose personal link `token` is, whether or not it is over. Raises NotFound."""
    found = db.session.scalars(select(Invitation).where(Invitation.public_id == public_id_of(token))).one_or_none()
    if found is None or not token_fits(keys(), token, INVITED, found.public_id, found.generation):
        raise NotFound
    return found


def invitation_token(invitation: Invitation) -> str:
    """Return the token that opens an invitation."""
    return personal_token(keys(), INVITED, invitation.public_id, invitation.generation)

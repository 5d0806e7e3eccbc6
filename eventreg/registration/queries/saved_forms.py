"""Reads of forms kept for later."""

from __future__ import annotations

import json

from sqlalchemy import exists, select

from eventreg.db import db
from eventreg.kernel import clock, sealing
from eventreg.kernel.errors import NotFound
from eventreg.kernel.tokens import lookup_hash, public_id_of, token_fits
from eventreg.registration.models import Registration, SavedForm
from eventreg.web.instance import keys


def sealed_form_place(public_id: str) -> str:
    """Return the place that a kept form is bound to."""
    return f"saved_forms/{public_id}"


def get_saved_form(token: str, purpose: str) -> SavedForm:
    """Return the kept form whose link `token` is. Raises NotFound, for one whose time is over as well."""
    saved = db.session.scalars(select(SavedForm).where(SavedForm.public_id == public_id_of(token))).one_or_none()
    if (
        saved is None
        or saved.expires_at <= clock.now()
        or not token_fits(keys(), token, purpose, saved.public_id, saved.generation)
    ):
        raise NotFound
    return saved


def open_form(saved: SavedForm) -> dict[str, list[str]]:
    """Return what was typed, by the names of the fields."""
    values: dict[str, list[str]] = json.loads(sealing.unseal(keys(), saved.sealed, sealed_form_place(saved.public_id)))
    return values


def resumed_key(saved: SavedForm) -> str:
    """Return the key under which a kept form goes on.

    The key of a form opens its receipt, and whoever kept this one may not be whoever goes on with it: so it is not the key
    it was kept under, but one that follows from the link, which only the mailbox has.
    """
    return lookup_hash(keys(), "resumed form", f"{saved.public_id}/{saved.generation}")


def was_sent(saved: SavedForm) -> bool:
    """Say whether the form was sent since it was kept."""
    return bool(
        db.session.scalar(
            select(
                exists().where(
                    Registration.event_id == saved.event_id, Registration.submission_hash == saved.submission_hash
                )
            )
        )
    )

"""Reads of forms kept for later."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import ColumnElement, exists, select

from eventreg.db import db
from eventreg.kernel import clock, sealing
from eventreg.kernel.errors import NotFound
from eventreg.kernel.tokens import lookup_hash, public_id_of, token_fits
from eventreg.registration.models import Registration, SavedForm, UsedForm
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
                _sent(Registration, saved.event_id, saved.submission_hash)
                | _sent(UsedForm, saved.event_id, saved.submission_hash)
            )
        )
    )


def were_sent() -> ColumnElement[bool]:
    """Return the condition of kept forms that were sent, whatever became of them."""
    return _sent(Registration, SavedForm.event_id, SavedForm.submission_hash) | _sent(
        UsedForm, SavedForm.event_id, SavedForm.submission_hash
    )


def _sent(model: type[Registration | UsedForm], event_id: Any, hashed: Any) -> ColumnElement[bool]:
    return exists().where(model.event_id == event_id, model.submission_hash == hashed)

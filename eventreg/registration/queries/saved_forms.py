"""Reads of forms kept for later."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import exists, select

from eventreg.db import db
from eventreg.kernel import clock, sealing
from eventreg.kernel.errors import NotFound
from eventreg.kernel.tokens import public_id_of, token_fits
from eventreg.registration.models import Registration, SavedForm
from eventreg.web.instance import keys


@dataclass(frozen=True)
class OpenedForm:
    """What was typed, and the key under which the form goes on."""

    submission_key: str
    values: dict[str, list[str]]


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


def open_form(saved: SavedForm) -> OpenedForm:
    """Return what a kept form holds."""
    content = json.loads(sealing.unseal(keys(), saved.sealed, sealed_form_place(saved.public_id)))
    return OpenedForm(content["key"], content["values"])


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

"""For the days in which rooms are still being written: lets `create_app` build what exists. To be deleted."""

from __future__ import annotations

import importlib
import sys
import types
from typing import Any

from flask import Blueprint, Flask


def stand_in_for_missing_rooms() -> None:
    """Leave out pages of rooms that are not there yet."""
    import eventreg.app as assembly

    try:
        importlib.import_module("eventreg.accounts.sessions")
    except ImportError:
        module = types.ModuleType("eventreg.accounts.sessions")
        module.init_sign_in = _init_sign_in  # type: ignore[attr-defined]
        sys.modules["eventreg.accounts.sessions"] = module

    def load(name: str, *rest: Any) -> Any:
        try:
            module = importlib.import_module(name, *rest)
        except ImportError as error:
            if not (error.name or "").startswith("eventreg."):
                raise
            module = types.ModuleType(name)
        if name.endswith(".views") and not hasattr(module, "blueprint"):
            module.blueprint = Blueprint(name.split(".")[1], "eventreg")  # type: ignore[attr-defined]
        return module

    assembly.import_module = load  # type: ignore[assignment]


def _init_sign_in(app: Flask) -> None:
    from flask_login import LoginManager

    from eventreg.accounts.models import Account
    from eventreg.db import db

    manager = LoginManager(app)

    @manager.user_loader
    def load(identity: str) -> Account | None:
        return db.session.get(Account, int(identity.split(".")[0]))

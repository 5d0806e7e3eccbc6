"""The running instance, from wherever an application context is: its settings and its keys."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app
from flask_babel import gettext as _

from eventreg.config import Config
from eventreg.kernel.keys import Keys

_EXTENSION = "eventreg"


@dataclass(frozen=True)
class Instance:
    """Settings and keys of this process, fixed at start."""

    config: Config
    keys: Keys


def init_instance(app: Flask, instance: Instance) -> None:
    """Make `instance` the one of `app`."""
    app.extensions[_EXTENSION] = instance


def config() -> Config:
    """Return the settings of the running instance."""
    return _instance().config


def site_name() -> str:
    """Return the instance's name: the one that is set, or a plain one in the language in force."""
    return config().site_name or _("Seminars and meetings")


def keys() -> Keys:
    """Return the keys of the running instance."""
    return _instance().keys


def _instance() -> Instance:
    instance: Instance = current_app.extensions[_EXTENSION]
    return instance

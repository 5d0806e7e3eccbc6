"""What a room needs of the rooms above it: the room declares a socket, and the assembly (`eventreg/app.py`) plugs in.

belongings: Socket[Belongings] = Socket("belongings")
count_sign_ups: FunctionSocket[[int], int] = FunctionSocket("sign_ups")

belongings.plug(app, TeamBelongings())          # in the assembly
belongings().count_roles(account_ids)           # while an application runs
count_sign_ups(session_id)
"""

from collections.abc import Callable
from typing import Any, Generic, ParamSpec, TypeVar

from flask import Flask, current_app

Plugged = TypeVar("Plugged")
Asked = ParamSpec("Asked")
Answered = TypeVar("Answered")


class _Place(Generic[Plugged]):
    def __init__(self, name: str) -> None:
        self._key = f"eventreg_{name}"

    def plug(self, app: Flask, what: Plugged) -> Plugged:
        """Give `app` what is asked for, in place of what it had, and return it."""
        app.extensions[self._key] = what
        return what

    @property
    def _plugged(self) -> Any:
        return current_app.extensions[self._key]


class Socket(_Place[Plugged]):
    """For an object: called, it returns what is plugged into the running application."""

    def __call__(self) -> Plugged:
        plugged: Plugged = self._plugged
        return plugged


class FunctionSocket(_Place[Callable[Asked, Answered]], Generic[Asked, Answered]):
    """For a function: called, it asks the one that is plugged into the running application."""

    def __call__(self, *args: Asked.args, **values: Asked.kwargs) -> Answered:
        answer: Answered = self._plugged(*args, **values)
        return answer

"""What werkzeug compiles for an address, kept from one application of a process to the next."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from werkzeug.routing import Rule

_BUILDERS: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}


class KeptRule(Rule):
    """A rule whose functions that build addresses are those of an equal rule that was there before.

    werkzeug writes and compiles two functions a rule: two thirds of what an application costs, for every test anew. They
    depend on the rule's text and defaults alone; what a rule converts with is handed to them.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = (tuple(self._trace), repr(self.defaults), append_unknown)
        if key not in _BUILDERS:
            _BUILDERS[key] = super()._compile_builder(append_unknown)
        return _BUILDERS[key]


def keep_routes() -> None:
    """Let the applications of this process share them."""
    Flask.url_rule_class = KeptRule

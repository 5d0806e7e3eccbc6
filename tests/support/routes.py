"""What werkzeug makes of an address, kept from one application of a process to the next."""

from __future__ import annotations

from typing import Any

from flask import Flask
from werkzeug.routing import Rule

#: what compiling a rule leaves on it; functions are bound to the rule that has them
_MADE, _BUILDERS = ("_parts", "_trace", "_converters", "arguments"), ("_build", "_build_unknown")
_KEPT: dict[tuple[object, ...], dict[str, Any]] = {}


class KeptRule(Rule):
    """A rule that is what an equal rule was before.

    werkzeug reads each rule and writes and compiles two functions for it: most of what an application costs, for every test
    anew. It depends on the rule's text and defaults alone.
    """

    def compile(self) -> None:
        """Take over what was made of an equal rule."""
        key = (self.rule, repr(self.defaults), self.host, self.subdomain, self.merge_slashes, frozenset(self.arguments))
        if key not in _KEPT:
            super().compile()
            _KEPT[key] = {name: getattr(self, name) for name in _MADE}
            _KEPT[key] |= {name: getattr(self, name).__func__ for name in _BUILDERS}
            return
        kept = _KEPT[key]
        for name in _MADE:
            setattr(self, name, kept[name].copy())
        for name in _BUILDERS:
            setattr(self, name, kept[name].__get__(self, None))


def keep_routes() -> None:
    """Let the applications of this process share them."""
    Flask.url_rule_class = KeptRule

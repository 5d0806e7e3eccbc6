"""Where `registration.queries.scoping` stood: goes as soon as every module here asks there."""

from eventreg.registration.queries.scoping import about_scope, comes_on, conditions, get_in_scope, in_scope, is_shown

__all__ = ["about_scope", "comes_on", "conditions", "get_in_scope", "in_scope", "is_shown"]

"""The addresses of the site. `blueprint` is what the assembly registers."""

from flask import Blueprint

blueprint = Blueprint("site", __name__)

# Each module adds its pages to the blueprint.
from eventreg.site.views import (  # noqa: E402, F401
    feeds,
    health,
    history,
    manage,
    preview,
    programme,
    public,
)

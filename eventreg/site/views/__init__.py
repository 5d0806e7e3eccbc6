"""The addresses of the site. `blueprint` is what the assembly registers."""

from flask import Blueprint

blueprint = Blueprint("site", __name__)

# Each module adds its pages to the blueprint.
from eventreg.site.views import (  # noqa: E402
    conclusions,
    feeds,
    figures,
    guides,
    health,
    history,
    manage,
    materials,
    preview,
    programme,
    public,
)

__all__ = [
    "blueprint",
    "conclusions",
    "feeds",
    "figures",
    "guides",
    "health",
    "history",
    "manage",
    "materials",
    "preview",
    "programme",
    "public",
]

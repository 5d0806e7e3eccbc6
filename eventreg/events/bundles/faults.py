"""Why a file is no event."""

from __future__ import annotations


class BundleInvalid(ValueError):
    """The data is no event, or not one that can be put in here; the message names the place and what is wrong there."""

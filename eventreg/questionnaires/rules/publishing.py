"""Which draft was seen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def seen_mark(revision: int, document: Mapping[str, Any]) -> str:
    """Return what a page keeps of the draft that it shows: whoever publishes or discards says which one was seen.

    The revision alone would not do: the draft that is begun after this one was published counts from one again.
    """
    written = json.dumps(document, sort_keys=True, ensure_ascii=True, default=str)
    return f"{revision}-{hashlib.sha256(written.encode()).hexdigest()[:20]}"

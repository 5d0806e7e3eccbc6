"""What keeps a draft from being published."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from eventreg.questionnaires.rules.obstacles import Obstacle


class PublishingRefused(Exception):
    """Something stands in the way of publishing a draft. Nothing was written."""

    def __init__(self, obstacles: Sequence[Obstacle]) -> None:
        super().__init__(f"{len(obstacles)} things stand in the way")
        self.obstacles = list(obstacles)


def seen_mark(revision: int, document: Mapping[str, Any]) -> str:
    """Return what a page keeps of the draft that it shows: whoever publishes or discards says which one was seen.

    The revision alone would not do: the draft that is begun after this one was published counts from one again.
    """
    written = json.dumps(document, sort_keys=True, ensure_ascii=True, default=str)
    return f"{revision}-{hashlib.sha256(written.encode()).hexdigest()[:20]}"

"""What keeps a draft from being published."""

from __future__ import annotations

from collections.abc import Sequence

from eventreg.questionnaires.rules.obstacles import Obstacle


class PublishingRefused(Exception):
    """Something stands in the way of publishing a draft. Nothing was written."""

    def __init__(self, obstacles: Sequence[Obstacle]) -> None:
        super().__init__(f"{len(obstacles)} things stand in the way")
        self.obstacles = list(obstacles)

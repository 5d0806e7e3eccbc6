"""Tags as part of a run: by the same service as singly, one person at a time."""

from __future__ import annotations

from datetime import datetime

from eventreg.audit.services import Actor
from eventreg.review.models import Run, RunItem, Tag
from eventreg.review.queries.tags import get_tag
from eventreg.review.services.run_items import DONE, ItemResult, person_of
from eventreg.review.services.tags import change_tags_of


def tag_one(run: Run, item: RunItem, _now: datetime) -> ItemResult:
    """Put the run's tag on somebody, whatever changed since they were chosen; whoever carries it already is done as well."""
    change_tags_of(person_of(item), [_tag(run)], [], Actor.account(run.account_id))
    return DONE


def untag_one(run: Run, item: RunItem, _now: datetime) -> ItemResult:
    """Take the run's tag off somebody, who may not carry it."""
    change_tags_of(person_of(item), [], [_tag(run)], Actor.account(run.account_id))
    return DONE


def _tag(run: Run) -> Tag:
    return get_tag(run.event_id, str(run.details.get("tag", "")))

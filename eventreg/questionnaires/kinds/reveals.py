"""Questions that one choice reveals: put under the question they follow from, so that style sheets alone show and hide them.

Only where they directly follow a question of radios or boxes and ask for nothing but one of its answers; every other
conditional question says in words when it is asked. What is hidden by style is sent all the same: the server decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from eventreg.questionnaires.kinds.fields import AnswerField
from eventreg.questionnaires.rules.conditions import IsOneOf

#: how many branches of one question the style sheet knows
MOST_BRANCHES = 4
_LEADS = frozenset({"radios", "checkboxes", "checkbox"})


@dataclass(frozen=True)
class Branch:
    """What some values of a question reveal. `number` names it in the style sheet."""

    number: int
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Block:
    """A question, and what its answers reveal."""

    lead: AnswerField
    branches: Sequence[Branch] = ()


def blocks_of(fields: Sequence[AnswerField]) -> list[Block]:
    """Return the fields of a section in blocks, in their order."""
    blocks: list[Block] = []
    position = 0
    while position < len(fields):
        lead = fields[position]
        branches = list(_branches(lead, fields[position + 1 :])) if lead.kind in _LEADS and lead.frozen is None else []
        opens: dict[str, str] = {}
        for number, (values, inside) in enumerate(branches, 1):
            for value in values:
                opens[value] = f"{opens.get(value, '')} {number}".strip()
            for bound in inside:
                bound.is_revealed |= bound.condition is not None and lead.short_name in bound.condition.refers_to()
        lead.opens = opens
        blocks.append(
            Block(lead, [Branch(number, blocks_of(inside)) for number, (_, inside) in enumerate(branches, 1)])
        )
        position += 1 + sum(len(inside) for _, inside in branches)
    return blocks


def _branches(lead: AnswerField, after: Sequence[AnswerField]) -> Iterator[tuple[Sequence[str], list[AnswerField]]]:
    values: Sequence[str] = ()
    inside: list[AnswerField] = []
    count = 0
    for bound in after:
        condition = bound.condition
        if not isinstance(condition, IsOneOf) or bound.frozen is not None:
            break
        if condition.question == lead.short_name:
            if inside and set(values) != set(condition.values):
                yield values, inside
                inside = []
            if not inside:
                count += 1
                if count > MOST_BRANCHES:
                    return
                values = condition.values
            inside.append(bound)
        elif any(condition.question == each.short_name for each in inside):
            inside.append(bound)
        else:
            break
    if inside:
        yield values, inside

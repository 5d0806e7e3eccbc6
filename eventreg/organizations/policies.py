"""Who may add institutions, change them and merge them.

An administrator, everything. Who owns or manages an event adds to the directory, and changes what is used nowhere else: an
institution that another team's event names is changed by both teams' administrators alone.
"""

from collections.abc import Collection
from dataclasses import dataclass

from eventreg.audit.services import Actor
from eventreg.organizations.directory import users


@dataclass(frozen=True)
class Editor:
    """The account that wants to change the directory."""

    account_id: int
    is_administrator: bool = False

    @property
    def actor(self) -> Actor:
        """Who that is in the audit trail."""
        return Actor.account(self.account_id)


def may_add(editor: Editor) -> bool:
    """Say whether the account may add institutions."""
    return editor.is_administrator or users().may_add(editor.account_id)


def editable(ids: Collection[int], editor: Editor) -> frozenset[int]:
    """Return which of these institutions the account may change."""
    if editor.is_administrator:
        return frozenset(ids)
    if not ids or not users().may_add(editor.account_id):
        return frozenset()
    return frozenset(ids) - frozenset(users().list_foreign(ids, editor.account_id))

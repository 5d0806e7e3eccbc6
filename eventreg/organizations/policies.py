"""Who may add institutions, change them and merge them.

An administrator, everything. Who owns or manages an event adds to the directory, and changes what is used nowhere else: an
institution that another team's event names is changed by both teams' administrators alone.

What refers to an institution, and what a merger has to point anew, is known by rooms above, plugged in by the assembly.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from eventreg.audit.services import Actor
from eventreg.kernel.text import LocalizedText
from eventreg.web.sockets import Socket


@dataclass(frozen=True)
class Use:
    """Something that refers to an institution. `address` is empty where the account may not know of it."""

    title: LocalizedText
    address: str = ""


@dataclass(frozen=True)
class Users:
    """What a room above knows and does of institutions."""

    #: (ids of institutions, account, whether an administrator) to the uses of each
    list_uses: Callable[[Collection[int], int, bool], Mapping[int, Sequence[Use]]]
    #: whether an account may add to the directory
    may_add: Callable[[int], bool]
    #: which of these institutions are used where the account has no say
    list_foreign: Callable[[Collection[int], int], Collection[int]]
    #: (goes, stays, who, when): let whatever refers to the one refer to the other, in the caller's transaction, and return
    #: how many rows by what they are
    repoint: Callable[[int, int, Actor, datetime], Mapping[str, int]]


users: Socket[Users] = Socket("directory")


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

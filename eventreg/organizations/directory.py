"""What rooms above do with institutions, as far as the directory must know: plugged in by the assembly.

An institution is used by what refers to it. Who may change it, and what a merger has to point anew, is known there.
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

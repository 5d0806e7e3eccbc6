"""The names inside an event's file, and how large things may be."""

from __future__ import annotations

import re
from typing import Final

#: raised when a reader of the old one would misunderstand; see docs/event-format.md
FORMAT: Final = "eventreg-event/1"
MANIFEST: Final = "manifest.json"
EVENT: Final = "event.json"
PARTS: Final = "parts/"
FILES: Final = "files/"

#: every name that such a file has; nothing that leads out of it
NAME = re.compile(
    rf"{re.escape(MANIFEST)}|{re.escape(EVENT)}|{PARTS}(?P<part>[a-z_]{{1,40}})\.jsonl?|{FILES}(?P<digest>[0-9a-f]{{64}})"
)
PART_KEY = re.compile(r"[a-z_]{1,40}")

#: bytes of one document, of one line of a long part, of one file beside them, of everything unpacked
LARGEST_DOCUMENT = 32 * 1024 * 1024
LARGEST_LINE = 4 * 1024 * 1024
LARGEST_FILE = 64 * 1024 * 1024
LARGEST_WHOLE = 8 * 1024 * 1024 * 1024
MOST_NAMES = 100_000

"""Judges a password: it and the words to try first as JSON on standard input, what zxcvbn says as JSON on standard output.

A program of its own, begun for each password that is set. Its word lists would stay in every process that judged one, and
a text made for it keeps it busy for seconds: the memory and the time of a process have an end. It opens no file and reads
no setting.
"""

import json
import resource
import sys

MOST_MEMORY = 400_000_000
MOST_SECONDS = 5


def main() -> int:
    """Write score (0 to 4), warning and hints, these in zxcvbn's English."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    from zxcvbn_rs_py import zxcvbn

    asked = json.load(sys.stdin)
    found = zxcvbn(asked["password"], asked["words"])
    feedback = found.feedback
    warning = str(feedback.warning) if feedback is not None and feedback.warning is not None else ""
    hints = [str(hint) for hint in feedback.suggestions] if feedback is not None else []
    json.dump({"score": int(found.score), "warning": warning, "hints": hints}, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())

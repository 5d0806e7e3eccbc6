"""What goes to the log (standard error), and what never does: addresses of pages, which can open somebody's registration."""

from __future__ import annotations

import logging
import sys
from typing import Any

from gunicorn.glogging import Logger

from eventreg.kernel.faults import traced

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_DATE_FORMAT = "%Y-%m-%d %H:%M:%S"


def set_up_logging() -> None:
    """Send the log of this process and those it forks to standard error: our own from INFO, others' from WARNING."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter(_FORMAT, _DATE_FORMAT))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("eventreg").setLevel(logging.INFO)


class PathlessLogger(Logger):
    """The server's log without the addresses that it would name beside a failure."""

    error_fmt = _FORMAT
    datefmt = _DATE_FORMAT

    def exception(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Log a failure by the way that it took; the request it happened in is not named."""
        error = sys.exception()
        if msg.startswith("Error handling request") and error is not None:
            self.error_log.error("Failed to answer a request\n%s", traced(error))
        elif isinstance(error, BlockingIOError):
            self.error_log.debug("A client fell silent")  # see serving.patience: no fault, and there can be many
        else:
            self.error_log.exception(msg, *args, **kwargs)

    def warning(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Log a warning; of a request that could not be read, only where it came from."""
        if msg.startswith("Invalid request"):
            msg, args = msg.partition(": ")[0], ()
        self.error_log.warning(msg, *args, **kwargs)

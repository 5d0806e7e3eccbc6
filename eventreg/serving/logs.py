"""What goes to the log (standard error), and what never does: addresses of pages, which can open somebody's registration."""

import logging

from eventreg.kernel.errors import traced

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_DATE_FORMAT = "%Y-%m-%d %H:%M:%S"


def set_up_logging() -> None:
    """Send the log of this process and those it forks to standard error: our own from INFO, others' from WARNING."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter(_FORMAT, _DATE_FORMAT))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("eventreg").setLevel(logging.INFO)
    logging.getLogger("waitress").addFilter(_Pathless())
    # Requests that wait for a thread are no fault.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)


class _Pathless(logging.Filter):
    """Keeps from waitress's log what it says of a request: where it was, and what it held."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Log a failure by the way that it took; the request it happened in is not named."""
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            record.msg, record.args, record.exc_info = f"Failed to answer a request\n{traced(error)}", (), None
        return True

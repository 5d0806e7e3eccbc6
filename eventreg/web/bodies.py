"""Reading what a form sent, once and early, so that a body that cannot be read is one plain refusal wherever it goes."""

from __future__ import annotations

from flask import Flask, abort, request

from eventreg.kernel.faults import described

#: besides those without a number, which the server raises for a body whose chunks are none
_OF_THE_CONNECTION = (ConnectionError, TimeoutError, BlockingIOError)


def init_bodies(app: Flask) -> None:
    """Read the form of every request of `app` before anything looks into it: one that broke off or is none is a 400."""

    @app.before_request
    def read_form() -> None:
        try:
            names = [*request.form, *request.files]
        except OSError as error:
            if error.errno is None or isinstance(error, _OF_THE_CONNECTION):
                abort(400)
            app.logger.error("A large form cannot be put aside in the folder of temporary files: %s", described(error))
            abort(503)
        if any(not isinstance(name, str) for name in names):
            abort(400)  # a part of a form without a name

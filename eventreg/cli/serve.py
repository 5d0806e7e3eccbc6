"""`eventreg serve`."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from eventreg.serving.addresses import AnyBind


class BindType(click.ParamType[Any]):
    """An address with a port, or a path."""

    name = "host:port|unix:path"

    def convert(self, value: str | AnyBind, param: click.Parameter | None, ctx: click.Context | None) -> AnyBind:
        from eventreg.serving.addresses import parse_bind

        try:
            return parse_bind(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.command()
@click.option("--bind", type=BindType(), default="127.0.0.1:8000", show_default=True, help="Where to listen.")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Web processes at most.")
@click.option("--threads", type=click.IntRange(1, 64), default=8, show_default=True, help="Threads in each of them.")
@click.option("--no-mail-worker", is_flag=True, help="Leave mail and other due work to eventreg deliver.")
@click.option("--prepare", is_flag=True, help="First make the instance ready: keys, tables, and the demo when empty.")
@click.option("--check", is_flag=True, hidden=True)
def serve(bind: AnyBind, workers: int, threads: int, no_mail_worker: bool, prepare: bool, check: bool) -> None:
    """Serve the pages, and send the mail, until stopped.

    The web server and the mail worker are processes of their own, which end with this one. Without EVENTREG_BASE_URL
    addresses in pages and mails are those of --bind. A socket that systemd hands over goes before --bind. SIGHUP, unless
    from a terminal, has new settings and a new version take over while requests under way are answered by the old.

    \b
    Example:
      eventreg serve --bind 127.0.0.1:8000 --workers 4
    """
    # Loading makes next to no garbage, and looking for it takes a sixth of the start; the server switches it on again.
    gc.disable()
    from eventreg.serving import start
    from eventreg.serving.web import WebOptions

    if check:
        start.check()
        return
    options = start.ServeOptions(
        web=WebOptions(bind=bind, workers=workers, threads=threads),
        has_mail_worker=not no_mail_worker,
        prepares=prepare,
    )
    sys.exit(start.run(options))

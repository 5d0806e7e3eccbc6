"""The command `eventreg`: one file a command, and one for those on the instance as a whole (`instance`).

What takes long to load is imported inside the commands.

Every command ends with exit code 0, or with one line on standard error that says why and another code.
"""

import os
import sys

import click

from eventreg.cli.application import reason_of
from eventreg.cli.audit import audit
from eventreg.cli.backup import backup, restore
from eventreg.cli.event import event
from eventreg.cli.instance import bounce, deliver, demo, doctor, migrate, serve
from eventreg.cli.keys import keys
from eventreg.cli.registration import erase, registration
from eventreg.cli.retention import retention
from eventreg.cli.user import user

#: what a shell reports for a program that Ctrl+C ended
_INTERRUPTED = 130


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="eventreg", message="%(package)s %(version)s")
def eventreg() -> None:
    """A registration desk for policy seminars and meetings.

    Settings come from config.toml in the instance folder (EVENTREG_INSTANCE, by default instance/) and from EVENTREG_…
    variables; docs/operating.md lists them.

    \b
    Example:
      eventreg serve --prepare
    """


for command in (
    serve, deliver, bounce, migrate, demo, user, event, registration, retention, erase, audit, keys, doctor, backup, restore,
):  # fmt: skip
    eventreg.add_command(command)


def main() -> None:
    """Run the command line and exit."""
    # People's data: whatever a command writes is for this user alone.
    os.umask(0o077)
    try:
        code = eventreg.main(prog_name="eventreg", standalone_mode=False)
    except click.Abort:
        click.echo("Stopped.", err=True)
        code = _INTERRUPTED
    except Exception as error:
        reason = reason_of(error)
        if reason is None:
            raise
        click.echo(f"eventreg: {reason}", err=True)
        code = error.exit_code if isinstance(error, click.ClickException) else 1
    sys.exit(code)

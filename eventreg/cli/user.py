"""`eventreg user …`: the people who sign in."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from eventreg.cli.application import account_of, open_rules

if TYPE_CHECKING:
    from eventreg.accounts.models import Account

#: of a link that an administrator hands over
_LINK_MINUTES = 60


@click.group()
def user() -> None:
    """Add and look after the people who sign in.

    \b
    Example:
      eventreg user add --name "Ana Ejemplo" ana@instituto.example
    """


@user.command("add")
@click.argument("email")
@click.option("--name", required=True, help="How screens and mails call the person.")
@click.option("--language", default=None, help="Of the person's screens and mails; by default the instance's first.")
@click.option("--administrator", is_flag=True, help="May see to the whole instance.")
def add(email: str, name: str, language: str | None, administrator: bool) -> None:
    """Add an account for EMAIL and print a link that signs in once, within 60 minutes.

    \b
    Example:
      eventreg user add --administrator --name "Ana Ejemplo" ana@instituto.example
    """
    from eventreg.i18n.languages import known_languages

    with open_rules():
        from eventreg.accounts.services.accounts import create_account

        chosen = language or known_languages()[0]
        if chosen not in known_languages():
            raise click.ClickException(f"The instance speaks {', '.join(known_languages())}, not {chosen}.")
        account_id = create_account(email, name, chosen, is_administrator=administrator)
        click.echo(f"Added {email}. To sign in, once, within {_LINK_MINUTES} minutes:")
        click.echo(_new_link(account_id))


@user.command("list")
def list_users() -> None:
    """Print every account: address, name, what it is, separated by tabs.

    \b
    Example:
      eventreg user list
    """
    with open_rules():
        from eventreg.accounts.queries import list_accounts

        for account in list_accounts():
            click.echo("\t".join((account.email, account.name, _standing(account))))


@user.command("password")
@click.argument("email")
def password(email: str) -> None:
    """Set the password of the account with EMAIL, and end its sessions.

    The password is asked for; without a terminal it is the first line of standard input.

    \b
    Example:
      eventreg user password ana@instituto.example
    """
    with open_rules():
        from eventreg.accounts.services.sign_in import set_password

        account_id = account_of(email).id
        set_password(account_id, _asked_password())
        click.echo(f"The password of {email} is set; its sessions are over.")


@user.command("link")
@click.argument("email")
def link(email: str) -> None:
    """Print a link that signs in the account with EMAIL, once, within 60 minutes.

    \b
    Example:
      eventreg user link ana@instituto.example
    """
    with open_rules():
        click.echo(_new_link(account_of(email).id))


@user.command("close")
@click.argument("email")
@click.option("--successor", default=None, help="Address of the account that takes over events owned alone.")
def close(email: str, successor: str | None) -> None:
    """Close the account with EMAIL: its rights on every event, invitations, sessions and links end at once.

    \b
    Example:
      eventreg user close ana@instituto.example --successor olga@instituto.example
    """
    with open_rules():
        from eventreg.accounts.services.accounts import NeedsSuccessor, close_everywhere

        leaving = account_of(email).id
        heir = account_of(successor).id if successor else None
        try:
            close_everywhere(leaving, heir)
        except NeedsSuccessor as refused:
            raise click.ClickException(
                f"{email} owns events alone. Say with --successor who takes them over."
            ) from refused
        click.echo(f"The account {email} is closed; it opens nothing any more.")


@user.group("second-factor")
def second_factor() -> None:
    """See to the second factor of an account.

    \b
    Example:
      eventreg user second-factor off ana@instituto.example
    """


@second_factor.command("off")
@click.argument("email")
def second_factor_off(email: str) -> None:
    """Take the second factor off the account with EMAIL, whose owner lost phone and recovery codes, and tell it by mail.

    \b
    Example:
      eventreg user second-factor off ana@instituto.example
    """
    with open_rules():
        from eventreg.accounts.services.second_factor import remove

        remove(account_of(email).id)
        click.echo(f"The second factor of {email} is off; its password or a link is enough to sign in.")


def _new_link(account_id: int) -> str:
    from eventreg.accounts.emails import sign_in_address
    from eventreg.accounts.services.sign_in import make_sign_in_link

    return sign_in_address(make_sign_in_link(account_id, minutes=_LINK_MINUTES))


def _asked_password() -> str:
    if sys.stdin.isatty():
        return str(click.prompt("New password", hide_input=True, confirmation_prompt=True, err=True))
    return sys.stdin.readline().rstrip("\r\n")


def _standing(account: Account) -> str:
    if account.closed_at is not None:
        return "closed"
    return "administrator" if account.is_administrator else "user"

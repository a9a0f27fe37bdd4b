"""`broadsheet user`: accounts, by command. Every command that makes a link prints it once; no mail is sent by any."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ..config import Config
from ..errors import UsageError
from .common import Data, Json, boot, guarded, now, put_json, say

user_app = typer.Typer(help="Accounts: add, list, invite, link, role, block, remove.", no_args_is_help=True)
Email = Annotated[str, typer.Argument(help="Mail address of the account.")]
Role = Annotated[list[str] | None, typer.Option("--role", help="editor, moderator or administrator; may be repeated.")]
Admin = Annotated[bool, typer.Option("--admin", help="Make an administrator.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands of this family."""
    app.add_typer(user_app, name="user")


def _roles(role: list[str] | None, admin: bool) -> list[str]:
    return [*(role or ()), *(("administrator",) if admin else ())]


def _facts(account: Any) -> dict[str, Any]:
    reader = account.reader
    return {
        "email": account.email,
        "name": reader.name if reader else "",
        "roles": list(reader.roles) if reader else [],
        "blocked": bool(reader and reader.blocked_at),
        "since": account.created_at.isoformat(),
        "password": account.has_usable_password(),
    }


def _link(settings: Config, account: Any) -> str:
    from ..readers.accounts import service

    return service.password_link(account, service.base_address(settings))


def _told(account: Any, link: str, json: bool, sentence: str) -> None:
    if json:
        put_json({**_facts(account), **({"link": link} if link else {})})
        return
    typer.echo(sentence)
    if link:
        typer.echo(link)


@user_app.command("add")
@guarded
def add(
    email: Email,
    name: Annotated[str, typer.Option(help="Name that others see.")] = "",
    role: Role = None,
    admin: Admin = False,
    data: Data = None,
    json: Json = False,
) -> None:
    """Make an account and print a one-time link with which its owner sets a password."""
    settings = boot(data)
    from ..readers.accounts import service
    from ..web import access

    account = service.add(email, name, _roles(role, admin), now())
    if account.reader and "administrator" in account.reader.roles:
        access.end_keeper(settings.data)
    _told(
        account,
        _link(settings, account),
        json,
        f"There is now an account for {account.email}. Hand over this link; it sets a password, once, within a day:",
    )


@user_app.command("list")
@guarded
def list_(data: Data = None, json: Json = False) -> None:
    """All accounts with their roles. What anybody reads is not told."""
    boot(data, create=False)
    from ..readers.accounts import service

    rows = [_facts(account) for account in service.members()]
    if json:
        put_json({"users": rows})
        return
    for row in rows:
        marks = ", ".join([*(row["roles"] or ["reader"]), *(["blocked"] if row["blocked"] else [])])
        typer.echo(f"{row['email']:40} {marks:30} {row['name']}")
    if not rows:
        say("There are no accounts. `broadsheet user add ADDRESS --admin` makes the first.")


@user_app.command("invite")
@guarded
def invite(
    email: Annotated[str, typer.Argument(help="Mail address; empty for whoever holds the link.")] = "",
    role: Role = None,
    admin: Admin = False,
    days: Annotated[int, typer.Option(min=1, max=90, help="Days that the link works.")] = 14,
    data: Data = None,
    json: Json = False,
) -> None:
    """Make a one-time invitation and print its link."""
    settings = boot(data)
    from ..readers.accounts import invitations, service

    if settings.registration == "closed":
        raise UsageError(
            "Registration is closed, so an invitation would open nothing. Nothing was made. "
            "Set `registration` to invitation, or use `broadsheet user add`."
        )
    row, secret = invitations.make(email, _roles(role, admin), now(), days=days)
    link = invitations.link(secret, service.base_address(settings))
    if json:
        put_json({"email": row.email, "roles": row.roles, "until": row.expires_at.isoformat(), "link": link})
    else:
        typer.echo(f"Hand over this link; it makes one account, until {row.expires_at:%Y-%m-%d}:\n{link}")


@user_app.command("link")
@guarded
def link(email: Email, data: Data = None, json: Json = False) -> None:
    """Print a one-time link that sets the account's password, for when no mail is set up."""
    settings = boot(data, create=False)
    from ..readers.accounts import service

    account = service.find(email)
    service.log(None, "account.link", service.subject(account), now())
    _told(
        account, _link(settings, account), json, f"This link sets the password of {account.email}, once, within a day:"
    )


@user_app.command("role")
@guarded
def role(
    email: Email,
    roles: Annotated[list[str] | None, typer.Argument(help="The roles that it then has; none: a reader.")] = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Give an account exactly these roles."""
    settings = boot(data, create=False)
    from ..readers.accounts import service
    from ..web import access

    account = service.find(email)
    given = service.set_roles(account, roles or (), now())
    if "administrator" in given:
        access.end_keeper(settings.data)
    _told(service.find(email), "", json, f"{account.email} is now {', '.join(given) or 'reader'}.")


@user_app.command("block")
@guarded
def block(
    email: Email,
    reason: Annotated[str, typer.Option(help="The owner reads it.")] = "",
    lift: Annotated[bool, typer.Option("--lift", help="Take the block back.")] = False,
    data: Data = None,
    json: Json = False,
) -> None:
    """Block an account (its sessions and tokens end), or lift a block."""
    boot(data, create=False)
    from ..readers.accounts import service

    account = service.find(email)
    if lift:
        service.unblock(account, now())
    else:
        service.block(account, reason, now())
    _told(service.find(email), "", json, f"{account.email} is {'no longer ' if lift else ''}blocked.")


@user_app.command("remove")
@guarded
def remove(
    email: Email,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    data: Data = None,
    json: Json = False,
) -> None:
    """Remove an account for good; votes and comments stay without a name, all else is erased."""
    boot(data, create=False)
    from ..readers.accounts import service

    account = service.find(email)
    question = f"Remove {account.email}? Votes and comments stay without a name, all else is erased."
    if not yes and (json or not typer.confirm(question, err=True)):
        raise UsageError("Nothing was removed. Say --yes to remove without being asked.")
    service.remove(account, now())
    if json:
        put_json({"removed": email.strip().lower()})
    else:
        typer.echo(f"{email.strip().lower()} is removed.")

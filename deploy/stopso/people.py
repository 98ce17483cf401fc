"""`stopso users` and `stopso api-keys`: who may sign in, and which organisations may refer by program."""

import json
from typing import Annotated, get_args
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from deploy.stopso.desk import at_desk
from deploy.stopso.problems import CannotRun
from services.intake.handlers.api_keys import NewKey, create_api_key, list_api_keys, revoke_api_key
from services.intake.store.api_keys import ApiKey
from shared.events.codes import StaffRole
from shared.messaging.kernel import Kernel
from shared.messaging.transaction import Transaction
from shared.web import accounts
from shared.web.store import Account, account_named, all_accounts

users = typer.Typer(help="Who of the staff may sign in.", no_args_is_help=True)
api_keys = typer.Typer(help="Which organisations may refer by program.", no_args_is_help=True)
console = Console()
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
ROLES: dict[str, StaffRole] = {role: role for role in get_args(StaffRole)}


@users.command("add")
def add_user(
    name: Annotated[str, typer.Argument(help="What they sign in with: an e-mail address or a short name.")],
    role: Annotated[list[str], typer.Option(help=f"One or more of {', '.join(ROLES)}.")],
    display_name: Annotated[str, typer.Option(help="How colleagues see them.")] = "",
    password: Annotated[str, typer.Option(prompt=True, confirmation_prompt=True, hide_input=True)] = "",
) -> None:
    """Add somebody; the password is asked for."""
    unknown = [each for each in role if each not in ROLES]
    if unknown:
        msg = f"there is no role {unknown[0]}; there are {', '.join(ROLES)}"
        raise CannotRun(msg)
    roles = [ROLES[each] for each in role]

    async def add(tx: Transaction) -> None:
        shown = display_name or name
        await accounts.add_account(tx.db, name=name, display_name=shown, roles=roles, password=password, now=tx.now)

    at_desk("notifications", lambda kernel: kernel.perform(name, add, actor="operator"))
    console.print(f"{name} may sign in as {', '.join(role)}.")


@users.command("list")
def list_users(as_json: AsJson = False) -> None:
    """Show everybody who may, or may no longer, sign in."""

    async def read(kernel: Kernel) -> list[Account]:
        async with kernel.reading() as db:
            return await all_accounts(db)

    found = at_desk("notifications", read)
    if as_json:
        rows = [{"name": a.sign_in_name, "roles": sorted(a.roles), "disabled": a.disabled} for a in found]
        typer.echo(json.dumps(rows, indent=2))
        return
    table = Table("name", "roles", "may sign in", box=None, padding=(0, 2, 0, 0))
    for account in found:
        table.add_row(account.sign_in_name, ", ".join(sorted(account.roles)), "no" if account.disabled else "yes")
    console.print(table)


@users.command("disable")
def disable_user(name: str) -> None:
    """Refuse somebody from now on, and end their sessions."""
    _switch(name, on=False)
    console.print(f"{name} may no longer sign in; open sessions are ended.")


@users.command("enable")
def enable_user(name: str) -> None:
    """Let somebody sign in again."""
    _switch(name, on=True)
    console.print(f"{name} may sign in again.")


def _switch(name: str, *, on: bool) -> None:
    async def switch(tx: Transaction) -> bool:
        account = await account_named(tx.db, accounts.sign_in_name(name))
        if account is None:
            return False
        change = accounts.enable_account if on else accounts.disable_account
        await change(tx, account.account_id)
        return True

    if not at_desk("notifications", lambda kernel: kernel.perform(name, switch, actor="operator")):
        msg = f"nobody signs in as {name}; `stopso users list` shows everybody"
        raise CannotRun(msg)


@api_keys.command("create")
def create_key(organisation: str) -> None:
    """Make a key for an organisation; it is shown once."""

    async def create(tx: Transaction) -> NewKey:
        return await create_api_key(organisation, tx)

    made = at_desk("intake", lambda kernel: kernel.perform("api-key", create, actor="operator"))
    console.print(f"Key {made.api_key_id}, shown now and never again:")
    typer.echo(made.secret)


@api_keys.command("list")
def list_keys(as_json: AsJson = False) -> None:
    """Show the keys there are, without their secrets."""

    async def read(kernel: Kernel) -> list[ApiKey]:
        async with kernel.reading() as db:
            return await list_api_keys(db)

    found = at_desk("intake", read)
    if as_json:
        rows = [{"id": str(k.api_key_id), "organisation": k.organisation, "revoked": bool(k.revoked_at)} for k in found]
        typer.echo(json.dumps(rows, indent=2))
        return
    table = Table("id", "organisation", "usable", box=None, padding=(0, 2, 0, 0))
    for key in found:
        table.add_row(str(key.api_key_id), key.organisation, "no" if key.revoked_at else "yes")
    console.print(table)


@api_keys.command("revoke")
def revoke_key(key_id: UUID) -> None:
    """Refuse a key from now on."""

    async def revoke(tx: Transaction) -> None:
        await revoke_api_key(key_id, tx)

    at_desk("intake", lambda kernel: kernel.perform("api-key", revoke, actor="operator"))
    console.print("The key is refused from now on.")

"""`broadsheet alerts`: how the alerts of all readers stand, and a test of one."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ..errors import UsageError
from .common import Data, Json, boot, guarded, now, put_json, say

alerts_app = typer.Typer(help="Alerts: status, test.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Register the commands of this family."""
    app.add_typer(alerts_app, name="alerts")


@alerts_app.command("status")
@guarded
def status(data: Data = None, json: Json = False) -> None:
    """Alerts by channel and state, what waits, and which fail and why. Exit code 1 where one fails.

    Whose an alert is and what it is about is not told; the key is what its owner sees in the address of its page.
    """
    boot(data, create=False)
    from ..digest.alerts import standing

    found = standing.of_all(now())
    if json:
        put_json(found)
    else:
        _print(found)
    if found["failing"]:
        raise typer.Exit(1)


def _print(found: dict[str, Any]) -> None:
    for name in ("alerts", "running", "paused", "due", "sent_day", "failed_day"):
        typer.echo(f"{name:12} {found[name]:,}")
    channels = ", ".join(f"{name} {count:,}" for name, count in found["channels"].items())
    typer.echo(f"{'channels':12} {channels or 'none'}")
    for one in found["failing"]:
        typer.echo(f"failing      {one['key']} ({one['channel']}, {one['host']}) since {one['since']}: {one['fault']}")


@alerts_app.command("test")
@guarded
def test(
    key: Annotated[str, typer.Argument(help="The alert: the last part of its page's address.")],
    data: Data = None,
    json: Json = False,
) -> None:
    """Send a test of one alert now, as the button on its page does. Exit code 1 where it did not arrive."""
    settings = boot(data, create=False)
    from ..catalogue.site import choices
    from ..digest.alerts import sending
    from ..digest.alerts.models import Alert
    from ..digest.alerts.ways import Ways
    from ..digest.setup import setup_of

    found = Alert.objects.select_related("reader", "mail").filter(key=key.lower(), removed_at=None).first()
    if found is None:
        raise UsageError(f"No alert has the key {key[:20]!r}. Nothing was sent. `broadsheet alerts status` names those "
                         "that fail.")
    row, answer = sending.test(found, Ways(settings), setup_of(settings, choices()), now)
    if json:
        put_json({"key": found.key, "id": row.key, "state": str(row.state), "status": row.status, "answer": row.answer,
                  "next_step": answer.step if answer else ""})
    elif row.state == "sent":
        typer.echo(f"The test arrived: {row.answer}")
    else:
        say(f"The test did not arrive: {row.answer} {answer.step if answer else ''}".strip())
    if row.state != "sent":
        raise typer.Exit(1)

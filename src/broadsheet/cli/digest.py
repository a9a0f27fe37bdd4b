"""`broadsheet digest`: see the next mail, send what is due, how the mail stands."""

from __future__ import annotations

import time
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any

import typer

from ..errors import UsageError
from .common import Data, Json, boot, guarded, now, put_json, say

digest_app = typer.Typer(help="The mail: preview, send, status.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Register the commands of this family."""
    app.add_typer(digest_app, name="digest")


@digest_app.command("preview")
@guarded
def preview(
    kind: Annotated[str, typer.Option(help="site, topic, category, author, organisation or search.")] = "site",
    value: Annotated[str, typer.Option(help="What the kind looks up by, such as cs.CV.")] = "",
    weekly: Annotated[bool, typer.Option("--weekly", help="The mail of a week.")] = False,
    html: Annotated[bool, typer.Option("--html", help="The HTML part instead of the text.")] = False,
    data: Data = None,
    json: Json = False,
) -> None:
    """The mail as it would be now, with what has come so far. Nothing is stored or sent."""
    settings = boot(data, create=False)
    from ..catalogue.site import choices
    from ..digest.message import html_of, text_of
    from ..digest.models import Subscription
    from ..digest.notes import notes_of
    from ..digest.prepare import Preparer
    from ..digest.setup import setup_of
    from ..digest.subscriptions import OPEN_KINDS
    from ..web.frontpage import site_from

    if kind not in OPEN_KINDS or (kind != "site" and not value):
        raise UsageError(f"--kind is one of {', '.join(OPEN_KINDS)}; all but site need --value. Nothing was made.")
    moment, chosen = now(), choices()
    shown = Subscription(
        pk=0, key="0" * 32, email="", kind=kind, value=value, label=value, state="active",
        cadence="weekly" if weekly else "daily", weekday=(moment + timedelta(days=1)).weekday(),
        timezone=settings.timezone, asked_at=moment, due_at=moment)
    letter = Preparer(setup_of(settings, chosen, notes_of(moment)), site_from(chosen), moment).preview(shown)
    if json:
        put_json({"subject": letter.subject, "papers": letter.papers, "text": text_of(letter), "html": html_of(letter)})
    else:
        typer.echo(html_of(letter) if html else f"Subject: {letter.subject}\n\n{text_of(letter)}", nl=html)


@digest_app.command("send")
@guarded
def send(
    most: Annotated[int, typer.Option(min=1, help="Subscriptions to prepare, at most.")] = 100_000,
    data: Data = None,
    json: Json = False,
) -> None:
    """Prepare what is due and send it now, as the worker does by itself. Exit code 1 where something was refused."""
    settings = boot(data, create=False)
    if not settings.smtp_url:
        raise UsageError("No mail server is set (`smtp_url`), so nothing was prepared or sent.")
    from ..work import mailing

    made = mailing.prepare(settings, now(), most)
    done = mailing.send(settings, clock=now, wait=time.sleep)
    result: dict[str, Any] = {"prepared": made.mails, "skipped": made.skipped, "problems": made.problems,
                              **(asdict(done) if done else {"busy": True})}
    if json:
        put_json(result)
    elif done is None:
        say(f"{made.mails:,} mails prepared; another process is sending already.")
    else:
        typer.echo(f"{made.mails:,} mails prepared, {done.sent:,} sent, {done.later:,} to be tried again later, "
                   f"{done.refused:,} refused.")
    if done is not None and done.down:
        say(f"The mail server cannot be used: {done.down} Nothing is lost. `broadsheet doctor mail` names the fault.")
        raise typer.Exit(3)
    if made.problems or (done is not None and done.refused):
        raise typer.Exit(1)


@digest_app.command("status")
@guarded
def status(data: Data = None, json: Json = False) -> None:
    """How the mail stands: subscriptions, what waits, what failed and the last answer."""
    settings = boot(data, create=False)
    from ..digest.prepare import waiting

    found: dict[str, Any] = {"mail_server": bool(settings.smtp_url), **waiting(now())}
    if json:
        put_json(found)
        return
    if not settings.smtp_url:
        typer.echo("No mail server is set (`smtp_url`); the site offers feeds.")
    for name, number in found.items():
        if name != "mail_server":
            typer.echo(f"{name:16} {number if isinstance(number, str) else f'{number:,}'}")

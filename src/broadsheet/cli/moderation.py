"""`broadsheet moderation`: the queue of reports, and what moderators do, by command; each act stands in the log."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from .common import Data, Json, boot, guarded, now, put_json, say

moderation_app = typer.Typer(help="Reports: list, hide, unhide, dismiss.", no_args_is_help=True)
Subject = Annotated[str, typer.Argument(help="comment:KEY, paper:KEY or submission:NUMBER, as `list` prints them.")]
Why = Annotated[str, typer.Option("--reason", help="Its author reads it, and it stands in the log.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands of this family."""
    app.add_typer(moderation_app, name="moderation")


@moderation_app.command("list")
@guarded
def list_(data: Data = None, json: Json = False) -> None:
    """What readers reported and what was flagged, the longest waiting first."""
    boot(data, create=False)
    from ..readers import moderation

    cases = moderation.queue()
    if json:
        put_json({"waiting": [_case(one) for one in cases]})
        return
    for one in cases:
        typer.echo(f"{one.subject.name}  {one.subject.paper.title}")
        for report in one.reports:
            typer.echo(f"  {report.made_at:%Y-%m-%d}  {' '.join(report.reason.split())}")
    if not cases:
        say("Nothing waits.")


def _case(one: Any) -> dict[str, Any]:
    """A case as JSON; names of reporters are for the page alone."""
    return {
        "subject": one.subject.name, "kind": one.subject.kind, "paper": one.subject.paper.key,
        "title": one.subject.paper.title, "text": one.subject.text, "hidden": one.subject.hidden,
        "reports": [{"at": report.made_at.isoformat(), "reason": report.reason} for report in one.reports],
        "flagged_votes": len(one.flagged),
    }


@moderation_app.command("hide")
@guarded
def hide(subject: Subject, reason: Why = "", data: Data = None, json: Json = False) -> None:
    """Hide a comment, paper or submission and close its reports."""
    boot(data, create=False)
    from ..readers import moderation

    moderation.hide(None, subject, reason, now())
    _told(subject, "hidden", json)


@moderation_app.command("unhide")
@guarded
def unhide(subject: Subject, reason: Why = "", data: Data = None, json: Json = False) -> None:
    """Show again what was hidden."""
    boot(data, create=False)
    from ..readers import moderation

    moderation.unhide(None, subject, reason, now())
    _told(subject, "shown", json)


@moderation_app.command("dismiss")
@guarded
def dismiss(subject: Subject, reason: Why = "", data: Data = None, json: Json = False) -> None:
    """Close the reports of a subject: nothing is wrong with it."""
    boot(data, create=False)
    from ..readers import moderation

    closed = moderation.close(None, subject, moderation.DISMISSED, reason, now())
    _told(subject, "dismissed", json, closed=closed)


def _told(subject: str, state: str, json: bool, **more: int) -> None:
    if json:
        put_json({"subject": subject, "state": state, **more})
    else:
        say(f"{subject} is {state}. It stands in the log at /moderation/log, where it can be undone.")

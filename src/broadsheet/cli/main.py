"""`broadsheet`: the commands, each in the module of its family."""

from __future__ import annotations

from typing import Annotated

import typer

from .. import __version__
from . import alerts, ask, bring, describe, digest, keep, measure, moderation, run, site, user

app = typer.Typer(
    name="broadsheet",
    help="A group's own daily papers: every paper its sources announced, on one calm page a day.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 1 done with rejects or findings, 2 wrong use, 3 could not do it.",
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"broadsheet {__version__}")
        raise typer.Exit


@app.callback()
def _top(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    """Options of all commands."""


for module in (run, bring, ask, digest, alerts, keep, site, user, moderation, describe, measure):
    module.add_to(app)


def main() -> None:
    """Entry point of the program."""
    app()


if __name__ == "__main__":
    main()

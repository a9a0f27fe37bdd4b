"""What there is for programs: `api-docs`."""

from __future__ import annotations

from typing import Annotated

import typer

from .common import Data, Json, configure, guarded, put_json


def add_to(app: typer.Typer) -> None:
    """Register the commands of this family."""
    app.command("api-docs")(guarded(api_docs))


def api_docs(
    openapi: Annotated[bool, typer.Option("--openapi", help="The OpenAPI 3.1 description, as with --json.")] = False,
    data: Data = None,
    json: Json = False,
) -> None:
    """The JSON API: every operation in a line, or its whole OpenAPI description."""
    settings = configure(data)
    from ..api.openapi import describe
    from ..api.operations import OPERATIONS

    if json or openapi:
        put_json(describe(settings.site_url.rstrip("/")))
        return
    tag = ""
    for one in OPERATIONS:
        if one.tag != tag:
            tag = one.tag
            typer.echo(f"\n{tag}")
        may = "" if one.capability == "read" else f"  (who may {one.capability})"
        typer.echo(f"  {one.method:6} /api/v1{one.path}\n         {one.summary}.{may}")
    typer.echo("\nHugging Face's papers API\n  GET    /api/daily_papers, /api/papers/search, /api/papers/ID, "
               "/papers/ID.md\n\nTokens: /account/tokens. The whole description: broadsheet api-docs --json")

"""The site's choices at the command line: `site show`, `site set`, `site reset`."""

from __future__ import annotations

from typing import Annotated

import typer

from ..errors import UsageError
from .common import Data, Json, boot, guarded, put_json, say

site_app = typer.Typer(help="The site's own choices: names, interests, sections.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="name, group, words, interests or sections.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands of this family."""
    app.add_typer(site_app, name="site")


@site_app.command("show")
@guarded
def show(data: Data = None, json: Json = False) -> None:
    """The choices in force, and which of them the TOML file fixed."""
    boot(data, create=False)
    from ..catalogue.site import choices
    from ..web import choices as choosing

    kept = choosing.typed(choices())
    fixed = choosing.fixed()
    if json:
        put_json({name: {"value": text, "fixed": name in fixed} for name, text in kept.items()})
        return
    for name, text in kept.items():
        shown = text.replace("\n", "\n    ") or "(as built in)"
        typer.echo(f"{name}{' (fixed by the TOML file)' if name in fixed else ''}\n    {shown}")


@site_app.command("set")
@guarded
def set_(
    name: Name,
    text: Annotated[list[str], typer.Argument(help="The value; several words or sections as several arguments.")],
    data: Data = None,
    json: Json = False,
) -> None:
    """Set one choice, such as: broadsheet site set sections "Vision: cs.CV" "Learning: cs.LG, stat.ML"."""
    boot(data)
    from ..web import choices as choosing

    _known(name)
    value, fault = choosing.read(name, "\n".join(text) if name not in ("name", "group") else " ".join(text))
    if fault:
        raise UsageError(f"{name}: {fault} Nothing was changed.")
    choosing.keep({name: value})
    put_json({"name": name, "value": value}) if json else say(f"{name} is set. Pages show it at their next request.")


@site_app.command("reset")
@guarded
def reset(name: Name, data: Data = None, json: Json = False) -> None:
    """Return one choice to what is built in."""
    boot(data, create=False)
    from ..web import choices as choosing

    _known(name)
    value = choosing.read(name, "")[0]
    choosing.keep({name: value})
    put_json({"name": name, "value": value}) if json else say(f"{name} is as built in again.")


def _known(name: str) -> None:
    from ..web.choices import CHOICES

    if name not in CHOICES:
        raise UsageError(f"{name!r} is not a choice of the site. Nothing was changed. There are: {', '.join(CHOICES)}.")

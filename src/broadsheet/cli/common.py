"""What every command shares: settings from flags, Django started once, faults as sentences, JSON on request."""

from __future__ import annotations

import functools
import os
import sqlite3
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, ParamSpec, TypeVar

import orjson
import typer

from .. import config as config_
from ..errors import BroadsheetError

P = ParamSpec("P")
R = TypeVar("R")

Data = Annotated[Path | None, typer.Option("--data", help="Data directory (also BROADSHEET_DATA).", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, nothing else there.")]


def now() -> datetime:
    """The clock, asked only here and in the rooms above."""
    return datetime.now(UTC)


def say(text: str) -> None:
    """A sentence for a person, on standard error."""
    typer.echo(text, err=True)


def put_json(value: Any) -> None:
    """The one JSON object of a command."""
    sys.stdout.write(orjson.dumps(value, default=str, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS).decode())
    sys.stdout.write("\n")


def guarded(command: Callable[P, R]) -> Callable[P, R]:
    """Turn errors meant for a person into their sentence and exit code; no traceback for a full disk or a lock."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except BroadsheetError as problem:
            raise _failed(str(problem), problem.exit_code, kwargs) from None
        except KeyboardInterrupt:
            raise _failed("stopped. What was done stands; the same command goes on from there.", 3, kwargs) from None
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(0) from None
        except (OSError, sqlite3.Error, _database_error()) as problem:
            said = f"{type(problem).__name__}: {problem}. What was committed before stands. {_advice(problem)}"
            raise _failed(said, 3, kwargs) from None

    return run


def _failed(said: str, code: int, arguments: Mapping[str, Any]) -> typer.Exit:
    """Tell a failure: a sentence on standard error and, with ``--json``, an object that says so too."""
    say(f"broadsheet: {said}")
    if arguments.get("json"):
        put_json({"error": said, "exit_code": code})
    return typer.Exit(code)


def _database_error() -> type[Exception]:
    from django.db import DatabaseError

    return DatabaseError


def _advice(problem: BaseException) -> str:
    text = str(problem).lower()
    if "full" in text or "no space" in text:
        return "The disk is full: make room, then repeat the command; nothing is added twice."
    if "disk i/o" in text or "too large" in text:
        return (
            "The disk is full or fails, or files may not grow (`ulimit -f`): make room, then repeat the command; "
            "nothing is added twice."
        )
    if "locked" in text:
        return "Another program holds the database; wait for it or stop it, then repeat the command."
    if "readonly" in text or "permission" in text or "unable to open" in text:
        return "Check that this user may write in the data directory (`broadsheet doctor` names it)."
    if "connection" in text or "connect" in text:
        return "Check that the database server runs and that BROADSHEET_DATABASE_URL names it."
    return "Run `broadsheet doctor`, then repeat the command."


def configure(data: Path | None = None, **flags: Any) -> config_.Config:
    """Read the settings with this command's flags and make them those of the process and its children."""
    settings = config_.load({"data": data, **flags})
    config_.use(settings)
    for name, value in flags.items():
        if value is not None:
            os.environ[f"BROADSHEET_{name.upper()}"] = str(value)
    return settings


def _keep_private(data: Path) -> None:
    """What this process and its children write is for this user alone, even in a directory that others may look into.

    A group that may write in the directory was let in by the keeper, and keeps its rights.
    """
    shared = data.is_dir() and data.stat().st_mode & 0o020
    os.umask(0o007 if shared else 0o077)


def boot(data: Path | None = None, *, migrate: bool = True, create: bool = True, **flags: Any) -> config_.Config:
    """Settings, data directory, Django, and a database of this version. Raises BroadsheetError with the cause.

    Commands that only look give ``create=False``: a mistyped path is named, not made.
    """
    settings = configure(data, **flags)
    if not create and not settings.data.exists():
        raise BroadsheetError(
            f"There is no data directory {settings.data} (from {settings.origin['data']}). Nothing was made there. "
            "`broadsheet start` and `broadsheet import` make one; if you have one elsewhere, name it with --data."
        )
    _keep_private(settings.data)
    try:
        settings.data.mkdir(0o700, parents=True, exist_ok=True)
        probe = settings.data / f".write-{os.getpid()}"
        probe.write_bytes(b"")
        probe.unlink()
    except FileExistsError:
        raise BroadsheetError(
            f"{settings.data} is a file, so it cannot be written as the data directory. It was left as it is. Give a "
            "directory with --data."
        ) from None
    except OSError as problem:
        raise BroadsheetError(
            f"The data directory {settings.data} cannot be written ({problem.strerror}). Nothing was changed. "
            "Give this user the right to write there, or another directory with --data."
        ) from None
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "broadsheet.settings")
    import django

    django.setup()
    if migrate:
        from .database import bring_up_to_date

        bring_up_to_date()
    return settings

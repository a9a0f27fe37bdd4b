"""What `doctor` looks at. Each check is one finding: what, whether it is well, and what to do if not."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from ..config import Config
from ..errors import BroadsheetError


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    ok: bool
    detail: str


def examine(config: Config) -> list[Finding]:
    """All checks, each by itself: one that fails does not hide the others."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "broadsheet.settings")
    import django
    from django.db import DatabaseError

    checks = [_directory, _disk, _database, _accounts, _index, _model, _network, _alerts]
    if config.data.is_dir():
        django.setup()  # here, because the checks need it even where no database can be opened
    else:  # looking makes nothing: Django's settings would make the directory and a key
        checks = [_directory, _disk, _model, _network]
    findings: list[Finding] = []
    for check in checks:
        try:
            findings.extend(check(config))
        except (BroadsheetError, OSError, DatabaseError) as problem:
            findings.append(Finding(check.__name__.strip("_"), False, str(problem)))
    return findings


def _alerts(config: Config) -> Iterator[Finding]:
    from datetime import UTC, datetime

    from ..digest.alerts import standing

    found = standing.of_all(datetime.now(UTC))
    failing = found["failing"]
    said = f"{found['running']:,} of {found['alerts']:,} run"
    if failing:
        said += f"; {len(failing)} fail: {failing[0]['fault']} `broadsheet alerts status` names them"
    # One reader's address that is wrong is the reader's affair; where most fail, the fault is on this side.
    yield Finding("alerts", 2 * len(failing) <= max(found["running"], 1), said)


def _directory(config: Config) -> Iterator[Finding]:
    path = config.data
    nearest = path if path.exists() else next(parent for parent in path.absolute().parents if parent.exists())
    try:
        with tempfile.NamedTemporaryFile(dir=nearest, prefix=".doctor-"):  # asked of the disk, not of the rights
            detail = "can be written" if path.exists() else "is not there yet; `start` or `import` makes it"
        yield Finding("data directory", True, f"{path} {detail}")
    except OSError as problem:
        yield Finding(
            "data directory",
            False,
            f"{nearest} cannot be written ({problem.strerror}). Change its owner, or choose another with --data.",
        )
    held = path / "broadsheet.sqlite3"
    if held.exists() and held.stat().st_mode & 0o004 and path.stat().st_mode & 0o001:
        yield Finding("privacy", False, f"everybody with an account on this machine can read {held}, addresses of "
                      f"members included. Run `chmod 700 {path}`.")


def _disk(config: Config) -> Iterator[Finding]:
    nearest = config.data if config.data.exists() else next(p for p in config.data.parents if p.exists())
    free = shutil.disk_usage(nearest).free
    yield Finding(
        "disk",
        free > 500e6,
        f"{free / 1e9:.1f} GB free"
        if free > 500e6
        else f"only {free / 1e6:.0f} MB free; imports and the index need more. Make room.",
    )


def _database(config: Config) -> Iterator[Finding]:
    from django.db import DatabaseError, connection

    from .common import boot

    try:
        boot(config.data)
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA quick_check(1)")
                answer = cursor.fetchone()[0]
            yield Finding(
                "database",
                answer == "ok",
                "SQLite is whole"
                if answer == "ok"
                else f"SQLite reports: {answer}. Stop Broadsheet and restore the last backup.",
            )
        else:
            yield Finding("database", True, "PostgreSQL answers")
    except DatabaseError as problem:
        yield Finding("database", False, f"{problem}. Check BROADSHEET_DATABASE_URL, or restore the last backup.")


def _accounts(config: Config) -> Iterator[Finding]:
    from ..readers.accounts import service
    from ..web.access import is_loopback

    shared = not is_loopback(config.host) or bool(config.site_url)
    if shared:
        kept = service.has_administrator()
        yield Finding(
            "accounts",
            kept,
            f"{service.members().count():,} account(s), registration is {config.registration}, reading is "
            f"{'for members' if config.privacy == 'members' else 'open'}"
            if kept
            else "nobody can administer this site. Run `broadsheet user add ADDRESS --admin`.",
        )
    needed = shared and config.registration == "open"
    yield Finding(
        "mail",
        bool(config.smtp_url) or not needed,
        "a mail server is set"
        if config.smtp_url
        else "no mail server is set (`smtp_url`)"
        + (
            ", so nobody can prove an address and register. Set one, or `registration` to invitation."
            if needed
            else "; `broadsheet user link ADDRESS` makes one-time links instead"
        ),
    )


def _index(config: Config) -> Iterator[Finding]:
    from ..search import status, verify

    state = status.status(config.index_dir)
    if state.state in ("missing", "unusable"):
        yield Finding("search index", state.state == "missing", state.problem)
        return
    torn = verify.torn(config.index_dir)
    detail = f"{state.papers:,} papers findable, {state.lag:,} changes waiting, every file of the words is as written"
    if torn:
        detail = (
            f"damaged on disk: {', '.join(torn)}. Searches may fail or miss papers; papers are safe in the database. "
            "Run `broadsheet reindex`."
        )
    yield Finding("search index", not torn, detail)
    if rows := verify.torn_rows(config.index_dir):
        yield Finding("search index", False, f"damaged on disk: {rows:,} of the papers' rows in the columns. Search by "
                      "meaning may rank them wrongly; papers are safe in the database. Run `broadsheet reindex`.")
    if not state.lag and state.in_words != state.papers:
        yield Finding("search index", False, f"words and columns disagree: {state.in_words:,} papers by the words, "
                      f"{state.papers:,} by the columns. Some may be found twice or not at all; papers are safe in the "
                      "database. Run `broadsheet reindex`; searches go on meanwhile.")
    if not state.sources:
        yield Finding("counts by source", False, "the index was made by an earlier version: source: narrows a search, "
                      "but hits are not counted by source. Run `broadsheet reindex`; searches go on meanwhile.")


def _model(config: Config) -> Iterator[Finding]:
    from ..search.embedding import find_model

    found = find_model(config.model_dir)
    yield Finding(
        "full model",
        found is not None,
        f"installed in {found}"
        if found
        else "not installed; meaning works by sketches. `broadsheet model install` gets it.",
    )


def _reaches(url: str) -> str:
    parts = urlsplit(url)
    try:
        with socket.create_connection((parts.hostname or "", parts.port or 443), timeout=5):
            return ""
    except OSError as problem:
        return str(problem)


def _network(config: Config) -> Iterator[Finding]:
    if config.offline:
        yield Finding("network", True, "not tried: `offline` is set; papers come by `broadsheet import FILE`")
        return
    probe: Callable[[str], str] = _reaches
    for url in (config.arxiv_oai_url, config.arxiv_rss_url, config.hf_url):
        host = urlsplit(url).hostname
        if config.proxy:
            why = probe(config.proxy)
            yield Finding(
                f"way to {host}",
                not why,
                "the proxy answers" if not why else f"the proxy does not answer ({why}). Check BROADSHEET_PROXY.",
            )
        else:
            why = probe(url)
            yield Finding(
                f"way to {host}",
                not why,
                "it answers"
                if not why
                else f"it cannot be reached ({why}). Check the network, set BROADSHEET_PROXY if you need one, "
                "or bring papers with `broadsheet import FILE`.",
            )

"""The database's version: brought up to date at start, refused when it is newer than the program."""

from __future__ import annotations

import fcntl
from pathlib import Path

from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from ..config import current
from ..errors import BroadsheetError

OURS = ("catalogue", "sources", "editions", "readers", "accounts", "digest")


class NewerDatabase(BroadsheetError):
    """The database was written by a newer Broadsheet."""


def bring_up_to_date() -> bool:
    """Apply what is missing, one process at a time; True if anything was. Raises :class:`NewerDatabase`."""
    if set(MigrationRecorder(connection).applied_migrations()) == _on_disk():
        return False  # the usual case, told by names alone: loading all steps takes longer than everything else here
    executor = MigrationExecutor(connection)
    known = set(executor.loader.disk_migrations)
    unknown = sorted(name for name in executor.loader.applied_migrations if name[0] in OURS and name not in known)
    if unknown:
        raise NewerDatabase(
            f"The database in {current().data} was written by a newer version of Broadsheet (it has {unknown[0][0]} "
            f"{unknown[0][1]}, which this program does not know). Nothing was changed. Install the newer version "
            "again, or restore a backup made with this one."
        )
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return False
    path = Path(current().data) / "migrate.lock"
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
    return True


def _on_disk() -> set[tuple[str, str]]:
    """App and name of every step that the program brings, by the names of their files."""
    return {(app.label, file.stem) for app in apps.get_app_configs()
            for file in (Path(app.path) / "migrations").glob("*.py") if file.stem[0] not in "_~"}

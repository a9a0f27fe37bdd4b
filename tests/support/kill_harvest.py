"""A harvest in a process of its own, to be killed: ``python -m tests.support.kill_harvest BASE DATA NAME``."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main() -> None:
    """Harvest with the real clock and a short pause."""
    base, data, name = sys.argv[1:4]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "broadsheet.settings")
    import django
    from tests.support.harvesting import NOW, config_for

    from broadsheet import config as settings_of

    config = config_for(base, Path(data), request_pause=0.02)
    settings_of.use(config)
    django.setup()
    from django.core.management import call_command

    from broadsheet.sources.harvest import harvest
    from broadsheet.sources.http import Client
    from broadsheet.sources.presets import Choice
    from broadsheet.sources.schedule import plan_sources

    call_command("migrate", verbosity=0)
    plan_sources(Choice(("cs.LG", "cs.AI"), hf=True), NOW)
    with Client(config, dice=lambda: 0.5) as client:
        out = harvest(name, now=NOW, client=client, config=config, dice=lambda: 0.5)
    print(out.outcome, out.sentence)
    if out.outcome in ("ok", "empty"):
        dump(Path(data) / "state.txt")


def dump(path: Path) -> None:
    """The catalogue's state and the cursor, for comparing."""
    from tests.support.harvesting import state_of_catalogue

    from broadsheet.sources.models import SourceState

    cursors = sorted((row.name, row.outcome, str(sorted(row.cursor.items()))) for row in SourceState.objects.all())
    path.write_text("\n".join(map(repr, [*state_of_catalogue(), *cursors])))


if __name__ == "__main__":
    main()

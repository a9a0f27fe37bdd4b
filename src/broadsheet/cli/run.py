"""The long-running commands: `start`, `web`, `work`."""

from __future__ import annotations

import errno
import logging
import os
import select
import signal
import socket
import sys
from datetime import date, datetime
from typing import Annotated

import typer

from .. import __version__
from ..config import Config
from ..errors import BroadsheetError
from .common import Data, Json, boot, configure, guarded, put_json, say


def add_to(app: typer.Typer) -> None:
    """Register the commands of this family."""
    app.command("start")(guarded(start))
    app.command("web")(guarded(web))
    app.command("work")(guarded(work))


Host = Annotated[str | None, typer.Option(help="Address to listen on (default 127.0.0.1).", show_default=False)]
Port = Annotated[
    int | None, typer.Option(help="Port to listen on (default 8474; 0 takes a free one).", show_default=False)
]


Looked = Annotated[str, typer.Option(hidden=True, help="The version that has just brought the database up to date.")]


def _free_port(settings: Config) -> int:
    """The port to listen on; refuses one that is taken, naming what to do."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as problem:
            if isinstance(problem, socket.gaierror) or problem.errno == errno.EADDRNOTAVAIL:
                advice = "This machine has no such address: try --host 127.0.0.1, or 0.0.0.0 for all of its addresses."
            elif problem.errno == errno.EACCES:
                advice = "Ports below 1024 are for root: choose another, such as --port 8474."
            else:
                advice = "Is Broadsheet running already? Otherwise choose another port: `broadsheet start --port 0`."
            raise BroadsheetError(
                f"Port {settings.port} at {settings.host} cannot be opened ({problem.strerror}). Nothing was started. "
                f"{advice}"
            ) from None
        return int(probe.getsockname()[1])


def start(
    host: Host = None,
    port: Port = None,
    sample: Annotated[bool, typer.Option(help="Show the bundled sample while there are no papers.")] = True,
    data: Data = None,
) -> None:
    """Run page and worker together, and restart what dies."""
    settings = boot(data, host=host, port=port)
    from ..catalogue import sample as bundled
    from ..catalogue.models import Paper
    from ..catalogue.site import choice
    from ..work.presence import running
    from ..work.supervise import Supervisor
    from .common import now

    if "start" in (others := running(settings.data)):
        raise BroadsheetError(
            f"Broadsheet already runs on {settings.data} (process {others['start']}). Nothing was started. "
            "Stop it first, or give another data directory with --data."
        )
    actual = _free_port(settings)
    if sample and not choice("fields") and not Paper.objects.exists():
        bundled.load(now(), settings.data / "rejects")
    _greet(settings, actual)
    supervisor = Supervisor(settings, actual)
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: supervisor.stop())
    raise typer.Exit(supervisor.run())


def _greet(settings: Config, port: int) -> None:
    from ..readers.accounts import service
    from ..search.embedding import find_model
    from ..web import access
    from .common import now

    local = access.is_loopback(settings.host)
    if local:
        say(f"Broadsheet is at {access.local_link(settings, port)}")
        say("Open this link once in a browser of this machine; it lets you in as the keeper. Ctrl+C stops.")
    else:
        say(f"Broadsheet listens on http://{settings.host}:{port}/ for everyone who can reach it.")
    if (not local or settings.site_url or settings.trusted_proxies) and not service.has_administrator():
        place = f"{service.base_address(settings, port)}/setup"
        say(f"Make the first administrator at {place} with the one-time code {access.make_code(settings.data, now())}")
    if find_model(settings.model_dir) is None:
        say("The full model is not installed: search by meaning uses sketches. `broadsheet model install` gets it.")


def web(host: Host = None, port: Port = None, data: Data = None, looked: Looked = "") -> None:
    """Serve the pages only."""
    # Its own work starts in the processes that it becomes; those load Django themselves.
    fresh = looked == __version__
    settings = configure(data, host=host, port=port) if fresh else boot(data, host=host, port=port)
    from ..work.presence import announce

    actual = _free_port(settings)
    held = announce(settings.data, "web")
    os.set_inheritable(held.fileno(), True)  # the lock lives on in the server that takes this process over
    os.environ["BROADSHEET_PORT"] = str(actual)
    arguments = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", settings.host, "--port", str(actual),
        "--workers", str(settings.web_workers), "--blocking-threads", "4", "--backlog", "1024",
        "--respawn-failed-workers", "--no-ws", "--log-level", "warning", "--workers-kill-timeout", "4",
        "broadsheet.cli.served:application",
    ]  # fmt: skip
    os.execv(sys.executable, arguments)  # noqa: S606  (no shell is wanted)


def _close_days(moment: datetime, today: date) -> None:
    """Store the front pages of the days that have ended."""
    from ..catalogue.site import choices
    from ..editions import service
    from ..web import frontpage

    service.close_due(moment, today, frontpage.site_from(choices()))


def work(
    until_idle: Annotated[bool, typer.Option("--until-idle", help="End when nothing waits.")] = False,
    index_only: Annotated[
        bool, typer.Option("--index-only", help="Only bring the index up to date.", hidden=True)
    ] = False,
    looked: Looked = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """Run the worker only: index, sources that are due, vectors, closing of days."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    settings = boot(data, migrate=not index_only and looked != __version__)
    from ..work import loops
    from ..work.presence import announce

    if index_only:
        # The importing parent holds our standard input open while more comes.
        followed = loops.index_until_idle(settings, lambda: not select.select([sys.stdin], [], [], 0)[0])
        raise typer.Exit(0 if followed else 4)
    if until_idle:
        from ..sources import harvest as harvesting
        from ..sources import schedule
        from .common import now

        done = [name for name in schedule.due(now()) if not settings.offline]
        for name in done:
            harvesting.harvest(name, now=now())
        followed = loops.index_until_idle(settings, lambda: False)
        result = {"harvested": done, "indexed": followed}
        if json:
            put_json(result)
        elif not followed:
            say("Another process keeps the index already; nothing was left to do here.")
        return
    held = announce(settings.data, "work")
    worker = loops.Worker(settings, _close_days)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: worker.stop.set())
    worker.run()
    held.close()

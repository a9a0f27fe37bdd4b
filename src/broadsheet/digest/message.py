"""A letter as a mail: HTML and plain text of equal worth, the headers that mail servers and readers ask for.

RFC 5322 (message), 2045-2047 (MIME), 2369 and 2919 (List-*), 3834 (Auto-Submitted), 8058 (one-click unsubscribe).
Nothing is loaded from outside, nothing is tracked, no address is rewritten.
"""

from __future__ import annotations

import binascii
import re
import textwrap
from dataclasses import dataclass, replace
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache
from hashlib import blake2b
from unicodedata import east_asian_width

import css_inline
from django.utils.translation import override
from jinja2 import Environment, PackageLoader
from markupsafe import escape

from ..templating import teach
from .letter import Letter, Zone

WIDTH = 72  # columns of the plain text (RFC 3676 asks for less than 79)
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who sends what to whom. ``list_id``: a name like ``digest.papers.example.org``; ``name``: makes Message-ID."""

    sender: str
    sender_name: str
    to: str
    list_id: str
    list_name: str
    stop_url: str
    name: str
    sent: datetime


def header(text: str) -> str:
    """Text for a header: one line, whatever was in it (header injection ends here)."""
    return " ".join(_BREAKS.sub(" ", text).split())


def message_id(name: str, sender: str) -> str:
    """The same for every try at the same mail: made of subscription, kind and period."""
    host = sender.rpartition("@")[2] or "localhost"
    return f"<{blake2b(name.encode(), digest_size=16).hexdigest()}@{header(host)}>"


def build(letter: Letter, envelope: Envelope) -> bytes:
    """The whole message as it is sent."""
    return compose(envelope, letter.subject, text_of(letter), html_of(letter), listed=bool(letter.stop_url))


def compose(envelope: Envelope, subject: str, text: str, html: str, *, listed: bool = True) -> bytes:
    """A message of two alternatives. ``listed``: it belongs to a list and can be stopped with one click.

    Put together by hand: the library takes ten times as long, and for thousands of readers most of it is the same.
    What needs encoding or folding is done by the library, once.
    """
    name = message_id(envelope.name, envelope.sender)
    boundary = f"=_{name[1:33]}"  # "=_" is found in no quoted-printable text (RFC 2045, 6.7)
    heads = [
        _folded("From", _address(envelope.sender, envelope.sender_name)), _to(envelope.to),
        _folded("Subject", header(subject)), f"Date: {format_datetime(envelope.sent)}\r\n", f"Message-ID: {name}\r\n",
        "Auto-Submitted: auto-generated\r\n", "X-Auto-Response-Suppress: All\r\n"]
    if listed:
        heads += [_folded("List-Id", f"{header(envelope.list_name)[:60]} <{envelope.list_id}>"),
                  f"List-Unsubscribe: <{envelope.stop_url}>\r\n",
                  "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"]
    heads += ["MIME-Version: 1.0\r\n", f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n\r\n']
    mark = f"--{boundary}".encode()
    return b"".join(("".join(heads).encode("ascii"), mark, b"\r\n", _part(text, "plain"), mark, b"\r\n",
                     _part(html, "html"), mark, b"--\r\n"))


@lru_cache(maxsize=512)
def _folded(name: str, value: str) -> str:
    """A header, encoded and folded as RFC 5322 and 2047 want it."""
    made = EmailMessage(policy=SMTP)
    made[name] = value
    return made.as_string().partition("\r\n\r\n")[0].removesuffix("\r\n") + "\r\n"


def _part(text: str, subtype: str) -> bytes:
    """A part in quoted-printable, which mail servers of any age carry; encoded in C, for there are many."""
    raw = binascii.b2a_qp(text.encode("utf-8", "replace").replace(b"\r\n", b"\n"), istext=True)
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    return head.encode() + raw.replace(b"\n", b"\r\n") + b"\r\n"


_PLAIN = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,200}")


def _to(address: str) -> str:
    """The header To; a plain address needs no library."""
    return f"To: {address}\r\n" if _PLAIN.fullmatch(address) else _folded("To", _address(address))


@lru_cache(maxsize=64)
def _address(address: str, name: str = "") -> str:
    user, _, host = header(address).rpartition("@")
    return str(Address(header(name), user, host))


@lru_cache(maxsize=1)
def _environment() -> Environment:
    made = Environment(loader=PackageLoader("broadsheet.digest", "templates"), trim_blocks=True, lstrip_blocks=True,
                       autoescape=lambda name: name is not None and ".html" in name)  # noqa: S701 - text parts
    teach(made)
    made.filters.update(wrapped=wrapped, rule=lambda sign: sign * WIDTH)
    return made


@lru_cache(maxsize=1)
def _inliner() -> css_inline.CSSInliner:
    # Nothing is fetched; rules that cannot be inlined (dark mode, phones) stay in the head.
    return css_inline.CSSInliner(keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)


def render(name: str, **context: object) -> str:
    """A template of the mail by name; HTML ones with their styles inlined."""
    made = _environment().get_template(name).render(**context)
    return str(_inliner().inline(made)) if ".html" in name else made


def html_of(letter: Letter) -> str:
    """The HTML part."""
    generic, own = _generic(letter)
    return _filled(_html(generic), {sign: str(escape(text)) for sign, text in own.items()})


def text_of(letter: Letter) -> str:
    """The plain text part."""
    generic, own = _generic(letter)
    return _filled(_text(generic), {**own, _sign("why"): wrapped(letter.why_sent)})


@lru_cache(maxsize=256)
def _html(generic: Letter) -> str:
    with override(generic.language):  # whoever looks at it: the letter is in its own language
        return render("letter.html.jinja", letter=generic, language=generic.language)


@lru_cache(maxsize=256)
def _text(generic: Letter) -> str:
    with override(generic.language):
        return re.sub(r"\n{3,}", "\n\n", render("letter.txt.jinja", letter=generic)).strip() + "\n"


def _sign(name: str | int) -> str:
    """A place in a page that is made once for many readers (letters of Unicode's private use area)."""
    return f"\ue000{name}\ue001"


_SIGNS = re.compile("\ue000(?:[0-9]+|[a-z]+)\ue001")


def _filled(page: str, own: dict[str, str]) -> str:
    return _SIGNS.sub(lambda found: own.get(found.group(), ""), page)


def _generic(letter: Letter) -> tuple[Letter, dict[str, str]]:
    """The letter with signs in place of what is one reader's, and what the signs stand for."""
    own = {_sign("next"): letter.upcoming, _sign("why"): letter.why_sent, _sign("stop"): letter.stop_url,
           _sign("change"): letter.change_url}
    zones = []
    for zone in letter.zones:
        lines = []
        for line in zone.lines:
            signs = {}
            for name in ("vote", "save"):
                if address := getattr(line, name):
                    signs[name] = _sign(len(own))
                    own[signs[name]] = address
            lines.append(replace(line, **signs) if signs else line)
        zones.append(Zone(zone.title, tuple(lines)))
    return replace(letter, zones=tuple(zones), upcoming=_sign("next"), why_sent=_sign("why"),
                   stop_url=_sign("stop") if letter.stop_url else "", change_url=_sign("change")), own


def wrapped(text: str, first: str = "", rest: str = "") -> str:
    """Lines of at most ``WIDTH`` columns; CJK letters take two. Addresses are never broken."""
    text = text.replace("\u00a0", " ")
    if any(east_asian_width(letter) in "WF" for letter in text):
        return _wrapped_wide(text, first, rest)
    return textwrap.fill(text, WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False,
                         break_on_hyphens=False)


def _wrapped_wide(text: str, first: str, rest: str) -> str:
    lines, line, used = [], first, len(first)
    for letter in text:
        width = 2 if east_asian_width(letter) in "WF" else 1
        if used + width > WIDTH:
            lines.append(line.rstrip())
            line, used = rest, len(rest)
            if letter == " ":
                continue
        line += letter
        used += width
    return "\n".join([*lines, line])

"""How the text of each kind of setting is read.

Each reader returns the value, or raises ValueError (TypeError for what is neither text nor number); what would be right
is said by the table in ``config.py``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def port(value: Any) -> int:
    """A port; 0 takes a free one."""
    number = int(value)
    if not 0 <= number <= 65535:
        raise ValueError
    return number


def flag(value: Any) -> bool:
    """Yes or no, as TOML, environment and flags say it."""
    if isinstance(value, bool):
        return value
    text = str(value).strip().lower()
    if text in {"1", "true", "yes", "on"}:
        return True
    if text in {"0", "false", "no", "off"}:
        return False
    raise ValueError


def zone(value: Any) -> str:
    """A time zone that this machine knows."""
    try:
        ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError) as problem:
        raise ValueError from problem
    return str(value)


def database(value: Any) -> str:
    """The address of a database; empty means SQLite."""
    text = str(value)
    if text and not text.startswith(("postgresql://", "postgres://", "sqlite:")):
        raise ValueError
    return text


def words(value: Any) -> tuple[str, ...]:
    """A list, or a text with commas."""
    items = value if isinstance(value, list | tuple) else str(value).split(",")
    return tuple(str(item).strip() for item in items if str(item).strip())


def networks(value: Any) -> tuple[str, ...]:
    """A list of networks or single addresses."""
    return tuple(str(ip_network(item, strict=False)) for item in words(value))


def schemes(value: Any) -> tuple[str, ...]:
    """A list of schemes, with or without ``://``."""
    names = tuple(name.lower().removesuffix("://") for name in words(value))
    if not all(re.fullmatch(r"[a-z][a-z0-9]{0,30}", name) for name in names):
        raise ValueError
    return names


def one_of(*allowed: str) -> Callable[[Any], str]:
    """A reader that takes only ``allowed``."""
    def read(value: Any) -> str:
        if str(value) not in allowed:
            raise ValueError
        return str(value)

    return read


def mail_server(value: Any) -> str:
    """The address of a mail server; empty means none."""
    text = str(value)
    if text and not (text.startswith(("smtp://", "smtps://", "smtp+plain://")) and urlsplit(text).hostname):
        raise ValueError
    return text


def header(value: Any) -> str:
    """The name of an HTTP header; empty means none."""
    text = str(value).strip()
    if text and not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,60}", text):
        raise ValueError
    return text


def https(value: Any) -> str:
    """An address of an identity provider: https, or http on this machine for a trial."""
    text = str(value).rstrip("/")
    parts = urlsplit(text)
    local = parts.hostname in {"localhost", "127.0.0.1", "::1"}
    if text and not (parts.hostname and (parts.scheme == "https" or (parts.scheme == "http" and local))):
        raise ValueError
    return text


def web(value: Any) -> str:
    """The address of a site or service, with its scheme; empty means none."""
    text = str(value).strip()
    parts = urlsplit(text)
    if text and not (parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0):
        raise ValueError
    return text


def proxy(value: Any) -> str:
    """The address of a proxy; empty means none."""
    text = str(value).strip()
    parts = urlsplit(text)
    if text and not (parts.scheme in {"http", "https"} and parts.hostname):
        raise ValueError
    return text


def seconds(value: Any) -> float:
    """A pause, at most an hour."""
    number = float(value)
    if not 0 <= number <= 3600:  # nan is neither
        raise ValueError
    return number


def line(value: Any) -> str:
    """A text that stands in one line of a header."""
    text = str(value).strip()
    if not text.isprintable():
        raise ValueError
    return text


def positive(value: Any) -> int:
    """A number from 1."""
    number = int(value)
    if number < 1:
        raise ValueError
    return number

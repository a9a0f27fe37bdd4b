"""What every mail of the site has in common, from the settings of the installation and the choices of the site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ..config import Config
from ..readers.accounts.service import base_address


@dataclass(frozen=True, slots=True)
class Setup:
    """What every mail has in common. ``base``: scheme and host; ``notes``: what is to be said at once."""

    base: str
    site_name: str
    group: str
    mail_from: str
    host: str
    notes: tuple[str, ...] = ()
    private: bool = False  # a site for members only


def setup_of(config: Config, chosen: Mapping[str, Any], notes: tuple[str, ...] = ()) -> Setup:
    """The set-up of this installation; ``chosen``: the site's choices."""
    base = base_address(config)
    host = urlsplit(base).hostname or "localhost"
    return Setup(base, str(chosen.get("name") or "Broadsheet"), str(chosen.get("group") or ""), sender_of(config),
                 host, notes, config.privacy == "members")


def sender_of(config: Config) -> str:
    """The sender of all mail: ``mail_from``, else ``broadsheet@`` the host of the site."""
    return config.mail_from or f"broadsheet@{urlsplit(config.site_url).hostname or 'localhost'}"

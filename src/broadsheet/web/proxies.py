"""What a trusted proxy in front says: who asks, whether by https, and (where set) who signed in there.

Headers of anybody else are not believed. A request that names a reader in the login header and does not come from a
trusted proxy is refused, for it can only be an attempt or a mistake in the set-up.
"""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from broadsheet.config import current

Handler = Callable[[HttpRequest], HttpResponseBase]
log = logging.getLogger("broadsheet.web")
PEER = "broadsheet.peer"  # in META: the address that really connected
PROXIED = "broadsheet.proxied"  # in META: whether that was a trusted proxy
BY_PATH = "broadsheet.by-path"  # in META: the secret path for programs by which the request came


@lru_cache(maxsize=8)
def _networks(names: tuple[str, ...]) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(name) for name in names)


def trusted(address: str) -> bool:
    """Whether an address is one of the proxies named in ``trusted_proxies``."""
    try:
        found = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return any(found in network for network in _networks(current().trusted_proxies))


def _client(told: str, peer: str) -> str:
    """The last address in ``X-Forwarded-For`` that is not one of ours: what stands before it may be invented."""
    for part in reversed(told.split(",")):
        address = part.strip().strip("[]")
        try:
            ipaddress.ip_address(address)
        except ValueError:
            break
        if not trusted(address):
            return address
    return peer


def login_header() -> str:
    """The key in META of the header that names the signed-in reader; empty when none is set."""
    name = current().login_header
    return f"HTTP_{name.upper().replace('-', '_')}" if name else ""


def named(request: HttpRequest) -> str:
    """Whom a trusted proxy names in the login header; empty when none does."""
    header = login_header()
    return str(request.META.get(header, "")).strip() if header and request.META.get(PROXIED) else ""


def by_path(request: HttpRequest) -> str:
    """``/with/SECRET`` for a program that came so (addresses for it begin with that), else empty."""
    return str(request.META.get(BY_PATH) or "")


class ProxyMiddleware:
    """Believe a trusted proxy; refuse the login header of anybody else; mark cookies Secure where the way is https."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        peer = str(request.META.get("REMOTE_ADDR") or "")
        config = current()
        by_proxy = bool(config.trusted_proxies) and trusted(peer)
        request.META[PEER], request.META[PROXIED] = peer, by_proxy
        header = login_header()
        if header and header in request.META and not by_proxy:
            log.warning("A request from %s named a reader in the login header and is no trusted proxy", peer)
            return HttpResponse(
                "Signing in by a header is for the named proxies only. Nothing was done.\n",
                status=403,
                content_type="text/plain; charset=utf-8",
            )
        if by_proxy:
            request.META["REMOTE_ADDR"] = _client(request.META.get("HTTP_X_FORWARDED_FOR", ""), peer)
        if _by_https(request, by_proxy, config.site_url):
            request.META["wsgi.url_scheme"] = "https"
        response = self.get_response(request)
        if request.is_secure():
            for cookie in response.cookies.values():
                cookie["secure"] = True
        return response


def _by_https(request: HttpRequest, by_proxy: bool, site_url: str) -> bool:
    """Whether the browser came by https: the proxy says so, or the keeper did by ``site_url`` for this very host."""
    told = str(request.META.get("HTTP_X_FORWARDED_PROTO", "")).rpartition(",")[2].strip().lower()
    if by_proxy and told:
        return told == "https"
    site = urlsplit(site_url)
    return site.scheme == "https" and str(request.META.get("HTTP_HOST", "")).lower() == site.netloc.lower()

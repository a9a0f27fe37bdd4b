"""Which network addresses may be gone to. Pure, of the standard library alone: a child process loads nothing else."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable


def is_public(address: str) -> bool:
    """Whether ``address`` is one of the open network: not private, loopback, link-local, shared, multicast, reserved.

    IPv4 inside IPv6 (mapped, 6to4, NAT64, Teredo) is judged by the inner address too.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner: list[ipaddress.IPv4Address | None] = []
    if isinstance(ip, ipaddress.IPv6Address):
        inner = [ip.ipv4_mapped, ip.sixtofour, ip.teredo[1] if ip.teredo else None]
        if ip in ipaddress.ip_network("64:ff9b::/96"):  # RFC 6052
            inner.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
    ok = ip.is_global and not ip.is_multicast and not ip.is_reserved and not ip.is_unspecified
    return ok and all(one is None or is_public(str(one)) for one in inner)


def is_allowed(address: str, networks: Iterable[str]) -> bool:
    """Whether ``address`` is public, or lies in one of the private ``networks`` that the keeper opened."""
    if is_public(address):
        return True
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    plain = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None else ip
    return any(plain in ipaddress.ip_network(network) for network in networks)


def is_inside(host: str, networks: Iterable[str] = ()) -> bool:
    """A literal address that is not allowed, or a name that always means this machine (RFC 6761)."""
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        try:  # 127.1, 2130706433 and 0x7f.1 are addresses to many a resolver
            name = socket.inet_ntoa(socket.inet_aton(name))
        except OSError:
            return False
    return not is_allowed(name, networks)

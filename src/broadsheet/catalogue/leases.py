"""Leases: who may act on a named thing until when. Killing the holder loses nothing; the lease runs out."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from .models import Lease


def acquire(name: str, holder: str, seconds: float, now: datetime) -> bool:
    """Take or prolong the lease on ``name``; False while somebody else holds it."""
    until = now + timedelta(seconds=seconds)
    free = Lease.objects.filter(Q(until__lte=now) | Q(holder=holder), name=name)
    if free.update(holder=holder, until=until):
        return True
    try:
        with transaction.atomic():
            Lease.objects.create(name=name, holder=holder, until=until)
    except IntegrityError:
        return False
    return True


def renew(name: str, holder: str, seconds: float, now: datetime) -> bool:
    """Prolong a lease still held; False if it ran out and somebody else took it."""
    return bool(Lease.objects.filter(name=name, holder=holder).update(until=now + timedelta(seconds=seconds)))


def release(name: str, holder: str) -> None:
    """Give the lease back; nothing happens if it is not held any more."""
    Lease.objects.filter(name=name, holder=holder).delete()


def held_until(name: str) -> datetime | None:
    """When the lease on ``name`` ends, or None if nobody holds one."""
    return Lease.objects.filter(name=name).values_list("until", flat=True).first()
